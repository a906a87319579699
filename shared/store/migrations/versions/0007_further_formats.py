"""Further formats of a completed run; when the files of a run were given up

Revision: 0007, after 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ARTIFACTS = (
    "Owner: renderer; the api asks for further ones of a completed run, the scheduler expires "
    "them. One rendered file of a run; internal ones (the mail's body) are not offered for "
    "download."
)
_ARTIFACTS_BEFORE = (
    "Owner: renderer; the scheduler expires them. One rendered file of a run; internal ones (the "
    "mail's body) are not offered for download."
)


def upgrade() -> None:
    op.add_column("runs", sa.Column("files_expired_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE runs SET files_expired_at = files_removed_at")
    for column in (
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_token", sa.Uuid()),
        sa.Column("lease_owner", sa.String(100)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("error", postgresql.JSONB()),
        sa.Column(
            "requested_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    ):
        op.add_column("artifacts", column)
    _replace_states("'pending', 'rendered', 'failed', 'expired'")
    op.create_index(
        "ix_artifacts_pending",
        "artifacts",
        ["tenant_id"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "ix_artifacts_leased",
        "artifacts",
        ["lease_until"],
        postgresql_where=sa.text("lease_token IS NOT NULL"),
    )
    op.create_table_comment("artifacts", _ARTIFACTS, existing_comment=_ARTIFACTS_BEFORE)
    op.create_table(
        "format_requests",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(255), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_format_requests_tenant_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_format_requests_run_id")),
        sa.PrimaryKeyConstraint("tenant_id", "idempotency_key", name=op.f("pk_format_requests")),
        comment="Owner: api. What a further format was asked for with, where a client gave an "
        "`Idempotency-Key`.",
    )


def downgrade() -> None:
    op.drop_table("format_requests")
    op.create_table_comment("artifacts", _ARTIFACTS_BEFORE, existing_comment=_ARTIFACTS)
    op.drop_index("ix_artifacts_leased", table_name="artifacts")
    op.drop_index("ix_artifacts_pending", table_name="artifacts")
    op.execute("DELETE FROM artifacts WHERE status IN ('pending', 'failed')")
    _replace_states("'pending', 'rendered', 'expired'")
    for name in (
        "requested_at",
        "error",
        "lease_until",
        "lease_owner",
        "lease_token",
        "attempt",
    ):
        op.drop_column("artifacts", name)
    op.drop_column("runs", "files_expired_at")


def _replace_states(states: str) -> None:
    op.drop_constraint(op.f("ck_artifacts_status"), "artifacts", type_="check")
    op.create_check_constraint(op.f("ck_artifacts_status"), "artifacts", f"status IN ({states})")
