"""When a schedule fires, as options of a command."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--daily", is_flag=True, help="Every day."),
    click.option("--weekly", metavar="DAYS", help="For instance monday,friday."),
    click.option(
        "--monthly",
        metavar="DAY",
        help='1 to 31, last, or for instance "2 tuesday", "last friday".',
    ),
    click.option("--quarterly", metavar="DAY", help="Of each quarter's first month, as --monthly."),
    click.option("--yearly", metavar="MM-DAY", help="For instance 02-29 or 12-last."),
    click.option("--cron", metavar="EXPRESSION", help='Five fields, for instance "0 9 * * 1-5".'),
    click.option("--at", metavar="HH:MM", help="The local time; not with --cron."),
    click.option("--timezone", help="IANA name."),
    click.option("--start", metavar="DAY", help="Nothing fires before, YYYY-MM-DD."),
    click.option("--end", metavar="DAY", help="Nothing fires after, YYYY-MM-DD."),
    click.option("--business-days", is_flag=True, help="No weekends, no days off."),
    click.option("--country", help="Whose holidays are days off, for instance DE."),
    click.option("--subdivision", help="A state or region of the country, for instance BE."),
    click.option(
        "--on-day-off",
        type=click.Choice(["skip", "before", "after"]),
        help="What becomes of a fire on a day off.",
    ),
)
KINDS = ("daily", "weekly", "monthly", "quarterly", "yearly", "cron")
NAMES = (*KINDS, "at", "timezone", "start", "end", "business_days", "country", "subdivision",
         "on_day_off")  # fmt: skip


def cadence_options(command: Command) -> Command:
    """All of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def is_given(options: dict[str, Any]) -> bool:
    """Whether any option says when it fires."""
    return any(options[name] for name in NAMES)


def cadence(options: dict[str, Any]) -> dict[str, Any]:
    """As the API takes it; what is wrong with the values is the API's to say."""
    kinds = [kind for kind in KINDS if options[kind]]
    if len(kinds) != 1:
        raise click.UsageError(f"say when, by one of {', '.join(f'--{kind}' for kind in KINDS)}")
    (kind,) = kinds
    found: dict[str, Any] = {"kind": kind, **_of_kind(kind, options[kind])}
    if options["at"]:
        found["time"] = options["at"]
    elif kind != "cron":
        raise click.UsageError(f"say at which local time, for instance --{kind} … --at 09:00")
    found |= {
        name: options[name] for name in ("timezone", "start", "end") if options[name] is not None
    }
    off = {
        name: options[name]
        for name in ("country", "subdivision", "on_day_off")
        if options[name] is not None
    }
    if off or options["business_days"]:
        found["business_days"] = off
    return found


def _of_kind(kind: str, value: Any) -> dict[str, Any]:
    match kind:
        case "weekly":
            return {"days": [day.strip().lower() for day in value.split(",")]}
        case "monthly" | "quarterly":
            return {"day": _day(value)}
        case "yearly":
            month, _, day = value.partition("-")
            if not month.isdecimal() or not day:
                raise click.BadParameter("give month and day as MM-DAY", param_hint="--yearly")
            return {"month": int(month), "day": _day(day)}
        case "cron":
            return {"expression": value}
        case _:
            return {}


def _day(text: str) -> int | str | dict[str, Any]:
    if text.isdecimal():
        return int(text)
    nth = re.fullmatch(r"([1-5]|last)\s+([a-z]+)", text.strip().lower())
    if nth is None:
        return text
    which = nth[1]
    return {"nth": int(which) if which.isdecimal() else which, "weekday": nth[2]}
