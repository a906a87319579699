"""Child processes that outlive a crash of their parent and can still be told apart and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Identity:
    """A process beyond doubt: numbers are reused, a number with its start time is not."""

    pid: int
    started: str
    """Boot id and clock ticks since that boot."""

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """The identity of a live process; None when there is none (a zombie is none)."""
        try:
            # The command's name may hold spaces and brackets; what follows it does not.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        if fields[0] in "ZX":
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return cls(pid, f"{boot}/{fields[19]}")

    def alive(self) -> bool:
        """Whether this very process still runs."""
        return Identity.of(self.pid) == self

    def stop(self, polite: signal.Signals, grace_seconds: float) -> None:
        """Ask it to end, wait, then kill it. Works for processes that are not our children."""
        for number, patience in ((polite, grace_seconds), (signal.SIGKILL, 5.0)):
            if not self.alive():
                return
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return
            deadline = time.monotonic() + patience
            while self.alive() and time.monotonic() < deadline:
                time.sleep(0.02)


def spawn(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    log: Path,
    *,
    cwd: Path,
    user: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, what it says appended to `log`.

    A session of its own, because Ctrl-C in a terminal goes to the whole foreground group
    while the supervisor wants to end its processes in order. The log is moved aside when it
    has grown beyond 10 MB, so that at most twice that is kept.
    """
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )


def stop_child(
    child: subprocess.Popen[bytes],
    polite: signal.Signals = signal.SIGTERM,
    grace_seconds: float = 10.0,
) -> None:
    """Ask a child to end, wait, then kill it; it is reaped in any case."""
    if child.poll() is None:
        child.send_signal(polite)
        try:
            child.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


def last_lines(log: Path, count: int = 8) -> str:
    """The end of a log, indented, for an error message."""
    if not log.exists():
        return "    (no log)"
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 16_384))
        lines = stream.read().decode(errors="replace").splitlines()[-count:]
    return "\n".join(f"    {line[:300]}" for line in lines) or "    (nothing was logged)"
