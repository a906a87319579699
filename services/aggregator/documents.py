"""Makes the documents of one run, all in one session of the source, and stores them."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from services.aggregator.correcting import correction
from services.aggregator.first_sentences import said_first
from services.aggregator.report_types import Documented, ReportRequest
from services.aggregator.sources import SnapshotSession
from services.aggregator.stored_tables import store_tables
from services.aggregator.wording.messages import say
from shared.banners import Banner
from shared.blobs import BlobStore
from shared.dedup_keys import folder_of, snapshot_key
from shared.document import Kpi, ReportDocument
from shared.errors import PermanentError
from shared.house_style import HouseStyle
from shared.languages import written_in
from shared.periods import Period
from shared.runs import Run
from shared.validation_words import all_in_words


@dataclass(frozen=True)
class Stored:
    """Where a document lies, and how many rows it has."""

    key: str
    sha256: str
    rows: int
    available_rows: int
    as_of: datetime


@dataclass(frozen=True)
class Corrected:
    """A report that is replaced."""

    as_of: datetime
    kpis: tuple[Kpi, ...] | None
    """None: no longer kept."""


async def corrected(kept: Mapping[str, Any] | None, blobs: BlobStore) -> Corrected | None:
    """From what was read of the earlier run: `as_of`, and `snapshot_key` where it is kept."""
    if kept is None:
        return None
    kpis = None
    if kept["snapshot_key"] is not None:
        with contextlib.suppress(PermanentError):  # removed since it was read
            content = await blobs.get(kept["snapshot_key"])
            kpis = ReportDocument.of_snapshot(content).kpis
    return Corrected(datetime.fromisoformat(kept["as_of"]), kpis)


@dataclass(frozen=True)
class Documents:
    """What every document of the run has in common."""

    run: Run
    made_by: Documented
    session: SnapshotSession
    blobs: BlobStore
    tenant: str
    """Its name as people read it."""
    definition: Mapping[str, str] | None
    """The saved report's `name` and `version`; None where it was asked for at once."""
    house_style: HouseStyle
    most_rows: int
    """How many rows one table may have."""
    corrects: Corrected | None = None
    """The report that this one replaces."""
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def request(self, parameters: Mapping[str, Any]) -> ReportRequest:
        """The run's request with these parameters; PermanentError where they do not fit."""
        try:
            asked = self.made_by.parameters.model_validate(parameters)
        except ValidationError as error:
            raise PermanentError("invalid_parameters", all_in_words(error)) from error
        run = self.run
        return ReportRequest(
            period=Period(first_day=run.first_day, last_day=run.last_day, timezone=run.timezone),
            parameters=asked,
            tenant=self.tenant,
            # The source's clock may be ahead; nothing is generated before its data are read.
            generated_at=max(self.made_at, self.session.as_of),
        )

    async def build(self, request: ReportRequest, language: str | None = None) -> ReportDocument:
        """The document, its large tables stored; in the run's language where none is named.

        PermanentError for a language that the report type does not speak.
        """
        language = language or self.run.language
        if language not in self.made_by.languages:
            known = ", ".join(self.made_by.languages)
            raise PermanentError(
                "language_not_spoken",
                f"{self.run.report_type} is not written in {language!r}: use one of {known}",
            )
        with written_in(language):
            found = await store_tables(
                await self.made_by.build(self.session, request),
                self.session,
                blobs=self.blobs,
                folder=folder_of(self.key),
                most_rows=self.most_rows,
            )
            return self._with_its_origin(found)

    def _with_its_origin(self, found: ReportDocument) -> ReportDocument:
        """The document with what is said of it whatever its type."""
        banner = Banner.of(self.run.banner)
        lines = [said_first(banner)] if banner else []
        if self.corrects is not None:
            earlier = self.corrects
            lines.insert(
                0,
                correction(
                    earlier.kpis, found.kpis, made_at=earlier.as_of, timezone=self.run.timezone
                ),
            )
        return found.model_copy(
            update={
                "house_style": self.house_style,
                "definition": say("definition", **self.definition) if self.definition else None,
                "summary": (*lines, *found.summary),
            }
        )

    @property
    def key(self) -> str:
        """Where the only document of a run lies."""
        return snapshot_key(self.run.tenant_id, self.run.id, self.run.generation)

    async def store(self, document: ReportDocument) -> tuple[ReportDocument, Stored]:
        """The run's only document; that of an earlier attempt, where there is one."""
        content = document.model_dump_json().encode()
        if not await self.blobs.put_new(self.key, content):
            # It died before its commit. A snapshot is immutable and complete, so that one is the
            # run's.
            content = await self.blobs.get(self.key)
            document = ReportDocument.model_validate_json(content)
        return document, _stored(document, self.key, content)

    async def store_one_of_many(self, document: ReportDocument) -> Stored:
        """One of several of this session, named by its content.

        What an earlier attempt has left is of another instant, and is no part of these.
        """
        content = document.model_dump_json().encode()
        key = f"{folder_of(self.key)}{hashlib.sha256(content).hexdigest()}.json"
        await self.blobs.put_new(key, content)
        return _stored(document, key, content)


def _stored(document: ReportDocument, key: str, content: bytes) -> Stored:
    return Stored(
        key=key,
        sha256=hashlib.sha256(content).hexdigest(),
        rows=document.row_count,
        available_rows=document.available_row_count,
        as_of=document.as_of,
    )
