"""Reporting periods: local calendar days in a timezone, and the presets that name them.

A period is two local days, both inclusive. Its instants are half open: from the first
midnight of `first_day` to the midnight after `last_day`, both in the period's timezone, so
a day of 23 or 25 hours (a clock change) is still exactly one day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

MAX_DAYS = 3660
"""The longest period a report may cover: ten years."""


@cache
def timezone_names() -> frozenset[str]:
    """The IANA names, as IANA spells them, less those that mean something else everywhere."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def timezone_named(name: str) -> ZoneInfo:
    """The IANA zone of that name; ValueError for anything else, paths included."""
    # Looked up in a list, not tried: whether `europe/berlin` is one must not depend on whether
    # the machine's file names have case.
    if name not in timezone_names():
        raise ValueError(f"unknown timezone {name[:64]!r}: use an IANA name such as Europe/Berlin")
    return ZoneInfo(name)


def _known_timezone(name: str) -> str:
    timezone_named(name)
    return name


TimezoneName = Annotated[str, AfterValidator(_known_timezone)]


class Preset(StrEnum):
    """A period relative to a day ("today" in the period's timezone). Weeks begin on Monday."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    LAST_QUARTER = "last_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    MONTH_TO_DATE = "month_to_date"
    QUARTER_TO_DATE = "quarter_to_date"
    YEAR_TO_DATE = "year_to_date"
    # Whole days, up to and including yesterday.
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    LAST_90_DAYS = "last_90_days"


class Period(BaseModel):
    """Local days `first_day` to `last_day`, both inclusive, in `timezone` (IANA name)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_day: date
    last_day: date
    timezone: TimezoneName

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.last_day < self.first_day:
            raise ValueError("the period ends before it begins: swap its two days")
        if self.days > MAX_DAYS:
            raise ValueError(f"the period covers {self.days} days: ask for {MAX_DAYS} at most")
        return self

    @property
    def days(self) -> int:
        """How many local days the period covers."""
        return (self.last_day - self.first_day).days + 1

    @property
    def starts_at(self) -> datetime:
        """The first instant of the period (UTC)."""
        return local_midnight(self.first_day, self.timezone)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the period (UTC)."""
        return local_midnight(self.last_day + timedelta(days=1), self.timezone)

    @property
    def previous(self) -> Period:
        """The period of equal length that ends the day before this one begins."""
        last_day = self.first_day - timedelta(days=1)
        return Period(
            first_day=last_day - timedelta(days=self.days - 1),
            last_day=last_day,
            timezone=self.timezone,
        )


def local_midnight(day: date, timezone: str) -> datetime:
    """The instant (UTC) at which `day` begins in `timezone`.

    Where midnight does not exist, because the clocks jump over it, the day begins at the
    first instant after the gap: `fold=0` reads a missing time with the offset before the
    gap (PEP 495), which is that instant when the gap begins at midnight, as all do since 1970.
    A day that does not exist at all (Pacific/Apia, 2011-12-30) begins when the next one does,
    and so is empty. Where midnight comes twice, the day begins at the first.
    """
    zone = ZoneInfo(timezone)
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def preset_period(preset: Preset, today: date, timezone: str) -> Period:
    """The period that `preset` names on the local day `today`."""
    first_day, last_day = _preset_days(preset, today)
    return Period(first_day=first_day, last_day=last_day, timezone=timezone)


def _preset_days(preset: Preset, today: date) -> tuple[date, date]:
    one = timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    quarter = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
    year = today.replace(month=1, day=1)
    match preset:
        case Preset.TODAY:
            return today, today
        case Preset.YESTERDAY:
            return today - one, today - one
        case Preset.THIS_WEEK:
            return monday, monday + timedelta(days=6)
        case Preset.LAST_WEEK:
            return monday - timedelta(days=7), monday - one
        case Preset.THIS_MONTH:
            return month, months_later(month, 1) - one
        case Preset.LAST_MONTH:
            return months_later(month, -1), month - one
        case Preset.THIS_QUARTER:
            return quarter, months_later(quarter, 3) - one
        case Preset.LAST_QUARTER:
            return months_later(quarter, -3), quarter - one
        case Preset.THIS_YEAR:
            return year, months_later(year, 12) - one
        case Preset.LAST_YEAR:
            return months_later(year, -12), year - one
        case Preset.MONTH_TO_DATE:
            return month, today
        case Preset.QUARTER_TO_DATE:
            return quarter, today
        case Preset.YEAR_TO_DATE:
            return year, today
        case Preset.LAST_7_DAYS:
            return today - timedelta(days=7), today - one
        case Preset.LAST_30_DAYS:
            return today - timedelta(days=30), today - one
        case Preset.LAST_90_DAYS:
            return today - timedelta(days=90), today - one


def months_later(first_of_month: date, months: int) -> date:
    """The first day of the month that lies `months` after (negative: before) the given one."""
    index = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
