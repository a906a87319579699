"""Recipients who each get a part of a report: a table from a CSV or YAML file."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.yaml_files import read_yaml

Command = TypeVar("Command", bound=Callable[..., Any])

BETWEEN = ";"
"""Stands between several values, or formats, in one cell."""
_OWN = ("to", "channel", "formats", "language")

_OPTIONS = (
    click.option(
        "--burst",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help="Recipients who each get a part: a CSV file with the column `to` and parameters such "
        "as `projects`, or a YAML file with `rows` or a `query`.",
    ),
    click.option(
        "--empty",
        type=click.Choice(["send", "leave_out"]),
        help="What becomes of a part with nothing in it.",
    ),
)


def burst_options(command: Command) -> Command:
    """Both of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def burst(file: Path | None, empty: str | None) -> dict[str, Any] | None:
    """As the API takes it; None where there is none."""
    if file is None:
        if empty is not None:
            raise click.UsageError("--empty is about parts of a report: give --burst FILE too")
        return None
    read = read_yaml(file) if file.suffix in (".yaml", ".yml") else {"rows": rows_of(file)}
    return read | ({"when_empty": empty} if empty else {})


def rows_of(file: Path) -> list[dict[str, Any]]:
    """Those of a CSV file; an empty cell of a parameter is left for the API to refuse."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            table = csv.DictReader(opened)
            if "to" not in (table.fieldnames or ()):
                raise click.BadParameter(f"{file} has no column `to`", param_hint="--burst")
            return [_row(line, file, table.line_num) for line in table]
    except (UnicodeDecodeError, csv.Error) as error:
        raise click.BadParameter(f"{file} is no CSV in UTF-8: {error}") from error


def _row(line: dict[str | None, Any], file: Path, number: int) -> dict[str, Any]:
    if None in line or None in line.values():
        raise click.BadParameter(
            f"{file}, line {number}: it has more or fewer cells than there are columns",
            param_hint="--burst",
        )
    row: dict[str, Any] = {"to": line["to"].strip()}
    if line.get("channel"):
        row["channel"] = line["channel"].strip()
    if line.get("language"):
        row["language"] = line["language"].strip()
    if line.get("formats"):
        row["formats"] = _several(line["formats"])
    values = {str(name): _value(cell) for name, cell in line.items() if name not in _OWN}
    return row | ({"values": values} if values else {})


def _value(cell: str) -> str | list[str]:
    several = _several(cell)
    return several if len(several) > 1 else cell.strip()


def _several(cell: str) -> list[str]:
    return [value.strip() for value in cell.split(BETWEEN) if value.strip()]
