"""What commands that ask the API share: whom to ask, things by their names, how answers look."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

import click
import httpx

from cli.calling import answer, api_client, api_url_option, token_option, whom_to_ask

Words = ParamSpec("Words")

json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")


def asks_the_api(
    command: Callable[Concatenate[httpx.Client, Words], None],
) -> Callable[..., None]:
    """Give the command a client for the API, and the options that say which API."""

    @api_url_option
    @token_option
    @functools.wraps(command)
    def asking(*args: Any, api_url: str | None, token: str | None, **kwargs: Any) -> None:
        with api_client(*whom_to_ask(api_url, token)) as client:
            command(client, *args, **kwargs)

    return asking


def asked(client: httpx.Client, method: str, path: str, **request: Any) -> Any:
    """What the API answered, asked once; a refusal ends the command with its reasons."""
    response = answer(client.request(method, path, **request))
    return response.json() if response.content else None


def all_of(client: httpx.Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """Every entry of a list that comes in pages."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        asked_for = {"limit": 200, **query, **({"cursor": cursor} if cursor else {})}
        page = asked(client, "GET", path, params=asked_for)
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def id_of(client: httpx.Client, kind: str, name: str) -> str:
    """Of a definition or a schedule (`kind`), by its name or its id."""
    try:
        return str(UUID(name))
    except ValueError:
        pass
    found = all_of(client, f"/{kind}s", q=name)
    for entry in found:
        if entry["name"] == name:
            return str(entry["id"])
    near = ", ".join(repr(entry["name"]) for entry in found[:5])
    raise click.ClickException(
        f"there is no {kind} called {name!r}" + (f"; there is {near}" if near else "")
    )


def show(found: Any) -> None:
    """As JSON."""
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


def show_columns(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Lines with a head, each column as wide as its longest entry."""
    lines = [tuple(head), *(tuple(_cell(cell) for cell in row) for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(head))]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _cell(value: object) -> str:
    return "–" if value is None or value == "" else str(value)


def recipients(mail_to: Sequence[str]) -> list[dict[str, str]]:
    """As the API takes them."""
    return [{"channel": "email", "to": address} for address in mail_to]
