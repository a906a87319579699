"""How figures, days and movements read in words, for every format that people read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from shared.document import Cell, Column, Direction, Kind, Kpi, ReportDocument, Table, Verdict
from shared.plain_words import plain_words

NO_VALUE = "\N{EN DASH}"
"""Printed where there is no figure."""
NOTHING_TO_REPORT = "There is nothing to report for this period."
"""Said where a document has no sentence and no row."""

VERDICT_WORDS = {Verdict.GOOD: "good", Verdict.BAD: "bad", Verdict.NEUTRAL: ""}


def one_line(text: str) -> str:
    """The text without control and direction-changing characters, on one line."""
    return " ".join(without_controls(text).split())


def without_controls(text: str) -> str:
    """Line ends and control characters become spaces; what turns text round is left out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if unicodedata.category(character) in _NOT_TEXT else character
        for character in text
        if unicodedata.bidirectional(character) not in _DIRECTION_CHANGES
    )


_NOT_TEXT = {"Cc", "Cn", "Cs", "Zl", "Zp"}
"""Controls, unassigned code points (XML refuses some), surrogates, separators."""
_DIRECTION_CHANGES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def number(value: Decimal | int, places: int | None = None) -> str:
    """With thousands separators and a true minus sign; `places` decimal places if given.

    Halves are rounded to the even digit, as Python's decimal context does; zero has no sign.
    """
    exact = Decimal(value)
    text = f"{exact:,f}" if places is None else f"{exact:z,.{places}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def day(value: date) -> str:
    """For instance "4 Oct 2026"."""
    return f"{value.day} {value:%b} {value.year}"


def instant(value: datetime, timezone: str) -> str:
    """In that timezone, for instance "2 Nov 2026, 09:15 CET", else "… UTC+05:45"."""
    local = value.astimezone(ZoneInfo(timezone))
    name = local.tzname() or ""
    if not name.isalpha():
        offset = f"{local:%z}"
        name = f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{day(local)}, {local:%H:%M} {name}"


LEFT_KINDS = (Kind.TEXT, Kind.DATE, Kind.INSTANT, Kind.BOOLEAN)
"""Kinds of columns whose cells stand to the left; figures stand to the right."""


def total_text(cell: Cell, column: Column, timezone: str) -> str:
    """One cell of a totals row: blank for words, never where a figure is lacking."""
    if cell is None and column.kind in LEFT_KINDS:
        return ""
    return cell_text(cell, column, timezone)


def cell_text(cell: Cell, column: Column, timezone: str) -> str:
    """One cell as people read it; what does not fit its kind is printed as it is."""
    match cell:
        case None:
            return NO_VALUE
        case bool():
            return "yes" if cell else "no"
        case int():
            return number(cell, column.places)
    if column.coded:
        return one_line(plain_words(cell))
    try:
        match column.kind:
            case Kind.DECIMAL:
                return number(Decimal(cell), column.places)
            case Kind.PERCENT:
                return number(Decimal(cell), column.places) + "%"
            case Kind.DATE:
                return day(date.fromisoformat(cell))
            case Kind.INSTANT:
                return instant(datetime.fromisoformat(cell), timezone)
    except (InvalidOperation, ValueError):
        pass
    return one_line(cell)


def column_texts(cells: Sequence[Cell], column: Column, timezone: str) -> list[str]:
    """Of each cell its `cell_text`; what comes again is worked out once."""
    if {bool, int} <= set(map(type, cells)):
        # For Python True equals 1, for people it does not.
        return [cell_text(cell, column, timezone) for cell in cells]
    texts = {cell: cell_text(cell, column, timezone) for cell in set(cells)}
    return [texts[cell] for cell in cells]


def without_empty_comparisons(table: Table) -> Table:
    """The table without columns of the period before that have no value, for want of data."""
    rows = [*table.rows, table.total or (None,) * len(table.columns)]
    kept = [
        index
        for index, column in enumerate(table.columns)
        if not column.compares or any(row[index] is not None for row in rows)
    ]
    if len(kept) == len(table.columns):
        return table

    def cells(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(row[index] for index in kept)

    return table.model_copy(
        update={
            "columns": tuple(table.columns[index] for index in kept),
            "rows": tuple(map(cells, table.rows)),
            "total": None if table.total is None else cells(table.total),
        }
    )


def heading(column: Column) -> str:
    """A column's title with its unit, which the cells do not repeat."""
    title = one_line(column.title)
    if column.unit is None or column.unit.casefold() in title.casefold():
        return title
    return f"{title} ({one_line(column.unit)})"


def kpi_value(kpi: Kpi) -> str:
    """The headline figure without its unit."""
    return NO_VALUE if kpi.value is None else number(kpi.value, kpi.places)


def kpi_unit(kpi: Kpi) -> str:
    """The unit beside the headline figure: "characters", but "1 character"; or nothing."""
    if kpi.unit is None or kpi.value is None:
        return ""
    unit = one_line(kpi.unit)
    # A word and no symbol: "ms" stays.
    return unit.removesuffix("s") if kpi_value(kpi) == "1" and len(unit) > 3 else unit


def kpi_previous(kpi: Kpi) -> str:
    """For instance "was 40", "was 78.1%"."""
    if kpi.previous is None:
        return "no earlier figure"
    return f"was {number(kpi.previous, kpi.places)}{'%' if kpi.unit == '%' else ''}"


def kpi_change(kpi: Kpi) -> str:
    """The movement without its arrow: "12.5% up", "2.3 points up", "unchanged"."""
    match kpi.direction:
        case Direction.UNKNOWN:
            return "no comparison"
        case Direction.FLAT:
            return "unchanged"
    for change, unit in ((kpi.change_points, " points"), (kpi.change_percent, "%")):
        if change is not None:
            amount = number(abs(change), 1) if change else "less than 0.1"
            return f"{amount}{unit} {kpi.direction.value}"
    return kpi.direction.value


def provenance(document: ReportDocument) -> str:
    """Which data it was made from, for instance "Weekly, version 3  ·  Snapshot 3f9a12c0de34"."""
    snapshot = f"Snapshot {document.snapshot_id}"
    if document.definition is None:
        return snapshot
    return f"{one_line(document.definition)}  ·  {snapshot}"


def row_count(table: Table) -> str:
    """For instance "1 row", "10,000 rows"."""
    count = table.row_count
    return f"{count:,} row{'' if count == 1 else 's'}"
