"""`broadsheet schedule …`: when definitions run, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import httpx

from cli.asking import all_of, asked, asks_the_api, id_of, json_option, show, show_columns
from cli.burst_options import burst as read_burst
from cli.burst_options import burst_options
from cli.cadence_options import cadence, cadence_options, is_given
from cli.calling import once_option, patience_option
from cli.following import asked_and_followed, ensure_completed
from cli.handing_over import transfer_command
from cli.schedule_body import body, body_options
from cli.yaml_files import as_yaml, read_yaml


@click.group()
def schedule() -> None:
    """When definitions run, and for whom."""


@schedule.command(name="list")
@click.option("--search", metavar="TEXT", help="Part of its name or of its definition's.")
@click.option(
    "--state", type=click.Choice(["active", "paused", "held", "disabled", "ended"]), default=None
)
@click.option("--definition", metavar="NAME")
@click.option("--tag", metavar="TAG", help="Of its definition.")
@click.option("--owner", metavar="SUB")
@json_option
@asks_the_api
def list_schedules(
    client: httpx.Client,
    search: str | None,
    state: str | None,
    definition: str | None,
    tag: str | None,
    owner: str | None,
    as_json: bool,
) -> None:
    """All of them, newest first."""
    wanted = {"q": search, "state": state, "tag": tag, "owner": owner}
    if definition is not None:
        wanted["definition"] = id_of(client, "definition", definition)
    found = all_of(client, "/schedules", **{k: v for k, v in wanted.items() if v is not None})
    if as_json:
        show(found)
        return
    show_columns(
        ("NAME", "DEFINITION", "NEXT (UTC)", "STATE", "OWNER", "WHY"),
        (
            (
                one["name"],
                one["definition"]["name"],
                _in_utc(one["next_run_at"]),
                one["state"],
                one["owner"],
                one["state_reason"],
            )
            for one in found
        ),
    )


@schedule.command(name="show")
@click.argument("name")
@asks_the_api
def show_schedule(client: httpx.Client, name: str) -> None:
    """Print the schedule NAME (or its id) as YAML."""
    found = asked(client, "GET", f"/schedules/{id_of(client, 'schedule', name)}")
    click.echo(as_yaml(found), nl=False)


@schedule.command()
@click.argument("name", required=False)
@click.option("--definition", metavar="NAME", help="What is run; its name or id.")
@cadence_options
@body_options
@burst_options
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="One schedule as YAML, as in an export, in place of all of this.",
)
@asks_the_api
def create(
    client: httpx.Client,
    /,
    name: str | None,
    definition: str | None,
    file: Path | None,
    burst: Path | None,
    empty: str | None,
    **options: Any,
) -> None:
    """Save a schedule as NAME; it is active at once.

    Without --timezone it goes by its definition's.
    """
    if file is not None:
        wanted = read_yaml(file)
        wanted["definition"] = id_of(client, "definition", str(wanted.get("definition")))
    elif name and definition:
        of = id_of(client, "definition", definition)
        when = cadence(options)
        if "timezone" not in when:
            when["timezone"] = asked(client, "GET", f"/definitions/{of}")["timezone"]
        wanted = {"name": name, "definition": of, "cadence": when, **body(options)}
        if (parts := read_burst(burst, empty)) is not None:
            wanted["burst"] = parts
    else:
        raise click.UsageError("give NAME and --definition, or --file")
    saved = asked(client, "POST", "/schedules", json=wanted)
    click.echo(f"saved {saved['name']!r}: {saved['id']}")
    _show_preview(asked(client, "GET", f"/schedules/{saved['id']}/preview", params={"n": 3}))


@schedule.command()
@click.argument("name", required=False)
@click.option("-n", "count", type=click.IntRange(1, 100), default=10, show_default=True)
@cadence_options
@json_option
@asks_the_api
def preview(
    client: httpx.Client, /, name: str | None, count: int, as_json: bool, **options: Any
) -> None:
    """When a schedule will fire.

    With the days that it leaves out and why. NAME may be its id; without NAME it is for one that
    is not saved, by the same options as `create`.
    """
    query = {"n": count}
    if name is not None:
        if is_given(options):
            raise click.UsageError("give either NAME or when it would fire, not both")
        path = f"/schedules/{id_of(client, 'schedule', name)}/preview"
        found = asked(client, "GET", path, params=query)
    else:
        when = {"timezone": "UTC", **cadence(options)}
        found = asked(client, "POST", "/schedules/preview", json={"cadence": when}, params=query)
    if as_json:
        show(found)
        return
    _show_preview(found)


def _show_preview(found: dict[str, Any]) -> None:
    if found["state"] not in (None, "active"):
        click.echo(f"{found['state']} ({found['state_reason']}): nothing of this happens")
    show_columns(
        (f"LOCAL ({found['timezone']})", "UTC", "NOTE"),
        (
            (
                line["on"].replace("T", " "),
                _in_utc(line["at"]),
                line["note"] if line["fires"] else f"not: {line['note']}",
            )
            for line in found["items"]
        ),
    )
    if found["jitter_seconds"]:
        click.echo(f"each up to {found['jitter_seconds']} s later")


@schedule.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@json_option
@asks_the_api
def executions(client: httpx.Client, name: str, limit: int, as_json: bool) -> None:
    """What became of a schedule's fires.

    Latest first, each with its outcome and the reason. NAME may be its id.
    """
    path = f"/schedules/{id_of(client, 'schedule', name)}/executions"
    found = asked(client, "GET", path, params={"limit": limit})["items"]
    if as_json:
        show(found)
        return
    show_columns(
        ("LOCAL", "DUE (UTC)", "OCCASION", "OUTCOME", "DELIVERIES", "WHY", "RUN"),
        (
            (
                (one["nominal_local_time"] or "")[:16].replace("T", " "),
                _in_utc(one["due_at"]),
                one["occasion"],
                one["outcome"],
                ", ".join(f"{count} {status}" for status, count in one["deliveries"].items()),
                one["reason"],
                one["run"],
            )
            for one in found
        ),
    )


def _step(verb: str, done: str, help_text: str) -> Callable[..., None]:
    """A command that takes one step with each schedule that it names."""

    @click.argument("names", nargs=-1, required=True, metavar="NAME…")
    @asks_the_api
    def command(client: httpx.Client, names: tuple[str, ...]) -> None:
        for name in names:
            path = f"/schedules/{id_of(client, 'schedule', name)}"
            if verb == "delete":
                asked(client, "DELETE", path)
            else:
                asked(client, "POST", f"{path}/{verb}")
            click.echo(f"{done} {name!r}")

    command.__doc__ = help_text
    schedule.command(name=verb)(command)
    return command


pause = _step("pause", "paused", "Stop the schedules until somebody resumes them.")
resume = _step("resume", "resumed", "Have the schedules fire again, also disabled or held ones.")
delete = _step("delete", "deleted", "Delete the schedules; their runs stay.")


schedule.add_command(transfer_command("schedule"))


@schedule.command()
@click.argument("name")
@click.option("--wait", is_flag=True, help="Until it is completed.")
@once_option
@patience_option
@asks_the_api
def run(client: httpx.Client, name: str, wait: bool, key: str | None, patience: float) -> None:
    """Run a schedule now, for its recipients.

    Its own fires stay as they are. NAME may be its id.
    """
    path = f"/schedules/{id_of(client, 'schedule', name)}/run"
    if not wait:
        headers = {"Idempotency-Key": key} if key else {}
        click.echo(asked(client, "POST", path, headers=headers)["id"])
        return
    made = asked_and_followed(client, path, None, key=key, patience=patience)
    ensure_completed(made)
    click.echo(made["id"])


def _in_utc(instant: str | None) -> str:
    if instant is None:
        return ""
    return f"{datetime.fromisoformat(instant).astimezone(UTC):%Y-%m-%d %H:%M:%S}"
