"""DKIM (RFC 6376): our domain's word for a mail, so that others can tell it from a forged one.

Written here over `cryptography`, because what a report's recipients share is hashed once and not
again for each of them (decision 0026).
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_SIGNED = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "auto-submitted"),
    # RFC 8058 section 4 asks for these two.
    *("list-unsubscribe", "list-unsubscribe-post", "mime-version", "content-type"),
)
_MIN_RSA_BITS = 1024
"""RFC 8301 section 3.2; 2048 are usual."""


@dataclass(frozen=True)
class DkimSigner:
    """Signs mails of one domain with the key that its DNS names by the selector."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey

    @classmethod
    def of(cls, key_file: Path, selector: str, domain: str) -> Self:
        """With the private key in that PEM file; ValueError where there is none that can sign."""
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        if isinstance(key, RSAPrivateKey) and key.key_size < _MIN_RSA_BITS:
            raise ValueError(f"a key for DKIM has {_MIN_RSA_BITS} bits at least")
        if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
            raise ValueError("a key for DKIM is one of RSA or of Ed25519")
        return cls(domain, selector, key)

    def field(self, fields: bytes, body_hash: str, at: datetime) -> bytes:
        """The field DKIM-Signature, with its line end, to be put first.

        `fields`: all others of the mail, with line ends; `body_hash`: `Body.dkim_hash`; `at`: when
        it was written, so that the same mail is signed alike at every attempt.
        """
        of_name: dict[str, bytes] = {}
        for field in _unfolded(fields):
            name, _, value = field.partition(b":")
            of_name[name.decode("ascii").strip().lower()] = value
        there = [name for name in _SIGNED if name in of_name]
        algorithm = "rsa" if isinstance(self.key, RSAPrivateKey) else "ed25519"
        tags = (
            f" v=1; a={algorithm}-sha256; c=relaxed/relaxed; d={self.domain};\r\n"
            f" s={self.selector}; t={int(at.timestamp())}; bh={body_hash};\r\n"
            # Named once more than it stands there: a second From added on the way breaks it.
            f" h={':'.join([*there, 'from'])};\r\n"
            " b="
        ).encode("ascii")
        data = b"".join(_relaxed(name, of_name[name]) + b"\r\n" for name in there)
        signature = b64encode(self._sign(data + _relaxed("dkim-signature", tags))).decode()
        lines = "\r\n ".join(re.findall(r".{1,72}", signature))
        return b"DKIM-Signature:" + tags + lines.encode("ascii") + b"\r\n"

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, PKCS1v15(), SHA256())
        return self.key.sign(hashlib.sha256(data).digest())  # RFC 8463 section 3


def _unfolded(fields: bytes) -> list[bytes]:
    return [field for field in re.sub(rb"\r\n(?=[ \t])", b"", fields).split(b"\r\n") if field]


def _relaxed(name: str, value: bytes) -> bytes:
    # RFC 6376 section 3.4.2.
    words = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip()
    return name.encode("ascii") + b":" + words
