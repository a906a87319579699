"""`broadsheet why`: why somebody did or did not get a scheduled report."""

from __future__ import annotations

from datetime import date

import click
import httpx

from cli.asking import asked, asks_the_api, json_option, show


@click.command()
@click.argument("recipient")
@click.option(
    "--date",
    "day",
    metavar="DAY",
    default=None,
    help="YYYY-MM-DD, by each schedule's own clock.  [default: today]",
)
@json_option
@asks_the_api
def why(client: httpx.Client, recipient: str, day: str | None, as_json: bool) -> None:
    """For every schedule that names RECIPIENT: what became of it on that day, and why."""
    day = day or date.today().isoformat()  # noqa: DTZ011 - the day on this machine's own wall
    found = asked(client, "GET", "/why", params={"recipient": recipient, "date": day})
    if as_json:
        show(found)
        return
    if not found["entries"]:
        click.echo(f"no schedule names {recipient}, and none sent anything around {day}")
    for entry in found["entries"]:
        click.echo(f"{entry['name']} ({entry['definition']}): {entry['verdict']}")
        click.echo(f"  {entry['answer']}")
