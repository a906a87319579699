"""What the commands that follow a report over the API share: asking, watching, downloading."""

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

_FINAL = ("completed", "failed", "cancelled", "skipped")


@contextlib.contextmanager
def api_client(api_url: str, token: str) -> Iterator[httpx.Client]:
    """A client for `/api/v1`; what goes wrong in the block ends the command with its reason."""
    try:
        with httpx.Client(
            base_url=f"{api_url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            trust_env=False,
        ) as client:
            yield client
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise click.ClickException(f"{api_url} cannot be reached: {error}") from error
    except UnicodeError as error:
        raise click.ClickException(f"that cannot be sent: {error}") from error
    except OSError as error:
        raise click.ClickException(f"the file cannot be written: {error}") from error


def whom_to_ask(api_url: str | None, token: str | None) -> tuple[str, str]:
    """Address and token: those given, else the running local stack's."""
    if api_url and token:
        return api_url, token
    from deploy.local.stack import stack_status

    state = stack_status()
    if state is None:
        raise click.ClickException(
            "no stack runs here: start one with `broadsheet up`, or give --api-url and --token"
        )
    return api_url or state["api_url"], token or state["token"]


def ensure_writable(output: Path | None, many: bool) -> None:
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


def followed(client: httpx.Client, run: dict[str, Any]) -> dict[str, Any]:
    """The run once no work on it goes on; a lost connection is taken up again."""
    # Progress is for people: on a terminal, and never mixed into what a script reads.
    console = Console(stderr=True)
    with console.status(_progress(run)) if console.is_terminal else _silence() as status:
        while not _is_settled(run):
            with contextlib.suppress(httpx.TransportError):
                for news in _news(client, run["id"]):
                    run = news
                    if status is not None:
                        status.update(_progress(run))
            if not _is_settled(run):
                run = answer(client.get(f"/reports/{run['id']}")).json()
    return run


def _is_settled(run: dict[str, Any]) -> bool:
    return run["status"] in _FINAL and "pending" not in (
        artifact["status"] for artifact in run["artifacts"]
    )


@contextlib.contextmanager
def _silence() -> Iterator[Status | None]:
    yield None


def _news(client: httpx.Client, run_id: str) -> Iterator[dict[str, Any]]:
    """The run again each time something changed (server-sent events)."""
    with client.stream("GET", f"/reports/{run_id}/events") as stream:
        if stream.is_error:
            stream.read()
            answer(stream)
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


def download(
    client: httpx.Client, run: dict[str, Any], format_name: str, output: Path | None, many: bool
) -> None:
    """Write one file and print its path; nothing is left of a download that broke off."""
    with client.stream(
        "GET", f"/reports/{run['id']}/download", params={"format": format_name}
    ) as stream:
        if stream.is_error:
            stream.read()
            answer(stream)
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


def answer(response: httpx.Response) -> httpx.Response:
    """The response, unless it is a refusal: then its reasons end the command."""
    if not response.is_error:
        return response
    try:
        problem = response.json()
    except ValueError:
        raise click.ClickException(f"{response.status_code}: {response.text}") from None
    reasons = [problem.get("detail") or problem.get("title") or response.text]
    reasons += [f"  {error['field']}: {error['detail']}" for error in problem.get("errors", ())]
    raise click.ClickException("\n".join([f"{response.status_code}: {reasons[0]}", *reasons[1:]]))
