"""`broadsheet export`, `broadsheet import`: definitions and schedules in version control."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx

from cli.asking import asked, asks_the_api
from cli.yaml_files import as_yaml, read_yaml

_HEAD = "# Definitions and schedules; `broadsheet import FILE` has them be as this file says.\n"


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="In place of printing."
)
@asks_the_api
def export(client: httpx.Client, output: Path | None) -> None:
    """Write all definitions and schedules as YAML, what is usual left out."""
    found = asked(client, "GET", "/export")
    content = _HEAD + as_yaml(found)
    if output is None:
        click.echo(content, nl=False)
        return
    output.write_text(content, encoding="utf-8")
    click.echo(f"{_count(found)} written to {output}")


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Print what would change, and change nothing.")
@asks_the_api
def import_file(client: httpx.Client, file: Path, dry_run: bool) -> None:
    """Have definitions and schedules be as FILE says: all of it, or nothing.

    Names are the keys. What the file does not name stays as it is; the same file twice changes
    nothing. Each change is printed as a diff.
    """
    told = asked(
        client,
        "POST",
        "/import",
        json=read_yaml(file),
        params={"dry_run": "true" if dry_run else "false"},
    )
    entries = told["entries"]
    for entry in entries:
        for line in _diff(entry):
            click.echo(line)
    counts = {
        action: sum(1 for entry in entries if entry["action"] == action)
        for action in ("added", "changed", "unchanged")
    }
    summary = ", ".join(f"{count} {action}" for action, count in counts.items())
    click.echo(f"{'dry run: ' if dry_run else ''}{summary}")


def _diff(entry: dict[str, Any]) -> Iterator[str]:
    if entry["action"] == "unchanged":
        return
    what = f"{entry['kind']} {entry['name']}"
    before = as_yaml(entry["before"]) if entry["before"] is not None else ""
    lines = difflib.unified_diff(
        before.splitlines(),
        as_yaml(entry["after"]).splitlines(),
        fromfile=f"{what} (saved)" if before else "nothing",
        tofile=f"{what} (file)",
        lineterm="",
    )
    yield from lines


def _count(found: dict[str, Any]) -> str:
    return f"{len(found['definitions'])} definitions and {len(found['schedules'])} schedules"
