"""The time that the demo data cover, and instants as whole milliseconds.

Inside the generator an instant is an integer, milliseconds since 1970 (UTC): that is several
times faster to reckon with than a datetime. A day is the number of a UTC day since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

DAYS = 400
"""How many whole UTC days before `until` the data cover."""

WARM_UP_DAYS = 150
"""Characters may have been onboarded so long before, so that the first week is like any other."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(milliseconds: int) -> datetime:
    """Milliseconds since 1970 as an aware datetime (UTC)."""
    return _EPOCH + timedelta(0, 0, 0, milliseconds)


def milliseconds(moment: datetime) -> int:
    """An aware datetime as milliseconds since 1970; finer parts are cut off."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def number_of(day: date) -> int:
    """A date as the number of days since 1970."""
    return (day - _EPOCH.date()).days


def date_of(day: int) -> date:
    """The date of a day's number."""
    return _EPOCH.date() + timedelta(days=day)


def weekday_of(day: int) -> int:
    """0 for Monday to 6 for Sunday; the first day of 1970 was a Thursday."""
    return (day + 3) % 7


@dataclass(frozen=True)
class Window:
    """What one set of demo data is made from; every random stream is derived from it.

    The data end at the midnight (UTC) with which `until` begins: no row lies in the future
    when it is today.
    """

    scale: float
    seed: int
    until: date

    @property
    def end_day(self) -> int:
        """The first day after the data."""
        return number_of(self.until)

    @property
    def start_day(self) -> int:
        """The first day of the data."""
        return self.end_day - DAYS

    @property
    def end(self) -> int:
        """The first instant after the data."""
        return self.end_day * DAY

    @property
    def start(self) -> int:
        """The first instant of the data."""
        return self.start_day * DAY

    def random(self, *stream: str | int) -> Random:
        """The random numbers of one stream, such as ("jobs", 20_400): the same at each call.

        A stream per table and day keeps a change in one of them from disturbing all others.
        """
        name = "/".join(map(str, (float(self.scale), self.seed, self.until, *stream)))
        return Random(name)
