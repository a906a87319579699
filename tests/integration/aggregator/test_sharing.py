"""Identical work is done once, by however many aggregators; what differs is never shared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import url_as
from services.aggregator.catalogue import publish_report_types
from services.aggregator.handlers import ALSO_READ, SERVICE, on_report_requested
from services.aggregator.report_types import report_types
from services.aggregator.sharing import UNDER_WAY
from services.aggregator.source_registry import SourceRegistry
from services.aggregator.sources import Limits, SnapshotSession, Source, source_kinds
from services.scheduler.firing import fire_due_schedules
from services.scheduler.reaper import reap
from services.scheduler.retention import expire_files
from services.scheduler.settings import SchedulerSettings
from shared import runs
from shared.blobs import BlobStore, blob_store
from shared.errors import PermanentError
from shared.events import ReportRequested
from shared.runs import Run
from shared.settings import ServiceSettings
from shared.stage import AGGREGATE, StageWorker
from shared.states import RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.pipeline import Pipeline
from tests.schedules import at, new_definition, new_schedule
from tests.studio import LIMITS, studio
from tests.tenants import new_tenant


@pytest.fixture(scope="module")
def reader_url(infra: LocalInfrastructure) -> Iterator[str]:
    with studio(infra, scale=0.02, seed=3, until=date(2026, 11, 20)) as url:
        yield url_as(url, "studio_reader", infra.places.secret("studio"))


class WatchedSource:
    """The demo studio; counts what is asked of it, and lets a test hold its readers up."""

    def __init__(self, address: str, options: Mapping[str, Any], limits: Limits) -> None:
        self._source: Source = source_kinds["postgres"](address, options, limits)
        self.snapshots = 0
        self.statements = 0
        self.held = asyncio.Event()
        """Somebody reads."""
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.refuses = False

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SnapshotSession]:
        self.snapshots += 1
        self.held.set()
        await self.go_on.wait()
        if self.refuses:
            raise PermanentError("too_many_rows", "48,120 rows are too many")
        async with self._source.snapshot() as session:
            yield _WatchedSession(self, session)

    async def close(self) -> None:
        await self._source.close()


class _WatchedSession:
    def __init__(self, source: WatchedSource, session: SnapshotSession) -> None:
        self.as_of = session.as_of
        self._source, self._session = source, session

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Mapping[str, Any]]:
        self._source.statements += 1
        return await self._session.fetch(sql, *arguments)

    async def stream(
        self, sql: str, *arguments: object, schema: Any, into: Callable[[Any], None]
    ) -> None:
        self._source.statements += 1
        await self._session.stream(sql, *arguments, schema=schema, into=into)

    def apart(self) -> AbstractAsyncContextManager[None]:
        return self._session.apart()


class Aggregators:
    """Two aggregators in this process; their messages come from the outbox, without a broker."""

    def __init__(
        self, store: Store, admin: AsyncEngine, settings: ServiceSettings, source: WatchedSource
    ) -> None:
        self.store, self.admin, self.source = store, admin, source
        self._settings = settings
        self._at_once = asyncio.Semaphore(4)  # the store's pool has five connections
        self._workers = [
            StageWorker(
                AGGREGATE,
                store,
                settings,
                service=SERVICE,
                owner=name,
                also_read=ALSO_READ,
                unless=(UNDER_WAY,),
            )
            for name in ("one", "two")
        ]
        self._sources = SourceRegistry(
            {"postgres": lambda *_: source}, {"BROADSHEET_SOURCE_STUDIO_URL": "any"}.get, LIMITS
        )

    async def work(self, tenant_id: UUID) -> None:
        """Take every message that is due, and those that follow, until there are none."""
        while events := await self._take(tenant_id):
            await asyncio.gather(
                *(self.handle(event, number) for number, event in enumerate(events))
            )

    async def handle(self, event: ReportRequested, number: int = 0) -> None:
        """One message at one of the aggregators."""
        async with self._at_once:
            await on_report_requested(
                event,
                worker=self._workers[number % 2],
                store=self.store,
                blobs=blob_store(self._settings),
                report_types=report_types,
                sources=self._sources,
                most_rows=1_000_000,
                most_attempts=self._settings.max_attempts,
            )

    async def _take(self, tenant_id: UUID) -> list[ReportRequested]:
        outbox = tables.outbox
        async with self.admin.begin() as connection:
            taken = await connection.scalars(
                delete(outbox)
                .where(
                    outbox.c.tenant_id == tenant_id,
                    outbox.c.event_type == ReportRequested.TYPE,
                    outbox.c.available_at <= func.clock_timestamp(),
                )
                .returning(outbox.c.payload)
            )
            return [ReportRequested.model_validate_json(payload) for payload in taken]


@pytest.fixture
async def source(reader_url: str) -> AsyncIterator[WatchedSource]:
    source = WatchedSource(reader_url, {"search_path": "studio"}, LIMITS)
    yield source
    await source.close()


@pytest.fixture
async def aggregators(
    store: Store, admin: AsyncEngine, settings: ServiceSettings, source: WatchedSource
) -> Aggregators:
    async with admin.begin() as connection:
        await connection.execute(update(tables.schedules).values(state="paused"))
        await publish_report_types(connection, report_types)
    return Aggregators(store, admin, settings, source)


async def change(admin: AsyncEngine, *run_ids: UUID, **values: Any) -> None:
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.runs).where(tables.runs.c.id.in_(run_ids)).values(**values)
        )


def seconds_ago(seconds: int) -> Any:
    return func.now() - text(f"interval '{seconds} seconds'")


async def test_fifty_schedules_at_nine_make_one_query(
    aggregators: Aggregators,
    pipeline: Pipeline,
    store: Store,
    blobs: BlobStore,
    admin: AsyncEngine,
) -> None:
    await _share(admin, pipeline.tenant.id)
    nine = datetime(2026, 10, 12, 9, tzinfo=UTC)
    definition = await new_definition(admin, pipeline.tenant)
    for _ in range(50):
        await new_schedule(admin, pipeline.tenant, next_run_at=nine, definition_id=definition)
    assert await fire_due_schedules(store, blobs, at(nine)) == 50
    await aggregators.work(pipeline.tenant.id)
    alone = aggregators.source.statements

    made = await pipeline.runs()
    assert {run["status"] for run in made} == {RunStatus.AGGREGATED}
    assert aggregators.source.snapshots == 1
    assert len({(run["snapshot_sha256"], run["as_of"], run["snapshot_rows"]) for run in made}) == 1
    (leader,) = [run for run in made if run["snapshot_of"] is None]
    assert {run["snapshot_of"] for run in made} == {None, leader["id"]}
    for run in made:
        assert (await pipeline.announced(run["id"]))["report.aggregated.v1"] == 1
        if run is not leader:
            told = [row["detail"] for row in await pipeline.timeline(run["id"])]
            assert f"the snapshot of report {leader['id']}" in told
            assert pipeline.files(run["id"]) == set()

    # And the same by itself is as many statements.
    yesterday = date(2026, 10, 11)
    await request(pipeline, first_day=yesterday, last_day=yesterday, freshness_seconds=0)
    await aggregators.work(pipeline.tenant.id)
    assert aggregators.source.statements == 2 * alone


@pytest.mark.parametrize(
    "other",
    [
        {"role": "admin"},
        {"last_day": date(2026, 10, 30)},
        {"timezone": "Europe/Berlin"},
        {"parameters": {"grain": "week"}},
        {"freshness_seconds": 0},
    ],
    ids=str,
)
async def test_what_differs_is_not_shared(
    other: dict[str, Any], aggregators: Aggregators, pipeline: Pipeline
) -> None:
    first, second = [await request(pipeline, **fields) for fields in ({}, other)]
    await aggregators.work(pipeline.tenant.id)
    assert aggregators.source.snapshots == 2
    for run_id in (first, second):
        assert (await pipeline.run(run_id))["snapshot_of"] is None
        assert pipeline.files(run_id) == {"0/document.json"}


async def test_another_tenant_s_work_is_not_shared(
    aggregators: Aggregators, pipeline: Pipeline, admin_database_url: str, admin: AsyncEngine
) -> None:
    neighbour = Pipeline(
        await new_tenant(admin_database_url), aggregators.store, admin, Path("/nowhere")
    )
    for one in (pipeline, neighbour):
        await request(one)
    await asyncio.gather(*(aggregators.work(one.tenant.id) for one in (pipeline, neighbour)))
    assert aggregators.source.snapshots == 2
    assert {run["snapshot_of"] for one in (pipeline, neighbour) for run in await one.runs()} == {
        None
    }


@pytest.mark.parametrize(("seconds", "shared"), [(55, True), (65, False)])
async def test_a_snapshot_is_taken_while_it_is_fresh(
    seconds: int, shared: bool, aggregators: Aggregators, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    first = await request(pipeline)
    await aggregators.work(pipeline.tenant.id)
    await change(admin, first, started_at=seconds_ago(seconds), status=RunStatus.COMPLETED)
    second = await request(pipeline)
    await aggregators.work(pipeline.tenant.id)

    assert aggregators.source.snapshots == (1 if shared else 2)
    run, before = await pipeline.run(second), await pipeline.run(first)
    assert run["status"] == RunStatus.AGGREGATED
    assert (run["snapshot_of"] == first) == shared
    assert (run["as_of"] == before["as_of"]) == shared
    # What is taken over is as old as it was: it does not become fresh by being taken.
    await change(admin, first, started_at=seconds_ago(65))
    third = await request(pipeline)
    await aggregators.work(pipeline.tenant.id)
    assert (await pipeline.run(third))["snapshot_of"] == (None if shared else second)


async def _held_up(
    aggregators: Aggregators, pipeline: Pipeline, waiting: int = 3
) -> tuple[asyncio.Task[None], UUID, list[UUID]]:
    """One run that is being read, and others that wait for it."""
    aggregators.source.go_on.clear()
    leader = await request(pipeline)
    working = asyncio.create_task(aggregators.work(pipeline.tenant.id))
    await aggregators.source.held.wait()
    others = [await request(pipeline) for _ in range(waiting)]
    await aggregators.work(pipeline.tenant.id)
    for run_id in others:
        assert (await pipeline.run(run_id))["status"] == RunStatus.REQUESTED
        (line,) = await pipeline.timeline(run_id)
        assert (line["stage"], str(leader) in line["detail"]) == ("waiting", True)
    return working, leader, others


async def test_those_that_come_later_join_the_run_that_is_under_way(
    aggregators: Aggregators, pipeline: Pipeline
) -> None:
    working, leader, others = await _held_up(aggregators, pipeline)
    aggregators.source.go_on.set()
    await working
    assert aggregators.source.snapshots == 1
    for run_id in others:
        run = await pipeline.run(run_id)
        assert (run["status"], run["snapshot_of"]) == (RunStatus.AGGREGATED, leader)


async def test_when_it_fails_for_good_those_that_wait_fail_with_its_reason(
    aggregators: Aggregators, pipeline: Pipeline
) -> None:
    aggregators.source.refuses = True
    working, leader, others = await _held_up(aggregators, pipeline)
    aggregators.source.go_on.set()
    await working
    assert aggregators.source.snapshots == 1
    for run_id in (leader, *others):
        run = await pipeline.run(run_id)
        assert run["status"] == RunStatus.FAILED
        assert run["error"]["code"] == "too_many_rows"
        assert (await pipeline.announced(run_id))["report.failed.v1"] == 1


async def test_when_it_is_cancelled_another_does_the_work_for_the_rest(
    aggregators: Aggregators, pipeline: Pipeline, store: Store
) -> None:
    working, leader, others = await _held_up(aggregators, pipeline)
    async with store.tenant(pipeline.tenant.id) as connection:
        await runs.cancel(connection, Run.of(await pipeline.run(leader)), service="api")
    aggregators.source.go_on.set()
    await working
    await aggregators.work(pipeline.tenant.id)
    assert (await pipeline.run(leader))["status"] == RunStatus.CANCELLED
    assert aggregators.source.snapshots == 2
    assert {(await pipeline.run(run_id))["status"] for run_id in others} == {RunStatus.AGGREGATED}
    assert (await pipeline.run(others[0]))["snapshot_of"] is None, "the one that asked first"
    assert {(await pipeline.run(run_id))["snapshot_of"] for run_id in others[1:]} == {others[0]}


async def test_when_its_worker_dies_it_is_done_again_for_all(
    aggregators: Aggregators,
    pipeline: Pipeline,
    store: Store,
    admin: AsyncEngine,
    settings: ServiceSettings,
) -> None:
    working, leader, others = await _held_up(aggregators, pipeline)
    working.cancel()  # as far as the store can see, by SIGKILL: the hand-back is undone below
    await asyncio.gather(working, return_exceptions=True)
    await aggregators._take(pipeline.tenant.id)
    await change(
        admin,
        leader,
        status=RunStatus.AGGREGATING,
        lease_token=leader,
        lease_owner="aggregator@dead:1",
        lease_until=seconds_ago(1),
    )
    await reap(store, SchedulerSettings.model_validate(settings.model_dump()))
    aggregators.source.go_on.set()
    await aggregators.work(pipeline.tenant.id)
    for run_id in (leader, *others):
        assert (await pipeline.run(run_id))["status"] == RunStatus.AGGREGATED
    assert {(await pipeline.run(run_id))["snapshot_of"] for run_id in others} == {leader}
    assert aggregators.source.snapshots == 2


async def test_nobody_waits_for_data_that_will_be_too_old_and_the_late_ones_share(
    aggregators: Aggregators, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    working, leader, early = await _held_up(aggregators, pipeline, waiting=1)
    await change(admin, leader, *early, started_at=seconds_ago(300), created_at=seconds_ago(300))
    late = [await request(pipeline) for _ in range(3)]
    more = asyncio.create_task(aggregators.work(pipeline.tenant.id))
    aggregators.source.held.clear()
    await aggregators.source.held.wait()
    aggregators.source.go_on.set()
    await asyncio.gather(working, more)
    assert aggregators.source.snapshots == 2
    makers = {(await pipeline.run(run_id))["snapshot_of"] for run_id in late}
    assert len(makers) == 2
    assert leader not in makers
    assert (await pipeline.run(early[0]))["snapshot_of"] == leader


async def test_a_snapshot_stays_for_as_long_as_a_run_uses_it(
    aggregators: Aggregators, pipeline: Pipeline, admin: AsyncEngine, settings: ServiceSettings
) -> None:
    first, second = [await request(pipeline) for _ in range(2)]
    await aggregators.work(pipeline.tenant.id)
    maker = first if (await pipeline.run(second))["snapshot_of"] == first else second
    (user,) = {first, second} - {maker}
    blobs = blob_store(settings)

    await change(admin, maker, status=RunStatus.COMPLETED, completed_at=seconds_ago(91 * 86400))
    await expire_files(aggregators.store, blobs, lease_seconds=30)
    assert pipeline.files(maker) == {"0/document.json"}
    await change(admin, user, status=RunStatus.COMPLETED, completed_at=seconds_ago(91 * 86400))
    await expire_files(aggregators.store, blobs, lease_seconds=30)
    await expire_files(aggregators.store, blobs, lease_seconds=30)
    assert pipeline.files(maker) == set()


async def test_a_snapshot_that_was_removed_meanwhile_is_made_anew(
    aggregators: Aggregators, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    first = await request(pipeline)
    await aggregators.work(pipeline.tenant.id)
    await change(admin, first, status=RunStatus.COMPLETED, deleted_at=func.now())
    second = await request(pipeline)
    await aggregators.work(pipeline.tenant.id)
    run = await pipeline.run(second)
    assert (run["status"], run["snapshot_of"]) == (RunStatus.AGGREGATED, None)
    assert aggregators.source.snapshots == 2


async def _share(admin: AsyncEngine, tenant_id: UUID) -> None:
    settings = tables.tenant_settings
    async with admin.begin() as connection:
        await connection.execute(
            update(settings).where(settings.c.tenant_id == tenant_id).values(freshness_seconds=60)
        )


async def request(pipeline: Pipeline, **fields: Any) -> UUID:
    """A run that shares within a minute unless told otherwise."""
    return await pipeline.request(**({"freshness_seconds": 60} | fields))
