"""Widgets in pages of other sites: who has the token sees that one widget, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, update

from deploy.local.infrastructure import LocalInfrastructure
from shared.document import Column, Kind, Section, Table
from shared.states import RunStatus
from shared.store import tables
from tests.documents import document, kpi
from tests.running_api import RunningApi, body, running_api
from tests.tenants import Tenant

WIKI = "https://wiki.example.com"
EMBEDS, WIDGETS = "/api/v1/embeds", "/api/v1/widgets"
PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api(
    infra: LocalInfrastructure, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningApi]:
    """An api with a page."""
    folder = tmp_path_factory.mktemp("page")
    for name in ("index.html", "embed.html"):
        (folder / name).write_text(f"<!doctype html><title>{name}</title>")
    (folder / "assets").mkdir()
    async with running_api(infra, page_dir=str(folder)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def anybody(api: RunningApi) -> httpx.AsyncClient:
    """Somebody without a token."""
    return api.client()


async def reported(
    api: RunningApi,
    tenant: Tenant,
    client: httpx.AsyncClient,
    pass_rate: str,
    *,
    report_type: str = "quality_metrics",
    **fields: Any,
) -> str:
    """A completed report with that pass rate, over two days."""
    asked = await client.post("/api/v1/reports", json=body(type=report_type, **fields))
    run_id = str(asked.json()["id"])
    columns = (
        Column(name="day", title="Day", kind=Kind.DATE),
        Column(name="pass_percent", title="Passed", kind=Kind.PERCENT),
    )
    rows = (("2026-10-01", "80"), ("2026-10-02", pass_rate))
    table = Table(name="over_time", title="Over time", columns=columns, rows=rows)
    rate = kpi("pass_rate", pass_rate, "80", unit="%", places=1)
    said = document(kpis=(rate,), sections=(Section(title="Over time", tables=(table,)),))
    content = said.model_dump_json().encode()
    key = f"{tenant.id}/{run_id}/0/document.json"
    await api.blobs.put_new(key, content)
    await api.change(
        run_id,
        status=RunStatus.COMPLETED,
        completed_at=func.now(),
        as_of=said.as_of,
        snapshot_key=key,
        snapshot_sha256=hashlib.sha256(content).hexdigest(),
    )
    return run_id


async def embedded(client: httpx.AsyncClient, **fields: Any) -> dict[str, Any]:
    wanted = {"widget": "quality_metrics", "origins": [WIKI], **fields}
    made = await client.post(EMBEDS, json=wanted)
    assert made.status_code == 201, made.text
    embed: dict[str, Any] = made.json()
    return embed


async def change(api: RunningApi, embed: dict[str, Any], **values: Any) -> None:
    table = tables.widget_embeds
    async with api.admin.begin() as connection:
        await connection.execute(
            update(table).where(table.c.id == UUID(embed["id"])).values(**values)
        )


def ancestors(answer: httpx.Response) -> str:
    policy = answer.headers["content-security-policy"]
    (found,) = (part for part in policy.split("; ") if part.startswith("frame-ancestors"))
    return str(found)


async def widget_of(client: httpx.AsyncClient, name: str = "quality_metrics") -> dict[str, Any]:
    (found,) = (each for each in (await client.get(WIDGETS)).json() if each["widget"] == name)
    return dict(found)


async def test_a_widget_shows_the_latest_report_of_the_whole_studio(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    empty = await widget_of(ada)
    assert (empty["report"], empty["kpi"], empty["title"]) == (None, None, "Quality metrics")

    run = await reported(api, studio, ada, "91.5")
    await reported(api, studio, ada, "12", parameters={"projects": ["Saltmarsh Choir"]})
    await ada.post("/api/v1/reports", json=body(type="quality_metrics"))

    shown = await widget_of(ada)
    assert (shown["report"], shown["kpi"]["value"], shown["trend"]) == (run, "91.5", [80, 91.5])
    assert shown["period"] == {"from": "2026-10-01", "to": "2026-10-31", "timezone": "UTC"}
    assert (await widget_of(ada, "gpu_utilization"))["report"] is None


async def test_who_has_the_address_sees_the_widget_and_its_later_figures(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    await reported(api, studio, ada, "91.5")
    embed = await embedded(ada)

    figures = await anybody.get(f"{embed['url']}/figures")
    assert figures.json()["kpi"]["value"] == "91.5"
    assert figures.json() == await widget_of(ada)
    assert figures.headers["cache-control"] == "no-store"
    assert "set-cookie" not in figures.headers

    await reported(api, studio, ada, "94")
    assert (await anybody.get(f"{embed['url']}/figures")).json()["kpi"]["value"] == "94"
    (seen,) = (await ada.get(EMBEDS)).json()
    assert seen["last_used_at"] is not None
    assert [row["action"] for row in await api.audit(studio) if "embed" in row["action"]] == [
        "embed.created"
    ]


async def test_pages_of_the_sites_that_were_named_may_frame_it_and_no_others(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    embed = await embedded(ada, origins=[WIKI, "HTTP://Intranet.example.com:8080/", WIKI])
    assert embed["origins"] == [WIKI, "http://intranet.example.com:8080"]

    page = await anybody.get(embed["url"], headers=PERSON)
    assert page.text.endswith("<title>embed.html</title>")
    assert ancestors(page) == f"frame-ancestors {WIKI} http://intranet.example.com:8080"
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert "set-cookie" not in page.headers
    for elsewhere in ("/", "/embed/made-up"):
        answer = await anybody.get(elsewhere, headers=PERSON)
        assert ancestors(answer) == "frame-ancestors 'none'"


@pytest.mark.parametrize("way", ["expired", "revoked"])
async def test_what_is_over_says_so_in_the_frame_and_gives_no_figures(
    way: str, api: RunningApi, studio: Tenant, ada: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    await reported(api, studio, ada, "91.5")
    embed = await embedded(ada)
    if way == "expired":
        await change(api, embed, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    else:
        assert (await ada.delete(f"{EMBEDS}/{embed['id']}")).status_code == 204
        assert (await ada.delete(f"{EMBEDS}/{embed['id']}")).status_code == 204

    page = await anybody.get(embed["url"], headers=PERSON)
    figures = await anybody.get(f"{embed['url']}/figures")

    assert page.status_code == figures.status_code == 410
    assert ("taken back" if way == "revoked" else "is over") in page.text
    assert ancestors(page) == f"frame-ancestors {WIKI}", "it is said where the figure was"
    assert figures.json()["type"] == "/problems/embed-over"
    (listed,) = (await ada.get(EMBEDS)).json()
    assert listed["state"] == way


async def test_a_token_opens_its_widget_alone(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    run = await reported(api, studio, ada, "91.5")
    gpu = await embedded(ada, widget="gpu_utilization")
    token = gpu["url"].rpartition("/")[2]

    shown = (await anybody.get(f"{gpu['url']}/figures")).json()
    assert (shown["widget"], shown["report"], shown["kpi"]) == ("gpu_utilization", None, None)
    for path in (
        f"/s/{token}",
        f"/confirm/{token}",
        f"/unsubscribe/{token}",
        f"/embed/{api.app.state.links.token(UUID(gpu['id']))}/figures",
        f"/embed/{token[:-1]}/figures",
        f"/embed/{api.app.state.embed_ids.signed(uuid4())}/figures",
        f"/embed/{gpu['id']}/figures",
        f"/embed/{token}/figures/{run}",
    ):
        assert (await anybody.get(path)).status_code == 404, path
    for path in (WIDGETS, EMBEDS, f"/api/v1/reports/{run}/document"):
        answer = await anybody.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, path


async def test_another_tenant_neither_sees_nor_revokes_it_and_shows_its_own_figures(
    api: RunningApi,
    studio: Tenant,
    ada: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    anybody: httpx.AsyncClient,
) -> None:
    await reported(api, studio, ada, "91.5")
    embed, theirs = await embedded(ada), await embedded(stranger)

    assert [each["id"] for each in (await stranger.get(EMBEDS)).json()] == [theirs["id"]]
    assert (await stranger.delete(f"{EMBEDS}/{embed['id']}")).status_code == 404
    assert (await anybody.get(f"{embed['url']}/figures")).json()["kpi"]["value"] == "91.5"
    assert (await anybody.get(f"{theirs['url']}/figures")).json()["kpi"] is None


async def test_authors_take_back_their_own_and_administrators_any(
    api: RunningApi, studio: Tenant, ada: httpx.AsyncClient
) -> None:
    async with api.client(studio, role="author", sub="bob") as bob:
        hers, his = await embedded(ada), await embedded(bob, widget="gpu_utilization")
        assert (await bob.delete(f"{EMBEDS}/{hers['id']}")).status_code == 403
        listed = (await bob.get(EMBEDS, params={"widget": "gpu_utilization"})).json()
    assert [each["id"] for each in listed] == [his["id"]]
    assert (await ada.delete(f"{EMBEDS}/{his['id']}")).status_code == 204
    states = {each["id"]: each["state"] for each in (await ada.get(EMBEDS)).json()}
    assert states == {hers["id"]: "open", his["id"]: "revoked"}


@pytest.mark.parametrize(
    ("fields", "field", "mend"),
    [
        ({"widget": "payroll"}, "/widget", "quality_metrics"),
        ({"origins": []}, "/origins", "1"),
        ({"origins": [WIKI, "*"]}, "/origins/1", WIKI),
        ({"origins": [f"https://{number}.example.com" for number in range(11)]}, "/origins", "10"),
        ({"expires_in_days": 367}, "/expires_in_days", "366"),
        ({"expires_in_days": "7"}, "/expires_in_days", "whole number"),
        ({"report": "x"}, "/report", ""),
    ],
)
async def test_what_is_wrong_is_named_with_its_field(
    fields: dict[str, Any], field: str, mend: str, ada: httpx.AsyncClient
) -> None:
    wanted = {"widget": "quality_metrics", "origins": [WIKI], **fields}
    refused = await ada.post(EMBEDS, json=wanted)

    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert error["field"] == field
    assert mend in error["detail"]


async def test_one_address_cannot_be_asked_without_end(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    often, other = await embedded(ada), await embedded(ada)

    many = await asyncio.gather(*(anybody.get(f"{often['url']}/figures") for _ in range(130)))

    assert {answer.status_code for answer in many} == {200, 429}
    assert (await anybody.get(f"{other['url']}/figures")).status_code == 200
