"""Who may be sent reports, and what people outside have said about getting them

Revision: 0021, after 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "tenant_settings",
        sa.Column(
            "recipient_policy", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.create_table(
        "confirmed_addresses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "status IN ('asked', 'confirmed', 'declined')",
            name=op.f("ck_confirmed_addresses_status"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_confirmed_addresses_tenant_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name=op.f("fk_confirmed_addresses_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmed_addresses")),
        sa.UniqueConstraint(
            "tenant_id", "address", name=op.f("uq_confirmed_addresses_tenant_id_address")
        ),
        comment="Owner: api. Addresses outside that were asked whether they want reports, and what "
        "they said. The link in the mail is the id, signed.",
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION IF EXISTS tenant_of_confirmation(uuid)")
    op.drop_table("confirmed_addresses")
    op.drop_column("tenant_settings", "recipient_policy")
