"""A cron expression of five fields, read by the library cronsim.

cronsim also takes a field of seconds, `L`, `LW` and `#`, which crontab(5) does not know; they are
refused here: the cadence `monthly` says what they say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache

from cronsim import CronSim, CronSimError

_FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_MEND = {
    "minute": "use 0 to 59, or steps from 1 such as */15",
    "hour": "use 0 to 23, or steps from 1 such as */2",
    "day of the month": "use 1 to 31",
    "month": "use 1 to 12, or JAN to DEC",
    "day of the week": "use 0 to 7 (0 and 7 are Sunday), or SUN to SAT",
}
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CronExpression:
    """What the five fields say."""

    days: CronSim
    """Asked for its days alone; its own iteration is not used."""
    times: tuple[time, ...]
    """The times of a day on which it comes, in order."""
    by_the_hour: bool
    """Minute or hour begin with a star, so that it counts real time: where the clocks change,
    an hour that comes twice has its fires twice, and one that is missing has none."""

    @classmethod
    def read(cls, expression: str) -> CronExpression:
        """ValueError says which field is wrong and how to mend it."""
        return _read(expression)

    def comes_on(self, day: date) -> bool:
        """Whether it fires on that day at all."""
        return day.month in self.days.months and self.days.match_day(day)


@lru_cache(maxsize=4096)
def _read(expression: str) -> CronExpression:
    parts = expression.split()
    if len(parts) != len(_FIELDS):
        raise ValueError(
            f"{expression[:80]!r} has not five fields: give minute, hour, day of the month, month "
            "and day of the week, for instance 0 9 * * 1-5"
        )
    for name, part in zip(_FIELDS, parts, strict=True):
        _check_field(name, part)
    try:
        parsed = CronSim(expression, _ANY_TIME)
    except CronSimError:
        raise ValueError(
            f"{expression!r} never comes: no such month has that day; give a day that it has"
        ) from None
    return CronExpression(
        days=parsed,
        times=tuple(time(h, m) for h in sorted(parsed.hours) for m in sorted(parsed.minutes)),
        by_the_hour=parts[0].startswith("*") or parts[1].startswith("*"),
    )


def _check_field(name: str, part: str) -> None:
    """Each field by itself, so that the one to blame is named."""
    alone = ["*"] * len(_FIELDS)
    alone[_FIELDS.index(name)] = part
    # Of the names of days only Wednesday's has one of these letters.
    beyond = name.startswith("day") and re.search("[LW#]", part.upper().replace("WED", ""))
    try:
        if beyond:
            raise CronSimError
        CronSim(" ".join(alone), _ANY_TIME)
    except CronSimError:
        hint = "; for a last or an nth day use the cadence `monthly`" if beyond else ""
        raise ValueError(f"{name} {part[:40]!r}: {_MEND[name]}{hint}") from None
