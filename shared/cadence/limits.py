"""What stands against a cadence that is well formed: it never fires, or too often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise

from shared.cadence.cadences import Cadence, Cron
from shared.cadence.days_off import OwnDays
from shared.cadence.fires import fires

_LOOKED_AT = 2000
"""Fires that are compared; the times of a day repeat, and so do its neighbours, long before."""


@dataclass(frozen=True)
class Refusal:
    """Why a cadence is not accepted."""

    field: str
    """Of the cadence, for instance `expression`."""
    detail: str
    """What is wrong, and how to mend it."""


def refusals(
    cadence: Cadence, *, after: datetime, own_days: OwnDays, minimum: timedelta
) -> Iterator[Refusal]:
    """What stands against a schedule that begins now (`after`, an aware instant).

    `minimum`: how far apart the fires of a schedule have to be in this tenant.
    """
    if next(fires(cadence, after, own_days), None) is None:
        if cadence.end is not None:
            yield Refusal("end", "it never fires before its end: give a later end, or none")
        else:
            yield Refusal(
                "business_days", "every day on which it would fire is a day off: move its fires"
            )
        return
    shortest = shortest_interval(cadence, after, own_days, enough=minimum)
    if shortest is not None and shortest < minimum:
        yield Refusal(
            "expression" if isinstance(cadence, Cron) else "kind",
            f"it fires every {_minutes(shortest)}, and this tenant allows no less than "
            f"{_minutes(minimum)} between fires: let it fire more rarely, or have an "
            "administrator lower `schedule_minimum_minutes`",
        )


def shortest_interval(
    cadence: Cadence, after: datetime, own_days: OwnDays, *, enough: timedelta = timedelta(0)
) -> timedelta | None:
    """The shortest time between two fires, by the wall clock; None where there are not two.

    Ends early at the first one shorter than `enough`.
    """
    shortest = None
    for earlier, later in pairwise(islice(fires(cadence, after, own_days), _LOOKED_AT)):
        if earlier.missing or later.missing or earlier.fold or later.fold:
            continue  # a clock change is not the cadence's doing
        interval = later.nominal_local_time - earlier.nominal_local_time
        shortest = interval if shortest is None else min(shortest, interval)
        if shortest < enough:
            break
    return shortest


def _minutes(interval: timedelta) -> str:
    minutes = round(interval / timedelta(minutes=1))
    return "minute" if minutes == 1 else f"{minutes} minutes"
