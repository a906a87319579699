"""What the renderer does when a report was aggregated."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.renderer.formats import Format, Rendered, render_whole
from services.renderer.isolation import RenderPool
from shared import outbox
from shared.blobs import BlobStore
from shared.dedup_keys import artifact_key
from shared.document import ReportDocument
from shared.errors import PermanentError
from shared.events import ArtifactReference, ReportAggregated, ReportRendered
from shared.runs import Run
from shared.stage import Finish, StageWorker
from shared.states import ArtifactStatus
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

_INSERT = insert(tables.artifacts)
_STORE = _INSERT.on_conflict_do_update(
    # A retried run renders again, from its new snapshot.
    index_elements=["run_id", "format"],
    set_={
        name: _INSERT.excluded[name]
        for name in ("status", "blob_key", "sha256", "size", "rows", "rendered_at")
    },
)


@dataclass(frozen=True)
class StoredArtifact:
    """One rendered file as it lies in object storage."""

    format: Format
    media_type: str
    file_name: str
    key: str
    sha256: str
    size: int
    rows: int


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
        snapshot = await _snapshot(run, blobs)
        # Read by the child processes themselves; here only for what is not drawn in one.
        document = cache(lambda: ReportDocument.model_validate_json(snapshot))
        stored = []
        for name in _format_names(run, row["channels"]):
            format_ = formats.get(name)
            if format_ is None:
                raise PermanentError("unknown_format", f"no renderer knows the format {name!r}")
            if format_.isolated:
                rendered = await pool.render(
                    name, snapshot, lane=run.lane, kept_warm=format_.kept_warm
                )
            else:
                render = partial(_render_here, format_, document)
                if len(snapshot) > BLOCKING_BYTES:
                    rendered = await asyncio.to_thread(render)
                else:
                    rendered = render()
            stored.append(await _store_artifact(run, format_, rendered, blobs))
        return _finish(stored)

    await worker.run(event, work)


async def _snapshot(run: Run, blobs: BlobStore) -> bytes:
    assert run.snapshot_key is not None
    content = await blobs.get(run.snapshot_key)
    if hashlib.sha256(content).hexdigest() != run.snapshot_sha256:
        raise PermanentError("snapshot_damaged", "the stored snapshot is not what was written")
    return content


def _render_here(format_: Format, document: Callable[[], ReportDocument]) -> Rendered:
    return render_whole(format_, document())


def _format_names(run: Run, channels: Sequence[str] | None) -> list[str]:
    bodies = {BODY_FORMATS[channel] for channel in channels or () if channel in BODY_FORMATS}
    return [*run.formats, *sorted(bodies)]


async def _store_artifact(
    run: Run, format_: Format, rendered: Rendered, blobs: BlobStore
) -> StoredArtifact:
    extension = rendered.extension or format_.extension
    file_name = f"{run.report_type}_{run.first_day}_{run.last_day}.{extension}"
    key = artifact_key(run.tenant_id, run.id, run.generation, f"{format_.name}.{format_.extension}")
    content = rendered.content
    if not await blobs.put_new(key, content):
        # Of an attempt that died before its commit, from the same snapshot: it is as good.
        content = await blobs.get(key)
    return StoredArtifact(
        format=format_,
        media_type=rendered.media_type or format_.media_type,
        file_name=file_name,
        key=key,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        rows=rendered.rows,
    )


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
                    "status": ArtifactStatus.RENDERED,
                    "media_type": artifact.media_type,
                    "file_name": artifact.file_name,
                    "blob_key": artifact.key,
                    "sha256": artifact.sha256,
                    "size": artifact.size,
                    "rows": artifact.rows,
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
                    ArtifactReference(
                        format=artifact.format.name,
                        media_type=artifact.media_type,
                        size=artifact.size,
                        sha256=artifact.sha256,
                        rows=artifact.rows,
                        path=f"/api/v1/reports/{run.id}/download?format={artifact.format.name}",
                    )
                    for artifact in stored
                    if not artifact.format.internal
                ),
            ),
            source=SERVICE,
        )
        return {"completed_at": func.now()}

    return finish
