"""Runs of previews and look-ups, which are in no list and whose data are kept for an hour

Revision: 0028, after 0027
"""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_ASKED_FOR = "'request', 'schedule', 'caught_up', 'by_hand'"


def upgrade() -> None:
    op.drop_constraint(op.f("ck_runs_occasion"), "runs")
    op.create_check_constraint(
        op.f("ck_runs_occasion"), "runs", f"occasion IN ({_ASKED_FOR}, 'preview', 'look_up')"
    )


def downgrade() -> None:
    # Nobody asked for them as reports, so their files alone have to go, and these go by retention.
    op.execute("UPDATE runs SET occasion = 'request' WHERE occasion IN ('preview', 'look_up')")
    op.drop_constraint(op.f("ck_runs_occasion"), "runs")
    op.create_check_constraint(op.f("ck_runs_occasion"), "runs", f"occasion IN ({_ASKED_FOR})")
