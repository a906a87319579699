"""A demo studio in a database, with the same rows in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.demo.generate import Tables
from services.aggregator.report_types import ReportRequest, report_types
from services.aggregator.sources import Source, StreamingSession
from services.aggregator.stored_tables import store_tables
from shared.blobs import FolderBlobs
from shared.document import ReportDocument
from shared.periods import Period
from tests.stored_tables import read_back

Loaded = tuple[str, Tables]
"""A database's URL for its administrator, and the rows in it."""


@dataclass(frozen=True)
class LoadedStudio:
    """One of them, opened as the aggregator opens it."""

    source: Source
    rows: Tables = field(repr=False)
    """A task tells its result in its name, which so many would take a second of each test."""

    async def report(self, name: str, period: Period, **parameters: Any) -> ReportDocument:
        """The report of that type as the aggregator makes it, with all of its rows."""
        with TemporaryDirectory() as folder:
            blobs = FolderBlobs(Path(folder))
            async with self._built(name, period, parameters) as (document, session):
                stored = await store_tables(
                    document, session, blobs=blobs, folder="run/", most_rows=1_000_000
                )
            return await read_back(stored, blobs, "run/", period.timezone)

    async def built(self, name: str, period: Period, **parameters: Any) -> ReportDocument:
        """The same as the report type leaves it: long tables are still to be stored."""
        async with self._built(name, period, parameters) as (document, _):
            return document

    @asynccontextmanager
    async def _built(
        self, name: str, period: Period, parameters: dict[str, Any]
    ) -> AsyncIterator[tuple[ReportDocument, StreamingSession]]:
        report_type = report_types[name]
        request = ReportRequest(
            period=period,
            parameters=report_type.parameters.model_validate(parameters),
            tenant="Lighthouse Studio",
            generated_at=datetime.now(UTC),
        )
        async with self.source.snapshot() as session:
            yield await report_type.build(session, request), session

    @property
    def project_names(self) -> dict[int, str]:
        """Of each project by its id."""
        return {project.id: project.name for project in self.rows.projects}

    def values_of(self, parameter: str) -> list[str]:
        """Everything that a filter can ask for, in order."""
        match parameter:
            case "projects":
                return sorted(self.project_names.values())
            case "scene_types":
                return sorted({one.scene_type for one in self.rows.characters})
            case "resolution_tiers":
                return sorted({one.resolution_tier for one in self.rows.characters})
        raise ValueError(parameter)
