"""What will happen, for people: the next fires with the days left out in between, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from shared.cadence.cadences import Cadence
from shared.cadence.days import Skipped
from shared.cadence.days_off import OwnDays
from shared.cadence.fires import Fire, walk
from shared.cadence.wall_clock import offset
from shared.periods import timezone_named

_MOST_LINES = 1000


@dataclass(frozen=True)
class PreviewLine:
    """A fire, or a day on which there is none."""

    fire: Fire | None
    """None: nothing fires."""
    on: str
    """The nominal local time as `2026-11-20T09:00`; where nothing fires the day, `2026-12-25`, or
    the month that has no such day, `2027-02`."""
    note: str | None
    """Why nothing fires, or what is unusual about the fire."""


def preview(
    cadence: Cadence, count: int, after: datetime, own_days: OwnDays
) -> tuple[PreviewLine, ...]:
    """The next `count` fires later than `after`, and what is left out before the last of them.

    The fires are those of `fires`: what is shown is what happens.
    """
    lines: list[PreviewLine] = []
    zone = timezone_named(cadence.timezone)
    missing = count
    for entry in islice(walk(cadence, after, own_days), _MOST_LINES):
        if missing == 0:
            break
        if isinstance(entry, Skipped):
            lines.append(PreviewLine(None, entry.on, entry.reason))
            continue
        missing -= 1
        on = entry.nominal_local_time.isoformat(timespec="minutes")
        lines.append(PreviewLine(entry, on, _note(entry, zone)))
    return tuple(lines)


def _note(fire: Fire, zone: ZoneInfo) -> str | None:
    notes = []
    if fire.moved_from:
        notes.append(f"moved from {', '.join(map(_day, fire.moved_from))}")
    clock = f"{fire.nominal_local_time:%H:%M}"
    if fire.missing:
        reads = fire.at_utc.astimezone(zone)
        notes.append(f"the clocks jump over {clock}: it fires when they read {_clock(reads, fire)}")
    elif fire.fold:
        notes.append(f"the second time that the clocks read {clock}")
    elif offset(fire.nominal_local_time, zone, 0) > offset(fire.nominal_local_time, zone, 1):
        notes.append(f"the clocks read {clock} twice: this is the first time")
    return "; ".join(notes) or None


def _clock(reads: datetime, fire: Fire) -> str:
    if reads.date() == fire.nominal_local_time.date():
        return f"{reads:%H:%M}"
    return f"{reads:%H:%M} on {_day(reads.date())}"


def _day(day: date) -> str:
    return f"{day:%A} {day.isoformat()}"
