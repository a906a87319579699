"""Runs a command so that nothing which it started outlives it: `python -m tests.guarded COMMAND`.

Brokers, databases and services run in sessions of their own, and a test session that is killed
does not get to stop them. This process adopts what becomes an orphan below it
(PR_SET_CHILD_SUBREAPER, prctl(2)). Once the command has ended, however it did, what is left may
end by itself for a while, as workers of pytest-xdist do that stop what they started; then it is
killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
GRACE_SECONDS = 25.0
"""pytest-xdist gives its workers fifteen, and each of them stops a broker and a database."""


def run(command: Sequence[str], grace_seconds: float = GRACE_SECONDS) -> int:
    """The command's exit status, as a shell tells it."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def stop(number: int, _frame: object) -> None:
        # Ctrl-C goes to all that stand in front in a terminal; TERM came to us alone.
        if number == signal.SIGTERM and child is not None:
            for pid in (child.pid, *_children(child.pid)):
                with contextlib.suppress(ProcessLookupError):
                    if os.getpgid(pid) == os.getpgrp():
                        os.kill(pid, signal.SIGINT)

    child: subprocess.Popen[bytes] | None = None
    # Handlers, because what is ignored stays ignored in the command: it could not be interrupted.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    child = subprocess.Popen(
        command,
        # So that not even killing this process leaves the command behind.
        preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0),
    )
    status = child.wait()
    end_orphans(grace_seconds)
    return status if status >= 0 else 128 - status


def end_orphans(grace_seconds: float) -> None:
    """Wait for what was adopted, then kill it, and what that leaves behind."""
    kill_from = time.monotonic() + grace_seconds
    while orphans := _children(os.getpid()):
        if time.monotonic() > kill_from:
            for pid in orphans:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        time.sleep(0.05)


def _children(parent: int) -> list[int]:
    """Of the parent's first thread; none where it has ended."""
    try:
        return [
            int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        ]
    except OSError:
        return []


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
