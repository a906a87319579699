"""Options of the kind NAME=VALUE."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import click


def named(text: str, option: str) -> tuple[str, Any]:
    """The name, and the value as JSON or else as text; a BadParameter for what is neither."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint=option)
    with contextlib.suppress(json.JSONDecodeError):
        return name, json.loads(value, parse_constant=str)  # NaN is none of JSON's values
    return name, value
