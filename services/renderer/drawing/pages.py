"""The pages: A4, a header and a footer on each, "Page X of Y" without laying out twice.

The number of pages is a form XObject: each page draws it by name, and what it says is filled
in after the last one. The file's dates are the document's own, so that rendering it again
gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
)

from services.renderer import palette
from services.renderer.drawing.fonts import REGULAR, STRONG, fitted, width
from services.renderer.presentation import days, instant, one_line
from shared.document import ReportDocument

SIDE = 54.0
"""Points of white left and right."""
TOP = 60.0
BOTTOM = 54.0
CONTENT_WIDTH: float = A4[0] - 2 * SIDE
CONTENT_HEIGHT: float = A4[1] - TOP - BOTTOM
SIZE = 7.5
"""Type size of header and footer."""
TOTAL = "number-of-pages"


def print_pages(document: ReportDocument, story: Sequence[Flowable]) -> bytes:
    """The PDF of that story, with the document's title, dates and tenant about it."""
    out = io.BytesIO()
    template = _Template(document, out)
    template.build(list(story))
    return out.getvalue()


class Bookmark(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """An entry of the outline that leads to where it stands. Takes no room."""

    def __init__(self, title: str, key: str) -> None:
        super().__init__()
        self._title, self._key = title, key

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0.0, 0.0

    def draw(self) -> None:
        self.canv.bookmarkHorizontal(self._key, 0, 18)
        self.canv.addOutlineEntry(self._title, self._key, level=0)


class _Template(BaseDocTemplate):  # type: ignore[misc]  # ReportLab ships no types
    def __init__(self, document: ReportDocument, out: io.BytesIO) -> None:
        super().__init__(
            out,
            pagesize=A4,
            title=f"{one_line(document.title)}, {days(document.period)}",
            author=one_line(document.tenant),
            subject=f"{document.type}, {document.period.timezone}",
            creator="Broadsheet",
            producer="Broadsheet",
            invariant=1,
            initialFontName=REGULAR,  # else Helvetica, not embedded, is named in every file
            pageCompression=1,
            lang="en",
        )
        self._document = document
        self._pages = 0
        frame = Frame(
            SIDE,
            BOTTOM,
            CONTENT_WIDTH,
            CONTENT_HEIGHT,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        self.addPageTemplates(PageTemplate("page", [frame], onPage=self._furnish))

    def beforeDocument(self) -> None:
        self.canv._doc._timeStamp = _timestamp(self._document.generated_at)
        self.canv.setViewerPreference("DisplayDocTitle", "true")

    def afterPage(self) -> None:
        self._pages = self.page

    def _furnish(self, canvas: Any, _template: Any) -> None:
        document = self._document
        zone = document.period.timezone
        canvas.saveState()
        canvas.setStrokeColor(HexColor(palette.RULE))
        canvas.setLineWidth(0.6)
        right = A4[0] - SIDE
        header = A4[1] - 42
        period = f"{days(document.period)} ({zone})"
        canvas.setFillColor(HexColor(palette.INK))
        canvas.setFont(STRONG, SIZE)
        title = fitted(
            one_line(document.title),
            STRONG,
            SIZE,
            CONTENT_WIDTH - width(period, REGULAR, SIZE) - 24,
        )
        canvas.drawString(SIDE, header, title)
        canvas.setFillColor(HexColor(palette.MUTED))
        canvas.setFont(REGULAR, SIZE)
        canvas.drawRightString(right, header, period)
        canvas.line(SIDE, header - 8, right, header - 8)

        footer = 36.0
        canvas.line(SIDE, footer + 14, right, footer + 14)
        canvas.drawRightString(
            right,
            footer,
            f"Data as of {instant(document.as_of, zone)}"
            f"  ·  Generated {instant(document.generated_at, zone)}",
        )
        page = f"Page {canvas.getPageNumber()} of "
        canvas.drawString(SIDE, footer, page)
        canvas.translate(SIDE + width(page, REGULAR, SIZE), footer)
        canvas.doForm(TOTAL)
        canvas.restoreState()

    def _endBuild(self) -> None:
        self._doSave = False
        super()._endBuild()
        canvas = self.canv
        canvas.beginForm(TOTAL, 0, -4, 60, 12)
        canvas.setFillColor(HexColor(palette.MUTED))
        canvas.setFont(REGULAR, SIZE)
        canvas.drawString(0, 0, str(self._pages))
        canvas.endForm()
        canvas.save()


def _timestamp(instant_: datetime) -> Any:
    """What ReportLab keeps about "now", of that instant."""
    moment = instant_.astimezone(UTC)
    parts = moment.utctimetuple()
    return SimpleNamespace(
        t=moment.timestamp(),
        lt=parts,
        YMDhms=tuple(parts)[:6],
        dhh=0,
        dmm=0,
        tzname="UTC",
        datetime=moment,
        asctime=f"{moment:%c}",
    )
