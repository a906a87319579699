"""The page: its files, and signing in and out of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from deploy.local.infrastructure import LocalInfrastructure
from services.api.page.files import PAGES
from services.api.page.sessions import COOKIE
from tests.running_api import RunningApi, body, claims, running_api
from tests.tenants import Tenant

SCRIPT = b"console.log('page');" * 100
DOCUMENT = """<!doctype html><meta property="csp-nonce" nonce="NONCE-OF-THIS-ANSWER">
<script type="module" src="/assets/index-1a2b.js" nonce="NONCE-OF-THIS-ANSWER"></script>"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api(
    infra: LocalInfrastructure, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningApi]:
    """An api with a page, and with the demo's sign-in as on one's own machine."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text(DOCUMENT)
    (folder / "embed.html").write_text(DOCUMENT)
    (folder / "assets").mkdir()
    (folder / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    (folder / "assets" / "index-1a2b.js.br").write_bytes(b"packed")
    async with running_api(infra, page_dir=str(folder), demo_sign_in=True) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(api: RunningApi) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that nobody has signed in with."""
    async with api.client() as client:
        yield client


async def signed_in(client: httpx.AsyncClient, token: str) -> dict[str, str]:
    """Sign in; the headers that a change has to carry."""
    answer = await client.post("/session", json={"token": token})
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["signed_in"]["csrf"]}


def directives(policy: str) -> dict[str, str]:
    pairs = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: value for name, _, value in pairs}


async def test_every_address_of_the_page_gets_its_document(visitor: httpx.AsyncClient) -> None:
    for path in PAGES:
        answer = await visitor.get(path.replace("{rest:path}", "01a1/anything"))
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-store"
    assert (await visitor.get("/nowhere")).json()["type"] == "/problems/not-found"


