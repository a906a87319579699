"""The page as a browser, a printer and a screen reader take it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from services.renderer.drawing.web_page import draw_page
from shared.document import Chart, Column, Kind, ReportDocument, Section, Table
from shared.errors import PermanentError
from tests.documents import bar_chart, document, empty_document, every_kind, table, two_tables

VOID = {"meta", "br", "path", "line", "rect", "link", "hr", "img"}
FETCHING = {"src", "href", "xlink:href", "srcset", "data", "action", "background", "poster"}


class Page(HTMLParser):
    """Elements in order, with their attributes and texts; sees to it that they nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((tuple(self._open), data.strip()))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def words(self, *inside: str) -> list[str]:
        return [text for path, text in self.texts if set(inside) <= set(path)]


def source(wanted: ReportDocument) -> str:
    content, rows = draw_page(wanted)
    assert rows == wanted.row_count
    return content.decode()


def page(wanted: ReportDocument) -> Page:
    return Page(source(wanted))


def with_chart(specification: dict[str, Any], **over: Any) -> ReportDocument:
    chart = Chart(
        **{
            "name": "c",
            "title": "C",
            "alternative_text": "Words.",
            "specification": specification,
            **over,
        }
    )
    return document(sections=(Section(title="Charts", charts=(chart,)),))


def test_it_fetches_nothing_and_runs_nothing() -> None:
    for wanted in (document(), every_kind(), two_tables(), empty_document()):
        found = page(wanted)
        assert not {"script", "link", "img", "iframe", "object", "image", "use", "form"} & {
            tag for tag, _ in found.elements
        }
        for _, attributes in found.elements:
            assert all(attributes[name].startswith("#") for name in FETCHING & attributes.keys())
            assert not [name for name in attributes if name.startswith("on")]
        style = "".join(found.words("style"))
        assert "url(" not in style
        assert "@import" not in style
        (policy,) = [m["content"] for m in found.all("meta") if "http-equiv" in m]
        assert policy.startswith("default-src 'none';")


