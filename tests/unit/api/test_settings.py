"""A key that could be guessed, or that is of the wrong kind, refuses to start."""

from __future__ import annotations

import string
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pydantic import ValidationError

from services.api.page.openid import session_claims
from services.api.problems import Problem
from services.api.settings import ApiSettings

PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def settings(**other: str) -> ApiSettings:
    """With addresses that nobody connects to."""
    return ApiSettings.model_validate(
        {
            "amqp_url": "amqp://broker",
            "database_url": "postgresql://app@store/broadsheet",
            "housekeeping_database_url": "postgresql://housekeeping@store/broadsheet",
            "blob_url": "file:///srv/blobs",
            "link_key": "mB4sWq8KfZr1XcVt6LhNy3GjPd9TuEoA",
            **other,
        }
    )


def public(key: PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()
RSA_PRIVATE = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("HS256", "kG7vR2xqLm9Zt4WcYb8NfHs3JdPa6TeU"),
        ("RS256", public(RSA)),
        ("EdDSA", public(ED25519)),
    ],
)
def test_a_strong_key_of_the_right_kind_starts(algorithm: str, key: str) -> None:
    assert settings(jwt_algorithm=algorithm, jwt_key=key).jwt_algorithm == algorithm


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("HS256", ""),
        ("HS256", "hunter2"),
        ("HS256", "changeme" * 3),
        ("HS256", "a" * 64),
        ("HS256", "changemechangemechangemechangeme12"),
        ("HS256", "01234567890123456789012345678901"),
        ("HS256", "abcdefghijklmnopqrstuvwxyz0123456789"),
        ("HS256", "correct horse correct horse correct horse"),
        ("HS256", "ababababab" * 10),
        ("HS256", public(RSA)),
        ("HS256", RSA_PRIVATE),
        ("RS256", "kG7vR2xqLm9Zt4WcYb8NfHs3JdPa6TeU"),
        ("RS256", public(ED25519)),
        ("RS256", public(rsa.generate_private_key(public_exponent=65537, key_size=1024))),
        ("RS256", RSA_PRIVATE),
        ("RS256", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
        ("EdDSA", public(RSA)),
        ("EdDSA", public(ec.generate_private_key(ec.SECP256R1()))),
        ("none", "kG7vR2xqLm9Zt4WcYb8NfHs3JdPa6TeU"),
        ("HS512", "kG7vR2xqLm9Zt4WcYb8NfHs3JdPa6TeU"),
    ],
)
def test_a_weak_or_unfitting_key_refuses_to_start_and_is_not_repeated(
    algorithm: str, key: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(jwt_algorithm=algorithm, jwt_key=key)

    assert not key or key not in str(refused.value)


def test_random_secrets_of_any_alphabet_start() -> None:
    chance = Random(7)
    for alphabet in (string.digits, string.hexdigits.lower(), string.ascii_letters + "-_"):
        for _ in range(200):
            secret = "".join(chance.choices(alphabet, k=40))
            assert settings(jwt_key=secret).jwt_key.get_secret_value() == secret


def test_a_second_key_has_to_be_as_strong_and_of_the_same_kind() -> None:
    strong = "kG7vR2xqLm9Zt4WcYb8NfHs3JdPa6TeU"
    two = settings(jwt_key=strong, jwt_other_key=strong[::-1])
    assert two.jwt_keys == (strong, strong[::-1])
    assert settings(jwt_key=strong, jwt_other_key="").jwt_keys == (strong,)
    for weak in ("hunter2", public(RSA)):
        with pytest.raises(ValidationError, match="BROADSHEET_JWT_OTHER_KEY"):
            settings(jwt_key=strong, jwt_other_key=weak)


PROVIDER = {
    "jwt_key": "kG7vR2xqLm9Zt4WcYb8NfHs3JdPa6TeU",
    "session_key": "tY5uQ1wNz8RkXe3VbM6cJh9GfSd2LpA7",
    "public_url": "https://reports.example.com",
    "oidc_issuer": "https://login.example.com/realms/studio",
    "oidc_client_id": "broadsheet",
}


def test_a_provider_may_be_signed_in_at() -> None:
    assert settings(**PROVIDER).oidc_client_secret is None
    assert settings(**PROVIDER | {"oidc_client_secret": ""}).oidc_client_secret is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"oidc_client_id": ""}, "BROADSHEET_OIDC_CLIENT_ID"),
        ({"session_key": ""}, "BROADSHEET_SESSION_KEY"),
        ({"public_url": ""}, "BROADSHEET_PUBLIC_URL"),
        ({"oidc_scope": "profile"}, "openid"),
        ({"oidc_issuer": "http://login.example.com"}, "https"),
    ],
)
def test_a_provider_that_is_half_set_refuses_to_start(change: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(**PROVIDER | change)


def test_the_claims_of_a_provider_become_a_sessions() -> None:
    told: dict[str, object] = {
        "sub": "248",
        "email": "ada@example.com",
        "email_verified": True,
        "tenant": "studio",
        "role": "author",
    }
    own = settings(**PROVIDER)
    assert session_claims(told, own, now=0.0) == {
        "sub": "248",
        "tenant": "studio",
        "role": "author",
        "exp": 12 * 3600,
    }
    by_email = settings(**PROVIDER | {"oidc_sub_claim": "email", "oidc_tenant": "all"})
    assert session_claims(told, by_email, now=0.0) | {"exp": 0} == {
        "sub": "ada@example.com",
        "tenant": "all",
        "role": "author",
        "exp": 0,
    }
    del told["role"]
    readers = settings(**PROVIDER | {"oidc_role": "viewer"})
    assert session_claims(told, readers, now=0.0)["role"] == "viewer"
    with pytest.raises(Problem, match="role"):
        session_claims(told, own, now=0.0)


@pytest.mark.parametrize("verified", [None, False, "false"])
def test_nobody_is_known_by_an_email_that_they_may_have_made_up(verified: object) -> None:
    told = {"sub": "248", "email": "ada@example.com", "role": "viewer", "email_verified": verified}
    by_email = settings(**PROVIDER | {"oidc_sub_claim": "email", "oidc_tenant": "all"})
    with pytest.raises(Problem, match="verified"):
        session_claims(told, by_email, now=0.0)
    by_sub = settings(**PROVIDER | {"oidc_tenant": "all"})
    assert session_claims(told, by_sub, now=0.0)["sub"] == "248"
