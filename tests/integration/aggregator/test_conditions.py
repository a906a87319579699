"""What a schedule asks for beyond its time: conditions, a word about stale data, its own look."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import RowMapping, update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import url_as
from services.aggregator.catalogue import publish_report_types
from services.aggregator.handlers import ALSO_READ, SERVICE, on_report_requested
from services.aggregator.report_types import report_types
from services.aggregator.source_registry import SourceRegistry
from services.aggregator.sources import source_kinds
from services.scheduler.firing import fire_due_schedules
from shared.banners import Banner
from shared.blobs import BlobStore
from shared.document import ReportDocument
from shared.run_requests import Recipient
from shared.runs import Run
from shared.settings import ServiceSettings
from shared.stage import AGGREGATE, StageWorker
from shared.states import RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.pipeline import Pipeline
from tests.schedules import at, new_definition, new_schedule
from tests.studio import LIMITS, studio

NINE = datetime(2026, 11, 16, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader_url(infra: LocalInfrastructure) -> Iterator[str]:
    with studio(infra, scale=0.02, seed=3, until=date(2026, 11, 20)) as url:
        yield url_as(url, "studio_reader", infra.places.secret("studio"))


class Mornings:
    """One schedule, fired each morning, and its report aggregated."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        settings: ServiceSettings,
        blobs: BlobStore,
        admin: AsyncEngine,
        sources: SourceRegistry,
    ) -> None:
        self._pipeline, self._store, self._blobs = pipeline, store, blobs
        self._admin, self._sources, self._settings = admin, sources, settings
        self._worker = StageWorker(
            AGGREGATE, store, settings, service=SERVICE, owner="tests", also_read=ALSO_READ
        )

    async def schedule(self, condition: dict[str, Any], **definition: Any) -> UUID:
        definition = {"report_type": "quality_metrics", "preset": "last_month"} | definition
        return await new_schedule(
            self._admin,
            self._pipeline.tenant,
            next_run_at=NINE,
            deliver_to=({"channel": "email", "to": "someone@example.com"},),
            columns={"condition": condition},
            definition_id=await new_definition(self._admin, self._pipeline.tenant, **definition),
        )

    async def fire(self, morning: datetime = NINE) -> RowMapping:
        """The run of that morning, after the aggregator had it."""
        assert await fire_due_schedules(self._store, self._blobs, at(morning)) == 1
        run_id = (await self._pipeline.runs())[-1]["id"]
        return await self.aggregate(run_id)

    async def aggregate(self, run_id: UUID) -> RowMapping:
        await on_report_requested(
            Run.of(await self._pipeline.run(run_id)).requested(),
            worker=self._worker,
            store=self._store,
            blobs=self._blobs,
            report_types=report_types,
            sources=self._sources,
            most_rows=1_000_000,
            most_attempts=self._settings.max_attempts,
        )
        return await self._pipeline.run(run_id)

    async def set(self, run_id: UUID, **values: Any) -> None:
        async with self._admin.begin() as connection:
            table = tables.runs
            await connection.execute(update(table).where(table.c.id == run_id).values(values))

    async def document(self, run: RowMapping) -> ReportDocument:
        return ReportDocument.of_snapshot(await self._blobs.get(run["snapshot_key"]))


@pytest.fixture
async def mornings(
    pipeline: Pipeline,
    store: Store,
    settings: ServiceSettings,
    blobs: BlobStore,
    admin: AsyncEngine,
    reader_url: str,
) -> AsyncIterator[Mornings]:
    async with admin.begin() as connection:
        await connection.execute(update(tables.schedules).values(state="paused"))
        await publish_report_types(connection, report_types)
    sources = SourceRegistry(source_kinds, {"BROADSHEET_SOURCE_STUDIO_URL": reader_url}.get, LIMITS)
    yield Mornings(pipeline, store, settings, blobs, admin, sources)
    await sources.close()


def pass_rate(compare: str, value: float) -> dict[str, Any]:
    return {"kind": "kpi", "kpi": "pass_rate", "compare": compare, "value": value}


async def test_a_report_whose_condition_is_false_is_skipped_with_the_figure_that_decided(
    mornings: Mornings, pipeline: Pipeline
) -> None:
    await mornings.schedule(pass_rate("<", 0.01))
    run = await mornings.fire()
    assert run["status"] == RunStatus.SKIPPED
    shown = {kpi.name: kpi.value for kpi in (await mornings.document(run)).kpis}["pass_rate"]
    assert run["decision"] == {
        "holds": False,
        "figure": f"Pass rate {shown} % is not below 1 %",
    }
    assert run["completed_at"] is not None
    assert run["lease_token"] is None
    assert (await pipeline.delivery(run["id"]))["status"] == "cancelled"
    assert await pipeline.announced(run["id"]) == {
        "report.requested.v1": 1,
        "report.skipped.v1": 1,
    }
    assert [line["detail"] for line in await pipeline.timeline(run["id"]) if line["detail"]] == [
        run["decision"]["figure"]
    ]


async def test_a_report_whose_condition_holds_goes_on_and_says_by_what(
    mornings: Mornings, pipeline: Pipeline
) -> None:
    await mornings.schedule(pass_rate(">", 0.01))
    run = await mornings.fire()
    assert run["status"] == RunStatus.AGGREGATED
    assert run["decision"]["holds"] is True
    assert (await pipeline.announced(run["id"]))["report.aggregated.v1"] == 1


async def test_what_did_not_change_since_the_last_sent_is_not_sent_again(
    mornings: Mornings, pipeline: Pipeline
) -> None:
    await mornings.schedule({"kind": "if_changed"})
    first = await mornings.fire()
    assert first["status"] == RunStatus.AGGREGATED
    # Aggregated is not sent: it may yet fail.
    second = await mornings.fire(NINE + timedelta(days=1))
    assert second["status"] == RunStatus.AGGREGATED
    await mornings.set(second["id"], status=RunStatus.COMPLETED)
    third = await mornings.fire(NINE + timedelta(days=2))
    assert third["status"] == RunStatus.SKIPPED
    assert third["decision"]["figure"] == "the figures are those of the last one sent"
    # Another month, other figures.
    fourth = await mornings.fire(NINE + timedelta(days=15))
    assert (fourth["first_day"], fourth["status"]) == (date(2026, 11, 1), RunStatus.AGGREGATED)


async def test_a_report_on_data_that_may_be_old_says_so_first(
    mornings: Mornings, pipeline: Pipeline
) -> None:
    run_id = await pipeline.request(Recipient("email", "someone@example.com"))
    stale = Banner(signal="loaded", not_later_than="09:00")
    await mornings.set(run_id, banner=stale.stored())
    document = await mornings.document(await mornings.aggregate(run_id))
    assert document.summary[0] == (
        "The data may be old: the signal 'loaded' had not come by 09:00."
    )
    assert len(document.summary) > 1


async def test_a_definitions_own_look_comes_before_the_tenants(
    mornings: Mornings, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    await mornings.schedule({"kind": "always"})
    async with admin.begin() as connection:
        settings, versions = tables.tenant_settings, tables.definition_versions
        await connection.execute(
            update(settings)
            .where(settings.c.tenant_id == pipeline.tenant.id)
            .values(house_style={"colour": "#0B6E4F", "footer": "For internal use"})
        )
        await connection.execute(
            update(versions)
            .where(versions.c.tenant_id == pipeline.tenant.id)
            .values(house_style={"colour": "#7A1F1F"})
        )
    style = (await mornings.document(await mornings.fire())).house_style
    assert (style.colour, style.footer) == ("#7A1F1F", "For internal use")
