"""`broadsheet tail`: what happens in a tenant, live in a terminal."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click
import httpx

from cli.asking import asks_the_api
from cli.calling import answer

_PAUSE_SECONDS = 1.0
"""Before a stream that broke off is taken up again."""
_SAID_ELSEWHERE = ("run_id", "tenant_id", "lane", "generation", "resends", "artifacts", "formats")
"""Fields that a line for people leaves out."""


@click.command()
@click.argument("type_", metavar="[TYPE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One CloudEvent in JSON a line.")
@click.option("--since", metavar="ID", help="Go on after the event with this place in the stream.")
@click.option("-n", "most", type=click.IntRange(min=1), help="End after so many events.")
@asks_the_api
def tail(
    client: httpx.Client, type_: str | None, as_json: bool, since: str | None, most: int | None
) -> None:
    """Follow the tenant's events as they happen. TYPE: only these, such as report.failed.

    Goes on where it was after a break. Ctrl-C ends it.
    """
    seen, place = 0, since
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            try:
                for reached, event in _events(client, type_, place):
                    click.echo(json.dumps(event) if as_json else _line(event))
                    place, seen = reached, seen + 1
                    if seen == most:
                        return
            except httpx.TransportError:
                click.echo("the API does not answer; asking again", err=True)
            time.sleep(_PAUSE_SECONDS)


def _events(
    client: httpx.Client, type_: str | None, place: str | None
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Each event with its place in the stream, until that breaks off."""
    headers = {"Last-Event-ID": place} if place else {}
    query = {"type": type_} if type_ else {}
    with client.stream("GET", "/events", params=query, headers=headers) as stream:
        if stream.is_server_error:
            return
        if stream.is_error:
            stream.read()
            answer(stream)
        fields: dict[str, str] = {}
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
                continue
            # An empty line ends an event; one without data only keeps the line open.
            if "data" in fields:
                found = json.loads(fields["data"])
                if fields.get("event") == "refused":
                    raise click.ClickException(f"{found['status']}: {found['detail']}")
                yield fields.get("id"), found
            fields = {}


def _line(event: dict[str, Any]) -> str:
    """For people: when, what, about which report, and what else there is to say."""
    data = event["data"]
    more = "  ".join(
        f"{name}={_short(value)}" for name, value in data.items() if name not in _SAID_ELSEWHERE
    )
    at = datetime.fromisoformat(event["time"]).astimezone()
    name = event["type"].rpartition(".")[0]
    return f"{at:%H:%M:%S}  {name:24}  {data['run_id']}  {more}".rstrip()


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"
