"""What was sent of reports whose files are gone is forgotten as well

Revision: 0025, after 0024
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE delivery_attempts SET content_head = NULL FROM deliveries, runs "
        "WHERE deliveries.id = delivery_attempts.delivery_id AND runs.id = deliveries.run_id "
        "AND runs.files_removed_at IS NOT NULL AND content_head IS NOT NULL"
    )


def downgrade() -> None:
    """What is forgotten does not come back."""