async def test_no_script_runs_but_the_files_of_this_site(visitor: httpx.AsyncClient) -> None:
    first, second = await visitor.get("/"), await visitor.get("/")
    policy = directives(first.headers["content-security-policy"])
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["style-src-attr"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in first.headers["content-security-policy"]
    (nonce,) = set(re.findall(r'nonce="([^"]+)"', first.text))
    assert f"'nonce-{nonce}'" in policy["style-src"]
    assert nonce not in second.text
    assert first.headers["x-content-type-options"] == "nosniff"


async def test_files_named_by_their_content_are_kept_for_ever(visitor: httpx.AsyncClient) -> None:
    path = "/assets/index-1a2b.js"
    plain = await visitor.get(path, headers={"Accept-Encoding": "identity"})
    assert plain.content == SCRIPT
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["content-type"].startswith("text/javascript")

    packed = await visitor.head(path, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "br"
    assert packed.headers["content-length"] == "6"
    assert packed.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    ["/assets/none.js", "/assets/..%2Findex.html", "/assets/.hidden", "/assets/index-1a2b.js.br"],
)
async def test_nothing_else_of_the_disk_is_served(visitor: httpx.AsyncClient, path: str) -> None:
    assert (await visitor.get(path)).status_code == 404


async def test_a_token_opens_a_session_that_scripts_cannot_read(
    api: RunningApi, studio: Tenant, visitor: httpx.AsyncClient
) -> None:
    assert (await visitor.get("/session")).json()["signed_in"] is None
    assert (await visitor.get("/api/v1/reports")).status_code == 401

    answer = await visitor.post(
        "/session", json={"token": api.token(claims(studio.slug, "author", "bob"))}
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    who = (await visitor.get("/session")).json()["signed_in"]
    assert (who["sub"], who["tenant"], who["role"]) == ("bob", studio.slug, "author")
    assert (await visitor.get("/api/v1/reports")).status_code == 200


async def test_a_change_takes_the_sessions_csrf_token(
    api: RunningApi, studio: Tenant, visitor: httpx.AsyncClient
) -> None:
    headers = await signed_in(visitor, api.token(claims(studio.slug)))
    for wrong in ({}, {"X-CSRF-Token": "guessed"}):
        refused = await visitor.post("/api/v1/reports", json=body(), headers=wrong)
        assert refused.status_code == 403
        assert refused.json()["type"] == "/problems/csrf"
    accepted = await visitor.post("/api/v1/reports", json=body(), headers=headers)
    assert accepted.status_code == 202
    assert accepted.json()["requested_by"] == "ada"
    # A program's token is no cookie, and needs none of that.
    async with api.client(studio) as program:
        assert (await program.post("/api/v1/reports", json=body())).status_code == 202


async def test_signing_out_ends_it(
    api: RunningApi, studio: Tenant, visitor: httpx.AsyncClient
) -> None:
    headers = await signed_in(visitor, api.token(claims(studio.slug)))
    assert (await visitor.delete("/session")).status_code == 403
    assert (await visitor.delete("/session", headers=headers)).status_code == 204
    assert (await visitor.get("/session")).json()["signed_in"] is None
    assert (await visitor.get("/api/v1/reports")).status_code == 401


async def test_a_session_is_no_bearer_token_and_a_token_no_session(
    api: RunningApi, studio: Tenant, visitor: httpx.AsyncClient
) -> None:
    token = api.token(claims(studio.slug))
    await signed_in(visitor, token)
    session = visitor.cookies[COOKIE]
    async with api.client() as other:
        bearer = {"Authorization": f"Bearer {session}"}
        assert (await other.get("/api/v1/reports", headers=bearer)).status_code == 401
        other.cookies.set(COOKIE, token)
        assert (await other.get("/api/v1/reports")).status_code == 401


async def test_a_session_ends_with_its_token_and_with_its_membership(
    api: RunningApi, studio: Tenant, visitor: httpx.AsyncClient
) -> None:
    in_a_minute = claims(studio.slug, "author", "bob")
    in_a_minute["exp"] = in_a_minute["iat"] + 60
    begun = await visitor.post("/session", json={"token": api.token(in_a_minute)})
    age = re.search(r"max-age=(\d+)", begun.headers["set-cookie"].lower())
    assert age is not None
    assert int(age.group(1)) <= 60

    async with api.client(studio) as admin:
        shut_out = {"role": "author", "active": False}
        assert (await admin.put("/api/v1/members/bob", json=shut_out)).status_code == 200
    assert (await visitor.get("/api/v1/reports")).status_code == 403
    assert (await visitor.get("/session")).json()["signed_in"] is None


async def test_what_is_wrong_with_a_token_is_said_at_its_field(
    api: RunningApi, studio: Tenant, visitor: httpx.AsyncClient
) -> None:
    expired = claims(studio.slug)
    expired["exp"] = expired["iat"] - 60
    refused = await visitor.post("/session", json={"token": api.token(expired)})
    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"field": "/token", "detail": "the token has expired: get a new one"}
    ]


async def test_another_site_signs_nobody_in(
    api: RunningApi, studio: Tenant, visitor: httpx.AsyncClient
) -> None:
    from_elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for path, content in (
        ("/session", {"token": api.token(claims(studio.slug))}),
        ("/session/demo", {"role": "admin"}),
    ):
        refused = await visitor.post(path, json=content, headers=from_elsewhere)
        assert refused.status_code == 403
        assert "set-cookie" not in refused.headers


async def test_the_demo_is_open_where_it_is_allowed_alone(
    infra: LocalInfrastructure, visitor: httpx.AsyncClient
) -> None:
    begun = await visitor.post("/session/demo", json={"role": "viewer"})
    assert begun.json()["signed_in"]["role"] == "viewer"
    async with running_api(infra) as usual, usual.client() as client:
        assert (await client.get("/session")).json()["demo"] is False
        assert (await client.post("/session/demo", json={})).status_code == 404


async def test_whoever_guesses_at_tokens_has_to_wait(visitor: httpx.AsyncClient) -> None:
    # The last one here: who asks from this address is refused for a while.
    for _ in range(1_000):
        answer = await visitor.post("/session", json={"token": "guessed"})
        if answer.status_code == 429:
            break
        assert answer.status_code == 422
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    # Whoever is signed in goes on, and so do programs with tokens.
    assert (await visitor.get("/session")).status_code == 200
