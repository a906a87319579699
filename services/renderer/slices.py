"""The files of a burst's slices: each slice is committed by itself, so none is rendered twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.renderer.making import FileMaker
from services.renderer.stored_artifact import StoredArtifact, write_artifacts
from shared import runs
from shared.errors import PermanentError, TransientError, WorkError
from shared.lease import Lease
from shared.run_slices import RunSlice
from shared.runs import Run
from shared.states import DeliveryStatus, SliceStatus
from shared.store import tables
from shared.store.engine import Store

log = structlog.get_logger(__name__)

AT_ONCE = 2
"""Slices in hand: one is drawn while the other one is read or stored."""

_slices, _deliveries = tables.run_slices, tables.deliveries
_TO_MAKE = (
    select(
        _slices,
        select(func.array_agg(_deliveries.c.channel.distinct()))
        .where(_deliveries.c.slice_id == _slices.c.id)
        .correlate(_slices)
        .scalar_subquery()
        .label("channels"),
    )
    .where(_slices.c.status == SliceStatus.AGGREGATED)
    .order_by(_slices.c.number)
)
HAS_SLICES = (
    select(_slices.c.id)
    .where(_slices.c.run_id == tables.runs.c.id)
    .correlate(tables.runs)
    .exists()
    .label("has_slices")
)
"""Whether the run is a burst's."""


@dataclass(frozen=True)
class SliceRenderer:
    """Makes the files of all slices of one run."""

    run: Run
    store: Store
    lease: Lease
    maker: FileMaker
    formats_for: Callable[[Sequence[str], Sequence[str]], list[str]]
    """What is rendered for formats that were asked for and channels they go to."""
    last_try: bool
    service: str

    async def render(self) -> None:
        """Those that have none yet; a slice that cannot be drawn is told as failed.

        At the last try also one that could not be drawn for now: the others are not lost for its
        sake. PermanentError where no slice is left.
        """
        async with self.store.tenant(self.run.tenant_id) as connection:
            query = _TO_MAKE.where(_slices.c.run_id == self.run.id)
            waiting = iter((await connection.execute(query)).mappings().all())

        async def work() -> None:
            for row in waiting:
                channels = row["channels"] or ()
                await self._render(
                    RunSlice.of(row), self.formats_for(tuple(row["formats"]), channels)
                )

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        async with self.store.tenant(self.run.tenant_id) as connection:
            await self._ensure_some_left(connection)

    async def _render(self, one: RunSlice, formats: Sequence[str]) -> None:
        try:
            artifacts = await self.maker.make(self.run, formats, one)
        except PermanentError as error:
            await self._fail(one, error)
        except TransientError as error:
            if not self.last_try:
                raise
            await self._fail(one, error)
        else:
            await self._finish(one, artifacts)

    async def _finish(self, one: RunSlice, artifacts: Sequence[StoredArtifact]) -> None:
        async with self.store.tenant(self.run.tenant_id) as connection:
            await self.lease.extend(connection)
            await write_artifacts(connection, self.run, artifacts)
            await connection.execute(
                update(_slices).where(_slices.c.id == one.id).values(status=SliceStatus.RENDERED)
            )

    async def _fail(self, one: RunSlice, error: WorkError) -> None:
        log.error("slice failed", slice=one.number, code=error.code, reason=error.message)
        answer = f"this recipient's part could not be made: {error.message}"
        async with self.store.tenant(self.run.tenant_id) as connection:
            await self.lease.extend(connection)
            await connection.execute(
                update(_slices)
                .where(_slices.c.id == one.id)
                .values(
                    status=SliceStatus.FAILED, error={"code": error.code, "message": error.message}
                )
            )
            await connection.execute(
                update(_deliveries)
                .where(
                    _deliveries.c.slice_id == one.id,
                    _deliveries.c.status == DeliveryStatus.PENDING,
                )
                .values(status=DeliveryStatus.CANCELLED, answer=answer, finished_at=func.now())
            )
            detail = f"slice {one.number}: {error.message}"
            await runs.record(connection, self.run, "slice_failed", self.service, detail=detail)

    async def _ensure_some_left(self, connection: AsyncConnection) -> None:
        found = await connection.execute(
            select(_slices.c.status, _slices.c.error)
            .where(_slices.c.run_id == self.run.id)
            .order_by(_slices.c.number)
        )
        stand = found.all()
        if all(row.status == SliceStatus.FAILED for row in stand):
            raise PermanentError(
                "every_slice_failed",
                f"none of its {len(stand):,} slices could be made; the first: "
                f"{stand[0].error['message']}",
            )
