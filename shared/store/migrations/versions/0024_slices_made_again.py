"""Which burst a run makes the failed slices of again

Revision: 0024, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("remakes", sa.Uuid()))
    op.create_foreign_key(op.f("fk_runs_remakes"), "runs", "runs", ["remakes"], ["id"])
    op.create_index(
        "uq_runs_remakes",
        "runs",
        ["remakes"],
        unique=True,
        postgresql_where=sa.text(
            "remakes IS NOT NULL AND status NOT IN ('cancelled', 'failed', 'skipped')"
        ),
    )


def downgrade() -> None:
    op.drop_index("uq_runs_remakes", table_name="runs")
    op.drop_constraint(op.f("fk_runs_remakes"), "runs", type_="foreignkey")
    op.drop_column("runs", "remakes")
