"""What belongs to a report, or to a part of it, as clients see it: snapshot, files, deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.api.delivery_views import DeliveryView, delivery_view
from shared.states import ArtifactStatus


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


def by_slice(rows: Sequence[RowMapping]) -> dict[UUID | None, list[RowMapping]]:
    """Rows of `artifacts` or `deliveries`; None: those of the whole report."""
    found: dict[UUID | None, list[RowMapping]] = defaultdict(list)
    for row in rows:
        found[row["slice_id"]].append(row)
    return found


def artifact_views(
    rows: Sequence[RowMapping], available: int | None, public_url: str
) -> list[ArtifactView]:
    """From rows of `artifacts`; `available`: how many rows there were before a limit cut them."""
    return [
        ArtifactView(
            format=artifact["format"],
            status=artifact["status"],
            media_type=artifact["media_type"],
            size=artifact["size"],
            sha256=artifact["sha256"],
            rows=artifact["rows"],
            available_rows=cut_from(artifact["rows"], available),
            url=_address(artifact, public_url)
            if artifact["status"] == ArtifactStatus.RENDERED
            else None,
            error=artifact["error"],
        )
        for artifact in rows
        if not artifact["internal"]
    ]


def _address(artifact: RowMapping, public_url: str) -> str:
    path = f"{public_url}/api/v1/reports/{artifact['run_id']}/download?format={artifact['format']}"
    return f"{path}&slice={artifact['slice_id']}" if artifact["slice_id"] else path


def delivery_views(rows: Sequence[RowMapping]) -> list[DeliveryView]:
    """From rows of `deliveries`."""
    return [delivery_view(delivery) for delivery in rows]


def cut_from(rows: int | None, available: int | None) -> int | None:
    """`available` where a limit or a format's ceiling has cut it down to `rows`, else None."""
    if rows is None or available is None or rows >= available:
        return None
    return available
