"""Slices of a burst: exact, of one instant, and together the whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import url_as
from services.aggregator.sources import (
    Limits,
    SnapshotSession,
    Source,
    SourceKind,
    source_kinds,
)
from shared.blobs import BlobStore
from shared.document import ReportDocument
from shared.settings import ServiceSettings
from shared.states import DeliveryStatus, RunStatus, SliceStatus
from shared.store import tables
from shared.store.engine import Store
from tests.aggregating import aggregate
from tests.pipeline import Pipeline
from tests.studio import studio

UNTIL = date(2026, 11, 20)
DELIVERED = "delivered_at >= '2026-10-01 00:00+00' AND delivered_at < '2026-11-01 00:00+00'"
BY_PROJECT = f"""
SELECT p.name, count(*) FROM studio.characters c JOIN studio.projects p ON p.id = c.project_id
 WHERE {DELIVERED} GROUP BY 1 ORDER BY 2 DESC, 1
"""


@pytest.fixture(scope="module")
def studio_url(infra: LocalInfrastructure) -> Iterator[str]:
    with studio(infra, scale=0.1, seed=3, until=UNTIL) as url:
        yield url


class Bursts:
    """Runs with bursts, aggregated in the test's own process."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        settings: ServiceSettings,
        blobs: BlobStore,
        studio_url: str,
        reader_url: str,
    ) -> None:
        self.pipeline, self._store, self._settings = pipeline, store, settings
        self._blobs, self._studio_url, self._reader_url = blobs, studio_url, reader_url

    async def made(self, run_id: UUID, kind: SourceKind | None = None) -> str:
        """What became of the run at its next attempt: its status."""
        await aggregate(
            self.pipeline, run_id, self._reader_url, self._store, self._settings, kind=kind
        )
        status: str = (await self.pipeline.run(run_id))["status"]
        return status

    async def request(self, *rows: dict[str, Any], **asked: Any) -> UUID:
        burst: dict[str, Any] = {"rows": list(rows)}
        burst |= {name: asked.pop(name) for name in ("when_empty", "query") if name in asked}
        return await self.pipeline.request(burst=burst, **asked)

    async def documents(self, run_id: UUID) -> list[ReportDocument]:
        """Those of its slices, in order."""
        return [
            await self._document(row["snapshot_key"])
            for row in await self.pipeline.slices(run_id)
            if row["snapshot_key"]
        ]

    async def whole(self, run_id: UUID) -> ReportDocument:
        return await self._document((await self.pipeline.run(run_id))["snapshot_key"])

    async def _document(self, key: str) -> ReportDocument:
        return ReportDocument.of_snapshot(await self._blobs.get(key))

    async def ask_studio(self, sql: str) -> list[Any]:
        """As the studio's administrator, past all of our own queries."""
        connection = await asyncpg.connect(self._studio_url)
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    async def delivered(self) -> dict[str, int]:
        """Characters delivered in October by project, the largest first."""
        return dict(map(tuple, await self.ask_studio(BY_PROJECT)))


@pytest.fixture
def bursts(
    pipeline: Pipeline,
    store: Store,
    settings: ServiceSettings,
    blobs: BlobStore,
    studio_url: str,
    infra: LocalInfrastructure,
) -> Bursts:
    reader_url = url_as(studio_url, "studio_reader", infra.places.secret("studio"))
    return Bursts(pipeline, store, settings, blobs, studio_url, reader_url)


def to(name: str, *projects: str, **row: Any) -> dict[str, Any]:
    values = {"projects": list(projects)} if projects else {}
    return {"to": f"{name}@example.com", "values": values, **row}


def figure(document: ReportDocument, name: str = "characters_delivered") -> Decimal | None:
    return next(kpi.value for kpi in document.kpis if kpi.name == name)


async def test_each_recipient_gets_their_part_and_the_parts_come_to_the_whole(
    bursts: Bursts,
) -> None:
    delivered = await bursts.delivered()
    first, second, *others = delivered
    run_id = await bursts.request(
        to("ada", first), to("bob", second), to("eve", *others), to("una", first)
    )

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    found = await bursts.documents(run_id)
    whole = await bursts.whole(run_id)
    assert [figure(one) for one in found] == [
        delivered[first],
        delivered[second],
        sum(delivered[name] for name in others),
    ]
    assert figure(whole) == sum(delivered.values())
    assert {one.as_of for one in found} == {whole.as_of}
    assert {one.generated_at for one in found} == {whole.generated_at}
    assert [one.title for one in found[:2]] == [
        f"Delivery summary: {first}",
        f"Delivery summary: {second}",
    ]
    outcome = await bursts.pipeline.burst(run_id)
    assert (outcome.sums.whole, outcome.sums.slices) == (sum(delivered.values()),) * 2
    assert (outcome.sums.in_several, outcome.sums.in_none) == (0, 0)
    assert outcome.without_recipient == ()
    ada_slice, *_ = await bursts.pipeline.slices(run_id)
    deliveries = await bursts.pipeline.deliveries(run_id)
    assert sorted(row["recipient"] for row in deliveries if row["slice_id"] == ada_slice["id"]) == [
        "ada@example.com",
        "una@example.com",
    ], "who gets the same shares a slice"
    assert {row["status"] for row in deliveries} == {DeliveryStatus.PENDING}


