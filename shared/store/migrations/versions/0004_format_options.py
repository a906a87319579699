"""What was chosen about a report's files, on runs and on versions of definitions

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = ("definition_versions", "runs")


def upgrade() -> None:
    for name in _TABLES:
        op.add_column(
            name,
            sa.Column(
                "format_options",
                postgresql.JSONB(),
                server_default=sa.text("'{}'"),
                nullable=False,
            ),
        )


def downgrade() -> None:
    for name in _TABLES:
        op.drop_column(name, "format_options")
