"""Identical work is done once: what is the same, and whose snapshot a run uses

Revision: 0008, after 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_RUNS_BEFORE = (
    "Owner: api creates, cancels and retries; scheduler creates; the aggregator steps "
    "requested→aggregating→aggregated, the renderer aggregated→rendering→completed. "
    "`generation` counts retries asked for by people, `attempt` the tries of the stage."
)
_RUNS = (
    f"{_RUNS_BEFORE} Runs with one `work_key` share a snapshot; `snapshot_of` is the run that made "
    "it, NULL where it is the run's own."
)


def upgrade() -> None:
    op.add_column(
        "tenant_settings",
        sa.Column("freshness_seconds", sa.Integer(), server_default="60", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_tenant_settings_freshness_seconds"),
        "tenant_settings",
        "freshness_seconds BETWEEN 0 AND 3600",
    )
    op.add_column("runs", sa.Column("snapshot_of", sa.Uuid()))
    op.create_foreign_key(op.f("fk_runs_snapshot_of"), "runs", "runs", ["snapshot_of"], ["id"])
    op.add_column("runs", sa.Column("work_key", sa.String(64)))
    op.add_column(
        "runs", sa.Column("freshness_seconds", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_index(
        "uq_runs_work_under_way",
        "runs",
        ["work_key"],
        unique=True,
        postgresql_where=sa.text("status = 'aggregating'"),
    )
    op.create_index(
        "ix_runs_work_key",
        "runs",
        ["work_key", "started_at"],
        postgresql_where=sa.text("work_key IS NOT NULL"),
    )
    op.create_index(
        "ix_runs_snapshot_of",
        "runs",
        ["snapshot_of"],
        postgresql_where=sa.text("snapshot_of IS NOT NULL"),
    )
    op.create_table_comment("runs", _RUNS, existing_comment=_RUNS_BEFORE)


def downgrade() -> None:
    op.create_table_comment("runs", _RUNS_BEFORE, existing_comment=_RUNS)
    for name in ("ix_runs_snapshot_of", "ix_runs_work_key", "uq_runs_work_under_way"):
        op.drop_index(name, table_name="runs")
    for name in ("freshness_seconds", "work_key", "snapshot_of"):
        op.drop_column("runs", name)
    op.drop_column("tenant_settings", "freshness_seconds")
