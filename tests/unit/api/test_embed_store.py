"""Which sites may frame an embedded widget, as browsers write them."""

from __future__ import annotations

import pytest

from services.api.embed_store import origin_of


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://wiki.example.com", "https://wiki.example.com"),
        (" HTTPS://Wiki.Example.com/ ", "https://wiki.example.com"),
        ("https://wiki.example.com:443", "https://wiki.example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("http://192.0.2.7:3000", "http://192.0.2.7:3000"),
    ],
)
def test_an_origin_is_taken_as_a_browser_writes_it(written: str, origin: str) -> None:
    assert origin_of(written) == origin


@pytest.mark.parametrize(
    "written",
    [
        "",
        "*",
        "'self'",
        "wiki.example.com",
        "https:",
        "https://*.example.com",
        "https://wiki.example.com/page",
        "https://wiki.example.com?q",
        "https://somebody@wiki.example.com",
        "https://wiki.example.com; script-src *",
        "https://wiki.example.com https://other.example.com",
        "https://wiki.example.com\r\nSet-Cookie: a=b",
        "https://münchen.example",
        "https://[::1]",
        "https://wiki.example.com:99999",
        "javascript:alert(1)",
        "data:text/html,x",
        f"https://{'a.' * 200}example",
    ],
)
def test_what_is_no_origin_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match=r"https://wiki\.example\.com"):
        origin_of(written)
