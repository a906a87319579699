"""From the API to a file, or to standard output."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
import httpx

from cli.calling import answer

_STANDARD_OUTPUT = Path("-")

output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    help="The file to write, - for standard output; with several formats a folder. Here, when "
    "left out.",
)


def ensure_writable(output: Path | None, many: bool) -> None:
    """Before anything is asked for: a report that cannot be kept is of no use."""
    target = output or Path.cwd()
    if output == _STANDARD_OUTPUT:
        wrong = "several formats need a folder, not standard output" if many else ""
    elif many and target.exists() and not target.is_dir():
        wrong = f"{target} is a file, and several formats need a folder"
    elif target.exists() and not target.is_file():  # a folder, or /dev/stdout and its like
        wrong = "" if os.access(target, os.W_OK) else f"{target} cannot be written to"
    elif not target.parent.is_dir():
        wrong = f"there is no folder {target.parent}"
    else:
        wrong = "" if os.access(target.parent, os.W_OK) else f"{target.parent} cannot be written to"
    if wrong:
        raise click.BadParameter(wrong, param_hint="--output")


def download(
    client: httpx.Client, run: dict[str, Any], format_name: str, output: Path | None, many: bool
) -> None:
    """One file of a run, as `fetch` does it."""
    fetch(client, f"/reports/{run['id']}/download", {"format": format_name}, output, many)


def fetch(
    client: httpx.Client, path: str, query: dict[str, Any], output: Path | None, many: bool = False
) -> None:
    """Write what the API answers and print the file's path.

    Nothing is left of a download that broke off.
    """
    with client.stream("GET", path, params=query) as stream:
        if stream.is_error:
            stream.read()
            answer(stream)
        if output == _STANDARD_OUTPUT:
            for chunk in stream.iter_bytes():
                click.echo(chunk, nl=False)
            return
        file = _target(stream, output, many)
        if file.exists() and not file.is_file():  # /dev/stdout and its like are written to
            with file.open("wb") as opened:
                opened.writelines(stream.iter_bytes())
            return
        # A link stays one: what it leads to is replaced.
        file = file.resolve()
        part = file.with_name(f".{file.name}.part")
        try:
            with part.open("wb") as opened:
                for chunk in stream.iter_bytes():
                    opened.write(chunk)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    click.echo(file)


def _target(stream: httpx.Response, output: Path | None, many: bool) -> Path:
    disposition = stream.headers.get("content-disposition", "")
    name = Path(disposition.partition('filename="')[2].partition('"')[0] or "report").name
    if output is None:
        return Path(name)
    if many or output.is_dir():
        output.mkdir(parents=True, exist_ok=True)
        return output / name
    return output
