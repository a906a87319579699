"""What people who have no token are given, and what they have said."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared.store.tables.columns import created_at, instant, metadata, tenant_id

share_links = Table(
    "share_links",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    Column("artifact_id", Uuid, ForeignKey("artifacts.id"), nullable=False),
    Column("created_by", String(200), nullable=False),
    # `delivery/<id>` and the like, where a service made it: the same file has one link for that.
    Column("purpose", String(100)),
    created_at(),
    instant("expires_at", nullable=False),
    instant("revoked_at"),
    # Argon2id, in its own notation.
    Column("password_hash", String(200)),
    # Passwords tried since the last right one; none is taken before `locked_until`.
    Column("wrong_passwords", Integer, nullable=False, server_default="0"),
    instant("locked_until"),
    Column("max_downloads", Integer),
    Column("downloads", Integer, nullable=False, server_default="0"),
    instant("last_used_at"),
    CheckConstraint("max_downloads >= 1", name="max_downloads"),
    Index("ix_share_links_run_id", "run_id"),
    comment="Owner: api; the mailer makes some. Who has the address gets the file, until it "
    "expires, is revoked or was used `max_downloads` times. The address is the id, signed.",
)

widget_embeds = Table(
    "widget_embeds",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    # `services.api.widgets.WidgetName`.
    Column("widget", String(63), nullable=False),
    # Whose pages may frame it: `https://host` or `https://host:port`.
    Column("origins", ARRAY(String(300)), nullable=False),
    Column("created_by", String(200), nullable=False),
    created_at(),
    instant("expires_at", nullable=False),
    instant("revoked_at"),
    # To the hour.
    instant("last_used_at"),
    CheckConstraint("cardinality(origins) >= 1", name="origins"),
    Index("ix_widget_embeds_tenant_id", "tenant_id", "created_at"),
    comment="Owner: api. Who has the address sees the figures of that one widget, until it expires "
    "or is revoked. The address is the id, signed.",
)

confirmed_addresses = Table(
    "confirmed_addresses",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    # `shared.recipient_policy.canonical`.
    Column("address", String(320), nullable=False),
    Column("status", String(10), nullable=False),
    Column("asked_by", String(200), nullable=False),
    created_at("asked_at"),
    # The run whose mail asked.
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    instant("answered_at"),
    UniqueConstraint("tenant_id", "address"),
    CheckConstraint("status IN ('asked', 'confirmed', 'declined')", name="status"),
    comment="Owner: api. Addresses outside that were asked whether they want reports, and what "
    "they said. The link in the mail is the id, signed.",
)
