"""Real service processes for tests: started, killed, paused, and always cleaned up.

with Fleet(infra, tmp_path) as fleet:
    fleet.start_all("aggregator", "renderer", "scheduler")
    fleet["aggregator"].kill()
    fleet.start("aggregator")
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.places import CHECKOUT
from deploy.local.processes import last_lines

SERVICES = ("aggregator", "renderer", "mailer", "scheduler", "api")

IMPATIENT = {
    "BROADSHEET_LEASE_SECONDS": "2",
    "BROADSHEET_AMQP_HEARTBEAT_SECONDS": "3",
    "BROADSHEET_RETRY_BASE_SECONDS": "0.2",
    "BROADSHEET_DELIVERY_RETRY_BASE_SECONDS": "0.2",
    "BROADSHEET_REAPER_TICK_SECONDS": "0.3",
    "BROADSHEET_OUTBOX_SWEEP_SECONDS": "0.3",
    "BROADSHEET_SCHEDULE_TICK_SECONDS": "0.3",
    "BROADSHEET_GAUGE_TICK_SECONDS": "0.3",
    "BROADSHEET_HEARTBEAT_SECONDS": "0.5",
}
"""What takes half a minute in production takes two seconds here."""

PATIENCE = 90.0
"""Seconds that a process may need where others want the processors, too; usual is one or two."""


_TEMPLATE = multiprocessing.get_context("forkserver")
_TEMPLATE.set_forkserver_preload([__name__, *(f"services.{name}.app" for name in SERVICES)])
"""A process that has imported the services, for those of the tests to be forked from: importing is
most of what starting one costs, and some tests start dozens. What `make run` starts is tested
with `broadsheet up`."""


def _become(command: list[str], environment: Mapping[str, str], log: str) -> None:
    """Be `python -m COMMAND` with that environment, in a session of its own."""
    os.setsid()
    os.chdir(CHECKOUT)
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
        stream.reconfigure(write_through=True)  # type: ignore[union-attr]
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    module, *arguments = command
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


class ServiceProcess:
    """One process of one service."""

    def __init__(
        self, name: str, command: list[str], environment: Mapping[str, str], log: Path
    ) -> None:
        self.name = name
        self.log = log
        self.environment = dict(environment)
        self.port = int(environment["BROADSHEET_HTTP_PORT"])
        self._process = _TEMPLATE.Process(target=_become, args=(command, environment, str(log)))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def __repr__(self) -> str:
        return f"<{self.name}, process {self.pid}, log:\n{last_lines(self.log, 25)}>"

    @property
    def url(self) -> str:
        """Where it answers HTTP."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.is_alive()

    def wait_until_ready(self, seconds: float = PATIENCE) -> None:
        """Return once `/health/ready` says so."""

        def ready() -> bool:
            assert self.runs, f"ended while it started: {self!r}"
            try:
                answer = httpx.get(f"{self.url}/health/ready", trust_env=False, timeout=5)
            except httpx.TransportError:
                return False
            return answer.status_code == 200

        assert _within(seconds, ready), f"not ready after {seconds} s: {self!r}"

    def wait_for_end(self, seconds: float = PATIENCE) -> int:
        """The exit status; negative is the signal that ended it."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise AssertionError(f"still runs after {seconds} s: {self!r}")
        return self._process.exitcode

    def kill(self) -> None:
        """SIGKILL: no last words."""
        self._process.kill()
        self._process.join()

    def pause(self) -> None:
        """SIGSTOP: as a machine that swaps, or a virtual one that is moved."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: goes on as if nothing had happened."""
        os.kill(self.pid, signal.SIGCONT)

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        self._process.terminate()

    def stop(self, seconds: float = 15.0) -> float:
        """SIGTERM, and how many seconds the end took."""
        began = time.monotonic()
        self.ask_to_stop()
        self.wait_for_end(seconds)
        return time.monotonic() - began

    def clean_up(self) -> None:
        """End it and whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.kill()


class Fleet:
    """The processes of one test or of many, on one broker and one database."""

    def __init__(
        self, infra: LocalInfrastructure, logs: Path, overrides: Mapping[str, str] = IMPATIENT
    ) -> None:
        self._infra = infra
        self._logs = logs
        self._overrides = dict(overrides)
        self._all: list[ServiceProcess] = []
        self._latest: dict[str, ServiceProcess] = {}

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._all:
            process.clean_up()

    def __getitem__(self, service: str) -> ServiceProcess:
        """The latest process of that service."""
        return self._latest[service]

    def __iter__(self) -> Iterator[ServiceProcess]:
        return iter(process for process in self._all if process.runs)

    def start(
        self,
        service: str,
        overrides: Mapping[str, str] | None = None,
        *,
        module: str | None = None,
        wait: bool = True,
    ) -> ServiceProcess:
        """Start one more process of a service; `overrides` are environment variables.

        `module` is run instead of the service's own, with the service's name as argument.
        """
        process = ServiceProcess(
            service,
            [module, service] if module else [f"services.{service}"],
            {
                **self._infra.env_for(service),
                **self._overrides,
                "BROADSHEET_HTTP_PORT": str(free_port()),
                **(overrides or {}),
            },
            self._logs / f"{service}-{len(self._all)}.log",
        )
        self._all.append(process)
        self._latest[service] = process
        if wait:
            process.wait_until_ready()
        return process

    def start_all(
        self,
        *services: str,
        overrides: Mapping[str, str] | None = None,
        module: str | None = None,
    ) -> None:
        """Start one process of each at once, and wait for all."""
        started = [
            self.start(service, overrides, module=module, wait=False)
            for service in services or SERVICES
        ]
        for process in started:
            process.wait_until_ready()

    def logs(self) -> list[Path]:
        """What each process has written so far."""
        return sorted(self._logs.glob("*.log"))

    def last_words(self) -> str:
        """The ends of all logs, for a failure's report."""
        return "\n".join(repr(process) for process in self._all)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _within(seconds: float, fact: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True
