"""The ledger of deliveries: what was sent, how long it took, when it is tried again

Revision: 0016, after 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0021"
branch_labels = None
depends_on = None

_BEFORE = ("pending", "sending", "sent", "deferred", "uncertain", "failed", "cancelled")
_STATES = (*_BEFORE[:5], "bounced", "suppressed", *_BEFORE[5:])

_COMMENTS = {
    "deliveries": (
        "Owner: mailer; created with the run, those of a burst by the aggregator. One row per "
        "run, channel and recipient; of a burst one more for each slice that they get.",
        "Owner: mailer; created with the run, those of a burst by the aggregator, or by the "
        "api for further recipients. The api has it sent again or says what became of an uncertain "
        "one; the scheduler takes up what dead mailers left. One row per run, channel and "
        "recipient; of a burst one more for each slice that they get.",
    ),
    "delivery_attempts": (
        "Owner: mailer. One row per try; without an outcome it was cut off.",
        "Owner: mailer. One row per try; without an outcome it is under way or was cut off. "
        "Retention takes `content_head` away; the checksum stays.",
    ),
}


def upgrade() -> None:
    for name in ("runs", "definition_versions"):
        op.add_column(
            name,
            sa.Column(
                "delivery_options",
                postgresql.JSONB(),
                server_default=sa.text("'{}'"),
                nullable=False,
            ),
        )
    for name in ("resends", "attempts_before", "copies", "cut_off"):
        op.add_column(
            "deliveries", sa.Column(name, sa.Integer(), server_default="0", nullable=False)
        )
    for name in ("tried_since", "told_at"):
        op.add_column("deliveries", sa.Column(name, sa.DateTime(timezone=True)))
    # Nobody wants to be told now of what failed before.
    op.execute("UPDATE deliveries SET told_at = now() WHERE status IN ('failed', 'uncertain')")
    _allow(_STATES)
    op.create_index(
        "ix_deliveries_tenant_created",
        "deliveries",
        ["tenant_id", sa.text("created_at DESC"), sa.text("id DESC")],
    )
    op.create_index(
        "ix_deliveries_recipient",
        "deliveries",
        [
            "tenant_id",
            sa.text("lower(recipient)"),
            sa.text("created_at DESC"),
            sa.text("id DESC"),
        ],
    )
    op.create_index(
        "ix_deliveries_untold",
        "deliveries",
        ["run_id"],
        postgresql_where=sa.text(
            "told_at IS NULL AND status IN ('bounced', 'failed', 'suppressed', 'uncertain')"
        ),
    )
    for column in (
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True)),
        sa.Column("content_type", sa.String(100)),
        sa.Column("content_head", sa.LargeBinary()),
        sa.Column("content_key", sa.Text()),
        sa.Column("content_sha256", sa.String(64)),
        sa.Column("content_size", sa.BigInteger()),
    ):
        op.add_column("delivery_attempts", column)
    for table, (before, after) in _COMMENTS.items():
        op.create_table_comment(table, after, existing_comment=before)


def downgrade() -> None:
    for table, (before, after) in _COMMENTS.items():
        op.create_table_comment(table, before, existing_comment=after)
    for name in (
        *("content_size", "content_sha256", "content_key", "content_head", "content_type"),
        *("next_attempt_at", "duration_ms"),
    ):
        op.drop_column("delivery_attempts", name)
    for name in ("untold", "recipient", "tenant_created"):
        op.drop_index(f"ix_deliveries_{name}", table_name="deliveries")
    op.execute("UPDATE deliveries SET status = 'failed' WHERE status IN ('bounced', 'suppressed')")
    _allow(_BEFORE)
    for name in ("told_at", "tried_since", "cut_off", "copies", "attempts_before", "resends"):
        op.drop_column("deliveries", name)
    for name in ("definition_versions", "runs"):
        op.drop_column(name, "delivery_options")


def _allow(states: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_deliveries_status"), "deliveries")
    allowed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(op.f("ck_deliveries_status"), "deliveries", f"status IN ({allowed})")
