"""`broadsheet deliveries …`: what was sent to whom, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import click
import httpx

from cli.asking import all_of, asked, asks_the_api, json_option, recipients, show, show_columns
from cli.downloading import ensure_writable, fetch, output_option

_STATES = (
    *("pending", "sending", "sent", "deferred", "uncertain", "bounced", "suppressed"),
    *("failed", "cancelled"),
)


@click.group()
def deliveries() -> None:
    """What was sent to whom, and what to do about it."""


@deliveries.command(name="list")
@click.option("--recipient", metavar="ADDRESS", help="The whole address.")
@click.option("--status", type=click.Choice(_STATES), default=None)
@click.option("--channel", metavar="NAME")
@click.option("--report", metavar="ID", help="One report's.")
@json_option
@asks_the_api
def list_deliveries(
    client: httpx.Client,
    recipient: str | None,
    status: str | None,
    channel: str | None,
    report: str | None,
    as_json: bool,
) -> None:
    """All of them, newest first."""
    wanted = {"recipient": recipient, "status": status, "channel": channel, "run": report}
    found = all_of(client, "/deliveries", **{k: v for k, v in wanted.items() if v is not None})
    if as_json:
        show(found)
        return
    show_columns(
        ("ID", "REPORT", "CHANNEL", "TO", "STATUS", "TRIES", "NEXT", "ANSWER"),
        (
            (
                *(one["id"], one["type"], one["channel"], one["to"], one["status"]),
                *(one["attempts"], one["next_attempt_at"], one["answer"]),
            )
            for one in found
        ),
    )


@deliveries.command(name="show")
@click.argument("delivery_id", metavar="ID")
@json_option
@asks_the_api
def show_delivery(client: httpx.Client, delivery_id: str, as_json: bool) -> None:
    """One delivery, with every attempt at it."""
    found = asked(client, "GET", f"/deliveries/{delivery_id}")
    if as_json:
        show(found)
        return
    click.echo(f"{found['type']} by {found['channel']} to {found['to']}: {found['status']}")
    if found["next_attempt_at"]:
        click.echo(f"tried again at {found['next_attempt_at']}")
    show_columns(
        ("TRY", "STARTED", "TOOK", "HOST", "OUTCOME", "ANSWER"),
        (
            (
                *(one["number"], one["started_at"], _milliseconds(one["duration_ms"])),
                *(one["host"], one["outcome"] or "under way or cut off", one["answer"]),
            )
            for one in found["tries"]
        ),
    )


@deliveries.command()
@click.argument("delivery_id", metavar="ID")
@click.option("--attempt", type=click.IntRange(min=1), help="Its number; the latest one's else.")
@output_option
@asks_the_api
def content(
    client: httpx.Client, delivery_id: str, attempt: int | None, output: Path | None
) -> None:
    """Fetch the exact bytes that were sent."""
    ensure_writable(output, False)
    query = {"attempt": attempt} if attempt is not None else {}
    fetch(client, f"/deliveries/{delivery_id}/content", query, output)


@deliveries.command()
@click.argument("delivery_id", metavar="ID")
@asks_the_api
def resend(client: httpx.Client, delivery_id: str) -> None:
    """Have it sent again, whatever became of it."""
    found = asked(client, "POST", f"/deliveries/{delivery_id}/resend")
    click.echo(f"{found['channel']} to {found['to']}: {found['status']}")


@deliveries.command()
@click.argument("delivery_id", metavar="ID")
@click.option("--arrived/--did-not-arrive", required=True, default=None)
@click.option("--note", metavar="TEXT", help="For the audit log.")
@asks_the_api
def resolve(client: httpx.Client, delivery_id: str, arrived: bool, note: str | None) -> None:
    """Say what became of a delivery that is uncertain."""
    body = {"outcome": "arrived" if arrived else "did_not_arrive"}
    if note:
        body["note"] = note
    found = asked(client, "POST", f"/deliveries/{delivery_id}/resolve", json=body)
    click.echo(f"{found['channel']} to {found['to']}: {found['status']}")


@deliveries.command(name="to")
@click.argument("report_id", metavar="REPORT")
@click.argument("addresses", metavar="ADDRESS...", nargs=-1, required=True)
@asks_the_api
def deliver_to(client: httpx.Client, report_id: str, addresses: tuple[str, ...]) -> None:
    """Mail a completed REPORT (its id) to further people; nothing is rendered again."""
    found = asked(
        client,
        "POST",
        f"/reports/{report_id}/deliver",
        json={"deliver_to": recipients(addresses)},
    )
    for one in found["deliveries"]:
        click.echo(f"{one['id']}  {one['channel']} to {one['to']}: {one['status']}")


def _milliseconds(duration: int | None) -> str | None:
    return None if duration is None else f"{duration} ms"
