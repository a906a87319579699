"""`broadsheet render`: add formats to a completed report over the API, and download them."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

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
from cli.following import asked_and_followed


@click.command()
@click.argument("report", metavar="ID", type=click.UUID)
@click.option(
    "--format", "formats", multiple=True, required=True, metavar="NAME", help="Repeatable."
)
@output_option
@once_option
@patience_option
@api_url_option
@token_option
def render(
    report: UUID,
    formats: tuple[str, ...],
    output: Path | None,
    key: str | None,
    patience: float,
    api_url: str | None,
    token: str | None,
) -> None:
    """Render the completed report ID into further formats and download them.

    They show the very same data as its other files: nothing is queried again. Exits with 1 and
    the reason when it was refused or failed.
    """
    api_url, token = whom_to_ask(api_url, token)
    ensure_writable(output, len(formats) > 1)
    with api_client(api_url, token) as client:
        body = {"formats": list(formats)}
        run = asked_and_followed(
            client, f"/reports/{report}/render", body, key=key, patience=patience
        )
        errors = {artifact["format"]: artifact["error"] for artifact in run["artifacts"]}
        for name in formats:
            if (error := errors[name]) is not None:
                raise click.ClickException(f"{name}: {error['message']} ({error['code']})")
            download(client, run, name, output, len(formats) > 1)
