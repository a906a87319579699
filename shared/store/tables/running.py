"""Runs and their files."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
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

from shared.states import FINAL_RUN_STATUSES, ArtifactStatus, Lane, Occasion, RunStatus
from shared.store.tables.columns import created_at, instant, lease, metadata, one_of, tenant_id

_final = ", ".join(sorted(f"'{status}'" for status in FINAL_RUN_STATUSES))

runs = Table(
    "runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("report_type", String(63), nullable=False),
    Column("definition_id", Uuid, ForeignKey("definitions.id")),
    Column("definition_version", Integer),
    Column("schedule_id", Uuid, ForeignKey("schedules.id")),
    Column("source", String(63), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("parameters", JSONB, nullable=False),
    # A BCP 47 tag: what the whole report is written in.
    Column("language", String(35), nullable=False, server_default="en"),
    Column("formats", ARRAY(String(30)), nullable=False),
    Column("format_options", JSONB, nullable=False, server_default=text("'{}'")),
    # `shared.delivery_options.DeliveryOptions`; what is left out has its default.
    Column("delivery_options", JSONB, nullable=False, server_default=text("'{}'")),
    Column("lane", String(12), nullable=False),
    Column("occasion", String(10), nullable=False, server_default="request"),
    Column("requested_by", String(200), nullable=False),
    Column("role", String(10), nullable=False),
    Column("idempotency_key", String(255)),
    Column("body_sha256", String(64)),
    Column("status", String(12), nullable=False),
    Column("generation", Integer, nullable=False, server_default="0"),
    Column("attempt", Integer, nullable=False, server_default="0"),
    *lease(),
    created_at(),
    instant("started_at"),
    instant("completed_at"),
    instant("as_of"),
    Column("snapshot_key", Text),
    Column("snapshot_sha256", String(64)),
    Column("snapshot_rows", BigInteger),
    # How many there were before a limit of the request; NULL in runs older than this column.
    Column("snapshot_available_rows", BigInteger),
    Column("snapshot_of", Uuid, ForeignKey("runs.id")),
    Column("work_key", String(64)),
    Column("freshness_seconds", Integer, nullable=False, server_default="0"),
    Column("error", JSONB),
    # `shared.conditions.Condition`, and what was decided by it; NULL: none, or not yet.
    Column("condition", JSONB(none_as_null=True)),
    Column("decision", JSONB(none_as_null=True)),
    # `shared.conditions.content_hash` of the snapshot, where a condition asks for it.
    Column("content_sha256", String(64)),
    # `shared.banners.Banner` as JSON: what the report says before anything else, such as that its
    # data may be old. Earlier rows have a sentence.
    Column("banner", Text),
    # The report that this one corrects.
    Column("supersedes", Uuid, ForeignKey("runs.id")),
    # The burst whose failed slices this one makes again.
    Column("remakes", Uuid, ForeignKey("runs.id")),
    Column("traceparent", String(55)),
    instant("deleted_at"),
    instant("files_expired_at"),
    instant("files_removed_at"),
    UniqueConstraint("tenant_id", "idempotency_key"),
    one_of("status", RunStatus),
    one_of("lane", Lane),
    one_of("occasion", Occasion),
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
    Index(
        "ix_runs_schedule",
        "schedule_id",
        text("created_at DESC"),
        postgresql_where=text("schedule_id IS NOT NULL"),
    ),
    Index(
        "ix_runs_by_hand",
        "tenant_id",
        "created_at",
        postgresql_where=text("occasion = 'by_hand'"),
    ),
    Index(
        "uq_runs_supersedes",
        "supersedes",
        unique=True,
        postgresql_where=text(
            "supersedes IS NOT NULL AND status NOT IN ('cancelled', 'failed', 'skipped')"
        ),
    ),
    Index(
        "uq_runs_remakes",
        "remakes",
        unique=True,
        postgresql_where=text(
            "remakes IS NOT NULL AND status NOT IN ('cancelled', 'failed', 'skipped')"
        ),
    ),
    Index("ix_runs_type_completed", "tenant_id", "report_type", "completed_at"),
    Index("ix_runs_with_files", "completed_at", postgresql_where=text("files_removed_at IS NULL")),
    comment="Owner: api creates, cancels and retries; scheduler creates; the aggregator steps "
    "requested→aggregating→aggregated, the renderer aggregated→rendering→completed. "
    "`generation` counts retries asked for by people, `attempt` the tries of the stage. Runs with "
    "one `work_key` share a snapshot; `snapshot_of` is the run that made it, NULL where it is the "
    "run's own.",
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("id", Uuid, primary_key=True),
    tenant_id(),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    # NULL: of the whole report.
    Column("slice_id", Uuid, ForeignKey("run_slices.id")),
    Column("format", String(30), nullable=False),
    Column("internal", Boolean, nullable=False, server_default=text("false")),
    Column("status", String(10), nullable=False),
    Column("media_type", String(100)),
    Column("file_name", String(255)),
    Column("blob_key", Text),
    Column("sha256", String(64)),
    Column("size", BigInteger),
    Column("rows", BigInteger),
    instant("rendered_at"),
    Column("attempt", Integer, nullable=False, server_default="0"),
    *lease(),
    Column("error", JSONB),
    created_at("requested_at"),
    UniqueConstraint("run_id", "slice_id", "format", postgresql_nulls_not_distinct=True),
    one_of("status", ArtifactStatus),
    Index("ix_artifacts_pending", "tenant_id", postgresql_where=text("status = 'pending'")),
    Index("ix_artifacts_leased", "lease_until", postgresql_where=text("lease_token IS NOT NULL")),
    comment="Owner: renderer; the api asks for further ones of a completed run, the scheduler "
    "expires them. One rendered file of a run, or of a slice of it; internal ones (the mail's "
    "body) are not offered for download.",
)

format_requests = Table(
    "format_requests",
    metadata,
    tenant_id(),
    Column("idempotency_key", String(255), nullable=False),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    Column("body_sha256", String(64), nullable=False),
    created_at(),
    PrimaryKeyConstraint("tenant_id", "idempotency_key"),
    comment="Owner: api. What a further format was asked for with, where a client gave an "
    "`Idempotency-Key`.",
)

timeline = Table(
    "run_timeline",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    tenant_id(),
    Column("run_id", Uuid, ForeignKey("runs.id"), nullable=False),
    Column("stage", String(30), nullable=False),
    Column("service", String(20), nullable=False),
    created_at("at"),
    Column("duration_ms", Integer),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("detail", Text),
    Index("ix_run_timeline_run_id", "run_id"),
    comment="Owner: every service, each for its own stage. What happened to a run, in order.",
)
