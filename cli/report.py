"""`broadsheet report`: ask for a report over the API, watch it come, download it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Console
from rich.status import Status

from shared.periods import Preset

_FINAL = ("completed", "failed", "cancelled", "skipped")


@click.command()
@click.argument("report_type", metavar="TYPE")
@click.option("--from", "first_day", metavar="DAY", help="First day, YYYY-MM-DD.")
@click.option("--to", "last_day", metavar="DAY", help="Last day, inclusive.")
@click.option(
    "--preset", type=click.Choice([preset.value for preset in Preset]), help="In place of two days."
)
@click.option("--timezone", help="IANA name; the organisation's when left out.")
@click.option(
    "--format", "formats", multiple=True, default=["pdf"], show_default=True, help="Repeatable."
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="As the report type's schema says; VALUE is JSON, or else taken as text. Repeatable.",
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="About the files, such as csv_byte_order_mark=true. Repeatable.",
)
@click.option("--mail-to", multiple=True, metavar="ADDRESS", help="Repeatable.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write; with several formats a folder. Here, when left out.",
)
@click.option("--api-url", envvar="BROADSHEET_API_URL", help="The running local stack's.")
@click.option("--token", envvar="BROADSHEET_TOKEN", help="An admin's of the local stack.")
def report(
    report_type: str,
    first_day: str | None,
    last_day: str | None,
    preset: str | None,
    timezone: str | None,
    formats: tuple[str, ...],
    parameters: tuple[str, ...],
    options: tuple[str, ...],
    mail_to: tuple[str, ...],
    output: Path | None,
    api_url: str | None,
    token: str | None,
) -> None:
    """Ask for a report of TYPE, show its progress, and download its files.

    Exits with 1 and the reason when it was refused or failed.
    """
    api_url, token = _whom_to_ask(api_url, token)
    _ensure_writable(output, len(formats) > 1)
    period = {"preset": preset, "from": first_day, "to": last_day}
    body: dict[str, Any] = {
        "type": report_type,
        "formats": list(formats),
        "period": {name: value for name, value in period.items() if value is not None},
        "parameters": dict(_named(text, "--parameter") for text in parameters),
        "format_options": dict(_named(text, "--option") for text in options),
        "deliver_to": [{"channel": "email", "to": address} for address in mail_to],
    }
    if timezone:
        body["timezone"] = timezone
    try:
        with httpx.Client(
            base_url=f"{api_url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            trust_env=False,
        ) as client:
            run = _followed(client, _answer(client.post("/reports", json=body)).json())
            if run["status"] != "completed":
                raise click.ClickException(_why(run))
            for format_name in formats:
                file = _download(client, run, format_name, output, len(formats) > 1)
                if file.is_file():
                    click.echo(file)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise click.ClickException(f"{api_url} cannot be reached: {error}") from error
    except UnicodeError as error:
        raise click.ClickException(f"that cannot be sent: {error}") from error
    except OSError as error:
        raise click.ClickException(f"the file cannot be written: {error}") from error


def _whom_to_ask(api_url: str | None, token: str | None) -> tuple[str, str]:
    if api_url and token:
        return api_url, token
    from deploy.local.stack import stack_status

    state = stack_status()
    if state is None:
        raise click.ClickException(
            "no stack runs here: start one with `broadsheet up`, or give --api-url and --token"
        )
    return api_url or state["api_url"], token or state["token"]


def _ensure_writable(output: Path | None, many: bool) -> None:
    """Before anything is asked for: a report that cannot be kept is of no use."""
    target = output or Path.cwd()
    if many and target.exists() and not target.is_dir():
        wrong = f"{target} is a file, and several formats need a folder"
    elif target.exists() and not target.is_file():  # a folder, or /dev/stdout and its like
        wrong = "" if os.access(target, os.W_OK) else f"{target} cannot be written to"
    elif not target.parent.is_dir():
        wrong = f"there is no folder {target.parent}"
    else:
        wrong = "" if os.access(target.parent, os.W_OK) else f"{target.parent} cannot be written to"
    if wrong:
        raise click.BadParameter(wrong, param_hint="--output")


def _named(text: str, option: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint=option)
    with contextlib.suppress(json.JSONDecodeError):
        return name, json.loads(value, parse_constant=str)  # NaN is none of JSON's values
    return name, value


def _followed(client: httpx.Client, run: dict[str, Any]) -> dict[str, Any]:
    """The run once it is final; a lost connection is taken up again."""
    # Progress is for people: on a terminal, and never mixed into what a script reads.
    console = Console(stderr=True)
    with console.status(_progress(run)) if console.is_terminal else _silence() as status:
        while run["status"] not in _FINAL:
            with contextlib.suppress(httpx.TransportError):
                for news in _news(client, run["id"]):
                    run = news
                    if status is not None:
                        status.update(_progress(run))
            if run["status"] not in _FINAL:
                run = _answer(client.get(f"/reports/{run['id']}")).json()
    return run


@contextlib.contextmanager
def _silence() -> Iterator[Status | None]:
    yield None


def _news(client: httpx.Client, run_id: str) -> Iterator[dict[str, Any]]:
    """The run again each time something changed (server-sent events)."""
    with client.stream("GET", f"/reports/{run_id}/events") as stream:
        if stream.is_error:
            stream.read()
            _answer(stream)
        event = ""
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "status":
                yield json.loads(value)


def _progress(run: dict[str, Any]) -> str:
    eta = run.get("eta_seconds")
    left = f", about {max(1, round(eta))} s left" if eta else ""
    return f"{run['type']}: {run['status']}{left}"


def _download(
    client: httpx.Client, run: dict[str, Any], format_name: str, output: Path | None, many: bool
) -> Path:
    """Write one file and return its path; nothing is left of a download that broke off."""
    with client.stream(
        "GET", f"/reports/{run['id']}/download", params={"format": format_name}
    ) as stream:
        if stream.is_error:
            stream.read()
            _answer(stream)
        file = _target(stream, output, many)
        if file.exists() and not file.is_file():  # /dev/stdout and its like are written to
            with file.open("wb") as opened:
                opened.writelines(stream.iter_bytes())
            return file
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
    return file


def _target(stream: httpx.Response, output: Path | None, many: bool) -> Path:
    disposition = stream.headers.get("content-disposition", "")
    name = Path(disposition.partition('filename="')[2].partition('"')[0] or "report").name
    if output is None:
        return Path(name)
    if many or output.is_dir():
        output.mkdir(parents=True, exist_ok=True)
        return output / name
    return output


def _answer(response: httpx.Response) -> httpx.Response:
    if not response.is_error:
        return response
    try:
        problem = response.json()
    except ValueError:
        raise click.ClickException(f"{response.status_code}: {response.text}") from None
    reasons = [problem.get("detail") or problem.get("title") or response.text]
    reasons += [f"  {error['field']}: {error['detail']}" for error in problem.get("errors", ())]
    raise click.ClickException("\n".join([f"{response.status_code}: {reasons[0]}", *reasons[1:]]))


def _why(run: dict[str, Any]) -> str:
    error = run.get("error")
    if error:
        return f"the report failed at {error['stage']}: {error['message']} ({error['code']})"
    return f"the report was {run['status']}"
