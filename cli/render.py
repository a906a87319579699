"""`broadsheet render`: add formats to a completed report over the API, and download them."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click

from cli.following import answer, api_client, download, ensure_writable, followed, whom_to_ask


@click.command()
@click.argument("report", metavar="ID", type=click.UUID)
@click.option(
    "--format", "formats", multiple=True, required=True, metavar="NAME", help="Repeatable."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write; with several formats a folder. Here, when left out.",
)
@click.option("--api-url", envvar="BROADSHEET_API_URL", help="The running local stack's.")
@click.option("--token", envvar="BROADSHEET_TOKEN", help="An admin's of the local stack.")
def render(
    report: UUID,
    formats: tuple[str, ...],
    output: Path | None,
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
        asked = client.post(f"/reports/{report}/render", json={"formats": list(formats)})
        run = followed(client, answer(asked).json())
        errors = {artifact["format"]: artifact["error"] for artifact in run["artifacts"]}
        for name in formats:
            if (error := errors[name]) is not None:
                raise click.ClickException(f"{name}: {error['message']} ({error['code']})")
            download(client, run, name, output, len(formats) > 1)
