"""Each service killed at each point where it matters; a fresh process then finishes the work."""

from __future__ import annotations

import asyncio
import contextlib
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared.states import DeliveryStatus, RunStatus
from tests.api_client import body, client
from tests.faults.mortal_fleet import MortalFleet
from tests.faults.mortal_service import Moment
from tests.pipeline import Pipeline
from tests.post_office import PostOffice
from tests.processes import ServiceProcess
from tests.schedules import new_schedule, this_minute
from tests.smtp_server import Script

WORK = [
    ("aggregator", "before commit", "claim"),
    ("aggregator", "after commit", "claim"),
    ("aggregator", "before commit", "report.aggregated.v1"),
    ("aggregator", "after commit", "report.aggregated.v1"),
    ("aggregator", "after publish", "report.aggregated.v1"),
    ("aggregator", "before ack", "report.requested.v1"),
    ("renderer", "before commit", "claim"),
    ("renderer", "after commit", "claim"),
    ("renderer", "before commit", "report.rendered.v1"),
    ("renderer", "after commit", "report.rendered.v1"),
    ("renderer", "after publish", "report.rendered.v1"),
    ("renderer", "before ack", "report.aggregated.v1"),
    ("mailer", "before commit", "delivery.due.v1"),
    ("mailer", "after commit", "delivery.due.v1"),
    ("mailer", "after publish", "delivery.due.v1"),
    ("mailer", "before ack", "report.rendered.v1"),
    ("mailer", "before commit", "claim"),
    ("mailer", "after commit", "claim"),
    ("mailer", "before commit", "sending"),
    ("mailer", "after commit", "report.delivered.v1"),
    ("mailer", "after publish", "report.delivered.v1"),
    ("mailer", "before ack", "delivery.due.v1"),
]


@pytest.mark.parametrize(("service", "moment", "mark"), WORK)
async def test_a_killed_worker_costs_no_report_and_doubles_none(
    service: str,
    moment: Moment,
    mark: str,
    fleet: MortalFleet,
    pipeline: Pipeline,
    post: PostOffice,
) -> None:
    doomed = fleet.doom(service, moment, mark)
    # A PDF, which another process draws, where the renderer dies.
    formats = ("csv", "json", "pdf") if service == "renderer" else ("csv", "json")
    if moment == "after publish":
        fleet["scheduler"].pause()  # or its sweep might publish what the doomed one should
    run_id, address = await _asked_until_it_dies(doomed, pipeline, formats)
    fleet["scheduler"].resume()
    fleet.spare(service)
    fleet.start(service, wait=False)

    await pipeline.until_settled(run_id)

    await pipeline.assert_made_once(run_id, mailed=True)
    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.SENT
    assert len(post.mails_to(address)) == 1
    assert (await pipeline.announced(run_id))["report.delivered.v1"] == 1


async def _asked_until_it_dies(
    doomed: ServiceProcess, pipeline: Pipeline, formats: tuple[str, ...]
) -> tuple[UUID, str]:
    """The report at which it died, and to whom it goes.

    Mostly the first. But every relay publishes whatever is due, so that of another service may
    be faster than the doomed one.
    """
    number = 0
    while True:
        number += 1
        address = f"{number}@{pipeline.tenant.slug}.example.com"
        run_id = await pipeline.request(address, formats=formats)

        async def one_of_both(run_id: UUID = run_id) -> bool:
            return not doomed.runs or await pipeline.settled(run_id)

        await pipeline.until(one_of_both, "it dies, or the report is made without it")
        if not doomed.runs:
            return run_id, address


@pytest.mark.parametrize(
    ("moment", "mark", "mails"),
    [
        ("after commit", "sending", 0),
        ("before commit", "report.delivered.v1", 1),
    ],
)
async def test_a_mail_cut_off_once_it_counts_is_uncertain_and_never_sent_again(
    moment: Moment,
    mark: str,
    mails: int,
    fleet: MortalFleet,
    pipeline: Pipeline,
    post: PostOffice,
) -> None:
    doomed = fleet.doom("mailer", moment, mark)
    address = f"{pipeline.tenant.slug}@example.com"
    run_id = await pipeline.request(address)
    await asyncio.to_thread(doomed.wait_for_end)
    fleet.spare("mailer")
    fleet.start("mailer")

    await pipeline.until_settled(run_id)
    await asyncio.sleep(1)

    await pipeline.assert_made_once(run_id, mailed=True)
    delivery = await pipeline.delivery(run_id)
    assert delivery["status"] == DeliveryStatus.UNCERTAIN
    assert "it may have arrived" in delivery["answer"]
    assert [row["outcome"] for row in await pipeline.attempts(run_id)] == ["uncertain"]
    assert len(post.mails_to(address)) == mails
    assert (await pipeline.announced(run_id))["report.delivery_failed.v1"] == 1
    assert (await pipeline.run(run_id))["status"] == RunStatus.COMPLETED


async def test_a_mailer_killed_before_the_final_dot_sends_the_mail_once_later(
    fleet: MortalFleet, pipeline: Pipeline, post: PostOffice
) -> None:
    address = f"{pipeline.tenant.slug}@example.com"
    with post.misbehaving(Script(hang="DATA")):
        run_id = await pipeline.request(address)
        await _until_heard(pipeline, post, f"RCPT TO:<{address}>")
        fleet["mailer"].kill()
    fleet.start("mailer")

    await pipeline.until_settled(run_id)

    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.SENT
    assert len(post.mails_to(address)) == 1


