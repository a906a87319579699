"""Figures and days as a sentence says them. English; singular and plural agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo


def counted(number: int, noun: str) -> str:
    """For instance "1 character", "1,204 characters" or "no characters"."""
    if number == 0:
        return f"no {noun}s"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def plural(number: int, noun: str) -> str:
    """The noun alone: "character" for one, "characters" for any other number."""
    return noun if number == 1 else f"{noun}s"


def was(number: int) -> str:
    """ "was" for one, "were" for any other number."""
    return "was" if number == 1 else "were"


def percentage(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` times 100, to one decimal place; None when the whole is zero."""
    if whole == 0:
        return None
    # Multiplied first: the quotient is then rounded once, from the exact figure.
    return (Decimal(part * 100) / whole).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def rounded(value: Fraction, places: int) -> Decimal:
    """To so many decimal places, halves to even, from the exact figure."""
    return Decimal(round(value * 10**places)).scaleb(-places)


def sentence(text: str) -> str:
    """Beginning with a capital letter."""
    return text[:1].upper() + text[1:]


def percent(value: Decimal) -> str:
    """With one decimal place, or none where that is zero: "12%", "12.5%"."""
    tenths = value.quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    whole = tenths.to_integral_value()
    return f"{whole:,f}%" if tenths == whole else f"{tenths:,f}%"


def lasting(milliseconds: int) -> str:
    """For instance "34 minutes", "6.2 hours" or, from two days on, "9.3 days"."""
    minutes = Decimal(milliseconds) / 60_000
    if minutes < 60:
        return _measured(minutes, "minute", places=0)
    if minutes < 48 * 60:
        return _measured(minutes / 60, "hour", places=1)
    return _measured(minutes / (24 * 60), "day", places=1)


def _measured(value: Decimal, noun: str, *, places: int) -> str:
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN):,f}".removesuffix(".0")
    return f"{text} {noun}" if text == "1" else f"{text} {noun}s"


def listed(names: Sequence[str], *, at_most: int = 5, last: str = "and") -> str:
    """For instance "A, B and C"; beyond `at_most` the rest is counted: "A, B and 3 more"."""
    shown = list(names) if len(names) <= at_most else list(names[: at_most - 1])
    if len(shown) < len(names):
        shown.append(f"{len(names) - len(shown):,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def month(day: date) -> str:
    """For instance "October 2026"."""
    return f"{day:%B} {day.year}"


def day_range(first: date, last: date) -> str:
    """For instance "1–4 October 2026"; what both days share is said once."""
    end = f"{last.day} {month(last)}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    if first.year == last.year:
        return f"{first.day} {first:%B} – {end}"
    return f"{first.day} {month(first)} – {end}"


def moment(at: datetime, timezone: str) -> str:
    """For instance "10 October 2026, 14:05", on the clocks of that timezone."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {month(local)}, {local:%H:%M}"
