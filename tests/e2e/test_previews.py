"""A preview through the whole stack, and the report that is asked for after it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import httpx
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared.states import Occasion, RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.e2e.reports import finished
from tests.pipeline import Pipeline
from tests.running_api import OCTOBER
from tests.tenants import Tenant


async def test_a_report_shows_what_its_preview_showed_and_only_the_report_is_announced(
    ada: httpx.Client,
    tenant: Tenant,
    store: Store,
    admin: AsyncEngine,
    infra: LocalInfrastructure,
) -> None:
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.tenant_settings)
            .where(tables.tenant_settings.c.tenant_id == tenant.id)
            .values(freshness_seconds=60)
        )
    wanted = {"type": "delivery_summary", "period": OCTOBER}
    seen = ada.post("/api/v1/previews", json=wanted).json()
    report = finished(ada, **wanted, formats=["csv"])
    said = ada.get(f"/api/v1/reports/{report['id']}/document").json()
    assert (said["as_of"], said["kpis"]) == (seen["as_of"], seen["kpis"])

    pipeline = Pipeline(tenant, store, admin, Path(infra.places.blobs))
    (preview,) = [run for run in await pipeline.runs() if run["occasion"] == Occasion.PREVIEW]
    await pipeline.until_status(preview["id"], RunStatus.COMPLETED)
    assert report["snapshot"]["of"] == str(preview["id"])
    # Others that bind to reports hear of files, and a preview has none.
    assert await pipeline.announced(preview["id"]) == Counter(
        ["report.requested.v1", "report.aggregated.v1"]
    )
