"""What was sent to whom."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.states import NOT_ARRIVED, DeliveryStatus
from shared.store.tables.columns import created_at, instant, lease, metadata, one_of, tenant_id

_not_arrived = ", ".join(sorted(f"'{status}'" for status in NOT_ARRIVED))

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
    # How often somebody had it sent again, and how many attempts there were before.
    Column("resends", Integer, nullable=False, server_default="0"),
    Column("attempts_before", Integer, nullable=False, server_default="0"),
    # Copies of what had been taken, each with a Message-ID of its own.
    Column("copies", Integer, nullable=False, server_default="0"),
    # Mailers that died over it, one after the other.
    Column("cut_off", Integer, nullable=False, server_default="0"),
    *lease(),
    Column("receipt", String(500)),
    Column("answer", Text),
    created_at(),
    # Of the first attempt since it was last asked for: from here on it is tried for so long.
    instant("tried_since"),
    instant("next_attempt_at"),
    instant("finished_at"),
    # When the owner of the run was told that it did not arrive.
    instant("told_at"),
    UniqueConstraint(
        "run_id", "channel", "recipient", "slice_id", postgresql_nulls_not_distinct=True
    ),
    one_of("status", DeliveryStatus),
    Index("ix_deliveries_tenant_created", "tenant_id", text("created_at DESC"), text("id DESC")),
    Index(
        "ix_deliveries_recipient",
        "tenant_id",
        text("lower(recipient)"),
        text("created_at DESC"),
        text("id DESC"),
    ),
    Index(
        "ix_deliveries_untold",
        "run_id",
        postgresql_where=text(f"told_at IS NULL AND status IN ({_not_arrived})"),
    ),
    Index("ix_deliveries_leased", "lease_until", postgresql_where=text("lease_token IS NOT NULL")),
    Index(
        "ix_deliveries_waiting",
        "run_id",
        postgresql_where=text("status IN ('pending', 'deferred')"),
    ),
    Index("ix_deliveries_slice_id", "slice_id", postgresql_where=text("slice_id IS NOT NULL")),
    comment="Owner: mailer; created with the run, those of a burst by the aggregator, or by the "
    "api for further recipients. The api has it sent again or says what became of an uncertain "
    "one; the scheduler takes up what dead mailers left. One row per run, channel and recipient; "
    "of a burst one more for each slice that they get.",
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
    Column("duration_ms", Integer),
    instant("next_attempt_at"),
    # What went over the wire: `content_head`, then the blob `content_key`, which what is equal for
    # all recipients of a run shares. Sum and size of both together.
    Column("content_type", String(100)),
    Column("content_head", LargeBinary),
    Column("content_key", Text),
    Column("content_sha256", String(64)),
    Column("content_size", BigInteger),
    PrimaryKeyConstraint("delivery_id", "number"),
    comment="Owner: mailer. One row per try; without an outcome it is under way or was cut off. "
    "Retention takes `content_head` away; the checksum stays.",
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    # `shared.recipient_policy.canonical`.
    Column("address", String(320), nullable=False),
    # `shared.suppression.Reason`.
    Column("reason", String(12), nullable=False),
    Column("detail", Text, nullable=False),
    Column("delivery_id", Uuid, ForeignKey("deliveries.id")),
    Column("created_by", String(200), nullable=False),
    created_at(),
    UniqueConstraint("tenant_id", "address"),
    CheckConstraint("reason IN ('unsubscribed', 'bounced', 'added')", name="reason"),
    comment="Owner: api, and mailer for what servers refuse for good. Who is named here gets no "
    "mail of the tenant.",
)
