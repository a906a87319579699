"""One further format of a completed run: claim it, render with no transaction open, finish it.

What `shared.stage` does for a stage of a run, for a single artifact: the run stays completed.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import structlog
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.renderer.stored_artifact import StoredArtifact
from shared import further_formats, outbox, runs, telemetry
from shared.attempt import Endings, attempt
from shared.backoff import retry_delay
from shared.errors import TransientError
from shared.events import ReportFormatRendered, ReportFormatRequested
from shared.further_formats import FurtherFormat
from shared.lease import RELEASED, Lease, LeaseLostError, lease_end
from shared.settings import ServiceSettings
from shared.states import ArtifactStatus
from shared.store import tables
from shared.store.engine import Store
from shared.topology import FORMAT_RENDERER

log = structlog.get_logger(__name__)

STAGE = "render_format"

RenderOne = Callable[[FurtherFormat], Awaitable[StoredArtifact]]
"""Renders the run's snapshot into that format and stores the file."""


class FormatWorker:
    """Makes attempts at further formats and writes what became of them."""

    def __init__(
        self, store: Store, settings: ServiceSettings, *, service: str, owner: str
    ) -> None:
        self._store = store
        self._settings = settings
        self._service = service
        self._owner = owner

    async def run(self, event: ReportFormatRequested, render: RenderOne) -> None:
        """Claim the artifact, `render` it, and commit it.

        Returns without doing anything when it is rendered, given up or expired already, or
        another worker holds a live lease (the reaper re-queues it should that worker die).
        """
        token = uuid4()
        further = await self._claim(event, token)
        if further is None:
            log.info("nothing to do", stage=STAGE)
            return
        lease = Lease(
            self._store,
            tables.artifacts,
            further.id,
            event.tenant_id,
            token,
            self._settings.lease_seconds,
        )
        endings = Endings(
            try_later=partial(self._try_later, further, lease),
            give_up=partial(self._give_up, further, lease),
            hand_back=partial(self._hand_back, further, lease),
        )
        await attempt(self._work_and_finish(event, further, lease, render), endings, stage=STAGE)

    async def _claim(self, event: ReportFormatRequested, token: UUID) -> FurtherFormat | None:
        artifacts, inbox = tables.artifacts, tables.inbox
        seen = select(inbox.c.event_id).where(
            inbox.c.consumer == FORMAT_RENDERER.name, inbox.c.event_id == event.id
        )
        async with self._store.tenant(event.tenant_id) as connection:
            claimed = await connection.execute(
                update(artifacts)
                .where(
                    artifacts.c.id == event.artifact_id,
                    artifacts.c.run_id == event.run_id,
                    artifacts.c.status == ArtifactStatus.PENDING,
                    artifacts.c.lease_token.is_(None),
                    ~seen.exists(),
                )
                .values(
                    attempt=artifacts.c.attempt + 1,
                    lease_token=token,
                    lease_owner=self._owner,
                    lease_until=lease_end(self._settings.lease_seconds),
                )
                .returning(artifacts)
            )
            row = claimed.mappings().first()
            return None if row is None else await FurtherFormat.of(connection, row)

    async def _work_and_finish(
        self, event: ReportFormatRequested, further: FurtherFormat, lease: Lease, render: RenderOne
    ) -> None:
        started = time.monotonic()
        async with lease.kept_alive():
            stored = await render(further)
        await self._finish(event, further, lease, stored, time.monotonic() - started)

    async def _finish(
        self,
        event: ReportFormatRequested,
        further: FurtherFormat,
        lease: Lease,
        stored: StoredArtifact,
        seconds: float,
    ) -> None:
        run = further.run
        assert run.as_of is not None
        assert run.snapshot_sha256 is not None
        async with self._store.tenant(run.tenant_id) as connection:
            await lease.write(connection, **stored.columns(), rendered_at=func.now(), **RELEASED)
            await connection.execute(
                insert(tables.inbox).values(
                    tenant_id=run.tenant_id, consumer=FORMAT_RENDERER.name, event_id=event.id
                )
            )
            await runs.record(
                connection,
                run,
                "format_rendered",
                self._service,
                duration_ms=round(seconds * 1000),
                detail=further.format,
            )
            await outbox.add(
                connection,
                ReportFormatRendered(
                    **further.about(),
                    as_of=run.as_of,
                    snapshot_sha256=run.snapshot_sha256,
                    artifact=stored.reference(run.id),
                ),
                source=self._service,
            )
        telemetry.STAGE_SECONDS.labels(STAGE).observe(seconds)
        log.info("further format done", format=further.format, duration_ms=round(seconds * 1000))

    async def _try_later(self, further: FurtherFormat, lease: Lease, error: TransientError) -> None:
        run = further.run
        if run.attempt >= self._settings.max_attempts:
            message = f"{error.message} (tried {run.attempt} times)"
            await self._give_up(further, lease, error.code, message)
            return
        delay = retry_delay(run.attempt, self._settings.retry_base_seconds, random.random())
        log.warning("format is tried again", code=error.code, reason=error.message)
        detail = f"{further.format}: {error.code}: {error.message}"
        with contextlib.suppress(LeaseLostError):
            async with self._store.tenant(run.tenant_id) as connection:
                await self._release(connection, further, lease, attempt=run.attempt, delay=delay)
                await runs.record(connection, run, "retry", self._service, detail=detail)
        telemetry.EVENTS_RETRIED.labels(FORMAT_RENDERER.name).inc()

    async def _give_up(self, further: FurtherFormat, lease: Lease, code: str, message: str) -> None:
        log.error("format given up", code=code, reason=message, format=further.format)
        async with self._store.tenant(further.run.tenant_id) as connection:
            await further_formats.fail(
                connection,
                further,
                service=self._service,
                code=code,
                message=message,
                lease_token=lease.token,
            )

    async def _hand_back(self, further: FurtherFormat, lease: Lease) -> None:
        with contextlib.suppress(LeaseLostError):
            async with self._store.tenant(further.run.tenant_id) as connection:
                await self._release(connection, further, lease, attempt=further.run.attempt - 1)
        log.info("format handed back", format=further.format)

    async def _release(
        self,
        connection: AsyncConnection,
        further: FurtherFormat,
        lease: Lease,
        *,
        attempt: int,
        delay: timedelta = timedelta(0),
    ) -> None:
        """Let go of it and ask for it again, after `delay`."""
        await lease.write(connection, attempt=attempt, **RELEASED)
        await outbox.add_for(
            connection, FORMAT_RENDERER, further.requested(), source=self._service, delay=delay
        )
