"""`broadsheet up`, `down`, `status`: the whole stack on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

import click

from deploy.local.errors import StackError
from deploy.local.first_report import make_first_report
from deploy.local.places import CHECKOUT, Places, default_state_dir
from deploy.local.processes import Identity, last_lines
from deploy.local.record import read_record, stop_orphans, supervisor_of
from deploy.local.stack import LocalStack, stack_status

_STOP_SECONDS = 80.0  # services 15 + 5, broker 30 + 5, database 20 + 5


@click.command()
@click.option("--detach", is_flag=True, help="Return when every service is ready.")
@click.option("--background", is_flag=True, hidden=True)  # how --detach starts the one behind it
@click.option("--first-report", is_flag=True, help="Load demo data and make a report to look at.")
def up(detach: bool, background: bool, first_report: bool) -> None:
    """Start broker, database, inbox and the five services; Ctrl-C stops them all.

    A service that dies is started again after a growing delay. State lies in var/, or in
    the folder that BROADSHEET_STATE_DIR names.
    """
    if detach:
        _start_detached()
        if first_report:
            _print_first_report(Places(default_state_dir()))
        return
    _run(background, first_report)


@click.command()
def down() -> None:
    """Stop what runs in this checkout, also what a crashed supervisor left behind."""
    places = Places(default_state_dir())
    record = read_record(places)
    if record is None:
        click.echo("nothing runs here")
        return
    supervisor = supervisor_of(record)
    if supervisor is None:
        left = stop_orphans(places)
        click.echo(f"the supervisor had crashed; stopped {', '.join(left) or 'nothing'}")
        return
    click.echo("stopping")
    supervisor.stop(signal.SIGTERM, _STOP_SECONDS)
    left = stop_orphans(places)
    click.echo("stopped" + (f"; had to stop {', '.join(left)} one by one" if left else ""))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs; has an admin's token in it.")
def status(as_json: bool) -> None:
    """What runs in this checkout, and where. Exits 1 when nothing does."""
    state = stack_status()
    if state is None:
        raise click.ClickException("nothing runs here; `broadsheet up` starts it")
    if as_json:
        click.echo(json.dumps(state, indent=2))
        return
    for name, service in state["services"].items():
        restarts = f", {service['restarts']} restarts" if service["restarts"] else ""
        click.echo(f"{name:12} {service['health']:10} pid {service['pid'] or '-'}{restarts}")
    _print_addresses(state["api_url"], state["inbox_url"])


def _run(background: bool, first_report: bool) -> None:
    _interrupt_once_on(signal.SIGTERM, signal.SIGINT)
    try:
        with LocalStack(say=_say) as stack:
            if not background:
                click.echo()
                _print_addresses(stack.api_url, stack.inbox_url)
                if first_report:
                    _print_first_report(stack.places)
                click.echo("Ctrl-C stops everything.\n")
            while True:
                time.sleep(1)
                stack.watch()
    except KeyboardInterrupt:
        click.echo("stopped")


def _start_detached() -> None:
    """Start ourselves in the background and wait until that one is ready or has failed."""
    places = Places(default_state_dir())
    log = places.log("supervisor")
    with log.open("ab") as output:
        output.seek(0, os.SEEK_END)
        began_at = output.tell()
        child = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up", "--background"],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        record = _wait_until_ready(places, child, log, began_at)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise
    click.echo(f"\nrunning in the background (log: {log}); `broadsheet down` stops it")
    _print_addresses(record["api_url"], record["inbox_url"])


def _wait_until_ready(
    places: Places, child: subprocess.Popen[bytes], log: Path, began_at: int
) -> dict[str, Any]:
    """The record of the stack that `child` started; raises with its reason when it gave up.

    Meanwhile what the child says is passed on line by line.
    """
    identity = Identity.of(child.pid)
    with log.open(encoding="utf-8", errors="replace") as said:
        said.seek(began_at)
        while True:
            ended = child.poll() is not None
            while line := said.readline():
                if not line.startswith("Error: "):
                    click.echo(line, nl=False)
                elif _ends(child):
                    # What click printed of the exception; its further lines follow.
                    raise click.ClickException(line.removeprefix("Error: ") + said.read())
            if ended:
                raise click.ClickException(f"the stack ended at once:\n{last_lines(log)}")
            record = read_record(places)
            if record and supervisor_of(record) == identity and record["phase"] == "ready":
                return record
            time.sleep(0.05)


def _ends(child: subprocess.Popen[bytes]) -> bool:
    """Whether an error in the log was the child's, and not that of one started beside it."""
    try:
        child.wait(2)
    except subprocess.TimeoutExpired:
        return False
    return child.returncode != 0


def _print_addresses(api_url: str, inbox_url: str) -> None:
    click.echo(f"page   {api_url}/")
    click.echo(f"API    {api_url}/api/v1")
    click.echo(f"docs   {api_url}/docs")
    click.echo(f"inbox  {inbox_url}")
    click.echo("token  `broadsheet token` prints one (.venv/bin/broadsheet)")


def _print_first_report(places: Places) -> None:
    click.echo("\nmaking a first report (demo data is loaded the first time)")
    state = stack_status(places.state_dir)
    assert state is not None
    try:
        report = make_first_report(state, places)
    except StackError as error:
        # The stack is up and of use without it; what failed is said.
        click.echo(f"no first report: {error}", err=True)
        return
    for file in report.files:
        click.echo(f"report {file}")
    click.echo(f"mail   {report.mail}\n")


def _say(name: str, line: str) -> None:
    now = datetime.now().astimezone().strftime("%H:%M:%S")
    click.echo(f"{now}  {name:14}  {line}")
    sys.stdout.flush()


def _interrupt_once_on(*signals: signal.Signals) -> None:
    """Turn the first of these signals into `KeyboardInterrupt` and ignore the others.

    Whoever is impatient and presses Ctrl-C again would leave processes behind.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        for one in signals:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    for one in signals:
        signal.signal(one, interrupt)
