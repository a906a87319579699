"""What the api answers about deliveries."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from shared.states import DeliveryStatus


class DeliveryView(BaseModel):
    """One delivery to one recipient."""

    id: UUID
    channel: str
    to: str
    status: DeliveryStatus
    attempts: int
    resends: int = Field(description="How often somebody had it sent again.")
    receipt: str | None = Field(description="E-mail: the Message-ID.")
    answer: str | None = Field(description="What the recipient's server said last.")
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None


class ListedDelivery(DeliveryView):
    """A delivery in a list of many reports'."""

    run: UUID
    type: str = Field(description="The report's type.")


class DeliveryPage(BaseModel):
    """Deliveries, newest first."""

    items: list[ListedDelivery]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page.")


class ContentView(BaseModel):
    """What went over the wire at an attempt."""

    sha256: str
    size: int = Field(description="Bytes.")
    media_type: str
    url: str | None = Field(description="Where to fetch it; null once it is no longer kept.")


class AttemptView(BaseModel):
    """One try at a delivery."""

    number: int
    started_at: datetime
    finished_at: datetime | None = Field(description="null: under way, or cut off.")
    duration_ms: int | None
    host: str | None = Field(description="Whom we talked to; null or empty: nobody.")
    outcome: DeliveryStatus | None = Field(description="null: under way, or cut off.")
    answer: str | None
    next_attempt_at: datetime | None = Field(description="When it was to be tried again.")
    content: ContentView | None = Field(description="null: it did not come to sending.")


class DeliveryDetails(ListedDelivery):
    """A delivery with every attempt at it, oldest first."""

    tries: list[AttemptView]


class DeliveredTo(BaseModel):
    """The deliveries to those who were named."""

    run: UUID
    deliveries: list[DeliveryView]


def delivery_view(row: RowMapping) -> DeliveryView:
    """From a row of `deliveries`."""
    return DeliveryView.model_validate({**row, "to": row["recipient"]})


def listed_delivery(row: RowMapping) -> ListedDelivery:
    """From a row of `delivery_store`."""
    return ListedDelivery.model_validate(_listed(row))


def delivery_details(
    row: RowMapping, attempts: list[RowMapping], *, public_url: str
) -> DeliveryDetails:
    """From rows of `delivery_store`."""
    base = f"{public_url}/api/v1/deliveries/{row['id']}/content"
    kept = row["files_expired_at"] is None and row["deleted_at"] is None
    return DeliveryDetails(
        **_listed(row),
        tries=[
            AttemptView.model_validate(
                {
                    **attempt,
                    "content": None
                    if attempt["content_sha256"] is None
                    else ContentView(
                        sha256=attempt["content_sha256"],
                        size=attempt["content_size"],
                        media_type=attempt["content_type"],
                        url=f"{base}?attempt={attempt['number']}" if kept else None,
                    ),
                }
            )
            for attempt in attempts
        ],
    )


def _listed(row: RowMapping) -> dict[str, object]:
    fields = {name: row[name] for name in ListedDelivery.model_fields if name in row}
    return {**fields, "to": row["recipient"], "run": row["run_id"], "type": row["report_type"]}
