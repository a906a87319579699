"""Why somebody did or did not get a scheduled report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from shared.states import DeliveryStatus, OccurrenceStatus, RunStatus
from shared.store import tables
from tests.integration.api.test_schedule_steps import MONDAY, occur, set_state
from tests.integration.api.test_schedules import SCHEDULES, SOMEONE, planned
from tests.running_api import MONDAYS, RunningApi
from tests.tenants import Tenant

DAY = MONDAY.date().isoformat()


async def told(client: httpx.AsyncClient, day: str = DAY, **query: str) -> list[dict[str, Any]]:
    asked = {"recipient": "Someone@Example.com", "date": day, **query}
    answer = await client.get("/api/v1/why", params=asked)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()["entries"]
    return entries


async def one(client: httpx.AsyncClient, day: str = DAY) -> tuple[str, str]:
    """Of the only entry."""
    (entry,) = await told(client, day)
    return entry["verdict"], entry["answer"]


async def fired(
    api: RunningApi, tenant: Tenant, ada: httpx.AsyncClient, there: dict[str, Any], **run: Any
) -> str:
    """As if it had fired on that Monday at nine in New York; the run's id."""
    run_id: str = (await ada.post(f"{SCHEDULES}/{there['id']}/run")).json()["id"]
    at = datetime(2026, 11, 16, 14, 0, 5, tzinfo=UTC)
    await api.change(run_id, **{"occasion": "schedule", "created_at": at, **run})
    await occur(
        api,
        tenant,
        there["id"],
        MONDAY,
        status=OccurrenceStatus.FIRED,
        run_id=UUID(run_id),
    )
    return run_id


async def deliver(api: RunningApi, run_id: str, **values: Any) -> None:
    table = tables.deliveries
    async with api.admin.begin() as connection:
        await connection.execute(update(table).where(table.c.run_id == UUID(run_id)).values(values))


COMPLETED = {
    "status": RunStatus.COMPLETED,
    "completed_at": datetime(2026, 11, 16, 14, 0, 7, tzinfo=UTC),
}
BEGAN = "fired at 09:00 (America/New_York)"
DONE = f"{BEGAN}; report completed at 2026-11-16 09:00:07; "


@pytest.mark.parametrize(
    ("delivery", "verdict", "words"),
    [
        (
            {
                "status": DeliveryStatus.SENT,
                "finished_at": datetime(2026, 11, 16, 14, 0, 9, tzinfo=UTC),
                "answer": "250 taken",
            },
            "sent",
            "sent at 2026-11-16 09:00:09 (250 taken)",
        ),
        (
            {
                "status": DeliveryStatus.FAILED,
                "finished_at": datetime(2026, 11, 16, 14, 0, 9, tzinfo=UTC),
                "answer": "550 no such mailbox",
            },
            "not sent",
            "its delivery failed at 2026-11-16 09:00:09 (550 no such mailbox)",
        ),
        (
            {
                "status": DeliveryStatus.DEFERRED,
                "next_attempt_at": datetime(2026, 11, 16, 14, 30, tzinfo=UTC),
                "answer": "451 later",
            },
            "under way",
            "not taken for now (451 later); tried again at 2026-11-16 09:30:00",
        ),
        (
            {"status": DeliveryStatus.UNCERTAIN},
            "sent",
            "sent whole, and the answer never came: it may have arrived",
        ),
    ],
)
async def test_it_fired_and_what_became_of_the_mail(
    delivery: dict[str, Any],
    verdict: str,
    words: str,
    api: RunningApi,
    studio: Tenant,
    ada: httpx.AsyncClient,
) -> None:
    there = await planned(ada)
    run_id = await fired(api, studio, ada, there, **COMPLETED)
    await deliver(api, run_id, **delivery)

    (entry,) = await told(ada)

    assert (entry["verdict"], entry["answer"]) == (verdict, DONE + words)
    assert (entry["schedule"], entry["run"]) == (there["id"], run_id)


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (
            {
                "status": RunStatus.FAILED,
                "error": {"code": "source_away", "message": "no answer"},
            },
            "and its report failed: no answer (source_away)",
        ),
        (
            {
                "status": RunStatus.SKIPPED,
                "decision": {"holds": False, "figure": "Pass rate 93.1 % is not below 90 %"},
            },
            "and its condition did not hold: Pass rate 93.1 % is not below 90 %",
        ),
        ({"status": RunStatus.CANCELLED}, "and somebody cancelled its report"),
    ],
)
async def test_it_fired_and_no_mail_came_of_it(
    run: dict[str, Any], words: str, api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    await fired(api, studio, ada, await planned(ada), **run)

    assert await one(ada) == ("not sent", f"{BEGAN}, {words}")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (OccurrenceStatus.MISSED, "not sent"),
        (OccurrenceStatus.SKIPPED, "not sent"),
        (OccurrenceStatus.HELD, "under way"),
        (OccurrenceStatus.WAITING, "under way"),
    ],
)
async def test_it_was_due_and_did_not_fire(
    status: OccurrenceStatus,
    verdict: str,
    api: RunningApi,
    studio: Tenant,
    ada: httpx.AsyncClient,
) -> None:
    there = await planned(ada)
    await occur(api, studio, there["id"], MONDAY, status=status, reason="for a reason")

    words = f"due at 09:00 (America/New_York) and {status}: for a reason"
    assert await one(ada) == (verdict, words)


