"""Who is let in: tokens of the one algorithm, with every claim, of a known tenant."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any, NamedTuple

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from deploy.local.infrastructure import LocalInfrastructure
from tests.running_api import RunningApi, claims, running_api
from tests.tenants import Tenant

REPORTS = "/api/v1/reports"


async def ask(api: RunningApi, authorization: str | bytes | None) -> httpx.Response:
    async with api.client() as client:
        headers: Any = {} if authorization is None else {"Authorization": authorization}
        return await client.get(REPORTS, headers=headers)


def assert_turned_away(answer: httpx.Response) -> None:
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/unauthorized"


def handmade(header: dict[str, Any], payload: dict[str, Any], secret: bytes = b"") -> str:
    """A token put together by hand; HS256-signed where there is a secret."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (header, payload)
    ]
    signed = b".".join(parts)
    signature = hmac.new(secret, signed, hashlib.sha256).digest() if secret else b""
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


async def test_a_good_token_is_let_in(api: RunningApi, studio: Tenant) -> None:
    answer = await ask(api, f"Bearer {api.token(claims(studio.slug))}")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer a.b.c",
        "Bearer ...",
        "Bearer " + "x" * 5_000,
        "Basic YWRhOmFkYQ==",
        b"Bearer \xe9\xff",
        "token",
    ],
)
async def test_garbage_is_turned_away(header: str | bytes | None, api: RunningApi) -> None:
    assert_turned_away(await ask(api, header))


async def test_the_token_does_not_choose_its_algorithm(api: RunningApi, studio: Tenant) -> None:
    said = claims(studio.slug)
    secret = api.settings.jwt_key.get_secret_value()
    for token in (
        handmade({"alg": "none", "typ": "JWT"}, said),
        handmade({"alg": "None"}, said),
        handmade({"alg": "HS256"}, said),
        handmade({}, said, secret.encode()),
        handmade({"alg": ["HS256"]}, said, secret.encode()),
        jwt.encode(said, secret, algorithm="HS512"),
        jwt.encode(said, secret, algorithm="HS384"),
        jwt.encode(said, "another secret of thirty-two bytes or more", algorithm="HS256"),
    ):
        assert_turned_away(await ask(api, f"Bearer {token}"))


@pytest.mark.parametrize("claim", ["exp", "iss", "aud", "sub", "tenant", "role"])
async def test_no_claim_may_be_missing(claim: str, api: RunningApi, studio: Tenant) -> None:
    said = claims(studio.slug)
    del said[claim]

    answer = await ask(api, f"Bearer {api.token(said)}")

    assert_turned_away(answer)
    assert claim in answer.json()["detail"]


class FromNow(NamedTuple):
    """A time that is worked out when the test runs."""

    seconds: int


@pytest.mark.parametrize(
    "other",
    [
        {"exp": FromNow(-1)},
        {"exp": 0},
        {"exp": "tomorrow"},
        {"exp": []},
        {"exp": float("inf")},
        {"nbf": FromNow(600)},
        {"nbf": "now"},
        {"iat": FromNow(600)},
        {"iss": "somebody-else"},
        {"iss": ["broadsheet"]},
        {"aud": "another-api"},
        {"aud": []},
        {"aud": 7},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 201},
        {"sub": "a\0b"},
        {"sub": "a\nb"},
        {"sub": "\ud800"},
        {"tenant": "nobody-knows-it"},
        {"tenant": ""},
        {"tenant": "\0"},
        {"tenant": "\ud800"},
        {"tenant": ["demo"]},
        {"tenant": {"slug": "demo"}},
        {"role": "owner"},
        {"role": "Admin"},
        {"role": ["admin"]},
        {"role": 1},
    ],
    ids=repr,
)
async def test_a_wrong_claim_is_turned_away(
    other: dict[str, Any], api: RunningApi, studio: Tenant
) -> None:
    # By hand: the library would not sign all of these.
    secret = api.settings.jwt_key.get_secret_value().encode()
    now = int(time.time())
    wrong = {
        name: now + said.seconds if isinstance(said, FromNow) else said
        for name, said in other.items()
    }
    token = handmade({"alg": "HS256", "typ": "JWT"}, claims(studio.slug) | wrong, secret)

    assert_turned_away(await ask(api, f"Bearer {token}"))


