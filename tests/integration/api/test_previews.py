"""What somebody wants to see before asking: previews, and the names that filters can be set to."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import RowMapping

from shared.document import Column, Kind, ReportDocument, Section, Table
from shared.states import RunStatus
from shared.store import tables
from tests.documents import document
from tests.running_api import OCTOBER, RunningApi, body
from tests.tenants import Tenant

WANTED = {"type": "delivery_summary", "period": OCTOBER, "parameters": {"projects": ["Harbour"]}}
NAMES = Table(
    name="projects",
    title="Projects",
    columns=(Column(name="name", title="Name", kind=Kind.TEXT),),
    rows=(("Cold Harvest",), ("Harbour Street",)),
)


@pytest_asyncio.fixture(loop_scope="session")
async def quick(api: RunningApi) -> AsyncIterator[tuple[Tenant, httpx.AsyncClient]]:
    """A tenant that takes data which are a minute old, and its administrator."""
    tenant = await api.new_tenant(freshness_seconds=60)
    async with api.client(tenant) as client:
        yield tenant, client


async def asked(api: RunningApi, tenant: Tenant, status: str = "requested") -> RowMapping:
    """The tenant's only run, once it is there and stands so."""
    async with asyncio.timeout(20):
        while True:
            found = await api.rows(tables.runs, tables.runs.c.tenant_id == tenant.id)
            if [run["status"] for run in found] == [status]:
                return found[0]
            await asyncio.sleep(0.02)


async def read(api: RunningApi, run: RowMapping, says: ReportDocument) -> None:
    """Do what an aggregator does: store the document, and say so."""
    content = says.model_dump_json().encode()
    key = f"{run['tenant_id']}/{run['id']}/0/document.json"
    await api.blobs.put_new(key, content)
    await api.change(
        str(run["id"]),
        status=RunStatus.AGGREGATED,
        snapshot_key=key,
        snapshot_sha256=hashlib.sha256(content).hexdigest(),
        snapshot_rows=0,
        started_at=run["created_at"],
    )


async def answer_after(
    asking: Coroutine[Any, Any, httpx.Response],
    api: RunningApi,
    tenant: Tenant,
    says: ReportDocument,
) -> httpx.Response:
    """What is answered to somebody once their run's data are read."""
    waiting = asyncio.create_task(asking)
    await read(api, await asked(api, tenant), says)
    return await waiting


async def test_a_preview_is_what_the_report_would_say_and_is_in_no_list(
    api: RunningApi, quick: tuple[Tenant, httpx.AsyncClient]
) -> None:
    studio, ada = quick
    seen = await answer_after(
        ada.post("/api/v1/previews", json=WANTED), api, studio, document(title="Seen before")
    )
    assert seen.json()["title"] == "Seen before"
    run = await asked(api, studio, "aggregated")
    assert (run["formats"], run["parameters"], run["lane"]) == (
        [],
        WANTED["parameters"],
        "interactive",
    )
    assert (await ada.get("/api/v1/reports")).json()["items"] == []
    # Who saw which data is known all the same.
    actions = [row["action"] for row in await api.audit(studio)]
    assert actions == ["report.requested", "report.read"]

    # Asked for again at once, it is not read again.
    again = await ada.post("/api/v1/previews", json=WANTED)
    assert again.json() == seen.json()
    await asked(api, studio, "aggregated")


async def test_a_preview_is_in_the_language_that_was_asked_for(
    api: RunningApi, quick: tuple[Tenant, httpx.AsyncClient]
) -> None:
    tenant, client = quick
    wanted = WANTED | {"language": "de"}
    answer = await answer_after(
        client.post("/api/v1/previews", json=wanted), api, tenant, document()
    )
    assert answer.status_code == 200
    (preview,) = await api.rows(tables.runs, tables.runs.c.tenant_id == tenant.id)
    assert preview["language"] == "de"
    # The report itself shares what was read for it.
    report = await client.post("/api/v1/reports", json=body() | wanted)
    assert report.status_code == 202
    runs = await api.rows(tables.runs, tables.runs.c.tenant_id == tenant.id)
    assert {run["work_key"] for run in runs} == {preview["work_key"]}


async def test_whoever_goes_away_takes_the_preview_along(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient, served: str
) -> None:
    async with httpx.AsyncClient(base_url=served, headers=ada.headers, trust_env=False) as client:
        typing = asyncio.create_task(client.post("/api/v1/previews", json=WANTED))
        await asked(api, studio)
        typing.cancel()
        await asyncio.gather(typing, return_exceptions=True)
    assert (await asked(api, studio, "cancelled"))["occasion"] == "preview"


async def test_a_source_that_cannot_be_read_is_said_in_its_own_words(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    waiting = asyncio.create_task(ada.get("/api/v1/report-types/delivery_summary/names"))
    run = await asked(api, studio)
    reason = "the source 'studio' is not connected here: tell the operator"
    error = {"code": "c", "message": reason, "stage": "aggregate", "service": "aggregator"}
    await api.change(str(run["id"]), status="failed", error=error)
    answer = await waiting
    assert (answer.status_code, answer.json()["detail"]) == (503, reason)


async def test_a_preview_that_takes_too_long_is_given_up(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    answer = await ada.post("/api/v1/previews", json=WANTED)
    assert answer.status_code == 503
    assert "ask for the report itself" in answer.json()["detail"]
    await asked(api, studio, "cancelled")


async def test_a_preview_is_refused_as_the_report_would_be(ada: httpx.AsyncClient) -> None:
    wrong = {**WANTED, "parameters": {"project": "Harbour"}, "period": {"from": "2026-10-01"}}
    answer = await ada.post("/api/v1/previews", json=wrong)
    assert answer.status_code == 422
    named = await ada.post("/api/v1/previews", json={**WANTED, "parameters": {"project": []}})
    assert named.json()["errors"][0]["field"] == "/parameters/project"
    files = await ada.post("/api/v1/previews", json=body())
    assert files.json()["errors"][0]["field"] == "/formats"


async def test_names_are_looked_up_once_for_minutes_and_for_each_tenant_alone(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    path = "/api/v1/report-types/delivery_summary/names"
    says = document(sections=(Section(title="Known names", tables=(NAMES,)),))
    found = (await answer_after(ada.get(path), api, studio, says)).json()
    assert found["filters"] == {
        "projects": {"names": ["Cold Harvest", "Harbour Street"], "there_are": 2}
    }
    assert (await ada.get(path)).json() == found
    run = await asked(api, studio, "aggregated")
    assert (run["report_type"], run["parameters"]) == ("look_up", {"of": "delivery_summary"})

    # Another role may be shown other rows, and another tenant has a source of its own.
    async with api.client(studio, role="author", sub="bob") as bob:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(bob.get(path), 0.5)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stranger.get(path), 0.5)
    assert (await ada.get("/api/v1/report-types/nothing/names")).status_code == 404
    # And nobody asks for a look-up as if it were a report.
    refused = await ada.post("/api/v1/reports", json=body(type="look_up", parameters={}))
    assert refused.json()["errors"][0]["field"] == "/type"
