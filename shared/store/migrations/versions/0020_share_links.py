"""Share links

Revision: 0020, after 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    now = sa.text("now()")
    op.create_table(
        "share_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("artifact_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("purpose", sa.String(100)),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("wrong_passwords", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.Column("max_downloads", sa.Integer()),
        sa.Column("downloads", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("max_downloads >= 1", name=op.f("ck_share_links_max_downloads")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_share_links_tenant_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_share_links_run_id")),
        sa.ForeignKeyConstraint(
            ["artifact_id"], ["artifacts.id"], name=op.f("fk_share_links_artifact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_links")),
        comment="Owner: api; the mailer makes some. Who has the address gets the file, until it "
        "expires, is revoked or was used `max_downloads` times. The address is the id, signed.",
    )
    op.create_index("ix_share_links_run_id", "share_links", ["run_id"])


def downgrade() -> None:
    op.execute("DROP FUNCTION IF EXISTS tenant_of_link(uuid)")
    op.drop_table("share_links")
