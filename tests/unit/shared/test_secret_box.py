"""Secrets at rest: sealed with the newest key, opened with any, and for their own row alone."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr, ValidationError

from shared.secret_box import CannotOpen, SecretBox, SecretSettings

OWNER = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
FIRST, SECOND = "k" * 40, "l" * 40
SECRETS = {"password": "correct horse", "token": "ünïcode"}


def box(*keys: str) -> SecretBox:
    return SecretBox(SecretStr(", ".join(keys)))


def test_what_is_sealed_shows_nothing_and_opens_whole() -> None:
    sealed = box(FIRST).seal(SECRETS, OWNER)
    assert "correct" not in sealed
    assert box(FIRST).open(sealed, OWNER) == SECRETS


def test_the_same_secret_is_never_sealed_alike() -> None:
    assert box(FIRST).seal(SECRETS, OWNER) != box(FIRST).seal(SECRETS, OWNER)


def test_keys_are_exchanged_one_after_the_other() -> None:
    old = box(FIRST).seal(SECRETS, OWNER)
    both = box(SECOND, FIRST)
    assert both.open(old, OWNER) == SECRETS
    anew = both.sealed_anew(old)
    assert box(SECOND).open(anew, OWNER) == SECRETS
    with pytest.raises(CannotOpen, match="BROADSHEET_SECRET_KEYS"):
        box(FIRST).open(anew, OWNER)


def test_a_row_cannot_be_given_the_secrets_of_another() -> None:
    with pytest.raises(CannotOpen, match="something else"):
        box(FIRST).open(box(FIRST).seal(SECRETS, OWNER), uuid4())


def test_what_was_changed_does_not_open() -> None:
    sealed = box(FIRST).seal(SECRETS, OWNER)
    changed = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    with pytest.raises(CannotOpen):
        box(FIRST).open(changed, OWNER)


def test_without_a_key_nothing_is_sealed_or_opened() -> None:
    assert not box()
    with pytest.raises(CannotOpen, match="not set"):
        box().seal(SECRETS, OWNER)


def test_a_short_key_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="32 characters"):
        SecretSettings(secret_keys=SecretStr(f"{FIRST},short"))
