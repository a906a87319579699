"""Saved reports, when they run, and what they wait for."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.states import MisfirePolicy, OccurrenceStatus, ScheduleState
from shared.store.tables.columns import created_at, instant, metadata, one_of, tenant_id

definitions = Table(
    "definitions",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("name", String(200), nullable=False),
    Column("current_version", Integer, nullable=False, server_default="1"),
    Column("tags", ARRAY(String(50)), nullable=False, server_default=text("'{}'")),
    # NULL: as long as the tenant's settings say.
    Column("retention_days", Integer),
    Column("owner", String(200), nullable=False),
    created_at(),
    created_at("updated_at"),
    instant("deleted_at"),
    CheckConstraint("retention_days BETWEEN 1 AND 3660", name="retention_days"),
    Index(
        "uq_definitions_name",
        "tenant_id",
        "name",
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
    comment="Owner: api. A saved, named report; what it says lies in its versions.",
)

definition_versions = Table(
    "definition_versions",
    metadata,
    tenant_id(),
    Column("definition_id", Uuid, ForeignKey("definitions.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("report_type", String(63), nullable=False),
    Column("formats", ARRAY(String(30)), nullable=False),
    # `shared.periods.Preset`: the period, relative to the nominal day.
    Column("preset", String(30), nullable=False),
    Column("timezone", String(64), nullable=False),
    # Filters are among them.
    Column("parameters", JSONB, nullable=False, server_default=text("'{}'")),
    # A BCP 47 tag.
    Column("language", String(35), nullable=False, server_default="en"),
    Column("format_options", JSONB, nullable=False, server_default=text("'{}'")),
    # `shared.delivery_options.DeliveryOptions`; what is left out has its default.
    Column("delivery_options", JSONB, nullable=False, server_default=text("'{}'")),
    # Fields of `shared.house_style.HouseStyle` that differ from the tenant's.
    Column("house_style", JSONB, nullable=False, server_default=text("'{}'")),
    # The `sub` of whoever saved it, and which fields of the definition they changed.
    Column("created_by", String(200)),
    Column("changed", ARRAY(String(30)), nullable=False, server_default=text("'{}'")),
    created_at(),
    PrimaryKeyConstraint("definition_id", "version"),
    comment="Owner: api. Never changed once written, so a run can name the one it used.",
)

schedules = Table(
    "schedules",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("definition_id", Uuid, ForeignKey("definitions.id"), nullable=False),
    Column("name", String(200), nullable=False),
    # `shared.cadence.Cadence`: when it fires, with timezone, start, end and business days.
    Column("cadence", JSONB, nullable=False),
    Column("deliver_to", JSONB, nullable=False, server_default=text("'[]'")),
    # `shared.bursts.Burst`: who gets a part of it; NULL: nobody.
    Column("burst", JSONB(none_as_null=True)),
    # `shared.conditions.Condition` and `shared.readiness.Readiness`; NULL: always, at once.
    Column("condition", JSONB(none_as_null=True)),
    Column("readiness", JSONB(none_as_null=True)),
    Column("misfire_policy", String(10), nullable=False, server_default="run_once"),
    # A fire that is late by no more than this is not missed.
    Column("misfire_grace_seconds", Integer, nullable=False, server_default="300"),
    # How many missed fires `run_all` makes up for: the latest ones.
    Column("misfire_most", Integer, nullable=False, server_default="10"),
    # Its fires are spread over so many seconds after their nominal time.
    Column("jitter_seconds", Integer, nullable=False, server_default="0"),
    Column("state", String(10), nullable=False, server_default="active"),
    Column("state_reason", Text),
    # Since when it stands as it does: a trigger of migration 0013 sees to it.
    created_at("state_since"),
    # When it was last made active again: what it missed before that, it missed while it was not.
    instant("resumed_at"),
    # Runs that failed one after the other, up to now.
    Column("failures", Integer, nullable=False, server_default="0"),
    # When it acts next, spreading included; NULL: to be computed by the scheduler.
    instant("next_run_at"),
    # Which fire that is.
    Column("next_nominal", DateTime(timezone=False)),
    Column("next_fold", Integer, nullable=False, server_default="0"),
    # The version of the time zone database that it was computed with.
    Column("timezone_rules", String(40)),
    Column("owner", String(200), nullable=False),
    # Of what people say about it, for If-Match; the scheduler's own columns do not count.
    Column("version", Integer, nullable=False, server_default="1"),
    created_at(),
    created_at("updated_at"),
    instant("deleted_at"),
    one_of("misfire_policy", MisfirePolicy),
    one_of("state", ScheduleState),
    CheckConstraint("misfire_grace_seconds BETWEEN 0 AND 604800", name="misfire_grace_seconds"),
    CheckConstraint("misfire_most BETWEEN 1 AND 100", name="misfire_most"),
    CheckConstraint("jitter_seconds BETWEEN 0 AND 3600", name="jitter_seconds"),
    Index(
        "ix_schedules_due",
        "next_run_at",
        postgresql_where=text("state = 'active' AND deleted_at IS NULL"),
    ),
    Index(
        "uq_schedules_name",
        "tenant_id",
        "name",
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index("ix_schedules_definition_id", "definition_id"),
    comment="Owner: api; the scheduler moves `next_run_at`, which is the truth about what is "
    "due, and sets `state` to held, disabled or ended, with the reason. Whoever changes `cadence` "
    "or makes it active sets `next_run_at` to NULL or leaves it: NULL begins anew from now, the "
    "old instant has the misfire policy decide about what was missed.",
)

occurrences = Table(
    "schedule_occurrences",
    metadata,
    tenant_id(),
    Column("schedule_id", Uuid, ForeignKey("schedules.id", ondelete="CASCADE"), nullable=False),
    Column("nominal_local_time", DateTime(timezone=False), nullable=False),
    Column("fold", Integer, nullable=False, server_default="0"),
    # The instant of the nominal time; NULL in rows older than this column.
    instant("due_at"),
    Column("status", String(10), nullable=False),
    Column("reason", Text),
    # Made later than its grace time, by the misfire policy.
    Column("caught_up", Boolean, nullable=False, server_default=text("false")),
    # Of one that waits for a signal: when it is not waited for any longer.
    instant("wait_until"),
    # When the signal came that let it go.
    instant("signal_at"),
    Column("run_id", Uuid, ForeignKey("runs.id")),
    # How its run first ended: what the scheduler counts failures by. A retry of the run is not seen
    # here.
    Column("outcome", String(12)),
    created_at(),
    created_at("updated_at"),
    PrimaryKeyConstraint("schedule_id", "nominal_local_time", "fold"),
    one_of("status", OccurrenceStatus),
    Index("ix_schedule_occurrences_run_id", "run_id", postgresql_where=text("run_id IS NOT NULL")),
    Index(
        "ix_schedule_occurrences_waiting",
        "wait_until",
        postgresql_where=text("status = 'waiting'"),
    ),
    Index("ix_schedule_occurrences_tenant_due", "tenant_id", "due_at"),
    Index(
        "ix_schedule_occurrences_open",
        "run_id",
        postgresql_where=text("status = 'fired' AND outcome IS NULL"),
    ),
    comment="Owner: scheduler. One row per schedule and nominal local fire time; `fold` tells "
    "the two passes of a repeated hour apart. What became of a fired one is its run's to say.",
)

tenant_holidays = Table(
    "tenant_holidays",
    metadata,
    tenant_id(),
    Column("day", Date, nullable=False),
    Column("name", String(100), nullable=False),
    PrimaryKeyConstraint("tenant_id", "day"),
    comment="Owner: api (administrators). A tenant's own days off, for cadences on business days.",
)

signals = Table(
    "signals",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("name", String(100), nullable=False),
    created_at("received_at"),
    # Who gave it: a member's `sub`, or the broker's user that sent the message.
    Column("sent_by", String(200), nullable=False),
    # Of the message that brought it, which counts once however often it comes.
    Column("message_id", String(200)),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    # W3C Trace Context of the request or message; what waited for it goes on with that trace.
    Column("traceparent", String(55)),
    UniqueConstraint("tenant_id", "message_id"),
    Index("ix_signals_tenant_name", "tenant_id", "name", "received_at"),
    comment="Owner: api (POST /signals/{name}) and scheduler (messages). Data that schedules wait "
    "for are there.",
)
