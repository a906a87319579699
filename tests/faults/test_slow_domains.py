"""A mail server that is slow for some domains: the running mailer sends to all others meanwhile."""

from __future__ import annotations

from collections import Counter

import pytest

from shared.states import DeliveryStatus
from tests.faults.mortal_fleet import MortalFleet
from tests.pipeline import Pipeline
from tests.post_office import PostOffice
from tests.smtp_server import Script

IN_HAND = 32
"""Deliveries that a mailer is at, at once."""


@pytest.mark.usefixtures("fresh_mailer")
@pytest.mark.parametrize(
    "to_each",
    [
        # All are in hand, so that connections alone are what they could take from each other.
        IN_HAND // 3,
        # Those to the slow domains would fill the mailer's hands several times over.
        pytest.param(60, marks=pytest.mark.long),
    ],
)
async def test_two_slow_domains_do_not_hold_up_mails_to_others(
    to_each: int, fleet: MortalFleet, pipeline: Pipeline, post: PostOffice
) -> None:
    slug = pipeline.tenant.slug
    slow = [f"{name}.{slug}.example.com" for name in ("slow", "sluggish")]
    others = [f"{number}@quick.{slug}.example.com" for number in range(to_each)]
    queue = [f"{number}@{domain}" for number in range(to_each) for domain in slow] + others
    # A mail to a slow domain takes more than a minute.
    with post.misbehaving(Script(slow_domains=frozenset(slow), byte_seconds=1.0)):
        run_id = await pipeline.request(*queue)

        async def others_have_theirs() -> bool:
            return sum(post.received(others).values()) >= to_each

        await pipeline.until(others_have_theirs, "mails to other domains have arrived")
        arrived = Counter(to.partition("@")[2] for to in post.received(queue).elements())
        fleet["mailer"].kill()
    assert arrived == {f"quick.{slug}.example.com": to_each}
    states = {row["recipient"]: row["status"] for row in await pipeline.deliveries(run_id)}
    waiting = {to: state for to, state in states.items() if to not in others}
    # Nobody is given up, and of none it has to be said that it may have arrived.
    assert set(waiting.values()) <= {DeliveryStatus.PENDING, DeliveryStatus.DEFERRED}
