"""The first sheet: what the report says, its key figures, its charts, what is on which sheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from services.renderer import palette, presentation
from services.renderer.pixel_logo import SPREADSHEET_ROOM
from services.renderer.presentation import one_line
from services.renderer.spreadsheet.cells import (
    Value,
    number,
    number_format,
    percent_format,
    text,
)
from services.renderer.spreadsheet.print_setup import set_up_print
from services.renderer.spreadsheet.styles import MUTED, STRONG, Styles
from services.renderer.spreadsheet.table_sheets import Part
from services.renderer.words import words
from shared.document import Direction, Kpi, ReportDocument, Table, Verdict
from shared.house_style import Logo, Picture

WIDTHS = (34, 20, 20, 14, 14, 12, 12)
"""Of the columns, in characters."""
LINE = 135
"""Characters of running text over the whole width."""
LINE_HEIGHT = 15
ROW_PIXELS = 20
COLUMNS = (
    *("column-figure", "column-this-period", "column-previous-period"),
    *("column-change", "column-direction", "column-verdict"),
)


class SummarySheet:
    """Writes the sheet from the top down."""

    def __init__(self, sheet: Any, styles: Styles) -> None:
        self._sheet, self._styles = sheet, styles
        self._row = 0
        for index, width in enumerate(WIDTHS):
            sheet.set_column(index, index, width)
        sheet.hide_gridlines(2)

    def write_cover(self, document: ReportDocument) -> None:
        """Who, what, when, and the executive summary."""
        period, house = document.period, document.house_style
        set_up_print(self._sheet, document, document.title)
        self._sheet.set_tab_color(house.colour)
        self._place_logo(house.logo)
        self._line(document.tenant, bold=True, font_color=self._styles.accent)
        self._line(document.title, bold=True, font_size=22, height=30)
        self._line(presentation.days(period), font_size=14, height=20)
        self._line(
            f"{words('compared-with', period=presentation.days(document.previous_period))}"
            f"  ·  {words('days-in', zone=period.timezone)}",
            None,
            **MUTED,
        )
        self._line(
            f"{words('as-of', at=presentation.instant(document.as_of, period.timezone))}  ·  "
            + words("generated", at=presentation.instant(document.generated_at, period.timezone)),
            None,
            **MUTED,
        )
        for table in document.tables:
            if told := presentation.cut(table):
                self._line(f"{one_line(table.title)}: {told}", None, **STRONG)
        self._rule(house.second_colour)
        sentences = presentation.sentences(document)
        if sentences:
            self._heading(words("summary"))
            for sentence in sentences:
                self._paragraph(sentence)
            self._row += 1

    def _place_logo(self, logo: Logo | None) -> None:
        """At the right of the first lines."""
        if logo is None:
            return
        # A drawn one was made pixels: see `pixel_logo`.
        assert logo.media_type is Picture.PNG
        width, height = logo.size
        scale = min(SPREADSHEET_ROOM[0] / width, SPREADSHEET_ROOM[1] / height)
        options = {
            "image_data": io.BytesIO(logo.content), "x_scale": scale, "y_scale": scale,
            "x_offset": 4, "y_offset": 4, "object_position": 3, "decorative": True,
        }  # fmt: skip
        self._sheet.insert_image(0, len(WIDTHS) - 3, "logo.png", options)

    def _rule(self, colour: str) -> None:
        """A thin line over the whole width."""
        self._sheet.set_row(self._row, 6)
        for column in range(len(WIDTHS)):
            self._styles.write(
                self._sheet, self._row, column, Value(None), bottom=2, bottom_color=colour
            )
        self._row += 2

    def write_kpis(self, kpis: Sequence[Kpi]) -> None:
        """One row per key figure, its numbers as numbers with their units."""
        if not kpis:
            return
        self._heading(words("key-figures"))
        for column, name in enumerate(COLUMNS):
            look: dict[str, Any] = {"align": "right"} if column in (1, 2, 3) else {}
            if name == "column-direction":
                look = {"align": "left", "indent": 1}
            self._styles.write(
                self._sheet,
                self._row,
                column,
                Value(words(name)),
                **self._styles.heading,
                **look,
            )
        for kpi in kpis:
            self._row += 1
            self._kpi(kpi)
        self._row += 2

    def _kpi(self, kpi: Kpi) -> None:
        format_ = number_format(kpi.places, kpi.unit)
        tone = {"font_color": palette.WARNING} if kpi.verdict is Verdict.BAD else {}
        change, change_format = _change(kpi)
        cells: list[tuple[Value, dict[str, Any]]] = [
            (text(one_line(kpi.title)), {"bold": True}),
            (_figure(kpi.value), {"num_format": format_, "align": "right", "bold": True}),
            (_figure(kpi.previous), {"num_format": format_, "align": "right"}),
            (change, {"num_format": change_format, "align": "right", **tone}),
            (Value(_direction(kpi)), {"align": "left", "indent": 1, **tone}),
            (Value(presentation.verdict(kpi) or None), tone),
        ]  # fmt: skip
        for column, (value, look) in enumerate(cells):
            ruled = {"bottom": 1, "bottom_color": palette.RULE}
            self._styles.write(self._sheet, self._row, column, value, **look, **ruled)

    def place_chart(self, chart: Any, description: str, height: int) -> None:
        """A native chart `height` pixels high, with the words for those who do not see it."""
        self._sheet.insert_chart(
            self._row, 0, chart, {"description": one_line(description), "object_position": 2}
        )
        self._row += -(-height // ROW_PIXELS) + 1

    def say(self, remark: str) -> None:
        """A muted line."""
        self._paragraph(remark, **MUTED)

    def write_contents(self, tables: Sequence[tuple[Table, Sequence[Part]]]) -> None:
        """Which table is on which sheet, and how many of its rows."""
        if not tables:
            return
        self._row += 1
        self._heading(words("sheets"))
        titles = (words("column-sheet"), words("column-table"), "", words("column-rows"))
        for column, title in enumerate(titles):
            self._styles.write(self._sheet, self._row, column, Value(title), **self._styles.heading)
        for table, parts in tables:
            for part in parts:
                self._row += 1
                self._contents_row(table, part, len(parts) > 1)
        self._row += 2

    def _contents_row(self, table: Table, part: Part, several: bool) -> None:
        link = self._styles.style(font_color=self._styles.accent, underline=1)
        target = part.sheet_name.replace("'", "''")
        self._sheet.write_url(self._row, 0, f"internal:'{target}'!A1", link, string=part.sheet_name)
        self._styles.write(self._sheet, self._row, 1, text(one_line(table.title)))
        rows = presentation.cut(table) or presentation.row_count(table)
        if several:
            rows = words("rows-from-to", first=part.first + 1, last=part.after, rows=rows)
        self._styles.write(self._sheet, self._row, 3, Value(rows))

    def write_notes(self, notes: Sequence[str]) -> None:
        """How things were counted."""
        if not notes:
            return
        self._heading(words("notes"))
        for note in notes:
            self._paragraph(note, **MUTED)

    def _heading(self, title: str) -> None:
        self._line(title, bold=True, font_size=13, height=20)

    def _line(self, content: str, height: int | None = None, **look: Any) -> None:
        if height is not None:
            self._sheet.set_row(self._row, height)
        self._styles.write(self._sheet, self._row, 0, text(one_line(content)), **look)
        self._row += 1

    def _paragraph(self, content: str, **look: Any) -> None:
        """Over the whole width, as high as it needs: merged cells do not grow by themselves."""
        written = text(one_line(content))
        style = self._styles.style(text_wrap=True, **look)
        self._sheet.merge_range(self._row, 0, self._row, len(WIDTHS) - 1, "", style)
        self._styles.write(self._sheet, self._row, 0, written, text_wrap=True, **look)
        lines = -(-len(str(written.content)) // LINE)
        self._sheet.set_row(self._row, min(LINE_HEIGHT * max(lines, 1) + 2, 400))
        self._row += 1


def _figure(value: Decimal | None) -> Value:
    return Value(None) if value is None else number(value)


def _change(kpi: Kpi) -> tuple[Value, str]:
    """The movement and its number format: percent, or points of a figure in percent."""
    if kpi.change_points is not None:
        unit = f'" {words("points-unit")}"'
        return number(kpi.change_points), f"+0.0{unit};-0.0{unit};0.0{unit}"
    percent = kpi.change_percent
    change = Value(None) if percent is None else number(percent, percent=True)
    sign = percent_format()
    return change, f"+0.0{sign};-0.0{sign};0.0{sign}"


def _direction(kpi: Kpi) -> str:
    if kpi.direction is Direction.UNKNOWN:
        return words("no-comparison")
    return words("direction", direction=kpi.direction)
