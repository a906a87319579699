"""The same period a year before: same dates, same months."""

from __future__ import annotations

from datetime import date, timedelta

from shared.periods import Period

_ONE_DAY = timedelta(days=1)


def year_before(period: Period) -> Period | None:
    """The days of the same dates; of whole months the whole months, so that February is February.

    29 February becomes the 28th. None where that would not be a comparison of its own: where the
    two overlap, or where it is the period just before.
    """
    last_day = _year_earlier(period.last_day)
    if period.first_day.day == 1 and _ends_a_month(period.last_day):
        last_day = _year_earlier(period.last_day + _ONE_DAY) - _ONE_DAY
    earlier = Period(
        first_day=_year_earlier(period.first_day), last_day=last_day, timezone=period.timezone
    )
    if earlier.last_day >= period.first_day or earlier == period.previous:
        return None
    return earlier


def _ends_a_month(day: date) -> bool:
    return (day + _ONE_DAY).day == 1


def _year_earlier(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)
