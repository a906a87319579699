"""The open sources of this process, found by tenant and name."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.aggregator.settings import AddressOf
from services.aggregator.sources import Limits, Source, SourceKind
from shared.errors import PermanentError
from shared.store import tables


class SourceRegistry:
    """Opens each registered source once and keeps it."""

    def __init__(
        self, kinds: Mapping[str, SourceKind], address_of: AddressOf, limits: Limits
    ) -> None:
        self._kinds = kinds
        self._address_of = address_of
        self._limits = limits
        self._open: dict[tuple[UUID, str, str], Source] = {}

    async def find(self, connection: AsyncConnection, tenant_id: UUID, name: str) -> Source:
        """The tenant's source of that name; PermanentError says what is wrong with it."""
        sources = tables.sources
        row = (
            (await connection.execute(select(sources).where(sources.c.name == name)))
            .mappings()
            .first()
        )
        if row is None:
            raise PermanentError("unknown_source", f"no source {name!r} is registered")
        kind = self._kinds.get(row["kind"])
        if kind is None:
            raise PermanentError("unknown_source_kind", f"no plug-in reads {row['kind']!r}")
        address = self._address_of(row["url_variable"])
        if not address:
            raise PermanentError(
                "source_not_configured",
                f"the aggregator's environment has no {row['url_variable']}",
            )
        key = (tenant_id, name, address)
        if key not in self._open:
            self._open[key] = kind(address, row["options"], self._limits)
        return self._open[key]

    async def close(self) -> None:
        """Close every source that was opened."""
        for source in self._open.values():
            await source.close()
