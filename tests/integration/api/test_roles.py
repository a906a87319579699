"""Every route and every role, against the one table in `services.api.roles`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route

from services.api.roles import LOWEST_ROLE, ONLY_OWN_BELOW_ADMIN, Action, Role
from tests.bounces import bounced
from tests.running_api import MONDAYS, OCTOBER, RunningApi, body, definition, schedule
from tests.tenants import Tenant

PUBLIC = {
    "/health/live",
    "/health/ready",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/docs/oauth2-redirect",
    "/session",
}
BY_LINK = {
    "/s/{token}",
    "/s/{token}/file",
    "/embed/{token}",
    "/embed/{token}/figures",
    "/confirm/{token}",
    "/unsubscribe/{token}",
}
"""Open to whoever has a link; `test_share_links.py`, `test_embeds.py` and
`test_recipient_policy.py` look at them."""
SIGNING_IN = {"/session/demo"}
"""Which check for themselves who may."""
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/api/v1/reports"): body(),
    ("POST", "/api/v1/previews"): {"type": "delivery_summary", "period": OCTOBER},
    ("POST", "/api/v1/reports/{run_id}/render"): {"formats": ["csv"]},
    ("POST", "/api/v1/reports/{run_id}/links"): {"format": "csv"},
    ("POST", "/api/v1/reports/{run_id}/supersede"): {},
    ("POST", "/api/v1/reports/{run_id}/deliver"): {
        "deliver_to": [{"channel": "email", "to": "further@example.com"}]
    },
    ("POST", "/api/v1/embeds"): {
        "widget": "quality_metrics",
        "origins": ["https://wiki.example.com"],
    },
    ("POST", "/api/v1/deliveries/{delivery_id}/resolve"): {"outcome": "arrived"},
    ("POST", "/api/v1/suppressions"): {"address": "someone@example.com"},
    ("PUT", "/api/v1/members/{sub:path}"): {"role": "viewer"},
    ("PUT", "/api/v1/settings/house-style"): {"footer": "For internal use"},
    ("PATCH", "/api/v1/settings"): {"retention_days": 90},
    ("PUT", "/api/v1/settings/recipients"): {"others": "allowed"},
    ("POST", "/api/v1/confirmed-addresses"): {"address": "client@out.example"},
    ("PUT", "/api/v1/settings/days-off"): {"days": [{"day": "2026-12-24", "name": "Outing"}]},
    ("POST", "/api/v1/definitions"): definition(name="walked"),
    ("PUT", "/api/v1/definitions/{definition_id}"): definition(name="walked"),
    ("PATCH", "/api/v1/definitions/{definition_id}"): {"tags": ["weekly"]},
    ("POST", "/api/v1/definitions/{definition_id}/run"): {},
    ("POST", "/api/v1/definitions/{definition_id}/transfer"): {"to": "bob"},
    ("POST", "/api/v1/definitions/transfer"): {"tag": "nobody's", "to": "a-admin"},
    ("POST", "/api/v1/schedules/preview"): {"cadence": MONDAYS},
    ("PUT", "/api/v1/schedules/{schedule_id}"): schedule(str(uuid4())),
    ("PATCH", "/api/v1/schedules/{schedule_id}"): {"jitter_seconds": 60},
    ("POST", "/api/v1/schedules/{schedule_id}/transfer"): {"to": "bob"},
    ("POST", "/api/v1/schedules/pause"): {"state": "ended"},
    ("POST", "/api/v1/schedules/resume"): {"state": "ended"},
    ("POST", "/api/v1/schedules/transfer"): {"state": "ended", "to": "a-admin"},
    ("POST", "/api/v1/signals/{name}"): {},
    ("POST", "/api/v1/destinations"): {"name": "walked", "channel": "folder"},
    ("PUT", "/api/v1/destinations/{name}"): {"channel": "folder"},
    ("PATCH", "/api/v1/destinations/{name}"): {"disabled": True},
    ("POST", "/api/v1/import"): {},
}
RAW = {("POST", "/api/v1/bounces"): bounced(str(uuid4()))}
"""Bodies that are no JSON; what they name does not exist."""
QUERIES = {
    "/api/v1/reports/{run_id}/download": "?format=csv",
    "/api/v1/news": "?seconds=0",
    "/api/v1/why": "?recipient=someone@example.com&date=2026-11-20",
}
DECLINED = {
    ("POST", "/api/v1/confirmed-addresses"): 409,
    ("POST", "/api/v1/previews"): 503,
}
"""Where this api has to decline, which does not know its own address and has no workers."""
ENDLESS = {"/api/v1/events"}
"""Streams that end for those alone who are not let in; `test_events.py` follows them."""
MADE_BY_ASKING = {("PUT", "/api/v1/members/{sub:path}"), ("POST", "/api/v1/signals/{name}")}
"""Where what the path names need not be there before."""


def guarded_routes(app: FastAPI) -> Iterator[tuple[str, str, Action]]:
    """Method, path and action of every route below /api."""
    for route in every_route(app.routes):
        if isinstance(route, APIRoute) and route.path.startswith("/api/"):
            for method in sorted(route.methods or ()):
                (action,) = set(actions(route.dependant))
                yield method, route.path, action


def every_route(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    """Those of included routers too."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from every_route(route.original_router.routes)
        else:
            yield route


