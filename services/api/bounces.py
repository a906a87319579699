"""Mail that came back: what a delivery status notification (RFC 3464) says of which delivery."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from uuid import UUID

_MESSAGE_ID = re.compile(
    r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.([0-9]{1,9}))?@[^<>@\s]+>"
)
_ITS_FIELD = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_NO_MAILBOX = re.compile(r"5\.(1\.[0-9]+|2\.1|4\.4|7\.13)")
"""Enhanced codes (RFC 3463, RFC 7505) of addresses that take no mail at all, now or later: bad
mailbox or domain, disabled, no route to the domain, account disabled. Full mailboxes and refused
contents are not among them."""


_BROUGHT_BACK = (
    *("message/rfc822", "text/rfc822-headers"),
    *("message/global", "message/global-headers"),
)
"""As what the mail itself comes back (RFC 3462, RFC 6533)."""


class NoBounce(ValueError):
    """The message says of no delivery of ours that it came back; why that is so."""


@dataclass(frozen=True)
class Bounce:
    """What came back."""

    delivery_id: UUID
    copy: int
    """Which copy of it: 0 is the first one, further ones are those that somebody wanted."""
    status: str
    """The enhanced code, such as 5.1.1."""
    words: str
    """What the server said."""

    @property
    def has_no_mailbox(self) -> bool:
        """Whether no mail at all can be sent there."""
        return bool(_NO_MAILBOX.fullmatch(self.status))


def read(content: bytes) -> Bounce:
    """What the notification says; NoBounce for another message, and for one that is only late."""
    try:
        # The old policy: what servers write is often not what the new one takes.
        return _read(message_from_bytes(content, policy=compat32))
    except RecursionError:
        raise NoBounce("its parts lie in one another too deeply for a notification") from None


def _read(message: Message) -> Bounce:
    report = _part(message, "message/delivery-status")
    if report is None:
        raise NoBounce("this is no delivery status notification (RFC 3464)")
    blocks = report.get_payload()
    fields = blocks[-1] if isinstance(blocks, list) and blocks else None
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Message) and block.get("Action"):
            fields = block
            break
    if not isinstance(fields, Message):
        raise NoBounce("the notification names no recipient")
    action = str(fields.get("Action", "")).strip().lower()
    if action != "failed":
        raise NoBounce(f"the mail is {action or 'in an unknown state'}, and has not come back")
    delivery_id, copy = _delivery_of(message)
    return Bounce(
        delivery_id=delivery_id,
        copy=copy,
        status=str(fields.get("Status", "")).strip().split(" ")[0] or "5.0.0",
        words=_words(fields),
    )


def _words(fields: Message) -> str:
    said = str(fields.get("Diagnostic-Code", "")).partition(";")[2] or str(fields.get("Status", ""))
    line = " ".join("".join(c if c.isprintable() else " " for c in said).split())
    return line[:500] or "the mail came back"


def _delivery_of(message: Message) -> tuple[UUID, int]:
    for kind in _BROUGHT_BACK:
        part = _part(message, kind)
        if part is None:
            continue
        if ours := _MESSAGE_ID.fullmatch(_message_id(part)):
            return UUID(ours.group(1)), int(ours.group(2) or 0)
    raise NoBounce("the notification brings no mail back that we have sent")


def _message_id(part: Message) -> str:
    """That of the mail which the part brings back, whole or its head alone; empty without one."""
    inner = part.get_payload(0) if part.is_multipart() else None
    if isinstance(inner, Message):
        return str(inner.get("Message-ID", "")).strip()
    # As octets: what a stranger says of their encoding is not looked up.
    text = part.get_payload(decode=True)
    if not isinstance(text, bytes):
        return ""
    head = re.split(rb"\r?\n\r?\n", text.lstrip(), maxsplit=1)[0]
    found = _ITS_FIELD.search(head)
    return found.group(1).decode("ascii", "replace") if found else ""


def _part(message: Message, kind: str) -> Message | None:
    return next((part for part in message.walk() if part.get_content_type() == kind), None)
