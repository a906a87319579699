"""How figures, days and movements read in words, for every format that people read.

In the current language (`shared.languages`), which is the document's while it is drawn.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from zoneinfo import ZoneInfo

from services.renderer.words import words
from shared import localized
from shared.document import Cell, Column, Direction, Kind, Kpi, ReportDocument, Table, Verdict
from shared.languages import ENGLISH, current
from shared.messages import select
from shared.periods import Period
from shared.plain_words import plain_words

NO_VALUE = "\N{EN DASH}"
"""Printed where there is no figure."""


def sentences(document: ReportDocument) -> tuple[str, ...]:
    """Its summary; a sentence that there is nothing where it has no sentence and no row."""
    if document.summary or document.row_count:
        return document.summary
    return (words("nothing-to-report"),)


def verdict(kpi: Kpi) -> str:
    """Whether its movement is welcome, in a word; nothing where it is neither."""
    return "" if kpi.verdict is Verdict.NEUTRAL else words("verdict", verdict=kpi.verdict)


def days(period: Period) -> str:
    """For instance "1–4 October 2026"; what both days share is said once."""
    return localized.day_range(period.first_day, period.last_day)


def one_line(text: str) -> str:
    """The text without control and direction-changing characters, on one line.

    Spaces that no line is broken at stay what they are: "38,2 %" has one.
    """
    text = without_controls(text)
    if text.isascii() or not any(space in text for space in _KEPT_SPACES):
        return " ".join(text.split())
    return _OTHER_SPACES.sub(" ", text).strip()


def without_controls(text: str) -> str:
    """Line ends and control characters become spaces; what turns text round is left out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if unicodedata.category(character) in _NOT_TEXT else character
        for character in text
        if unicodedata.bidirectional(character) not in _DIRECTION_CHANGES
    )


_KEPT_SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
_OTHER_SPACES = re.compile(rf"[^\S{_KEPT_SPACES}]+")
_NOT_TEXT = {"Cc", "Cn", "Cs", "Zl", "Zp"}
"""Controls, unassigned code points (XML refuses some), surrogates, separators."""
_DIRECTION_CHANGES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def number(value: Decimal | int, places: int | None = None) -> str:
    """With thousands separators and a true minus sign; `places` decimal places if given.

    Halves are rounded to the even digit, as Python's decimal context does; zero has no sign.
    """
    exact = Decimal(value)
    text = f"{exact:,f}" if places is None else f"{exact:z,.{places}f}"
    return localized.number(text.replace("-", "\N{MINUS SIGN}"))


def percentage(value: Decimal | int, places: int | None = None) -> str:
    """The same of a share that is times 100 already, with its sign: "12.5%"."""
    return number(value, places) + localized.percent_sign()


def instant(value: datetime, timezone: str) -> str:
    """In that timezone, for instance "2 Nov 2026, 09:15 CET", else "… UTC+05:45"."""
    local = value.astimezone(ZoneInfo(timezone))
    name = local.tzname() or ""
    if not name.isalpha():
        offset = f"{local:%z}"
        name = f"UTC{offset[:3]}:{offset[3:5]}"
    return f"{localized.short_day(local.date())}, {local:%H:%M} {name}"


_LEAST_SHOWN = Decimal("0.1")
"""Of a movement; a smaller one is said to be less."""
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
            return _truth(cell, current())
        case int():
            return number(cell, column.places)
    if column.coded:
        return one_line(plain_words(cell))
    try:
        match column.kind:
            case Kind.DECIMAL:
                return number(Decimal(cell), column.places)
            case Kind.PERCENT:
                return percentage(Decimal(cell), column.places)
            case Kind.DATE:
                return localized.short_day(date.fromisoformat(cell))
            case Kind.INSTANT:
                return instant(datetime.fromisoformat(cell), timezone)
    except (InvalidOperation, ValueError):
        pass
    return one_line(cell)


@cache
def _truth(cell: bool, _language: str) -> str:
    """Known by the language: a table may have ten thousand of them."""
    return words("truth", truth=select(cell))


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
    if current() != ENGLISH:
        return unit  # which was chosen by the figure
    # A word and no symbol: "ms" stays.
    return unit.removesuffix("s") if kpi_value(kpi) == "1" and len(unit) > 3 else unit


def kpi_previous(kpi: Kpi) -> str:
    """For instance "was 40", "was 78.1%"."""
    if kpi.previous is None:
        return words("no-earlier-figure")
    written = percentage if kpi.unit == "%" else number
    return words("was", figure=written(kpi.previous, kpi.places))


def kpi_change(kpi: Kpi) -> str:
    """The movement without its arrow: "12.5% up", "2.3 points up", "unchanged"."""
    match kpi.direction:
        case Direction.UNKNOWN:
            return words("no-comparison")
        case Direction.FLAT:
            return words("unchanged")
    changes = (
        ("change-points", kpi.change_points, number),
        ("change-percent", kpi.change_percent, percentage),
    )
    for name, change, written in changes:
        if change is not None:
            amount = written(abs(change) or _LEAST_SHOWN, 1)
            if not change:
                amount = words("less-than", amount=amount)
            return words(name, amount=amount, direction=kpi.direction)
    return words("direction", direction=kpi.direction)


def provenance(document: ReportDocument) -> str:
    """Which data it was made from, for instance "Weekly, version 3  ·  Snapshot 3f9a12c0de34"."""
    snapshot = words("snapshot", id=document.snapshot_id)
    if document.definition is None:
        return snapshot
    return f"{one_line(document.definition)}  ·  {snapshot}"


def around(name: str, mark: str, /, **about: str) -> tuple[str, str]:
    """What a message says before and after one of the things that it is about, named `mark`."""
    before, _, after = words(name, **about, **{mark: _PLACE}).partition(_PLACE)
    return before, after


_PLACE = "\N{NULL}"
"""Stands for what is put in later; no text has one."""


def row_count(table: Table) -> str:
    """For instance "1 row", "10,000 rows"."""
    return words("rows", count=table.row_count)


def cut(table: Table) -> str | None:
    """What a limit cut away, for instance "first 10,000 of 48,120 rows"; None if nothing."""
    return None if table.cut is None else _cut("cut", table)


def cut_sentence(table: Table) -> str | None:
    """The same as a sentence of its own."""
    return None if table.cut is None else _cut("cut-sentence", table)


def _cut(name: str, table: Table) -> str:
    return words(name, count=table.row_count, all=table.available_rows or 0)
