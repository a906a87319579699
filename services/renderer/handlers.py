"""What the renderer does when a report was aggregated, and when a further format is asked for."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.renderer.format_worker import FormatWorker
from services.renderer.formats import (
    Format,
    PagedFormat,
    Rendered,
    StreamedFormat,
    Written,
    adjusted,
    render_whole,
    write_whole,
)
from services.renderer.isolation.pool import RenderPool
from services.renderer.snapshot import Snapshot, opened
from services.renderer.stored_artifact import StoredArtifact
from shared import allocator, outbox
from shared.blobs import BlobStore, digest, storage_errors
from shared.dedup_keys import artifact_key
from shared.errors import PermanentError
from shared.events import ReportAggregated, ReportFormatRequested, ReportRendered
from shared.further_formats import FurtherFormat
from shared.runs import Run
from shared.stage import Finish, StageWorker
from shared.store import tables

SERVICE = "renderer"

BLOCKING_BYTES = 1 << 20
"""Longer snapshots are rendered beside the event loop, which extends leases meanwhile."""

BODY_FORMATS = {"email": "mail"}
"""Which internal format a channel needs beside the files that were asked for."""

ALSO_READ = (
    select(func.array_agg(tables.deliveries.c.channel.distinct()))
    .where(tables.deliveries.c.run_id == tables.runs.c.id)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("channels"),
)
"""What the renderer needs to know beside the run itself: its deliveries' channels."""

_INSERT = insert(tables.artifacts).values(rendered_at=func.now())
_STORE = _INSERT.on_conflict_do_update(
    # A retried run renders again, from its new snapshot.
    index_elements=["run_id", "slice_id", "format"],
    set_={
        name: _INSERT.excluded[name]
        for name in (
            *("status", "media_type", "file_name", "blob_key"),
            *("sha256", "size", "rows", "rendered_at"),
        )
    },
)


async def on_report_aggregated(
    event: ReportAggregated,
    *,
    worker: StageWorker,
    blobs: BlobStore,
    formats: Mapping[str, Format],
    pool: RenderPool,
) -> None:
    """Render every format of the run from its snapshot, and say that the run is complete."""

    async def work(run: Run, row: RowMapping) -> Finish:
        names = _format_names(run, row["channels"])
        return _finish(await _render_and_store(run, names, blobs, formats, pool))

    await worker.run(event, work)


async def on_format_requested(
    event: ReportFormatRequested,
    *,
    worker: FormatWorker,
    blobs: BlobStore,
    formats: Mapping[str, Format],
    pool: RenderPool,
) -> None:
    """Render a further format of a completed run, from the snapshot of all its others."""

    async def render(further: FurtherFormat) -> StoredArtifact:
        names = [further.format]
        (stored,) = await _render_and_store(further.run, names, blobs, formats, pool)
        return stored

    await worker.run(event, render)


async def _render_and_store(
    run: Run,
    names: Sequence[str],
    blobs: BlobStore,
    formats: Mapping[str, Format],
    pool: RenderPool,
) -> list[StoredArtifact]:
    """A file of the run's snapshot for each of the formats."""
    assert run.snapshot_key is not None
    assert run.snapshot_sha256 is not None
    stored = []
    async with opened(run.snapshot_key, run.snapshot_sha256, blobs) as snapshot:
        for name in names:
            format_ = formats.get(name)
            if format_ is None:
                raise PermanentError("unknown_format", f"no renderer knows the format {name!r}")
            format_ = adjusted(format_, run.format_options)
            if snapshot.files and isinstance(format_, StreamedFormat):
                async with pool.writing():
                    stored.append(await _write(run, format_, snapshot, blobs))
            else:
                rendered = await _render(run, format_, snapshot, pool)
                stored.append(await _store(run, format_, rendered, blobs))
    if snapshot.files or len(snapshot.content) > BLOCKING_BYTES:
        allocator.give_back()
    return stored


async def _render(run: Run, format_: Format, snapshot: Snapshot, pool: RenderPool) -> Rendered:
    """The file in memory, with the first rows of what is too large to show."""
    if snapshot.files:
        assert isinstance(format_, PagedFormat)
        snapshot = await asyncio.to_thread(snapshot.cut, format_.ceiling)
    content = snapshot.content
    if format_.isolated:
        return await pool.render(
            format_.name,
            content,
            options=run.format_options,
            lane=run.lane,
            kept_warm=format_.kept_warm,
        )
    if len(content) > BLOCKING_BYTES:
        return await asyncio.to_thread(lambda: render_whole(format_, snapshot.document))
    return render_whole(format_, snapshot.document)


async def _write(
    run: Run, format_: StreamedFormat, snapshot: Snapshot, blobs: BlobStore
) -> StoredArtifact:
    """The file in storage, never whole in memory; named by its content, as `blobs` wants it."""
    prefix = artifact_key(run.tenant_id, run.id, run.generation, "")
    with blobs.new_file(prefix) as file:
        with storage_errors():
            written = await asyncio.to_thread(
                write_whole, format_, snapshot.document, snapshot.files, file
            )
        sha256, size = await asyncio.to_thread(digest, file)
        key = f"{prefix}{sha256}.{format_.extension}"
        await blobs.put_new_file(key, file)
    return _stored(run, format_, written, key, sha256, size)


async def _store(run: Run, format_: Format, rendered: Rendered, blobs: BlobStore) -> StoredArtifact:
    key = artifact_key(run.tenant_id, run.id, run.generation, f"{format_.name}.{format_.extension}")
    content = rendered.content
    if not await blobs.put_new(key, content):
        # Of an attempt that died before its commit, from the same snapshot: it is as good.
        content = await blobs.get(key)
    return _stored(run, format_, rendered, key, hashlib.sha256(content).hexdigest(), len(content))


def _stored(
    run: Run, format_: Format, made: Rendered | Written, key: str, sha256: str, size: int
) -> StoredArtifact:
    extension = made.extension or format_.extension
    return StoredArtifact(
        format=format_,
        media_type=made.media_type or format_.media_type,
        file_name=f"{run.report_type}_{run.first_day}_{run.last_day}.{extension}",
        key=key,
        sha256=sha256,
        size=size,
        rows=made.rows,
    )


def _format_names(run: Run, channels: Sequence[str] | None) -> list[str]:
    bodies = {BODY_FORMATS[channel] for channel in channels or () if channel in BODY_FORMATS}
    return [*run.formats, *sorted(bodies)]


def _finish(stored: list[StoredArtifact]) -> Finish:
    async def finish(connection: AsyncConnection, run: Run) -> dict[str, Any]:
        await connection.execute(
            _STORE,
            [
                {
                    "id": uuid7(),
                    "tenant_id": run.tenant_id,
                    "run_id": run.id,
                    "format": artifact.format.name,
                    "internal": artifact.format.internal,
                    **artifact.columns(),
                }
                for artifact in stored
            ],
        )
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
