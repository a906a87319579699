"""What was sent to whom."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.states import DeliveryStatus
from shared.store.tables.columns import created_at, instant, lease, metadata, one_of, tenant_id

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    Column("channel", String(30), nullable=False),
    Column("recipient", String(320), nullable=False),
    # Of a burst: whose files it takes, and which of them; NULL: the run's own, all of them.
    Column("slice_id", Uuid, ForeignKey("run_slices.id")),
    Column("formats", ARRAY(String(30))),
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    *lease(),
    Column("receipt", String(500)),
    Column("answer", Text),
    created_at(),
    instant("next_attempt_at"),
    instant("finished_at"),
    UniqueConstraint(
        "run_id", "channel", "recipient", "slice_id", postgresql_nulls_not_distinct=True
    ),
    one_of("status", DeliveryStatus),
    Index("ix_deliveries_leased", "lease_until", postgresql_where=text("lease_token IS NOT NULL")),
    Index(
        "ix_deliveries_waiting",
        "run_id",
        postgresql_where=text("status IN ('pending', 'deferred')"),
    ),
    Index("ix_deliveries_slice_id", "slice_id", postgresql_where=text("slice_id IS NOT NULL")),
    comment="Owner: mailer; created with the run, those of a burst by the aggregator. One row per "
    "run, channel and recipient; of a burst one more for each slice that they get.",
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    tenant_id(),
    Column("delivery_id", Uuid, ForeignKey("deliveries.id"), nullable=False),
    Column("number", Integer, nullable=False),
    created_at("started_at"),
    instant("finished_at"),
    Column("host", String(255)),
    Column("outcome", String(10)),
    Column("answer", Text),
    PrimaryKeyConstraint("delivery_id", "number"),
    comment="Owner: mailer. One row per try; without an outcome it was cut off.",
)