async def test_a_thousand_recipients_cost_as_many_documents_as_there_are_parts(
    bursts: Bursts,
) -> None:
    projects = list(await bursts.delivered())
    rows = [to(f"p{number}", projects[number % len(projects)]) for number in range(1000)]
    run_id = await bursts.request(*rows)

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    slices = await bursts.pipeline.slices(run_id)
    assert [row["chosen"]["projects"] for row in slices] == [[name] for name in projects]
    sent_to: dict[UUID, set[str]] = {row["id"]: set() for row in slices}
    for row in await bursts.pipeline.deliveries(run_id):
        sent_to[row["slice_id"]].add(row["recipient"])
    for index, row in enumerate(slices):
        assert sent_to[row["id"]] == {one["to"] for one in rows[index :: len(projects)]}


async def test_values_without_recipient_and_recipients_without_rows_are_told(
    bursts: Bursts,
) -> None:
    delivered = await bursts.delivered()
    first, second, *others = delivered
    run_id = await bursts.request(
        to("ada", first), to("bob", "Gone For Good"), to("eve", first, second)
    )

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    outcome = await bursts.pipeline.burst(run_id)
    assert [(one.values["projects"], one.counted) for one in outcome.without_recipient] == [
        (name, delivered[name]) for name in others
    ]
    assert outcome.sums.in_none == sum(delivered[name] for name in others)
    assert outcome.sums.in_several == delivered[first]
    whole = outcome.sums.slices - outcome.sums.in_several + outcome.sums.in_none
    assert outcome.sums.whole == whole == sum(delivered.values())
    assert [row["counted"] for row in await bursts.pipeline.slices(run_id)] == [
        delivered[first],
        0,
        delivered[first] + delivered[second],
    ]


@pytest.mark.parametrize("when_empty", ["send", "leave_out"])
async def test_an_empty_part_is_sent_or_left_out_as_the_burst_says(
    bursts: Bursts, when_empty: str
) -> None:
    first, *_ = await bursts.delivered()
    run_id = await bursts.request(
        to("ada", first), to("bob", "Gone For Good"), when_empty=when_empty
    )

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    _, empty = await bursts.pipeline.slices(run_id)
    (bob,) = [
        row
        for row in await bursts.pipeline.deliveries(run_id)
        if row["recipient"] == "bob@example.com"
    ]
    if when_empty == "send":
        assert empty["status"] == SliceStatus.AGGREGATED
        assert bob["status"] == DeliveryStatus.PENDING
        _, document = await bursts.documents(run_id)
        assert "There is nothing to report" in document.summary[0]
    else:
        assert empty["status"] == SliceStatus.LEFT_OUT
        assert bob["status"] == DeliveryStatus.CANCELLED
        assert bob["answer"].startswith("there is nothing in this recipient's part")
        assert bob["finished_at"] is not None


class InterruptedSource:
    """The studio, in which something happens after the first answer."""

    def __init__(self, source: Source, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._source, self.meanwhile = source, meanwhile
        self.snapshots = 0
        self.interrupted = False

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SnapshotSession]:
        self.snapshots += 1
        async with self._source.snapshot() as session:
            yield _InterruptedSession(self, session)

    async def close(self) -> None:
        await self._source.close()


class _InterruptedSession:
    def __init__(self, source: InterruptedSource, session: SnapshotSession) -> None:
        self.as_of = session.as_of
        self._source, self._session = source, session

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Mapping[str, Any]]:
        rows = await self._session.fetch(sql, *arguments)
        if not self._source.interrupted:
            self._source.interrupted = True
            await self._source.meanwhile()
        return rows

    async def stream(
        self, sql: str, *arguments: object, schema: Any, into: Callable[[Any], None]
    ) -> None:
        await self._session.stream(sql, *arguments, schema=schema, into=into)

    def apart(self) -> AbstractAsyncContextManager[None]:
        return self._session.apart()


