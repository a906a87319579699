"""The five services as processes that can be doomed, and restored between tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local.infrastructure import LocalInfrastructure
from tests.faults.mortal_service import VARIABLE, Doom, Moment
from tests.post_office import PostOffice
from tests.processes import IMPATIENT, SERVICES, Fleet, ServiceProcess

MORTAL = "tests.faults.mortal_service"


class MortalFleet(Fleet):
    """A fleet in which each service's latest process can be told where to die."""

    def __init__(self, infra: LocalInfrastructure, logs: Path, post: PostOffice) -> None:
        here = {
            "BROADSHEET_SMTP_PORT": str(post.port),
            # Where the tests' own servers are, for destinations.
            "BROADSHEET_EGRESS_ALLOW": "127.0.0.1",
        }
        super().__init__(infra, logs, IMPATIENT | here)
        self._dooms = logs / "dooms"
        self._altered: set[ServiceProcess] = set()

    def start(
        self,
        service: str,
        overrides: Mapping[str, str] | None = None,
        *,
        module: str | None = None,
        wait: bool = True,
    ) -> ServiceProcess:
        """Start a mortal process."""
        self._dooms.mkdir(parents=True, exist_ok=True)
        process = super().start(
            service,
            {VARIABLE: str(self._doom_file(service)), **(overrides or {})},
            module=module or MORTAL,
            wait=wait,
        )
        if overrides:
            self._altered.add(process)
        return process

    def replace(self, service: str, overrides: Mapping[str, str]) -> ServiceProcess:
        """End the service's process and start one that is set otherwise, for this test."""
        self[service].kill()
        return self.start(service, overrides)

    def doom(self, service: str, moment: Moment, mark: str) -> ServiceProcess:
        """Every process of the service dies there, until `spare`."""
        Doom(moment, mark).write(self._doom_file(service))
        return self[service]

    def spare(self, service: str) -> None:
        """Nothing happens to it any more."""
        self._doom_file(service).unlink(missing_ok=True)

    @asynccontextmanager
    async def restarting(
        self, *services: str, overrides: Mapping[str, str] | None = None
    ) -> AsyncIterator[None]:
        """Start the services anew whenever they die, as a supervisor does."""

        async def watch() -> None:
            while True:
                for service in services:
                    if not self[service].runs:
                        self.start(service, overrides, wait=False)
                await asyncio.sleep(0.1)

        watching = asyncio.create_task(watch())
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def restore(self, *, wait: bool = True) -> None:
        """One unharmed process of each service, set as usual."""
        for service in SERVICES:
            self.spare(service)
        for process in self:
            if process is not self[process.name] or process in self._altered:
                process.clean_up()
            else:
                process.resume()  # where a test failed before it did so itself
        for service in SERVICES:
            if not self[service].runs:
                self.start(service, wait=False)
        # All of them: a test may have ended while one that it started was still on its way.
        for process in self if wait else ():
            process.wait_until_ready()

    def _doom_file(self, service: str) -> Path:
        return self._dooms / service
