"""The tables of the metadata store, with the service that owns each.

Every table but the two catalogues has `tenant_id` and forced row-level security: the
application's role sees the rows of the tenant set on its transaction, and none without one.
Work across tenants (relay, reaper, claims, retention) runs as the housekeeping role.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.sql.schema import SchemaItem

from shared.states import (
    FINAL_RUN_STATUSES,
    ArtifactStatus,
    DeliveryStatus,
    Lane,
    OccurrenceStatus,
    RunStatus,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _instant(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _created_at(name: str = "created_at") -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _tenant_id() -> Column[object]:
    return Column("tenant_id", Uuid, ForeignKey("tenants.id"), nullable=False)


def _one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    quoted = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({quoted})", name=column)


def _lease() -> Iterable[SchemaItem]:
    """The lease columns: who works on the row, until when (the database's clock)."""
    return (
        Column("lease_token", Uuid),
        Column("lease_owner", String(100)),
        _instant("lease_until"),
    )


_final = ", ".join(sorted(f"'{status}'" for status in FINAL_RUN_STATUSES))

tenants = Table(
    "tenants",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("slug", String(63), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    _created_at(),
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
    _created_at("updated_at"),
    CheckConstraint("retention_days BETWEEN 1 AND 3660", name="retention_days"),
    CheckConstraint("max_backlog >= 1", name="max_backlog"),
    CheckConstraint("freshness_seconds BETWEEN 0 AND 3600", name="freshness_seconds"),
    comment="Owner: api (administrators). Read by every service.",
)

members = Table(
    "members",
    metadata,
    _tenant_id(),
    Column("sub", String(200), nullable=False),
    Column("email", String(254)),
    Column("role", String(10), nullable=False),
    Column("team", String(100)),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _created_at(),
    _created_at("updated_at"),
    PrimaryKeyConstraint("tenant_id", "sub"),
    CheckConstraint("role IN ('viewer', 'author', 'admin')", name="role"),
    comment="Owner: api (administrators). A person or a machine by the `sub` of its tokens.",
)

sources = Table(
    "sources",
    metadata,
    Column("id", Uuid, primary_key=True),
    _tenant_id(),
    Column("name", String(63), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("url_variable", String(100), nullable=False),
    Column("options", JSONB, nullable=False, server_default=text("'{}'")),
    _created_at(),
    UniqueConstraint("tenant_id", "name"),
    comment="Owner: api. Read by the aggregator. `url_variable` names the variable in the "
    "aggregator's environment that holds the address: no credentials lie here.",
)

report_types = Table(
    "report_types",
    metadata,
    Column("name", String(63), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("source", String(63), nullable=False),
    Column("formats", ARRAY(String(30)), nullable=False),
    Column("parameters_schema", JSONB, nullable=False),
    _created_at("published_at"),
    comment="Owner: aggregator, which publishes its report types when it starts. "
    "The api validates requests against it. The same for every tenant; `source` is the name "
    "under which a tenant registers what the type reads.",
)

formats = Table(
    "formats",
    metadata,
    Column("name", String(30), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("extension", String(20), nullable=False),
    _created_at("published_at"),
    comment="Owner: renderer, which publishes its formats when it starts. Read by the api.",
)

definitions = Table(
    "definitions",
    metadata,
    Column("id", Uuid, primary_key=True),
    _tenant_id(),
    Column("name", String(200), nullable=False),
    Column("current_version", Integer, nullable=False, server_default="1"),
    Column("owner", String(200), nullable=False),
    _created_at(),
    UniqueConstraint("tenant_id", "name"),
    comment="Owner: api. A saved, named report; what it says lies in its versions.",
)

definition_versions = Table(
    "definition_versions",
    metadata,
    _tenant_id(),
    Column("definition_id", Uuid, ForeignKey("definitions.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("report_type", String(63), nullable=False),
    Column("formats", ARRAY(String(30)), nullable=False),
    Column("preset", String(30), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("parameters", JSONB, nullable=False, server_default=text("'{}'")),
    Column("format_options", JSONB, nullable=False, server_default=text("'{}'")),
    _created_at(),
    PrimaryKeyConstraint("definition_id", "version"),
    comment="Owner: api. Never changed once written, so a run can name the one it used.",
)

schedules = Table(
    "schedules",
    metadata,
    Column("id", Uuid, primary_key=True),
    _tenant_id(),
    Column("definition_id", Uuid, ForeignKey("definitions.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("cron", String(100), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("deliver_to", JSONB, nullable=False, server_default=text("'[]'")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _instant("next_run_at"),
    Column("problem", Text),
    Column("owner", String(200), nullable=False),
    _created_at(),
    Index("ix_schedules_due", "next_run_at", postgresql_where=text("active")),
    comment="Owner: api; the scheduler moves `next_run_at`, which is the truth about what is "
    "due (NULL: not computed yet). `problem` says why a schedule was switched off.",
)

runs = Table(
    "runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    _tenant_id(),
    Column("report_type", String(63), nullable=False),
    Column("definition_id", Uuid, ForeignKey("definitions.id")),
    Column("definition_version", Integer),
    Column("schedule_id", Uuid, ForeignKey("schedules.id")),
    Column("source", String(63), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("formats", ARRAY(String(30)), nullable=False),
    Column("format_options", JSONB, nullable=False, server_default=text("'{}'")),
    Column("lane", String(12), nullable=False),
    Column("requested_by", String(200), nullable=False),
    Column("role", String(10), nullable=False),
    Column("idempotency_key", String(255)),
    Column("body_sha256", String(64)),
    Column("status", String(12), nullable=False),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("attempt", Integer, nullable=False, server_default="0"),
    *_lease(),
    _created_at(),
    _instant("started_at"),
    _instant("completed_at"),
    _instant("as_of"),
    Column("snapshot_key", Text),
    Column("snapshot_sha256", String(64)),
    Column("snapshot_rows", BigInteger),
    # How many there were before a limit of the request; NULL in runs older than this column.
    Column("snapshot_available_rows", BigInteger),
    Column("snapshot_of", Uuid, ForeignKey("runs.id")),
    Column("work_key", String(64)),
    Column("freshness_seconds", Integer, nullable=False, server_default="0"),
    Column("error", JSONB),
    Column("traceparent", String(55)),
    _instant("deleted_at"),
    _instant("files_expired_at"),
    _instant("files_removed_at"),
    UniqueConstraint("tenant_id", "idempotency_key"),
    _one_of("status", RunStatus),
    _one_of("lane", Lane),
    CheckConstraint("first_day <= last_day", name="period"),
    Index("ix_runs_tenant_created", "tenant_id", text("created_at DESC"), text("id DESC")),
    Index("ix_runs_open", "tenant_id", postgresql_where=text(f"status NOT IN ({_final})")),
    Index("ix_runs_leased", "lease_until", postgresql_where=text("lease_token IS NOT NULL")),
    Index(
        "uq_runs_work_under_way",
        "work_key",
        unique=True,
        postgresql_where=text("status = 'aggregating'"),
    ),
    Index(
        "ix_runs_work_key",
        "work_key",
        "started_at",
        postgresql_where=text("work_key IS NOT NULL"),
    ),
    Index("ix_runs_snapshot_of", "snapshot_of", postgresql_where=text("snapshot_of IS NOT NULL")),
    Index("ix_runs_type_completed", "tenant_id", "report_type", "completed_at"),
    Index("ix_runs_with_files", "completed_at", postgresql_where=text("files_removed_at IS NULL")),
    comment="Owner: api creates, cancels and retries; scheduler creates; the aggregator steps "
    "requested→aggregating→aggregated, the renderer aggregated→rendering→completed. "
    "`generation` counts retries asked for by people, `attempt` the tries of the stage. Runs with "
    "one `work_key` share a snapshot; `snapshot_of` is the run that made it, NULL where it is the "
    "run's own.",
)

occurrences = Table(
    "schedule_occurrences",
    metadata,
    _tenant_id(),
    Column("schedule_id", Uuid, ForeignKey("schedules.id", ondelete="CASCADE"), nullable=False),
    Column("nominal_local_time", DateTime(timezone=False), nullable=False),
    Column("fold", Integer, nullable=False, server_default="0"),
    Column("status", String(10), nullable=False),
    Column("reason", Text),
    Column("run_id", Uuid, ForeignKey("runs.id")),
    _created_at(),
    PrimaryKeyConstraint("schedule_id", "nominal_local_time", "fold"),
    _one_of("status", OccurrenceStatus),
    comment="Owner: scheduler. One row per schedule and nominal local fire time; `fold` tells "
    "the two passes of a repeated hour apart.",
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("id", Uuid, primary_key=True),
    _tenant_id(),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    Column("format", String(30), nullable=False),
    Column("internal", Boolean, nullable=False, server_default=text("false")),
    Column("status", String(10), nullable=False),
    Column("media_type", String(100)),
    Column("file_name", String(255)),
    Column("blob_key", Text),
    Column("sha256", String(64)),
    Column("size", BigInteger),
    Column("rows", BigInteger),
    _instant("rendered_at"),
    Column("attempt", Integer, nullable=False, server_default="0"),
    *_lease(),
    Column("error", JSONB),
    _created_at("requested_at"),
    UniqueConstraint("run_id", "format"),
    _one_of("status", ArtifactStatus),
    Index("ix_artifacts_pending", "tenant_id", postgresql_where=text("status = 'pending'")),
    Index("ix_artifacts_leased", "lease_until", postgresql_where=text("lease_token IS NOT NULL")),
    comment="Owner: renderer; the api asks for further ones of a completed run, the scheduler "
    "expires them. One rendered file of a run; internal ones (the mail's body) are not offered "
    "for download.",
)

format_requests = Table(
    "format_requests",
    metadata,
    _tenant_id(),
    Column("idempotency_key", String(255), nullable=False),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    Column("body_sha256", String(64), nullable=False),
    _created_at(),
    PrimaryKeyConstraint("tenant_id", "idempotency_key"),
    comment="Owner: api. What a further format was asked for with, where a client gave an "
    "`Idempotency-Key`.",
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    _tenant_id(),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    Column("channel", String(30), nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    *_lease(),
    Column("receipt", String(500)),
    Column("answer", Text),
    _created_at(),
    _instant("next_attempt_at"),
    _instant("finished_at"),
    UniqueConstraint("run_id", "channel", "recipient"),
    _one_of("status", DeliveryStatus),
    Index("ix_deliveries_leased", "lease_until", postgresql_where=text("lease_token IS NOT NULL")),
    Index(
        "ix_deliveries_waiting",
        "run_id",
        postgresql_where=text("status IN ('pending', 'deferred')"),
    ),
    comment="Owner: mailer; created with the run. One row per run, channel and recipient.",
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    _tenant_id(),
    Column("delivery_id", Uuid, ForeignKey("deliveries.id"), nullable=False),
    Column("number", Integer, nullable=False),
    _created_at("started_at"),
    _instant("finished_at"),
    Column("host", String(255)),
    Column("outcome", String(10)),
    Column("answer", Text),
    PrimaryKeyConstraint("delivery_id", "number"),
    comment="Owner: mailer. One row per try; without an outcome it was cut off.",
)

timeline = Table(
    "run_timeline",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _tenant_id(),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    Column("stage", String(30), nullable=False),
    Column("service", String(20), nullable=False),
    _created_at("at"),
    Column("duration_ms", Integer),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("detail", Text),
    Index("ix_run_timeline_run_id", "run_id"),
    comment="Owner: every service, each for its own stage. What happened to a run, in order.",
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    _tenant_id(),
    Column("event_id", Uuid, nullable=False),
    Column("event_type", String(60), nullable=False),
    Column("run_id", Uuid),
    Column("exchange", String(100), nullable=False),
    Column("routing_key", String(200), nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("payload", Text, nullable=False),
    _created_at(),
    _created_at("available_at"),
    _instant("published_at"),
    Index("ix_outbox_unpublished", "available_at", postgresql_where=text("published_at IS NULL")),
    Index("ix_outbox_published", "published_at", postgresql_where=text("published_at IS NOT NULL")),
    comment="Owner: whoever commits an effect writes its events here; a relay publishes them. "
    "An empty exchange is the broker's default one: straight to the queue named as key.",
)

inbox = Table(
    "inbox",
    metadata,
    _tenant_id(),
    Column("consumer", String(60), nullable=False),
    Column("event_id", Uuid, nullable=False),
    _created_at("processed_at"),
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
    _created_at("parked_at"),
    CheckConstraint("status IN ('parked', 'replayed', 'discarded')", name="status"),
    comment="Owner: scheduler. Messages no consumer could take, byte for byte. `tenant_id` is "
    "NULL where the message did not say, or lied.",
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _tenant_id(),
    _created_at("at"),
    Column("actor", String(200), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'")),
    Index("ix_audit_tenant_at", "tenant_id", "at"),
    comment="Owner: api, and scheduler for what it does of itself. Rows are added, never changed.",
)

CATALOGUES = (report_types, formats)
"""Tables that are the same for every tenant."""
