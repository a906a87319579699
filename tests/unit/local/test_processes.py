"""Processes are told apart beyond doubt, and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.local.processes import Identity, last_lines, spawn, stop_child

_SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
_STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('deaf', flush=True); time.sleep(60)",
]


def test_a_reused_pid_is_not_the_process_that_had_it_before() -> None:
    me = Identity.of(os.getpid())
    assert me is not None
    assert me.alive()
    assert not Identity(me.pid, "another-boot/1").alive()


def test_a_process_that_ended_but_was_not_waited_for_does_not_count_as_alive() -> None:
    child = subprocess.Popen(["true"])
    identity = Identity.of(child.pid)
    deadline = time.monotonic() + 5
    while Identity.of(child.pid) is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert Identity.of(child.pid) is None
    assert identity is None or not identity.alive()
    child.wait()


def test_a_process_deaf_to_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    log = tmp_path / "deaf.log"
    child = spawn(_STUBBORN, os.environ, log, cwd=tmp_path)
    while not log.stat().st_size:
        time.sleep(0.01)
    stop_child(child, grace_seconds=0.2)
    assert child.returncode == -signal.SIGKILL


def test_an_orphan_is_stopped_by_its_identity(tmp_path: Path) -> None:
    child = spawn(_SLEEPER, os.environ, tmp_path / "log", cwd=tmp_path)
    identity = Identity.of(child.pid)
    assert identity is not None
    identity.stop(signal.SIGTERM, 5)
    assert not identity.alive()
    child.wait()


def test_a_log_that_grew_large_is_moved_aside_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    log.write_bytes(b"x" * 10_000_001)
    spawn(["true"], os.environ, log, cwd=tmp_path).wait()
    assert log.stat().st_size == 0
    assert (tmp_path / "service.log.1").stat().st_size == 10_000_001


def test_an_error_message_shows_the_end_of_the_log_only(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    log.write_text("\n".join(f"line {number}" for number in range(100)))
    assert last_lines(log, 2) == "    line 98\n    line 99"
