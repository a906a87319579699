"""A corrected report says at its top what it replaces, and which figures have changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import url_as
from shared.banners import Banner
from shared.blobs import blob_store
from shared.document import ReportDocument
from shared.settings import ServiceSettings
from shared.store import tables
from shared.store.engine import Store, asyncpg_url
from tests.aggregating import aggregate
from tests.pipeline import Pipeline
from tests.studio import studio
from tests.tenants import Tenant

DELIVERED = text(
    "SELECT count(*) FROM studio.characters"
    " WHERE delivered_at >= '2026-10-01' AND delivered_at < '2026-11-01'"
)


@pytest.fixture(scope="module")
def studio_url(infra: LocalInfrastructure) -> Iterator[str]:
    with studio(infra, scale=0.02, seed=3, until=date(2026, 11, 20)) as url:
        yield url


async def test_the_line_names_the_figures_that_have_changed(
    studio_url: str,
    tenant: Tenant,
    store: Store,
    settings: ServiceSettings,
    admin: AsyncEngine,
    infra: LocalInfrastructure,
) -> None:
    pipeline = Pipeline(tenant, store, admin, Path(infra.places.blobs))
    reader = url_as(studio_url, "studio_reader", infra.places.secret("studio"))
    blobs = blob_store(settings)

    async def made(**columns: object) -> tuple[UUID, ReportDocument]:
        run_id = await pipeline.request(report_type="delivery_summary", formats=["json"])
        if columns:
            async with admin.begin() as connection:
                runs = tables.runs
                await connection.execute(update(runs).where(runs.c.id == run_id).values(**columns))
        await aggregate(pipeline, run_id, reader, store, settings)
        snapshot = (await pipeline.run(run_id))["snapshot_key"]
        return run_id, ReportDocument.of_snapshot(await blobs.get(snapshot))

    first, earlier = await made()
    _, unchanged = await made(supersedes=first)
    engine = create_async_engine(asyncpg_url(studio_url))
    async with engine.begin() as connection:
        before = await connection.scalar(DELIVERED)
        await connection.execute(
            text(
                "UPDATE studio.characters SET delivered_at = delivered_at + interval '30 days'"
                " WHERE delivered_at >= '2026-10-25' AND delivered_at < '2026-11-01'"
            )
        )
        after = await connection.scalar(DELIVERED)
    await engine.dispose()
    async with admin.begin() as connection:
        # Only one at a time may correct it.
        await connection.execute(
            update(tables.runs).where(tables.runs.c.supersedes == first).values(supersedes=None)
        )
    corrected_run, corrected = await made(
        supersedes=first, banner=Banner(reason="late deliveries").stored()
    )
    await blobs.delete_prefix(f"{tenant.id}/{corrected_run}/")
    _, without_figures = await made(supersedes=corrected_run)

    assert before != after
    assert earlier.summary[0] == unchanged.summary[1], "an ordinary report says nothing of it"
    assert unchanged.summary[0].endswith("Its headline figures are the same.")
    line, reason, *rest = corrected.summary
    assert line.startswith("Corrected: this replaces the report made on ")
    assert f": {before} → {after}" in line
    for was, now in zip(earlier.kpis, corrected.kpis, strict=True):
        assert (f"{now.title}: " in line) == (was.value != now.value), now.title
    assert reason == "Reason of the correction: late deliveries"
    assert rest
    assert "no longer kept" in without_figures.summary[0]
