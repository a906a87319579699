"""A document's cells as a spreadsheet keeps them: numbers, days, texts, truth values.

A spreadsheet's numbers are doubles of which it shows 15 digits. A figure with more stays a text
with all its digits, and the sheet says so. Days are numbers too, from 1 March 1900 on: before
that, spreadsheets disagree about the calendar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from services.renderer.presentation import one_line
from services.renderer.words import words
from shared import localized
from shared.document import Cell, Column, Kind
from shared.plain_words import plain_words

EXACT_DIGITS = 15
LONGEST_TEXT = 32_767
"""UTF-16 units of one cell."""
DAY_ZERO = date(1899, 12, 30)
FIRST_DAY = date(1900, 3, 1)
ONE_MILLISECOND = timedelta(milliseconds=1)
SHORT_UNIT, LONGEST_UNIT = 4, 60
"""Characters: of one that is said in each cell; a number format has room for 255."""
TEXT_FORMAT = "@"
"""What is typed over such a cell stays text as well."""


@dataclass(frozen=True)
class ColumnFormat:
    """How the cells of one column are shown."""

    number_format: str
    to_right: bool


@dataclass(frozen=True)
class Value:
    """What goes into one cell."""

    content: bool | int | float | str | None
    remark: str | None = None
    """One of `REMARKS` when the cell is not quite what the document has."""


REMARKS = ("digits", "kind", "early", "rounded", "twice", "cut")
"""What may be remarked of a cell; each is a message."""


def column_format(column: Column, places: int, *, fine: bool) -> ColumnFormat:
    """Thousands separators, `places` where the column does not say, its unit where it is short.

    `fine`: its instants have parts of a second.
    """
    if column.places is not None:
        places = column.places
    match column.kind:
        case Kind.INTEGER:
            return ColumnFormat(number_format(0, _short(column.unit)), True)
        case Kind.DECIMAL:
            return ColumnFormat(number_format(places, _short(column.unit)), True)
        case Kind.PERCENT:
            return ColumnFormat(number_format(places) + percent_format(), True)
        case Kind.DATE:
            return ColumnFormat(words("date-format"), False)
        case Kind.INSTANT:
            return ColumnFormat(words("instant-format") + (".000" if fine else ""), False)
        case Kind.BOOLEAN:
            # Excel ignores it; others would show 1 and 0.
            return ColumnFormat(words("truth-format"), False)
    return ColumnFormat(TEXT_FORMAT, False)


def number_format(places: int, unit: str | None = None) -> str:
    """With thousands separators, that many decimal places and the unit behind it."""
    format_ = "#,##0" + ("." + "0" * min(places, EXACT_DIGITS) if places else "")
    unit = one_line(unit or "").replace('"', "")[:LONGEST_UNIT]
    if unit == "%":
        return format_ + percent_format("\\%")
    return f'{format_} "{unit}"' if unit else format_


def percent_format(sign: str = "%") -> str:
    """What follows the digits of a share, with a space before the sign where the language has one.

    `sign`: "%" takes the cell times 100, one behind a backslash does not.
    """
    space = localized.percent_sign().removesuffix("%")
    return f'"{space}"{sign}' if space else sign


def _short(unit: str | None) -> str | None:
    """A unit that may follow every figure of a column; the heading has it in any case."""
    return unit if unit is not None and len(unit) <= SHORT_UNIT else None


def value(cell: Cell, column: Column, timezone: str) -> Value:
    """The cell as number, truth value or text; its instants as local times in `timezone`."""
    match cell:
        case None:
            return Value(None)
        case bool():
            return Value(cell, None if column.kind is Kind.BOOLEAN else "kind")
        case int():
            return number(Decimal(cell), percent=column.kind is Kind.PERCENT)
    if column.kind is Kind.TEXT:
        return text(plain_words(cell) if column.coded else cell)
    try:
        match column.kind:
            case Kind.INTEGER:
                return number(Decimal(int(cell)))
            case Kind.DECIMAL | Kind.PERCENT:
                return number(Decimal(cell), percent=column.kind is Kind.PERCENT)
            case Kind.DATE:
                return _day(date.fromisoformat(cell))
            case Kind.INSTANT:
                return _instant(datetime.fromisoformat(cell), ZoneInfo(timezone))
    except (InvalidOperation, ValueError):
        pass
    return Value(text(cell).content, "kind")


def number(exact: Decimal, *, percent: bool = False) -> Value:
    """The number, a percentage as its hundredth part; a text if it has too many digits."""
    if not exact.is_finite():
        raise ValueError("not a number")
    if len(exact.normalize().as_tuple().digits) > EXACT_DIGITS or exact.adjusted() > 300:
        return Value(f"{exact:f}" + ("%" if percent else ""), "digits")
    if percent:
        exact = exact.scaleb(-2)
    return Value(int(exact) if exact == exact.to_integral_value() else float(exact))


def text(content: str) -> Value:
    """The text, as much of it as a cell holds."""
    if len(content) * 2 <= LONGEST_TEXT or _utf16_units(content) <= LONGEST_TEXT:
        return Value(content)
    units = content.encode("utf-16-le")[: (LONGEST_TEXT - 1) * 2]
    return Value(units.decode("utf-16-le", errors="ignore") + "…", "cut")


def _utf16_units(content: str) -> int:
    return len(content.encode("utf-16-le")) // 2


def _day(day: date) -> Value:
    if day < FIRST_DAY:
        return Value(day.isoformat(), "early")
    return Value((day - DAY_ZERO).days)


def _instant(moment: datetime, zone: ZoneInfo) -> Value:
    if moment.tzinfo is None:
        raise ValueError("a time without an offset is no instant")
    local = moment.astimezone(zone)
    if local.date() < FIRST_DAY:
        return Value(moment.isoformat(), "early")
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    since = local.replace(tzinfo=None) - datetime.combine(DAY_ZERO, datetime.min.time())
    rounded = (since + ONE_MILLISECOND / 2) // ONE_MILLISECOND * ONE_MILLISECOND
    remark = "twice" if twice else "rounded" if rounded != since else None
    return Value(rounded / timedelta(days=1), remark)


def remarks(found: Mapping[str, int]) -> list[str]:
    """One line for each kind of remark, for instance "3 figures have more than 15 digits …"."""
    counts = ((found.get(key, 0), f"remark-{key}") for key in REMARKS)
    return [words(name, count=count) for count, name in counts if count]
