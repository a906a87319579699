"""What `make run` ends with: demo data and one report, made over the API like anybody's."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

from deploy.local.errors import StackError
from deploy.local.places import CHECKOUT, Places

_FORMATS = ("pdf", "csv", "json")
_FINAL = ("completed", "failed", "cancelled", "skipped")
_PATIENCE_SECONDS = 90.0
_REQUEST = {
    "type": "delivery_summary",
    "formats": list(_FORMATS),
    "period": {"preset": "last_month"},
    "deliver_to": [{"channel": "email", "to": "someone@example.com"}],
}


@dataclass(frozen=True)
class FirstReport:
    """What there is to look at."""

    files: list[Path]
    mail: str
    """The mail's address in the inbox; or why it is not there."""


def make_first_report(stack: dict[str, Any], places: Places) -> FirstReport:
    """Ask for last month's `delivery_summary`, save its files and look for its mail.

    `stack` is what `stack_status` returns. Raises `StackError` when it fails.
    """
    _load_demo_data(stack, places)
    return ask_for_first_report(stack, places.reports, today=datetime.now(UTC).date())


def ask_for_first_report(stack: dict[str, Any], folder: Path, *, today: date) -> FirstReport:
    """One report a day, however often the stack is started.

    One of that day that came to nothing, or was deleted since, is asked for anew; one that is
    made now and fails raises `StackError`.
    """
    headers = {"Authorization": f"Bearer {stack['token']}"}
    base = f"{stack['api_url']}/api/v1"
    try:
        with httpx.Client(base_url=base, headers=headers, timeout=30, trust_env=False) as client:
            for number in itertools.count():
                key = f"first-report/{today}" + (f"/{number}" if number else "")
                asked = client.post("/reports", json=_REQUEST, headers={"Idempotency-Key": key})
                run = _answer(asked).json()
                is_old = run["status"] in _FINAL
                run = _once(client, run, lambda run: run["status"] in _FINAL)
                if run["status"] != "completed":
                    if is_old:
                        continue
                    raise StackError(f"run {run['id']} {run['status']}: {run.get('error')}")
                contents = [_content(client, run["id"], name) for name in _FORMATS]
                if is_old and None in contents:
                    continue
                files = [
                    _save(content, name, folder)
                    for name, content in zip(_FORMATS, contents, strict=True)
                ]
                return FirstReport(files, _mail(client, run, stack["inbox_url"]))
    except httpx.HTTPError as error:
        raise StackError(f"the API did not answer: {error!r}") from error
    raise AssertionError("there is always another key")


def _once(
    client: httpx.Client, run: dict[str, Any], settled: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not settled(run):
        if time.monotonic() > deadline:
            raise StackError(f"run {run['id']} is still {run['status']}")
        time.sleep(0.2)
        run = _answer(client.get(f"/reports/{run['id']}")).json()
    return run


def _content(client: httpx.Client, run_id: str, name: str) -> bytes | None:
    """A file's bytes; None once it is no longer kept."""
    answer = client.get(f"/reports/{run_id}/download", params={"format": name})
    return None if answer.status_code == 410 else _answer(answer).content


def _save(content: bytes | None, name: str, folder: Path) -> Path:
    if content is None:
        raise StackError(f"its {name} file was removed as soon as it was made")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"delivery_summary.{name}"
    file.write_bytes(content)
    return file


def _mail(client: httpx.Client, run: dict[str, Any], inbox_url: str) -> str:
    """Where the run's mail lies, looked up in the inbox itself; or why it lies nowhere."""
    run = _once(
        client, run, lambda run: run["deliveries"][0]["status"] not in ("pending", "sending")
    )
    (delivery,) = run["deliveries"]
    if delivery["status"] != "sent":
        return f"the mail is {delivery['status']}: {delivery['answer'] or 'no server answered'}"
    with httpx.Client(timeout=10, trust_env=False) as inbox:
        for mail in _answer(inbox.get(f"{inbox_url}/api/messages")).json():
            if mail["message_id"] == delivery["receipt"]:
                return f"{inbox_url}/messages/{mail['id']}"
    return "its mail was sent, and is no longer in the inbox"


def _answer(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise StackError(f"{response.request.url} answered {response.status_code}: {response.text}")
    return response


def _load_demo_data(stack: dict[str, Any], places: Places) -> None:
    """Scale 1, once per database: the mark says which one was filled."""
    mark = places.state_dir / "demo-data.loaded"
    database = stack["database_url"].rpartition("@")[2]  # without the password
    if mark.exists() and mark.read_text() == database:
        return
    ended = subprocess.run(
        [sys.executable, "-m", "cli.main", "demo-data", "--scale", "1", "--seed", "1"],
        cwd=CHECKOUT,
        env={**os.environ, "BROADSHEET_ADMIN_DATABASE_URL": stack["database_url"]},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise StackError(f"demo data was not loaded: {ended.stderr.strip()[-2000:]}")
    mark.write_text(database)
