"""What the api answers: a run and everything that belongs to it, as clients see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from shared.format_options import FormatOptions
from shared.states import FINAL_RUN_STATUSES, ArtifactStatus, DeliveryStatus, Occasion, RunStatus


class PeriodView(BaseModel):
    """Local days, both inclusive."""

    first_day: date = Field(serialization_alias="from")
    last_day: date = Field(serialization_alias="to")
    timezone: str


class SnapshotView(BaseModel):
    """What every file of the run was rendered from."""

    sha256: str
    rows: int
    available_rows: int | None = Field(
        description="How many rows there were, where the request's limit has cut them; else null."
    )
    of: UUID | None = Field(
        description="The identical report that made it, where it is shared; null: this one."
    )


class FormatErrorView(BaseModel):
    """Why a further format could not be rendered."""

    code: str
    message: str


class ArtifactView(BaseModel):
    """One rendered file."""

    format: str
    status: ArtifactStatus
    media_type: str | None = Field(description="This and what follows: null until it is rendered.")
    size: int | None
    sha256: str | None
    rows: int | None
    available_rows: int | None = Field(
        description="How many rows there were, where a limit or the format's ceiling has cut "
        "them; null when the file has all."
    )
    url: str | None = Field(description="Where to download it; null once it has expired.")
    error: FormatErrorView | None = Field(None, description="Why it could not be rendered.")


class DeliveryView(BaseModel):
    """One delivery to one recipient."""

    id: UUID
    channel: str
    to: str
    status: DeliveryStatus
    attempts: int
    receipt: str | None
    answer: str | None = Field(description="What the recipient's server said last.")
    next_attempt_at: datetime | None
    finished_at: datetime | None


class TimelineEntry(BaseModel):
    """Something that happened to the run."""

    stage: str
    service: str
    at: datetime
    duration_ms: int | None
    attempt: int
    detail: str | None = None


class ErrorView(BaseModel):
    """Why the run failed."""

    code: str
    message: str
    stage: str
    service: str


class RunSummary(BaseModel):
    """A run in a list."""

    id: UUID
    type: str
    status: RunStatus
    formats: list[str]
    period: PeriodView
    created_at: datetime
    completed_at: datetime | None
    requested_by: str
    definition: UUID | None
    definition_version: int | None
    schedule: UUID | None
    occasion: Occasion = Field(
        description="What brought it about: somebody asked, a schedule fired or caught up, or "
        "somebody ran a definition or a schedule by hand."
    )
    error: ErrorView | None


class DecisionView(BaseModel):
    """What the condition of its schedule came to."""

    holds: bool = Field(description="False: the report was not sent.")
    figure: str = Field(description="The figure that decided, in words.")


class RunView(RunSummary):
    """A run with everything that belongs to it."""

    parameters: dict[str, Any]
    format_options: FormatOptions
    started_at: datetime | None
    as_of: datetime | None
    decision: DecisionView | None = Field(description="null: no condition, or not decided yet.")
    snapshot: SnapshotView | None
    artifacts: list[ArtifactView]
    deliveries: list[DeliveryView]
    timeline: list[TimelineEntry]
    eta_seconds: float | None = Field(
        description="Seconds until it is likely to be complete, from past runs of the type; "
        "null when it is final or nothing is known."
    )
    deleted_at: datetime | None

    @property
    def is_settled(self) -> bool:
        """Whether no work on it goes on, further formats included."""
        return self.status in FINAL_RUN_STATUSES and not any(
            artifact.status is ArtifactStatus.PENDING for artifact in self.artifacts
        )


class RunPage(BaseModel):
    """Runs, newest first."""

    items: list[RunSummary]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page.")


_BY_THE_SCHEDULER = (Occasion.SCHEDULE, Occasion.CAUGHT_UP)


def run_summary(row: RowMapping) -> RunSummary:
    """From a row of `runs`."""
    return RunSummary(**_summary_fields(row))


def run_view(
    row: RowMapping,
    artifacts: Sequence[RowMapping],
    deliveries: Sequence[RowMapping],
    timeline: Sequence[RowMapping],
    *,
    public_url: str,
    eta_seconds: float | None,
) -> RunView:
    """From the rows of a run and of what belongs to it."""
    snapshot, available = row["snapshot_sha256"], row["snapshot_available_rows"]
    requested = TimelineEntry(
        stage="requested",
        service="scheduler" if row["occasion"] in _BY_THE_SCHEDULER else "api",
        at=row["created_at"],
        duration_ms=None,
        attempt=1,
    )
    return RunView(
        **_summary_fields(row),
        parameters=row["parameters"],
        format_options=FormatOptions.model_validate(row["format_options"]),
        started_at=row["started_at"],
        as_of=row["as_of"],
        decision=row["decision"],
        snapshot=SnapshotView(
            sha256=snapshot,
            rows=row["snapshot_rows"],
            of=row["snapshot_of"],
            available_rows=_cut_from(row["snapshot_rows"], available),
        )
        if snapshot
        else None,
        artifacts=[
            ArtifactView(
                format=artifact["format"],
                status=artifact["status"],
                media_type=artifact["media_type"],
                size=artifact["size"],
                sha256=artifact["sha256"],
                rows=artifact["rows"],
                available_rows=_cut_from(artifact["rows"], available),
                url=f"{public_url}/api/v1/reports/{row['id']}/download?format={artifact['format']}"
                if artifact["status"] == ArtifactStatus.RENDERED
                else None,
                error=artifact["error"],
            )
            for artifact in artifacts
            if not artifact["internal"]
        ],
        deliveries=[
            DeliveryView(
                id=delivery["id"],
                channel=delivery["channel"],
                to=delivery["recipient"],
                status=delivery["status"],
                attempts=delivery["attempts"],
                receipt=delivery["receipt"],
                answer=delivery["answer"],
                next_attempt_at=delivery["next_attempt_at"],
                finished_at=delivery["finished_at"],
            )
            for delivery in deliveries
        ],
        timeline=[
            requested,
            *(
                TimelineEntry(**{name: entry[name] for name in TimelineEntry.model_fields})
                for entry in timeline
            ),
        ],
        eta_seconds=eta_seconds,
        deleted_at=row["deleted_at"],
    )


def _summary_fields(row: RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "type": row["report_type"],
        "status": row["status"],
        "formats": row["formats"],
        "period": PeriodView(
            first_day=row["first_day"], last_day=row["last_day"], timezone=row["timezone"]
        ),
        "created_at": row["created_at"],
        "completed_at": row["completed_at"],
        "requested_by": row["requested_by"],
        "definition": row["definition_id"],
        "definition_version": row["definition_version"],
        "schedule": row["schedule_id"],
        "occasion": row["occasion"],
        "error": row["error"],
    }


def _cut_from(rows: int | None, available: int | None) -> int | None:
    """`available` where a limit or a format's ceiling has cut it down to `rows`, else None."""
    if rows is None or available is None or rows >= available:
        return None
    return available
