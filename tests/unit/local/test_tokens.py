"""Tokens for the local stack."""

from __future__ import annotations

from pathlib import Path

import jwt
import pytest
from click.testing import CliRunner

from cli.main import main
from deploy.local.places import Places
from deploy.local.tokens import make_token, signing_key


def test_a_token_names_tenant_and_role_and_expires(tmp_path: Path) -> None:
    key = signing_key(Places(tmp_path))
    token = make_token(key, tenant="acme", role="viewer", sub="ann", ttl_seconds=60, now=1_000.9)
    claims = jwt.decode(
        token,
        key,
        algorithms=["HS256"],
        audience="broadsheet-api",
        issuer="broadsheet",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims == {
        "iss": "broadsheet",
        "aud": "broadsheet-api",
        "sub": "ann",
        "tenant": "acme",
        "role": "viewer",
        "iat": 1_000,
        "exp": 1_060,
    }
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, key, algorithms=["HS256"], audience="broadsheet-api")


def test_the_command_prints_one_for_a_tenant_and_a_role(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_STATE_DIR", str(tmp_path))
    shown = CliRunner().invoke(main, ["token", "--tenant", "acme", "--role", "viewer"])
    assert shown.exit_code == 0, shown.output
    claims = jwt.decode(
        shown.stdout.strip(),
        signing_key(Places(tmp_path)),
        algorithms=["HS256"],
        audience="broadsheet-api",
        issuer="broadsheet",
    )
    assert (claims["tenant"], claims["role"]) == ("acme", "viewer")


def test_with_another_apis_secret_it_is_for_that_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROADSHEET_STATE_DIR", str(tmp_path))
    secret = "of an API in containers, as long as it has to be"
    shown = CliRunner().invoke(main, ["token", "--key", secret])
    assert shown.exit_code == 0, shown.output
    claims = jwt.decode(
        shown.stdout.strip(), secret, algorithms=["HS256"], audience="broadsheet-api"
    )
    assert (claims["tenant"], claims["role"]) == ("demo", "admin")
    assert not list(tmp_path.iterdir()), "no stack is made for it"


def test_the_signing_key_is_kept_and_is_its_owners_alone(tmp_path: Path) -> None:
    places = Places(tmp_path)
    key = signing_key(places)
    assert len(key) >= 48
    assert signing_key(places) == key
    assert (tmp_path / "secrets" / "jwt").stat().st_mode & 0o077 == 0


def test_two_state_folders_have_different_keys(tmp_path: Path) -> None:
    assert signing_key(Places(tmp_path / "a")) != signing_key(Places(tmp_path / "b"))
