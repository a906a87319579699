"""Reports as a client asks for them, and their end."""

from __future__ import annotations

import time
from typing import Any

import httpx

from tests.running_api import body

REPORTS = "/api/v1/reports"
WAIT = {"Prefer": "wait=30"}


def finished(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    """Ask, wait for the end, and return the run as it is then."""
    answer = client.post(REPORTS, json=body(**fields), headers=WAIT)
    assert answer.status_code == 200, answer.text
    run: dict[str, Any] = answer.json()
    return run


def until_delivered(client: httpx.Client, run: dict[str, Any]) -> dict[str, Any]:
    """The run once nothing more is to be sent."""
    deadline = time.monotonic() + 20
    while True:
        view: dict[str, Any] = client.get(f"{REPORTS}/{run['id']}").json()
        if all(entry["status"] not in ("pending", "sending") for entry in view["deliveries"]):
            return view
        assert time.monotonic() < deadline, view["deliveries"]
        time.sleep(0.1)
