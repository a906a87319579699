"""Who gets no more mail: unsubscribed with one click, bounced, or named by an administrator."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest

from shared.states import DeliveryStatus
from shared.store import tables
from tests.bounces import bounced
from tests.integration.api.test_deliveries import DELIVERIES, delivered
from tests.running_api import RunningApi
from tests.tenants import Tenant

SUPPRESSIONS = "/api/v1/suppressions"
BOUNCES = "/api/v1/bounces"


async def listed(ada: httpx.AsyncClient) -> dict[str, str]:
    found = (await ada.get(SUPPRESSIONS)).json()["items"]
    return {one["address"]: one["reason"] for one in found}


def link(api: RunningApi, delivery: str) -> str:
    return f"/unsubscribe/{api.app.state.unsubscribing.signed(UUID(delivery))}"


async def test_one_click_of_a_mail_programme_ends_it_and_looking_does_not(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    _, (delivery,) = await delivered(api, ada, "Someone@Example.com", status=DeliveryStatus.SENT)
    url = link(api, delivery["id"])
    async with api.client() as anybody:
        looked = await anybody.get(url)
        assert looked.status_code == 200
        assert "Someone@example.com" in looked.text
        assert 'method="post"' in looked.text
        assert await listed(ada) == {}, "programs that look into mails open every link"

        # RFC 8058 section 3.2.
        clicked = await anybody.post(url, data={"List-Unsubscribe": "One-Click"})
        again = await anybody.post(url, data={"List-Unsubscribe": "One-Click"})

    assert (clicked.status_code, again.status_code) == (200, 200)
    assert await listed(ada) == {"someone@example.com": "unsubscribed"}
    added = [row for row in await api.audit(studio) if row["action"] == "suppression.added"]
    assert [row["details"]["delivery"] for row in added] == [delivery["id"]]


@pytest.mark.parametrize("change", ["cut", "other", "made up"])
async def test_a_link_that_we_did_not_sign_does_nothing(
    change: str, api: RunningApi, ada: httpx.AsyncClient
) -> None:
    _, (one, other) = await delivered(
        api, ada, "a@example.com", "b@example.com", status=DeliveryStatus.SENT
    )
    good, second = link(api, one["id"]), link(api, other["id"])
    bad = {
        "cut": good[:-1],
        "other": second.partition(".")[0] + "." + good.partition(".")[2],
        "made up": "/unsubscribe/" + "A" * 66,
    }[change]
    async with api.client() as anybody:
        for answer in (await anybody.get(bad), await anybody.post(bad)):
            assert answer.status_code == 404
    assert await listed(ada) == {}


async def test_administrators_add_find_and_remove_addresses(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    for address in ("a@example.com", "B@Bücher.example"):
        added = await ada.post(SUPPRESSIONS, json={"address": address, "detail": "asked by phone"})
        assert added.status_code == 204
    assert await listed(ada) == {"a@example.com": "added", "b@xn--bcher-kva.example": "added"}
    assert await listed(stranger) == {}
    found = (await ada.get(SUPPRESSIONS, params={"address": "A@example.com"})).json()["items"]
    assert [one["detail"] for one in found] == ["asked by phone"]

    assert (await ada.delete(f"{SUPPRESSIONS}/b@bücher.example")).status_code == 204
    assert await listed(ada) == {"a@example.com": "added"}
    assert (await ada.delete(f"{SUPPRESSIONS}/b@bücher.example")).status_code == 404


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
async def test_a_mail_that_came_back_is_bounced_and_its_address_gets_no_more(
    kind: str, api: RunningApi, ada: httpx.AsyncClient
) -> None:
    values = {"status": DeliveryStatus.SENT, "copies": 2}
    run, (delivery,) = await delivered(api, ada, "someone@example.com", **values)

    # The second copy that somebody wanted has a number in its Message-ID.
    answer = await ada.post(BOUNCES, content=bounced(f"{delivery['id']}.2", kind=kind))

    assert answer.json() == {"delivery": delivery["id"], "status": "bounced", "suppressed": True}
    found = (await ada.get(f"{DELIVERIES}/{delivery['id']}")).json()
    assert found["answer"].startswith("5.1.1 550 5.1.1 <someone@example.com>: Recipient address")
    assert await listed(ada) == {"someone@example.com": "bounced"}
    events = await api.rows(tables.outbox, tables.outbox.c.run_id == UUID(run))
    assert [row["event_type"] for row in events].count("report.delivery_failed.v1") == 1


async def test_a_full_mailbox_bounces_and_may_be_written_to_again(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    _, (delivery,) = await delivered(api, ada, "someone@example.com", status=DeliveryStatus.SENT)
    answer = await ada.post(BOUNCES, content=bounced(delivery["id"], status="5.2.2"))
    assert (answer.json()["status"], answer.json()["suppressed"]) == ("bounced", False)
    assert await listed(ada) == {}


async def test_what_is_no_bounce_of_ours_changes_nothing(
    api: RunningApi, ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    _, (delivery,) = await delivered(api, ada, "someone@example.com", status=DeliveryStatus.SENT)
    late = bounced(delivery["id"], action="delayed", status="4.4.1")
    for content, words in (
        (late, "delayed"),
        (b"Subject: out of office\r\n\r\nback on Monday\r\n", "no delivery status notification"),
        (bounced("somebody-elses"), "brings no mail back that we have sent"),
    ):
        refused = await ada.post(BOUNCES, content=content)
        assert (refused.status_code, words in refused.json()["detail"]) == (422, True)
    assert (await stranger.post(BOUNCES, content=bounced(delivery["id"]))).status_code == 404
    assert (await ada.get(f"{DELIVERIES}/{delivery['id']}")).json()["status"] == "sent"
