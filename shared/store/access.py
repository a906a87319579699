"""Who may do what in the store: row-level security and grants, as one list of statements.

Applied by the migrations after every change of the tables, so it always describes the whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.store.tables import (
    CATALOGUES,
    audit,
    confirmed_addresses,
    deliveries,
    metadata,
    share_links,
    tenants,
    widget_embeds,
)

APPLICATION_ROLE = "broadsheet_app"
HOUSEKEEPING_ROLE = "broadsheet_housekeeping"

_CURRENT_TENANT = "NULLIF(current_setting('broadsheet.tenant', true), '')::uuid"


def access_statements() -> Iterator[str]:
    """SQL statements that bring policies and grants to what this page says. Repeatable."""
    yield f"GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE}, {HOUSEKEEPING_ROLE}"
    for table in metadata.sorted_tables:
        name = table.name
        if table in CATALOGUES:
            yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {APPLICATION_ROLE}"
            continue
        column = "id" if table is tenants else "tenant_id"
        yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
        yield f"DROP POLICY IF EXISTS own_tenant ON {name}"
        yield (
            f"CREATE POLICY own_tenant ON {name} TO {APPLICATION_ROLE} "
            f"USING ({column} = {_CURRENT_TENANT}) WITH CHECK ({column} = {_CURRENT_TENANT})"
        )
        yield f"DROP POLICY IF EXISTS across_tenants ON {name}"
        yield (
            f"CREATE POLICY across_tenants ON {name} TO {HOUSEKEEPING_ROLE} "
            "USING (true) WITH CHECK (true)"
        )
        if table in _LOOKED_UP:
            # For the functions below, which run as the owner; forced security binds owners too.
            yield f"DROP POLICY IF EXISTS look_up ON {name}"
            yield f"CREATE POLICY look_up ON {name} FOR SELECT TO CURRENT_USER USING (true)"
        if table is tenants:
            yield f"GRANT SELECT ON {name} TO {APPLICATION_ROLE}"
        elif table is audit:
            yield f"GRANT SELECT, INSERT ON {name} TO {APPLICATION_ROLE}"
        else:
            yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {APPLICATION_ROLE}"
    for name, privileges in _HOUSEKEEPING.items():
        yield f"GRANT {privileges} ON {name} TO {HOUSEKEEPING_ROLE}"
    for name, argument, query in _LOOK_UPS:
        yield f"DROP FUNCTION IF EXISTS {name}({argument})"
        yield (
            f"CREATE FUNCTION {name}({argument}) RETURNS uuid LANGUAGE sql STABLE "
            f"SECURITY DEFINER SET search_path = pg_catalog, public AS '{query}'"
        )
        yield f"REVOKE ALL ON FUNCTION {name}({argument}) FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {name}({argument}) TO {APPLICATION_ROLE}"


_LOOKED_UP = (tenants, share_links, widget_embeds, confirmed_addresses, deliveries)
_LOOK_UPS = (
    ("tenant_by_slug", "text", "SELECT id FROM public.tenants WHERE slug = $1"),
    ("tenant_of_link", "uuid", "SELECT tenant_id FROM public.share_links WHERE id = $1"),
    ("tenant_of_embed", "uuid", "SELECT tenant_id FROM public.widget_embeds WHERE id = $1"),
    (
        "tenant_of_confirmation",
        "uuid",
        "SELECT tenant_id FROM public.confirmed_addresses WHERE id = $1",
    ),
    ("tenant_of_delivery", "uuid", "SELECT tenant_id FROM public.deliveries WHERE id = $1"),
)
"""What can be asked without a tenant, by whoever knows what to ask for: whose it is."""

_HOUSEKEEPING = {
    "audit": "INSERT",
    "report_types": "SELECT",
    "tenants": "SELECT",
    "tenant_settings": "SELECT",
    "members": "SELECT",
    "sources": "SELECT",
    "definitions": "SELECT",
    "definition_versions": "SELECT",
    "schedules": "SELECT, UPDATE",
    "schedule_occurrences": "SELECT, INSERT, UPDATE",
    "tenant_holidays": "SELECT",
    "signals": "SELECT, INSERT, DELETE",
    "runs": "SELECT, INSERT, UPDATE",
    "run_bursts": "SELECT, INSERT, UPDATE",
    "run_slices": "SELECT",
    "artifacts": "SELECT, INSERT, UPDATE",
    "deliveries": "SELECT, INSERT, UPDATE",
    "delivery_attempts": "SELECT, UPDATE",
    "run_timeline": "SELECT, INSERT",
    "outbox": "SELECT, INSERT, UPDATE, DELETE",
    "inbox": "SELECT, DELETE",
    "destinations": "SELECT (id, secrets), UPDATE (secrets)",
    "dead_letters": "SELECT, INSERT, UPDATE",
}
"""What relay, reaper, claims, retention and roll-ups need, and nothing else."""
