"""Events on their way, and those that nobody could take."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.store.tables.columns import created_at, instant, metadata, tenant_id

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("event_id", Uuid, nullable=False),
    Column("event_type", String(60), nullable=False),
    Column("run_id", Uuid),
    Column("exchange", String(100), nullable=False),
    Column("routing_key", String(200), nullable=False),
    # `shared.states.Lane.rank`: people's events pass those of bulk work.
    Column("rank", SmallInteger, nullable=False, server_default="0"),
    Column("headers", JSONB, nullable=False),
    Column("payload", Text, nullable=False),
    created_at(),
    created_at("available_at"),
    instant("published_at"),
    Index(
        "ix_outbox_unpublished",
        "rank",
        "available_at",
        postgresql_where=text("published_at IS NULL"),
    ),
    Index("ix_outbox_published", "published_at", postgresql_where=text("published_at IS NOT NULL")),
    comment="Owner: whoever commits an effect writes its events here; a relay publishes them. "
    "An empty exchange is the broker's default one: straight to the queue named as key.",
)

inbox = Table(
    "inbox",
    metadata,
    tenant_id(),
    Column("consumer", String(60), nullable=False),
    Column("event_id", Uuid, nullable=False),
    created_at("processed_at"),
    PrimaryKeyConstraint("consumer", "event_id"),
    Index("ix_inbox_processed_at", "processed_at"),
    comment="Owner: each consumer. An event whose effect is committed.",
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid),
    Column("queue", String(200), nullable=False),
    Column("routing_key", String(200), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("message_id", String(200)),
    Column("event_type", String(200)),
    Column("headers", JSONB, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("status", String(10), nullable=False, server_default="parked"),
    created_at("parked_at"),
    CheckConstraint("status IN ('parked', 'replayed', 'discarded')", name="status"),
    comment="Owner: scheduler. Messages no consumer could take, byte for byte. `tenant_id` is "
    "NULL where the message did not say, or lied.",
)
