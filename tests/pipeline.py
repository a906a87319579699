"""One tenant's reports, seen from outside: asked for, waited for, and everything that is kept.

Reads as the store's administrator and from the blob folder itself, so it sees what no client
would: half files, second rows, events sent twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid6 import uuid7

from shared.bursts import Burst, Outcome
from shared.format_options import FormatOptions
from shared.periods import Period
from shared.run_requests import Recipient, RunRequest, create_run
from shared.states import (
    FINAL_RUN_STATUSES,
    UNDER_WAY,
    ArtifactStatus,
    DeliveryStatus,
    Lane,
    RunStatus,
)
from shared.store import tables
from shared.store.engine import Store
from tests.processes import PATIENCE
from tests.tenants import Tenant

OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="UTC")
SETTLED = set(DeliveryStatus) - UNDER_WAY


class Pipeline:
    """A tenant's runs."""

    def __init__(self, tenant: Tenant, store: Store, admin: AsyncEngine, blobs: Path) -> None:
        self.tenant = tenant
        self._store = store
        self._admin = admin
        self._blobs = blobs

    async def request(
        self,
        *recipients: str | Recipient,
        formats: Iterable[str] = ("csv",),
        lane: Lane = Lane.INTERACTIVE,
        source: str = "studio",
        report_type: str = "delivery_summary",
        parameters: dict[str, Any] | None = None,
        format_options: FormatOptions = FormatOptions(),  # noqa: B008  frozen
        role: str = "author",
        freshness_seconds: int = 0,
        burst: dict[str, Any] | None = None,
        **period: Any,
    ) -> UUID:
        """Store a run as the api would; any relay publishes it. A mere address is mailed to.

        `period`: what is not October's.
        """
        wanted = RunRequest(
            tenant_id=self.tenant.id,
            report_type=report_type,
            source=source,
            period=Period.model_validate(OCTOBER.model_dump() | period),
            parameters=parameters or {},
            formats=tuple(formats),
            format_options=format_options,
            lane=lane,
            requested_by="tests",
            role=role,
            freshness_seconds=freshness_seconds,
            burst=Burst.model_validate(burst).model_dump(mode="json") if burst else None,
            recipients=tuple(
                to if isinstance(to, Recipient) else Recipient("email", to) for to in recipients
            ),
        )
        async with self._store.tenant(self.tenant.id) as connection:
            await create_run(connection, wanted, service="api")
        return wanted.id

    async def further_format(self, run_id: UUID, **values: Any) -> None:
        """One more format that is pending, as if the run's owner had asked for it."""
        row = {"format": "xlsx", "status": ArtifactStatus.PENDING, **values}
        async with self._admin.begin() as connection:
            await connection.execute(
                insert(tables.artifacts).values(
                    id=uuid7(), tenant_id=self.tenant.id, run_id=run_id, **row
                )
            )

    async def run(self, run_id: UUID) -> RowMapping:
        """Its row."""
        (row,) = await self._rows(tables.runs, tables.runs.c.id == run_id)
        return row

    async def runs(self) -> list[RowMapping]:
        """Every run of the tenant."""
        return await self._rows(tables.runs, tables.runs.c.tenant_id == self.tenant.id)

    async def artifacts(self, run_id: UUID) -> dict[str, RowMapping]:
        """Those of its whole report by format, the internal ones too."""
        return {
            row["format"]: row
            for row in await self.every_artifact(run_id)
            if row["slice_id"] is None
        }

    async def every_artifact(self, run_id: UUID) -> list[RowMapping]:
        """Those of its slices too."""
        return await self._rows(tables.artifacts, tables.artifacts.c.run_id == run_id)

    async def slices(self, run_id: UUID) -> list[RowMapping]:
        """Its slices, in the order of their numbers."""
        rows = await self._rows(tables.run_slices, tables.run_slices.c.run_id == run_id)
        return sorted(rows, key=lambda row: row["number"])

    async def burst(self, run_id: UUID) -> Outcome:
        """What became of its burst."""
        (row,) = await self._rows(tables.run_bursts, tables.run_bursts.c.run_id == run_id)
        return Outcome.model_validate(row["outcome"])

    async def deliveries(self, run_id: UUID) -> list[RowMapping]:
        """Its deliveries."""
        return await self._rows(tables.deliveries, tables.deliveries.c.run_id == run_id)

    async def delivery(self, run_id: UUID) -> RowMapping:
        """Its only delivery."""
        (row,) = await self.deliveries(run_id)
        return row

    async def attempts(self, run_id: UUID) -> list[RowMapping]:
        """Every attempt at its deliveries."""
        attempts, deliveries = tables.delivery_attempts, tables.deliveries
        of_the_run = select(deliveries.c.id).where(deliveries.c.run_id == run_id)
        return await self._rows(attempts, attempts.c.delivery_id.in_(of_the_run))

    async def announced(self, run_id: UUID) -> Counter[str]:
        """How many events of each type the run had published to everyone."""
        outbox = tables.outbox
        rows = await self._rows(
            outbox, (outbox.c.run_id == run_id) & (outbox.c.exchange == "broadsheet.reports")
        )
        return Counter(row["event_type"] for row in rows)

    async def outbox(self, run_id: UUID) -> list[RowMapping]:
        """Every outbox row of the run."""
        return await self._rows(tables.outbox, tables.outbox.c.run_id == run_id)

    async def timeline(self, run_id: UUID) -> list[RowMapping]:
        """What happened to it."""
        return await self._rows(tables.timeline, tables.timeline.c.run_id == run_id)

    async def dead_letters(self) -> list[RowMapping]:
        """Everything that is parked, of any tenant."""
        return await self._rows(tables.dead_letters, tables.dead_letters.c.id.is_not(None))

    async def everything(self, run_id: UUID) -> dict[str, Any]:
        """Every row and every file of the run: equal before and after means nothing was written."""
        return {
            "run": dict(await self.run(run_id)),
            "artifacts": {k: dict(v) for k, v in (await self.artifacts(run_id)).items()},
            "deliveries": [dict(row) for row in await self.deliveries(run_id)],
            "attempts": [dict(row) for row in await self.attempts(run_id)],
            "outbox": sorted(str(row["id"]) for row in await self.outbox(run_id)),
            "timeline": [dict(row) for row in await self.timeline(run_id)],
            "files": {
                str(path): (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
                for path in self._files(run_id)
            },
        }

    def files(self, run_id: UUID) -> set[str]:
        """The files kept for the run, below its folder.

        Not those with a dot, drafts that a killed writer left: they go with the folder.
        """
        folder = self._folder(run_id)
        return {
            str(path.relative_to(folder))
            for path in self._files(run_id)
            if not path.name.startswith(".")
        }

    async def until(self, fact: Callable[[], Awaitable[bool]], what: str) -> None:
        """Wait until it is so."""
        deadline = time.monotonic() + PATIENCE
        while not await fact():
            assert time.monotonic() < deadline, f"not within {PATIENCE} s: {what}"
            await asyncio.sleep(0.05)

    async def until_status(self, run_id: UUID, *wanted: RunStatus) -> None:
        """Wait for the run to be in one of these."""

        async def there() -> bool:
            return RunStatus((await self.run(run_id))["status"]) in wanted

        await self.until(there, f"run {run_id} is {' or '.join(wanted)}")

    async def settled(self, *run_ids: UUID) -> bool:
        """Whether the runs and their deliveries have come to an end, whatever it is."""
        runs = await self._rows(tables.runs, tables.runs.c.id.in_(run_ids))
        deliveries = await self._rows(tables.deliveries, tables.deliveries.c.run_id.in_(run_ids))
        return all(row["status"] in FINAL_RUN_STATUSES for row in runs) and all(
            row["status"] in SETTLED for row in deliveries
        )

    async def until_settled(self, *run_ids: UUID) -> None:
        """Wait until they are."""

        async def all_are() -> bool:
            return await self.settled(*run_ids)

        try:
            await self.until(all_are, "all is settled")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{await self._unsettled(run_ids)}") from None

    async def _unsettled(self, run_ids: Iterable[UUID]) -> str:
        lines = []
        for run_id in run_ids:
            run, deliveries = await self.run(run_id), await self.deliveries(run_id)
            if run["status"] in FINAL_RUN_STATUSES and SETTLED.issuperset(
                row["status"] for row in deliveries
            ):
                continue
            for row in (run, *deliveries):
                held = f", held by {row['lease_owner']} until {row['lease_until']}"
                lines.append(f"{row['id']}: {row['status']}{held if row['lease_token'] else ''}")
            lines += [
                f"  {row['event_type']} to {row['routing_key']}, published {row['published_at']}"
                for row in await self.outbox(run_id)
            ]
        return "\n".join(lines)

    async def assert_made_once(self, run_id: UUID, *, mailed: bool = False) -> None:
        """One snapshot and one artifact per format, each a row and the very file it names."""
        run = await self.run(run_id)
        assert run["status"] == RunStatus.COMPLETED, run["error"]
        assert run["lease_token"] is None
        artifacts = await self.artifacts(run_id)
        wanted = set(run["formats"]) | ({"mail"} if mailed else set())
        assert set(artifacts) == wanted
        kept = {run["snapshot_key"]: run["snapshot_sha256"]} | {
            row["blob_key"]: row["sha256"] for row in artifacts.values()
        }
        prefix = f"{self.tenant.id}/{run_id}/"
        beside = (self._blobs / run["snapshot_key"]).parent
        document = json.loads((self._blobs / run["snapshot_key"]).read_bytes())
        for section in document["sections"]:
            for stored in (table["stored"] for table in section["tables"] if table["stored"]):
                key = str((beside / stored["file"]).relative_to(self._blobs))
                kept[key] = stored["sha256"]
        names = self.files(run_id)
        # What all recipients of the mail get alike, written by the mailer: once, whoever dies.
        letters = {name for name in names if Path(name).name.startswith("letter-")}
        assert len(letters) == mailed, f"letters {letters}"
        found = {prefix + name for name in names - letters}
        assert found == set(kept), f"files {found}, rows {set(kept)}"
        for key, sha256 in kept.items():
            assert hashlib.sha256((self._blobs / key).read_bytes()).hexdigest() == sha256
        announced = await self.announced(run_id)
        for name in ("report.requested.v1", "report.aggregated.v1", "report.rendered.v1"):
            assert announced[name] == 1, f"{name} was announced {announced[name]} times"

    def _folder(self, run_id: UUID) -> Path:
        return self._blobs / str(self.tenant.id) / str(run_id)

    def _files(self, run_id: UUID) -> list[Path]:
        return [path for path in self._folder(run_id).rglob("*") if path.is_file()]

    async def _rows(self, table: Table, condition: Any) -> list[RowMapping]:
        async with self._admin.connect() as connection:
            query = select(table).where(condition).order_by(*table.primary_key.columns)
            return list((await connection.execute(query)).mappings().all())