def test_it_has_landmarks_headings_in_order_and_a_language() -> None:
    found = page(document())
    assert found.all("html") == [{"lang": "en"}]
    for landmark in ("header", "main", "footer", "h1", "title"):
        assert len(found.all(landmark)) == 1
    assert found.all("a")[0]["href"] == f"#{found.all('main')[0]['id']}"
    levels = [int(tag[1]) for tag, _ in found.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for _, attributes in found.elements:
        assert attributes.get("aria-labelledby", ids[0]) in ids


def test_every_table_cell_has_headers() -> None:
    found = page(document())
    assert len(found.all("caption")) == 1
    scopes = [attributes["scope"] for attributes in found.all("th")]
    assert scopes == ["col"] * 6 + ["row"] * 5
    (region,) = [a for a in found.all("div") if a.get("role") == "region"]
    assert region["tabindex"] == "0"


def test_figures_read_as_in_the_pdf() -> None:
    words = page(document()).words("tbody")
    assert words[:6] == ["Northern Lights", "21", "18", "16.7%", "412.50", "30 Oct 2026"]
    assert words[9] == "−12.5%"
    assert words[-11:-5] == ["Cold Harvest", "0", "0", "–", "0.00", "–"]
    assert words[-5:] == ["Total", "45", "40", "12.5%", "1,717.25"]
    rows = page(every_kind()).words("tbody")
    assert "25 Oct 2026, 02:30 CEST" in rows
    assert "yes" in rows


def test_key_figures_have_their_verdict_in_words() -> None:
    words = " ".join(page(document()).words("ul", "li"))
    assert "45 characters ▲ 12.5% up · good was 40" in words
    assert "9.4 days ▲ 16.0% up · bad was 8.1" in words


def test_a_chart_is_a_picture_with_words() -> None:
    found = page(document())
    (svg,) = found.all("svg")
    assert svg["role"] == "img"
    assert svg["aria-label"] == "Bars per day, stacked by project."
    assert "viewbox" in svg
    assert not {"width", "height"} & svg.keys()
    assert len([e for e in found.elements if e[0] == "path"]) > 90
    assert "Northern Lights" in found.words("svg")


def test_what_is_hidden_or_said_elsewhere_is_not_in_the_picture() -> None:
    text = source(document())
    picture = text[text.index("<svg") : text.index("</svg>")]
    assert 'opacity="0"' not in picture
    assert "role-mark" not in picture
    assert picture.count("aria-") == 1


def test_pictures_do_not_share_ids() -> None:
    clipped = {**bar_chart().specification, "mark": {"type": "bar", "clip": True}}
    chart = bar_chart().model_copy(update={"specification": clipped})
    text = source(document(sections=(Section(title="Two", charts=(chart, chart)),)))
    ids = re.findall(r'<clipPath id="([^"]+)"', text)
    assert len(set(ids)) == len(ids) >= 2
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


def test_nothing_in_a_document_becomes_markup() -> None:
    evil = '</style></svg><script>alert("x")</script><b onclick=x>'
    specification = {
        "data": {"values": [{"who": evil, "n": 1}]},
        "mark": {"type": "bar", "href": "javascript:alert(1)"},
        "encoding": {
            "y": {"field": "who", "type": "nominal", "title": evil},
            "x": {"field": "n", "type": "quantitative"},
            "href": {"field": "who"},
        },
    }
    table = Table(
        name=evil, title=evil, columns=(Column(name="c", title=evil, kind=Kind.TEXT),),
        rows=((evil,),), total=(evil,),
    )  # fmt: skip
    chart = Chart(name=evil, title=evil, alternative_text=evil, specification=specification)
    found = page(
        document(
            title=evil,
            tenant=evil,
            summary=(evil,),
            notes=(evil,),
            sections=(Section(title=evil, text=(evil,), charts=(chart,), tables=(table,)),),
        )
    )
    assert not {"script", "b"} & {tag for tag, _ in found.elements}
    assert all(a["href"].startswith("#") for a in found.all("a"))
    assert evil in found.words("tbody")


def test_a_chart_that_came_out_blank_is_refused() -> None:
    blank = {
        "data": {"values": [{"n": 1}]},
        "mark": "bar",
        "transform": [{"filter": "datum.n > 5"}],
        "encoding": {"x": {"field": "n", "type": "quantitative"}},
    }
    with pytest.raises(PermanentError, match="came out blank") as refused:
        draw_page(with_chart(blank))
    assert refused.value.code == "chart_blank"


def test_a_chart_without_figures_may_be_blank() -> None:
    empty = {
        "data": {"values": []},
        "mark": "bar",
        "encoding": {"x": {"field": "n", "type": "quantitative"}},
    }
    assert len(page(with_chart(empty)).all("svg")) == 1


def test_a_picture_from_elsewhere_is_refused() -> None:
    specification = {
        "data": {"values": [{"n": 1}]},
        "mark": {"type": "image", "url": "data:image/png;base64,AAAA"},
        "encoding": {"x": {"field": "n", "type": "quantitative"}},
    }
    with pytest.raises(PermanentError):
        draw_page(with_chart(specification))


def test_a_wide_table_is_printed_across_the_page() -> None:
    columns = tuple(Column(name=f"c{n}", title=f"Time {n}", kind=Kind.INSTANT) for n in range(9))
    wide = Table(
        name="wide", title="Wide", columns=columns, rows=(("2026-10-30T17:45+01:00",) * 9,)
    )
    assert "size: A4 landscape;" in source(document(sections=(Section(title="x", tables=(wide,)),)))
    assert "size: A4;" in source(document())


def test_an_empty_report_says_so() -> None:
    words = page(empty_document()).words("main")
    assert "Nothing was delivered in this period." in words
    assert "No rows in this period." in words


def test_texts_keep_their_own_direction() -> None:
    assert '<th scope="row" dir="auto">مشهد</th>' in source(every_kind())


def test_a_table_below_a_chart_has_its_name_though_the_heading_says_it() -> None:
    rows = table([("Northern Lights", 1, 1, "0.0", "1.00", None)])
    alone = Section(title=rows.title, tables=(rows,))
    below = Section(title=rows.title, charts=(bar_chart(),), tables=(rows,))
    for section, hidden in ((alone, True), (below, False)):
        captions = source(document(sections=(section,))).partition("<caption")[2].partition("</")[0]
        assert ('class="unseen"' in captions) is hidden
