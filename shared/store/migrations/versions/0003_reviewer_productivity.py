"""Whether a tenant allows figures about its reviewers, and about single ones of them

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SWITCHES = ("reviewer_productivity", "reviewer_productivity_by_person")


def upgrade() -> None:
    for name in _SWITCHES:
        op.add_column(
            "tenant_settings",
            sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False),
        )


def downgrade() -> None:
    for name in _SWITCHES:
        op.drop_column("tenant_settings", name)
