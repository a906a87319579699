"""The tables of the metadata store, with the service that owns each.

Every table but the catalogues has `tenant_id` and forced row-level security: the
application's role sees the rows of the tenant set on its transaction, and none without one.
Work across tenants (relay, reaper, claims, retention) runs as the housekeeping role.
"""

from shared.store.tables.bursting import run_bursts, run_slices
from shared.store.tables.catalogues import (
    CATALOGUES,
    channels,
    formats,
    report_types,
    service_instances,
)
from shared.store.tables.columns import metadata
from shared.store.tables.delivering import deliveries, delivery_attempts, suppressions
from shared.store.tables.destinations import destinations
from shared.store.tables.messaging import dead_letters, inbox, outbox
from shared.store.tables.planning import (
    definition_versions,
    definitions,
    occurrences,
    schedules,
    signals,
    tenant_holidays,
)
from shared.store.tables.running import artifacts, format_requests, runs, timeline
from shared.store.tables.sharing import confirmed_addresses, share_links, widget_embeds
from shared.store.tables.tenancy import audit, members, sources, tenant_settings, tenants

__all__ = [
    "CATALOGUES",
    "artifacts",
    "audit",
    "channels",
    "confirmed_addresses",
    "dead_letters",
    "definition_versions",
    "definitions",
    "deliveries",
    "delivery_attempts",
    "destinations",
    "format_requests",
    "formats",
    "inbox",
    "members",
    "metadata",
    "occurrences",
    "outbox",
    "report_types",
    "run_bursts",
    "run_slices",
    "runs",
    "schedules",
    "service_instances",
    "share_links",
    "signals",
    "sources",
    "suppressions",
    "tenant_holidays",
    "tenant_settings",
    "tenants",
    "timeline",
    "widget_embeds",
]
