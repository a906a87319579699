"""A report that waited for a signal goes on with the signal's trace

Revision: 0026, after 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("signals", sa.Column("traceparent", sa.String(55)))


def downgrade() -> None:
    op.drop_column("signals", "traceparent")
