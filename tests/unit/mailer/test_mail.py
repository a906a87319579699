"""The mail as it is written: what people and machines read in it, and what cannot get in."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32, default
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.mailer.channels import Attachment, Message, Picture, message_id
from services.mailer.channels.smtp.address import Address
from services.mailer.channels.smtp.mail import compose

DELIVERY = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
PLAIN = Message(
    delivery_id=DELIVERY,
    to="someone@example.com",
    subject="Delivery summary",
    html="<p>45 characters — 12% more</p>",
    text="45 characters — 12% more",
    attachments=(),
    message_id=message_id(DELIVERY, "studio.example"),
    date=datetime(2026, 11, 1, 9, 0, tzinfo=timezone(timedelta(hours=1))),
)
FIELDS = [
    *("Date", "From", "To", "Message-ID", "Subject", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
]


def written(message: Message, sender_name: str = "Broadsheet") -> bytes:
    return compose(
        message, Address.parse("reports@studio.example"), sender_name, Address.parse(message.to)
    )


def read(mail: bytes) -> EmailMessage:
    return message_from_bytes(mail, policy=default)


def encoded_word(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def test_the_fields_say_who_when_and_that_a_machine_wrote_it() -> None:
    mail = read(written(PLAIN))
    assert mail["From"] == "Broadsheet <reports@studio.example>"
    assert mail["To"] == "someone@example.com"
    assert mail["Subject"] == "Delivery summary"
    assert mail["Date"] == "Sun, 01 Nov 2026 09:00:00 +0100"
    assert mail["Message-ID"] == "<01890a5d-ac96-774b-bcce-b302099a8057@studio.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.keys() == FIELDS


def test_text_comes_before_html_and_both_say_the_same() -> None:
    mail = read(written(PLAIN))
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    bodies = [part.get_content().strip() for part in mail.iter_parts()]
    assert bodies == [PLAIN.text, PLAIN.html]


def test_a_picture_belongs_to_the_html_and_is_no_attachment() -> None:
    picture = Picture("chart.png", "image/png", b"\x89PNG" * 100, "chart.0123@broadsheet")
    files = (Attachment("rows.csv", "text/csv", b"1\r\n"),)
    mail = read(written(replace(PLAIN, pictures=(picture,), attachments=files)))
    assert [part.get_filename() for part in mail.iter_attachments()] == ["rows.csv"]
    bodies, _ = mail.iter_parts()
    text, related = bodies.iter_parts()
    assert (text.get_content_type(), related.get_content_type()) == (
        "text/plain",
        "multipart/related",
    )
    html, shown = related.iter_parts()
    assert html.get_content().strip() == PLAIN.html
    assert shown["Content-ID"] == "<chart.0123@broadsheet>"
    assert shown.get_content_disposition() == "inline"
    assert shown.get_content() == picture.content


@pytest.mark.parametrize("content_id", ["", "a b@c", "a@b>\r\nBcc: <x", "no-domain"])
def test_a_content_id_that_is_none_is_refused(content_id: str) -> None:
    picture = Picture("chart.png", "image/png", b"\x89PNG", content_id)
    with pytest.raises(ValueError, match="no Content-ID"):
        written(replace(PLAIN, pictures=(picture,)))


def test_attachments_keep_their_bytes_their_names_and_their_types() -> None:
    files = (
        Attachment("Übersicht — März.pdf", "application/pdf", bytes(range(256)) * 300),
        Attachment("rows.csv", "text/csv; charset=utf-8", "ä;b\r\n".encode()),
    )
    mail = read(written(replace(PLAIN, attachments=files)))
    found = list(mail.iter_attachments())
    assert [part.get_filename() for part in found] == ["Übersicht — März.pdf", "rows.csv"]
    assert [part.get_content_type() for part in found] == ["application/pdf", "text/csv"]
    assert found[1].get_param("charset") == "utf-8"
    assert [part.get_payload(decode=True) for part in found] == [f.content for f in files]


def test_a_second_attempt_writes_the_same_bytes() -> None:
    message = replace(PLAIN, attachments=(Attachment("a.bin", "application/x-a", b"\0" * 99),))
    assert written(message) == written(message)


def test_lines_end_with_crlf_and_are_short_enough_for_every_server() -> None:
    mail = written(replace(PLAIN, text="word " * 2000, html="<b>" + "ü" * 9000, subject="ü" * 900))
    lines = mail.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(len(line) for line in lines) <= 998  # RFC 5322 section 2.1.1
    assert mail.isascii()


def test_a_text_cannot_end_the_mail_or_one_of_its_parts() -> None:
    boundary = f"--=_{DELIVERY.hex}_0--"
    mail = read(written(replace(PLAIN, text=f"{boundary}\n.\nFrom me", html=boundary)))
    text, html = mail.iter_parts()
    assert text.get_content().splitlines() == [boundary, ".", "From me"]
    assert html.get_content().strip() == boundary


def test_letters_of_every_script_survive_in_subject_and_name() -> None:
    subject = "Отчёт 報告 تقرير 🎬 — März"
    mail = read(written(replace(PLAIN, subject=subject), sender_name="Bürö, „Nord“ <x>"))
    assert mail["Subject"] == subject
    assert mail["From"].addresses[0].display_name == "Bürö, „Nord“ <x>"
    assert mail["From"].addresses[0].addr_spec == "reports@studio.example"


def test_further_fields_are_added_and_ours_cannot_be_replaced() -> None:
    more = (
        ("Reply-To", "team@studio.example"),
        ("List-Unsubscribe", "<https://reports.studio.example/u/abc>"),
    )
    mail = read(written(replace(PLAIN, headers=more)))
    assert mail["Reply-To"] == "team@studio.example"
    assert mail["List-Unsubscribe"] == "<https://reports.studio.example/u/abc>"
    for name in ("Bcc", "to", "FROM", "Content-Type", "Resent-Cc", "X y", "X:", "", "X\r\nBcc"):
        with pytest.raises(ValueError, match="cannot be set"):
            written(replace(PLAIN, headers=((name, "a@b.example"),)))


INJECTIONS = [
    "hi\r\nBcc: x@y.z",
    "hi\nBcc: x@y.z",
    "hi\rBcc: x@y.z",
    "hi\0",
    "hi\x0bBcc: x@y.z",
    "hi\x85Bcc: x@y.z",
    "hi\u2028Bcc: x@y.z",
    "hi\u2029Bcc: x@y.z",
    "hi\ud800",
    "=?utf-8?q?hi=0d=0aBcc:_x@y.z?=",
    "=?utf-8?Q?hi=0ABcc:_x@y.z?=",
    "=?utf-8*en?q?hi=0ABcc:_x@y.z?=",
    "=?us-ascii?q?hi=00?=",
    "=?utf-8?q?a?= =?utf-8?q?b=0a?=",
    '"=?utf-8?q?hi=0d=0aBcc:_x@y.z?="',
    "x=?utf-8?q?hi=0d=0aBcc:_x@y.z?=x",
    "=?utf-7?q?hi+AA0ACg-Bcc:_x@y.z?=",
    encoded_word("hi\r\nBcc: x@y.z"),
    encoded_word(encoded_word("hi\r\nBcc: x@y.z")),
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_line_break_in_whatever_disguise_is_refused_wherever_it_stands(text: str) -> None:
    attachment = Attachment("a.pdf", "application/pdf", b"")
    attempts = [
        replace(PLAIN, subject=text),
        replace(PLAIN, headers=(("X-Report", text),)),
        replace(PLAIN, headers=(("Reply-To", f"{text} <a@b.example>"),)),
        replace(PLAIN, attachments=(replace(attachment, filename=text),)),
        replace(PLAIN, attachments=(replace(attachment, media_type=f"text/plain; a={text}"),)),
        replace(PLAIN, message_id=f"<{text}@x>"),
        replace(PLAIN, to=f"{text}@b.example"),
    ]
    for attempt in attempts:
        with pytest.raises(ValueError):  # noqa: PT011 - each place has words of its own
            written(attempt)
    with pytest.raises(ValueError, match="the sender's name"):
        written(PLAIN, sender_name=text)


_HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            [
                *'=?\r\n\t \0"<>;:,()',
                "=?utf-8?q?",
                "=?utf-8?b?",
                "=0d=0a",
                "?=",
                "DQo=",
                "Bcc: x@y.z",
            ]
        ),
    ),
    max_size=12,
).map("".join)


@given(subject=_HOSTILE, name=_HOSTILE, filename=_HOSTILE, reply_to=_HOSTILE)
@example(subject="", name="", filename="", reply_to="Bcc: x@y.z;\xa0")
def test_no_value_ever_adds_a_field(subject: str, name: str, filename: str, reply_to: str) -> None:
    message = replace(
        PLAIN,
        subject=subject,
        attachments=(Attachment(filename, "application/pdf", b"x"),),
        headers=(("Reply-To", reply_to),),
    )
    try:
        mail = written(message, sender_name=name)
    except ValueError:
        return
    # Read as the laxest of readers would: any line break ends a line.
    head = re.split(rb"\r\n|\r|\n", mail.partition(b"\r\n\r\n")[0])
    names = [
        line.partition(b":")[0].decode() for line in head if not line.startswith((b" ", b"\t"))
    ]
    assert sorted(names) == sorted([*FIELDS, "Reply-To"])
    parts = list(message_from_bytes(mail, policy=compat32).walk())
    assert len(parts) == 5


@pytest.mark.parametrize("filename", ["", "a/b.pdf", "..\\a.pdf", 'a"b.pdf'])
def test_an_attachments_name_is_no_path(filename: str) -> None:
    with pytest.raises(ValueError, match="no name for an attachment"):
        written(replace(PLAIN, attachments=(Attachment(filename, "text/csv", b""),)))


@pytest.mark.parametrize("media_type", ["", "pdf", "multipart/mixed", "message/rfc822", "a/b/c"])
def test_an_attachments_media_type_is_one_of_a_file(media_type: str) -> None:
    with pytest.raises(ValueError, match="media type"):
        written(replace(PLAIN, attachments=(Attachment("a", media_type, b""),)))


def test_a_date_without_offset_and_a_message_id_without_brackets_are_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        written(replace(PLAIN, date=PLAIN.date.replace(tzinfo=None)))
    with pytest.raises(ValueError, match="Message-ID"):
        written(replace(PLAIN, message_id="a@b.example"))
    assert read(written(replace(PLAIN, date=datetime(2026, 11, 1, tzinfo=UTC))))["Date"]
