"""Downloads: whole, in parts, not again, not yet, no longer, and never damaged."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text, update

from shared.blobs import CHUNK
from shared.dedup_keys import run_prefix
from shared.states import ArtifactStatus
from shared.store import tables
from tests.running_api import RunningApi, body
from tests.tenants import Tenant

CONTENT = bytes(range(256)) * 4
REPORTS = "/api/v1/reports"


@pytest_asyncio.fixture(loop_scope="session")
async def run(ada: httpx.AsyncClient, api: RunningApi) -> str:
    """A completed run of 1024 bytes of CSV."""
    run = str((await ada.post(REPORTS, json=body())).json()["id"])
    await api.finish(run, CONTENT, file_name="délivrés 2026-10.csv")
    return run


async def fetch(client: httpx.AsyncClient, run: str, **headers: str) -> httpx.Response:
    return await client.get(
        f"{REPORTS}/{run}/download?format=csv",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


async def downloads_logged(api: RunningApi, tenant: Tenant) -> int:
    return sum(row["action"] == "report.downloaded" for row in await api.audit(tenant))


async def test_a_file_comes_whole_with_its_name_type_and_tag(
    ada: httpx.AsyncClient, run: str
) -> None:
    answer = await fetch(ada, run)

    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["content-length"] == "1024"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="d_livr_s 2026-10.csv"; '
        "filename*=UTF-8''d%C3%A9livr%C3%A9s%202026-10.csv"
    )
    (artifact,) = (await ada.get(f"{REPORTS}/{run}")).json()["artifacts"]
    assert answer.headers["etag"] == f'"{artifact["sha256"]}"'


async def test_head_says_the_same_and_sends_nothing(
    ada: httpx.AsyncClient, run: str, api: RunningApi, studio: Tenant
) -> None:
    head = await ada.head(f"{REPORTS}/{run}/download?format=csv")
    logged = await downloads_logged(api, studio)
    whole = await fetch(ada, run)

    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) == dict(whole.headers)
    assert logged == 0


@pytest.mark.parametrize("prefix", ["", "W/", '"x", ', 'W/"y" , '])
async def test_what_the_client_has_is_not_sent_again(
    prefix: str, ada: httpx.AsyncClient, run: str, api: RunningApi, studio: Tenant
) -> None:
    etag = (await fetch(ada, run)).headers["etag"]

    answer = await fetch(ada, run, If_None_Match=prefix + etag)

    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == etag
    assert await downloads_logged(api, studio) == 1
    assert (await fetch(ada, run, If_None_Match="*")).status_code == 304
    assert (await fetch(ada, run, If_None_Match='"x"')).status_code == 200


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("Bytes=100-199", 100, 199),
        ("bytes=1000-", 1000, 1023),
        ("bytes=1000-9999", 1000, 1023),
        ("bytes=0-999999999999999999", 0, 1023),
        ("bytes=-1", 1023, 1023),
        ("bytes=-100", 924, 1023),
        ("bytes=-4096", 0, 1023),
    ],
)
async def test_a_range_is_just_that_part(
    asked: str, first: int, last: int, ada: httpx.AsyncClient, run: str
) -> None:
    answer = await fetch(ada, run, Range=asked)

    assert answer.status_code == 206
    assert answer.content == CONTENT[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/1024"
    assert answer.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=1024-", "bytes=5000-6000", "bytes=-0", "bytes=9-3"])
async def test_a_range_outside_the_file_is_refused_with_its_size(
    asked: str, ada: httpx.AsyncClient, run: str, api: RunningApi, studio: Tenant
) -> None:
    answer = await fetch(ada, run, Range=asked)

    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */1024"
    assert answer.json()["type"] == "/problems/range-not-satisfiable"
    assert await downloads_logged(api, studio) == 0


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-9",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes",
        "lines=0-9",
        "bytes=0x1-9",
        "bytes=0-" + "9" * 5_000,
        "bytes=" + "9" * 5_000 + "-",
    ],
)
async def test_ranges_it_does_not_serve_get_the_whole_file(
    asked: str, ada: httpx.AsyncClient, run: str
) -> None:
    answer = await fetch(ada, run, Range=asked)

    assert answer.status_code == 200
    assert answer.content == CONTENT


async def test_if_range_gives_the_part_of_the_same_file_alone(
    ada: httpx.AsyncClient, run: str
) -> None:
    etag = (await fetch(ada, run)).headers["etag"]

    same = await fetch(ada, run, Range="bytes=0-9", If_Range=etag)
    another = await fetch(ada, run, Range="bytes=0-9", If_Range='"x"')
    weak = await fetch(ada, run, Range="bytes=0-9", If_Range=f"W/{etag}")
    dated = await fetch(ada, run, Range="bytes=0-9", If_Range="Sat, 29 Oct 2026 19:43:31 GMT")
    outside = await fetch(ada, run, Range="bytes=9999-", If_Range='"x"')

    assert same.status_code == 206
    for answer in (another, weak, dated, outside):
        assert answer.status_code == 200
        assert answer.content == CONTENT


async def test_there_is_no_file_until_it_is_made(ada: httpx.AsyncClient, run: str) -> None:
    requested = (await ada.post(REPORTS, json=body())).json()["id"]

    for missing in (requested, run):
        answer = await ada.get(f"{REPORTS}/{missing}/download?format=pdf")
        assert answer.status_code == 404
        assert answer.json()["type"] == "/problems/not-found"
    assert (await ada.get(f"{REPORTS}/{run}/download?format=mail")).status_code == 404


@pytest.mark.parametrize("query", ["", "?format=", "?format=%00", "?format=../csv", "?format=CSV"])
async def test_a_format_must_be_named(query: str, ada: httpx.AsyncClient, run: str) -> None:
    answer = await ada.get(f"{REPORTS}/{run}/download{query}")

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["format"]


async def test_a_file_past_its_retention_is_gone_and_says_what_it_was(
    ada: httpx.AsyncClient, run: str, api: RunningApi
) -> None:
    (before,) = (await ada.get(f"{REPORTS}/{run}")).json()["artifacts"]
    async with api.admin.begin() as connection:
        table = tables.artifacts
        await connection.execute(
            update(table).where(table.c.run_id == run).values(status=ArtifactStatus.EXPIRED)
        )

    answer = await fetch(ada, run)

    assert answer.status_code == 410
    assert answer.json()["type"] == "/problems/gone"
    assert before["sha256"] in answer.json()["detail"]
    (artifact,) = (await ada.get(f"{REPORTS}/{run}")).json()["artifacts"]
    assert artifact["url"] is None
    assert artifact["sha256"] == before["sha256"]


async def test_a_file_that_goes_while_it_is_asked_for_is_gone_and_not_damaged(
    ada: httpx.AsyncClient,
    run: str,
    api: RunningApi,
    studio: Tenant,
) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'audit'::regclass"
    )
    async with api.admin.begin() as holding:
        # The download has found the file and waits to be logged: that is when it goes.
        await holding.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
        asking = asyncio.create_task(fetch(ada, run))
        async with asyncio.timeout(20):
            while not await holding.scalar(waiting):
                await asyncio.sleep(0.02)
        await api.blobs.delete_prefix(run_prefix(studio.id, UUID(run)))
        async with api.admin.begin() as connection:
            await connection.execute(
                update(tables.artifacts)
                .where(tables.artifacts.c.run_id == run)
                .values(status=ArtifactStatus.EXPIRED)
            )
    assert (await asking).status_code == 410


async def test_every_download_is_logged(
    ada: httpx.AsyncClient, run: str, api: RunningApi, studio: Tenant
) -> None:
    async with api.client(studio, role="viewer", sub="bob") as bob:
        await fetch(bob, run)
        await fetch(bob, run, Range="bytes=0-9")

    rows = [row for row in await api.audit(studio) if row["action"] == "report.downloaded"]
    assert [(row["actor"], row["subject"], row["details"]) for row in rows] == [
        ("bob", f"report/{run}", {"format": "csv"})
    ] * 2


def stored_file(api: RunningApi, run: str) -> Path:
    folder = Path(urlsplit(api.settings.blob_url).path)
    (path,) = folder.glob(f"*/{run}/files/*/*.csv")
    return path


async def test_a_small_damaged_or_lost_file_is_a_fault_and_not_sent(
    ada: httpx.AsyncClient, run: str, api: RunningApi
) -> None:
    path = stored_file(api, run)
    path.write_bytes(b"x" + CONTENT[1:])
    damaged = await fetch(ada, run)
    path.unlink()
    lost = await fetch(ada, run)

    for answer in (damaged, lost):
        assert answer.status_code == 500
        assert answer.json()["type"] == "/problems/file-damaged"
        assert str(path.parent) not in answer.text


@pytest.mark.parametrize("damage", ["a flipped byte", "a lost end"])
async def test_a_large_damaged_file_breaks_the_connection(
    damage: str, ada: httpx.AsyncClient, api: RunningApi, studio: Tenant, served: str
) -> None:
    content = b"0123456789abcdef" * (3 * CHUNK // 16)
    run = str((await ada.post(REPORTS, json=body())).json()["id"])
    await api.finish(run, content)
    path = stored_file(api, run)
    path.write_bytes(content[:-1] + b"x" if damage == "a flipped byte" else content[:-5])
    received = bytearray()

    async def fetch_all(client: httpx.AsyncClient) -> None:
        async with client.stream("GET", f"{REPORTS}/{run}/download?format=csv") as answer:
            assert answer.status_code == 200
            async for part in answer.aiter_bytes():
                received.extend(part)

    async with httpx.AsyncClient(
        base_url=served, headers=dict(ada.headers), trust_env=False
    ) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await fetch_all(client)

    assert len(received) < len(content)
