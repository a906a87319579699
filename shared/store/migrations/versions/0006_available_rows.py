"""How many rows there were for a run before a limit cut them

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("snapshot_available_rows", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("runs", "snapshot_available_rows")
