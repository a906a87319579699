"""What the scheduler tells of its jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.routing import Route

from shared.housekeeping import Housekeeping


async def told(housekeeping: Housekeeping) -> dict[str, Any]:
    app = Starlette(routes=[Route("/housekeeping", housekeeping.answer)])
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://scheduler.test") as client:
        jobs: dict[str, Any] = (await client.get("/housekeeping")).json()["jobs"]
    return jobs


async def three() -> int:
    return 3


async def broken() -> int:
    raise ConnectionError("the store is away")


def metric(name: str, job: str) -> float | None:
    return REGISTRY.get_sample_value(f"broadsheet_housekeeping_{name}", {"job": job})


async def test_a_job_that_has_not_run_is_told_of_too() -> None:
    housekeeping = Housekeeping()
    housekeeping.add("files", "runs", 60)

    assert (await told(housekeeping))["files"] == {
        "what": "runs",
        "every_seconds": 60,
        "last_run": None,
        "seconds": None,
        "did": None,
        "did_in_all": 0,
        "error": None,
    }


async def test_when_a_job_ran_how_long_and_what_it_did() -> None:
    housekeeping = Housekeeping()
    housekeeping.add("counted", "things", 1)
    await housekeeping.run("counted", three)
    await housekeeping.run("counted", three)

    job = (await told(housekeeping))["counted"]
    assert (job["did"], job["did_in_all"], job["error"]) == (3, 6, None)
    assert datetime.fromisoformat(job["last_run"]).timestamp() == metric(
        "last_run_timestamp_seconds", "counted"
    )
    assert 0 <= job["seconds"] < 5
    assert metric("done_total", "counted") == 6


async def test_a_failure_is_told_until_the_job_ends_well_again() -> None:
    housekeeping = Housekeeping()
    housekeeping.add("shaky", "things", 1)
    await housekeeping.run("shaky", three)
    before = (await told(housekeeping))["shaky"]
    await housekeeping.run("shaky", broken)

    failed = (await told(housekeeping))["shaky"]
    assert failed == before | {"error": "ConnectionError('the store is away')"}
    assert metric("failed_total", "shaky") == 1
    await housekeeping.run("shaky", three)
    assert (await told(housekeeping))["shaky"]["error"] is None
