"""The mail as it is written: from a message to the bytes between DATA and the final dot.

In two halves: what only its recipient gets, and what all recipients of a report get alike.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Sequence
from email.errors import MessageError
from email.headerregistry import Address as HeaderAddress
from email.headerregistry import ContentTypeHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from services.mailer.channels.channel import Attachment, Body, Message, Picture
from services.mailer.channels.smtp.address import Address
from shared.header_text import harmless

_MESSAGE_ID = re.compile(r"<[!-;=A-~]+@[!-;=A-~]+>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
_AS_IT_IS = re.compile(r"(?!.*=\?)[!-~](?:[ -~]{0,900}[!-~])?")
"""Values that are written unchanged."""
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_OURS = frozenset(
    {
        *("from", "sender", "to", "cc", "bcc", "subject", "date", "message-id"),
        *("auto-submitted", "mime-version", "return-path", "received"),
    }
)
"""Header fields that a message's own `headers` cannot set."""


def compose(message: Message, sender: Address, sender_name: str, to: Address) -> bytes:
    """The whole mail: `head`, then `entity`, or the stored one that the message brings."""
    written = head(message, sender, sender_name, to)
    if message.body is not None:
        return written + message.body.content
    return written + entity(message.text, message.html, message.attachments, message.pictures)


def head(message: Message, sender: Address, sender_name: str, to: Address) -> bytes:
    """The fields that say who, to whom, when and what about, each with its line end.

    ASCII, but where `to` or `sender` needs SMTPUTF8; the same input gives the same bytes.
    ValueError where a value would break out of its field, or is none that a mail can carry.
    """
    utf8 = sender.needs_smtputf8 or to.needs_smtputf8
    if message.date.tzinfo is None:
        raise ValueError("the message's date has no offset from UTC")
    if not _MESSAGE_ID.fullmatch(message.message_id):
        raise ValueError(f"{message.message_id!r} is no Message-ID")
    name = sender_name if message.sender_name is None else message.sender_name
    fields = [
        _field("Date", format_datetime(message.date), utf8),
        _mailbox("From", harmless(name, "the sender's name"), sender, utf8),
        _mailbox("To", "", to, utf8),
        f"Message-ID: {message.message_id}\r\n".encode(),
        _field("Subject", harmless(message.subject, "the subject"), utf8),
        # RFC 3834: answering machines keep quiet.
        b"Auto-Submitted: auto-generated\r\n",
    ]
    for field, value in message.headers:
        if not _HEADER_NAME.fullmatch(field) or _reserved(field):
            raise ValueError(f"the header field {field!r} cannot be set")
        if _AS_IT_IS.fullmatch(value):
            # No reading of it is another one, and no line of it too long (RFC 5322 section 2.1.1).
            fields.append(f"{field}: {value}\r\n".encode())
        else:
            fields.append(_field(field, harmless(value, f"the header field {field}"), utf8))
    return b"".join(fields)


def entity(
    text: str, html: str, attachments: Sequence[Attachment], pictures: Sequence[Picture]
) -> bytes:
    """What every recipient of a report gets alike: the fields of MIME, an empty line, the content.

    Text and HTML, with its pictures, as alternatives, then the attachments. ASCII throughout,
    CRLF line ends, not dot-stuffed; the same input gives the same bytes. ValueError as of `head`.
    """
    mail = EmailMessage(policy=SMTP)
    # Quoted-printable and base64 never hold "=_", so no boundary below can occur in a body
    # (RFC 2045 section 6.7), and no line is too long or begins with "From ".
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    _, shown = mail.iter_parts()
    assert isinstance(shown, EmailMessage)
    for picture in pictures:
        _embed(shown, picture)
    for attachment in attachments:
        _attach(mail, attachment)
    name = hashlib.sha256(f"{text}\0{html}".encode()).hexdigest()[:32]
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{name}_{number}")
    _one_field_each(mail)
    return mail.as_bytes()


