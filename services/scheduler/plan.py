"""What is to become of a schedule that is due: pure, from what it says and what time it is."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.cadence import Cadence, Fire, fires
from shared.cadence.days_off import OwnDays
from shared.cadence.wall_clock import readings
from shared.periods import timezone_named
from shared.states import MisfirePolicy

MOST_MISSED = 500
"""How many missed fires of one schedule are written down at once, the latest ones."""
_MOST_LOOKED_AT = 20_000
_LOOKED_BACK = timedelta(days=7)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Misfires:
    """What a schedule says about fires that come too late."""

    policy: MisfirePolicy
    grace: timedelta
    """So much later than due is not late."""
    most: int
    """How many `run_all` makes up for."""


@dataclass(frozen=True)
class Plan:
    """What is done now, each list in the order of the fires, and when to look again."""

    on_time: tuple[Fire, ...]
    caught_up: tuple[Fire, ...]
    """Late, and made up for."""
    missed: tuple[Fire, ...]
    """Late, and left out."""
    upcoming: Fire | None
    """None: it never comes again."""


def plan(
    cadence: Cadence,
    own_days: OwnDays,
    *,
    first: datetime,
    now: datetime,
    misfires: Misfires,
    spread: timedelta = timedelta(0),
) -> Plan:
    """From the fire at the instant `first`, which is due, to what is due at `now`.

    `spread` is how much later than its nominal time each fire of this schedule is to come.
    """
    due: deque[Fire] = deque(maxlen=MOST_MISSED)
    upcoming = None
    for looked_at, fire in enumerate(fires(cadence, first - _MOMENT, own_days)):
        if fire.at_utc + spread > now:
            upcoming = fire
            break
        if looked_at >= _MOST_LOOKED_AT and now - fire.at_utc > _LOOKED_BACK:
            # Down for ages, and due every minute: the last week is enough to look at.
            return plan(
                cadence,
                own_days,
                first=now - _LOOKED_BACK,
                now=now,
                misfires=misfires,
                spread=spread,
            )
        due.append(fire)
    on_time = tuple(fire for fire in due if now - fire.at_utc - spread <= misfires.grace)
    late = tuple(due)[: len(due) - len(on_time)]
    made_up = _made_up(misfires, len(late), some_on_time=bool(on_time))
    return Plan(
        on_time=on_time,
        caught_up=late[len(late) - made_up :],
        missed=late[: len(late) - made_up],
        upcoming=upcoming,
    )


def _made_up(misfires: Misfires, late: int, *, some_on_time: bool) -> int:
    """How many of the late ones run: the latest."""
    match misfires.policy:
        case MisfirePolicy.SKIP:
            return 0
        case MisfirePolicy.RUN_ONCE:
            # One that is on time is the one run.
            return 0 if some_on_time else min(late, 1)
        case MisfirePolicy.RUN_ALL:
            return min(late, misfires.most)


def spread_of(schedule_id: UUID, jitter_seconds: int) -> timedelta:
    """How much later than its nominal time a schedule fires: always the same, evenly spread."""
    digest = hashlib.sha256(schedule_id.bytes).digest()
    share = int.from_bytes(digest[:8]) / 2**64
    return timedelta(milliseconds=int(share * jitter_seconds * 1000))


def instant_of(nominal: datetime, fold: int, timezone: str) -> datetime:
    """When that fire comes by the rules of today; they may have changed since it was planned."""
    zone = timezone_named(timezone)
    by_the_hour = readings(nominal, zone, by_the_hour=True)
    for reading in by_the_hour:
        if reading.fold == fold:
            return reading.at_utc
    return readings(nominal, zone, by_the_hour=False)[0].at_utc


def keys(found: Iterable[Fire]) -> set[tuple[datetime, int]]:
    """By which fires of one schedule are told apart."""
    return {(fire.nominal_local_time, fire.fold) for fire in found}
