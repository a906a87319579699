"""A studio's ordinary week, so that every page has something to show: made over the API alone.

Its people and addresses are made up; its reports are of October 2026, of the demo studio.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.tokens import make_token, signing_key
from shared.store.engine import asyncpg_url
from shared.store.new_tenant import NewTenant, Studio, add_tenant
from tests.e2e.conftest import point_source_to
from tests.tenants import Tenant

Found = TypeVar("Found")
SLUG = "lighthouse"
OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}
SEPTEMBER = {"from": "2026-09-01", "to": "2026-09-30"}
PEOPLE = {
    "ada": ("admin", "Operations"),
    "grace": ("author", "Production"),
    "margaret": ("author", "Rendering"),
    "katherine": ("viewer", "Finance"),
}
_LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">
<path d="M8 36 L14 8 H26 L32 36 Z" fill="#1f4e79"/><circle cx="20" cy="6" r="5" fill="#b08d57"/>
<rect x="46" y="12" width="70" height="5" fill="#1f4e79"/>
<rect x="46" y="23" width="48" height="5" fill="#b08d57"/></svg>"""


@dataclass(frozen=True)
class Week:
    """What there is to look at, by its id."""

    report: str
    earlier: str
    burst: str
    failed: str
    schedule: str
    delivery: str
    mail: str


def token_of(infra: LocalInfrastructure, sub: str = "ada") -> str:
    """A token of somebody of the studio."""
    role, _ = PEOPLE[sub]
    return make_token(signing_key(infra.places), tenant=SLUG, role=role, sub=sub)


def lived(infra: LocalInfrastructure, api_url: str, inbox: httpx.Client) -> Week:
    """The week, in a tenant of its own."""
    tenant = apart(_tenant(infra))

    def somebody(sub: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token_of(infra, sub)}", "Prefer": "wait=30"}
        return httpx.Client(base_url=api_url, headers=headers, timeout=40, trust_env=False)

    with somebody("ada") as ada, somebody("grace") as grace, somebody("margaret") as margaret:
        _set_up(ada)
        earlier = _made(grace, "quality_metrics", SEPTEMBER)
        apart(point_source_to(infra, tenant, "BROADSHEET_SOURCE_NOWHERE_URL"))
        failed = _asked(margaret, "throughput_metrics", SEPTEMBER)
        apart(point_source_to(infra, tenant, "BROADSHEET_SOURCE_STUDIO_URL"))
        for name in ("throughput_metrics", "cost_per_character", "gpu_utilization"):
            _made(margaret, name, OCTOBER)
        report = _made(grace, "quality_metrics", OCTOBER)
        sent = _made(grace, "delivery_summary", OCTOBER, to=["board@example.com"])
        burst = _burst(grace)
        schedule = _planned(grace, margaret)
    return Week(
        report=report["id"],
        earlier=earlier["id"],
        burst=burst["id"],
        failed=failed["id"],
        schedule=schedule,
        delivery=sent["deliveries"][0]["id"],
        mail=_arrived(inbox, "board@example.com"),
    )


