"""Which report a corrected one replaces

Revision: 0022, after 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("supersedes", sa.Uuid()))
    op.create_foreign_key(op.f("fk_runs_supersedes"), "runs", "runs", ["supersedes"], ["id"])
    op.create_index(
        "uq_runs_supersedes",
        "runs",
        ["supersedes"],
        unique=True,
        postgresql_where=sa.text(
            "supersedes IS NOT NULL AND status NOT IN ('cancelled', 'failed', 'skipped')"
        ),
    )


def downgrade() -> None:
    op.drop_index("uq_runs_supersedes", table_name="runs")
    op.drop_constraint(op.f("fk_runs_supersedes"), "runs", type_="foreignkey")
    op.drop_column("runs", "supersedes")
