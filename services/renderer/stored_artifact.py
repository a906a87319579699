"""A rendered file once it lies in object storage: its row and what events say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.renderer.formats import Format
from shared.events import ArtifactReference
from shared.runs import Run
from shared.states import ArtifactStatus
from shared.store import tables


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
    slice_id: UUID | None = None
    """Which part of the run's report it is of; None: the whole."""

    def columns(self) -> dict[str, Any]:
        """What its row in `artifacts` says of the file."""
        return {
            "status": ArtifactStatus.RENDERED,
            "media_type": self.media_type,
            "file_name": self.file_name,
            "blob_key": self.key,
            "sha256": self.sha256,
            "size": self.size,
            "rows": self.rows,
        }

    def reference(self, run_id: UUID) -> ArtifactReference:
        """The claim check for it in events about the run."""
        return ArtifactReference(
            format=self.format.name,
            media_type=self.media_type,
            size=self.size,
            sha256=self.sha256,
            rows=self.rows,
            path=f"/api/v1/reports/{run_id}/download?format={self.format.name}"
            + (f"&slice={self.slice_id}" if self.slice_id else ""),
        )


_INSERT = insert(tables.artifacts).values(rendered_at=func.now())
_WRITE = _INSERT.on_conflict_do_update(
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


async def write_artifacts(
    connection: AsyncConnection, run: Run, artifacts: Iterable[StoredArtifact]
) -> None:
    """Their rows, in the caller's transaction, which holds the run's lease."""
    await connection.execute(
        _WRITE,
        [
            {
                "id": uuid7(),
                "tenant_id": run.tenant_id,
                "run_id": run.id,
                "slice_id": artifact.slice_id,
                "format": artifact.format.name,
                "internal": artifact.format.internal,
                **artifact.columns(),
            }
            for artifact in artifacts
        ],
    )
