"""Cutting a period into buckets: local days, ISO 8601 weeks or calendar months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from services.aggregator.wording.messages import say
from shared import localized
from shared.document import Column, Kind
from shared.narrowing import PERIOD
from shared.periods import Period, months_later

MOST_BUCKETS = 400
"""More bars than these cannot be told apart on a page; the grain is then made coarser."""

_LONGEST_IN_DAYS = 31
_LONGEST_IN_WEEKS = 26 * 7
_ONE_DAY = timedelta(days=1)


class Grain(StrEnum):
    """How long a bucket is."""

    AUTO = "auto"
    """Days up to a month, weeks up to half a year, months beyond."""
    DAY = "day"
    WEEK = "week"
    """ISO 8601: Monday to Sunday; the week belongs to the year of its Thursday."""
    MONTH = "month"


@dataclass(frozen=True)
class Bucket:
    """A part of a period, both days inclusive."""

    first_day: date
    last_day: date
    key: str
    """ISO 8601: "2026-10-05", "2026-W41" or "2026-10"; ascends with time."""
    cut: bool
    """Whether the period's edge leaves it fewer days than its grain has."""
    words: str
    """What a sentence calls it, for instance "week 41 (5–11 October 2026)"."""

    @property
    def days(self) -> int:
        """How many local days it covers."""
        return (self.last_day - self.first_day).days + 1


def bucket_columns(grain: Grain) -> tuple[Column, ...]:
    """Of a table over time: which bucket a row is of. A day is one date; others have two more."""
    kind = Kind.DATE if grain is Grain.DAY else Kind.TEXT
    title = say("grain-title", grain=grain)
    named = Column(name="bucket", title=title, kind=kind, narrows=PERIOD)
    if grain is Grain.DAY:
        return (named,)
    return (
        named,
        Column(name="first_day", title=say("column-first-day"), kind=Kind.DATE, narrows=PERIOD),
        Column(name="last_day", title=say("column-last-day"), kind=Kind.DATE, narrows=PERIOD),
    )


def bucket_cells(bucket: Bucket, grain: Grain) -> tuple[str, ...]:
    """The cells of `bucket_columns`."""
    return _cells(bucket.key, bucket.first_day, bucket.last_day, grain)


def whole_period_cells(period: Period, grain: Grain) -> tuple[str, ...]:
    """The same of the totals row."""
    return _cells(say("whole-period"), period.first_day, period.last_day, grain)


def _cells(name: str, first: date, last: date, grain: Grain) -> tuple[str, ...]:
    return (name,) if grain is Grain.DAY else (name, first.isoformat(), last.isoformat())


def grain_for(choice: Grain, days: int) -> Grain:
    """The grain for a period of so many days: day, week or month, never `auto`.

    Coarser than the choice where that would make more than `MOST_BUCKETS` buckets.
    """
    if choice is Grain.AUTO:
        if days <= _LONGEST_IN_DAYS:
            return Grain.DAY
        return Grain.WEEK if days <= _LONGEST_IN_WEEKS else Grain.MONTH
    if choice is Grain.DAY and days > MOST_BUCKETS:
        choice = Grain.WEEK
    # A period may begin and end within a week, so n weeks touch up to n + 1 of them.
    if choice is Grain.WEEK and days // 7 + 2 > MOST_BUCKETS:
        return Grain.MONTH
    return choice


def buckets(period: Period, grain: Grain) -> tuple[Bucket, ...]:
    """The period in order, cut at the grain's boundaries; every day lies in one bucket."""
    after = period.last_day + _ONE_DAY
    starts = [period.first_day]
    while (start := _next_start(starts[-1], grain)) < after:
        starts.append(start)
    return tuple(
        _bucket(first, following - _ONE_DAY, grain)
        for first, following in pairwise([*starts, after])
    )


def _next_start(day: date, grain: Grain) -> date:
    """The first day of the bucket after the one that `day` lies in."""
    match grain:
        case Grain.DAY:
            return day + _ONE_DAY
        case Grain.WEEK:
            return day + timedelta(days=7 - day.weekday())
        case Grain.MONTH:
            return months_later(day.replace(day=1), 1)
        case Grain.AUTO:
            raise ValueError("choose the grain first, with grain_for()")


def _bucket(first: date, last: date, grain: Grain) -> Bucket:
    match grain:
        case Grain.WEEK:
            year, week, _ = first.isocalendar()
            cut = (last - first).days < 6
            words = say("week", week=str(week), days=localized.day_range(first, last))
            return Bucket(first, last, f"{year:04}-W{week:02}", cut, words)
        case Grain.MONTH:
            cut = first.day > 1 or (last + _ONE_DAY).day > 1
            words = localized.day_range(first, last) if cut else localized.month(first)
            return Bucket(first, last, f"{first:%Y-%m}", cut, words)
    return Bucket(first, last, first.isoformat(), False, localized.day_range(first, last))