async def test_a_token_ends_even_while_it_is_remembered(api: RunningApi, studio: Tenant) -> None:
    token = api.token(claims(studio.slug, exp=int(time.time()) + 1))
    assert (await ask(api, f"Bearer {token}")).status_code == 200

    time.sleep(1.1)

    assert_turned_away(await ask(api, f"Bearer {token}"))


async def test_members_may_be_capped_made_inactive_and_let_in_again(
    api: RunningApi, ada: httpx.AsyncClient, studio: Tenant
) -> None:
    member = "/api/v1/members/bob"
    async with api.client(studio, role="admin", sub="bob") as bob:
        assert (await bob.get("/api/v1/settings")).status_code == 200

        await ada.put(member, json={"role": "viewer"})
        assert (await bob.get("/api/v1/settings")).status_code == 403
        assert (await bob.get(REPORTS)).status_code == 200

        await ada.put(member, json={"role": "admin", "active": False})
        shut_out = await bob.get(REPORTS)
        assert shut_out.status_code == 403
        assert shut_out.json()["type"] == "/problems/forbidden"

        await ada.put(member, json={"role": "admin"})
        assert (await bob.get("/api/v1/settings")).status_code == 200


async def test_a_members_row_never_raises_the_role_of_a_token(
    api: RunningApi, ada: httpx.AsyncClient, studio: Tenant
) -> None:
    await ada.put("/api/v1/members/eve", json={"role": "admin"})

    async with api.client(studio, role="viewer", sub="eve") as eve:
        assert (await eve.get("/api/v1/settings")).status_code == 403


async def test_of_a_crowd_that_comes_at_once_each_has_a_role_of_their_own(
    api: RunningApi, ada: httpx.AsyncClient, stranger: httpx.AsyncClient, studio: Tenant
) -> None:
    await ada.put("/api/v1/members/capped", json={"role": "viewer"})
    await ada.put("/api/v1/members/out", json={"role": "admin", "active": False})
    expected = {"capped": 403, "out": 403} | {f"no member {n}": 200 for n in range(20)}

    async def comes(sub: str) -> int:
        async with api.client(studio, role="admin", sub=sub) as client:
            return (await client.get("/api/v1/settings")).status_code

    # Another tenant's row of the same name is nothing to this one's.
    await stranger.put("/api/v1/members/no%20member%201", json={"role": "viewer"})
    came = await asyncio.gather(*(comes(sub) for sub in expected))

    assert dict(zip(expected, came, strict=True)) == expected


@pytest.mark.parametrize("algorithm", ["RS256", "EdDSA"])
async def test_public_keys_verify_and_are_no_secrets(
    algorithm: str, infra: LocalInfrastructure
) -> None:
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if algorithm == "RS256"
        else ed25519.Ed25519PrivateKey.generate()
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    async with running_api(infra, jwt_algorithm=algorithm, jwt_key=public.decode()) as api:
        said = claims((await api.new_tenant()).slug)
        good = jwt.encode(said, private, algorithm=algorithm)
        # The public key, which everybody has, taken for a shared secret.
        confused = handmade({"alg": "HS256", "typ": "JWT"}, said, public)

        assert (await ask(api, f"Bearer {good}")).status_code == 200
        assert_turned_away(await ask(api, f"Bearer {confused}"))


async def test_while_keys_are_exchanged_tokens_of_either_are_taken_and_of_no_third(
    infra: LocalInfrastructure,
) -> None:
    old, new, third = (f"{letter}kG7vR2xqLm9Zt4WcYb8NfHs3JdPa6TeU" for letter in "abc")
    async with running_api(infra, jwt_key=old, jwt_other_key=new) as api:
        said = claims((await api.new_tenant()).slug)
        for key, status in ((old, 200), (new, 200), (third, 401)):
            token = jwt.encode(said, key, algorithm="HS256")
            assert (await ask(api, f"Bearer {token}")).status_code == status
        # What a signature cannot mend is told as before, whichever key it is of.
        expired = jwt.encode(said | {"exp": 1}, new, algorithm="HS256")
        answer = await ask(api, f"Bearer {expired}")
        assert_turned_away(answer)
        assert "expired" in answer.json()["detail"]
