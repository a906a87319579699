"""A snapshot carries the look that the tenant wanted when it was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import url_as
from shared.blobs import blob_store
from shared.document import ReportDocument
from shared.house_style import HouseStyle, Paper
from shared.settings import ServiceSettings
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


async def test_a_later_change_of_the_look_leaves_the_snapshot_as_it_is(
    reader_url: str,
    tenant: Tenant,
    store: Store,
    settings: ServiceSettings,
    admin: AsyncEngine,
    infra: LocalInfrastructure,
) -> None:
    pipeline = Pipeline(tenant, store, admin, Path(infra.places.blobs))
    wanted = HouseStyle(paper=Paper.LETTER, colour="#0B6E4F", footer="For internal use")

    async def prefer(style: HouseStyle) -> None:
        ours = tables.tenant_settings.c.tenant_id == tenant.id
        values = {"house_style": style.model_dump(mode="json")}
        async with admin.begin() as connection:
            await connection.execute(update(tables.tenant_settings).where(ours).values(**values))

    await prefer(wanted)
    run_id = await pipeline.request(report_type="delivery_summary", formats=["json"])
    blobs = blob_store(settings)
    await aggregate(pipeline, run_id, reader_url, store, settings)
    await prefer(HouseStyle())

    run = await pipeline.run(run_id)
    document = ReportDocument.of_snapshot(await blobs.get(run["snapshot_key"]))
    assert document.house_style == wanted
    assert document.definition is None
    assert run["snapshot_sha256"].startswith(document.snapshot_id)
