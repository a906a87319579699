"""What the page reads of reports: what they say, their large tables, lists, and news."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

import httpx

from shared import runs
from shared.document import Section, StoredRows, Table
from shared.runs import Run
from shared.store import tables
from tests.documents import document
from tests.running_api import RunningApi, body
from tests.tenants import Tenant

ROWS = b"PAR1 as if it were rows PAR1"


async def with_snapshot(api: RunningApi, tenant: Tenant, client: httpx.AsyncClient) -> str:
    """A run whose data are read: a document, and a large table beside it."""
    run_id = str((await client.post("/api/v1/reports", json=body())).json()["id"])
    folder = f"{tenant.id}/{run_id}/0/"
    sha256 = hashlib.sha256(ROWS).hexdigest()
    stored = Table(
        name="jobs",
        title="Jobs",
        columns=(),
        rows=(),
        stored=StoredRows(file=f"{sha256}.parquet", sha256=sha256, size=len(ROWS), count=3),
    )
    said = document(sections=(Section(title="Jobs", tables=(stored,)),))
    content = said.model_dump_json().encode()
    await api.blobs.put_new(f"{folder}{sha256}.parquet", ROWS)
    await api.blobs.put_new(f"{folder}document.json", content)
    await api.change(
        run_id,
        snapshot_key=f"{folder}document.json",
        snapshot_sha256=hashlib.sha256(content).hexdigest(),
        snapshot_rows=3,
    )
    return run_id


async def test_a_report_is_read_as_its_snapshot_says_it(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    path = f"/api/v1/reports/{await with_snapshot(api, studio, ada)}/document"
    read = await ada.get(path)
    assert read.json()["title"] == document().title
    assert read.json()["sections"][0]["tables"][0]["stored"]["count"] == 3

    again = await ada.get(path, headers={"If-None-Match": read.headers["etag"]})
    assert again.status_code == 304
    assert (await stranger.get(path)).status_code == 404
    # Who read it is known, once for each time that it was really sent.
    read_by = [row["actor"] for row in await api.audit(studio) if row["action"] == "report.read"]
    assert read_by == ["ada"]


async def test_rows_of_a_large_table_come_as_they_are_stored(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    path = f"/api/v1/reports/{await with_snapshot(api, studio, ada)}/tables"
    assert (await ada.get(f"{path}/jobs")).content == ROWS
    part = await ada.get(f"{path}/jobs", headers={"Range": "bytes=-4"})
    assert (part.status_code, part.content) == (206, b"PAR1")
    assert (await ada.get(f"{path}/others")).status_code == 404


async def test_there_is_nothing_to_read_before_the_data_are_and_after_the_files_are_gone(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    waiting = (await ada.post("/api/v1/reports", json=body())).json()["id"]
    answer = await ada.get(f"/api/v1/reports/{waiting}/document")
    assert answer.status_code == 404
    assert "requested" in answer.json()["detail"]

    read = await with_snapshot(api, studio, ada)
    await ada.post(f"/api/v1/reports/{read}/cancel")
    await ada.delete(f"/api/v1/reports/{read}")
    assert (await ada.get(f"/api/v1/reports/{read}/document")).status_code == 410


async def test_a_list_is_searched_by_what_people_know_of_a_run(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    async with api.client(studio, role="author", sub="bob") as bob:
        his = (await bob.post("/api/v1/reports", json=body())).json()["id"]
    hers = (await ada.post("/api/v1/reports", json=body(type="usage_summary"))).json()["id"]
    error = {"code": "c", "message": "no 100% match", "stage": "aggregate", "service": "aggregator"}
    await api.change(his, status="failed", error=error)

    async def found(**query: str) -> list[str]:
        answer = await ada.get("/api/v1/reports", params=query)
        return [run["id"] for run in answer.json()["items"]]

    assert await found() == [hers, his]
    assert await found(q="usage summ") == [hers]
    assert await found(q="BOB") == [his]
    assert await found(q="100%") == [his]
    assert await found(q=hers[:23]) == [hers]
    assert await found(requested_by="bob") == [his]
    assert await found(q="%") == [his]
    assert await found(q="bob", status="completed") == []


async def test_news_name_the_runs_that_something_happened_to(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient, served: str
) -> None:
    run_id = (await ada.post("/api/v1/reports", json=body())).json()["id"]
    async with (
        httpx.AsyncClient(base_url=served, headers=ada.headers, trust_env=False) as client,
        client.stream("GET", "/api/v1/news?seconds=30") as stream,
    ):
        lines = stream.aiter_lines()
        async for line in lines:
            if line == "event: ready":
                break
        (row,) = await api.rows(tables.runs, tables.runs.c.id == UUID(run_id))
        async with api.app.state.store.tenant(studio.id) as connection:
            await runs.record(connection, Run.of(row), "aggregated", "aggregator")
        async for line in lines:
            if line.startswith('data: {"runs"'):
                (changed,) = json.loads(line.removeprefix("data: "))["runs"]
                break
    assert changed["id"] == run_id
