"""Who made a definition's version and of what; since when a schedule stands as it does; quotas

Revision: 0013, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("definition_versions", sa.Column("created_by", sa.String(200)))
    op.add_column(
        "definition_versions",
        sa.Column(
            "changed",
            postgresql.ARRAY(sa.String(30)),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    for name, default in (("max_schedules", 1000), ("max_runs_per_hour", 200)):
        op.add_column(
            "tenant_settings",
            sa.Column(name, sa.Integer(), server_default=str(default), nullable=False),
        )
        op.create_check_constraint(
            op.f(f"ck_tenant_settings_{name}"), "tenant_settings", f"{name} >= 0"
        )
    op.create_index(
        "ix_runs_by_hand",
        "runs",
        ["tenant_id", "created_at"],
        postgresql_where=sa.text("occasion = 'by_hand'"),
    )
    _state_since()


def _state_since() -> None:
    """Kept by the database, because both the api and the scheduler change states."""
    op.add_column(
        "schedules",
        sa.Column(
            "state_since",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.execute("UPDATE schedules SET state_since = updated_at")
    op.execute(
        "CREATE FUNCTION note_state_since() RETURNS trigger LANGUAGE plpgsql "
        "SET search_path = pg_catalog AS "
        "$$ BEGIN NEW.state_since := now(); RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER state_since BEFORE UPDATE OF state ON schedules FOR EACH ROW "
        "WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION note_state_since()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER state_since ON schedules")
    op.execute("DROP FUNCTION note_state_since()")
    op.drop_column("schedules", "state_since")
    op.drop_index("ix_runs_by_hand", table_name="runs")
    for name in ("max_runs_per_hour", "max_schedules"):
        op.drop_column("tenant_settings", name)
    for name in ("changed", "created_by"):
        op.drop_column("definition_versions", name)
