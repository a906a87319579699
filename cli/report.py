"""`broadsheet report`: ask for a report over the API, watch it come, download it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.calling import (
    api_client,
    api_url_option,
    once_option,
    patience_option,
    token_option,
    whom_to_ask,
)
from cli.downloading import download, ensure_writable, output_option
from cli.following import asked_and_followed, ensure_completed
from cli.language_option import language_option
from cli.naming import named
from shared.periods import Preset


@click.command()
@click.argument("report_type", metavar="TYPE")
@click.option("--from", "first_day", metavar="DAY", help="First day, YYYY-MM-DD.")
@click.option("--to", "last_day", metavar="DAY", help="Last day, inclusive.")
@click.option(
    "--preset", type=click.Choice([preset.value for preset in Preset]), help="In place of two days."
)
@click.option("--timezone", help="IANA name; the organisation's when left out.")
@click.option(
    "--format", "formats", multiple=True, default=["pdf"], show_default=True, help="Repeatable."
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="As the report type's schema says; VALUE is JSON, or else taken as text. Repeatable.",
)
@language_option
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="About the files, such as csv_byte_order_mark=true. Repeatable.",
)
@click.option("--mail-to", multiple=True, metavar="ADDRESS", help="Repeatable.")
@click.option("--fresh", is_flag=True, help="Read the source also where somebody did just now.")
@output_option
@once_option
@patience_option
@api_url_option
@token_option
def report(
    report_type: str,
    first_day: str | None,
    last_day: str | None,
    preset: str | None,
    timezone: str | None,
    formats: tuple[str, ...],
    parameters: tuple[str, ...],
    language: str | None,
    options: tuple[str, ...],
    mail_to: tuple[str, ...],
    fresh: bool,
    output: Path | None,
    key: str | None,
    patience: float,
    api_url: str | None,
    token: str | None,
) -> None:
    """Ask for a report of TYPE, show its progress, and download its files.

    Exits with 1 and the reason when it was refused or failed.
    """
    api_url, token = whom_to_ask(api_url, token)
    ensure_writable(output, len(formats) > 1)
    period = {"preset": preset, "from": first_day, "to": last_day}
    body: dict[str, Any] = {
        "type": report_type,
        "formats": list(formats),
        "period": {name: value for name, value in period.items() if value is not None},
        "parameters": dict(named(text, "--parameter") for text in parameters),
        "format_options": dict(named(text, "--option") for text in options),
        "deliver_to": [{"channel": "email", "to": address} for address in mail_to],
    }
    if fresh:
        body["fresh"] = True
    if timezone:
        body["timezone"] = timezone
    if language:
        body["language"] = language
    with api_client(api_url, token) as client:
        run = asked_and_followed(client, "/reports", body, key=key, patience=patience)
        ensure_completed(run)
        for format_name in formats:
            download(client, run, format_name, output, len(formats) > 1)
