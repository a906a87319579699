"""`make test` leaves no process behind, whatever ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.places import CHECKOUT

# As a test session: it starts something in a session of its own, which has a child, and waits.
STARTS = """
import subprocess, sys, time
server = subprocess.Popen(["sh", "-c", "sleep 600 & echo $!; wait"], start_new_session=True,
                          stdout=subprocess.PIPE)
try:
    print(server.pid, server.stdout.readline().decode().strip(), flush=True)
    time.sleep(600)
except KeyboardInterrupt:
    sys.exit(7)
"""
GUARDED = "import sys; from tests.guarded import run; sys.exit(run(sys.argv[1:], 0.5))"


def guarded() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", GUARDED, sys.executable, "-c", STARTS],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # As in the background of a shell script.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def to_the_session(guard: int, session: int) -> None:
    os.kill(session, signal.SIGKILL)


def to_the_guard(guard: int, session: int) -> None:
    os.kill(guard, signal.SIGTERM)


def to_all_in_front(guard: int, session: int) -> None:
    os.killpg(guard, signal.SIGINT)


@pytest.mark.parametrize(
    ("end", "status"), [(to_the_session, 128 + 9), (to_the_guard, 7), (to_all_in_front, 7)]
)
def test_whatever_ends_the_tests_nothing_that_they_started_is_left(
    end: Callable[[int, int], None], status: int
) -> None:
    guard = guarded()
    assert guard.stdout is not None
    started = [int(pid) for pid in guard.stdout.readline().split()]
    assert len(started) == 2
    assert all(map(runs, started))
    (session,) = map(int, Path(f"/proc/{guard.pid}/task/{guard.pid}/children").read_text().split())
    end(guard.pid, session)
    assert guard.wait(30) == status
    until = time.monotonic() + 5
    while any(map(runs, [session, *started])):
        assert time.monotonic() < until
        time.sleep(0.05)
    guard.stdout.close()
