"""Channels that reports go out through, and the destinations that tenants save

Revision: 0018, after 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("settings_schema", postgresql.JSONB()),
        sa.Column(
            "published_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_channels")),
        comment="Owner: mailer, which publishes its channels when it starts. Read by the api.",
    )
    op.create_table(
        "destinations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("secrets", sa.Text()),
        sa.Column(
            "secret_names",
            postgresql.ARRAY(sa.String(63)),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("disabled_because", sa.Text()),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.Column("test_asked_at", sa.DateTime(timezone=True)),
        sa.Column("tested_at", sa.DateTime(timezone=True)),
        sa.Column("test_outcome", sa.String(10)),
        sa.Column("test_host", sa.String(255)),
        sa.Column("test_answer", sa.Text()),
        sa.Column("created_by", sa.String(200), nullable=False),
        *(
            sa.Column(
                name,
                sa.DateTime(timezone=True),
                server_default=sa.text("now()"),
                nullable=False,
            )
            for name in ("created_at", "updated_at")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_destinations_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destinations")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_destinations_tenant_id_name")),
        comment="Owner: api (administrators). The mailer reads it, disables it and answers tests.",
    )


def downgrade() -> None:
    op.drop_table("destinations")
    op.drop_table("channels")
