"""A thousand recipients of one report by mail, and one at a time: broker, database and mailer.

The server is a sink of ours (`benchmarks.smtp_sink`), which is not the bottleneck.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import aio_pika
import asyncpg
from aio_pika.abc import AbstractChannel, AbstractRobustConnection
from sqlalchemy import func, insert, update
from sqlalchemy.ext.asyncio import create_async_engine
from uuid6 import uuid7

from benchmarks.broadsheet import Broadsheet
from benchmarks.figures import table
from benchmarks.usage import Groups, PeakMemory, cpu_seconds, difference, pss_bytes
from deploy.local.stack import LocalStack
from services.mailer.settings import MailerSettings
from shared import outbox
from shared.blobs import BlobStore, blob_store
from shared.dedup_keys import artifact_key
from shared.events import ReportRendered
from shared.outbox import Relay
from shared.periods import Period
from shared.run_requests import Recipient, RunRequest, new_run
from shared.states import ArtifactStatus, Lane, RunStatus
from shared.store import tables
from shared.store.engine import Store, asyncpg_url

PDF_BYTES = 200_000
_OPEN = """
SELECT EXISTS (SELECT FROM deliveries
                WHERE run_id = ANY($1) AND status IN ('pending', 'sending', 'deferred'))
"""
"""Asked all the while, hence cheap."""
_SETTLED = """
SELECT count(*) FILTER (WHERE d.status = 'sent') AS sent,
       extract(epoch FROM max(d.finished_at) - min(r.completed_at))::float8 AS seconds,
       (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_ms) FROM delivery_attempts
         WHERE delivery_id IN (SELECT id FROM deliveries WHERE run_id = ANY($1))) AS attempt_ms
  FROM deliveries d JOIN runs r ON r.id = d.run_id WHERE d.run_id = ANY($1)
"""


@dataclass(frozen=True)
class Delivered:
    """What was measured."""

    recipients: int
    received: int
    """Different recipients whose mail was there whole."""
    copies: int
    """Mails beyond one for each."""
    seconds: float
    """From the report's completion to the last answer, by the store's clock."""
    attempt_ms: float
    """The median attempt, from its claim on."""
    cpu_seconds: dict[str, float]
    mailer_idle_bytes: int
    mailer_peak_bytes: int
    single_ms: tuple[float, ...]
    """Of single recipients, one after the other: from completion to the server's answer."""
    stored_bytes: int
    """What the storage holds of all these mails beside the report's own files."""


def measure(folder: Path, recipients: int, singles: int) -> Delivered:
    """In a stack of its own in that folder."""
    shutil.rmtree(folder, ignore_errors=True)
    received = folder.with_suffix(".received")
    received.unlink(missing_ok=True)
    received.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _sink(received) as (port, sink):
            environment = {
                "BROADSHEET_SMTP_HOST": "127.0.0.1",
                "BROADSHEET_SMTP_PORT": str(port),
                "BROADSHEET_SMTP_TLS": "none",
            }
            with LocalStack(folder, only=("mailer",), environment=environment) as stack:
                return asyncio.run(_measure(stack, received, sink, recipients, singles))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        received.unlink(missing_ok=True)


