"""Texts that become part of a mail's header: what could make two fields of one is refused."""

from __future__ import annotations

import unicodedata
from email.errors import MessageError
from email.header import decode_header
from email.policy import SMTP

_MOST_NESTED = 5
"""How often encoded words within encoded words are looked into; more is an attack."""


def harmless(text: str, what: str) -> str:
    """`text`, which no reading of it as a header can turn into two lines; else ValueError.

    Encoded words (RFC 2047) are looked into as well: the standard library decodes them when
    it writes a header, and `=?utf-8?q?=0d=0aBcc:?=` once made a field of its own that way.
    """
    reading = text
    for _ in range(_MOST_NESTED):
        if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in reading):
            raise ValueError(f"{what} has a line break or another control character")
        if "=?" not in reading:
            return text
        decoded = _decoded(reading, what)
        if decoded == reading:
            return text
        reading = decoded
    raise ValueError(f"{what} has encoded words within encoded words")


def _decoded(text: str, what: str) -> str:
    # The registry's reading is what will be written; decode_header is stricter in places
    # and laxer in others. What either one finds counts.
    pieces = []
    try:
        registry = str(SMTP.header_factory("Subject", text))
        for piece, charset in decode_header(text):
            raw = piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace")
            pieces.append(raw.decode(charset or "utf-8", "replace"))
    except (MessageError, LookupError, ValueError) as error:
        raise ValueError(f"{what} has an encoded word that cannot be read") from error
    strict = "".join(pieces)
    return registry if strict in (text, registry) else registry + strict
