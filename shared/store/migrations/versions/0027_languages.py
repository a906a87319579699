"""Reports in the languages that their recipients read

Revision: 0027, after 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_WRITTEN = ("definition_versions", "runs", "run_slices")
"""What is written in one language; all there was before is in English."""


def upgrade() -> None:
    for table in _WRITTEN:
        op.add_column(
            table, sa.Column("language", sa.String(35), server_default="en", nullable=False)
        )
    op.add_column(
        "report_types",
        sa.Column(
            "languages",
            postgresql.ARRAY(sa.String(35)),
            server_default=sa.text("'{en}'"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    """Which language something is in is forgotten; its files stay as they are."""
    op.drop_column("report_types", "languages")
    for table in reversed(_WRITTEN):
        op.drop_column(table, "language")
