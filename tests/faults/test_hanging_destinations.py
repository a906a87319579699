"""Destinations that take a connection and never answer: the running mailer serves all others."""

from __future__ import annotations

import pytest

from deploy.local.infrastructure import LocalInfrastructure
from shared.run_requests import Recipient
from tests.api_client import client
from tests.faults.mortal_fleet import MortalFleet
from tests.faults.test_destinations import SECRET
from tests.http_receiver import HttpReceiver, Reply
from tests.pipeline import Pipeline
from tests.post_office import PostOffice


@pytest.mark.usefixtures("fresh_mailer")
@pytest.mark.parametrize(
    ("destinations", "most_at_once"),
    [
        # Until something has gone through, one is tried.
        (5, 1),
        # More than a mailer has hands: they never have more than half of them.
        pytest.param(40, 16, marks=pytest.mark.long),
    ],
)
async def test_a_mail_goes_out_while_webhooks_hang(
    destinations: int,
    most_at_once: int,
    fleet: MortalFleet,
    pipeline: Pipeline,
    post: PostOffice,
    infra: LocalInfrastructure,
) -> None:
    names = [f"there-{number}" for number in range(destinations)]
    address = f"someone@{pipeline.tenant.slug}.example.com"
    async with HttpReceiver(lambda request: Reply(then="hang")) as server:
        async with client(infra, fleet["api"].url, pipeline.tenant.slug) as ada:
            settings = {"url": f"{server.url}/hook", "secret": SECRET}
            for name in names:
                body = {"name": name, "channel": "webhook", "settings": settings}
                assert (await ada.post("/destinations", json=body)).status_code == 201
        await pipeline.request(*(Recipient("webhook", name) for name in names), address)

        async def mail_and_webhook() -> bool:
            return bool(post.mails_to(address)) and bool(server.received)

        await pipeline.until(mail_and_webhook, "a webhook hangs and the mail has arrived")
        assert 1 <= len(server.received) <= most_at_once
