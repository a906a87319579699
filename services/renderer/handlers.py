"""What the renderer does when a report was aggregated, and when a further format is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.renderer.format_worker import FormatWorker
from services.renderer.making import FileMaker
from services.renderer.slices import HAS_SLICES, SliceRenderer
from services.renderer.stored_artifact import StoredArtifact, write_artifacts
from shared import outbox
from shared.delivery_options import BODY_FORMATS
from shared.events import ReportAggregated, ReportFormatRequested, ReportRendered
from shared.further_formats import FurtherFormat
from shared.lease import Lease
from shared.runs import Run
from shared.stage import Finish, StageWorker
from shared.store import tables
from shared.store.engine import Store

SERVICE = "renderer"


ALSO_READ = (
    select(func.array_agg(tables.deliveries.c.channel.distinct()))
    .where(
        tables.deliveries.c.run_id == tables.runs.c.id,
        tables.deliveries.c.slice_id.is_(None),
    )
    .correlate(tables.runs)
    .scalar_subquery()
    .label("channels"),
    HAS_SLICES,
)
"""What the renderer needs to know beside the run itself: the channels that its whole report goes
to, and whether it has slices."""


async def on_report_aggregated(
    event: ReportAggregated,
    *,
    worker: StageWorker,
    store: Store,
    maker: FileMaker,
    most_attempts: int,
) -> None:
    """Render every format of the run, and of its slices, and say that the run is complete.

    `most_attempts`: how often a run is tried.
    """

    async def work(run: Run, row: RowMapping, lease: Lease) -> Finish:
        stored = await maker.make(run, _format_names(run.formats, row["channels"] or ()))
        if row["has_slices"]:
            await SliceRenderer(
                run=run,
                store=store,
                lease=lease,
                maker=maker,
                formats_for=_format_names,
                last_try=run.attempt >= most_attempts,
                service=SERVICE,
            ).render()
        return _finish(stored)

    await worker.run(event, work)


async def on_format_requested(
    event: ReportFormatRequested, *, worker: FormatWorker, maker: FileMaker
) -> None:
    """Render a further format of a completed run, from the snapshot of all its others."""

    async def render(further: FurtherFormat) -> StoredArtifact:
        (stored,) = await maker.make(further.run, [further.format], further.slice)
        return stored

    await worker.run(event, render)


def _format_names(asked: Sequence[str], channels: Sequence[str]) -> list[str]:
    bodies = {BODY_FORMATS[channel] for channel in channels if channel in BODY_FORMATS}
    return [*asked, *sorted(bodies)]


def _finish(stored: list[StoredArtifact]) -> Finish:
    async def finish(connection: AsyncConnection, run: Run) -> dict[str, Any]:
        if not stored:
            # A preview, or a look-up: nothing was rendered, and nobody is to be told that it was.
            return {"completed_at": func.now()}
        await write_artifacts(connection, run, stored)
        assert run.as_of is not None
        assert run.snapshot_sha256 is not None
        await outbox.add(
            connection,
            ReportRendered(
                **run.about(),
                as_of=run.as_of,
                snapshot_sha256=run.snapshot_sha256,
                artifacts=tuple(
                    artifact.reference(run.id)
                    for artifact in stored
                    if not artifact.format.internal
                ),
            ),
            source=SERVICE,
        )
        return {"completed_at": func.now()}

    return finish
