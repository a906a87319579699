"""`python -m deploy.local.inbox`: the mailbox, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import socket
from pathlib import Path

import uvicorn

from deploy.local.inbox.reception import listen
from deploy.local.inbox.store import MailStore
from deploy.local.inbox.web import application


def main() -> None:
    """Read the options and serve."""
    options = argparse.ArgumentParser(prog="python -m deploy.local.inbox", description=__doc__)
    options.add_argument("--smtp-host", default="127.0.0.1", help="0.0.0.0 in a container")
    options.add_argument("--smtp-port", type=int, default=1025, help="0 picks a free one")
    options.add_argument("--http-host", default="127.0.0.1", help="0.0.0.0 in a container")
    options.add_argument("--http-port", type=int, default=8025, help="0 picks a free one")
    options.add_argument("--directory", type=Path, required=True, help="where the mails are kept")
    given = options.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # aiosmtpd warns of every odd line a client says; here that is the client's matter.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    asyncio.run(
        serve(
            MailStore(given.directory),
            _bound(given.smtp_host, given.smtp_port),
            _bound(given.http_host, given.http_port),
        )
    )


async def serve(store: MailStore, smtp: socket.socket, http: socket.socket) -> None:
    """Take and show mail on these sockets until a signal; then end within a second or so."""
    web = uvicorn.Server(
        uvicorn.Config(
            application(store),
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    # uvicorn puts its own handlers over these, and afterwards raises the signal once more.
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, web.handle_exit, number, None)
    reception = await listen(store, smtp)
    print(
        f"inbox: smtp {_shown(smtp)}, web http://{_shown(http)}/",
        flush=True,
    )
    try:
        await web.serve(sockets=[http])
    finally:
        reception.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        raise SystemExit(f"inbox: {host} port {port} cannot be used: {error.strerror}") from None
    return listening


def _shown(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


if __name__ == "__main__":
    main()
