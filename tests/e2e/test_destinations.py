"""Reports go to destinations, through the whole stack; what is secret stays so."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.reports import REPORTS, finished, until_delivered
from tests.processes import PATIENCE, Fleet
from tests.sftp_server import PASSWORD, sftp_server

DESTINATIONS = "/api/v1/destinations"


def outcome_of_a_test(client: httpx.Client, name: str) -> dict[str, Any]:
    """What became of a test."""
    assert client.post(f"{DESTINATIONS}/{name}/test").status_code == 202
    until = time.monotonic() + PATIENCE
    while True:
        found: dict[str, Any] = client.get(f"{DESTINATIONS}/{name}").json()["last_test"]
        if found["outcome"] is not None:
            return found
        assert time.monotonic() < until
        time.sleep(0.1)


async def test_a_report_is_put_on_an_sftp_server_and_nothing_secret_is_told(
    ada: httpx.Client, fleet: Fleet, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with sftp_server(tmp_path / "far") as server:
        settings = server.settings | {"key": "{type}/{yyyy}/{run}.{format}"}
        body = {"name": "archive", "channel": "sftp", "settings": settings}
        saved = await asyncio.to_thread(ada.post, DESTINATIONS, json=body)
        assert saved.status_code == 201, saved.text
        test = await asyncio.to_thread(outcome_of_a_test, ada, "archive")
        assert test["outcome"] == "sent", test
        (first,) = server.files()
        assert first.startswith("test/")

        def report() -> dict[str, Any]:
            to = [{"channel": "sftp", "to": "archive"}]
            return until_delivered(ada, finished(ada, formats=["csv", "pdf"], deliver_to=to))

        run = await asyncio.to_thread(report)
        ((delivery),) = run["deliveries"]
        assert delivery["status"] == "sent", delivery
        arrived = {name: content for name, content in server.files().items() if name != first}
    assert {Path(name).name for name in arrived} == {f"{run['id']}.csv", f"{run['id']}.pdf"}
    for name, content in arrived.items():
        assert name.startswith("delivery_summary/")
        format_ = name.rpartition(".")[2]
        downloaded = ada.get(f"{REPORTS}/{run['id']}/download?format={format_}").content
        assert content == downloaded
    told = [
        ada.get(path).text for path in (DESTINATIONS, "/api/v1/audit", f"{REPORTS}/{run['id']}")
    ]
    assert PASSWORD not in "".join(told)
    for log in fleet.logs():
        assert PASSWORD not in log.read_text(errors="replace"), f"it is in {log.name}"
    assert any("delivery attempted" in log.read_text(errors="replace") for log in fleet.logs())


async def test_a_wrong_password_is_said_by_the_test(ada: httpx.Client, tmp_path: Path) -> None:
    async with sftp_server(tmp_path / "far") as server:
        settings = server.settings | {"password": "not-this-one"}
        body = {"name": "wrong", "channel": "sftp", "settings": settings}
        saved = await asyncio.to_thread(ada.post, DESTINATIONS, json=body)
        assert saved.status_code == 201, saved.text
        test = await asyncio.to_thread(outcome_of_a_test, ada, "wrong")
    assert test["outcome"] == "refused"
    assert "not let in" in test["answer"]
    assert test["host"] == f"127.0.0.1:{server.port}"
