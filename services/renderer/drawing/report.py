"""A whole report as a PDF."""

from __future__ import annotations

from functools import cache
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    PageBreak,
    Paragraph,
    Spacer,
)

from services.renderer import palette
from services.renderer.drawing.charts import draw_chart, prepare_charts
from services.renderer.drawing.fonts import REGULAR, STRONG, register_fonts
from services.renderer.drawing.narrative import narrate
from services.renderer.drawing.pages import CONTENT_HEIGHT, CONTENT_WIDTH, Bookmark, print_pages
from services.renderer.drawing.tables import table_flowable
from services.renderer.drawing.tiles import tile_rows
from services.renderer.presentation import one_line
from shared.document import Chart, ReportDocument, Section, Table

CAPTION = ParagraphStyle(
    "caption", fontName=STRONG, fontSize=9.5, leading=13, textColor=HexColor(palette.INK),
    spaceBefore=1, spaceAfter=3,
)  # fmt: skip
REMARK = ParagraphStyle(
    "remark", fontName=REGULAR, fontSize=8.5, leading=12, textColor=HexColor(palette.MUTED),
    spaceAfter=6,
)  # fmt: skip
HEADING_HEIGHT = 36.0
"""Points a section's heading takes, its margins included."""
KEPT_WHOLE = 260.0
"""Points; a table up to this height is not split between pages."""
ENOUGH_OF_A_TABLE = 110.0
"""Points; a longer one does not begin with less."""


@cache
def prepare() -> None:
    """Load what drawing needs: fonts, templates, the chart library."""
    # Streams as bytes: ASCII85 is for channels that know seven bits, and costs time and room.
    rl_config.useA85 = 0
    register_fonts()
    prepare_charts()


def draw_report(document: ReportDocument) -> bytes:
    """The PDF; PermanentError when a chart cannot be drawn."""
    prepare()
    slots: list[list[Flowable]] = []
    if document.kpis:
        slots.append([Spacer(1, 4), *tile_rows(document.kpis, CONTENT_WIDTH)])
    for index, section in enumerate(document.sections):
        content = _content(section, document)
        room = HEADING_HEIGHT + 16 * len(section.text) + _room_for(content[0])
        slots.append([CondPageBreak(room), Bookmark(one_line(section.title), f"section-{index}")])
        slots.append(content)
    if document.notes:
        slots.append([CondPageBreak(40), Bookmark("Notes", "notes")])
    return print_pages(document, narrate(document, slots))


def _content(section: Section, document: ReportDocument) -> list[Flowable]:
    content = [_chart(chart, section) for chart in section.charts]
    content += [_table(table, section, document) for table in section.tables]
    if not content and not section.text:
        return [Paragraph("Nothing to show for this period.", REMARK)]
    return content or [Spacer(1, 1)]


def _room_for(block: Flowable) -> float:
    """Points of a page that the beginning of a block takes."""
    height = float(block.wrap(CONTENT_WIDTH, CONTENT_HEIGHT)[1])
    return height if height <= KEPT_WHOLE else ENOUGH_OF_A_TABLE


def _chart(chart: Chart, section: Section) -> Flowable:
    return _Block([*_caption(chart.title, section), draw_chart(chart, CONTENT_WIDTH), Spacer(1, 2)])


def _table(table: Table, section: Section, document: ReportDocument) -> Flowable:
    cut = table.cut
    above = _caption(table.title + (f" ({cut})" if cut else ""), section)
    if not table.rows:
        return _Block([*above, Paragraph("No rows in this period.", REMARK)])
    return _Block([*above, table_flowable(table, CONTENT_WIDTH, document.period.timezone)])


def _caption(title: str, section: Section) -> list[Flowable]:
    """Nothing when the section's heading says it already."""
    if one_line(title) == one_line(section.title):
        return []
    return [Paragraph(escape(one_line(title)), CAPTION)]


class _Block(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """A caption with what it is about: whole when small, else split inside its last part."""

    def __init__(self, parts: list[Flowable]) -> None:
        super().__init__()
        self._parts = parts

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self.height = sum(
            part.wrap(width, height)[1] + part.getSpaceBefore() + part.getSpaceAfter()
            for part in self._parts
        )
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """Once it begins on a page of its own, or is a long table, into its parts."""
        at_top = height >= CONTENT_HEIGHT - 1
        if not at_top and (self.height <= KEPT_WHOLE or height < ENOUGH_OF_A_TABLE):
            return [PageBreak(), self]
        if len(self._parts) == 1:
            return list(self._parts[0].split(width, height))
        return list(self._parts)

    def draw(self) -> None:
        y = self.height
        for part in self._parts:
            y -= part.getSpaceBefore() + part.wrap(self.width, y)[1]
            part.drawOn(self.canv, 0, y)
            y -= part.getSpaceAfter()