async def test_a_mailer_killed_between_the_dot_and_the_answer_leaves_one_uncertain_delivery(
    fleet: MortalFleet, pipeline: Pipeline, post: PostOffice
) -> None:
    address = f"{pipeline.tenant.slug}@example.com"

    async def arrived() -> bool:
        return len(post.mails_to(address)) == 1

    with post.misbehaving(Script(hang="dot")):
        run_id = await pipeline.request(address)
        await pipeline.until(arrived, "the mail is there")
        fleet["mailer"].kill()
    fleet.start("mailer")

    await pipeline.until_settled(run_id)
    await asyncio.sleep(1)

    assert (await pipeline.delivery(run_id))["status"] == DeliveryStatus.UNCERTAIN
    assert len(post.mails_to(address)) == 1
    assert (await pipeline.announced(run_id))["report.delivery_failed.v1"] == 1


async def test_an_api_killed_before_its_commit_has_accepted_nothing(
    fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure
) -> None:
    doomed = fleet.doom("api", "before commit", "report.requested.v1")
    key = {"Idempotency-Key": "october"}
    async with client(infra, doomed.url, pipeline.tenant.slug) as api:
        with pytest.raises(httpx.TransportError):
            await api.post("/reports", json=body(), headers=key)
    doomed.wait_for_end()
    assert await pipeline.runs() == []
    fleet.spare("api")

    async with client(infra, fleet.start("api").url, pipeline.tenant.slug) as api:
        answer = await api.post("/reports", json=body(), headers=key)
    assert answer.status_code == 202
    await pipeline.until_settled(run_id := UUID(answer.json()["id"]))

    await pipeline.assert_made_once(run_id)
    assert len(await pipeline.runs()) == 1


@pytest.mark.parametrize("moment", ["after commit", "after publish"])
async def test_what_an_api_committed_before_it_was_killed_is_made_once(
    moment: Moment, fleet: MortalFleet, pipeline: Pipeline, infra: LocalInfrastructure
) -> None:
    doomed = fleet.doom("api", moment, "report.requested.v1")
    fleet["scheduler"].pause()  # or its sweep might publish what the doomed one should
    key = {"Idempotency-Key": "october"}
    async with client(infra, doomed.url, pipeline.tenant.slug) as api:
        # Killed while it publishes, it may just have answered.
        with contextlib.suppress(httpx.TransportError):
            await api.post("/reports", json=body(), headers=key)
    await asyncio.to_thread(doomed.wait_for_end)
    fleet["scheduler"].resume()
    fleet.spare("api")
    (run,) = await pipeline.runs()
    await pipeline.until_settled(run["id"])
    await pipeline.assert_made_once(run["id"])

    async with client(infra, fleet.start("api").url, pipeline.tenant.slug) as api:
        again = await api.post("/reports", json=body(), headers=key)
    assert again.json()["id"] == str(run["id"]), "a client that asks again gets the same report"
    assert len(await pipeline.runs()) == 1


@pytest.mark.parametrize("moment", ["before commit", "after commit", "after publish"])
async def test_a_scheduler_killed_while_it_fires_fires_once(
    moment: Moment, fleet: MortalFleet, pipeline: Pipeline, post: PostOffice, admin: AsyncEngine
) -> None:
    address = f"{pipeline.tenant.slug}@example.com"
    doomed = fleet.doom("scheduler", moment, "report.requested.v1")
    await new_schedule(
        admin,
        pipeline.tenant,
        next_run_at=this_minute(),
        deliver_to=[{"channel": "email", "to": address}],
    )
    await asyncio.to_thread(doomed.wait_for_end)
    fleet.spare("scheduler")
    fleet.start("scheduler")

    async def fired() -> bool:
        return len(await pipeline.runs()) > 0

    await pipeline.until(fired, "the schedule fired")
    (run,) = await pipeline.runs()
    await pipeline.until_settled(run["id"])

    await pipeline.assert_made_once(run["id"], mailed=True)
    assert len(post.mails_to(address)) == 1
    assert len(await pipeline.runs()) == 1


async def test_a_scheduler_killed_while_it_takes_up_lost_work_takes_it_up_again(
    fleet: MortalFleet, pipeline: Pipeline
) -> None:
    scheduler = fleet.doom("scheduler", "before commit", "report.requested.v1")
    aggregator = fleet.doom("aggregator", "after commit", "claim")
    run_id = await pipeline.request()
    fleet["api"].kill()  # restarted below, it publishes what lies in the outbox
    fleet.start("api", wait=False)
    await asyncio.to_thread(aggregator.wait_for_end)
    fleet.spare("aggregator")
    fleet.start("aggregator", wait=False)
    await asyncio.to_thread(scheduler.wait_for_end)
    fleet.spare("scheduler")
    fleet.start("scheduler")

    await pipeline.until_settled(run_id)

    await pipeline.assert_made_once(run_id)


async def _until_heard(pipeline: Pipeline, post: PostOffice, command: str) -> None:
    async def heard() -> bool:
        return any(line.replace("RCPT to:", "RCPT TO:") == command for line in post.commands)

    await pipeline.until(heard, f"the mail server heard {command}")