async def test_all_parts_are_of_one_instant_whatever_happens_meanwhile(bursts: Bursts) -> None:
    before = await bursts.delivered()
    first, second, *_ = before
    opened: list[InterruptedSource] = []

    async def all_deliveries_move_to_next_year() -> None:
        await bursts.ask_studio(
            "UPDATE studio.characters SET delivered_at = delivered_at + interval '1 year' "
            f"WHERE {DELIVERED}"
        )

    def interrupted(address: str, options: Mapping[str, Any], limits: Limits) -> Source:
        source = source_kinds["postgres"](address, options, limits)
        opened.append(InterruptedSource(source, all_deliveries_move_to_next_year))
        return opened[-1]

    run_id = await bursts.request(to("ada", first), to("bob", second))
    try:
        assert await bursts.made(run_id, interrupted) == RunStatus.AGGREGATED
        assert await bursts.delivered() == {}
    finally:
        await bursts.ask_studio(
            "UPDATE studio.characters SET delivered_at = delivered_at - interval '1 year' "
            f"WHERE {DELIVERED.replace('2026', '2027')}"
        )

    assert [figure(one) for one in await bursts.documents(run_id)] == [
        before[first],
        before[second],
    ]
    assert figure(await bursts.whole(run_id)) == sum(before.values())
    assert [source.snapshots for source in opened] == [1], "the source was read once"


async def test_a_part_that_cannot_be_made_keeps_nothing_from_the_others(bursts: Bursts) -> None:
    first, second, third, *_ = await bursts.delivered()
    run_id = await bursts.request(
        to("ada", first),
        to("bob", third),
        {"to": "una@example.com", "values": {"grain": "fortnight"}},
        parameters={"projects": [first, second]},
    )

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    ada, bob, una = await bursts.pipeline.slices(run_id)
    assert ada["status"] == SliceStatus.AGGREGATED
    assert (bob["status"], una["status"]) == (SliceStatus.FAILED, SliceStatus.FAILED)
    assert bob["error"]["code"] == "not_in_report"
    assert f"{third} is not in the report" in bob["error"]["message"]
    assert una["error"]["code"] == "invalid_parameters"
    stand = {row["recipient"]: row for row in await bursts.pipeline.deliveries(run_id)}
    assert stand["ada@example.com"]["status"] == DeliveryStatus.PENDING
    assert stand["bob@example.com"]["status"] == DeliveryStatus.CANCELLED
    assert "could not be made" in stand["bob@example.com"]["answer"]


async def test_a_run_of_which_no_part_can_be_made_fails(bursts: Bursts) -> None:
    first, second, *_ = await bursts.delivered()
    run_id = await bursts.request(to("ada", first), parameters={"projects": [second]})

    assert await bursts.made(run_id) == RunStatus.FAILED

    error = (await bursts.pipeline.run(run_id))["error"]
    assert error["code"] == "every_slice_failed"
    assert f"{first} is not in the report" in error["message"]
    assert await bursts.pipeline.deliveries(run_id) == []


async def test_what_the_tenant_has_switched_off_is_not_had_by_a_row_either(
    bursts: Bursts, admin: AsyncEngine
) -> None:
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.tenant_settings)
            .where(tables.tenant_settings.c.tenant_id == bursts.pipeline.tenant.id)
            .values(reviewer_productivity=True)
        )
    run_id = await bursts.request(
        to("ada"),
        {"to": "bob@example.com", "values": {"by_person": True}},
        report_type="reviewer_productivity",
    )

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    ada, bob = await bursts.pipeline.slices(run_id)
    assert ada["status"] == SliceStatus.AGGREGATED
    assert (bob["status"], bob["error"]["code"]) == (SliceStatus.FAILED, "report_switched_off")


QUERY = """SELECT lower(replace(name, ' ', '.')) || '@example.com' AS to, name AS projects
 FROM projects ORDER BY name"""


async def test_a_query_gives_the_rows(bursts: Bursts) -> None:
    delivered = await bursts.delivered()
    run_id = await bursts.request(query=QUERY)

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    slices = await bursts.pipeline.slices(run_id)
    counted = {row["chosen"]["projects"][0]: row["counted"] for row in slices}
    assert {name: number for name, number in counted.items() if number} == delivered
    recipients = {row["recipient"] for row in await bursts.pipeline.deliveries(run_id)}
    assert "the.paper.admiral@example.com" in recipients
    assert (await bursts.pipeline.burst(run_id)).without_recipient == ()


