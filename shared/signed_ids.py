"""Ids that others hand back to us, signed: nobody makes one up, and the store alone gives none.

The text is the id in base64 and an HMAC-SHA-256 over it. What the id allows, and until when,
stands in its row.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from uuid import UUID

from itsdangerous import BadData, Signer, TimestampSigner


class SignedIds:
    """Ids of one kind: what was signed as another kind is none of these."""

    def __init__(self, keys: Sequence[str], kind: str) -> None:
        """`keys`: the first signs; what the others have signed is taken as well."""
        # The library signs with the last one.
        ordered = list(reversed(keys))
        self._signer = Signer(ordered, salt=kind, digest_method=hashlib.sha256)
        self._dated = TimestampSigner(ordered, salt=f"{kind}-dated", digest_method=hashlib.sha256)

    def signed(self, identifier: UUID) -> str:
        """66 characters that an address can hold; always the same for the same id."""
        return self._signer.sign(_text_of(identifier)).decode()

    def read(self, text: str) -> UUID | None:
        """The id; None where we did not sign it as such."""
        try:
            return _id_in(self._signer.unsign(text))
        except (BadData, ValueError):
            return None

    def dated(self, identifier: UUID) -> str:
        """The id, signed with the present second."""
        return self._dated.sign(_text_of(identifier)).decode()

    def read_dated(self, text: str, max_age: float) -> UUID | None:
        """The id, if it was signed `max_age` seconds ago at most."""
        try:
            return _id_in(self._dated.unsign(text, max_age=int(max_age)))
        except (BadData, ValueError):
            return None


def _text_of(identifier: UUID) -> bytes:
    return urlsafe_b64encode(identifier.bytes).rstrip(b"=")


def _id_in(text: bytes) -> UUID:
    return UUID(bytes=urlsafe_b64decode(text + b"=="))
