"""The aggregator's composition root."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from faststream.rabbit import RabbitBroker

from services.aggregator.catalogue import publish_report_types
from services.aggregator.handlers import ALSO_READ, SERVICE, on_report_requested
from services.aggregator.pace import Pace
from services.aggregator.report_types import report_types
from services.aggregator.rollups.keeper import kept
from services.aggregator.settings import AggregatorSettings, address_in_environment
from services.aggregator.sharing import UNDER_WAY
from services.aggregator.source_registry import SourceRegistry
from services.aggregator.sources import Limits, source_kinds
from shared.events import ReportRequested
from shared.housekeeping import Housekeeping
from shared.instances import Report
from shared.service import Service
from shared.stage import AGGREGATE, StageWorker
from shared.states import Lane
from shared.topology import AGGREGATOR, RENDERER, depths


def create_service(settings: AggregatorSettings) -> Service:
    """The aggregator, ready to be served."""
    service = Service(SERVICE, settings)
    sources = SourceRegistry(
        source_kinds,
        address_in_environment,
        Limits(
            statement_seconds=settings.source_statement_seconds,
            max_rows=settings.source_max_rows,
            pool_size=settings.source_pool_size,
        ),
    )

    @asynccontextmanager
    async def catalogue_and_sources() -> AsyncIterator[None]:
        async with service.store.no_tenant() as connection:
            await publish_report_types(connection, report_types)
        yield
        await sources.close()

    service.during(catalogue_and_sources)
    housekeeping = Housekeeping()
    service.add_route("/housekeeping", housekeeping.answer)
    service.report = lambda: Report(jobs=housekeeping.reports())
    service.during(partial(kept, service.store, settings, address_in_environment, housekeeping))
    aggregate = partial(
        on_report_requested,
        worker=StageWorker(
            AGGREGATE,
            service.store,
            settings,
            service=SERVICE,
            owner=service.owner,
            also_read=ALSO_READ,
            unless=(UNDER_WAY,),
        ),
        store=service.store,
        blobs=service.blobs,
        report_types=report_types,
        sources=sources,
        most_rows=settings.table_max_rows,
        most_attempts=settings.max_attempts,
    )
    pace = Pace(partial(_waiting_to_be_drawn, service.broker))
    service.consumers.add(AGGREGATOR, ReportRequested, pace.kept_by(aggregate))
    return service


async def _waiting_to_be_drawn(broker: RabbitBroker) -> int:
    (queue,) = await depths(await broker.connect(), RENDERER.queue_name(Lane.BACKLOG))
    return queue.ready
