"""One tenant's schedules at a time of the test's choosing: what the scheduler makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid6 import uuid7

from services.scheduler.firing import fire_due_schedules
from services.scheduler.notices import REPORT_TYPE
from services.scheduler.outcomes import take_note_of_outcomes
from services.scheduler.shares import USUAL_SHARE
from services.scheduler.waiting import let_go_of_waiting
from shared.blobs import BlobStore
from shared.states import RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.schedules import at, new_schedule
from tests.tenants import Tenant


class Scheduling:
    """A scheduler in this process, with a clock that the test sets."""

    def __init__(
        self,
        tenant: Tenant,
        store: Store,
        blobs: BlobStore,
        admin: AsyncEngine,
        folder: Path,
    ) -> None:
        self.tenant, self.store, self.blobs, self.admin = tenant, store, blobs, admin
        self.folder = folder

    async def schedule(
        self, next_run_at: datetime | None, *, cadence: dict[str, Any] | None = None, **columns: Any
    ) -> UUID:
        """A schedule on a daily report of its own; `columns` of its row."""
        deliver_to = columns.pop("deliver_to", ())
        return await new_schedule(
            self.admin,
            self.tenant,
            next_run_at=next_run_at,
            cadence=cadence,
            deliver_to=deliver_to,
            columns=columns,
        )

    async def tick(self, now: datetime, *, share: int = USUAL_SHARE) -> int:
        """Everything that a scheduler does about due schedules, at that time; runs made."""
        made = await fire_due_schedules(self.store, self.blobs, at(now), share=share)
        return made + await let_go_of_waiting(self.store, self.blobs, at(now), share=share)

    async def take_note(self) -> int:
        """Of how runs ended."""
        return await take_note_of_outcomes(self.store, self.blobs)

    async def row(self, schedule_id: UUID) -> RowMapping:
        """The schedule."""
        (row,) = await self._rows(tables.schedules, tables.schedules.c.id == schedule_id)
        return row

    async def occurrences(self, schedule_id: UUID) -> list[RowMapping]:
        """Its occurrences, the earliest first."""
        table = tables.occurrences
        rows = await self._rows(table, table.c.schedule_id == schedule_id)
        return sorted(rows, key=lambda row: (row["due_at"], row["nominal_local_time"]))

    async def statuses(self, schedule_id: UUID) -> list[str]:
        """What became of them, as `16 fired`."""
        return [
            f"{row['nominal_local_time'].day} {row['status']}"
            for row in await self.occurrences(schedule_id)
        ]

    async def runs(self, schedule_id: UUID) -> list[RowMapping]:
        """Its runs, in the order in which they were made."""
        table = tables.runs
        rows = await self._rows(table, table.c.schedule_id == schedule_id)
        return sorted(rows, key=lambda row: row["id"])

    async def change(self, schedule_id: UUID, **values: Any) -> None:
        """As a person would, over the API."""
        await self.update(tables.schedules, tables.schedules.c.id == schedule_id, **values)

    async def update(self, table: Table, which: Any, **values: Any) -> None:
        """Change rows of any table."""
        async with self.admin.begin() as connection:
            await connection.execute(update(table).where(which).values(**values))

    async def add(self, table: Table, **values: Any) -> None:
        """Add a row of this tenant."""
        async with self.admin.begin() as connection:
            await connection.execute(insert(table).values(tenant_id=self.tenant.id, **values))

    async def member(self, sub: str, role: str = "author", **values: Any) -> None:
        """Somebody of the tenant, with an address unless told otherwise."""
        values = {"email": f"{sub}@example.com"} | values
        await self.add(tables.members, sub=sub, role=role, **values)

    async def signal(self, name: str, received_at: datetime) -> None:
        """Somebody says that data are there."""
        await self.add(
            tables.signals, id=uuid7(), name=name, received_at=received_at, sent_by="tests"
        )

    async def end_run(self, run_id: UUID, status: RunStatus, ended_at: datetime) -> None:
        """As if the other services had worked on it."""
        error = {"code": "source_gone", "message": "the source does not answer"}
        await self.update(
            tables.runs,
            tables.runs.c.id == run_id,
            status=status,
            completed_at=ended_at,
            error=error if status is RunStatus.FAILED else None,
        )

    async def notices(self) -> list[tuple[list[str], Mapping[str, str]]]:
        """The mails about schedules: to whom, and what they say."""
        found = []
        mine = (tables.runs.c.tenant_id == self.tenant.id) & (
            tables.runs.c.report_type == REPORT_TYPE
        )
        for run in await self._rows(tables.runs, mine):
            of_it = tables.deliveries.c.run_id == run["id"]
            to = [row["recipient"] for row in await self._rows(tables.deliveries, of_it)]
            (file,) = await self._rows(tables.artifacts, tables.artifacts.c.run_id == run["id"])
            found.append((sorted(to), json.loads((self.folder / file["blob_key"]).read_bytes())))
        return found

    async def audited(self) -> list[RowMapping]:
        """The tenant's audit log."""
        return await self._rows(tables.audit, tables.audit.c.tenant_id == self.tenant.id)

    async def _rows(self, table: Table, which: Any) -> list[RowMapping]:
        async with self.admin.connect() as connection:
            query = select(table).where(which).order_by(*table.primary_key.columns)
            return list((await connection.execute(query)).mappings().all())
