"""A whole report as a PDF."""

from __future__ import annotations

from functools import cache

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    PageBreak,
    Spacer,
)

from services.renderer import palette
from services.renderer.drawing.charts import chart_svg
from services.renderer.drawing.fonts import REGULAR, STRONG, lettered, register_fonts
from services.renderer.drawing.letters import REPLACEMENT
from services.renderer.drawing.logo import LogoMark
from services.renderer.drawing.narrative import narrate
from services.renderer.drawing.pages import Bookmark, Page, page_for, print_pages
from services.renderer.drawing.paragraphs import Lines
from services.renderer.drawing.table_layout import LargestSizes
from services.renderer.drawing.tables import RowsDrawn, table_flowable
from services.renderer.drawing.tiles import tile_rows
from services.renderer.drawing.vega_svg import VegaPicture
from services.renderer.presentation import cut, one_line, without_empty_comparisons
from services.renderer.words import words
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
COMPANY = 90.0
"""Points of a table that go to the next page with notes that would stand there alone."""


@cache
def prepare() -> None:
    """Load what drawing needs: the fonts."""
    # Streams as bytes: ASCII85 is for channels that know seven bits, and costs time and room.
    rl_config.useA85 = 0
    register_fonts()


def draw_report(document: ReportDocument) -> tuple[bytes, int]:
    """The PDF, and how many table rows were put on its pages.

    PermanentError when a chart cannot be drawn; MoreFontsNeeded when the document has letters
    beyond the typeface and `more_fonts` were not loaded.
    """
    prepare()
    document = document.with_tables(without_empty_comparisons)
    with lettered(document.texts()) as missing:
        return _drawn(with_note_on(document, missing))


def _drawn(document: ReportDocument) -> tuple[bytes, int]:
    rows, style = RowsDrawn(), document.house_style
    page = page_for(document)
    sizes = LargestSizes(document.tables, page.content_width, document.period.timezone)
    slots: list[list[Flowable]] = []
    heading, content = CondPageBreak(0), list[Flowable]()
    if style.logo is not None:
        slots.append([LogoMark(style.logo, page.content_width)])
    if document.kpis:
        slots.append([Spacer(1, 4), *tile_rows(document.kpis, page.content_width, style.colour)])
    for index, section in enumerate(document.sections):
        content = _content(section, document, page, sizes, rows)
        room = HEADING_HEIGHT + 16 * len(section.text) + _room_for(content[0], page)
        heading = CondPageBreak(room)
        slots.append([heading, Bookmark(one_line(section.title), f"section-{index}")])
        slots.append(content)
    mark = Bookmark(words("notes"), "notes")
    if document.notes:
        slots.append([mark])
    story = narrate(document, slots, page.content_width)
    if document.notes:
        _keep_company(story, mark, heading, content, page)
    pdf = print_pages(document, story, page)
    return pdf, rows.count


def with_note_on(document: ReportDocument, missing: frozenset[str]) -> ReportDocument:
    """The document with a note on the characters that no font of this renderer has."""
    if not missing:
        return document
    some = ", ".join(f"U+{ord(character):04X}" for character in sorted(missing)[:8])
    about = {"mark": REPLACEMENT, "characters": some}
    note = (
        words("missing-letters-more", more=len(missing) - 8, **about)
        if len(missing) > 8
        else words("missing-letters", **about)
    )
    return document.model_copy(update={"notes": (*document.notes, note)})


def _content(
    section: Section, document: ReportDocument, page: Page, sizes: LargestSizes, rows: RowsDrawn
) -> list[Flowable]:
    content: list[Flowable] = [_chart(chart, section, page) for chart in section.charts]
    content += [_table(table, section, document, page, sizes, rows) for table in section.tables]
    if not content and not section.text:
        return [Lines(words("nothing-to-show"), REMARK)]
    return content or [Spacer(1, 1)]


def _room_for(block: Flowable, page: Page) -> float:
    """Points of a page that the beginning of a block takes."""
    height = float(block.wrap(page.content_width, page.content_height)[1])
    return height if height <= KEPT_WHOLE else ENOUGH_OF_A_TABLE


