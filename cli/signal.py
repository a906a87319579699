"""`broadsheet signal`: saying that data are there, which schedules wait for."""

from __future__ import annotations

from uuid import uuid4

import click
import httpx

from cli.asking import asks_the_api, json_option, show
from cli.calling import called, key_option, patience_option
from cli.naming import named


@click.command()
@click.argument("name")
@click.option(
    "--detail", "details", multiple=True, metavar="NAME=VALUE", help="Kept with it. Repeatable."
)
@key_option("Given again with the same key, the signal counts once.")
@patience_option
@json_option
@asks_the_api
def signal(
    client: httpx.Client,
    name: str,
    details: tuple[str, ...],
    key: str | None,
    patience: float,
    as_json: bool,
) -> None:
    """Give the signal NAME: schedules that wait for it go on."""
    given = called(
        client,
        "POST",
        f"/signals/{name}",
        patience=patience,
        json={"details": dict(named(text, "--detail") for text in details)},
        headers={"Idempotency-Key": key or str(uuid4())},
    )
    if as_json:
        show(given)
        return
    click.echo(f"{given['name']}: received at {given['received_at']}")
