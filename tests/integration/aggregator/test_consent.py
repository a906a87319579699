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
from shared.settings import ServiceSettings
from shared.states import RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.aggregating import aggregate
from tests.pipeline import Pipeline
from tests.studio import studio
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
    await aggregate(pipeline, run_id, reader_url, store, settings)
    run = await pipeline.run(run_id)
    if refused:
        assert run["status"] == RunStatus.FAILED
        assert run["error"]["code"] == "report_switched_off"
        assert "an administrator of the tenant can switch it on" in run["error"]["message"]
        assert run["snapshot_key"] is None
    else:
        assert run["status"] == RunStatus.AGGREGATED
        assert run["snapshot_rows"]
