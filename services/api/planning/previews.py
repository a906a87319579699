"""What a schedule will do: the computation is the scheduler's own, in `shared.cadence`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from pydantic import BaseModel, Field

from services.api.report_requests import Body
from shared.cadence import Cadence, PreviewLine, preview, timezone_rules
from shared.states import ScheduleState


class PreviewBody(Body):
    """A cadence that is not saved."""

    cadence: Cadence


class PreviewEntry(BaseModel):
    """A fire, or a day on which nothing fires."""

    on: str = Field(
        description="The nominal local time, `2026-11-20T09:00`; where nothing fires the day, "
        "`2026-12-25`, or the month that has no such day, `2027-02`."
    )
    fires: bool
    at: datetime | None = Field(description="The instant (UTC); null where nothing fires.")
    fold: int | None = Field(description="1 in the second pass of an hour that comes twice.")
    note: str | None = Field(description="Why nothing fires, or what is unusual about the fire.")


class PreviewView(BaseModel):
    """The next fires, with the days left out in between."""

    timezone: str
    timezone_rules: str = Field(description="The version of the time zone database.")
    state: ScheduleState | None = Field(
        description="Unless it is active, nothing of this happens; null: not saved."
    )
    state_reason: str | None
    jitter_seconds: int = Field(description="Each fire comes up to so much later.")
    items: list[PreviewEntry]


def preview_view(
    cadence: Cadence,
    count: int,
    own_days: Mapping[date, str],
    *,
    state: ScheduleState | None = None,
    state_reason: str | None = None,
    jitter_seconds: int = 0,
) -> PreviewView:
    """The next `count` fires from now on."""
    return PreviewView(
        timezone=cadence.timezone,
        timezone_rules=timezone_rules(),
        state=state,
        state_reason=state_reason,
        jitter_seconds=jitter_seconds,
        items=[_entry(line) for line in preview(cadence, count, datetime.now(UTC), own_days)],
    )


def _entry(line: PreviewLine) -> PreviewEntry:
    fire = line.fire
    return PreviewEntry(
        on=line.on,
        fires=fire is not None,
        at=fire.at_utc if fire else None,
        fold=fire.fold if fire else None,
        note=line.note,
    )
