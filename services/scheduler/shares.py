"""Which lane a tenant's runs go through: no tenant's ten thousand keep another's five waiting.

The first so many of a tenant that are under way go through the bulk lane, further ones through the
one for backlogs. Whoever has little to do therefore never waits behind more than that of anybody
else, at any stage, for each lane has queues of its own (decision 0023).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.states import FINAL_RUN_STATUSES, Lane
from shared.store import tables
from shared.store.indexed_states import is_in_none_of

USUAL_SHARE = 50

_runs = tables.runs
_UNDER_WAY = (
    select(_runs.c.tenant_id, func.count().label("under_way"))
    .where(
        _runs.c.tenant_id == any_(bindparam("tenants", type_=ARRAY(Uuid))),
        _runs.c.lane == Lane.BULK,
        is_in_none_of(_runs.c.status, FINAL_RUN_STATUSES),
    )
    .group_by(_runs.c.tenant_id)
)


class Shares:
    """How many runs each tenant has in the bulk lane, counted on while a batch is made."""

    def __init__(self, most: int, under_way: Mapping[UUID, int]) -> None:
        """`most`: a tenant's share; `under_way`: by tenant, none where one is not named."""
        self._most = most
        self._under_way = dict(under_way)

    @classmethod
    async def of(
        cls, connection: AsyncConnection, schedules: Iterable[Mapping[str, Any]], most: int
    ) -> Shares:
        """Of the tenants whose schedules these are.

        Schedulers that look at the same moment do not see each other's: a share is about so many.
        """
        tenants = {schedule["tenant_id"] for schedule in schedules}
        found = await connection.execute(_UNDER_WAY, {"tenants": list(tenants)})
        return cls(most, {row.tenant_id: row.under_way for row in found})

    def lane(self, tenant_id: UUID) -> Lane:
        """Where its next run goes."""
        return Lane.BULK if self._under_way.get(tenant_id, 0) < self._most else Lane.BACKLOG

    def take(self, tenant_id: UUID, runs: int) -> None:
        """So many runs of the tenant were made."""
        self._under_way[tenant_id] = self._under_way.get(tenant_id, 0) + runs
