"""What the aggregator does when a report was requested."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import RowMapping, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.aggregator.deciding import decide_on
from services.aggregator.report_types import ReportRequest, ReportType
from services.aggregator.sharing import (
    FRESH_SNAPSHOT,
    Snapshot,
    hand_out,
    snapshot_of,
    wait_behind,
)
from services.aggregator.source_registry import REGISTERED_SOURCE, SourceRegistry
from services.aggregator.sources import Source, StreamingSession
from services.aggregator.stored_tables import store_tables
from shared import runs
from shared.blobs import BlobStore
from shared.consent import Consent, refusal
from shared.dedup_keys import folder_of, snapshot_key
from shared.document import ReportDocument
from shared.errors import PermanentError
from shared.events import ReportRequested
from shared.house_style import HouseStyle
from shared.periods import Period
from shared.runs import Run
from shared.stage import Finish, StageWorker
from shared.store import tables
from shared.store.engine import Store
from shared.wording import all_in_words

SERVICE = "aggregator"

_TENANT_NAME = (
    select(tables.tenants.c.name)
    .where(tables.tenants.c.id == tables.runs.c.tenant_id)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("tenant_name")
)
_CONSENT = (
    select(
        func.jsonb_build_object(
            *(
                part
                for field in fields(Consent)
                for part in (field.name, tables.tenant_settings.c[field.name])
            ),
            type_=JSONB,
        )
    )
    .where(tables.tenant_settings.c.tenant_id == tables.runs.c.tenant_id)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("consent")
)
_OF_DEFINITION = (
    select(tables.definition_versions.c.house_style)
    .where(
        tables.definition_versions.c.definition_id == tables.runs.c.definition_id,
        tables.definition_versions.c.version == tables.runs.c.definition_version,
    )
    .correlate(tables.runs)
    .scalar_subquery()
)
_HOUSE_STYLE = (
    # What a definition says of its own comes before the tenant's.
    select(
        tables.tenant_settings.c.house_style.op("||")(
            func.coalesce(_OF_DEFINITION, cast({}, JSONB))
        )
    )
    .where(tables.tenant_settings.c.tenant_id == tables.runs.c.tenant_id)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("house_style")
)
_DEFINITION = (
    select(func.concat(tables.definitions.c.name, ", version ", tables.runs.c.definition_version))
    .where(tables.definitions.c.id == tables.runs.c.definition_id)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("definition")
)
ALSO_READ = (_TENANT_NAME, REGISTERED_SOURCE, _CONSENT, _HOUSE_STYLE, _DEFINITION, FRESH_SNAPSHOT)
"""What the aggregator needs to know beside the run itself."""


async def on_report_requested(
    event: ReportRequested,
    *,
    worker: StageWorker,
    store: Store,
    blobs: BlobStore,
    report_types: Mapping[str, ReportType],
    sources: SourceRegistry,
    most_rows: int,
) -> None:
    """Query the source once, store the snapshot, and say that the run is aggregated.

    What is the same as another run's work is not done again: the run shares that one's snapshot.
    `most_rows`: how many rows one table may have.
    """

    async def work(run: Run, row: RowMapping) -> Finish:
        report_type = report_types.get(run.report_type)
        if report_type is None:
            raise PermanentError(
                "unknown_report_type", f"no aggregator knows the report type {run.report_type!r}"
            )
        # Whatever made the run, and whatever was allowed then.
        refused = refusal(run.report_type, run.parameters, Consent.of(row["consent"]))
        if refused is not None:
            raise PermanentError("report_switched_off", refused.detail)
        if row["fresh_snapshot"] is not None:
            return _finish_with_that_of(row["fresh_snapshot"])
        source = sources.find(run.source, row["registered_source"])
        key = snapshot_key(run.tenant_id, run.id, run.generation)
        found = await _document(
            run,
            report_type,
            source,
            row["tenant_name"],
            partial(store_tables, blobs=blobs, folder=folder_of(key), most_rows=most_rows),
        )
        document = found.model_copy(
            update={
                "house_style": HouseStyle.model_validate(row["house_style"] or {}),
                "definition": row["definition"],
                "summary": (run.banner, *found.summary) if run.banner else found.summary,
            }
        )
        content = document.model_dump_json().encode()
        if not await blobs.put_new(key, content):
            # An earlier attempt wrote it and died before its commit. A snapshot is immutable
            # and complete, so that one is the run's.
            content = await blobs.get(key)
            document = ReportDocument.model_validate_json(content)
        return _finish(document, key, hashlib.sha256(content).hexdigest())

    if not await worker.run(event, work):
        await wait_behind(event, store=store, service=SERVICE)


async def _document(
    run: Run,
    report_type: ReportType,
    source: Source,
    tenant: str,
    with_tables_stored: Callable[[ReportDocument, StreamingSession], Awaitable[ReportDocument]],
) -> ReportDocument:
    try:
        parameters = report_type.parameters.model_validate(run.parameters)
    except ValidationError as error:
        raise PermanentError("invalid_parameters", all_in_words(error)) from error
    async with source.snapshot() as session:
        request = ReportRequest(
            period=Period(first_day=run.first_day, last_day=run.last_day, timezone=run.timezone),
            parameters=parameters,
            tenant=tenant,
            # The source's clock may be ahead; nothing is generated before its data are read.
            generated_at=max(datetime.now(UTC), session.as_of),
        )
        return await with_tables_stored(await report_type.build(session, request), session)


def _finish(document: ReportDocument, key: str, sha256: str) -> Finish:
    async def finish(connection: AsyncConnection, run: Run) -> dict[str, Any]:
        assert run.started_at is not None
        snapshot = Snapshot(
            key=key,
            sha256=sha256,
            rows=document.row_count,
            available_rows=document.available_row_count,
            as_of=document.as_of,
            of=run.id,
            begun_at=run.started_at,
        )
        decision = await decide_on(connection, run, document)
        if decision is None:
            return await hand_out(connection, run, snapshot, service=SERVICE)
        if decision.holds:
            aggregated = await hand_out(connection, run, snapshot, service=SERVICE)
            return aggregated | decision.columns
        skipped = await runs.skip(connection, run, decision.figure, service=SERVICE)
        return snapshot.columns(run.id) | skipped | decision.columns

    return finish


def _finish_with_that_of(run_id: UUID) -> Finish:
    async def finish(connection: AsyncConnection, run: Run) -> dict[str, Any]:
        snapshot = await snapshot_of(connection, run_id)
        return await hand_out(connection, run, snapshot, service=SERVICE)

    return finish
