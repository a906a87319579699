"""Formats that misbehave inside a drawing process, registered there and nowhere else."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from services.renderer.formats.format import Rendered, register
from shared.document import ReportDocument


class Probe:
    """What all probes share; the document's title says what to do."""

    title = "Probe"
    media_type = "application/json"
    extension = "json"
    internal = True
    isolated = True
    kept_warm = True


def outcome(action: Callable[[], object]) -> str:
    """ "done", or the name of the error."""
    try:
        action()
    except (OSError, ValueError) as error:
        return type(error).__name__
    return "done"


@register
class Reach(Probe):
    """Tries to get out, and reports what worked."""

    name = "reach"

    def render(self, document: ReportDocument) -> Rendered:
        if document.title != "reach":
            return Rendered(b"", 0)  # the sample of the warm-up, which may do anything
        found = {
            "read a file": outcome(lambda: Path("/etc/passwd").read_text()),
            "read its own code": outcome(lambda: Path(__file__).read_text()),
            "write a file": outcome(lambda: Path("/tmp/broadsheet-probe").write_text("x")),
            "open a TCP socket": outcome(lambda: socket.socket()),
            "open a Unix socket": outcome(lambda: socket.socket(socket.AF_UNIX)),
            "resolve a name": outcome(lambda: socket.getaddrinfo("example.com", 80)),
            "open a pipe": outcome(os.pipe),
            "run a program": outcome(lambda: subprocess.run(["true"], check=True)),
            "raise the limit": outcome(_raise_limit),
        }
        content = {"found": found, "environment": dict(os.environ), "nice": os.nice(0)}
        return Rendered(json.dumps(content).encode(), 0)


def _raise_limit() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


@register
class Misbehave(Probe):
    """Does what the title says."""

    name = "misbehave"

    def render(self, document: ReportDocument) -> Rendered:
        match document.title:
            case "hang":
                time.sleep(3600)
            case "spin":
                while True:
                    pass
            case "work half a second":
                until = time.process_time() + 0.5
                while time.process_time() < until:
                    pass
            case "grow":
                hoard = []
                while True:
                    hoard.append(bytearray(1 << 24))
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "crash":
                os.abort()
            case "print":
                print("this must not reach the service's pipe")
            case "raise":
                raise RuntimeError("a reason")
        return Rendered(str(os.getpid()).encode(), 0)


@register
class Rare(Probe):
    """Lives in a process of its own that is not kept."""

    name = "rare"
    kept_warm = False

    def render(self, document: ReportDocument) -> Rendered:
        return Rendered(str(os.getpid()).encode(), 0, "text/plain", "txt")
