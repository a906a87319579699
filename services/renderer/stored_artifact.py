"""A rendered file once it lies in object storage: its row and what events say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.renderer.formats import Format
from shared.events import ArtifactReference
from shared.states import ArtifactStatus


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
            path=f"/api/v1/reports/{run_id}/download?format={self.format.name}",
        )
