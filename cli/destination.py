"""`broadsheet destination …`: where reports may go that is no mailbox."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import click
import httpx
from pydantic import SecretStr

from cli.asking import asked, asks_the_api, json_option, show, show_columns
from cli.yaml_files import read_yaml

_PATIENCE_S = 120.0


@click.group()
def destination() -> None:
    """Where reports may go that is no mailbox: storage, webhooks, chats."""


@destination.command(name="list")
@json_option
@asks_the_api
def list_destinations(client: httpx.Client, as_json: bool) -> None:
    """All of them, by name."""
    found = asked(client, "GET", "/destinations")
    if as_json:
        show(found)
        return
    show_columns(
        ("NAME", "CHANNEL", "STATE", "LAST TEST"),
        (
            (
                one["name"],
                one["channel"],
                one["disabled_because"] or "in use",
                (one["last_test"] or {}).get("outcome") or "none",
            )
            for one in found
        ),
    )


@destination.command()
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--channel", required=True, help="One of GET /channels, such as s3.")
@asks_the_api
def save(client: httpx.Client, name: str, file: Path, channel: str) -> None:
    """Save NAME with the settings in FILE (YAML), or replace it whole.

    Its secrets are in the file, not on the command line, where others could read them.
    """
    settings: dict[str, Any] = read_yaml(file)
    there = client.get(f"/destinations/{name}")
    if there.status_code == httpx.codes.NOT_FOUND:
        body = {"name": name, "channel": channel, "settings": settings}
        asked(client, "POST", "/destinations", json=body)
    else:
        body = {"channel": channel, "settings": settings}
        match = {"If-Match": there.headers.get("etag", "*")}
        asked(client, "PUT", f"/destinations/{name}", json=body, headers=match)
    click.echo(f"{name} is saved; `broadsheet destination test {name}` sends a small file there")


@destination.command()
@click.argument("name")
@asks_the_api
def test(client: httpx.Client, name: str) -> None:
    """Have the mailer send a small text file there, and say what became of it."""
    asked(client, "POST", f"/destinations/{name}/test")
    until = time.monotonic() + _PATIENCE_S
    while (tried := asked(client, "GET", f"/destinations/{name}")["last_test"])["outcome"] is None:
        if time.monotonic() > until:
            raise click.ClickException("the mailer has not answered yet: look again later")
        time.sleep(0.2)
    line = f"{tried['outcome']}: {tried['answer']}"
    if tried["outcome"] != "sent":
        raise click.ClickException(line)
    click.echo(line)


@destination.command()
@click.argument("name")
@asks_the_api
def delete(client: httpx.Client, name: str) -> None:
    """Delete NAME with its secrets; refused while a schedule sends there."""
    asked(client, "DELETE", f"/destinations/{name}")
    click.echo(f"{name} is deleted")


@destination.command()
@click.option(
    "--secret-keys",
    envvar="BROADSHEET_SECRET_KEYS",
    required=True,
    help="The new key, then those it follows, with commas between.",
)
@click.option(
    "--database-url",
    envvar="BROADSHEET_HOUSEKEEPING_DATABASE_URL",
    required=True,
    help="The store, as the housekeeping role or an administrator.",
)
def reseal(secret_keys: str, database_url: str) -> None:
    """Seal all secrets anew with the first key, so that the others can go. For operators."""
    from cli.resealing import reseal_all
    from shared.secret_box import SecretBox

    done, closed = asyncio.run(reseal_all(SecretBox(SecretStr(secret_keys)), database_url))
    click.echo(f"{done} sealed anew")
    if closed:
        names = ", ".join(closed)
        raise click.ClickException(f"none of these keys opens the secrets of {names}")
