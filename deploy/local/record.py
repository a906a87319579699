"""The record of what runs (`stack.json`): for `status`, and to find what a crash left behind."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import threading
from dataclasses import asdict
from typing import IO, Any

from deploy.local.errors import StackError
from deploy.local.places import Places, write_private
from deploy.local.processes import Identity

# Services first, then what they use: the order in which orphans are stopped. The second
# figure is how many seconds a process has to end by itself.
_POLITE = {
    "rabbitmq": (signal.SIGTERM, 30.0),
    "epmd": (signal.SIGTERM, 1.0),
    # Postgres ends at once on SIGINT and waits for its clients on SIGTERM.
    "postgres": (signal.SIGINT, 20.0),
}


class Record:
    """The file, kept by the one supervisor that holds the lock of the state folder."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._guard = threading.Lock()
        self._lock: IO[str] | None = None
        self._content: dict[str, Any] = {}

    def take(self) -> None:
        """Become the supervisor of the folder; stops what an earlier one left when it crashed."""
        self._places.state_dir.mkdir(parents=True, exist_ok=True)
        lock = self._places.lock.open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise StackError(
                f"a stack already runs in {self._places.state_dir}: "
                "`broadsheet status` shows it, `broadsheet down` stops it"
            ) from None
        self._lock = lock
        stop_orphans(self._places)
        me = Identity.of(os.getpid())
        assert me is not None
        self._content = {"supervisor": asdict(me), "phase": "starting", "processes": {}}
        self._write()

    def give_up(self) -> None:
        """Nothing runs any more. Does nothing when the folder is another supervisor's."""
        if self._lock is not None:
            self._places.record.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def note(self, **facts: Any) -> None:
        """Add facts of the stack: its phase, its addresses, its services."""
        with self._guard:
            self._content |= facts
            self._write()

    def note_process(self, name: str, pid: int | None) -> None:
        """A process was started (or, with None, ended)."""
        identity = None if pid is None else Identity.of(pid)
        with self._guard:
            if identity is None:
                self._content["processes"].pop(name, None)
            else:
                self._content["processes"][name] = asdict(identity)
            self._write()

    def _write(self) -> None:
        if self._lock is not None:
            write_private(self._places.record, json.dumps(self._content, indent=2))


def read_record(places: Places) -> dict[str, Any] | None:
    """The record as it is on disk; None when there is none."""
    try:
        content: dict[str, Any] = json.loads(places.record.read_text())
    except FileNotFoundError:
        return None
    return content


def supervisor_of(record: dict[str, Any]) -> Identity | None:
    """The supervisor of a record, if it still lives."""
    identity = Identity(**record["supervisor"])
    return identity if identity.alive() else None


def stop_orphans(places: Places) -> list[str]:
    """Stop the processes of a record whose supervisor is gone; returns their names."""
    record = read_record(places)
    if record is None or supervisor_of(record) is not None:
        return []
    recorded = {name: Identity(**fields) for name, fields in record["processes"].items()}
    order = [*_POLITE]
    services_first = sorted(recorded, key=lambda name: order.index(name) if name in order else -1)
    stopped = [name for name in services_first if recorded[name].alive()]
    for name in stopped:
        recorded[name].stop(*_POLITE.get(name, (signal.SIGTERM, 10.0)))
    places.record.unlink(missing_ok=True)
    return stopped
