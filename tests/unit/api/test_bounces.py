"""Notifications that are none, or badly made: anybody can write to the address of bounces."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.api.bounces import NoBounce, read
from tests.bounces import bounced

DELIVERY = "01890a5d-ac96-774b-bcce-b302099a8057"
GOOD = bounced(DELIVERY)


def within_one_another(kind: str) -> bytes:
    """Thousands of messages, each within the one before."""
    if kind == "messages":
        return b"Content-Type: message/rfc822\r\n\r\n" * 5000 + b"\r\n"
    return b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (number, number)
        for number in range(2000)
    )


@pytest.mark.parametrize("kind", ["messages", "parts"])
def test_parts_within_parts_without_end_are_no_notification(kind: str) -> None:
    with pytest.raises(NoBounce, match="too deeply"):
        read(within_one_another(kind))


@pytest.mark.parametrize(
    "disguise",
    [
        b"text/rfc822-headers; charset=undefined",
        b"text/rfc822-headers; charset=no-such-charset",
        b"text/rfc822-headers; charset*0*=xx'; charset*1=y",
        b"text/rfc822-headers; charset*=a'b'c",
        b"message/rfc822",
    ],
)
@pytest.mark.parametrize("letters", [b"Subject: caf\xe9", b"Date: 9\r0:00"])
def test_what_a_stranger_calls_letters_keeps_nobody_from_reading_the_id(
    disguise: bytes, letters: bytes
) -> None:
    content = GOOD.replace(b"text/rfc822-headers", disguise)
    content = content.replace(b"From: Broadsheet", letters + b"\r\nFrom: Broadsheet")
    bounce = read(content)
    assert (bounce.delivery_id, bounce.copy) == (UUID(DELIVERY), 0)


def test_an_id_of_ours_in_the_text_of_another_mail_is_none() -> None:
    content = bounced("somebody-elses", returned=f"Message-ID: <{DELIVERY}@studio.example>")
    with pytest.raises(NoBounce, match="no mail back that we have sent"):
        read(content)
