"""Pausing, resuming, running and handing over schedules, one and many; and their executions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import insert, update

from shared.states import OccurrenceStatus, RunStatus, ScheduleState
from shared.store import tables
from tests.integration.api.test_schedules import SCHEDULES, planned
from tests.running_api import RunningApi
from tests.tenants import Tenant

MONDAY = datetime(2026, 11, 16, 9, 0)  # noqa: DTZ001 - a wall clock's reading


async def set_state(api: RunningApi, schedule_id: str, **values: Any) -> None:
    """As the scheduler would."""
    async with api.admin.begin() as connection:
        await connection.execute(
            update(tables.schedules)
            .where(tables.schedules.c.id == UUID(schedule_id))
            .values(values)
        )


async def occur(
    api: RunningApi, tenant: Tenant, schedule_id: str, nominal: datetime, **values: Any
) -> None:
    """Write down what became of a fire, as the scheduler would; New York is five hours behind."""
    async with api.admin.begin() as connection:
        await connection.execute(
            insert(tables.occurrences).values(
                tenant_id=tenant.id,
                schedule_id=UUID(schedule_id),
                nominal_local_time=nominal,
                due_at=nominal.replace(tzinfo=UTC) + timedelta(hours=5),
                **values,
            )
        )


async def test_pausing_and_resuming(ada: httpx.AsyncClient) -> None:
    there = await planned(ada)
    url = f"{SCHEDULES}/{there['id']}"

    paused = (await ada.post(f"{url}/pause")).json()
    again = (await ada.post(f"{url}/pause")).json()
    resumed = (await ada.post(f"{url}/resume")).json()

    assert (paused["state"], paused["state_reason"]) == ("paused", "paused by ada")
    assert paused["state_since"] > there["state_since"]
    assert again == paused
    assert (resumed["state"], resumed["state_reason"]) == ("active", None)
    assert resumed["state_since"] > paused["state_since"]
    preview = (await ada.get(f"{url}/preview?n=1")).json()
    assert preview["state"] == "active"


async def test_one_that_was_disabled_is_resumed_with_a_clean_record(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    url = f"{SCHEDULES}/{(there := await planned(ada))['id']}"
    await set_state(
        api, there["id"], state=ScheduleState.DISABLED, state_reason="failed 5 times", failures=5
    )

    disabled = (await ada.get(url)).json()
    assert disabled["state_since"] > there["state_since"], "whoever changes the state"
    assert (await ada.post(f"{url}/pause")).status_code == 409
    resumed = (await ada.post(f"{url}/resume")).json()
    assert (resumed["state"], resumed["failures"]) == ("active", 0)


async def test_one_that_has_ended_goes_on_with_another_cadence(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    url = f"{SCHEDULES}/{(there := await planned(ada))['id']}"
    await set_state(api, there["id"], state=ScheduleState.ENDED)

    assert (await ada.post(f"{url}/resume")).status_code == 409
    longer = {"cadence": there["cadence"] | {"time": "10:00"}}
    changed = await ada.patch(url, json=longer, headers={"If-Match": "*"})
    assert changed.json()["state"] == "active"


async def test_what_was_held_goes_on_once_it_is_handed_over(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    async with api.client(studio, role="author", sub="eve") as eve:
        url = f"{SCHEDULES}/{(there := await planned(eve))['id']}"
    await ada.put("/api/v1/members/eve", json={"role": "author", "active": False})
    await ada.put("/api/v1/members/bob", json={"role": "author"})
    await ada.put("/api/v1/members/vic", json={"role": "viewer"})
    await set_state(api, there["id"], state=ScheduleState.HELD, state_reason="eve is inactive")

    for path, sent, status in (
        ("resume", None, 409),
        ("transfer", {"to": "nobody"}, 422),
        ("transfer", {"to": "vic"}, 422),
        ("transfer", {"to": "eve"}, 422),
    ):
        refused = await ada.post(f"{url}/{path}", json=sent)
        assert refused.status_code == status, refused.text
    handed = (await ada.post(f"{url}/transfer", json={"to": "bob"})).json()

    assert (handed["owner"], handed["state"], handed["version"]) == ("bob", "active", 2)
    (*_, entry) = await api.audit(studio)
    assert (entry["action"], entry["details"]) == ("schedule.handed_over", {"to": "bob"})


async def test_authors_take_steps_with_their_own_and_admins_with_all(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    await ada.put("/api/v1/members/bob", json={"role": "author"})
    async with (
        api.client(studio, role="author", sub="bob") as bob,
        api.client(studio, role="author", sub="eve") as eve,
    ):
        there = await planned(bob)
        url = f"{SCHEDULES}/{there['id']}"
        steps: list[tuple[str, str, Any]] = [
            ("PATCH", "", {"jitter_seconds": 5}),
            ("POST", "/pause", None),
            ("POST", "/resume", None),
            ("POST", "/run", None),
            ("POST", "/transfer", {"to": "bob"}),
        ]
        for who, statuses in ((eve, {403}), (bob, {200, 202}), (ada, {200, 202})):
            for method, step, sent in steps:
                answer = await who.request(
                    method, f"{url}{step}", json=sent, headers={"If-Match": "*"}
                )
                assert answer.status_code in statuses, answer.text
        assert (await eve.delete(url)).status_code == 403
        assert (await eve.get(f"{url}/executions")).status_code == 200


async def test_many_at_once_each_by_itself(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    await ada.put("/api/v1/members/bob", json={"role": "author"})
    mine, missing = (await planned(ada))["id"], str(uuid4())
    async with api.client(studio, role="author", sub="bob") as bob:
        bobs = [(await planned(bob))["id"] for _ in range(2)]
        some = (await bob.post(f"{SCHEDULES}/pause", json={"ids": [*bobs, mine, missing]})).json()
    again = (await ada.post(f"{SCHEDULES}/pause", json={"ids": bobs[:1]})).json()
    resumed = (await ada.post(f"{SCHEDULES}/resume", json={"owner": "bob"})).json()
    handed = (await ada.post(f"{SCHEDULES}/transfer", json={"owner": "bob", "to": "ada"})).json()

    assert some["changed"] == bobs
    reasons = {entry["id"]: entry["reason"] for entry in some["unchanged"]}
    assert "admin" in reasons[mine]
    assert reasons[missing] == "there is no such schedule"
    assert again == {
        "changed": [],
        "unchanged": [{"id": bobs[0], "reason": "it is paused already"}],
    }
    assert sorted(resumed["changed"]) == sorted(handed["changed"]) == sorted(bobs)
    owners = {entry["owner"] for entry in (await ada.get(SCHEDULES)).json()["items"]}
    assert owners == {"ada"}


@pytest.mark.parametrize("which", [{}, {"ids": []}, {"ids": [str(uuid4())], "owner": "ada"}])
async def test_which_ones_are_meant_has_to_be_said(
    which: dict[str, Any], ada: httpx.AsyncClient
) -> None:
    assert (await ada.post(f"{SCHEDULES}/pause", json=which)).status_code == 422


async def test_a_run_by_hand_goes_to_the_recipients_and_is_marked(
    api: RunningApi, ada: httpx.AsyncClient
) -> None:
    there = await planned(ada, condition={"kind": "if_rows"})
    url = f"{SCHEDULES}/{there['id']}"
    await ada.post(f"{url}/pause")

    run = (await ada.post(f"{url}/run", headers={"Idempotency-Key": "now"})).json()
    again = (await ada.post(f"{url}/run", headers={"Idempotency-Key": "now"})).json()
    await api.finish(run["id"])
    (execution,) = (await ada.get(f"{url}/executions")).json()["items"]

    assert again["id"] == run["id"]
    assert (run["occasion"], run["schedule"]) == ("by_hand", there["id"])
    assert [delivery["to"] for delivery in run["deliveries"]] == ["someone@example.com"]
    assert (execution["run"], execution["occasion"]) == (run["id"], "by_hand")
    assert (execution["outcome"], execution["reason"]) == ("completed", "run by hand by ada")
    assert execution["deliveries"] == {"pending": 1}
    assert (await ada.get(url)).json()["state"] == "paused", "its own fires are left as they are"


async def test_runs_by_hand_count_towards_the_quota(ada: httpx.AsyncClient) -> None:
    await ada.patch("/api/v1/settings", json={"max_runs_per_hour": 1})
    there = await planned(ada)
    urls = [
        f"{SCHEDULES}/{there['id']}/run",
        f"/api/v1/definitions/{there['definition']['id']}/run",
    ]

    assert (await ada.post(urls[0])).status_code == 202
    assert (await ada.post(urls[0])).json()["type"] == "/problems/quota"
    assert (await ada.post(urls[1], json={})).json()["type"] == "/problems/quota"


async def test_executions_tell_what_became_of_each_fire_and_why(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    there = await planned(ada)
    url = f"{SCHEDULES}/{there['id']}"
    runs = [(await ada.post(f"{url}/run")).json()["id"] for _ in range(4)]
    error = {"code": "source_away", "message": "no answer", "stage": "aggregate", "service": "x"}
    figure = "Pass rate 93.1 % is not below 90 %"
    became: list[dict[str, Any]] = [
        {"status": RunStatus.COMPLETED},
        {"status": RunStatus.FAILED, "error": error},
        {"status": RunStatus.SKIPPED, "decision": {"holds": False, "figure": figure}},
        {"status": RunStatus.RENDERING},
    ]
    for run, values in zip(runs, became, strict=True):
        await api.change(run, occasion="schedule", **values)
    week = timedelta(days=7)
    fired: list[dict[str, Any]] = [
        {"status": OccurrenceStatus.FIRED, "run_id": UUID(run)} for run in runs
    ]
    others: list[dict[str, Any]] = [
        {"status": status, "reason": str(status).title()}
        for status in (
            OccurrenceStatus.MISSED,
            OccurrenceStatus.SKIPPED,
            OccurrenceStatus.HELD,
            OccurrenceStatus.WAITING,
        )
    ]
    for number, values in enumerate([*fired, *others]):
        await occur(api, studio, there["id"], MONDAY - number * week, **values)

    told, query = [], {"limit": "3"}
    while query.get("cursor", "begin"):
        page = (await ada.get(f"{url}/executions", params=query)).json()
        told += page["items"]
        query["cursor"] = page["next_cursor"]

    assert [(one["outcome"], one["reason"]) for one in told] == [
        ("completed", None),
        ("failed", "no answer (source_away)"),
        ("skipped", figure),
        ("running", None),
        ("missed", "Missed"),
        ("skipped", "Skipped"),
        ("held", "Held"),
        ("waiting", "Waiting"),
    ]
    assert told[0]["nominal_local_time"] == "2026-11-16T09:00:00"
    assert told[0]["due_at"] == "2026-11-16T14:00:00Z"
    (listed,) = (await ada.get(SCHEDULES)).json()["items"]
    assert listed["last"] == told[0], "the list says what became of it last"
    decided = (await ada.get(f"/api/v1/reports/{runs[2]}")).json()["decision"]
    assert decided == {"holds": False, "figure": figure}
