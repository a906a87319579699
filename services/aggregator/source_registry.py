"""The open sources of this process, found by tenant and name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import JSONB

from services.aggregator.settings import AddressOf
from services.aggregator.sources import Limits, Source, SourceKind
from shared.errors import PermanentError
from shared.store import tables

log = structlog.get_logger(__name__)

_sources = tables.sources
REGISTERED_SOURCE = (
    select(
        func.jsonb_build_object(
            *("kind", _sources.c.kind, "url_variable", _sources.c.url_variable),
            *("options", _sources.c.options),
            type_=JSONB,
        )
    )
    .where(_sources.c.tenant_id == tables.runs.c.tenant_id, _sources.c.name == tables.runs.c.source)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("registered_source")
)
"""How the source that a run names is registered: kind, url_variable, options; else NULL."""


class SourceRegistry:
    """Opens each registered source once and keeps it."""

    def __init__(
        self, kinds: Mapping[str, SourceKind], address_of: AddressOf, limits: Limits
    ) -> None:
        self._kinds = kinds
        self._address_of = address_of
        self._limits = limits
        self._open: dict[tuple[str, str, str], Source] = {}

    def find(self, name: str, registered: Mapping[str, Any] | None) -> Source:
        """The tenant's source of that name; PermanentError says what is wrong with it.

        `registered` is what REGISTERED_SOURCE reads.
        """
        if registered is None:
            raise PermanentError("unknown_source", f"no source {name!r} is registered")
        kind = self._kinds.get(registered["kind"])
        if kind is None:
            raise PermanentError("unknown_source_kind", f"no plug-in reads {registered['kind']!r}")
        address = self._address_of(registered["url_variable"])
        if not address:
            log.error("source has no address", source=name, variable=registered["url_variable"])
            raise PermanentError(
                "source_not_configured",
                f"the source {name!r} is not connected here: tell the operator",
            )
        # By what is connected to: tenants that share a database share its connections.
        key = (registered["kind"], address, json.dumps(registered["options"], sort_keys=True))
        if key not in self._open:
            self._open[key] = kind(address, registered["options"], self._limits)
        return self._open[key]

    async def close(self) -> None:
        """Close every source that was opened."""
        for source in self._open.values():
            await source.close()
