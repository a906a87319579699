"""The ledger as the mailer writes it: many at once, and each by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.mailer.channels import Written
from services.mailer.claims import Claimed
from services.mailer.ledger import Ledger
from services.mailer.outcomes import Ended
from shared import outbox
from shared.events import DeliveryDue
from shared.lease import LeaseLostError, lease_end
from shared.states import DeliveryStatus, Lane, RunStatus
from shared.store import tables
from shared.store.engine import Store
from shared.topology import DELIVERER
from tests.pipeline import Pipeline


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store, owner="mailer@here:1", lease_seconds=30)


@asynccontextmanager
async def completed(
    admin: AsyncEngine, pipeline: Pipeline, *addresses: str
) -> AsyncIterator[list[DeliveryDue]]:
    """A completed run's deliveries, each due."""
    run_id = await pipeline.request(*addresses)
    await change(admin, tables.runs, run_id, status=RunStatus.COMPLETED)
    yield [
        DeliveryDue(
            run_id=run_id,
            tenant_id=pipeline.tenant.id,
            lane=Lane.INTERACTIVE,
            delivery_id=row["id"],
            channel="email",
        )
        for row in await pipeline.deliveries(run_id)
    ]


async def change(admin: AsyncEngine, table: Any, row_id: UUID, **values: Any) -> None:
    async with admin.begin() as connection:
        await connection.execute(update(table).where(table.c.id == row_id).values(**values))


def ended(claimed: Claimed, status: DeliveryStatus = DeliveryStatus.SENT, **values: Any) -> Ended:
    return Ended(
        **{
            "delivery_id": claimed.id,
            "tenant_id": claimed.tenant_id,
            "token": claimed.token,
            "number": claimed.number,
            "status": status,
            "outcome": status,
            "host": "mx.example.com:25",
            "answer": "250 ok",
            "receipt": None,
            "seconds": 0.04,
            "again": None,
            "told": None,
            "written": None,
            "gone": None,
            **values,
        }
    )


async def test_each_of_many_is_claimed_once_with_its_run(
    admin: AsyncEngine, pipeline: Pipeline, ledger: Ledger
) -> None:
    addresses = [f"p{number}@example.com" for number in range(30)]
    async with completed(admin, pipeline, *addresses) as due:
        claims = await asyncio.gather(*(ledger.claim(event) for event in [*due, *due]))

    taken = [claim for claim in claims if claim is not None]
    assert sorted(claim.recipient for claim in taken) == sorted(addresses)
    assert {claim.run.id for claim in taken} == {due[0].run_id}
    assert {(claim.number, claim.try_, claim.tried_for) for claim in taken} == {
        (1, 1, timedelta(0))
    }
    rows = await pipeline.deliveries(due[0].run_id)
    assert {row["lease_token"] for row in rows} == {claim.token for claim in taken}
    assert len(await pipeline.attempts(due[0].run_id)) == 30


async def test_nothing_is_claimed_of_another_run_an_earlier_round_or_an_unfinished_report(
    admin: AsyncEngine, pipeline: Pipeline, ledger: Ledger
) -> None:
    other = await pipeline.request("other@example.com")
    async with completed(admin, pipeline, "someone@example.com") as (due,):
        forged = due.model_copy(update={"run_id": other})
        assert await ledger.claim(forged) is None
        await change(admin, tables.deliveries, due.delivery_id, resends=1)
        assert await ledger.claim(due) is None
        await change(admin, tables.runs, due.run_id, status=RunStatus.AGGREGATED)
        again = due.model_copy(update={"resends": 1})
        assert await ledger.claim(again) is None
        await change(admin, tables.runs, due.run_id, status=RunStatus.COMPLETED)
        assert await ledger.claim(again) is not None


async def test_who_lost_the_lease_writes_nothing_and_costs_the_others_nothing(
    admin: AsyncEngine, pipeline: Pipeline, ledger: Ledger
) -> None:
    async with completed(admin, pipeline, "a@example.com", "b@example.com") as due:
        first, second = await asyncio.gather(*(ledger.claim(event) for event in due))
        assert first is not None
        assert second is not None
        await change(admin, tables.deliveries, first.id, lease_until=lease_end(-1))
        written = Written("message/rfc822", b"To: b\r\n", "key", "0" * 64, 7)

        sendings = await asyncio.gather(
            *(ledger.sending(claimed, written) for claimed in (first, second)),
            return_exceptions=True,
        )
        endings = await asyncio.gather(
            *(ledger.ended(ended(claimed)) for claimed in (first, second)), return_exceptions=True
        )

    assert [type(one) for one in (*sendings, *endings)] == [
        *(LeaseLostError, type(None)),
        *(LeaseLostError, type(None)),
    ]
    rows = {row["id"]: row for row in await pipeline.deliveries(due[0].run_id)}
    assert (rows[first.id]["status"], rows[second.id]["status"]) == ("pending", "sent")
    attempts = {row["delivery_id"]: row for row in await pipeline.attempts(due[0].run_id)}
    assert (attempts[first.id]["outcome"], attempts[first.id]["content_head"]) == (None, None)
    assert attempts[second.id]["content_head"] == b"To: b\r\n"
    assert (attempts[second.id]["duration_ms"], attempts[second.id]["outcome"]) == (40, "sent")


async def test_a_deferred_delivery_says_when_it_is_tried_again_in_both_places(
    admin: AsyncEngine, pipeline: Pipeline, ledger: Ledger
) -> None:
    async with completed(admin, pipeline, "someone@example.com") as (due,):
        claimed = await ledger.claim(due)
        assert claimed is not None
        again = (outbox.row_for(DELIVERER, due, "mailer"), timedelta(seconds=60))
        await ledger.ended(ended(claimed, DeliveryStatus.DEFERRED, again=again))

        delivery = await pipeline.delivery(due.run_id)
        (attempt,) = await pipeline.attempts(due.run_id)
        assert delivery["finished_at"] is None
        assert delivery["next_attempt_at"] == attempt["next_attempt_at"] is not None
        (waiting,) = [row for row in await pipeline.outbox(due.run_id) if row["exchange"] == ""]
        assert waiting["available_at"] == delivery["next_attempt_at"]
        assert (await ledger.claim(due)) is not None, "whoever asks earlier is not sent away"


async def test_whom_the_tenant_does_not_allow_any_more_is_told_to_the_mailer(
    admin: AsyncEngine, pipeline: Pipeline, ledger: Ledger
) -> None:
    async with completed(admin, pipeline, "in@studio.example", "out@example.com") as due:
        async with admin.begin() as connection:
            await connection.execute(
                update(tables.tenant_settings)
                .where(tables.tenant_settings.c.tenant_id == pipeline.tenant.id)
                .values(recipient_policy={"others": "refused", "domains": ["studio.example"]})
            )
        claims = await asyncio.gather(*(ledger.claim(event) for event in due))
    refused = {claim.recipient: claim.refused for claim in claims if claim is not None}
    assert refused == {
        "in@studio.example": None,
        "out@example.com": "is not among the recipients that this organisation allows",
    }
