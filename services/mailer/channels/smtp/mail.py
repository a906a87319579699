"""The mail as it is written: from a message to the bytes between DATA and the final dot."""

from __future__ import annotations

import re
import unicodedata
from email.errors import MessageError
from email.header import decode_header
from email.headerregistry import Address as HeaderAddress
from email.headerregistry import ContentTypeHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Any

from services.mailer.channels.channel import Attachment, Message, Picture
from services.mailer.channels.smtp.address import Address

_MESSAGE_ID = re.compile(r"<[!-;=A-~]+@[!-;=A-~]+>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_OURS = frozenset(
    {
        *("from", "sender", "to", "cc", "bcc", "subject", "date", "message-id"),
        *("auto-submitted", "mime-version", "return-path", "received"),
    }
)
"""Header fields that a message's own `headers` cannot set."""
_MOST_NESTED = 5
"""How often encoded words within encoded words are looked into; more is an attack."""


def compose(message: Message, sender: Address, sender_name: str, to: Address) -> bytes:
    """The whole mail, CRLF line ends, not dot-stuffed; the same input gives the same bytes.

    Text and HTML, with its pictures, as alternatives, then the attachments. ASCII throughout,
    but for header fields when `to` or `sender` needs SMTPUTF8. ValueError where a value would
    break out of its header field, or is none that a mail can carry.
    """
    utf8 = sender.needs_smtputf8 or to.needs_smtputf8
    mail = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
    if message.date.tzinfo is None:
        raise ValueError("the message's date has no offset from UTC")
    if not _MESSAGE_ID.fullmatch(message.message_id):
        raise ValueError(f"{message.message_id!r} is no Message-ID")
    mail["Date"] = message.date
    mail["From"] = _mailbox(harmless(sender_name, "the sender's name"), sender)
    mail["To"] = _mailbox("", to)
    mail["Message-ID"] = message.message_id
    mail["Subject"] = harmless(message.subject, "the subject")
    # RFC 3834: answering machines keep quiet.
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in message.headers:
        if not _HEADER_NAME.fullmatch(name) or _reserved(name):
            raise ValueError(f"the header field {name!r} cannot be set")
        try:
            mail[name] = harmless(value, f"the header field {name}")
        except (MessageError, LookupError) as error:
            raise ValueError(f"the header field {name} cannot be read: {error}") from error
    # Quoted-printable and base64 never hold "=_", so no boundary below can occur in a body
    # (RFC 2045 section 6.7), and no line is too long or begins with "From ".
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    _, html = mail.iter_parts()
    assert isinstance(html, EmailMessage)
    for picture in message.pictures:
        _embed(html, picture)
    for attachment in message.attachments:
        _attach(mail, attachment)
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{message.delivery_id.hex}_{number}")
    _one_field_each(mail)
    return mail.as_bytes()


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


def _reserved(name: str) -> bool:
    return name.lower() in _OURS or name.lower().startswith(("content-", "resent-"))


def _mailbox(name: str, address: Address) -> HeaderAddress:
    return HeaderAddress(name, username=address.local_part, domain=address.domain)


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
