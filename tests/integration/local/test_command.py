"""`broadsheet up --detach`, `status`, `down`, with the five real services."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from deploy.local.places import CHECKOUT
from deploy.local.stack import SERVICES

_READY_SECONDS = 60.0  # generous: the limits are measured, not tested on a shared machine


class Command:
    """`broadsheet` with a state folder of its own."""

    def __init__(self, state_dir: Path) -> None:
        self._environment = {**os.environ, "BROADSHEET_STATE_DIR": str(state_dir)}

    def __call__(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=CHECKOUT,
            env=self._environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self("status", "--json").stdout)
        return status


@pytest.fixture(scope="module")
def broadsheet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """Another one: it is started wrongly at first, then beside the one that is up."""
    command = Command(tmp_path_factory.mktemp("another"))
    yield command
    command("down")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """One that is up: of two starts at once, the one that was not refused."""
    command = Command(tmp_path_factory.mktemp("running"))
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda _: command("up", "--detach"), range(2)))
    try:
        assert sorted(ended.returncode for ended in both) == [0, 1], [one.stderr for one in both]
        refused = next(ended for ended in both if ended.returncode)
        assert "already runs" in refused.stderr
        yield command
    finally:
        command("down")


def test_of_two_starts_at_once_one_is_told_when_all_five_processes_are_ready(
    running: Command,
) -> None:
    status = running.status()
    assert set(status["services"]) == set(SERVICES)
    assert {service["health"] for service in status["services"].values()} == {"ready"}
    assert len({service["pid"] for service in status["services"].values()}) == 5

    request = urllib.request.Request(
        f"{status['api_url']}/api/v1/settings",  # for administrators alone
        headers={"Authorization": f"Bearer {status['token']}"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def test_a_service_that_is_killed_comes_back(running: Command) -> None:
    status = running.status()
    first = status["services"]["scheduler"]["pid"]
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + _READY_SECONDS
    scheduler = status["services"]["scheduler"]
    while time.monotonic() < deadline and (
        scheduler["restarts"] == 0 or scheduler["health"] != "ready"
    ):
        time.sleep(0.5)  # each look is a process of its own
        scheduler = running.status()["services"]["scheduler"]
    assert scheduler["restarts"] == 1
    assert scheduler["health"] == "ready"
    assert scheduler["pid"] != first


def test_a_stack_that_cannot_start_says_why_and_leaves_nothing(
    broadsheet: Command,
) -> None:
    failed = broadsheet("up", "--detach", BROADSHEET_LEASE_SECONDS="soon")
    assert failed.returncode == 1
    assert "BROADSHEET_LEASE_SECONDS: give a number" in failed.stderr
    assert broadsheet("down").stdout == "nothing runs here\n"


def test_in_the_foreground_it_says_a_line_per_service_and_ends_with_ctrl_c_beside_another(
    broadsheet: Command, running: Command
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", "up"],
        cwd=CHECKOUT,
        env=broadsheet._environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as foreground:
        try:
            assert foreground.stdout is not None
            said = list(iter(foreground.stdout.readline, "Ctrl-C stops everything.\n"))
            mine, theirs = broadsheet.status(), running.status()
            foreground.send_signal(signal.SIGINT)
            rest = foreground.stdout.read()
            assert foreground.wait(30) == 0
        finally:
            foreground.kill()
    said += rest.splitlines(keepends=True)  # a line may come a moment after what it tells of
    for name in SERVICES:
        assert any(name in line.split() and "ready" in line for line in said), "".join(said)
        assert mine["services"][name]["pid"] != theirs["services"][name]["pid"]
        assert not Path(f"/proc/{mine['services'][name]['pid']}").exists()
    assert mine["api_url"] != theirs["api_url"]
    assert rest.rstrip().endswith("stopped")
    assert broadsheet("status").returncode == 1
    assert {service["health"] for service in running.status()["services"].values()} == {"ready"}


def test_down_leaves_no_process(running: Command) -> None:
    services = running.status()["services"].values()
    assert running("down").stdout == "stopping\nstopped\n"
    assert running("status").returncode == 1
    assert not any(Path(f"/proc/{service['pid']}").exists() for service in services)
