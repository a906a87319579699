"""What administrators see of services that were killed, stopped, and cannot use what they need."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from deploy.local.infrastructure import LocalInfrastructure
from shared.topology import QUEUE_NAMES
from tests.api_client import client
from tests.faults.mortal_fleet import MortalFleet
from tests.processes import IMPATIENT
from tests.tenants import Tenant

SILENT_AFTER = 3 * float(IMPATIENT["BROADSHEET_HEARTBEAT_SECONDS"]) + 5
"""Seconds, as docs/operations.md promises."""


class Services:
    """How they are, as an administrator is told."""

    def __init__(self, fleet: MortalFleet, infra: LocalInfrastructure, tenant: Tenant) -> None:
        self._fleet, self._infra, self._tenant = fleet, infra, tenant

    async def now(self) -> dict[str, Any]:
        url = self._fleet["api"].url
        async with client(self._infra, url, self._tenant.slug) as administrator:
            answer = await administrator.get("/services")
        told: dict[str, Any] = answer.raise_for_status().json()
        return told

    async def until(self, wanted: dict[str, str], seconds: float = 60) -> dict[str, Any]:
        """The answer once these services are in these states."""
        deadline = time.monotonic() + seconds
        while True:
            told = await self.now()
            states = {each["name"]: each["state"] for each in told["services"]}
            if wanted.items() <= states.items():
                return told
            assert time.monotonic() < deadline, states
            await asyncio.sleep(0.2)


async def test_killed_services_are_silent_stopped_ones_are_not_and_successors_are_ready(
    fleet: MortalFleet, infra: LocalInfrastructure, tenant: Tenant
) -> None:
    services = Services(fleet, infra, tenant)
    killed, stopped = fleet["mailer"], fleet["renderer"]
    await services.until(dict.fromkeys(("api", "scheduler", "mailer", "renderer"), "ready"))

    killed.kill()
    stopped.stop()
    told = await services.until({"mailer": "silent", "renderer": "stopped"}, SILENT_AFTER + 5)

    by_name = {each["name"]: each for each in told["services"]}
    (last,) = (
        each
        for each in by_name["mailer"]["instances"]
        if each["process"].endswith(f":{killed.pid}")
    )
    assert (last["state"], last["silent_after_seconds"]) == ("silent", SILENT_AFTER)

    fleet.start("mailer")
    told = await services.until({"mailer": "ready"})

    mailers = next(each for each in told["services"] if each["name"] == "mailer")["instances"]
    assert [each["state"] for each in mailers][:2] == ["ready", "silent"]


async def test_a_scheduler_tells_of_every_queue_and_of_what_it_did(
    fleet: MortalFleet, infra: LocalInfrastructure, tenant: Tenant
) -> None:
    services = Services(fleet, infra, tenant)
    deadline = time.monotonic() + 60
    while True:
        told = await services.until({"scheduler": "ready"})
        jobs = {job["name"]: job for job in told["jobs"] if job["service"] == "scheduler"}
        queues = told["queues"]
        seen = queues and {each["name"]: each["consumers"] for each in queues["queues"]}
        looked = {"schedules", "reaper", "outbox", "queue gauges"} <= {
            name for name, job in jobs.items() if job["state"] == "done"
        }
        if looked and seen and all(seen.values()):
            break
        assert time.monotonic() < deadline, told
        await asyncio.sleep(0.2)

    assert set(seen) == set(QUEUE_NAMES)
    assert jobs["files"]["state"] == "not_yet", "its time comes every ten minutes"
    assert told["outbox"]["due"] >= 0
