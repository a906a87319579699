"""A lane for backlogs, and people's events first; signals that messages bring

Revision: 0015, after 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0016"
branch_labels = None
depends_on = None

_UNPUBLISHED = sa.text("published_at IS NULL")


def upgrade() -> None:
    op.drop_constraint(op.f("ck_runs_lane"), "runs")
    op.create_check_constraint(
        op.f("ck_runs_lane"), "runs", "lane IN ('interactive', 'bulk', 'backlog')"
    )
    op.add_column(
        "outbox", sa.Column("rank", sa.SmallInteger(), server_default="0", nullable=False)
    )
    op.execute(
        "UPDATE outbox SET rank = 1 WHERE published_at IS NULL AND routing_key LIKE '%.bulk'"
    )
    op.drop_index("ix_outbox_unpublished", "outbox")
    op.create_index(
        "ix_outbox_unpublished", "outbox", ["rank", "available_at"], postgresql_where=_UNPUBLISHED
    )
    op.add_column("signals", sa.Column("message_id", sa.String(200)))
    op.create_unique_constraint(
        op.f("uq_signals_tenant_id_message_id"), "signals", ["tenant_id", "message_id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_signals_tenant_id_message_id"), "signals")
    op.drop_column("signals", "message_id")
    op.drop_index("ix_outbox_unpublished", "outbox")
    op.create_index(
        "ix_outbox_unpublished", "outbox", ["available_at"], postgresql_where=_UNPUBLISHED
    )
    op.drop_column("outbox", "rank")
    op.execute("UPDATE runs SET lane = 'bulk' WHERE lane = 'backlog'")
    op.drop_constraint(op.f("ck_runs_lane"), "runs")
    op.create_check_constraint(op.f("ck_runs_lane"), "runs", "lane IN ('interactive', 'bulk')")
