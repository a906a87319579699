"""Where reports may go that is no mailbox: saved by a tenant's administrators, under a name."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.store.tables.columns import created_at, instant, metadata, tenant_id

destinations = Table(
    "destinations",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("name", String(63), nullable=False),
    Column("channel", String(30), nullable=False),
    # As the channel's schema says (`channels.settings_schema`), without its secrets.
    Column("settings", JSONB, nullable=False),
    # Sealed by `shared.secret_box`, and the names of the fields that are in it.
    Column("secrets", Text),
    Column("secret_names", ARRAY(String(63)), nullable=False, server_default=text("'{}'")),
    Column("version", Integer, nullable=False, server_default="1"),
    # Why nothing is sent there until somebody changes it; by the mailer where it is told so.
    Column("disabled_because", Text),
    instant("disabled_at"),
    # The last test: asked for by the api, answered by the mailer.
    instant("test_asked_at"),
    instant("tested_at"),
    Column("test_outcome", String(10)),
    Column("test_host", String(255)),
    Column("test_answer", Text),
    Column("created_by", String(200), nullable=False),
    created_at(),
    created_at("updated_at"),
    UniqueConstraint("tenant_id", "name"),
    comment="Owner: api (administrators). The mailer reads it, disables it and answers tests.",
)
