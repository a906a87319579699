"""Cutting a period into buckets: days, ISO weeks or months, at the timezone's midnights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared.periods import Period, months_later

_LONGEST_IN_DAYS = 31
_LONGEST_IN_WEEKS = 182


class Grain(StrEnum):
    """How long a bucket is."""

    AUTO = "auto"
    """Days up to a month, weeks up to half a year, months beyond."""
    DAY = "day"
    WEEK = "week"
    """ISO 8601: Monday to Sunday."""
    MONTH = "month"


@dataclass(frozen=True)
class Bucket:
    """A part of the period, both days inclusive; shorter than its grain at the edges."""

    first_day: date
    last_day: date
    label: str


def chosen_grain(grain: Grain, days: int) -> Grain:
    """The grain itself, or for `auto` the one that suits so many days."""
    if grain is not Grain.AUTO:
        return grain
    if days <= _LONGEST_IN_DAYS:
        return Grain.DAY
    return Grain.WEEK if days <= _LONGEST_IN_WEEKS else Grain.MONTH


def buckets(period: Period, grain: Grain) -> list[Bucket]:
    """The period in order, cut at the grain's boundaries; every day lies in one bucket."""
    found = []
    first = period.first_day
    while first <= period.last_day:
        last = min(_last_day_of_bucket(first, grain), period.last_day)
        found.append(Bucket(first, last, _label(first, grain)))
        first = last + timedelta(days=1)
    return found


def _last_day_of_bucket(day: date, grain: Grain) -> date:
    if grain is Grain.WEEK:
        return day + timedelta(days=6 - day.weekday())
    if grain is Grain.MONTH:
        return months_later(day.replace(day=1), 1) - timedelta(days=1)
    return day


def _label(day: date, grain: Grain) -> str:
    if grain is Grain.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    if grain is Grain.MONTH:
        return f"{day:%Y-%m}"
    return day.isoformat()
