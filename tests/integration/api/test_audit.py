"""Who changed what is written down, whatever it was."""

from __future__ import annotations

from typing import Any

import httpx

from services.api.roles import Action
from shared.states import RunStatus
from tests.integration.api.test_roles import BODIES, guarded_routes
from tests.running_api import RunningApi, body
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"
READING = {"GET", "HEAD"}
FURTHER: dict[tuple[str, str], Any] = {
    ("POST", f"{REPORTS}/{{run_id}}/render"): {"formats": ["xlsx"]}
}
"""Where the body that shows who may ask would change nothing."""


async def test_every_changing_route_writes_who_did_it(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    walked: set[Action] = set()
    for method, path, action in guarded_routes(api.app):
        if method in READING:
            continue
        run = (await ada.post(REPORTS, json=body())).json()["id"]
        if action is Action.RETRY_REPORT:
            await api.change(run, status=RunStatus.FAILED)
        if action in (Action.DELETE_REPORT, Action.ADD_FORMAT):
            await api.finish(run)
        await ada.put("/api/v1/members/bob", json={"role": "viewer"})
        before = len(await api.audit(studio))
        route = (method, path)

        answer = await ada.request(
            method,
            path.replace("{run_id}", run).replace("{sub:path}", "bob"),
            json=FURTHER.get(route, BODIES.get(route)),
        )

        assert answer.is_success, f"{method} {path}: {answer.text}"
        (written, *more) = (await api.audit(studio))[before:]
        assert (written["actor"], more) == ("ada", []), f"{method} {path}"
        walked.add(action)
    assert {Action.REQUEST_REPORT, Action.CANCEL_REPORT, Action.CHANGE_SETTINGS} <= walked
