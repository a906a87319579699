"""Retrying a completed burst: its failed slices, for those who got nothing."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio
from sqlalchemy import insert, select
from uuid6 import uuid7

from shared.states import DeliveryStatus, RunStatus, SliceStatus
from shared.store import tables
from tests.integration.api.test_definitions import DEFINITIONS, saved
from tests.running_api import RunningApi
from tests.tenants import Tenant

ROWS = (
    ("ada@example.com", {"projects": ["The Paper Admiral"]}, None, SliceStatus.RENDERED),
    ("bob@example.com", {"projects": ["Nébuleuse Hôtel"]}, ["csv"], SliceStatus.FAILED),
    ("eve@example.com", {"projects": ["Ångström Street"]}, None, SliceStatus.FAILED),
)


@pytest_asyncio.fixture(loop_scope="session")
async def burst(ada: httpx.AsyncClient, api: RunningApi) -> str:
    """A completed one, two of whose three slices failed."""
    made = await saved(ada, formats=["csv"])
    rows = [{"to": to, "values": values} for to, values, *_ in ROWS]
    answer = await ada.post(
        f"{DEFINITIONS}/{made['id']}/run",
        json={"burst": {"rows": rows, "when_empty": "leave_out"}},
    )
    assert answer.status_code == 202, answer.text
    run: str = answer.json()["id"]
    await sliced(api, run)
    return run


async def sliced(api: RunningApi, run: str) -> None:
    """As the workers leave it."""
    (row,) = await api.rows(tables.runs, tables.runs.c.id == UUID(run))
    of_run = {"tenant_id": row["tenant_id"], "run_id": row["id"]}
    async with api.admin.begin() as connection:
        for number, (to, values, formats, status) in enumerate(ROWS, start=1):
            part = {"id": uuid7(), "number": number, "chosen": values, "status": status}
            error = None
            if status is SliceStatus.FAILED:
                error = {"code": "too_large", "message": "too many rows"}
            await connection.execute(
                insert(tables.run_slices).values(
                    **of_run, **part, formats=["csv"], language="de", error=error
                )
            )
            sent = status is SliceStatus.RENDERED
            await connection.execute(
                insert(tables.deliveries).values(
                    **of_run,
                    id=uuid7(),
                    channel="email",
                    recipient=to,
                    slice_id=part["id"],
                    formats=formats,
                    status=DeliveryStatus.SENT if sent else DeliveryStatus.CANCELLED,
                )
            )
    await api.finish(run)


async def retry(client: httpx.AsyncClient, run: str) -> httpx.Response:
    return await client.post(f"/api/v1/reports/{run}/retry")


async def test_it_is_a_run_for_those_who_got_nothing(
    burst: str, ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    answer = await retry(ada, burst)

    assert answer.status_code == 202, answer.text
    again = answer.json()
    assert again["remakes"] == burst != again["id"]
    assert (again["status"], again["deliveries"]) == ("requested", [])
    earlier = (await ada.get(f"/api/v1/reports/{burst}")).json()
    assert (earlier["status"], earlier["remade_by"]) == ("completed", again["id"])
    same = ("type", "formats", "period", "parameters", "definition", "definition_version")
    assert {name: again[name] for name in same} == {name: earlier[name] for name in same}
    assert await asked_of(api, again["id"]) == {
        "query": None,
        "when_empty": "leave_out",
        "rows": [
            {
                "channel": "email",
                "to": to,
                "formats": formats,
                "language": "de",
                "values": values,
            }
            for to, values, formats, status in ROWS
            if status is SliceStatus.FAILED
        ],
    }
    logged = {row["action"]: row["details"] for row in await api.audit(studio)}
    assert logged["report.retried"] == {"by": again["id"]}


async def asked_of(api: RunningApi, run: str) -> Any:
    async with api.admin.connect() as connection:
        table = tables.run_bursts
        return await connection.scalar(select(table.c.asked).where(table.c.run_id == UUID(run)))


async def test_once_is_enough_however_often_and_how_fast_somebody_asks(
    burst: str, ada: httpx.AsyncClient
) -> None:
    answers = await asyncio.gather(*(retry(ada, burst) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    (begun,) = [answer.json()["id"] for answer in answers if answer.status_code == 202]
    refused = await retry(ada, burst)
    assert refused.json()["detail"] == f"report {begun} makes its failed slices again"


async def test_one_that_failed_itself_is_retried_or_begun_anew_but_not_both(
    burst: str, ada: httpx.AsyncClient, api: RunningApi
) -> None:
    first = (await retry(ada, burst)).json()["id"]
    await api.change(first, status=RunStatus.FAILED)
    second = (await retry(ada, burst)).json()["id"]
    assert second != first

    refused = await retry(ada, first)
    assert refused.status_code == 409
    assert second in refused.json()["detail"]
    await api.change(second, status=RunStatus.CANCELLED)
    answer = await retry(ada, first)
    assert (answer.status_code, answer.json()["id"]) == (202, first)


async def test_where_every_slice_is_there_nothing_is_made_again(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    made = await saved(ada, formats=["csv"])
    run = (await ada.post(f"{DEFINITIONS}/{made['id']}/run", json={})).json()["id"]
    await api.finish(run)
    refused = await retry(ada, run)
    assert refused.status_code == 409
    assert "the failed slices of a burst" in refused.json()["detail"]


async def test_it_is_for_whoever_asked_and_for_administrators(
    burst: str, api: RunningApi, studio: Tenant, stranger: httpx.AsyncClient
) -> None:
    async with api.client(studio, role="author", sub="eve") as eve:
        assert (await retry(eve, burst)).status_code == 403
    assert (await retry(stranger, burst)).status_code == 404
