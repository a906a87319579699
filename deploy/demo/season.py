"""How busy the studio is: weekdays, the summer, the end of the year, office hours, growth."""

from __future__ import annotations

from random import Random

from deploy.demo.window import DAY, DAYS, HOUR, Window, date_of, weekday_of


def growth(window: Window, day: int) -> float:
    """The trend: from 0.78 at the first day of the data to 1.28 at its last."""
    return 0.78 + 0.5 * (day - window.start_day) / DAYS


def orders(day: int) -> float:
    """New characters on that day, relative to the mean day."""
    month, day_of_month = date_of(day).month, date_of(day).day
    factor = (1.35, 1.4, 1.35, 1.35, 1.2, 0.2, 0.1)[weekday_of(day)]
    if month in (7, 8):
        factor *= 0.6
    elif month in (10, 11):
        factor *= 1.3
    elif month == 12:
        factor *= 0.9 if day_of_month < 20 else 0.2
    return factor


def work(day: int) -> float:
    """Jobs per character under way on that day, relative to the mean weekday."""
    when = date_of(day)
    weekend = weekday_of(day) >= 5
    if (when.month, when.day) >= (12, 24) or (when.month, when.day) <= (1, 1):
        return 0.15
    if when.month == 12 or (when.month == 11 and when.day >= 25):
        return 1.1 if weekend else 1.5  # the crunch before the holidays takes the weekends, too
    if when.month in (7, 8):
        return 0.2 if weekend else 0.75
    return 0.3 if weekend else 1.0


def pace(day: int) -> float:
    """How long work takes that begins on that day, relative to the mean."""
    when = date_of(day)
    if when.month in (7, 8):
        return 1.3
    if (when.month, when.day) >= (11, 10) and (when.month, when.day) < (12, 15):
        return 0.72
    return 1.0


def in_office_hours(random: Random, at: int) -> int:
    """The first instant from `at` on (milliseconds) at which somebody is there to act.

    People work 7 to 19 o'clock UTC on weekdays, a few at weekends, none around New Year's Eve.
    """
    while True:
        day, time = divmod(at, DAY)
        when = date_of(day)
        away = (when.month, when.day) >= (12, 24) or (when.month, when.day) == (1, 1)
        if away or (weekday_of(day) >= 5 and random.random() > 0.06) or time > 19 * HOUR:
            at = (day + 1) * DAY + 8 * HOUR + int(random.random() * 8 * HOUR)
        elif time < 7 * HOUR:
            return day * DAY + 7 * HOUR + int(random.random() * 5 * HOUR)
        else:
            return at


_HOURS_OF_DAY = [
    hour
    for hour, weight in enumerate(
        # A peak before noon, one in the afternoon, and the batch that is sent off at night.
        (2, 1, 1, 1, 1, 2, 4, 9, 14, 17, 16, 11, 10, 15, 16, 14, 10, 6, 4, 4, 5, 12, 6, 3)
    )
    for _ in range(weight)
]


def time_of_queueing(random: Random) -> int:
    """A time of day (milliseconds since midnight, UTC) at which a job is asked for."""
    hour = _HOURS_OF_DAY[int(random.random() * len(_HOURS_OF_DAY))]
    return int((hour + random.random()) * HOUR)
