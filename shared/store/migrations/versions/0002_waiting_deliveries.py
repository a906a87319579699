"""An index of the deliveries that wait; the scheduler writes to the audit log too

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AUDIT = "Owner: api, and scheduler for what it does of itself. Rows are added, never changed."
_AUDIT_BEFORE = "Owner: api. Who did what; the application may add rows and never change them."


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["run_id"],
        postgresql_where=sa.text("status IN ('pending', 'deferred')"),
    )
    op.create_table_comment("audit", _AUDIT, existing_comment=_AUDIT_BEFORE)


def downgrade() -> None:
    op.create_table_comment("audit", _AUDIT_BEFORE, existing_comment=_AUDIT)
    op.drop_index("ix_deliveries_waiting", table_name="deliveries")
