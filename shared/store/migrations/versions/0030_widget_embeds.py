"""Widgets embedded in pages of other sites

Revision: 0030, after 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    now = sa.text("now()")
    op.create_table(
        "widget_embeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("widget", sa.String(63), nullable=False),
        sa.Column("origins", postgresql.ARRAY(sa.String(300)), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("cardinality(origins) >= 1", name=op.f("ck_widget_embeds_origins")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_widget_embeds_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_widget_embeds")),
        comment="Owner: api. Who has the address sees the figures of that one widget, until it "
        "expires or is revoked. The address is the id, signed.",
    )
    op.create_index("ix_widget_embeds_tenant_id", "widget_embeds", ["tenant_id", "created_at"])


def downgrade() -> None:
    op.execute("DROP FUNCTION IF EXISTS tenant_of_embed(uuid)")
    op.drop_table("widget_embeds")
