"""The body of a mail."""

from __future__ import annotations

import json
import unicodedata
from html.parser import HTMLParser
from typing import Any

import pytest

from services.renderer.formats import formats
from tests.documents import directions, document, empty_document


def body(**over: Any) -> dict[str, str]:
    content: dict[str, str] = json.loads(formats["mail"].render(document(**over)).content)
    return content


class _Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs


def test_both_bodies_say_the_summary_and_the_figures() -> None:
    mail = body()
    assert mail["subject"] == "Delivery summary, 1–31 October 2026"
    for part in (mail["text"], mail["html"]):
        for sentence in document().summary:
            assert sentence in part
        for figure in ("45", "12.5% up", "good", "16.0% up", "bad", "was 8.1", "38.16"):
            assert figure in part
        assert "Data as of 2 Nov 2026, 09:14 CET" in part


@pytest.mark.parametrize(
    "title", ["a\r\nBcc: x@example.com", "a\x00b\x85c\u2028d", "\u202eevil", "x" * 400, "\n", ""]
)
def test_a_subject_is_one_short_line_without_control_characters(title: str) -> None:
    subject = body(title=title)["subject"]
    assert not any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in subject)
    assert "\u202e" not in subject
    assert 0 < len(subject) <= 150
    assert subject.endswith("1–31 October 2026")


def test_hostile_names_stay_text_in_the_html() -> None:
    name = '<script>alert(1)</script><img src=x onerror=y>" onload="z'
    mail = body(title=name, tenant=name, summary=(name,), notes=(name,))
    elements = _Elements(mail["html"])
    assert not {"script", "img", "a", "link"} & set(elements.names)
    assert not [key for key, _ in elements.attributes if key.startswith("on")]
    assert name in mail["text"]


def test_a_mail_loads_nothing_from_anywhere() -> None:
    assert "http" not in body()["html"].replace("http-equiv", "")


def test_every_direction_is_said_in_words() -> None:
    text = body(kpis=directions())["text"]
    for words in ("up", "down", "unchanged", "no comparison"):
        assert f"({words}" in text


def test_an_empty_period_says_so() -> None:
    content = json.loads(formats["mail"].render(empty_document()).content)
    assert "Nothing was delivered in this period." in content["text"]
    assert "Nothing was delivered in this period." in content["html"]
