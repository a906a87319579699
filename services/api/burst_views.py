"""The parts of a burst's report, and how they come to the whole, as clients see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.api.delivery_views import DeliveryView
from services.api.part_views import (
    ArtifactView,
    FormatErrorView,
    SnapshotView,
    artifact_views,
    cut_from,
    delivery_views,
)
from shared.bursts import Outcome, RefusedRow, Sums, WithoutRecipient
from shared.states import SliceStatus


class SliceView(BaseModel):
    """A part of the report, for all recipients who get the same."""

    id: UUID = Field(description="For `slice` of a download.")
    number: int = Field(description="In the order of the recipients, from 1.")
    values: dict[str, Any] = Field(description="What it is narrowed down to.")
    language: str = Field(description="A BCP 47 tag.")
    status: SliceStatus
    counted: int | None = Field(
        description="How much of what the burst's `sums` count is in it; null where it failed."
    )
    snapshot: SnapshotView | None
    error: FormatErrorView | None = Field(description="Why it could not be made.")
    artifacts: list[ArtifactView]
    deliveries: list[DeliveryView]


class WithoutRowsView(BaseModel):
    """A recipient in whose part there is nothing."""

    channel: str
    to: str
    slice: UUID


class BurstView(BaseModel):
    """How the parts of the report come to the whole."""

    slices: dict[SliceStatus, int] = Field(description="How many stand how.")
    recipients: int
    sums: Sums | None = Field(
        description="In the transaction that read all of it; null until the run is aggregated."
    )
    without_recipient: list[WithoutRecipient] = Field(
        description="Values in the data that no recipient's part has, the largest first."
    )
    without_recipient_more: int = Field(description="How many others there are.")
    without_rows: list[WithoutRowsView] = Field(
        description="Recipients in whose part there is nothing."
    )
    refused_rows: list[RefusedRow] = Field(
        description="Rows that a query gave and that are nobody's."
    )
    refused_rows_more: int


def burst_view(
    burst: Mapping[str, Any],
    slices: Sequence[RowMapping],
    sent: Mapping[UUID | None, Sequence[RowMapping]],
) -> BurstView:
    """From a row of `run_bursts`, those of `run_slices`, and the deliveries of each."""
    outcome = Outcome.model_validate(burst["outcome"]) if burst["outcome"] else None
    recipients = sum(len(of_slice) for name, of_slice in sent.items() if name is not None)
    return BurstView(
        slices=Counter(SliceStatus(one["status"]) for one in slices),
        recipients=recipients if outcome else len(burst["asked"]["rows"]),
        sums=outcome.sums if outcome else None,
        without_recipient=list(outcome.without_recipient) if outcome else [],
        without_recipient_more=outcome.without_recipient_more if outcome else 0,
        without_rows=[
            WithoutRowsView(channel=row["channel"], to=row["recipient"], slice=one["id"])
            for one in slices
            if one["counted"] == 0
            for row in sent[one["id"]]
        ],
        refused_rows=list(outcome.refused_rows) if outcome else [],
        refused_rows_more=outcome.refused_rows_more if outcome else 0,
    )


def slice_views(
    slices: Sequence[RowMapping],
    files: Mapping[UUID | None, Sequence[RowMapping]],
    sent: Mapping[UUID | None, Sequence[RowMapping]],
    public_url: str,
) -> list[SliceView]:
    """From rows of `run_slices`, with the artifacts and deliveries of each."""
    return [
        SliceView(
            id=one["id"],
            number=one["number"],
            values=one["chosen"],
            language=one["language"],
            status=one["status"],
            counted=one["counted"],
            snapshot=SnapshotView(
                sha256=one["snapshot_sha256"],
                rows=one["snapshot_rows"],
                of=None,
                available_rows=cut_from(one["snapshot_rows"], one["snapshot_available_rows"]),
            )
            if one["snapshot_sha256"]
            else None,
            error=one["error"],
            artifacts=artifact_views(files[one["id"]], one["snapshot_available_rows"], public_url),
            deliveries=delivery_views(sent[one["id"]]),
        )
        for one in slices
    ]
