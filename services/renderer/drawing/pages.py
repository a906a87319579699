"""The pages: their size, a header and a footer on each, "Page X of Y" without laying out twice.

The number of pages is a form XObject: each page draws it by name, and what it says is filled
in after the last one. The file's dates are the document's own, so that rendering it again
gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
)

from services.renderer import palette
from services.renderer.drawing.fonts import REGULAR, STRONG, draw, fitted, width
from services.renderer.drawing.table_layout import fits
from services.renderer.drawing.whole_file import ensure_whole
from services.renderer.presentation import around, days, instant, one_line, provenance
from services.renderer.words import words
from shared.document import ReportDocument
from shared.house_style import Paper

TOP = 60.0
BOTTOM = 54.0
"""Points of white, header and footer included."""
SIZE = 7.5
"""Type size of header and footer."""
FOOTER = 36.0
"""Points from the paper's lower edge."""
FURNITURE, TOTAL = "header-and-footer", "number-of-pages"
"""Forms (ISO 32000-1, section 8.10): drawn on each page, written once."""
SHEETS = {Paper.A4: A4, Paper.LETTER: LETTER}


@dataclass(frozen=True)
class Page:
    """The size of every page of one file, in points."""

    width: float
    height: float
    side: float
    """White left and right."""

    @property
    def content_width(self) -> float:
        return self.width - 2 * self.side

    @property
    def content_height(self) -> float:
        return self.height - TOP - BOTTOM


def upright(paper: Paper) -> Page:
    """A page of that paper, higher than wide."""
    width, height = SHEETS[paper]
    return Page(width, height, side=54.0)


def across(paper: Paper) -> Page:
    """The same turned, with less white at the sides: it is for tables that need the room."""
    height, width = SHEETS[paper]
    return Page(width, height, side=40.0)


def page_for(document: ReportDocument) -> Page:
    """Upright, unless a table would have to be set in very small type there."""
    page = upright(document.house_style.paper)
    timezone = document.period.timezone
    if all(fits(table, page.content_width, timezone) for table in document.tables):
        return page
    return across(document.house_style.paper)


def print_pages(document: ReportDocument, story: Sequence[Flowable], page: Page) -> bytes:
    """The PDF of that story, with the document's title, dates and tenant about it.

    PermanentError when the file is not whole.
    """
    out = io.BytesIO()
    template = _Template(document, out, page)
    template.build(list(story))
    pdf = out.getvalue()
    ensure_whole(pdf, template.pages)
    return pdf


class Bookmark(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """An entry of the outline that leads to where it stands. Takes no room."""

    keepWithNext = True
    """ReportLab's: with the heading it leads to."""

    def __init__(self, title: str, key: str) -> None:
        super().__init__()
        self._title, self._key = title, key

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0.0, 0.0

    def draw(self) -> None:
        self.canv.bookmarkHorizontal(self._key, 0, 18)
        self.canv.addOutlineEntry(self._title, self._key, level=0)


class _Template(BaseDocTemplate):  # type: ignore[misc]  # ReportLab ships no types
    def __init__(self, document: ReportDocument, out: io.BytesIO, page: Page) -> None:
        super().__init__(
            out,
            pagesize=(page.width, page.height),
            title=f"{one_line(document.title)}, {days(document.period)}",
            author=one_line(document.tenant),
            subject=f"{document.type}, {document.period.timezone}",
            creator="Broadsheet",
            producer="Broadsheet",
            invariant=1,
            initialFontName=REGULAR,  # else Helvetica, not embedded, is named in every file
            pageCompression=1,
            lang=document.language,
        )
        self._document, self._page = document, page
        self.pages = 0
        frame = Frame(
            page.side,
            BOTTOM,
            page.content_width,
            page.content_height,
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
        self.pages = self.page

    def _furnish(self, canvas: Any, _template: Any) -> None:
        if self.page == 1:
            self._make_furniture(canvas)
        canvas.doForm(FURNITURE)
        canvas.saveState()
        canvas.setFillColor(HexColor(palette.MUTED))
        number, after = around("page-of-pages", "pages", page=str(self.page))
        assert not after, "the number of pages stands last: it is filled in at the end"
        draw(canvas, self._page.side, FOOTER, number, REGULAR, SIZE)
        canvas.translate(self._page.side + width(number, REGULAR, SIZE), FOOTER)
        canvas.doForm(TOTAL)
        canvas.restoreState()

    def _make_furniture(self, canvas: Any) -> None:
        """What is the same on all pages, written once."""
        document, page = self._document, self._page
        zone = document.period.timezone
        canvas.beginForm(FURNITURE, 0, 0, page.width, page.height)
        canvas.setStrokeColor(HexColor(document.house_style.second_colour))
        canvas.setLineWidth(0.6)
        left, right = page.side, page.width - page.side
        header = page.height - 42
        period = f"{days(document.period)} ({zone})"
        canvas.setFillColor(HexColor(palette.INK))
        title = fitted(
            one_line(document.title),
            STRONG,
            SIZE,
            page.content_width - width(period, REGULAR, SIZE) - 24,
        )
        draw(canvas, left, header, title, STRONG, SIZE)
        canvas.setFillColor(HexColor(palette.MUTED))
        canvas.setFont(REGULAR, SIZE)
        canvas.drawRightString(right, header, period)
        canvas.line(left, header - 8, right, header - 8)

        canvas.line(left, FOOTER + 14, right, FOOTER + 14)
        canvas.drawRightString(
            right,
            FOOTER,
            f"{words('as-of', at=instant(document.as_of, zone))}"
            f"  ·  {words('generated', at=instant(document.generated_at, zone))}",
        )
        below = FOOTER - 10
        origin = provenance(document)
        canvas.drawRightString(right, below, origin)
        room = page.content_width - width(origin, REGULAR, SIZE) - 24
        own = fitted(one_line(document.house_style.footer), REGULAR, SIZE, room)
        draw(canvas, left, below, own, REGULAR, SIZE)
        canvas.endForm()

    def _endBuild(self) -> None:
        self._doSave = False
        super()._endBuild()
        canvas = self.canv
        canvas.beginForm(TOTAL, 0, -4, 60, 12)
        canvas.setFillColor(HexColor(palette.MUTED))
        canvas.setFont(REGULAR, SIZE)
        canvas.drawString(0, 0, str(self.pages))
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
