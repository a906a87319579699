"""`broadsheet dead-letters`: messages that no consumer could take; for operators."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import aio_pika
import click
from sqlalchemy.exc import SQLAlchemyError

from cli import dead_letter_store
from shared.replaying import NotPossible

_Found = TypeVar("_Found")

_MOST_SHOWN = 20_000
"""Characters of a message on the terminal."""

database_option = click.option(
    "--database-url",
    envvar="BROADSHEET_HOUSEKEEPING_DATABASE_URL",
    help="The store, as the housekeeping role or an administrator.  [default: the running local "
    "stack's]",
)
amqp_option = click.option(
    "--amqp-url", envvar="BROADSHEET_AMQP_URL", help="The broker; the running local stack's."
)
messages_argument = click.argument(
    "messages", metavar="ID...", type=click.UUID, nargs=-1, required=True
)


@click.group()
def dead_letters() -> None:
    """Messages that no consumer could take: list, show, replay, discard."""


@dead_letters.command("list")
@click.option("--all", "handled", is_flag=True, help="Also those replayed or discarded.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@database_option
def list_(handled: bool, limit: int, as_json: bool, database_url: str | None) -> None:
    """The latest, newest first."""

    async def found() -> list[dict[str, Any]]:
        async with dead_letter_store.opened(_address(database_url, "database_url")) as connection:
            return await dead_letter_store.listed(connection, handled=handled, limit=limit)

    rows = _done(found)
    if not rows and not as_json:
        click.echo("nothing is parked")
    for row in rows:
        if as_json:
            click.echo(json.dumps(row, default=str))
            continue
        click.echo(
            f"{row['id']}  {row['parked_at']:%Y-%m-%d %H:%M:%S}Z  {row['status']:9}  "
            f"{row['queue']}  {row['reason']}, {row['tries']} "
            f"{'try' if row['tries'] == 1 else 'tries'}  "
            f"{row['event_type'] or 'of no known type'}  "
            f"{row['slug'] or 'of no tenant'}  {row['size']:,} octets"
        )


@dead_letters.command()
@click.argument("message", metavar="ID", type=click.UUID)
@click.option("--raw", is_flag=True, help="Its octets alone, as they came.")
@database_option
def show(message: UUID, raw: bool, database_url: str | None) -> None:
    """Everything about one message."""

    async def found() -> dict[str, Any]:
        async with dead_letter_store.opened(_address(database_url, "database_url")) as connection:
            return await dead_letter_store.shown(connection, message)

    row = _done(found)
    payload = bytes(row.pop("payload"))
    if raw:
        click.echo(payload, nl=False)
        return
    headers = row.pop("headers")
    for name, value in row.items():
        click.echo(f"{name}: {_printable(str(value))}")
    click.echo("headers: " + _printable(json.dumps(headers, ensure_ascii=False, indent=2)))
    click.echo("payload: " + _printable(payload.decode(errors="backslashreplace")))


@dead_letters.command()
@messages_argument
@database_option
@amqp_option
def replay(messages: tuple[UUID, ...], database_url: str | None, amqp_url: str | None) -> None:
    """Have what the messages asked for done after all, once the cause is mended.

    A report that failed for one goes on at the stage that gave it up. A message of no tenant, and
    one that is no text, goes back into its queue.
    """

    async def each(message: UUID) -> None:
        broker = _address(amqp_url, "amqp_url")
        async with dead_letter_store.opened(_address(database_url, "database_url")) as connection:
            follows = await dead_letter_store.replay(connection, message, broker)
        click.echo(f"{message} replayed: {follows}")

    for message in messages:
        _done(partial(each, message))


@dead_letters.command()
@messages_argument
@database_option
def discard(messages: tuple[UUID, ...], database_url: str | None) -> None:
    """Mark messages as done with. They stay in the table."""

    async def each(message: UUID) -> None:
        async with dead_letter_store.opened(_address(database_url, "database_url")) as connection:
            await dead_letter_store.discard(connection, message)
        click.echo(f"{message} discarded")

    for message in messages:
        _done(partial(each, message))


def _done(work: Callable[[], Coroutine[Any, Any, _Found]]) -> _Found:
    try:
        return asyncio.run(work())
    except NotPossible as error:
        raise click.ClickException(str(error)) from None
    except (SQLAlchemyError, OSError, aio_pika.exceptions.AMQPError) as error:
        # The first line: the others are of the statement, and of documentation.
        lines = str(error).splitlines() or [repr(error)]
        raise click.ClickException(f"store or broker: {lines[0]}") from None


def _address(given: str | None, key: str) -> str:
    """The one given, else the running local stack's."""
    if given:
        return given
    from deploy.local.stack import stack_status

    state = stack_status()
    if state is None:
        raise click.ClickException(
            "no stack runs here: start one with `broadsheet up`, or give --database-url and "
            "--amqp-url"
        )
    return str(state[key])


def _printable(text: str) -> str:
    """The text without what would steer a terminal, and not endless."""
    shown = "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)
    if len(shown) > _MOST_SHOWN:
        return f"{shown[:_MOST_SHOWN]}… ({len(shown):,} characters; --raw has them all)"
    return shown
