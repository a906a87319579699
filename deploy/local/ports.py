"""Free TCP ports on the loopback interface, the same ones at each start where possible."""

from __future__ import annotations

import json
import random
import socket
import threading

from deploy.local.places import Places, write_private

# Below Linux's range for outgoing connections (32768 and up), which could take one meanwhile.
_RANGE = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1 at this port now."""
    with socket.socket() as probe:
        # As servers do: connections of an earlier process that linger are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _claimed(port: int) -> socket.socket | None:
    """Held for as long as it is open, so that two stacks starting at once choose differently.

    A name of the kernel's (unix(7), abstract sockets): no file, and free when its holder dies.
    """
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0broadsheet-port-{port}")
    except OSError:
        claim.close()
        return None
    return claim


class Ports:
    """The ports of one stack by name; remembered, so that addresses survive a restart."""

    def __init__(self, places: Places) -> None:
        self._file = places.state_dir / "ports.json"
        self._known: dict[str, int] = {}
        if self._file.exists():
            self._known = json.loads(self._file.read_text())
        self._given: dict[str, int] = {}
        self._claims: list[socket.socket] = []
        self._guard = threading.Lock()

    def get(self, name: str, preferred: int | None = None) -> int:
        """The port for `name`: the remembered one, else `preferred`, else any, if it is free.

        Decided once, since later the port is taken by the very process that it is for.
        """
        with self._guard:
            if name not in self._given:
                self._given[name] = self._choose(name, preferred)
            return self._given[name]

    def _choose(self, name: str, preferred: int | None) -> int:
        remembered = self._known.get(name)
        candidates = [port for port in (remembered, preferred) if port is not None]
        candidates += random.sample(_RANGE, 100)
        others = {port for key, port in {**self._known, **self._given}.items() if key != name}
        port = next(port for port in candidates if port not in others and self._take(port))
        if port != remembered:
            self._known[name] = port
            write_private(self._file, json.dumps(self._known, indent=2))
        return port

    def _take(self, port: int) -> bool:
        claim = _claimed(port)
        if claim is None:
            return False
        if not is_free(port):
            claim.close()
            return False
        self._claims.append(claim)
        return True
