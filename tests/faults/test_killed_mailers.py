"""A report to many, and a mailer or a broker that dies in the middle: sent, ledger, received.

With a single recipient, at each point where it matters: `test_crash_points.py`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from deploy.local.infrastructure import LocalInfrastructure
from shared.states import DeliveryStatus
from tests.faults.mortal_fleet import MortalFleet
from tests.pipeline import Pipeline
from tests.post_office import PostOffice
from tests.smtp_server import Moment, Script

SENT, UNCERTAIN = DeliveryStatus.SENT, DeliveryStatus.UNCERTAIN
BUSY = {"BROADSHEET_LEASE_SECONDS": "15"}
"""On a busy machine two seconds are soon over, and a late mailer is uncertain for good."""
FOUR_AT_ONCE = {"BROADSHEET_LEASE_SECONDS": "4", "BROADSHEET_SMTP_CONNECTIONS": "4"}


def many(pipeline: Pipeline, count: int) -> list[str]:
    """Recipients of that tenant alone, at several domains."""
    return [f"{n}@{pipeline.tenant.slug}.{n % 5}.example.com" for n in range(count)]


async def until_received(
    pipeline: Pipeline, post: PostOffice, addresses: list[str], count: int
) -> None:
    async def so_many() -> bool:
        return sum(post.received(addresses).values()) >= count

    await pipeline.until(so_many, f"{count} mails are there")


async def assert_the_ledger_tells_the_truth(
    pipeline: Pipeline, post: PostOffice, run_id: UUID, addresses: list[str]
) -> Counter[str]:
    """Sent = ledger = received: one mail for each who is said to have it, and nobody has two.

    Only where the ledger says that it cannot know there may be one or none. How many of each state.
    """
    received = post.received(addresses)
    states = {row["recipient"]: row["status"] for row in await pipeline.deliveries(run_id)}
    assert sorted(states) == sorted(addresses)
    assert set(states.values()) <= {SENT, UNCERTAIN}
    assert {to: received[to] for to in addresses if states[to] == SENT} == {
        to: 1 for to in addresses if states[to] == SENT
    }
    assert [to for to in addresses if received[to] > 1] == []
    told = await pipeline.announced(run_id)
    found = Counter(states.values())
    assert told["report.delivered.v1"] == found[SENT]
    assert told["report.delivery_failed.v1"] == found[UNCERTAIN]
    return found


@pytest.mark.long
@pytest.mark.parametrize(
    ("when", "uncertain"),
    [
        # Before the final dot the server cannot have the mail.
        ("before DATA", 0),
        ("during DATA", 0),
        # It has four mails, and its answers are lost with the mailer.
        ("after DATA", 4),
    ],
)
async def test_a_mailer_killed_among_many_sends_each_once_but_for_those_it_cannot_know(
    when: str, uncertain: int, fleet: MortalFleet, pipeline: Pipeline, post: PostOffice
) -> None:
    addresses = many(pipeline, 40)
    mailer = fleet.replace("mailer", FOUR_AT_ONCE)
    moment: Moment = "dot" if when == "after DATA" else "RCPT"
    with post.misbehaving(Script(hang=moment, after=post.count + 10), hang_up=False):
        run_id = await pipeline.request(*addresses)

        async def four_hang_and_the_others_are_written_down() -> bool:
            states = Counter(row["status"] for row in await pipeline.deliveries(run_id))
            answered = sum(post.received(addresses).values()) - (4 if moment == "dot" else 0)
            return post.hanging == 4 and states[SENT] == answered

        await pipeline.until(four_hang_and_the_others_are_written_down, "four mails hang")
        if when != "during DATA":
            mailer.kill()
    if when == "during DATA":
        # All but the dot is on its way, and what would say so is not committed.
        fleet.doom("mailer", "before commit", "sending")
        post.go_on()
        await asyncio.to_thread(mailer.wait_for_end)
        fleet.spare("mailer")
    fleet.start("mailer")

    await pipeline.until_settled(run_id)

    found = await assert_the_ledger_tells_the_truth(pipeline, post, run_id, addresses)
    assert found[UNCERTAIN] == uncertain


@pytest.mark.long
async def test_mailers_killed_again_and_again_during_a_thousand_mails(
    fleet: MortalFleet, pipeline: Pipeline, post: PostOffice
) -> None:
    addresses = many(pipeline, 1000)
    fleet.replace("mailer", BUSY)
    run_id = await pipeline.request(*addresses)
    for received in (150, 400, 700):
        await until_received(pipeline, post, addresses, received)
        fleet.replace("mailer", BUSY)

    await pipeline.until_settled(run_id)

    found = await assert_the_ledger_tells_the_truth(pipeline, post, run_id, addresses)
    # At most all that it had in hand each time: answered, and not written down yet.
    assert found[UNCERTAIN] <= 3 * 32


@pytest.mark.parametrize(
    ("how", "count"),
    [
        ("kill", 150),
        pytest.param("stop", 1000, marks=pytest.mark.long),
        pytest.param("kill", 1000, marks=pytest.mark.long),
    ],
)
async def test_a_broker_that_goes_and_comes_during_many_mails_costs_none(
    how: str,
    count: int,
    fleet: MortalFleet,
    pipeline: Pipeline,
    post: PostOffice,
    infra: LocalInfrastructure,
) -> None:
    assert infra.broker is not None
    addresses = many(pipeline, count)
    fleet.replace("mailer", BUSY)
    run_id = await pipeline.request(*addresses)
    await until_received(pipeline, post, addresses, count // 5)
    await asyncio.to_thread(getattr(infra.broker, how))
    await asyncio.to_thread(infra.broker.start)

    await pipeline.until_settled(run_id)

    found = await assert_the_ledger_tells_the_truth(pipeline, post, run_id, addresses)
    assert found == {SENT: count}, "who sends mails need not hear from the broker meanwhile"
