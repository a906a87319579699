"""Share links: who has one gets the file, for as long and as often as was said."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, text, update

from services.api import link_store
from shared.states import ArtifactStatus
from shared.store import tables
from tests.running_api import RunningApi, body
from tests.tenants import Tenant

CONTENT = bytes(range(256)) * 4
PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest_asyncio.fixture(loop_scope="session")
async def run(ada: httpx.AsyncClient, api: RunningApi) -> str:
    """A completed run of 1024 bytes of CSV."""
    run = str((await ada.post("/api/v1/reports", json=body())).json()["id"])
    await api.finish(run, CONTENT)
    return run


@pytest_asyncio.fixture(loop_scope="session")
async def anybody(api: RunningApi) -> httpx.AsyncClient:
    """Somebody without a token."""
    return api.client()


async def link_to(ada: httpx.AsyncClient, run: str, **fields: Any) -> dict[str, Any]:
    made = await ada.post(f"/api/v1/reports/{run}/links", json={"format": "csv", **fields})
    assert made.status_code == 201, made.text
    link: dict[str, Any] = made.json()
    return link


async def accesses(api: RunningApi, studio: Tenant) -> list[str]:
    """What the audit log says of links, oldest first."""
    logged = await api.audit(studio)
    return [
        row["action"] + (f" ({row['details']['reason']})" if "reason" in row["details"] else "")
        for row in logged
        if row["action"].startswith("link.")
    ]


async def change(api: RunningApi, link: dict[str, Any], **values: Any) -> None:
    async with api.admin.begin() as connection:
        table = tables.share_links
        await connection.execute(
            update(table).where(table.c.id == UUID(link["id"])).values(**values)
        )


async def test_who_has_the_link_gets_the_file_without_a_token(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient, run: str, api: RunningApi, studio: Tenant
) -> None:
    link = await link_to(ada, run)

    page = await anybody.get(link["url"], headers=PERSON)
    href = re.search(r'href="([^"]+)"', page.text)
    assert href is not None
    file = await anybody.get(httpx.URL(str(page.url)).join(href[1]))

    assert page.status_code == 200
    assert "Test Studio" in page.text
    assert "delivery_summary 2026-10.csv (1 kB)" in page.text
    assert file.content == CONTENT
    assert file.headers["content-disposition"].startswith("attachment;")
    assert await accesses(api, studio) == ["link.created", "link.opened", "link.downloaded"]
    seen = (await ada.get(f"/api/v1/reports/{run}/links")).json()
    assert [(one["url"], one["state"], one["downloads"]) for one in seen] == [
        (link["url"], "open", 1)
    ]


async def test_a_shared_file_answers_as_a_download_does(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient, run: str
) -> None:
    link = await link_to(ada, run)
    whole = await ada.get(f"/api/v1/reports/{run}/download?format=csv")
    etag = whole.headers["etag"]

    head = await anybody.head(link["file_url"])
    part = await anybody.get(link["file_url"], headers={"Range": "bytes=10-19"})
    same = await anybody.get(link["file_url"], headers={"If-None-Match": etag})
    outside = await anybody.get(link["file_url"], headers={"Range": "bytes=5000-"})

    assert whole.headers.items() <= head.headers.items()
    assert head.content == b""
    assert (part.status_code, part.content) == (206, CONTENT[10:20])
    assert part.headers["content-range"] == "bytes 10-19/1024"
    assert same.status_code == 304
    assert outside.status_code == 416


async def test_nobody_can_make_up_a_link_or_bend_one(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient, run: str, api: RunningApi
) -> None:
    link = await link_to(ada, run)
    token = link["url"].rpartition("/")[2]
    name, _, signature = token.partition(".")
    for bent in (
        name,
        f"{name}.",
        f"{name}.{signature.swapcase()}",
        f"{api.app.state.links.token(uuid4()).partition('.')[0]}.{signature}",
        link["id"],
        "%00",
        "é" * 20,
    ):
        for path in (f"/s/{bent}", f"/s/{bent}/file"):
            refused = await anybody.get(path)
            assert refused.status_code == 404, path
            assert refused.json()["type"] == "/problems/not-found"
    # Well signed, of a link that never was.
    assert (await anybody.get(f"/s/{api.app.state.links.token(uuid4())}")).status_code == 404


@pytest.mark.parametrize("way", ["expired", "revoked", "gone"])
async def test_what_is_over_answers_410_to_people_and_programs(
    way: str,
    ada: httpx.AsyncClient,
    anybody: httpx.AsyncClient,
    run: str,
    api: RunningApi,
    studio: Tenant,
) -> None:
    link = await link_to(ada, run)
    match way:
        case "expired":
            await change(api, link, expires_at=func.now())
        case "revoked":
            address = f"/api/v1/reports/{run}/links/{link['id']}"
            assert (await ada.delete(address)).status_code == 204
            assert (await ada.delete(address)).status_code == 204
        case "gone":
            assert (await ada.delete(f"/api/v1/reports/{run}")).status_code == 204

    page = await anybody.get(link["url"], headers=PERSON)
    file = await anybody.get(link["file_url"])
    posted = await anybody.post(link["file_url"])

    assert page.status_code == file.status_code == posted.status_code == 410
    assert "This link no longer works" in page.text
    assert file.json()["type"] == "/problems/link-over"
    assert {"gone": "no longer kept"}.get(way, way) in file.json()["detail"]
    assert (await accesses(api, studio)).count(f"link.refused ({way})") == 3
    (seen,) = (await ada.get(f"/api/v1/reports/{run}/links")).json()
    assert seen["state"] == way


async def test_programs_that_look_into_mails_use_nothing_up(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient, run: str
) -> None:
    link = await link_to(ada, run, max_downloads=1)

    for _ in range(5):
        page = await anybody.get(link["url"], headers=PERSON)
        await anybody.head(link["url"])
        assert (await anybody.get(link["file_url"])).status_code == 403
        assert (await anybody.head(link["file_url"])).status_code == 403
        assert not re.search(r"href=", page.text), "nothing to follow"
    opened = await anybody.post(link["file_url"])
    file = await anybody.get(httpx.URL(link["file_url"]).join(opened.headers["location"]))

    assert "Downloads left" in page.text
    assert opened.status_code == 303
    assert file.content == CONTENT


async def test_a_counted_download_may_be_gone_on_with_and_no_other_is_had(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient, run: str, api: RunningApi
) -> None:
    link = await link_to(ada, run, max_downloads=1)
    other = await link_to(ada, run, max_downloads=1)
    opened = await anybody.post(link["file_url"])
    where = httpx.URL(link["file_url"]).join(opened.headers["location"])

    begun = await anybody.get(where, headers={"Range": "bytes=0-99"})
    rest = await anybody.get(where, headers={"Range": "bytes=100-"})
    again = await anybody.post(link["file_url"])
    page = await anybody.get(link["url"], headers=PERSON)
    elsewhere = await anybody.get(other["file_url"] + f"?{where.query.decode()}")

    assert begun.content + rest.content == CONTENT
    assert (again.status_code, again.json()["type"]) == (410, "/problems/link-over")
    assert page.status_code == 410
    assert elsewhere.status_code == 403, "the ticket is good for its own link alone"
    # Revoked is revoked, also for who has begun.
    await ada.delete(f"/api/v1/reports/{run}/links/{link['id']}")
    assert (await anybody.get(where)).status_code == 410


async def test_of_two_who_want_the_last_download_one_gets_it(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient, run: str
) -> None:
    for _ in range(5):
        link = await link_to(ada, run, max_downloads=2)
        answers = await asyncio.gather(*(anybody.post(link["file_url"]) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [303] * 2 + [410] * 4
        (seen,) = [
            one
            for one in (await ada.get(f"/api/v1/reports/{run}/links")).json()
            if one["id"] == link["id"]
        ]
        assert (seen["downloads"], seen["state"]) == (2, "used_up")


async def test_a_password_stands_before_the_file(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient, run: str, api: RunningApi, studio: Tenant
) -> None:
    link = await link_to(ada, run, password="correct horse")

    form = await anybody.get(link["url"], headers=PERSON)
    without = await anybody.get(link["file_url"])
    nothing = await anybody.post(link["file_url"])
    wrong = await anybody.post(link["file_url"], data={"password": "Correct"}, headers=PERSON)
    right = await anybody.post(link["file_url"], data={"password": "correct horse"})
    file = await anybody.get(httpx.URL(link["file_url"]).join(right.headers["location"]))

    assert 'type="password"' in form.text
    assert without.status_code == nothing.status_code == wrong.status_code == 403
    assert "That is not the password." in wrong.text
    assert 'action="file"' in wrong.text, "the form works from here too"
    assert file.content == CONTENT
    kept = str(await api.rows(tables.share_links, tables.share_links.c.id == UUID(link["id"])))
    assert "$argon2id$" in kept
    assert "correct horse" not in kept + str(await api.audit(studio))


async def test_passwords_cannot_be_tried_without_end(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient, run: str, api: RunningApi
) -> None:
    link = await link_to(ada, run, password="correct horse")

    tried = await asyncio.gather(
        *(anybody.post(link["file_url"], data={"password": f"guess {n}"}) for n in range(12))
    )
    locked = await anybody.post(link["file_url"], data={"password": "correct horse"})

    statuses = [answer.status_code for answer in tried]
    assert statuses.count(403) == link_store.MOST_WRONG_PASSWORDS
    assert statuses.count(429) == 12 - link_store.MOST_WRONG_PASSWORDS
    assert locked.status_code == 429
    assert 800 < int(locked.headers["retry-after"]) <= 900
    await change(api, link, locked_until=func.now())
    right = await anybody.post(link["file_url"], data={"password": "correct horse"})
    assert right.status_code == 303
    # And begins from nought again.
    assert (await anybody.post(link["file_url"], data={"password": "x"})).status_code == 403


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"format": "pdf"}, "format"),
        ({"expires_in_hours": 0}, "/expires_in_hours"),
        ({"expires_in_hours": 91 * 24}, "/expires_in_hours"),
        ({"password": "short"}, "/password"),
        ({"max_downloads": 0}, "/max_downloads"),
        ({"colour": "red"}, "/colour"),
    ],
)
async def test_a_link_that_cannot_be_is_refused_with_its_field(
    fields: dict[str, Any], field: str, ada: httpx.AsyncClient, run: str
) -> None:
    refused = await ada.post(f"/api/v1/reports/{run}/links", json={"format": "csv", **fields})

    assert refused.status_code == (404 if field == "format" else 422)
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert "short" not in refused.text


async def test_authors_revoke_their_own_and_strangers_see_nothing(
    ada: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    run: str,
    api: RunningApi,
    studio: Tenant,
) -> None:
    link = await link_to(ada, run)
    address = f"/api/v1/reports/{run}/links"
    async with api.client(studio, role="author", sub="bob") as bob:
        refused = await bob.delete(f"{address}/{link['id']}")
        own = await link_to(bob, run)
        assert (await bob.delete(f"{address}/{own['id']}")).status_code == 204
    assert refused.status_code == 403
    assert (await stranger.get(address)).status_code == 404
    assert (await stranger.delete(f"{address}/{link['id']}")).status_code == 404
    assert (await stranger.post(address, json={"format": "csv"})).status_code == 404
    assert (await ada.delete(f"{address}/{uuid4()}")).status_code == 404
    assert (await ada.delete(f"{address}/nonsense")).status_code == 404


async def test_the_store_alone_does_not_open_links_and_tells_only_whose_they_are(
    ada: httpx.AsyncClient, run: str, api: RunningApi, studio: Tenant
) -> None:
    link = await link_to(ada, run)
    async with api.app.state.store.no_tenant() as connection:
        assert (await connection.execute(text("SELECT * FROM share_links"))).all() == []
        whose = await link_store.tenant_of(connection, UUID(link["id"]))
    assert whose == studio.id
    (row,) = await api.rows(tables.share_links, tables.share_links.c.id == UUID(link["id"]))
    signature = link["url"].rpartition(".")[2]
    assert signature not in str(dict(row))


async def test_a_file_that_is_taken_away_under_way_is_gone_and_not_damaged(
    ada: httpx.AsyncClient, anybody: httpx.AsyncClient, run: str, api: RunningApi
) -> None:
    link = await link_to(ada, run)
    async with api.admin.begin() as connection:
        table = tables.artifacts
        await connection.execute(
            update(table).where(table.c.run_id == UUID(run)).values(status=ArtifactStatus.EXPIRED)
        )
    assert (await anybody.get(link["file_url"])).status_code == 410
