"""E-mail addresses as SMTP takes them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

import idna

# RFC 5322 atext, with everything beyond ASCII that RFC 6531 adds. Quoted local parts and
# address literals are left out: nobody's mailbox has them, and each is a way to smuggle.
_LOCAL_PART = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+"
    r"(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\x80-\U0010ffff-]+)*"
)
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
# Cc control, Cf format (invisible), Cs surrogate, Z* separators.
_UNSEEN = ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")


@dataclass(frozen=True)
class Address:
    """One mailbox."""

    local_part: str
    domain: str
    """ASCII: a name of other letters is in its IDNA form (RFC 5891), which needs no extension."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address that `text` is; ValueError where it is not exactly one."""
        if any(unicodedata.category(c) in _UNSEEN for c in text):
            raise ValueError(f"{text!r} is no e-mail address: it has a space or control character")
        local_part, at, domain = text.rpartition("@")
        if not at or not _LOCAL_PART.fullmatch(local_part):
            raise ValueError(f"{text!r} is no e-mail address: give one as name@domain")
        if "=?" in local_part:
            # It would be read as an encoded word (RFC 2047) in the To field.
            raise ValueError(f"{text!r} is no e-mail address: =? cannot be part of it")
        local_part = unicodedata.normalize("NFC", local_part)
        address = cls(local_part, _ascii_domain(domain, text))
        # RFC 5321 section 4.5.3.1: octets of the local part, and of the whole path.
        if len(local_part.encode()) > 64 or len(str(address).encode()) > 254:
            raise ValueError(f"{text!r} is no e-mail address: it is too long")
        return address

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a server with SMTPUTF8 (RFC 6531) can take it."""
        return not self.local_part.isascii()

    def __str__(self) -> str:
        return f"{self.local_part}@{self.domain}"


def _ascii_domain(domain: str, text: str) -> str:
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise ValueError(f"{text!r} is no e-mail address: {error}") from None
    if not all(_LABEL.fullmatch(label) for label in domain.split(".")):
        raise ValueError(f"{text!r} is no e-mail address: {domain!r} is no domain")
    return domain.lower()
