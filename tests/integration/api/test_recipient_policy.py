"""Who may be sent reports: named, members, or asked first; the rest are refused with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio
from sqlalchemy import func, update

from deploy.local.infrastructure import LocalInfrastructure
from shared.recipient_policy import CONFIRMATION, policy_of, refusals
from shared.store import tables
from tests.running_api import RunningApi, body, definition, running_api, schedule
from tests.tenants import Tenant

POLICY = "/api/v1/settings/recipients"
ADDRESSES = "/api/v1/confirmed-addresses"


def mail_to(*addresses: str) -> list[dict[str, str]]:
    return [{"channel": "email", "to": address} for address in addresses]


async def set_policy(ada: httpx.AsyncClient, **policy: Any) -> None:
    answer = await ada.put(POLICY, json=policy)
    assert answer.status_code == 200, answer.text


async def test_internal_only_means_named_domains_addresses_and_members(
    ada: httpx.AsyncClient,
) -> None:
    await set_policy(
        ada,
        others="refused",
        domains=["studio.example", "*.studio.example", "bücher.example"],
        addresses=["Partner@elsewhere.example"],
    )
    await ada.put("/api/v1/members/grace", json={"role": "viewer", "email": "Grace@home.example"})
    await ada.put(
        "/api/v1/members/left",
        json={"role": "viewer", "email": "left@home.example", "active": False},
    )
    for allowed in (
        "a@studio.example",
        "A@STUDIO.example",
        "a@berlin.studio.example",
        "a@xn--bcher-kva.example",
        "partner@elsewhere.example",
        "grace@home.example",
    ):
        asked = await ada.post("/api/v1/reports", json=body(deliver_to=mail_to(allowed)))
        assert asked.status_code == 202, allowed
    for refused in (
        "a@notstudio.example",
        "a@studio.example.evil.example",
        "other@elsewhere.example",
        "left@home.example",
    ):
        asked = await ada.post("/api/v1/reports", json=body(deliver_to=mail_to(refused)))
        assert asked.status_code == 403, refused
        assert asked.json()["type"] == "/problems/recipient-not-allowed"


async def test_every_way_to_name_a_recipient_is_refused_with_its_place_and_how_to_mend_it(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    saved = (await ada.post("/api/v1/definitions", json=definition())).json()["id"]
    everybody = [{"channel": "email", "role": "admin"}]
    fine = await ada.post(
        "/api/v1/schedules",
        json=schedule(saved, deliver_to=mail_to("fine@studio.example", "old@out.example")),
    )
    await set_policy(ada, others="refused", domains=["studio.example"])
    to = mail_to("fine@studio.example", "out@out.example")
    etag = {"If-Match": fine.headers["etag"]}
    address = f"/api/v1/schedules/{fine.json()['id']}"

    answers = [
        await ada.post("/api/v1/reports", json=body(deliver_to=to)),
        await ada.post(f"/api/v1/definitions/{saved}/run", json={"deliver_to": to}),
        await ada.post("/api/v1/schedules", json=schedule(saved, deliver_to=to)),
        await ada.patch(address, json={"deliver_to": to}, headers=etag),
    ]
    by_role = await ada.post("/api/v1/schedules", json=schedule(saved, deliver_to=everybody))

    for answer in answers:
        assert answer.status_code == 403, answer.text
        (error,) = answer.json()["errors"]
        assert error["field"] == "/deliver_to/1/to"
        assert "out@out.example" in error["detail"]
        assert "PUT /api/v1/settings/recipients" in error["detail"]
    assert by_role.status_code == 201
    assert [row["action"] for row in await api.audit(studio)].count("recipient_policy.changed") == 1
    # What was saved before is looked at again when it is sent.
    async with api.app.state.store.tenant(studio.id) as connection:
        refused = await refusals(
            connection, await policy_of(connection), ["fine@studio.example", "old@out.example"]
        )
    assert list(refused) == ["old@out.example"]


async def test_without_a_policy_everybody_may_be_sent_reports(ada: httpx.AsyncClient) -> None:
    assert (await ada.get(POLICY)).json() == {"others": "allowed", "domains": [], "addresses": []}
    asked = await ada.post("/api/v1/reports", json=body(deliver_to=mail_to("a@anywhere.example")))
    assert asked.status_code == 202


async def test_a_policy_that_cannot_be_is_refused(ada: httpx.AsyncClient) -> None:
    for wrong, field in (
        ({"others": "maybe"}, "/others"),
        ({"domains": ["studio example"]}, "/domains/0"),
        ({"domains": ["ok.example", "*.*.example"]}, "/domains/1"),
        ({"domains": ["@studio.example"]}, "/domains/0"),
        ({"addresses": ["studio.example"]}, "/addresses/0"),
        ({"colour": "red"}, "/colour"),
    ):
        answer = await ada.put(POLICY, json=wrong)
        assert answer.status_code == 422, wrong
        assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest_asyncio.fixture(loop_scope="session")
async def reachable(infra: LocalInfrastructure) -> AsyncIterator[RunningApi]:
    """An api that knows where it is reached."""
    async with running_api(infra, public_url="http://reports.test") as api:
        yield api


async def the_mail(api: RunningApi, tenant: Tenant) -> dict[str, Any]:
    """The latest mail that was written for the tenant, and to whom it goes."""
    runs = await api.rows(tables.runs, tables.runs.c.tenant_id == tenant.id)
    run = [row for row in runs if row["report_type"] == CONFIRMATION][-1]
    (artifact,) = await api.rows(tables.artifacts, tables.artifacts.c.run_id == run["id"])
    deliveries = await api.rows(tables.deliveries, tables.deliveries.c.run_id == run["id"])
    mail: dict[str, Any] = json.loads(await api.blobs.get(artifact["blob_key"]))
    return mail | {"to": [row["recipient"] for row in deliveries]}


async def test_an_address_outside_gets_nothing_before_it_has_said_yes(
    reachable: RunningApi,
) -> None:
    api, studio = reachable, await reachable.new_tenant()
    wanted = body(deliver_to=mail_to("Client@out.example"))
    async with api.client(studio) as ada, api.client() as client:
        await set_policy(ada, others="confirmed")
        never_asked = await ada.post("/api/v1/reports", json=wanted)
        asked = await ada.post(ADDRESSES, json={"address": "client@out.example"})
        mail = await the_mail(api, studio)
        (link,) = re.findall(r"http://reports\.test(/confirm/\S+)", mail["text"])
        waiting = await ada.post("/api/v1/reports", json=wanted)
        for _ in range(3):  # as programs that look into mails do
            page = await client.get(link)
        looked_at = await ada.post("/api/v1/reports", json=wanted)
        yes = await client.post(link, data={"answer": "yes"})
        confirmed = await ada.post("/api/v1/reports", json=wanted)
        no = await client.post(link, data={"answer": "no"})
        declined = await ada.post("/api/v1/reports", json=wanted)
        asked_again = await ada.post(ADDRESSES, json={"address": "client@out.example"})
        (listed,) = (await ada.get(ADDRESSES)).json()

    assert asked.status_code == 202
    assert mail["to"] == ["client@out.example"]
    assert "Test Studio" in mail["subject"]
    assert link in mail["html"]
    assert "Do you want them?" in page.text
    assert (yes.status_code, no.status_code) == (200, 200)
    refusals = [never_asked, waiting, looked_at, declined]
    assert [answer.status_code for answer in refusals] == [403] * 4
    said = [answer.json()["detail"] for answer in refusals]
    assert "was not asked" in said[0]
    assert "has not answered yet" in said[1]
    assert "has said not to want" in said[3]
    assert confirmed.status_code == 202
    assert asked_again.status_code == 409
    assert (listed["address"], listed["status"]) == ("client@out.example", "declined")
    actions = [row["action"] for row in await api.audit(studio)]
    assert [one for one in actions if one.startswith("address.")] == [
        "address.asked",
        "address.confirmed",
        "address.declined",
    ]


async def test_nobody_is_asked_twice_within_the_hour_and_old_questions_end(
    reachable: RunningApi,
) -> None:
    api, studio = reachable, await reachable.new_tenant()
    address = {"address": "client@out.example"}

    async def age(days: float) -> None:
        async with api.admin.begin() as connection:
            table = tables.confirmed_addresses
            await connection.execute(
                update(table)
                .where(table.c.tenant_id == studio.id)
                .values(asked_at=func.now() - timedelta(days=days))
            )

    async with api.client(studio) as ada, api.client() as client:
        await ada.post(ADDRESSES, json=address)
        at_once = await ada.post(ADDRESSES, json=address)
        mail = await the_mail(api, studio)
        (link,) = re.findall(r"http://reports\.test(/confirm/\S+)", mail["text"])
        await age(days=7.1)
        too_late = await client.post(link, data={"answer": "yes"})
        again = await ada.post(ADDRESSES, json=address)
        same = await client.post(link, data={"answer": "yes"})
        forgotten = await ada.delete(f"{ADDRESSES}/CLIENT@out.example")
        unknown = await client.get(link)
        bent = await client.get(link[:-3] + "abc")

    assert at_once.status_code == 409
    assert too_late.status_code == 410
    assert (again.status_code, same.status_code) == (202, 200)
    assert forgotten.status_code == 204
    assert unknown.status_code == bent.status_code == 404


async def test_without_a_public_address_nobody_is_asked(ada: httpx.AsyncClient) -> None:
    refused = await ada.post(ADDRESSES, json={"address": "client@out.example"})
    assert refused.status_code == 409
    assert "BROADSHEET_PUBLIC_URL" in refused.json()["detail"]


async def test_tenants_do_not_share_what_an_address_said(reachable: RunningApi) -> None:
    one, other = await reachable.new_tenant(), await reachable.new_tenant()
    async with reachable.client(one) as ada, reachable.client() as client:
        await ada.post(ADDRESSES, json={"address": "client@out.example"})
        mail = await the_mail(reachable, one)
        (link,) = re.findall(r"http://reports\.test(/confirm/\S+)", mail["text"])
        await client.post(link, data={"answer": "yes"})
        (listed,) = (await ada.get(ADDRESSES)).json()
        UUID(listed["report"])
    async with reachable.client(other) as eve:
        await set_policy(eve, others="confirmed")
        assert (await eve.get(ADDRESSES)).json() == []
        asked = await eve.post(
            "/api/v1/reports", json=body(deliver_to=mail_to("client@out.example"))
        )
    assert asked.status_code == 403
