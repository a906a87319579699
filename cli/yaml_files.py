"""YAML as the API's JSON: read by version 1.2, in which 18:00 is a text and `no` is one too."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import click
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

_ELSEWHERE = re.compile(r"[-+0-9][-+0-9:._]*|y|n|yes|no|on|off|true|false|null|~", re.IGNORECASE)
"""What readers of YAML 1.1 take for a number, a time of 60 seconds each, or a truth value."""


def read_yaml(file: Path) -> dict[str, Any]:
    """What the file says; its days as texts. ClickException for what is no mapping."""
    try:
        content = file.read_text(encoding="utf-8")
        found = YAML(typ="safe", pure=True).load(content)
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} cannot be read: {error}") from error
    except YAMLError as error:
        raise click.ClickException(f"{file} is no valid YAML: {error}") from error
    if not isinstance(found, dict):
        raise click.ClickException(f"{file} has to be a mapping, with names and their values")
    plain: dict[str, Any] = _plain(found)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


class _Careful(RoundTripRepresenter):
    """Puts quotes around what other readers would not take for a text."""

    def represent_str(self, data: str) -> ScalarNode:
        style = "'" if _ELSEWHERE.fullmatch(data) else None
        node: ScalarNode = self.represent_scalar("tag:yaml.org,2002:str", data, style=style)
        return node


_Careful.add_representer(str, _Careful.represent_str)


def as_yaml(value: Any) -> str:
    """In the order in which it comes."""
    yaml = YAML()
    yaml.Representer = _Careful
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 100
    written = io.StringIO()
    yaml.dump(value, written)
    return written.getvalue()
