"""Secrets of destinations, sealed before they are stored.

Fernet (AES-128-CBC with HMAC-SHA256, of the library `cryptography`), under keys that the operator
gives. The first key seals; all of them open, so that keys can be exchanged one after the other.
What is sealed names what it belongs to, and opens for nothing else.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

LEAST_KEY = 32
"""Characters of a key; `openssl rand -base64 48` makes a good one."""


class SecretSettings(BaseSettings):
    """The operator's keys; prefixed `BROADSHEET_` by the services that have them."""

    secret_keys: SecretStr = SecretStr("")
    """Keys that secrets of destinations are sealed with, random texts of 32 characters or more,
    with commas between: the first seals, all open. Empty: no secret can be saved."""

    @field_validator("secret_keys")
    @classmethod
    def _long_enough(cls, keys: SecretStr) -> SecretStr:
        if any(len(key) < LEAST_KEY for key in _keys(keys)):
            raise ValueError(f"each key has to have {LEAST_KEY} characters or more")
        return keys


class CannotOpen(Exception):
    """Sealed with a key that is not there, for something else, or not by us."""


class SecretBox:
    """Seals and opens. Without keys it does neither."""

    def __init__(self, keys: SecretStr) -> None:
        self._keys = _keys(keys)
        self._made: MultiFernet | None = None

    def __bool__(self) -> bool:
        """Whether there are keys."""
        return bool(self._keys)

    def seal(self, secrets: dict[str, Any], owner: UUID) -> str:
        """What may be stored; `owner` is the row that it is stored with."""
        content = json.dumps({"of": str(owner), "secrets": secrets}).encode()
        return self._fernet().encrypt(content).decode()

    def open(self, sealed: str, owner: UUID) -> dict[str, Any]:
        """What was sealed for that owner; else CannotOpen."""
        from cryptography.fernet import InvalidToken

        try:
            content = json.loads(self._fernet().decrypt(sealed.encode()))
        except InvalidToken:
            raise CannotOpen("none of BROADSHEET_SECRET_KEYS opens it") from None
        if content["of"] != str(owner):
            raise CannotOpen("it was sealed for something else")
        secrets: dict[str, Any] = content["secrets"]
        return secrets

    def sealed_anew(self, sealed: str) -> str:
        """The same, sealed with the first key."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet().rotate(sealed.encode()).decode()
        except InvalidToken:
            raise CannotOpen("none of BROADSHEET_SECRET_KEYS opens it") from None

    def _fernet(self) -> MultiFernet:
        if not self._keys:
            raise CannotOpen("BROADSHEET_SECRET_KEYS is not set")
        if self._made is None:
            # Imported here: no service needs it before it has a secret in hand.
            from cryptography.fernet import Fernet, MultiFernet

            self._made = MultiFernet([Fernet(_derived(key)) for key in self._keys])
        return self._made


def _keys(keys: SecretStr) -> list[str]:
    return [key for each in keys.get_secret_value().split(",") if (key := each.strip())]


def _derived(key: str) -> bytes:
    """A Fernet key from any long random text (HKDF, RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(SHA256(), length=32, salt=None, info=b"broadsheet secrets").derive(key.encode())
    return base64.urlsafe_b64encode(made)
