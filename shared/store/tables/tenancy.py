"""Tenants, and what an administrator decides about theirs."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.store.tables.columns import created_at, metadata, tenant_id

tenants = Table(
    "tenants",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("slug", String(63), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    created_at(),
    comment="Owner: api. An organisation; its slug is the `tenant` claim of its tokens.",
)

tenant_settings = Table(
    "tenant_settings",
    metadata,
    Column("tenant_id", Uuid, ForeignKey("tenants.id"), primary_key=True),
    Column("timezone", String(64), nullable=False, server_default="UTC"),
    Column("retention_days", Integer, nullable=False, server_default="90"),
    Column("max_backlog", Integer, nullable=False, server_default="10000"),
    Column("freshness_seconds", Integer, nullable=False, server_default="60"),
    # What `shared.consent` asks about; off until an administrator decides otherwise.
    Column("reviewer_productivity", Boolean, nullable=False, server_default=text("false")),
    Column(
        "reviewer_productivity_by_person", Boolean, nullable=False, server_default=text("false")
    ),
    # `shared.house_style.HouseStyle`; what is left out has its default.
    Column("house_style", JSONB, nullable=False, server_default=text("'{}'")),
    # `shared.recipient_policy.RecipientPolicy`; what is left out has its default.
    Column("recipient_policy", JSONB, nullable=False, server_default=text("'{}'")),
    # How far apart the fires of a schedule have to be.
    Column("schedule_minimum_minutes", Integer, nullable=False, server_default="5"),
    # Failed runs in a row after which a schedule is disabled.
    Column("schedule_failure_limit", Integer, nullable=False, server_default="5"),
    # How many schedules there may be, and how many runs of definitions and schedules people may
    # start by hand within an hour.
    Column("max_schedules", Integer, nullable=False, server_default="1000"),
    Column("max_runs_per_hour", Integer, nullable=False, server_default="200"),
    # How many rows the recipient table of a burst may have.
    Column("max_burst_rows", Integer, nullable=False, server_default="1000"),
    created_at("updated_at"),
    CheckConstraint("retention_days BETWEEN 1 AND 3660", name="retention_days"),
    CheckConstraint("max_backlog >= 1", name="max_backlog"),
    CheckConstraint("freshness_seconds BETWEEN 0 AND 3600", name="freshness_seconds"),
    CheckConstraint("schedule_minimum_minutes BETWEEN 1 AND 1440", name="schedule_minimum_minutes"),
    CheckConstraint("schedule_failure_limit BETWEEN 1 AND 100", name="schedule_failure_limit"),
    CheckConstraint("max_schedules >= 0", name="max_schedules"),
    CheckConstraint("max_runs_per_hour >= 0", name="max_runs_per_hour"),
    CheckConstraint("max_burst_rows BETWEEN 0 AND 10000", name="max_burst_rows"),
    comment="Owner: api (administrators). Read by every service.",
)

members = Table(
    "members",
    metadata,
    tenant_id(),
    Column("sub", String(200), nullable=False),
    Column("email", String(254)),
    Column("role", String(10), nullable=False),
    Column("team", String(100)),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    created_at(),
    created_at("updated_at"),
    PrimaryKeyConstraint("tenant_id", "sub"),
    CheckConstraint("role IN ('viewer', 'author', 'admin')", name="role"),
    comment="Owner: api (administrators). A person or a machine by the `sub` of its tokens.",
)

sources = Table(
    "sources",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("name", String(63), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("url_variable", String(100), nullable=False),
    Column("options", JSONB, nullable=False, server_default=text("'{}'")),
    created_at(),
    UniqueConstraint("tenant_id", "name"),
    comment="Owner: api. Read by the aggregator. `url_variable` names the variable in the "
    "aggregator's environment that holds the address: no credentials lie here.",
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    tenant_id(),
    created_at("at"),
    Column("actor", String(200), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    Index("ix_audit_tenant_at", "tenant_id", "at"),
    comment="Owner: api, and scheduler for what it does of itself. Rows are added, never changed.",
)