def body_of(key: str, content: bytes) -> Body:
    """What `entity` made, stored under the key, ready to be sent to many."""
    stuffed = dot_stuffed(content)
    return Body(
        key,
        content,
        # Mostly there is nothing to stuff, and one copy is enough.
        content if stuffed == content else stuffed,
        dkim_hash(content.partition(b"\r\n\r\n")[2]),
    )


def dkim_hash(body: bytes) -> str:
    """What a DKIM signature says of a body, which stands below the fields (RFC 6376 3.4.4)."""
    lines = re.sub(rb"[ \t]+", b" ", body)
    lines = lines.replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return b64encode(hashlib.sha256(lines + b"\r\n" if lines else b"").digest()).decode()


def dot_stuffed(mail: bytes) -> bytes:
    """As SMTP transfers it (RFC 5321 section 4.5.2), with a line end last."""
    stuffed = mail.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _reserved(name: str) -> bool:
    return name.lower() in _OURS or name.lower().startswith(("content-", "resent-"))


@lru_cache(maxsize=512)
def _field(name: str, value: str, utf8: bool) -> bytes:
    """One field, folded, as it will be written; remembered, because many mails share most."""
    mail = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
    try:
        mail[name] = value
    # AttributeError: what Python's parser makes of some groups of addresses has no address.
    except (MessageError, LookupError, AttributeError) as error:
        raise ValueError(f"the header field {name} cannot be read: {error}") from error
    return _folded(mail, utf8)


@lru_cache(maxsize=512)
def _mailbox(name: str, words: str, address: Address, utf8: bool) -> bytes:
    mail = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
    mail[name] = HeaderAddress(words, username=address.local_part, domain=address.domain)
    return _folded(mail, utf8)


def _folded(mail: EmailMessage, utf8: bool) -> bytes:
    _one_field_each(mail)
    ((name, value),) = mail.items()
    folded = mail.policy.fold(name, value)
    return folded.encode("utf-8" if utf8 else "ascii")


def _embed(html: EmailMessage, picture: Picture) -> None:
    content_id = f"<{picture.content_id}>"
    if not _MESSAGE_ID.fullmatch(content_id):
        raise ValueError(f"{content_id!r} is no Content-ID")
    html.add_related(
        picture.content, cid=content_id, disposition="inline", **_described(picture, "a picture")
    )


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    mail.add_attachment(attachment.content, **_described(attachment, "an attachment"))


def _described(file: Attachment, what: str) -> dict[str, Any]:
    filename = harmless(file.filename, f"{what}'s name")
    if not filename or any(c in filename for c in '/\\"'):
        raise ValueError(f"{filename!r} is no name for {what}")
    media_type = harmless(file.media_type, f"{what}'s media type")
    kind = SMTP.header_factory("Content-Type", media_type)
    if (
        kind.defects
        or not isinstance(kind, ContentTypeHeader)
        or not _MEDIA_TYPE.fullmatch(kind.content_type)
        or kind.maintype in ("multipart", "message")
    ):
        raise ValueError(f"{media_type!r} is no media type for {what}")
    return {
        "maintype": kind.maintype,
        "subtype": kind.subtype,
        "filename": filename,
        "params": dict(kind.params),
    }


def _one_field_each(mail: EmailMessage) -> None:
    # The last look before the wire, whatever was checked before: every field, as it will be
    # written, is one field, its further lines indented (RFC 5322 section 2.2.3).
    for part in mail.walk():
        for name, value in part.items():
            first, *further = mail.policy.fold(name, value).removesuffix("\r\n").split("\r\n")
            lines_fit = first.startswith(f"{name}:") and all(
                line.startswith((" ", "\t")) and line.strip() for line in further
            )
            strays = any(c in "\r\n\0" for line in (first, *further) for c in line)
            if strays or not lines_fit:
                raise ValueError(f"the header field {name} would become more than one")
