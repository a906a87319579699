"""What the api answers: a run and everything that belongs to it, as clients see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.api.burst_views import BurstView, SliceView, burst_view, slice_views
from services.api.delivery_views import DeliveryView
from services.api.part_views import (
    ArtifactView,
    SnapshotView,
    artifact_views,
    by_slice,
    cut_from,
    delivery_views,
)
from shared.delivery_options import DeliveryOptions
from shared.format_options import FormatOptions
from shared.states import (
    FINAL_RUN_STATUSES,
    ArtifactStatus,
    Occasion,
    RunStatus,
)


class PeriodView(BaseModel):
    """Local days, both inclusive."""

    first_day: date = Field(serialization_alias="from")
    last_day: date = Field(serialization_alias="to")
    timezone: str


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
        "somebody ran a definition or a schedule by hand. Previews and look-ups are in no list."
    )
    error: ErrorView | None


class DecisionView(BaseModel):
    """What the condition of its schedule came to."""

    holds: bool = Field(description="False: the report was not sent.")
    figure: str = Field(description="The figure that decided, in words.")


class RunView(RunSummary):
    """A run with everything that belongs to it."""

    parameters: dict[str, Any]
    language: str = Field(description="Of the whole report, as a BCP 47 tag.")
    format_options: FormatOptions
    delivery_options: DeliveryOptions
    started_at: datetime | None
    as_of: datetime | None
    decision: DecisionView | None = Field(description="null: no condition, or not decided yet.")
    snapshot: SnapshotView | None
    artifacts: list[ArtifactView] = Field(description="Files of the whole report.")
    deliveries: list[DeliveryView] = Field(description="Those of the whole report.")
    burst: BurstView | None = Field(None, description="null: nobody gets a part of it.")
    slices: list[SliceView] = Field(
        default_factory=list, description="The parts, once it is aggregated."
    )
    timeline: list[TimelineEntry]
    eta_seconds: float | None = Field(
        description="Seconds until it is likely to be complete, from past runs of the type; "
        "null when it is final or nothing is known."
    )
    deleted_at: datetime | None
    supersedes: UUID | None = Field(description="The report that this one corrects.")
    superseded_by: UUID | None = Field(description="The corrected version of this one.")
    remakes: UUID | None = Field(description="The burst whose failed slices this one makes again.")
    remade_by: UUID | None = Field(
        description="The run that makes the failed slices of this one again."
    )

    @property
    def is_settled(self) -> bool:
        """Whether no work on it goes on, further formats included."""
        files = (*self.artifacts, *(file for one in self.slices for file in one.artifacts))
        return self.status in FINAL_RUN_STATUSES and not any(
            file.status is ArtifactStatus.PENDING for file in files
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
    burst: Mapping[str, Any] | None = None,
    slices: Sequence[RowMapping] = (),
    public_url: str,
    eta_seconds: float | None,
) -> RunView:
    """From the rows of a run and of what belongs to it; `burst` is that of `run_bursts`."""
    files, sent = by_slice(artifacts), by_slice(deliveries)
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
        language=row["language"],
        format_options=FormatOptions.model_validate(row["format_options"]),
        delivery_options=DeliveryOptions.model_validate(row["delivery_options"]),
        started_at=row["started_at"],
        as_of=row["as_of"],
        decision=row["decision"],
        snapshot=SnapshotView(
            sha256=snapshot,
            rows=row["snapshot_rows"],
            of=row["snapshot_of"],
            available_rows=cut_from(row["snapshot_rows"], available),
        )
        if snapshot
        else None,
        artifacts=artifact_views(files[None], available, public_url),
        deliveries=delivery_views(sent[None]),
        burst=burst_view(burst, slices, sent) if burst is not None else None,
        slices=slice_views(slices, files, sent, public_url),
        timeline=[
            requested,
            *(
                TimelineEntry(**{name: entry[name] for name in TimelineEntry.model_fields})
                for entry in timeline
            ),
        ],
        eta_seconds=eta_seconds,
        deleted_at=row["deleted_at"],
        supersedes=row["supersedes"],
        # A run that was written just now is not read by this query, and has none.
        superseded_by=row.get("superseded_by"),
        remakes=row["remakes"],
        remade_by=row.get("remade_by"),
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
