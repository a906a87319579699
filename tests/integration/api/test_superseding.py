"""Corrections: a report is made again for those who got it, and each of the two names the other."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio
from sqlalchemy import update

from shared.banners import Banner
from shared.states import DeliveryStatus, RunStatus
from shared.store import tables
from tests.running_api import RunningApi, body
from tests.tenants import Tenant

GOT_IT = ("sent@example.com", "perhaps@example.com")
DID_NOT = ("refused@example.com", "unwanted@example.com")
STATUSES = dict(
    zip(
        GOT_IT + DID_NOT,
        (
            DeliveryStatus.SENT,
            DeliveryStatus.UNCERTAIN,
            DeliveryStatus.FAILED,
            DeliveryStatus.SUPPRESSED,
        ),
        strict=True,
    )
)


@pytest_asyncio.fixture(loop_scope="session")
async def first(ada: httpx.AsyncClient, api: RunningApi) -> str:
    """A completed report that some of its recipients got."""
    to = [{"channel": "email", "to": address} for address in STATUSES]
    wanted = body(deliver_to=to, parameters={}, format_options={"csv_byte_order_mark": True})
    run = str((await ada.post("/api/v1/reports", json=wanted)).json()["id"])
    await api.finish(run)
    async with api.admin.begin() as connection:
        table = tables.deliveries
        for address, status in STATUSES.items():
            await connection.execute(
                update(table)
                .where(table.c.run_id == UUID(run), table.c.recipient == address)
                .values(status=status)
            )
    return run


async def correct(client: httpx.AsyncClient, run: str, **fields: Any) -> httpx.Response:
    return await client.post(f"/api/v1/reports/{run}/supersede", json=fields)


async def test_those_who_got_the_first_get_the_second_and_each_names_the_other(
    first: str, ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    answer = await correct(ada, first, reason="late deliveries")
    second = answer.json()
    earlier = (await ada.get(f"/api/v1/reports/{first}")).json()
    later = (await ada.get(f"/api/v1/reports/{second['id']}")).json()

    assert answer.status_code == 202
    assert (earlier["superseded_by"], earlier["supersedes"]) == (second["id"], None)
    assert (later["supersedes"], later["superseded_by"]) == (first, None)
    same = ("type", "formats", "period", "parameters", "format_options")
    assert {name: later[name] for name in same} == {name: earlier[name] for name in same}
    assert sorted(entry["to"] for entry in later["deliveries"]) == sorted(GOT_IT)
    (row,) = await api.rows(tables.runs, tables.runs.c.id == UUID(second["id"]))
    assert Banner.of(row["banner"]) == Banner(reason="late deliveries")
    assert row["work_key"] is None, "it shares nobody's data"
    logged = {row["action"]: row["details"] for row in await api.audit(studio)}
    assert logged["report.superseded"] == {"by": second["id"]}


async def test_downloads_of_the_earlier_one_tell_of_the_later(
    first: str, ada: httpx.AsyncClient, api: RunningApi
) -> None:
    link = (await ada.post(f"/api/v1/reports/{first}/links", json={"format": "csv"})).json()
    address = f"/api/v1/reports/{first}/download?format=csv"
    before = await ada.get(address)
    second = (await correct(ada, first)).json()["id"]
    after = await ada.get(address)
    head = await ada.head(address)
    async with api.client() as anybody:
        page = await anybody.get(link["url"], headers={"Accept": "text/html"})

    assert "link" not in before.headers
    expected = f'</api/v1/reports/{second}>; rel="successor-version"'
    assert after.headers["link"] == head.headers["link"] == expected
    assert after.content == before.content
    assert "There is a corrected version of this report." in page.text


async def test_a_report_is_corrected_once_at_a_time_and_again_where_that_came_to_nothing(
    first: str, ada: httpx.AsyncClient, api: RunningApi
) -> None:
    both = await asyncio.gather(correct(ada, first), correct(ada, first))
    (taken,) = [answer.json()["id"] for answer in both if answer.status_code == 202]
    (refused,) = [answer for answer in both if answer.status_code == 409]
    again = await correct(ada, first)
    await api.change(taken, status=RunStatus.FAILED)
    third = await correct(ada, first)
    retried = await ada.post(f"/api/v1/reports/{taken}/retry")

    assert "corrected already" in refused.json()["detail"]
    assert again.status_code == 409
    assert taken in again.json()["detail"]
    assert third.status_code == 202
    assert retried.status_code == 409, "another one does that now"
    seen = (await ada.get(f"/api/v1/reports/{first}")).json()
    assert seen["superseded_by"] == third.json()["id"]


async def test_the_same_key_makes_one_correction(
    first: str, ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    key = {"Idempotency-Key": "correct-it"}
    address = f"/api/v1/reports/{first}/supersede"
    one = await ada.post(address, json={}, headers=key)
    same = await ada.post(address, json={}, headers=key)
    other = await ada.post(address, json={"reason": "another"}, headers=key)

    assert one.json()["id"] == same.json()["id"]
    assert other.status_code == 409
    actions = [row["action"] for row in await api.audit(studio)]
    assert actions.count("report.superseded") == 1


async def test_what_cannot_be_corrected_says_so(
    first: str, ada: httpx.AsyncClient, api: RunningApi, studio: Tenant, stranger: httpx.AsyncClient
) -> None:
    under_way = (await ada.post("/api/v1/reports", json=body())).json()["id"]
    assert (await correct(ada, under_way)).status_code == 409
    assert (await correct(stranger, first)).status_code == 404
    async with api.client(studio, role="author", sub="bob") as bob:
        assert (await correct(bob, first)).status_code == 403
    refused = await correct(ada, first, reason="")
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["/reason"]
