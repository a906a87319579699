"""Signals over HTTP: whoever loads the data says so, once or several times."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.store import tables
from tests.integration.api.test_definitions import DEFINITIONS, saved
from tests.running_api import RunningApi
from tests.tenants import Tenant

SIGNAL = "/api/v1/signals/warehouse-loaded"


async def kept(api: RunningApi, tenant: Tenant) -> list[tuple[str, dict[str, object]]]:
    rows = await api.rows(tables.signals, tables.signals.c.tenant_id == tenant.id)
    return [(row["name"], row["details"]) for row in rows]


async def test_a_webhook_needs_no_body_and_may_bring_details(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    assert (await ada.post(SIGNAL)).status_code == 202
    assert (await ada.post(SIGNAL, json={"details": {"rows": 7}})).status_code == 202
    assert await kept(api, studio) == [
        ("warehouse-loaded", {}),
        ("warehouse-loaded", {"rows": 7}),
    ]


async def test_one_that_is_sent_again_with_its_key_counts_once(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    key = {"Idempotency-Key": "load-2026-11-16"}
    first = await ada.post(SIGNAL, headers=key)
    again = await ada.post(SIGNAL, headers=key)
    assert (again.status_code, again.json()) == (202, first.json())
    assert len(await kept(api, studio)) == 1

    for path, details in (("/api/v1/signals/another", {}), (SIGNAL, {"rows": 7})):
        other = await ada.post(path, headers=key, json={"details": details})
        assert other.status_code == 409
        assert other.json()["type"] == "/problems/idempotency-key-reused"
    theirs = await stranger.post(SIGNAL, headers=key)
    assert theirs.status_code == 202
    assert theirs.json()["id"] != first.json()["id"]


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        (SIGNAL, b"rows=7", 415),
        (SIGNAL, b'{"rows": 7}', 422),
        ("/api/v1/signals/no%20name", b"{}", 422),
    ],
)
async def test_what_is_no_signal_is_refused(
    path: str, content: bytes, status: int, ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    kind = "application/json" if status == 422 else "application/x-www-form-urlencoded"
    answer = await ada.post(path, content=content, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"]
    assert await kept(api, studio) == []


async def test_a_definition_is_run_as_it_is_saved_without_a_body(ada: httpx.AsyncClient) -> None:
    path = f"{DEFINITIONS}/{(await saved(ada))['id']}/run"
    ways: tuple[dict[str, Any], ...] = ({}, {"json": {}}, {"content": b""})
    for options in ways:
        assert (await ada.post(path, **options)).status_code == 202
    assert (await ada.post(path, content=b"on=2026-11-16")).status_code == 415
