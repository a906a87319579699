"""Beside when it fires: what a schedule of the command line says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from cli.asking import recipients

Command = TypeVar("Command", bound=Callable[..., Any])
_COMPARISON = re.compile(r"([a-z0-9_]+)\s*(<=|>=|==|!=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?)")

_OPTIONS = (
    click.option("--mail-to", multiple=True, metavar="ADDRESS", help="Repeatable."),
    click.option(
        "--mail-to-every",
        multiple=True,
        type=click.Choice(["viewer", "author", "admin"]),
        help="Whoever has that role when it fires. Repeatable.",
    ),
    click.option(
        "--if",
        "condition",
        metavar="CONDITION",
        help='rows, changed, or a comparison such as "pass_rate < 0.9".',
    ),
    click.option("--signal", metavar="NAME", help="Wait until it says that the data are there,"),
    click.option("--not-later-than", metavar="HH:MM", help="but not longer than to this time."),
    click.option(
        "--fallback",
        type=click.Choice(["send_stale", "hold", "skip"]),
        help="What happens then.",
    ),
    click.option(
        "--misfire",
        type=click.Choice(["skip", "run_once", "run_all"]),
        help="What becomes of fires that were missed.",
    ),
    click.option(
        "--jitter", type=int, metavar="SECONDS", help="Its fires come so much later at most."
    ),
)


def body_options(command: Command) -> Command:
    """All of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def body(options: dict[str, Any]) -> dict[str, Any]:
    """As the API takes it."""
    everybody = [{"channel": "email", "role": role} for role in options["mail_to_every"]]
    found: dict[str, Any] = {"deliver_to": recipients(options["mail_to"]) + everybody}
    if options["condition"]:
        found["condition"] = _condition(options["condition"])
    if options["signal"]:
        readiness = {
            "signal": options["signal"],
            "not_later_than": options["not_later_than"],
            "fallback": options["fallback"],
        }
        found["readiness"] = {k: v for k, v in readiness.items() if v is not None}
    elif options["not_later_than"] or options["fallback"]:
        raise click.UsageError("name the signal that is waited for: --signal NAME")
    if options["misfire"]:
        found["misfire"] = {"policy": options["misfire"]}
    if options["jitter"] is not None:
        found["jitter_seconds"] = options["jitter"]
    return found


def _condition(text: str) -> dict[str, Any]:
    if text in ("always", "rows", "changed"):
        return {"kind": "always" if text == "always" else f"if_{text}"}
    compared = _COMPARISON.fullmatch(text.strip())
    if compared is None:
        raise click.BadParameter(
            'give rows, changed, or a comparison such as "pass_rate < 0.9"', param_hint="--if"
        )
    kpi, compare, value = compared.groups()
    return {"kind": "kpi", "kpi": kpi, "compare": compare, "value": value}
