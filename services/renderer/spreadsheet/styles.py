"""The workbook's cell styles, made once each, and the one way to write a text into a cell."""

from __future__ import annotations

from typing import Any

from services.renderer import palette
from services.renderer.formats.formulas import begins_a_formula
from services.renderer.spreadsheet.cells import Value
from shared.house_style import HouseStyle

FONT = "Calibri"
SIZE = 11
# What everyday cells look like; each style names what differs.
_BASE: dict[str, Any] = {"font_name": FONT, "font_size": SIZE, "valign": "top"}

HEADING: dict[str, Any] = {"bold": True, "font_color": "#FFFFFF"}
"""Beside the house's colour as fill, which is dark enough for white words."""
MUTED = {"font_color": palette.MUTED}
STRONG = {"bold": True}


class Styles:
    """XlsxWriter's formats by what they look like."""

    def __init__(self, book: Any, house: HouseStyle) -> None:
        self._book = book
        self.accent = house.colour
        self.heading = {**HEADING, "bg_color": house.colour}
        """What stands above columns."""
        self.total = {"bold": True, "top": 2, "top_color": house.second_colour}
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **properties: Any) -> Any:
        """The format with these properties (XlsxWriter's names) over the everyday ones."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({**_BASE, **properties})
        return self._made[key]

    def write(self, sheet: Any, row: int, column: int, value: Value, **properties: Any) -> None:
        """Writes what `value` holds, by its type; an empty cell for None."""
        content = value.content
        match content:
            case None:
                sheet.write_blank(row, column, None, self.style(**properties))
            case bool():
                sheet.write_boolean(row, column, content, self.style(**properties))
            case int() | float():
                sheet.write_number(row, column, content, self.style(**properties))
            case str():
                self._write_text(sheet, row, column, content, properties)

    def _write_text(
        self, sheet: Any, row: int, column: int, text: str, properties: dict[str, Any]
    ) -> None:
        if begins_a_formula(text):
            # A text already, and marked as one: it stays so when somebody edits the cell.
            properties = {**properties, "quote_prefix": True}
        style = self.style(**properties)
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter takes such a text for markup of its own and would not escape it.
            sheet.write_rich_string(row, column, "<", style, text[1:], style)
        else:
            sheet.write_string(row, column, text, style)
