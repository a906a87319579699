"""From a snapshot to files: each format rendered, and stored under a key of its own."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.renderer.formats import (
    Format,
    PagedFormat,
    PixelFormat,
    Rendered,
    StreamedFormat,
    Written,
    adjusted,
    render_whole,
    write_whole,
)
from services.renderer.isolation.pool import RenderPool
from services.renderer.pixel_logo import has_drawn_logo, with_pixel_logo
from services.renderer.snapshot import Snapshot, opened
from services.renderer.stored_artifact import StoredArtifact
from shared import allocator
from shared.blobs import BlobStore, digest, storage_errors
from shared.dedup_keys import artifact_key
from shared.errors import PermanentError
from shared.house_style import Picture
from shared.run_slices import RunSlice
from shared.runs import Run

MENTIONS_DRAWN_LOGO = Picture.SVG.encode()
"""In the JSON of a document that has one: most need not be read to know that they have none."""
BLOCKING_BYTES = 1 << 20
"""Longer snapshots are rendered beside the event loop, which extends leases meanwhile."""


@dataclass(frozen=True)
class FileMaker:
    """What every file is made with."""

    blobs: BlobStore
    formats: Mapping[str, Format]
    pool: RenderPool

    async def make(
        self, run: Run, names: Sequence[str], of: RunSlice | None = None
    ) -> list[StoredArtifact]:
        """A file of the run's snapshot, or of that slice of it, for each of the formats."""
        key, sha256 = (
            (run.snapshot_key, run.snapshot_sha256)
            if of is None
            else (of.snapshot_key, of.snapshot_sha256)
        )
        assert key is not None
        assert sha256 is not None
        stored = []
        async with opened(key, sha256, self.blobs) as snapshot:
            for name in names:
                format_ = self.formats.get(name)
                if format_ is None:
                    raise PermanentError("unknown_format", f"no renderer knows the format {name!r}")
                format_ = adjusted(format_, run.format_options)
                shown = await self._with_logo_for(format_, snapshot)
                if snapshot.files and isinstance(format_, StreamedFormat):
                    async with self.pool.writing():
                        stored.append(await self._write(run, of, format_, shown))
                else:
                    rendered = await self._render(run, format_, shown)
                    stored.append(await self._store(run, of, format_, rendered))
        if snapshot.files or len(snapshot.content) > BLOCKING_BYTES:
            allocator.give_back()
        return stored

    async def _with_logo_for(self, format_: Format, snapshot: Snapshot) -> Snapshot:
        """The snapshot as that format can show it: some have no way to show a drawn logo."""
        if not isinstance(format_, PixelFormat) or MENTIONS_DRAWN_LOGO not in snapshot.content:
            return snapshot
        if not has_drawn_logo(snapshot.document):
            return snapshot
        document = await with_pixel_logo(
            snapshot.document, format_.logo_room, lambda svg: self.pool.png(svg, format_.name)
        )
        return Snapshot(document.model_dump_json().encode(), snapshot.files)

    async def _render(self, run: Run, format_: Format, snapshot: Snapshot) -> Rendered:
        """The file in memory, with the first rows of what is too large to show."""
        if snapshot.files:
            assert isinstance(format_, PagedFormat)
            snapshot = await asyncio.to_thread(snapshot.cut, format_.ceiling)
        content = snapshot.content
        if format_.isolated:
            return await self.pool.render(
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
        self, run: Run, of: RunSlice | None, format_: StreamedFormat, snapshot: Snapshot
    ) -> StoredArtifact:
        """The file in storage, never whole in memory; named by its content, as `blobs` wants it."""
        prefix = _key(run, of, "")
        with self.blobs.new_file(prefix) as file:
            with storage_errors():
                written = await asyncio.to_thread(
                    write_whole, format_, snapshot.document, snapshot.files, file
                )
            sha256, size = await asyncio.to_thread(digest, file)
            key = f"{prefix}{sha256}.{format_.extension}"
            await self.blobs.put_new_file(key, file)
        return _stored(run, of, format_, written, key, sha256, size)

    async def _store(
        self, run: Run, of: RunSlice | None, format_: Format, rendered: Rendered
    ) -> StoredArtifact:
        key = _key(run, of, f"{format_.name}.{format_.extension}")
        content = rendered.content
        if not await self.blobs.put_new(key, content):
            # Of an attempt that died before its commit, from the same snapshot: it is as good.
            content = await self.blobs.get(key)
        sha256 = hashlib.sha256(content).hexdigest()
        return _stored(run, of, format_, rendered, key, sha256, len(content))


def _key(run: Run, of: RunSlice | None, name: str) -> str:
    beside = f"slice-{of.number}/" if of else ""
    return artifact_key(run.tenant_id, run.id, run.generation, beside + name)


def _stored(
    run: Run,
    of: RunSlice | None,
    format_: Format,
    made: Rendered | Written,
    key: str,
    sha256: str,
    size: int,
) -> StoredArtifact:
    extension = made.extension or format_.extension
    named = [run.report_type, *([of.label] if of and of.label else [])]
    if of is not None and of.language != run.language:
        # Beside the same part in the report's own language.
        named.append(of.language)
    return StoredArtifact(
        format=format_,
        media_type=made.media_type or format_.media_type,
        file_name=f"{'_'.join(named)}_{run.first_day}_{run.last_day}.{extension}",
        key=key,
        sha256=sha256,
        size=size,
        rows=made.rows,
        slice_id=of.id if of else None,
    )
