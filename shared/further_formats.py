"""Further formats of a completed run: asking for them, and giving one up.

The run stays `completed`; each further format is an artifact with a status and a lease of its
own. All take an open transaction and never commit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from shared import outbox, runs
from shared.events import ReportFormatFailed, ReportFormatRequested
from shared.lease import RELEASED
from shared.run_slices import RunSlice
from shared.runs import Run
from shared.states import ArtifactStatus, Lane
from shared.store import tables

_RUN = select(tables.runs).where(tables.runs.c.id == bindparam("of_run"))

_SLICE = select(tables.run_slices).where(tables.run_slices.c.id == bindparam("of_slice"))


@dataclass(frozen=True)
class FurtherFormat:
    """An artifact that is to be rendered."""

    id: UUID
    """Of the artifact. One that is asked for again after it failed has a new one."""
    format: str
    run: Run
    """Its run; `attempt` counts the artifact's, and somebody waits, so `lane` is interactive."""
    slice: RunSlice | None
    """Of which part of the run's report; None: the whole."""

    @classmethod
    async def of(cls, connection: AsyncConnection, artifact: RowMapping) -> FurtherFormat:
        """From a row of `artifacts`."""
        row = (await connection.execute(_RUN, {"of_run": artifact["run_id"]})).mappings().one()
        run = replace(Run.of(row), attempt=artifact["attempt"], lane=Lane.INTERACTIVE)
        of = None
        if artifact["slice_id"] is not None:
            found = await connection.execute(_SLICE, {"of_slice": artifact["slice_id"]})
            of = RunSlice.of(found.mappings().one())
        return cls(id=artifact["id"], format=artifact["format"], run=run, slice=of)

    def about(self) -> dict[str, Any]:
        """What every event about it says."""
        return {**self.run.about(), "artifact_id": self.id, "format": self.format}

    def requested(self) -> ReportFormatRequested:
        """The event that it was asked for."""
        return ReportFormatRequested(**self.about())


async def ask_for(
    connection: AsyncConnection,
    run: Run,
    formats: Collection[str],
    *,
    slice_id: UUID | None = None,
    service: str,
    internal: bool = False,
) -> list[str]:
    """Ask for those of the formats that are neither there nor asked for yet; returns them.

    The run must be completed and locked, and the slice, if it is one of a slice, its own and
    rendered. `internal`: they are not for download.
    """
    table = tables.artifacts
    new = insert(table).values(
        [
            {
                "id": uuid7(),
                "tenant_id": run.tenant_id,
                "run_id": run.id,
                "slice_id": slice_id,
                "format": name,
                "internal": internal,
                "status": ArtifactStatus.PENDING,
            }
            for name in formats
        ]
    )
    asked = await connection.execute(
        new.on_conflict_do_update(
            index_elements=["run_id", "slice_id", "format"],
            set_={
                # A new id, and so new events: those of the failed one have been told.
                "id": new.excluded.id,
                "status": new.excluded.status,
                "attempt": 0,
                "error": None,
                "requested_at": func.now(),
            },
            where=table.c.status == ArtifactStatus.FAILED,
        ).returning(table)
    )
    further = [await FurtherFormat.of(connection, row) for row in asked.mappings().all()]
    for one in further:
        await runs.record(connection, one.run, "format_requested", service, detail=one.format)
    await outbox.add(connection, *(one.requested() for one in further), source=service)
    return [one.format for one in further]


async def fail(
    connection: AsyncConnection,
    further: FurtherFormat,
    *,
    service: str,
    code: str,
    message: str,
    lease_token: UUID | None,
) -> bool:
    """Give it up and tell everyone why; False when it is no longer this worker's to fail.

    Without a token only one that nobody holds is failed.
    """
    table = tables.artifacts
    failed = await connection.execute(
        update(table)
        .where(
            table.c.id == further.id,
            table.c.status == ArtifactStatus.PENDING,
            table.c.lease_token.is_(None)
            if lease_token is None
            else table.c.lease_token == lease_token,
        )
        .values(status=ArtifactStatus.FAILED, error={"code": code, "message": message}, **RELEASED)
    )
    if failed.rowcount == 0:
        return False
    await runs.record(
        connection, further.run, "format_failed", service, detail=f"{further.format}: {message}"
    )
    await outbox.add(
        connection,
        ReportFormatFailed(**further.about(), code=code, message=message),
        source=service,
    )
    return True
