"""Whatever made a run, the aggregator makes no report that the tenant has not allowed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import url_as
from services.aggregator.handlers import ALSO_READ, SERVICE, on_report_requested
from services.aggregator.report_types import report_types
from services.aggregator.source_registry import SourceRegistry
from services.aggregator.sources import source_kinds
from shared.blobs import blob_store
from shared.runs import Run
from shared.settings import ServiceSettings
from shared.stage import AGGREGATE, StageWorker
from shared.states import RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.pipeline import Pipeline
from tests.studio import LIMITS, studio
from tests.tenants import Tenant


@pytest.fixture(scope="module")
def reader_url(infra: LocalInfrastructure) -> Iterator[str]:
    with studio(infra, scale=0.02, seed=3, until=date(2026, 11, 20)) as url:
        yield url_as(url, "studio_reader", infra.places.secret("studio"))


@pytest.fixture
def pipeline(
    tenant: Tenant, store: Store, admin: AsyncEngine, infra: LocalInfrastructure
) -> Pipeline:
    return Pipeline(tenant, store, admin, Path(infra.places.blobs))


@pytest.mark.parametrize(
    ("allowed", "by_person", "refused"),
    [
        ({}, False, True),
        ({"reviewer_productivity": True}, False, False),
        ({"reviewer_productivity": True}, True, True),
        ({"reviewer_productivity_by_person": True}, True, True),
        ({"reviewer_productivity": True, "reviewer_productivity_by_person": True}, True, False),
    ],
    ids=str,
)
async def test_a_run_of_a_report_that_is_off_fails_and_says_why(
    allowed: dict[str, Any],
    by_person: bool,
    refused: bool,
    reader_url: str,
    store: Store,
    settings: ServiceSettings,
    admin: AsyncEngine,
    pipeline: Pipeline,
) -> None:
    # As a schedule's run from before, or one whose tenant has changed its mind since.
    run_id = await pipeline.request(
        report_type="reviewer_productivity", formats=["json"], parameters={"by_person": by_person}
    )
    async with admin.begin() as connection:
        ours = tables.tenant_settings.c.tenant_id == pipeline.tenant.id
        if allowed:
            await connection.execute(update(tables.tenant_settings).where(ours).values(**allowed))
    sources = SourceRegistry(source_kinds, {"BROADSHEET_SOURCE_STUDIO_URL": reader_url}.get, LIMITS)

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
    )

    await sources.close()
    run = await pipeline.run(run_id)
    if refused:
        assert run["status"] == RunStatus.FAILED
        assert run["error"]["code"] == "report_switched_off"
        assert "an administrator of the tenant can switch it on" in run["error"]["message"]
        assert run["snapshot_key"] is None
    else:
        assert run["status"] == RunStatus.AGGREGATED
        assert run["snapshot_rows"]
