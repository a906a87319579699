"""Which texts are one mailbox, and how SMTP is told of it."""

from __future__ import annotations

import pytest

from services.mailer.channels.smtp.address import Address


@pytest.mark.parametrize(
    ("text", "on_the_wire"),
    [
        ("someone@example.com", "someone@example.com"),
        ("Some.One+tag@Example.COM", "Some.One+tag@example.com"),
        ("root@localhost", "root@localhost"),
        ("o'hara/x=y@sub.example.co.uk", "o'hara/x=y@sub.example.co.uk"),
        ("jemand@münchen.example", "jemand@xn--mnchen-3ya.example"),
        ("jemand@Bücher。example", "jemand@xn--bcher-kva.example"),
        ("u\u0308ber@example.com", "\u00fcber@example.com"),
    ],
)
def test_one_mailbox(text: str, on_the_wire: str) -> None:
    assert str(Address.parse(text)) == on_the_wire


def test_only_a_name_beyond_ascii_needs_an_extension() -> None:
    assert not Address.parse("jemand@münchen.example").needs_smtputf8
    assert Address.parse("jürgen@example.com").needs_smtputf8


@pytest.mark.parametrize(
    "text",
    [
        *("", "@", "a", "a@", "@a.org", "a@b@c.org", ".a@b.org", "a.@b.org", "a..b@c.org"),
        *("a@-b.org", "a@b-.org", "a@b..org", "a@b.org.", "a@[127.0.0.1]", '"a b"@c.org'),
        *("a@b.org\n", "\ta@b.org", "a\u200b@b.org", "a\u202e@b.org", "a\u00a0b@c.org"),
        *("A <a@b.org>", "a@b.org,c@d.org", "a@b.org;c@d.org", "a%0d%0a@b.org\r\n"),
        *("a@" + "b" * 64 + ".org", "ü" * 33 + "@b.org", "a@" + "b." * 126 + "org"),
        *("=?utf-8?b?aGkK?=@b.org", "a@☃\u2028.org", "a@b\x7f.org", "a@xn--\ud800.org"),
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no e-mail address"):
        Address.parse(text)