async def test_the_same_part_in_two_languages_is_two_slices_that_say_the_same_figures(
    bursts: Bursts,
) -> None:
    first = next(iter(await bursts.delivered()))
    run_id = await bursts.request(
        to("ada", first), to("bob", first, language="de"), to("una", first, language="en")
    )

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    slices = await bursts.pipeline.slices(run_id)
    assert [row["language"] for row in slices] == ["en", "de"]
    english, german = await bursts.documents(run_id)
    assert (english.language, german.language) == ("en", "de")
    assert (english.title, german.title) == (
        f"Delivery summary: {first}",
        f"Lieferübersicht: {first}",
    )
    assert figure(english) == figure(german)
    assert english.as_of == german.as_of
    sums = (await bursts.pipeline.burst(run_id)).sums
    assert sums.in_several == slices[0]["counted"]
    assert sums.whole == sums.slices - sums.in_several + sums.in_none
    who = {row["recipient"]: row["slice_id"] for row in await bursts.pipeline.deliveries(run_id)}
    assert who["ada@example.com"] == who["una@example.com"] != who["bob@example.com"]


async def test_rows_of_a_query_that_are_nobodys_are_told_and_the_others_go_on(
    bursts: Bursts,
) -> None:
    first, *_ = await bursts.delivered()
    query = (
        f"SELECT * FROM (VALUES ('ada@example.com', '{first}', 'csv'), (NULL, '{first}', NULL), "
        f"('bob@example.com', NULL, NULL), ('eve@example.com', '{first}', 'papyrus')) "
        'AS t ("to", projects, formats)'
    )
    run_id = await bursts.request(query=query)

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    (only,) = await bursts.pipeline.deliveries(run_id)
    assert (only["recipient"], only["formats"]) == ("ada@example.com", ["csv"])
    refused = (await bursts.pipeline.burst(run_id)).refused_rows
    assert [(one.row, one.to) for one in refused] == [
        (2, None),
        (3, "bob@example.com"),
        (4, "eve@example.com"),
    ]
    assert "projects: there is no value" in refused[1].reason, "NULL must not mean everything"


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("SELECT name FROM projects", "burst_columns", "name its columns `to`"),
        (
            "SELECT 'ada@example.com' AS to, 1 AS project",
            "burst_columns",
            "projects, scene_types, resolution_tiers",
        ),
        (
            "SELECT 'ada@example.com' AS to FROM generate_series(1, 2)",
            "burst_row_twice",
            "rows 1 and 2",
        ),
        (
            "SELECT n || '@example.com' AS to FROM generate_series(1, 1001) n",
            "burst_too_large",
            "more than 1,000 rows",
        ),
        ("DELETE FROM projects RETURNING name AS to", "source_refused", "the query for"),
        ("SELECT 'a' AS to; DELETE FROM projects", "source_refused", "the query for"),
        ("SELECT no_such_column AS to FROM projects", "source_refused", "no_such_column"),
        ("SELECT 'a' AS to FROM nextval('projects_id_seq')", "source_refused", "the query for"),
    ],
)
async def test_a_query_that_is_no_table_of_recipients_fails_the_run_with_the_reason(
    bursts: Bursts, query: str, code: str, words: str
) -> None:
    run_id = await bursts.request(query=query)

    assert await bursts.made(run_id) == RunStatus.FAILED

    error = (await bursts.pipeline.run(run_id))["error"]
    assert error["code"] == code
    assert words in error["message"]


async def test_a_query_changes_nothing_about_how_the_report_is_read(bursts: Bursts) -> None:
    delivered = await bursts.delivered()
    run_id = await bursts.request(
        query="SELECT set_config('search_path', 'pg_catalog', false) || '@example.com' AS to"
    )

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    (document,) = await bursts.documents(run_id)
    assert figure(document) == sum(delivered.values())


async def test_a_retry_makes_the_parts_anew(
    bursts: Bursts, pipeline: Pipeline, admin: AsyncEngine
) -> None:
    first, *_ = await bursts.delivered()
    run_id = await bursts.request(to("ada", first))
    assert await bursts.made(run_id) == RunStatus.AGGREGATED
    (before,) = await pipeline.slices(run_id)
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.runs)
            .where(tables.runs.c.id == run_id)
            .values(status=RunStatus.REQUESTED, generation=1)
        )

    assert await bursts.made(run_id) == RunStatus.AGGREGATED

    (after,) = await pipeline.slices(run_id)
    assert after["id"] != before["id"]
    (delivery,) = await pipeline.deliveries(run_id)
    assert delivery["slice_id"] == after["id"]
