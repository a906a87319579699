"""Reading a mail that somebody else wrote: nothing in it is believed, and nothing raises."""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII)
_CID = re.compile(r"cid:([^\"'\s)<>]{1,200})", re.IGNORECASE)


@dataclass(frozen=True)
class Attachment:
    """One file of a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Summary:
    """What the list says of a mail."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    """Those of the envelope (Delivered-To, as this mailbox noted it); else those of To."""
    subject: str
    date: str | None
    """ISO 8601, as the mail says; None where it does not."""
    message_id: str | None
    size: int
    """Octets."""
    attachments: tuple[tuple[str, str, int], ...]
    """Name, media type, size in octets."""


@dataclass(frozen=True)
class Content:
    """A mail, opened."""

    headers: tuple[tuple[str, str], ...]
    """All of them, decoded, in order."""
    text: str | None
    html: str | None
    """As it came, but that pictures of the mail itself are put in its place as data."""
    attachments: tuple[Attachment, ...]


def summarise(mail_id: str, raw: bytes) -> Summary:
    """What the list says of the mail with these bytes."""
    message = _parsed(raw)
    recipients = tuple(_all(message, "Delivered-To")) or tuple(_all(message, "To"))
    return Summary(
        id=mail_id,
        sender=_first(message, "From") or _first(message, "Return-Path") or "",
        recipients=recipients,
        subject=_first(message, "Subject") or "",
        date=_date(_first(message, "Date")),
        message_id=_first(message, "Message-ID"),
        size=len(raw),
        attachments=tuple(
            (a.name, a.media_type, len(a.content)) for a in map(_file, _files(message))
        ),
    )


def opened(raw: bytes) -> Content:
    """Everything the mail holds."""
    message = _parsed(raw)
    text = _body(message, "text/plain")
    html = _body(message, "text/html")
    return Content(
        headers=tuple((name, _decoded(value)) for name, value in message.raw_items()),
        text=None if text is None else _read(text),
        html=None if html is None else _with_pictures(_read(html), message),
        attachments=tuple(_file(part) for part in _files(message)),
    )


def _parsed(raw: bytes) -> Message:
    # compat32 hands every header over as it stands; the newer policies parse, and trip.
    try:
        message = message_from_bytes(raw, policy=compat32)
        for _ in message.walk():
            pass
    except RecursionError:  # parts within parts, thousands deep
        return BytesHeaderParser(policy=compat32).parsebytes(raw[:65536])
    return message


def _decoded(value: object) -> str:
    text = _as_utf8(str(value))
    with suppress(LookupError, ValueError, MessageError):  # a wrong encoding: as it stands
        text = str(make_header(decode_header(text)))
    text = text.encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _as_utf8(text: str) -> str:
    # What is beyond ASCII in a header is UTF-8 (RFC 6532), or nobody knows what. The parser
    # leaves it as surrogates; what was decoded already stays as it is.
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _first(message: Message, name: str) -> str | None:
    return next(iter(_all(message, name)), None)


def _all(message: Message, name: str) -> list[str]:
    found = (value for field, value in message.raw_items() if field.lower() == name.lower())
    return [_decoded(value) for value in found]


def _date(text: str | None) -> str | None:
    try:
        return None if text is None else parsedate_to_datetime(text).isoformat()
    except (ValueError, OverflowError):
        return None


def _parts(message: Message) -> list[Message]:
    return [part for part in message.walk() if not part.is_multipart()]


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _body(message: Message, media_type: str) -> Message | None:
    for part in _parts(message):
        if part.get_content_type() == media_type and not _is_file(part):
            return part
    return None


def _files(message: Message) -> list[Message]:
    html = _body(message, "text/html")
    shown = [_body(message, "text/plain"), html]
    if html is not None:
        used = set(_CID.findall(_read(html)))
        shown += [part for part in _parts(message) if _is_picture(part, used)]
    return [part for part in _parts(message) if all(part is not body for body in shown)]


def _is_picture(part: Message, used: set[str]) -> bool:
    return part.get_content_maintype() == "image" and _content_id(part) in used


def _content_id(part: Message) -> str | None:
    content_id = part.get("Content-ID")
    return None if content_id is None else str(content_id).strip("<> ")


def _bytes(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError):
        content = None
    return content if isinstance(content, bytes) else b""


def _read(part: Message) -> str:
    charset = part.get_content_charset("utf-8")
    try:
        return _bytes(part).decode(charset, "replace")
    except (LookupError, ValueError):
        return _bytes(part).decode("utf-8", "replace")


def _file(part: Message) -> Attachment:
    media_type = part.get_content_type()
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = "application/octet-stream"
    return Attachment(_name(part) or "unnamed", media_type, _bytes(part))


def _name(part: Message) -> str:
    readable = Message()
    for field, value in part.raw_items():
        if field.lower() in ("content-disposition", "content-type"):
            readable[field] = _as_utf8(value)
    with suppress(ValueError, LookupError):
        return _decoded(readable.get_filename("") or "")
    return ""


def _with_pictures(html: str, message: Message) -> str:
    pictures = {}
    for part in _parts(message):
        content_id = _content_id(part)
        if content_id is not None and part.get_content_maintype() == "image":
            data = base64.b64encode(_bytes(part)).decode()
            pictures[content_id] = f"data:{_file(part).media_type};base64,{data}"
    return _CID.sub(lambda found: pictures.get(found[1], found[0]), html)