def actions(dependant: Dependant) -> Iterator[Action]:
    for dependency in dependant.dependencies:
        if (action := getattr(dependency.call, "action", None)) is not None:
            yield action
        yield from actions(dependency)


async def test_everything_but_the_public_routes_is_guarded_by_an_action(api: RunningApi) -> None:
    for route in every_route(api.app.routes):
        if isinstance(route, Mount):
            assert route.path == "/docs/static"
        else:
            assert isinstance(route, Route)
            assert route.path in PUBLIC | BY_LINK | SIGNING_IN or route.path.startswith("/api/v1/")
    assert {action for _, _, action in guarded_routes(api.app)} == set(Action)


@pytest.mark.parametrize("role", [None, *Role])
async def test_each_role_may_do_what_the_table_says(
    role: Role | None, api: RunningApi, studio: Tenant
) -> None:
    tenant = studio if role else None
    async with api.client(studio) as admin:
        saved = (await admin.post("/api/v1/definitions", json=definition())).json()["id"]
        await admin.put("/api/v1/members/a-admin", json={"role": "admin"})
    bodies = BODIES | {("POST", "/api/v1/schedules"): schedule(saved)}
    for method, path, action in guarded_routes(api.app):
        # In place of an id or a sub, something that does not exist: 404 is for those let in.
        url = re.sub(r"{\w+_id}", str(uuid4()), path).replace("{sub:path}", f"nobody-{uuid4()}")
        url = url.replace("{address:path}", "nobody@out.example")
        url = url.replace("{name}", "loaded") + QUERIES.get(path, "")
        if path in ENDLESS and role is not None and role.includes(LOWEST_ROLE[action]):
            continue
        async with api.client(tenant, role=role or "", sub=f"a-{role}") as client:
            if (method, path) in RAW:
                answer = await client.request(method, url, content=RAW[method, path])
            else:
                answer = await client.request(method, url, json=bodies.get((method, path)))
        if role is None:
            assert answer.status_code == 401, f"{method} {path}"
        elif role.includes(LOWEST_ROLE[action]):
            missing = "{" in path and (method, path) not in MADE_BY_ASKING
            missing = missing or (method, path) in RAW
            expected = (404,) if missing else (200, 201, 202, 204)
            if declined := DECLINED.get((method, path)):
                expected = (declined,)
            assert answer.status_code in expected, f"{role} {method} {path}: {answer.text}"
        else:
            assert answer.status_code == 403, f"{role} {method} {path}"
            if method != "HEAD":
                assert answer.json()["type"] == "/problems/forbidden"
                fields = [error["field"] for error in answer.json()["errors"]]
                assert fields == ["Authorization"], f"{role} {method} {path}"


@pytest.mark.parametrize("path", sorted(PUBLIC))
async def test_public_routes_need_no_token(path: str, api: RunningApi) -> None:
    async with api.client() as client:
        assert (await client.get(path)).status_code == 200


async def test_authors_do_to_their_own_reports_what_admins_do_to_all(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    of_reports = {Action.CANCEL_REPORT, Action.RETRY_REPORT, Action.DELETE_REPORT}
    assert of_reports < ONLY_OWN_BELOW_ADMIN
    async with (
        api.client(studio, role="author", sub="bob") as bob,
        api.client(studio, role="author", sub="eve") as eve,
    ):
        run = (await bob.post("/api/v1/reports", json=body())).json()["id"]
        steps = (("POST", "cancel", 200), ("POST", "retry", 409), ("DELETE", "", 204))
        for method, step, _ in steps:
            refused = await eve.request(method, f"/api/v1/reports/{run}/{step}".rstrip("/"))
            assert refused.status_code == 403
        for who in (bob, ada):
            for method, step, status in steps:
                answer = await who.request(method, f"/api/v1/reports/{run}/{step}".rstrip("/"))
                assert answer.status_code == status, answer.text
            run = (await bob.post("/api/v1/reports", json=body())).json()["id"]


async def test_administrators_cannot_lock_themselves_out(ada: httpx.AsyncClient) -> None:
    for role in ({"role": "viewer"}, {"role": "admin", "active": False}):
        assert (await ada.put("/api/v1/members/ada", json=role)).status_code == 409
    assert (await ada.put("/api/v1/members/ada", json={"role": "admin"})).status_code == 200
    assert (await ada.delete("/api/v1/members/ada")).status_code == 409
