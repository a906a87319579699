"""What the aggregator does when a report was requested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Text, case, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.aggregator.bursting.recording import record_burst
from services.aggregator.bursting.slices import MadeBurst, make_slices
from services.aggregator.deciding import decide_on
from services.aggregator.documents import Documents, Stored, corrected
from services.aggregator.look_up import LookUp
from services.aggregator.report_types import Documented, ReportType
from services.aggregator.sharing import (
    FRESH_SNAPSHOT,
    Snapshot,
    hand_out,
    snapshot_of,
    wait_behind,
)
from services.aggregator.source_registry import REGISTERED_SOURCE, SourceRegistry
from shared import runs
from shared.blobs import BlobStore
from shared.bursts import Burst
from shared.consent import Consent, refusal
from shared.document import ReportDocument
from shared.errors import PermanentError
from shared.events import ReportRequested
from shared.house_style import HouseStyle
from shared.lease import Lease
from shared.run_requests import LOOK_UP
from shared.runs import Run
from shared.stage import Finish, StageWorker
from shared.store import tables
from shared.store.engine import Store

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
    select(
        func.jsonb_build_object(
            "name",
            tables.definitions.c.name,
            "version",
            cast(tables.runs.c.definition_version, Text),
            type_=JSONB,
        )
    )
    .where(tables.definitions.c.id == tables.runs.c.definition_id)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("definition")
)
_BURST = (
    select(tables.run_bursts.c.asked)
    .where(tables.run_bursts.c.run_id == tables.runs.c.id)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("burst")
)
_MAX_BURST_ROWS = (
    select(tables.tenant_settings.c.max_burst_rows)
    .where(tables.tenant_settings.c.tenant_id == tables.runs.c.tenant_id)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("max_burst_rows")
)
_earlier = tables.runs.alias("earlier")
_CORRECTS = (
    select(
        func.jsonb_build_object(
            "as_of",
            _earlier.c.as_of,
            "snapshot_key",
            case((_earlier.c.files_expired_at.is_(None), _earlier.c.snapshot_key)),
        )
    )
    .where(_earlier.c.id == tables.runs.c.supersedes)
    .correlate(tables.runs)
    .scalar_subquery()
    .label("corrects")
)
ALSO_READ = (
    _CORRECTS,
    *(_TENANT_NAME, REGISTERED_SOURCE, _CONSENT, _HOUSE_STYLE, _DEFINITION),
    *(_BURST, _MAX_BURST_ROWS, FRESH_SNAPSHOT),
)
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
    most_attempts: int,
) -> None:
    """Query the source once, store the snapshot, and say that the run is aggregated.

    What is the same as another run's work is not done again: the run shares that one's snapshot.
    The slices of a burst are made in the transaction that makes the whole. `most_rows`: how many
    rows one table may have; `most_attempts`: how often a run is tried.
    """

    async def work(run: Run, row: RowMapping, _: Lease) -> Finish:
        made_by: Documented | None = report_types.get(run.report_type)
        if run.report_type == LOOK_UP:
            made_by = LookUp(report_types)
        if made_by is None:
            raise PermanentError(
                "unknown_report_type", f"no aggregator knows the report type {run.report_type!r}"
            )
        # Whatever made the run, and whatever was allowed then.
        consent = Consent.of(row["consent"])
        refused = refusal(run.report_type, run.parameters, consent)
        if refused is not None:
            raise PermanentError("report_switched_off", refused.detail)
        if row["fresh_snapshot"] is not None:
            return _finish_with_that_of(row["fresh_snapshot"])
        source = sources.find(run.source, row["registered_source"])
        async with source.snapshot() as session:
            documents = Documents(
                run=run,
                made_by=made_by,
                session=session,
                blobs=blobs,
                tenant=row["tenant_name"],
                definition=row["definition"],
                house_style=HouseStyle.model_validate(row["house_style"] or {}),
                most_rows=most_rows,
                corrects=await corrected(row["corrects"], blobs),
            )
            document = await documents.build(documents.request(run.parameters))
            if row["burst"] is not None:
                made = await make_slices(
                    Burst.model_validate(row["burst"]),
                    documents,
                    document,
                    report_types[run.report_type],
                    consent=consent,
                    most=row["max_burst_rows"],
                    last_try=run.attempt >= most_attempts,
                )
                return _finish(document, await documents.store_one_of_many(document), made)
        document, stored = await documents.store(document)
        return _finish(document, stored)

    if not await worker.run(event, work):
        await wait_behind(event, store=store, service=SERVICE)


def _finish(document: ReportDocument, stored: Stored, made: MadeBurst | None = None) -> Finish:
    async def finish(connection: AsyncConnection, run: Run) -> dict[str, Any]:
        assert run.started_at is not None
        snapshot = Snapshot(
            key=stored.key,
            sha256=stored.sha256,
            rows=stored.rows,
            available_rows=stored.available_rows,
            as_of=stored.as_of,
            of=run.id,
            begun_at=run.started_at,
        )
        decision = await decide_on(connection, run, document)
        if decision is not None and not decision.holds:
            skipped = await runs.skip(connection, run, decision.figure, service=SERVICE)
            return snapshot.columns(run.id) | skipped | decision.columns
        if made is not None:
            await record_burst(connection, run, made, service=SERVICE)
        aggregated = await hand_out(connection, run, snapshot, service=SERVICE)
        return aggregated | (decision.columns if decision is not None else {})

    return finish


def _finish_with_that_of(run_id: UUID) -> Finish:
    async def finish(connection: AsyncConnection, run: Run) -> dict[str, Any]:
        snapshot = await snapshot_of(connection, run_id)
        return await hand_out(connection, run, snapshot, service=SERVICE)

    return finish