def _chart(chart: Chart, section: Section, page: Page) -> Flowable:
    picture = VegaPicture(chart_svg(chart, page.content_width), page.content_width)
    return _Block([*_caption(chart.title, chart, section), picture, Spacer(1, 2)], page)


def _table(
    table: Table,
    section: Section,
    document: ReportDocument,
    page: Page,
    sizes: LargestSizes,
    drawn: RowsDrawn,
) -> Flowable:
    told = cut(table)
    above = _caption(table.title + (f" ({told})" if told else ""), table, section)
    if not table.rows:
        return _Block([*above, Lines(words("no-rows"), REMARK)], page)
    zone, largest = document.period.timezone, sizes.of(table)
    rows = table_flowable(table, page.content_width, zone, largest, drawn)
    return _Block([*above, rows], page)


def _caption(title: str, part: Chart | Table, section: Section) -> list[Flowable]:
    """Nothing right below a heading that says it already."""
    if one_line(title) == one_line(section.title) and section.begins_with(part):
        return []
    return [Lines(one_line(title), CAPTION)]


class _Block(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """A caption with what it is about: whole when small, else split inside its last part."""

    below = 0.0
    """Points of what is to stand on the same page as the block's end: the notes."""
    headed = False
    """Whether a section's heading stands right above, which would stay behind alone."""

    def __init__(self, parts: list[Flowable], page: Page, *, goes_on: bool = False) -> None:
        """`goes_on`: its beginning stands above, so that it does not begin on another page."""
        super().__init__()
        self._parts, self._page, self._goes_on = parts, page, goes_on

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self.height = sum(
            part.wrap(width, height)[1] + part.getSpaceBefore() + part.getSpaceAfter()
            for part in self._parts
        )
        # What is said to be too high is asked to split.
        return width, height + 1 if self._split_for_company(height) else self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """Once it begins on a page of its own, or is a long table, into its parts."""
        company = self._split_for_company(height)
        whole = not self._goes_on and not self._at_top(height)
        if whole and (self.height <= KEPT_WHOLE or height < ENOUGH_OF_A_TABLE):
            return [PageBreak(), self]
        if company:
            return company
        *above, last = self._parts
        if above:
            return [*above, self._rest(last)]
        here = last.split(width, height)
        return [here[0], self._rest(here[1])] if len(here) == 2 else list(here)

    def draw(self) -> None:
        y = self.height
        for part in self._parts:
            y -= part.getSpaceBefore() + part.wrap(self.width, y)[1]
            part.drawOn(self.canv, 0, y)
            y -= part.getSpaceAfter()

    def _split_for_company(self, height: float) -> list[Flowable]:
        """Where all of it fits, but not what is to stand below: parts that leave it company."""
        if not self.below or not self.height <= height < self.height + self.below:
            return []
        kept_whole = self.height <= KEPT_WHOLE and not self._goes_on and not self.headed
        if kept_whole and not self._at_top(height):
            return [PageBreak(), self]
        *above, last = self._parts
        parts = last.split(self.width, last.height - COMPANY)
        if len(parts) < 2:
            return []
        return [*above, parts[0], PageBreak(), self._rest(parts[1])]

    def _rest(self, part: Flowable) -> _Block:
        rest = _Block([part], self._page, goes_on=True)
        rest.below = self.below
        return rest

    def _at_top(self, height: float) -> bool:
        return height >= self._page.content_height - 1


def _keep_company(
    story: list[Flowable],
    mark: Flowable,
    heading: CondPageBreak,
    content: list[Flowable],
    page: Page,
) -> None:
    """The notes, which begin at `mark`, on one page, and with the end of what is above them: the
    `content` of the last section, below its `heading`."""
    at = story.index(mark)
    notes = story[at:]
    height = sum(
        float(part.wrap(page.content_width, 0)[1] + part.getSpaceBefore() + part.getSpaceAfter())
        for part in notes
    )
    if height > KEPT_WHOLE:
        return
    story[at:] = [KeepTogether(notes)]
    if not content or not isinstance(last := content[-1], _Block):
        return
    last.below, last.headed = height, len(content) == 1
    whole = heading.height + height
    if last.headed and last.height <= KEPT_WHOLE and whole <= page.content_height:
        heading.height = whole  # all of it together, or all of it on the next page
