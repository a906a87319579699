"""One notification by Apprise, in a process of its own: `python -I apprise_child.py`.

Standard input: `{"url", "title", "body"}`. Standard output: `{"done", "reached", "warnings",
"details"}`: whether it was taken, whether our proxy was asked at all, and what Apprise logged.

Whatever a service's code attempts, this process connects to the proxy alone, reads no files but
Python's own and certificates, writes none and starts nothing.
"""

from __future__ import annotations

import json
import logging
import os
import ssl
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_FORBIDDEN = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.", "ctypes.")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class _Lines(logging.Handler):
    """What is logged, by how bad it is."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.warnings: list[str] = []
        self.details: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        lines = self.warnings if record.levelno >= logging.WARNING else self.details
        lines.append(record.getMessage()[:2000])


class Fence:
    """An audit hook (PEP 578): what is not let through raises where it is attempted."""

    def __init__(self, proxy: tuple[str, int]) -> None:
        self._proxy = proxy
        defaults = ssl.get_default_verify_paths()
        certificates = (
            defaults.cafile,
            defaults.capath,
            os.environ.get("SSL_CERT_FILE"),
            os.environ.get("REQUESTS_CA_BUNDLE"),
        )
        self._readable = tuple(
            str(Path(path).resolve())
            for path in (sys.prefix, sys.base_prefix, *certificates, "/etc/ssl", "/usr/share")
            if path
        )
        self.reached = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            if tuple(arguments[1][:2]) != self._proxy:
                raise PermissionError("it does not go over HTTP(S)")
            self.reached = True
        elif event == "socket.getaddrinfo":
            if arguments[0] != self._proxy[0]:
                raise PermissionError("it does not go over HTTP(S)")
        elif event in ("socket.bind", "socket.sendto", "socket.sendmsg", "socket.gethostbyname"):
            raise PermissionError("it does not go over HTTP(S)")
        elif event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes | os.PathLike):
                name = os.path.realpath(os.fsdecode(path))
                if (flags or 0) & _WRITING or not name.startswith(self._readable):
                    raise PermissionError("it would use a file of the server's")
        elif event.startswith(_FORBIDDEN):
            raise PermissionError("it would start something on the server")


def main() -> None:
    asked = json.load(sys.stdin)
    import apprise

    lines = _Lines()
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(lines)
    logger.propagate = False
    proxy = urlsplit(os.environ["HTTPS_PROXY"])
    assert proxy.hostname is not None
    assert proxy.port is not None
    asset = apprise.AppriseAsset(app_id="Broadsheet", app_desc="Broadsheet", async_mode=False)
    service = apprise.Apprise(asset=asset)
    # All services are loaded at once, when the first is looked for: before the fence stands.
    service.add("json://localhost")
    service.clear()
    fence = Fence((proxy.hostname, proxy.port))
    sys.addaudithook(fence)
    done = False
    try:
        done = service.add(asked["url"]) and bool(
            service.notify(
                title=asked["title"], body=asked["body"], body_format=apprise.NotifyFormat.TEXT
            )
        )
    except Exception as error:
        lines.warnings.append(str(error) or type(error).__name__)
    json.dump(
        {
            "done": done,
            "reached": fence.reached,
            "warnings": lines.warnings[-10:],
            "details": lines.details[-50:],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
