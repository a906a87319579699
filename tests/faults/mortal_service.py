"""A service that can be told to die: `python -m tests.faults.mortal_service <service>`.

It is the service itself, built by its own composition root. The file named by
`BROADSHEET_TEST_DOOM` says where it ends by SIGKILL (see `Doom`); without the file it never
does, and whoever restarts it takes the file away first.

Transactions are known by what they write: `claim` takes a lease, `sending` marks a delivery
as on the wire, `slice` ends one slice of a burst, anything else is the type of an event written to
the outbox.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NoReturn

from aiormq import Channel
from faststream.rabbit import RabbitMessage
from sqlalchemy import Connection, Engine, event

from shared.service import serve
from shared.store.engine import Store

Moment = Literal["before commit", "after commit", "after publish", "before ack"]
VARIABLE = "BROADSHEET_TEST_DOOM"


@dataclass(frozen=True)
class Doom:
    """Where the process ends."""

    moment: Moment
    mark: str
    """Of commits: what the transaction wrote. Of publishing and acknowledging: the message's
    type, or `*`."""

    def write(self, file: Path) -> None:
        """From now on it holds."""
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(file)


def doomed(moment: Moment, *marks: str) -> bool:
    """Whether this is where the process ends."""
    try:
        doom = Doom(**json.loads(Path(os.environ[VARIABLE]).read_text()))
    except FileNotFoundError:
        return False
    return doom.moment == moment and doom.mark in ("*", *marks)


def die() -> NoReturn:
    """As by `kill -9`."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def written(statement: str, parameters: Any) -> set[str]:
    """The marks that a statement leaves on its transaction."""
    if "INSERT INTO outbox" in statement:
        lists = (word for word in _words(parameters) if word.startswith("["))
        return {row["event_type"] for rows in lists for row in json.loads(rows)}
    if statement.startswith(("UPDATE runs", "UPDATE deliveries", "UPDATE artifacts")):
        claims = any(f"attempt=({it}.attempt +" in statement for it in ("runs", "artifacts"))
        claims = claims or "attempts=(" in statement
        sends = "sending" in _words(parameters) and "lease_token = " in statement
        return {name for name, holds in (("claim", claims), ("sending", sends)) if holds}
    if statement.startswith("UPDATE run_slices"):
        return {"slice"}
    return set()


def _words(parameters: Any) -> set[str]:
    rows = parameters if isinstance(parameters, list) else [parameters]
    return {str(value) for row in rows for value in row if isinstance(value, str)}


def hang_on(store: Store) -> None:
    """Hang the end on commits, publishing and acknowledgements of this process."""
    # Of the task that commits: others commit between its commit and what follows.
    committed: ContextVar[frozenset[str]] = ContextVar("committed", default=frozenset())

    @event.listens_for(Engine, "before_cursor_execute")
    def mark(
        connection: Connection, cursor: Any, statement: str, parameters: Any, *_: object
    ) -> None:
        connection.info.setdefault("marks", set()).update(written(statement, parameters))

    @event.listens_for(Engine, "commit")
    def before_commit(connection: Connection) -> None:
        marks = connection.info.pop("marks", set())
        if doomed("before commit", *marks):
            die()
        committed.set(frozenset(marks))

    @event.listens_for(Engine, "rollback")
    def rolled_back(connection: Connection) -> None:
        # A cancelled statement has invalidated it, and asking for `info` would raise.
        if not connection.invalidated:
            connection.info.pop("marks", None)

    def after_commit() -> None:
        if committed.get() and doomed("after commit", *committed.get()):
            die()

    store.on_commit(after_commit)

    publish, ack = Channel.basic_publish, RabbitMessage.ack

    async def publish_and_die(channel: Channel, *arguments: Any, **options: Any) -> Any:
        confirmed = await publish(channel, *arguments, **options)
        if doomed("after publish", str(options["properties"].message_type)):
            die()
        return confirmed

    async def die_before_ack(message: RabbitMessage, **options: Any) -> None:
        if doomed("before ack", str(message.headers.get("cloudEvents_type"))):
            die()
        await ack(message, **options)

    Channel.basic_publish = publish_and_die  # type: ignore[method-assign, assignment]
    RabbitMessage.ack = die_before_ack  # type: ignore[method-assign, assignment]


def main(name: str) -> None:
    """Run the service."""
    settings = getattr(import_module(f"services.{name}.settings"), f"{name.capitalize()}Settings")()
    root = import_module(f"services.{name}.app")
    if name == "api":
        app = root.create_app(settings)
        hang_on(app.state.store)
    else:
        service = root.create_service(settings)
        hang_on(service.store)
        app = service.app()
    serve(app, settings)


if __name__ == "__main__":
    main(sys.argv[1])
