"""A report from the moment it was asked for: watching it come, however often the line is cut."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import click
import httpx
from rich.console import Console
from rich.status import Status

from cli.calling import answer, called

_FINAL = ("completed", "failed", "cancelled", "skipped")
_PAUSE_SECONDS = 0.5
"""Before a stream that broke off is taken up again."""


def asked_and_followed(
    client: httpx.Client,
    path: str,
    body: dict[str, Any] | None,
    *,
    key: str | None,
    patience: float,
) -> dict[str, Any]:
    """POST the body, and return the run once no work on it goes on.

    Sent with an `Idempotency-Key`, so that it may be sent again where no answer came. Whoever
    ends the command meanwhile, or loses the API, is told how to take it up again.
    """
    key = key or str(uuid4())
    run: dict[str, Any] | None = None
    try:
        run = called(
            client, "POST", path, patience=patience, json=body, headers={"Idempotency-Key": key}
        )
        return _followed(client, run, patience)
    except httpx.TransportError as error:
        reason = f"{client.base_url.host} cannot be reached: {error}"
        raise click.ClickException(f"{reason}\n{_farewell(client, run, key)}") from error
    except KeyboardInterrupt:
        click.echo("\n" + _farewell(client, run, key), err=True)
        raise
    except click.ClickException as refused:
        if run is None:
            raise
        raise click.ClickException(f"{refused.message}\n{_farewell(client, run, key)}") from None


def _farewell(client: httpx.Client, run: dict[str, Any] | None, key: str) -> str:
    again = f"ask the same again with --key {key}"
    if run is None:
        return f"If it was taken all the same: {again}, and it is made once."
    return (
        f"Report {run['id']} goes on without this command. To fetch it, {again},\n"
        f"or look at it: {client.base_url.join('reports/' + run['id'])}"
    )


def _followed(client: httpx.Client, run: dict[str, Any], patience: float) -> dict[str, Any]:
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
                time.sleep(_PAUSE_SECONDS)
                run = called(client, "GET", f"/reports/{run['id']}", patience=patience)
    return run


def _is_settled(run: dict[str, Any]) -> bool:
    parts = (run, *run["slices"])
    return run["status"] in _FINAL and "pending" not in (
        artifact["status"] for part in parts for artifact in part["artifacts"]
    )


@contextlib.contextmanager
def _silence() -> Iterator[Status | None]:
    yield None


def _news(client: httpx.Client, run_id: str) -> Iterator[dict[str, Any]]:
    """The run again each time something changed (server-sent events); none while it is away."""
    with client.stream("GET", f"/reports/{run_id}/events") as stream:
        if stream.is_server_error:
            return
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


def ensure_completed(run: dict[str, Any]) -> None:
    """End the command with the reason, unless the run was completed."""
    if run["status"] == "completed":
        return
    error = run.get("error")
    if error:
        raise click.ClickException(
            f"the report failed at {error['stage']}: {error['message']} ({error['code']})"
        )
    raise click.ClickException(f"the report was {run['status']}")
