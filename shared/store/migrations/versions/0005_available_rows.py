"""How many rows there were for a run before a limit cut them

Revision: 0005, after 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("snapshot_available_rows", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("runs", "snapshot_available_rows")
