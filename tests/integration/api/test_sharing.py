"""Which requests may share a snapshot, as the api stores it; and what deleting one leaves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func

from shared.blobs import BlobStore
from shared.dedup_keys import snapshot_key
from shared.errors import PermanentError
from shared.store import tables
from tests.running_api import RunningApi, body
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"


async def asked(client: httpx.AsyncClient, *, headers: Any = None, **fields: Any) -> str:
    answer = await client.post(REPORTS, json=body(**fields), headers=headers)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def key_of(api: RunningApi, run: str) -> str | None:
    (row,) = await api.rows(tables.runs, tables.runs.c.id == UUID(run))
    key: str | None = row["work_key"]
    return key


async def test_formats_and_recipients_do_not_tell_work_apart(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    await ada.patch("/api/v1/settings", json={"freshness_seconds": 60})
    to = [{"channel": "email", "to": "someone@example.com"}]
    first = await key_of(api, await asked(ada))
    assert first is not None
    assert await key_of(api, await asked(ada, formats=["pdf"], deliver_to=to)) == first
    async with api.client(studio, role="admin", sub="grace") as grace:
        assert await key_of(api, await asked(grace)) == first
    async with api.client(studio, role="author", sub="bob") as bob:
        assert await key_of(api, await asked(bob)) != first, "who may see more, may share less"


@pytest.mark.parametrize(
    ("fields", "headers"),
    [({"fresh": True}, {}), ({}, {"Cache-Control": "max-age=0, No-Cache"})],
)
async def test_whoever_wants_fresh_data_shares_nothing(
    fields: dict[str, Any], headers: dict[str, str], ada: httpx.AsyncClient, api: RunningApi
) -> None:
    await ada.patch("/api/v1/settings", json={"freshness_seconds": 60})
    assert await key_of(api, await asked(ada, headers=headers, **fields)) is None
    assert await key_of(api, await asked(ada, fresh=False)) is not None


async def test_an_administrator_can_switch_sharing_off(
    ada: httpx.AsyncClient, api: RunningApi
) -> None:
    await ada.patch("/api/v1/settings", json={"freshness_seconds": 0})
    assert await key_of(api, await asked(ada)) is None
    assert (await ada.patch("/api/v1/settings", json={"timezone": "UTC"})).json()[
        "freshness_seconds"
    ] == 0


async def test_how_fresh_it_has_to_be_is_no_other_request(ada: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "october"}
    assert await asked(ada, headers=key) == await asked(ada, headers=key, fresh=True)


async def test_a_retry_reads_the_source_again(ada: httpx.AsyncClient, api: RunningApi) -> None:
    await ada.patch("/api/v1/settings", json={"freshness_seconds": 60})
    run, maker = await asked(ada), await asked(ada)
    await api.change(run, status="failed", snapshot_of=UUID(maker))
    assert (await ada.post(f"{REPORTS}/{run}/retry")).status_code == 202
    (row,) = await api.rows(tables.runs, tables.runs.c.id == UUID(run))
    assert (row["work_key"], row["snapshot_of"]) == (None, None)


async def test_deleting_a_report_leaves_the_snapshot_that_another_uses(
    ada: httpx.AsyncClient, api: RunningApi, studio: Tenant
) -> None:
    maker, user = await asked(ada), await asked(ada)
    key = snapshot_key(studio.id, UUID(maker), 0)
    await api.blobs.put_new(key, b"{}")
    await api.finish(maker)
    await api.change(user, status="completed", snapshot_of=UUID(maker), completed_at=func.now())
    (artifact,) = await api.rows(tables.artifacts, tables.artifacts.c.run_id == UUID(maker))

    assert (await ada.delete(f"{REPORTS}/{maker}")).status_code == 204
    assert not await _is_there(api.blobs, artifact["blob_key"])
    assert await _is_there(api.blobs, key)
    assert (await ada.get(f"{REPORTS}/{maker}/download?format=csv")).status_code == 410

    await api.change(user, files_removed_at=func.now())
    assert (await ada.delete(f"{REPORTS}/{maker}")).status_code == 204
    assert not await _is_there(api.blobs, key)


async def _is_there(blobs: BlobStore, key: str) -> bool:
    try:
        await blobs.get(key)
    except PermanentError:
        return False
    return True
