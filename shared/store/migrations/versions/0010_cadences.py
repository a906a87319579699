"""Schedules have a cadence, policies and a state; definitions tags, retention and a house style

Revision: 0010, after 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

_SCHEDULES_BEFORE = (
    "Owner: api; the scheduler moves `next_run_at`, which is the truth about what is due (NULL: "
    "not computed yet). `problem` says why a schedule was switched off."
)
_SCHEDULES = (
    "Owner: api; the scheduler moves `next_run_at`, which is the truth about what is due, and sets "
    "`state` to held, disabled or ended, with the reason. Whoever changes `cadence` or makes it "
    "active sets `next_run_at` to NULL or leaves it: NULL begins anew from now, the old instant has "
    "the misfire policy decide about what was missed."
)
_OCCURRENCES_BEFORE = (
    "Owner: scheduler. One row per schedule and nominal local fire time; `fold` tells the two passes "
    "of a repeated hour apart."
)
_OCCURRENCES = f"{_OCCURRENCES_BEFORE} What became of a fired one is its run's to say."
_EMPTY = sa.text("'{}'")
_NOT_DELETED = sa.text("deleted_at IS NULL")
_STATES = "state IN ('active', 'paused', 'held', 'disabled', 'ended')"
_POLICIES = "misfire_policy IN ('skip', 'run_once', 'run_all')"


def _now(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _number(name: str, default: int) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), server_default=str(default), nullable=False)


def _check(table: str, name: str, condition: str) -> None:
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def upgrade() -> None:
    _settings()
    _definitions()
    _schedules()
    _occurrences()
    _new_tables()


def _settings() -> None:
    op.add_column("tenant_settings", _number("schedule_minimum_minutes", 5))
    op.add_column("tenant_settings", _number("schedule_failure_limit", 5))
    _check(
        "tenant_settings",
        "schedule_minimum_minutes",
        "schedule_minimum_minutes BETWEEN 1 AND 1440",
    )
    _check("tenant_settings", "schedule_failure_limit", "schedule_failure_limit BETWEEN 1 AND 100")


def _definitions() -> None:
    op.add_column(
        "definitions",
        sa.Column("tags", postgresql.ARRAY(sa.String(50)), server_default=_EMPTY, nullable=False),
    )
    op.add_column("definitions", sa.Column("retention_days", sa.Integer()))
    op.add_column("definitions", _now("updated_at"))
    op.add_column("definitions", _instant("deleted_at"))
    _check("definitions", "retention_days", "retention_days BETWEEN 1 AND 3660")
    op.drop_constraint(op.f("uq_definitions_tenant_id_name"), "definitions", type_="unique")
    op.create_index(
        "uq_definitions_name",
        "definitions",
        ["tenant_id", "name"],
        unique=True,
        postgresql_where=_NOT_DELETED,
    )
    op.add_column(
        "definition_versions",
        sa.Column("house_style", postgresql.JSONB(), server_default=_EMPTY, nullable=False),
    )


def _schedules() -> None:
    op.drop_index("ix_schedules_due", table_name="schedules")
    for column in (
        sa.Column("cadence", postgresql.JSONB()),
        sa.Column("condition", postgresql.JSONB()),
        sa.Column("readiness", postgresql.JSONB()),
        sa.Column("misfire_policy", sa.String(10), server_default="run_once", nullable=False),
        _number("misfire_grace_seconds", 300),
        _number("misfire_most", 10),
        _number("jitter_seconds", 0),
        sa.Column("state", sa.String(10), server_default="active", nullable=False),
        _instant("resumed_at"),
        _number("failures", 0),
        sa.Column("next_nominal", sa.DateTime(timezone=False)),
        _number("next_fold", 0),
        sa.Column("timezone_rules", sa.String(40)),
        _number("version", 1),
        _now("updated_at"),
        _instant("deleted_at"),
    ):
        op.add_column("schedules", column)
    op.alter_column("schedules", "problem", new_column_name="state_reason")
    op.execute(
        "UPDATE schedules SET "
        "cadence = jsonb_build_object("
        "'kind', 'cron', 'expression', cron, 'timezone', timezone), "
        "state = CASE WHEN active THEN 'active' WHEN state_reason IS NULL THEN 'paused' "
        "ELSE 'disabled' END"
    )
    # Names had no need to differ before.
    op.execute(
        "UPDATE schedules SET name = left(name, 160) || ' ' || id "
        "WHERE id NOT IN (SELECT DISTINCT ON (tenant_id, name) id FROM schedules "
        "ORDER BY tenant_id, name, created_at, id)"
    )
    op.alter_column("schedules", "cadence", nullable=False)
    for name in ("cron", "timezone", "active"):
        op.drop_column("schedules", name)
    _check("schedules", "misfire_policy", _POLICIES)
    _check("schedules", "state", _STATES)
    _check("schedules", "misfire_grace_seconds", "misfire_grace_seconds BETWEEN 0 AND 604800")
    _check("schedules", "misfire_most", "misfire_most BETWEEN 1 AND 100")
    _check("schedules", "jitter_seconds", "jitter_seconds BETWEEN 0 AND 3600")
    op.create_index(
        "ix_schedules_due",
        "schedules",
        ["next_run_at"],
        postgresql_where=sa.text("state = 'active' AND deleted_at IS NULL"),
    )
    op.create_index(
        "uq_schedules_name",
        "schedules",
        ["tenant_id", "name"],
        unique=True,
        postgresql_where=_NOT_DELETED,
    )
    op.create_index("ix_schedules_definition_id", "schedules", ["definition_id"])
    op.create_table_comment("schedules", _SCHEDULES, existing_comment=_SCHEDULES_BEFORE)


def _occurrences() -> None:
    table = "schedule_occurrences"
    for column in (
        _instant("due_at"),
        sa.Column("caught_up", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _instant("wait_until"),
        _instant("signal_at"),
        _now("updated_at"),
    ):
        op.add_column(table, column)
    op.create_index(
        "ix_schedule_occurrences_run_id",
        table,
        ["run_id"],
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.create_index(
        "ix_schedule_occurrences_waiting",
        table,
        ["wait_until"],
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index("ix_schedule_occurrences_tenant_due", table, ["tenant_id", "due_at"])
    op.create_table_comment(table, _OCCURRENCES, existing_comment=_OCCURRENCES_BEFORE)


def _new_tables() -> None:
    op.create_table(
        "tenant_holidays",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_tenant_holidays_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f("pk_tenant_holidays")),
        comment="Owner: api (administrators). A tenant's own days off, for cadences on business "
        "days.",
    )
    op.create_table(
        "signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        _now("received_at"),
        sa.Column("sent_by", sa.String(200), nullable=False),
        sa.Column("details", postgresql.JSONB(), server_default=_EMPTY, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_signals_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        comment="Owner: api (POST /signals/{name}) and scheduler (messages). Data that schedules "
        "wait for are there.",
    )
    op.create_index("ix_signals_tenant_name", "signals", ["tenant_id", "name", "received_at"])


def downgrade() -> None:
    raise CommandError(
        "cadences say what a cron column cannot: restore the backup from before this migration"
    )