async def test_it_was_not_due_that_day(ada: httpx.AsyncClient) -> None:
    await planned(ada, cadence={**MONDAYS, "start": "2026-01-01"})
    await planned(
        ada,
        name="on business days",
        cadence={**MONDAYS, "business_days": {"country": "US", "on_day_off": "after"}},
    )

    wednesday = await told(ada, "2030-12-25")
    labour_day = await told(ada, "2030-09-02")

    assert {(entry["verdict"], entry["answer"]) for entry in wednesday} == {
        ("not due", "not due on Wednesday 2030-12-25; next on Monday 2030-12-30 at 09:00")
    }
    assert [entry["answer"] for entry in labour_day if entry["name"] == "on business days"] == [
        "Monday 2030-09-02 is a day off; moved to Tuesday 2030-09-03 at 09:00"
    ]


async def test_it_was_left_out_on_a_day_off(ada: httpx.AsyncClient) -> None:
    await planned(ada, cadence={**MONDAYS, "business_days": {"country": "US"}})

    verdict, answer = await one(ada, "2030-09-02")

    assert verdict == "not due"
    assert answer == (
        "skipped on Monday 2030-09-02: Labor Day (US); next on Monday 2030-09-09 at 09:00"
    )


async def test_the_month_has_no_such_day(ada: httpx.AsyncClient) -> None:
    cadence = {"kind": "monthly", "day": 31, "time": "09:00", "timezone": "UTC"}
    await planned(ada, cadence=cadence)

    assert await one(ada, "2030-11-30") == (
        "not due",
        "not due on Saturday 2030-11-30 (November 2030 has no day 31); "
        "next on Tuesday 2030-12-31 at 09:00",
    )


async def test_it_is_paused_held_or_still_to_come(api: RunningApi, ada: httpx.AsyncClient) -> None:
    there = await planned(ada)
    assert await one(ada, "2030-12-30") == (
        "due",
        "due at 09:00 (America/New_York), which is still to come",
    )
    await ada.post(f"{SCHEDULES}/{there['id']}/pause")
    since = datetime(2026, 11, 19, 15, 0, tzinfo=UTC)
    await set_state(api, there["id"], state_since=since)

    assert await one(ada, "2030-12-30") == (
        "not sent",
        "due at 09:00 (America/New_York), but paused since 2026-11-19 10:00:00 (paused by ada)",
    )
    assert await one(ada, "2030-12-31") == (
        "not due",
        "not due on Tuesday 2030-12-31; next on Monday 2031-01-06 at 09:00; "
        "paused since 2026-11-19 10:00:00 (paused by ada)",
    )


async def test_it_did_not_exist_yet_or_was_another_one(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    there = await planned(ada)
    verdict, answer = await one(ada, "2020-01-06")
    assert verdict == "not due"
    assert answer.startswith("not there yet: it was saved at ")

    saved = datetime(2020, 1, 1, tzinfo=UTC)
    await set_state(api, there["id"], created_at=saved, updated_at=saved + timedelta(days=9))
    verdict, answer = await one(ada, "2020-01-06")
    assert verdict == "not sent"
    assert "it was changed at 2020-01-09 19:00:00" in answer


async def test_it_is_about_who_was_on_the_list_then(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    there = await planned(ada)
    run_id = await fired(api, studio, ada, there, **COMPLETED)
    await deliver(api, run_id, status=DeliveryStatus.SENT, finished_at=COMPLETED["completed_at"])
    other = [{**SOMEONE, "to": "other@example.com"}]
    await ada.patch(
        f"{SCHEDULES}/{there['id']}", json={"deliver_to": other}, headers={"If-Match": "*"}
    )

    assert (await one(ada))[0] == "sent", "who was taken off the list since got it then"
    (entry,) = await told(ada, recipient="other@example.com")
    assert entry["answer"] == f"{BEGAN}, and this recipient was not on its list then"
    assert await told(ada, recipient="nobody@example.com") == []


async def test_a_run_by_hand_is_told_beside_the_fire(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    there = await planned(ada)
    run_id = (await ada.post(f"{SCHEDULES}/{there['id']}/run")).json()["id"]
    await api.change(
        run_id, created_at=datetime(2026, 11, 17, 3, 0, tzinfo=UTC), status=RunStatus.RENDERING
    )

    monday = [entry["answer"] for entry in await told(ada)]
    tuesday = [entry["answer"] for entry in await told(ada, "2026-11-17")]

    by_hand = "by hand by ada at 2026-11-16 22:00:00"
    assert monday[0] == f"fired {by_hand}; its report is under way (rendering)"
    assert by_hand not in " ".join(tuesday), "by the schedule's own clock it was Monday still"


async def test_others_learn_nothing(ada: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    await planned(ada)
    assert await told(stranger) == []


@pytest.mark.parametrize("day", ["20.11.2026", "2026-02-30", "tomorrow", ""])
async def test_what_is_no_day_is_refused(day: str, ada: httpx.AsyncClient) -> None:
    answer = await ada.get("/api/v1/why", params={"recipient": "a@example.com", "date": day})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "date"
