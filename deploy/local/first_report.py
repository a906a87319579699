"""What `make run` ends with: demo data and one report, made over the API like anybody's."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from deploy.local.errors import StackError
from deploy.local.places import CHECKOUT, Places

_FORMATS = ("pdf", "csv", "json")
_PATIENCE_SECONDS = 90.0
_REQUEST = {
    "type": "delivery_summary",
    "formats": list(_FORMATS),
    "period": {"preset": "last_month"},
    "deliver_to": [{"channel": "email", "to": "someone@example.com"}],
}


def make_first_report(stack: dict[str, Any], places: Places) -> list[Path]:
    """Ask for last month's `delivery_summary` and save its files; returns their paths.

    `stack` is what `stack_status` returns. Raises `StackError` when it fails.
    """
    _load_demo_data(stack, places)
    headers = {"Authorization": f"Bearer {stack['token']}"}
    base = f"{stack['api_url']}/api/v1"
    try:
        with httpx.Client(base_url=base, headers=headers, timeout=30, trust_env=False) as client:
            # Once a day, however often the stack is started.
            once = {"Idempotency-Key": f"first-report/{datetime.now(UTC).date()}"}
            asked = _answer(client.post("/reports", json=_REQUEST, headers=once))
            run = _finished(client, asked.json())
            return [_save(client, run["id"], name, places.reports) for name in _FORMATS]
    except httpx.HTTPError as error:
        raise StackError(f"the API did not answer: {error!r}") from error


def _finished(client: httpx.Client, run: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while run["status"] not in ("completed", "failed", "cancelled", "skipped"):
        if time.monotonic() > deadline:
            raise StackError(f"run {run['id']} is still {run['status']}")
        time.sleep(0.2)
        run = _answer(client.get(f"/reports/{run['id']}")).json()
    if run["status"] != "completed":
        raise StackError(f"run {run['id']} {run['status']}: {run.get('error')}")
    return run


def _save(client: httpx.Client, run_id: str, name: str, folder: Path) -> Path:
    answer = _answer(client.get(f"/reports/{run_id}/download", params={"format": name}))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"delivery_summary.{name}"
    file.write_bytes(answer.content)
    return file


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
