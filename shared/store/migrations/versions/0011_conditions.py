"""Runs know what occasioned them and what was decided; occurrences what became of them

Revision: 0011, after 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "report_types",
        sa.Column(
            "kpis", postgresql.ARRAY(sa.String(63)), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column(
        "runs",
        sa.Column("occasion", sa.String(10), server_default="request", nullable=False),
    )
    op.execute("UPDATE runs SET occasion = 'schedule' WHERE schedule_id IS NOT NULL")
    op.create_check_constraint(
        op.f("ck_runs_occasion"),
        "runs",
        "occasion IN ('request', 'schedule', 'caught_up', 'by_hand')",
    )
    for column in (
        sa.Column("condition", postgresql.JSONB()),
        sa.Column("decision", postgresql.JSONB()),
        sa.Column("content_sha256", sa.String(64)),
        sa.Column("banner", sa.Text()),
    ):
        op.add_column("runs", column)
    op.create_index(
        "ix_runs_schedule",
        "runs",
        ["schedule_id", sa.text("created_at DESC")],
        postgresql_where=sa.text("schedule_id IS NOT NULL"),
    )
    op.add_column("schedule_occurrences", sa.Column("outcome", sa.String(12)))
    # What happened before is settled: nobody wants a schedule disabled for it now.
    op.execute(
        "UPDATE schedule_occurrences o SET outcome = r.status FROM runs r "
        "WHERE r.id = o.run_id AND r.status IN ('cancelled', 'completed', 'failed', 'skipped')"
    )
    op.create_index(
        "ix_schedule_occurrences_open",
        "schedule_occurrences",
        ["run_id"],
        postgresql_where=sa.text("status = 'fired' AND outcome IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_schedule_occurrences_open", table_name="schedule_occurrences")
    op.drop_column("schedule_occurrences", "outcome")
    op.drop_index("ix_runs_schedule", table_name="runs")
    for name in ("banner", "content_sha256", "decision", "condition", "occasion"):
        op.drop_column("runs", name)
    op.drop_column("report_types", "kpis")
