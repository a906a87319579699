"""Heartbeats of the services' processes

Revision: 0029, after 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    now = sa.text("now()")
    op.create_table(
        "service_instances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(30), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("every_seconds", sa.Float(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True)),
        sa.Column(
            "failing",
            postgresql.ARRAY(sa.String(30)),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("report", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_instances")),
        comment="Owner: each process of each service writes its own row as a heartbeat, and "
        "nothing in it is of a tenant. Read by the api.",
    )


def downgrade() -> None:
    op.drop_table("service_instances")
