"""A schedule as requests say it and as answers show it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import RowMapping

from services.api.planning.bursts import BurstBody
from services.api.planning.executions import ExecutionView
from services.api.planning.labels import Name
from services.api.planning.recipients import Recipients
from services.api.report_requests import Body
from shared.cadence import CADENCE, Cadence
from shared.conditions import CONDITION, Always, Condition
from shared.readiness import Readiness
from shared.states import MisfirePolicy, ScheduleState

Seconds = Annotated[int, Field(strict=True)]


class Misfire(Body):
    """What becomes of fires that were missed, because nothing ran or the schedule was paused."""

    policy: MisfirePolicy = MisfirePolicy.RUN_ONCE
    grace_seconds: Annotated[Seconds, Field(ge=0, le=604_800)] = Field(
        300, description="A fire that is late by no more than this is not missed."
    )
    most: Annotated[Seconds, Field(ge=1, le=100)] = Field(
        10, description="How many `run_all` makes up for, the latest ones."
    )


class ScheduleFields(Body):
    """When something runs, and for whom."""

    name: Name
    cadence: Cadence
    deliver_to: Recipients = Field(default_factory=list)
    burst: BurstBody | None = Field(
        None, description="Recipients who each get a part of the report; null: none."
    )
    condition: Condition = Field(default_factory=Always)
    readiness: Readiness | None = Field(None, description="null: it waits for nothing.")
    misfire: Misfire = Misfire()
    jitter_seconds: Annotated[Seconds, Field(ge=0, le=3600)] = Field(
        0, description="Its fires come so much later at most, always by the same amount."
    )


class ScheduleBody(ScheduleFields):
    """When a definition runs, and for whom."""

    definition: UUID = Field(description="The id of a definition; its current version is run.")

    def as_stored(self) -> dict[str, Any]:
        """Values for the columns of `schedules`."""
        condition = None
        if not isinstance(self.condition, Always):
            condition = CONDITION.dump_python(self.condition, mode="json")
        return {
            "name": self.name,
            "definition_id": self.definition,
            "cadence": CADENCE.dump_python(self.cadence, mode="json"),
            "deliver_to": [entry.model_dump(mode="json") for entry in self.deliver_to],
            "burst": self.burst.as_stored() if self.burst else None,
            "condition": condition,
            "readiness": self.readiness.model_dump(mode="json") if self.readiness else None,
            "misfire_policy": self.misfire.policy,
            "misfire_grace_seconds": self.misfire.grace_seconds,
            "misfire_most": self.misfire.most,
            "jitter_seconds": self.jitter_seconds,
        }


class ScheduleChange(Body):
    """The fields that are to change; the others stay as they are."""

    name: Name | None = None
    definition: UUID | None = None
    cadence: Cadence | None = None
    deliver_to: Recipients | None = None
    burst: BurstBody | None = None
    condition: Condition | None = None
    readiness: Readiness | None = None
    misfire: Misfire | None = None
    jitter_seconds: Annotated[int, Field(ge=0, le=3600, strict=True)] | None = None


class DefinitionName(BaseModel):
    """Which definition a schedule runs."""

    id: UUID
    name: str
    version: int = Field(description="The current one, which the next run will use.")


class ScheduleView(BaseModel):
    """A schedule."""

    id: UUID
    name: str
    definition: DefinitionName
    tags: list[str] = Field(description="Those of its definition.")
    cadence: dict[str, Any]
    deliver_to: list[dict[str, Any]]
    burst: dict[str, Any] | None
    condition: dict[str, Any]
    readiness: dict[str, Any] | None
    misfire: Misfire
    jitter_seconds: int
    state: ScheduleState
    state_reason: str | None = Field(description="Why it is not active.")
    state_since: datetime
    next_run_at: datetime | None = Field(
        description="When it acts next; null unless it is active, and until the scheduler has "
        "seen a new one, which takes a second."
    )
    failures: int = Field(description="Runs that failed in a row, up to now.")
    owner: str
    version: int = Field(description="Of what people say about it; the `ETag`.")
    created_at: datetime
    updated_at: datetime


class ListedSchedule(ScheduleView):
    """A schedule in a list."""

    last: ExecutionView | None = Field(description="What became of it last; null: nothing yet.")


class SchedulePage(BaseModel):
    """Schedules, newest first."""

    items: list[ListedSchedule]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page.")


_IN_A_CADENCE = (
    *("kind", "expression", "days", "month", "day", "time"),
    *("timezone", "start", "end", "business_days"),
)


def in_order(cadence: Any) -> Any:
    """The cadence with its fields in the order in which people say them; the store has none."""
    if not isinstance(cadence, dict):
        return cadence
    return {name: cadence[name] for name in _IN_A_CADENCE if name in cadence}


def schedule_fields(row: RowMapping) -> dict[str, Any]:
    """The schedule as a `ScheduleBody` says it, as JSON."""
    return {
        "name": row["name"],
        "definition": str(row["definition_id"]),
        "cadence": in_order(row["cadence"]),
        "deliver_to": row["deliver_to"],
        "burst": row["burst"],
        "condition": row["condition"] or {"kind": "always"},
        "readiness": row["readiness"],
        "misfire": {
            "policy": row["misfire_policy"],
            "grace_seconds": row["misfire_grace_seconds"],
            "most": row["misfire_most"],
        },
        "jitter_seconds": row["jitter_seconds"],
    }


def stored_before(row: RowMapping) -> dict[str, Any]:
    """What the row says in the form of `ScheduleBody.as_stored`, so that the two can be compared.

    A row that no request of today could have written is given as it is.
    """
    try:
        return ScheduleBody.model_validate(schedule_fields(row)).as_stored()
    except ValidationError:
        return {str(name): value for name, value in row.items()}


def schedule_view(row: RowMapping) -> ScheduleView:
    """From a row of `schedule_store`."""
    active = row["state"] == ScheduleState.ACTIVE
    return ScheduleView.model_validate(
        dict(row)
        | schedule_fields(row)
        | {
            "definition": DefinitionName(
                id=row["definition_id"],
                name=row["definition_name"],
                version=row["definition_version"],
            ),
            "tags": row["definition_tags"],
            "next_run_at": row["next_run_at"] if active else None,
        }
    )
