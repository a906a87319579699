"""One supervised process: started, watched, and started again when it dies."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from deploy.local.places import CHECKOUT
from deploy.local.processes import last_lines, spawn, stop_child

GRACE_SECONDS = 15.0
"""Between SIGTERM and SIGKILL: a service is done within ten, on a machine that is not too busy."""
_POLL_SECONDS = 0.1
_CHECK_SECONDS = 2.0
_FIRST_DELAY = 0.2
_LONGEST_DELAY = 30.0
_SOUND_AFTER_SECONDS = 60.0


class Health(StrEnum):
    """How a supervised process does."""

    STARTING = "starting"  # it runs, and was not ready yet
    READY = "ready"  # /health/ready answers 200
    UNREADY = "unready"  # it runs and was ready before, but /health/ready does not answer 200
    RESTARTING = "restarting"  # it died and will be started again
    STOPPED = "stopped"  # it was told to stop, or never started


@dataclass(frozen=True)
class Command:
    """What to run: a name for people, the words, its environment, where its health answers."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    http_port: int
    ready_path: str = "/health/ready"


def restart_delay(deaths_in_a_row: int) -> float:
    """Seconds before a start after the n-th death in a row: 0.2, 0.4, 0.8 … at most 30."""
    return min(_FIRST_DELAY * 2.0 ** min(deaths_in_a_row - 1, 16), _LONGEST_DELAY)


class Supervised:
    """A process and the thread that watches over it.

    `on_change` is called, from that thread, with a line for people whenever pid or health
    changed.
    """

    def __init__(
        self, command: Command, log: Path, on_change: Callable[[Supervised, str], None]
    ) -> None:
        self.command = command
        self.log = log
        self.health = Health.STOPPED
        self.restarts = 0
        self.misconfigured = False
        """Whether it ended last because of its settings: it would end so again."""
        self._on_change = on_change
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._grace_seconds = GRACE_SECONDS
        self._thread: threading.Thread | None = None

    @property
    def name(self) -> str:
        """The name for people."""
        return self.command.name

    @property
    def pid(self) -> int | None:
        """The process' id while it lives."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def start(self) -> None:
        """Start it and watch over it until `stop`."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._watch, name=f"watch-{self.name}", daemon=True)
        self._thread.start()

    def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """SIGTERM, up to `grace_seconds`, SIGKILL; returns when it is gone."""
        self._grace_seconds = grace_seconds
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self.health is not Health.STOPPED:
            self._change(Health.STOPPED, "stopped")

    def wait_ready(self, timeout_seconds: float) -> bool:
        """Wait until it is ready; False when it is not within the time."""
        deadline = time.monotonic() + timeout_seconds
        while self.health is not Health.READY and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS / 2)
        return self.health is Health.READY

    def explain(self) -> str:
        """Why it is not ready, as far as its log tells."""
        return f"{self.name} is {self.health}; {self.log} ends with\n{last_lines(self.log)}"

    def _watch(self) -> None:
        deaths = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            code = self._live_once(began)
            if self._stopping.is_set():
                return
            lived = time.monotonic() - began
            deaths = 1 if lived > _SOUND_AFTER_SECONDS else deaths + 1
            delay = restart_delay(deaths)
            self.restarts += 1
            self.misconfigured = code == os.EX_CONFIG
            end = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
            self._change(
                Health.RESTARTING,
                f"{end} after {lived:.1f} s; starts again in {delay:.1f} s (log: {self.log})",
            )
            self._stopping.wait(delay)

    def _live_once(self, began: float) -> int:
        """Start it and follow its health until it ends; its exit code."""
        process = spawn(self.command.words, self.command.environment, self.log, cwd=CHECKOUT)
        self._process = process
        self._change(Health.STARTING, f"starting, pid {process.pid}")
        next_check = began
        # Only this thread starts and stops the process: nothing can slip in between the two.
        while (code := process.poll()) is None:
            if self._stopping.wait(_POLL_SECONDS):
                stop_child(process, grace_seconds=self._grace_seconds)
            elif time.monotonic() >= next_check:
                self._note_health(self._is_ready(), began)
                wait = _POLL_SECONDS if self.health is Health.STARTING else _CHECK_SECONDS
                next_check = time.monotonic() + wait
        return code

    def _note_health(self, ready: bool, began: float) -> None:
        if ready and self.health is not Health.READY:
            took = (
                f" after {time.monotonic() - began:.1f} s" if self.health is Health.STARTING else ""
            )
            self._change(Health.READY, f"ready{took}, port {self.command.http_port}")
        elif not ready and self.health is Health.READY:
            self._change(Health.UNREADY, f"runs but is not ready (log: {self.log})")

    def _is_ready(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.command.http_port, timeout=2)
        try:
            connection.request("GET", self.command.ready_path)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _change(self, health: Health, line: str) -> None:
        self.health = health
        self._on_change(self, line)


def service_words(service: str) -> list[str]:
    """How one of the five services is started.

    The api runs at normal priority and the workers below it: on a machine whose cores are
    all busy rendering, a request must still be accepted within 100 ms.
    """
    words = [sys.executable, "-m", f"services.{service}"]
    return words if service == "api" else ["nice", "-n", "10", *words]
