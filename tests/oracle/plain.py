"""Arithmetic for oracles, in another way than the reports do it: decimals of sixty digits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from zoneinfo import ZoneInfo

from shared.document import ReportDocument

LEAST_TO_JUDGE = 5
"""Of fewer characters a mean or a median is chance, and neither good nor bad."""
ONE_MILLISECOND = timedelta(milliseconds=1)
DAY = 86_400_000
HOUR = 3_600_000


def before_is_covered(document: ReportDocument, instants: Iterable[datetime | None]) -> bool:
    """Whether something of the source is of the first day of the period before, or earlier.

    Where the period has not begun there is nothing to set beside that one, either.
    """
    zone = ZoneInfo(document.period.timezone)
    if document.as_of.astimezone(zone).date() < document.period.first_day:
        return False
    days = [at.astimezone(zone).date() for at in instants if at is not None]
    return document.previous_period is not None and any(
        day <= document.previous_period.first_day for day in days
    )


def fixed(value: Fraction, places: int) -> str:
    """Halves to even; a fall too small to show keeps its sign, as decimals do."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return str(exact.quantize(Decimal(10) ** -places, ROUND_HALF_EVEN))


def change(now: Fraction | int | None, before: Fraction | int | None) -> str | None:
    """In percent, to a tenth."""
    if now is None or not before:
        return None
    return fixed(Fraction(100 * (now - before)) / before, 1)


def share(part: int, whole: int) -> str | None:
    """In percent, to a tenth."""
    return fixed(Fraction(100 * part, whole), 1) if whole else None


def mean(values: Sequence[int]) -> Fraction | None:
    return Fraction(sum(values), len(values)) if values else None


def quantile(values: Sequence[int], q: Fraction) -> Fraction | None:
    """SQL's percentile_cont: at rank 1 + q (n - 1), between the ranks on both sides."""
    if not values:
        return None
    ranked = sorted(values)
    rank = 1 + q * (len(ranked) - 1)
    below = ranked[rank.__floor__() - 1]
    above = ranked[rank.__ceil__() - 1]
    weight = rank - rank.__floor__()
    return (1 - weight) * below + weight * above


def bucket_of(day: date, grain: str) -> str:
    match grain:
        case "day":
            return str(day)
        case "week":
            return day.strftime("%G-W%V")
        case "month":
            return day.strftime("%Y-%m")
    raise ValueError(grain)


def buckets(first_day: date, last_day: date, grain: str) -> dict[str, list[date]]:
    """The days of each bucket, in order."""
    found: dict[str, list[date]] = {}
    for number in range((last_day - first_day).days + 1):
        day = first_day + timedelta(days=number)
        found.setdefault(bucket_of(day, grain), []).append(day)
    return found


def elapsed(since: datetime, until: datetime) -> int:
    """Whole milliseconds, what is left over is dropped."""
    return (until - since) // ONE_MILLISECOND
