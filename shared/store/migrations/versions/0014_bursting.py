"""Bursting: recipients who get a part of a report, the parts, and their files

Revision: 0014, after 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ARTIFACTS = (
    "Owner: renderer; the api asks for further ones of a completed run, the scheduler expires "
    "them. One rendered file of a run, or of a slice of it; internal ones (the mail's body) are "
    "not offered for download."
)
_ARTIFACTS_BEFORE = (
    "Owner: renderer; the api asks for further ones of a completed run, the scheduler expires "
    "them. One rendered file of a run; internal ones (the mail's body) are not offered for "
    "download."
)
_DELIVERIES = (
    "Owner: mailer; created with the run, those of a burst by the aggregator. One row per run, "
    "channel and recipient; of a burst one more for each slice that they get."
)
_DELIVERIES_BEFORE = "Owner: mailer; created with the run. One row per run, channel and recipient."


def upgrade() -> None:
    op.create_table(
        "run_bursts",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("outcome", postgresql.JSONB()),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_bursts_run_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_run_bursts_tenant_id")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_bursts")),
        comment="Owner: api and scheduler, with the run; the aggregator writes the outcome. Who "
        "gets which part of the run's report, as it was asked for, and how the parts add up.",
    )
    op.create_table(
        "run_slices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("chosen", postgresql.JSONB(), nullable=False),
        sa.Column("formats", postgresql.ARRAY(sa.String(30)), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("counted", sa.BigInteger()),
        sa.Column("snapshot_key", sa.Text()),
        sa.Column("snapshot_sha256", sa.String(64)),
        sa.Column("snapshot_rows", sa.BigInteger()),
        sa.Column("snapshot_available_rows", sa.BigInteger()),
        sa.Column("error", postgresql.JSONB()),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('aggregated', 'rendered', 'left_out', 'failed')",
            name=op.f("ck_run_slices_status"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_slices_run_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_run_slices_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_slices")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_run_slices_run_id_number")),
        comment="Owner: aggregator; the renderer steps aggregated→rendered or failed. A part of "
        "a run's report, made in the same transaction of the source as the whole, for all "
        "recipients who get the same part.",
    )
    op.add_column("schedules", sa.Column("burst", postgresql.JSONB()))
    op.add_column(
        "tenant_settings",
        sa.Column("max_burst_rows", sa.Integer(), server_default="1000", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_tenant_settings_max_burst_rows"),
        "tenant_settings",
        "max_burst_rows BETWEEN 0 AND 10000",
    )
    op.add_column("deliveries", sa.Column("formats", postgresql.ARRAY(sa.String(30))))
    for table in ("artifacts", "deliveries"):
        op.add_column(table, sa.Column("slice_id", sa.Uuid()))
        op.create_foreign_key(
            op.f(f"fk_{table}_slice_id"), table, "run_slices", ["slice_id"], ["id"]
        )
    _unique("artifacts", ["run_id", "format"], ["run_id", "slice_id", "format"])
    _unique(
        "deliveries",
        ["run_id", "channel", "recipient"],
        ["run_id", "channel", "recipient", "slice_id"],
    )
    op.create_index(
        "ix_deliveries_slice_id",
        "deliveries",
        ["slice_id"],
        postgresql_where=sa.text("slice_id IS NOT NULL"),
    )
    op.create_table_comment("artifacts", _ARTIFACTS, existing_comment=_ARTIFACTS_BEFORE)
    op.create_table_comment("deliveries", _DELIVERIES, existing_comment=_DELIVERIES_BEFORE)


def downgrade() -> None:
    """What was sent to the recipients of bursts is forgotten with their slices."""
    op.create_table_comment("deliveries", _DELIVERIES_BEFORE, existing_comment=_DELIVERIES)
    op.create_table_comment("artifacts", _ARTIFACTS_BEFORE, existing_comment=_ARTIFACTS)
    op.drop_index("ix_deliveries_slice_id", table_name="deliveries")
    op.execute(
        "DELETE FROM delivery_attempts WHERE delivery_id IN "
        "(SELECT id FROM deliveries WHERE slice_id IS NOT NULL)"
    )
    for table in ("artifacts", "deliveries"):
        op.execute(f"DELETE FROM {table} WHERE slice_id IS NOT NULL")  # noqa: S608
    _unique(
        "deliveries",
        ["run_id", "channel", "recipient", "slice_id"],
        ["run_id", "channel", "recipient"],
    )
    _unique("artifacts", ["run_id", "slice_id", "format"], ["run_id", "format"])
    for table in ("deliveries", "artifacts"):
        op.drop_constraint(op.f(f"fk_{table}_slice_id"), table, type_="foreignkey")
        op.drop_column(table, "slice_id")
    op.drop_column("deliveries", "formats")
    op.drop_constraint(op.f("ck_tenant_settings_max_burst_rows"), "tenant_settings", type_="check")
    op.drop_column("tenant_settings", "max_burst_rows")
    op.drop_column("schedules", "burst")
    op.drop_table("run_slices")
    op.drop_table("run_bursts")


def _unique(table: str, before: list[str], after: list[str]) -> None:
    """NULL in `slice_id` is a value here: the whole report, which there is once."""
    op.drop_constraint(op.f(f"uq_{table}_{'_'.join(before)}"), table, type_="unique")
    op.create_unique_constraint(
        op.f(f"uq_{table}_{'_'.join(after)}"),
        table,
        after,
        postgresql_nulls_not_distinct="slice_id" in after,
    )
