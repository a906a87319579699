"""Who changed what is written down, whatever it was."""

from __future__ import annotations

from typing import Any

import httpx

from services.api.roles import Action
from shared.states import DeliveryStatus, RunStatus
from tests.bounces import bounced
from tests.integration.api.test_dead_letters import asked_for, park
from tests.integration.api.test_roles import BODIES, guarded_routes
from tests.running_api import RunningApi, body, definition, schedule
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"
READING = {"GET", "HEAD"}
RECIPIENT = {"channel": "email", "to": "someone@example.com"}
OF_COMPLETED = {
    Action.DELETE_REPORT,
    Action.ADD_FORMAT,
    Action.SHARE_REPORT,
    Action.REVOKE_LINK,
    Action.DELIVER_REPORT,
    Action.RESEND_DELIVERY,
    Action.RESOLVE_DELIVERY,
    Action.SUPERSEDE_REPORT,
}
SCHEDULES = "/api/v1/schedules"


def bodies(definition_id: str, schedule_id: str) -> dict[tuple[str, str], Any]:
    """Where the body that shows who may ask would change nothing."""
    these = {"ids": [schedule_id]}
    return BODIES | {
        ("POST", f"{REPORTS}/{{run_id}}/render"): {"formats": ["xlsx"]},
        ("POST", "/api/v1/definitions"): definition(),
        ("PUT", "/api/v1/definitions/{definition_id}"): definition(),
        ("POST", SCHEDULES): schedule(definition_id),
        ("PUT", f"{SCHEDULES}/{{schedule_id}}"): schedule(definition_id),
        ("POST", f"{SCHEDULES}/pause"): these,
        ("POST", f"{SCHEDULES}/resume"): these,
        ("POST", f"{SCHEDULES}/transfer"): these | {"to": "bob"},
        ("POST", "/api/v1/definitions/transfer"): {"ids": [definition_id], "to": "bob"},
        ("POST", "/api/v1/import"): {"definitions": [definition()]},
    }


async def test_every_changing_route_writes_who_did_it(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    walked: set[Action] = set()
    for method, path, action in guarded_routes(api.app):
        if method in READING or action is Action.SEE_SCHEDULES:  # a preview is asked for by POST
            continue
        if path.startswith("/api/v1/confirmed-addresses"):  # `test_recipient_policy.py`
            continue
        asked = (await ada.post(REPORTS, json=body(deliver_to=[RECIPIENT]))).json()
        run, delivery = asked["id"], asked["deliveries"][0]["id"]
        if action is Action.RETRY_REPORT:
            await api.change(run, status=RunStatus.FAILED)
        if action in OF_COMPLETED:
            await api.finish(run)
        if action in (Action.RESEND_DELIVERY, Action.RESOLVE_DELIVERY):
            await api.change_delivery(delivery, status=DeliveryStatus.UNCERTAIN)
        if action is Action.REPORT_BOUNCE:
            await api.change_delivery(delivery, status=DeliveryStatus.SENT)
        if action is Action.CHANGE_SUPPRESSIONS and method == "DELETE":
            await ada.post("/api/v1/suppressions", json={"address": "bob@example.com"})
        link = await ada.post(f"{REPORTS}/{run}/links", json={"format": "csv"})
        wanted = {"widget": "quality_metrics", "origins": ["https://wiki.example.com"]}
        embed = await ada.post("/api/v1/embeds", json=wanted)
        parked = await park(api, studio, asked_for(studio, run))
        await ada.post("/api/v1/destinations", json={"name": "loaded", "channel": "folder"})
        await ada.put("/api/v1/members/bob", json={"role": "author"})
        unused = (await ada.post("/api/v1/definitions", json=definition())).json()["id"]
        used = (await ada.post("/api/v1/definitions", json=definition())).json()["id"]
        planned = (await ada.post(SCHEDULES, json=schedule(used))).json()["id"]
        if path.endswith("/resume"):
            await ada.post(f"{SCHEDULES}/{planned}/pause")
        before = len(await api.audit(studio))
        ids = {
            "run_id": run,
            "delivery_id": delivery,
            "sub:path": "bob",
            "address:path": "bob@example.com",
            "definition_id": unused,
            "schedule_id": planned,
            "link_id": link.json().get("id", ""),
            "embed_id": embed.json()["id"],
            "message_id": parked,
        }
        url = path.replace("{name}", "loaded")
        for name, value in ids.items():
            url = url.replace(f"{{{name}}}", value)

        sent: dict[str, Any] = {"json": bodies(used, planned).get((method, path))}
        if action is Action.REPORT_BOUNCE:
            sent = {"content": bounced(delivery, status="5.2.2")}
        answer = await ada.request(method, url, **sent, headers={"If-Match": "*"})

        # Nobody makes previews here; who asked for one is known all the same.
        unmade = path == "/api/v1/previews" and answer.status_code == 503
        assert answer.is_success or unmade, f"{method} {path}: {answer.text}"
        written = [row["actor"] for row in (await api.audit(studio))[before:]]
        # A correction is a request as well.
        expected = 2 if action is Action.SUPERSEDE_REPORT else 1
        assert written == ["ada"] * expected, f"{method} {path}"
        walked.add(action)
    assert {Action.REQUEST_REPORT, Action.CANCEL_REPORT, Action.CHANGE_SETTINGS} <= walked
