"""An aggregator in the test's own process, for one run."""

from __future__ import annotations

from uuid import UUID

from services.aggregator.handlers import ALSO_READ, SERVICE, on_report_requested
from services.aggregator.report_types import report_types
from services.aggregator.source_registry import SourceRegistry
from services.aggregator.sources import SourceKind, source_kinds
from shared.blobs import blob_store
from shared.runs import Run
from shared.settings import ServiceSettings
from shared.stage import AGGREGATE, StageWorker
from shared.store.engine import Store
from tests.pipeline import Pipeline
from tests.studio import LIMITS


async def aggregate(
    pipeline: Pipeline,
    run_id: UUID,
    reader_url: str,
    store: Store,
    settings: ServiceSettings,
    *,
    kind: SourceKind | None = None,
) -> None:
    """Do what `report.requested` asks for, reading the studio at that address.

    `kind`: what opens it; Postgres as it is when left out.
    """
    kinds = {**source_kinds, **({"postgres": kind} if kind else {})}
    sources = SourceRegistry(kinds, {"BROADSHEET_SOURCE_STUDIO_URL": reader_url}.get, LIMITS)
    try:
        await on_report_requested(
            Run.of(await pipeline.run(run_id)).requested(),
            worker=StageWorker(
                AGGREGATE, store, settings, service=SERVICE, owner="tests", also_read=ALSO_READ
            ),
            store=store,
            blobs=blob_store(settings),
            report_types=report_types,
            sources=sources,
            most_rows=1_000_000,
            most_attempts=settings.max_attempts,
        )
    finally:
        await sources.close()
