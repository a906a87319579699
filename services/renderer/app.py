"""The renderer's composition root."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.renderer.catalogue import publish_formats
from services.renderer.format_worker import FormatWorker
from services.renderer.formats import formats
from services.renderer.handlers import (
    ALSO_READ,
    SERVICE,
    on_format_requested,
    on_report_aggregated,
)
from services.renderer.isolation.pool import RenderPool
from services.renderer.making import FileMaker
from services.renderer.settings import RendererSettings
from shared.events import ReportAggregated, ReportFormatRequested
from shared.service import Service
from shared.stage import RENDER, StageWorker
from shared.topology import FORMAT_RENDERER, RENDERER


def create_service(settings: RendererSettings) -> Service:
    """The renderer, ready to be served."""
    service = Service(SERVICE, settings)
    pool = RenderPool(
        settings.render_processes,
        cpu_limit_s=settings.render_seconds,
        memory_limit_bytes=settings.render_memory_mb << 20,
        recycle_after=settings.render_recycle_after,
    )

    @asynccontextmanager
    async def catalogue_and_pool() -> AsyncIterator[None]:
        async with service.store.no_tenant() as connection:
            await publish_formats(connection, formats)
        await pool.start()
        yield
        await pool.close()

    service.during(catalogue_and_pool)
    maker = FileMaker(service.blobs, formats, pool)
    service.consumers.add(
        RENDERER,
        ReportAggregated,
        partial(
            on_report_aggregated,
            worker=StageWorker(
                RENDER,
                service.store,
                settings,
                service=SERVICE,
                owner=service.owner,
                also_read=ALSO_READ,
            ),
            store=service.store,
            maker=maker,
            most_attempts=settings.max_attempts,
        ),
    )
    service.consumers.add(
        FORMAT_RENDERER,
        ReportFormatRequested,
        partial(
            on_format_requested,
            worker=FormatWorker(service.store, settings, service=SERVICE, owner=service.owner),
            maker=maker,
        ),
    )
    return service