def apart(work: Coroutine[Any, Any, Found]) -> Found:
    """In a thread of its own: an event loop runs here for as long as there is a browser."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _tenant(infra: LocalInfrastructure) -> Tenant:
    engine = create_async_engine(asyncpg_url(infra.admin_database_url))
    async with engine.begin() as connection:
        made: UUID = await add_tenant(
            connection,
            NewTenant(
                slug=SLUG,
                name="Lighthouse Studio",
                admin="ada",
                admin_email="ada@example.com",
                timezone="Europe/Berlin",
                studio=Studio("BROADSHEET_SOURCE_STUDIO_URL"),
                usage_summary=False,
            ),
        )
    await engine.dispose()
    return Tenant(made, SLUG)


def _set_up(ada: httpx.Client) -> None:
    for sub, (role, team) in PEOPLE.items():
        member = {"role": role, "email": f"{sub}@example.com", "team": team}
        _fine(ada.put(f"/api/v1/members/{sub}", json=member))
    looks = {
        "logo": {"media_type": "image/svg+xml", "data": base64.b64encode(_LOGO).decode()},
        "colour": "#1f4e79",
        "second_colour": "#b08d57",
        "footer": "Lighthouse Studio, for those who work on it",
    }
    _fine(ada.put("/api/v1/settings/house-style", json=looks))
    archive = {
        "name": "the-archive",
        "channel": "s3",
        "settings": {
            "bucket": "reports",
            "endpoint": "https://storage.invalid",
            "access_key_id": "AKIAEXAMPLE",
            "secret_access_key": "made-up",
        },
    }
    _fine(ada.post("/api/v1/destinations", json=archive))
    days = [
        {"day": "2026-12-18", "name": "Studio outing"},
        {"day": "2026-12-28", "name": "Between the years"},
    ]
    _fine(ada.put("/api/v1/settings/days-off", json={"days": days}))
    _fine(
        ada.post(
            "/api/v1/suppressions",
            json={"address": "former-client@example.com", "detail": "left in 2025"},
        )
    )


def _asked(somebody: httpx.Client, name: str, period: Any, **fields: Any) -> dict[str, Any]:
    wanted = {"type": name, "formats": ["pdf", "csv"], "period": period}
    found: dict[str, Any] = _fine(somebody.post("/api/v1/reports", json=wanted | fields)).json()
    return found


def _made(
    somebody: httpx.Client, name: str, period: Any, to: list[str] | None = None
) -> dict[str, Any]:
    recipients = [{"channel": "email", "to": address} for address in to or []]
    run = _asked(somebody, name, period, deliver_to=recipients)
    assert run["status"] == "completed", run
    return run


def _definition(somebody: httpx.Client, name: str, report_type: str, **fields: Any) -> str:
    body = {"name": name, "type": report_type, "formats": ["pdf"], "preset": "last_week"}
    saved = _fine(somebody.post("/api/v1/definitions", json=body | fields))
    return str(saved.json()["id"])


def _burst(somebody: httpx.Client) -> dict[str, Any]:
    of = _definition(
        somebody, "Deliveries by project", "delivery_summary", preset="last_month", timezone="UTC"
    )
    rows = [
        {"to": f"{team}@example.com", "values": {"projects": [project]}}
        for team, project in (
            ("choir-team", "Saltmarsh Choir"),
            ("admiral-team", "The Paper Admiral"),
            ("lanterns-team", "Lanterns of Osk"),
        )
    ]
    run = _fine(somebody.post(f"/api/v1/definitions/{of}/run", json={"burst": {"rows": rows}}))
    found: dict[str, Any] = run.json()
    return found


def _planned(grace: httpx.Client, margaret: httpx.Client) -> str:
    """Four schedules; the id of the one with a history."""

    def planned(who: httpx.Client, name: str, of: str, cadence: Any, to: list[str]) -> str:
        body = {
            "name": name,
            "definition": of,
            "cadence": {"timezone": "Europe/Berlin", **cadence},
            "deliver_to": [{"channel": "email", "to": f"{each}@example.com"} for each in to],
        }
        return str(_fine(who.post("/api/v1/schedules", json=body)).json()["id"])

    deliveries = _definition(grace, "Deliveries of the week", "delivery_summary")
    monday = {"kind": "weekly", "days": ["monday"], "time": "09:00"}
    weekly = planned(grace, "Monday deliveries", deliveries, monday, ["producers", "board"])
    farm = _definition(margaret, "GPU utilization of the week", "gpu_utilization")
    planned(margaret, "Farm, every morning", farm, {"kind": "daily", "time": "07:30"}, ["farm"])
    cost = _definition(grace, "Cost of the month", "cost_per_character", preset="last_month")
    last_day = {"kind": "monthly", "day": "last", "time": "18:00"}
    monthly = planned(grace, "Cost at the end of the month", cost, last_day, ["katherine"])
    _fine(grace.post(f"/api/v1/schedules/{monthly}/pause"))
    _fine(grace.post(f"/api/v1/schedules/{weekly}/run"))
    return weekly


def _arrived(inbox: httpx.Client, to: str) -> str:
    """The id of the latest mail to them."""
    until = time.monotonic() + 45
    while time.monotonic() < until:
        for mail in inbox.get("/api/messages").json():
            if to in str(mail["to"]):
                return str(mail["id"])
        time.sleep(0.2)
    raise AssertionError(f"no mail to {to} came")


def _fine(answer: httpx.Response) -> httpx.Response:
    assert answer.is_success, f"{answer.request.url}: {answer.text}"
    return answer