@contextmanager
def _sink(received: Path) -> Iterator[tuple[int, int]]:
    """Its port and its process."""
    command = [sys.executable, "-m", "benchmarks.smtp_sink", str(received)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.terminate()


async def _measure(
    stack: LocalStack, received: Path, sink: int, recipients: int, singles: int
) -> Delivered:
    broadsheet = Broadsheet(stack)
    groups: Groups = {**broadsheet.services(), **broadsheet.servers(), "sink": [sink]}
    runs = Runs(stack)
    await runs.open()
    try:
        await runs.complete(["warm@example.com"])
        single = [await runs.single(f"single{number}@example.com") for number in range(singles)]
        idle = pss_bytes(groups)["mailer"]
        received.write_text("")
        wanted = [f"person{number}@studio.example" for number in range(recipients)]
        random.Random(5).shuffle(wanted)
        before = cpu_seconds(groups)
        with PeakMemory(lambda: groups) as peak:
            run_id = await runs.complete(wanted, wait=False)
            row = await runs.settled([run_id])
            await asyncio.sleep(2)
        used = difference(before, cpu_seconds(groups))
        arrived = received.read_text().split()
        return Delivered(
            recipients=recipients,
            received=len(set(arrived) & set(wanted)),
            copies=len(arrived) - len(set(arrived)),
            seconds=row["seconds"],
            attempt_ms=float(row["attempt_ms"]),
            cpu_seconds=used,
            mailer_idle_bytes=idle,
            mailer_peak_bytes=peak.bytes.get("mailer", idle),
            single_ms=tuple(single),
            stored_bytes=runs.stored_beside(run_id),
        )
    finally:
        await runs.close()


class Runs:
    """Completed runs, as a renderer leaves them."""

    def __init__(self, stack: LocalStack) -> None:
        infrastructure = stack.infrastructure
        self._admin_url = infrastructure.admin_database_url
        self._engine = create_async_engine(asyncpg_url(self._admin_url))
        names = {f"BROADSHEET_{name.upper()}": name for name in MailerSettings.model_fields}
        environment = infrastructure.env_for("mailer")
        self._settings = MailerSettings.model_validate(
            {names[key]: value for key, value in environment.items() if key in names}
        )
        self._blobs: BlobStore = blob_store(self._settings)
        self._folder = Path(infrastructure.places.blobs)
        self._store = Store.connect(self._settings, "broadsheet-benchmark")
        self._broker: AbstractRobustConnection | None = None
        self._publishing: AbstractChannel | None = None
        self._relay = Relay(self._store, self._channel)
        self._pdf = random.Random(1).randbytes(PDF_BYTES)
        self._tenant: UUID | None = None

    async def open(self) -> None:
        """Publish what is written, as a renderer would."""
        self._broker = await aio_pika.connect_robust(self._settings.amqp_url.get_secret_value())
        await self._relay.start()

    async def _channel(self) -> AbstractChannel:
        if self._publishing is None:
            assert self._broker is not None
            self._publishing = await self._broker.channel(
                publisher_confirms=True, on_return_raises=True
            )
        return self._publishing

    async def complete(self, addresses: Sequence[str], *, wait: bool = True) -> UUID:
        """A run with one PDF for those; its event lies in the outbox when this returns."""
        tenant_id = await self._a_tenant()
        request = RunRequest(
            tenant_id=tenant_id,
            report_type="delivery_summary",
            source="studio",
            period=Period.model_validate(
                {"first_day": "2026-10-01", "last_day": "2026-10-31", "timezone": "UTC"}
            ),
            parameters={},
            formats=("pdf",),
            lane=Lane.INTERACTIVE,
            requested_by="benchmark",
            role="author",
            recipients=tuple(Recipient("email", address) for address in addresses),
        )
        new = new_run(request, service="benchmark")
        files = [await self._stored(request, "pdf", self._pdf)]
        files.append(await self._stored(request, "mail", json.dumps(_MAIL).encode()))
        event = ReportRendered(
            run_id=request.id,
            tenant_id=tenant_id,
            lane=Lane.INTERACTIVE,
            report_type="delivery_summary",
            as_of=datetime.now(UTC),
            snapshot_sha256="0" * 64,
            artifacts=(),
        )
        # Completed and told in one transaction, as a renderer does.
        async with self._engine.begin() as connection:
            await connection.execute(insert(tables.runs).values(new.run))
            await connection.execute(insert(tables.artifacts), files)
            await connection.execute(insert(tables.deliveries), list(new.deliveries))
            await connection.execute(
                update(tables.runs)
                .where(tables.runs.c.id == request.id)
                .values(
                    status=RunStatus.COMPLETED,
                    started_at=func.now(),
                    as_of=func.now(),
                    completed_at=func.clock_timestamp(),
                    snapshot_sha256="0" * 64,
                )
            )
            await outbox.add(connection, event, source="benchmark")
        self._relay.wake()
        if wait:
            await self.settled([request.id])
        return request.id

    async def single(self, address: str) -> float:
        """Milliseconds from a report's completion to the answer of the one recipient's server."""
        run_id = await self.complete([address])
        return float((await self.settled([run_id]))["seconds"]) * 1000

    async def settled(self, run_ids: Sequence[UUID]) -> asyncpg.Record:
        """The sums, once nothing of the runs' deliveries is under way."""
        connection = await asyncpg.connect(self._admin_url)
        try:
            until = time.monotonic() + 300
            while True:
                is_open = await connection.fetchval(_OPEN, list(run_ids))
                if is_open and time.monotonic() < until:
                    await asyncio.sleep(0.05)
                    continue
                row = await connection.fetchrow(_SETTLED, list(run_ids))
                if is_open:
                    raise RuntimeError(f"not delivered within five minutes: {dict(row)}")
                return row
        finally:
            await connection.close()

    def stored_beside(self, run_id: UUID) -> int:
        """Bytes in the run's folder that the renderer did not write."""
        folder = self._folder / str(self._tenant) / str(run_id)
        return sum(
            path.stat().st_size
            for path in folder.rglob("*")
            if path.is_file() and path.suffix == ".mime"
        )

    async def close(self) -> None:
        """Let go of the store and the broker."""
        await self._relay.stop()
        if self._broker is not None:
            await self._broker.close()
        await self._store.close()
        await self._engine.dispose()

    async def _a_tenant(self) -> UUID:
        if self._tenant is None:
            self._tenant = uuid7()
            async with self._engine.begin() as connection:
                await connection.execute(
                    insert(tables.tenants).values(id=self._tenant, slug="mailed", name="Mailed")
                )
                await connection.execute(
                    insert(tables.tenant_settings).values(tenant_id=self._tenant)
                )
        return self._tenant

    async def _stored(self, request: RunRequest, name: str, content: bytes) -> dict[str, Any]:
        key = artifact_key(request.tenant_id, request.id, 0, f"{name}.{name}")
        await self._blobs.put_new(key, content)
        return {
            "id": uuid7(),
            "tenant_id": request.tenant_id,
            "run_id": request.id,
            "format": name,
            "internal": name == "mail",
            "status": ArtifactStatus.RENDERED,
            "media_type": "application/pdf" if name == "pdf" else "application/json",
            "file_name": f"delivery_summary.{name}",
            "blob_key": key,
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "rows": 1,
        }


_MAIL = {
    "subject": "Delivery summary, October 2026",
    "html": "<html><body>" + "<p>45 characters were delivered.</p>" * 200 + "</body></html>",
    "text": "45 characters were delivered.\n" * 100,
    "pictures": [],
}


def report(found: Delivered) -> str:
    """For people."""
    mails = found.recipients
    rows = [
        ("recipients", f"{mails:,}"),
        ("received, copies", f"{found.received:,}, {found.copies}"),
        ("seconds, mails/s", f"{found.seconds:.1f} s, {mails / found.seconds:.0f}/s"),
        ("median attempt", f"{found.attempt_ms:.0f} ms"),
        (
            "single recipient, rendered to accepted",
            f"p50 {statistics.median(found.single_ms):.0f} ms, "
            f"worst {max(found.single_ms):.0f} ms of {len(found.single_ms)}",
        ),
        (
            "mailer's memory, before and at most",
            f"{found.mailer_idle_bytes / 1e6:.0f} MB, {found.mailer_peak_bytes / 1e6:.0f} MB",
        ),
        ("stored of all mails", f"{found.stored_bytes / 1e3:.0f} kB"),
        *(
            (f"CPU per mail, {name}", f"{seconds / mails * 1000:.1f} ms")
            for name, seconds in found.cpu_seconds.items()
        ),
        ("CPU per mail, all", f"{sum(found.cpu_seconds.values()) / mails * 1000:.1f} ms"),
    ]
    return table(f"Delivery by mail, a PDF of {PDF_BYTES // 1000} kB", ("", "measured"), rows)
