"""`broadsheet definition …`: reports saved under a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import httpx

from cli.asking import (
    all_of,
    asked,
    asks_the_api,
    id_of,
    json_option,
    recipients,
    show,
    show_columns,
)
from cli.burst_options import burst as read_burst
from cli.burst_options import burst_options
from cli.calling import once_option, patience_option
from cli.downloading import download, ensure_writable, output_option
from cli.following import asked_and_followed, ensure_completed
from cli.handing_over import transfer_command
from cli.language_option import language_option
from cli.naming import named
from cli.yaml_files import as_yaml, read_yaml
from shared.periods import Preset


@click.group()
def definition() -> None:
    """Reports saved under a name; each change is a version."""


@definition.command(name="list")
@click.option("--search", metavar="TEXT", help="Part of the name.")
@click.option("--tag", metavar="TAG")
@click.option("--owner", metavar="SUB")
@json_option
@asks_the_api
def list_definitions(
    client: httpx.Client, search: str | None, tag: str | None, owner: str | None, as_json: bool
) -> None:
    """All of them, newest first."""
    wanted = {"q": search, "tag": tag, "owner": owner}
    found = all_of(client, "/definitions", **{k: v for k, v in wanted.items() if v is not None})
    if as_json:
        show(found)
        return
    show_columns(
        ("NAME", "TYPE", "FORMATS", "PERIOD", "VERSION", "OWNER", "TAGS"),
        (
            (
                one["name"],
                one["type"],
                ", ".join(one["formats"]),
                one["preset"],
                one["version"],
                one["owner"],
                ", ".join(one["tags"]),
            )
            for one in found
        ),
    )


@definition.command(name="show")
@click.argument("name")
@click.option("--versions", is_flag=True, help="What it said before, too.")
@asks_the_api
def show_definition(client: httpx.Client, name: str, versions: bool) -> None:
    """Print the definition NAME (or its id) as YAML."""
    path = f"/definitions/{id_of(client, 'definition', name)}"
    click.echo(as_yaml(asked(client, "GET", f"{path}/versions" if versions else path)), nl=False)


@definition.command()
@click.argument("name", required=False)
@click.option("--type", "report_type", metavar="TYPE", help="A report type's name.")
@click.option(
    "--format", "formats", multiple=True, default=["pdf"], show_default=True, help="Repeatable."
)
@click.option("--preset", type=click.Choice([preset.value for preset in Preset]))
@click.option("--timezone", help="IANA name; the organisation's when left out.")
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="As the report type's schema says. Repeatable.",
)
@language_option
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="About the files.")
@click.option("--tag", "tags", multiple=True, help="Repeatable.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="One definition as YAML, in place of all of this.",
)
@asks_the_api
def create(
    client: httpx.Client,
    name: str | None,
    report_type: str | None,
    formats: tuple[str, ...],
    preset: str | None,
    timezone: str | None,
    parameters: tuple[str, ...],
    language: str | None,
    options: tuple[str, ...],
    tags: tuple[str, ...],
    file: Path | None,
) -> None:
    """Save a definition as NAME."""
    body: dict[str, Any]
    if file is not None:
        body = read_yaml(file)
    elif name and report_type and preset:
        body = {
            "name": name,
            "type": report_type,
            "formats": list(formats),
            "preset": preset,
            "parameters": dict(named(text, "--parameter") for text in parameters),
            "format_options": dict(named(text, "--option") for text in options),
            "tags": list(tags),
        }
        if timezone:
            body["timezone"] = timezone
        if language:
            body["language"] = language
    else:
        raise click.UsageError("give NAME, --type and --preset, or --file")
    saved = asked(client, "POST", "/definitions", json=body)
    click.echo(f"saved {saved['name']!r}, version {saved['version']}: {saved['id']}")


@definition.command()
@click.argument("name")
@click.option("--mail-to", multiple=True, metavar="ADDRESS", help="Repeatable.")
@burst_options
@click.option("--on", metavar="DAY", help="From which its period counts.  [default: today]")
@output_option
@once_option
@patience_option
@asks_the_api
def run(
    client: httpx.Client,
    name: str,
    mail_to: tuple[str, ...],
    burst: Path | None,
    empty: str | None,
    on: str | None,
    output: Path | None,
    key: str | None,
    patience: float,
) -> None:
    """Run a definition now, and download its files."""
    path = f"/definitions/{id_of(client, 'definition', name)}"
    formats = asked(client, "GET", path)["formats"]
    ensure_writable(output, len(formats) > 1)
    body: dict[str, Any] = {"deliver_to": recipients(mail_to)}
    if (parts := read_burst(burst, empty)) is not None:
        body["burst"] = parts
    if on:
        body["on"] = on
    made = asked_and_followed(client, f"{path}/run", body, key=key, patience=patience)
    ensure_completed(made)
    for format_name in made["formats"]:
        download(client, made, format_name, output, len(made["formats"]) > 1)


definition.add_command(transfer_command("definition"))


@definition.command()
@click.argument("name")
@asks_the_api
def delete(client: httpx.Client, name: str) -> None:
    """Delete the definition NAME (or its id); its runs stay."""
    asked(client, "DELETE", f"/definitions/{id_of(client, 'definition', name)}")
    click.echo(f"deleted {name!r}")
