"""A supervised process is started, watched and started again."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.places import Places
from deploy.local.ports import Ports
from deploy.local.supervised import Command, Health, Supervised, restart_delay

SERVER = """
import http.server, os
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if os.path.exists(os.environ["SICK"]) else 200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()
"""


class Heard:
    """What the supervisor said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, process: Supervised, line: str) -> None:
        self.lines.append(f"{process.health}: {line}")


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def server(tmp_path: Path, heard: Heard) -> Iterator[Supervised]:
    port = Ports(Places(tmp_path)).get("dummy")
    environment = {**os.environ, "PORT": str(port), "SICK": str(tmp_path / "sick")}
    command = Command("dummy", [sys.executable, "-c", SERVER], environment, port)
    process = Supervised(command, tmp_path / "dummy.log", heard)
    process.start()
    yield process
    process.stop()


def _wait_for(process: Supervised, health: Health) -> None:
    deadline = time.monotonic() + 10
    while process.health is not health and time.monotonic() < deadline:
        time.sleep(0.02)
    assert process.health is health


def test_a_killed_process_is_back_with_another_pid_and_that_is_said(
    server: Supervised, heard: Heard
) -> None:
    assert server.wait_ready(10)
    first = server.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    _wait_for(server, Health.RESTARTING)
    assert server.wait_ready(10)
    assert server.pid not in (None, first)
    assert server.restarts == 1
    assert any("killed by signal 9" in line and "again in 0.2 s" in line for line in heard.lines)


def test_a_process_that_says_it_is_not_ready_is_left_running(
    server: Supervised, tmp_path: Path
) -> None:
    assert server.wait_ready(10)
    first = server.pid
    (tmp_path / "sick").touch()
    _wait_for(server, Health.UNREADY)
    (tmp_path / "sick").unlink()
    _wait_for(server, Health.READY)
    assert server.pid == first


def test_a_stopped_process_is_not_started_again_until_asked(server: Supervised) -> None:
    assert server.wait_ready(10)
    server.stop()
    assert server.pid is None
    assert server.health is Health.STOPPED
    server.start()
    assert server.wait_ready(10)
    assert server.restarts == 0


def test_the_reason_why_it_is_not_ready_quotes_its_log(tmp_path: Path, heard: Heard) -> None:
    words = [sys.executable, "-c", "raise SystemExit('the settings are wrong')"]
    process = Supervised(Command("dummy", words, os.environ, 1), tmp_path / "log", heard)
    process.start()
    assert not process.wait_ready(0.5)
    assert "the settings are wrong" in process.explain()
    process.stop()


def test_the_delay_doubles_from_a_fifth_of_a_second_to_half_a_minute() -> None:
    delays = [restart_delay(deaths) for deaths in range(1, 11)]
    assert delays == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]
