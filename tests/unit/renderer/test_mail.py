"""The body of a mail."""

from __future__ import annotations

import base64
import io
import json
import unicodedata
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from services.renderer.formats import formats
from services.renderer.isolation.pool import RenderPool
from shared.document import Chart, Section
from tests.documents import directions, document, empty_document, kpi


def body(**over: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(formats["mail"].render(document(**over)).content)
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


def test_the_text_says_each_unit_once() -> None:
    kpis = (
        kpi("characters_delivered", "45", "40", unit="characters"),
        kpi("throughput", "9.4", "8.1", unit="h", places=1),
        kpi("pass_rate", "78.1", "80", unit="%", places=1),
        kpi("waiting", None, "3", unit="days"),
    )
    lines = [line.partition(" (")[0] for line in body(kpis=kpis)["text"].splitlines()]
    assert {
        *("Characters delivered: 45", "Throughput: 9.4 h", "Pass rate: 78.1%", "Waiting: –")
    } <= set(lines)


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
    assert not {"script", "a", "link"} & set(elements.names)
    (source,) = [value for key, value in elements.attributes if key == "src"]
    assert source == f"cid:{mail['pictures'][0]['content_id']}"
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


def drawn(picture: dict[str, str]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(picture["content"])))


def test_the_mail_shows_the_reports_first_chart_with_its_words() -> None:
    mail = body()
    (picture,) = mail["pictures"]
    chart = document().sections[0].charts[0]
    shown = dict(_Elements(mail["html"]).attributes)
    assert shown["src"] == f"cid:{picture['content_id']}"
    assert shown["alt"] == chart.alternative_text
    assert chart.title in mail["html"]
    assert picture["media_type"] == "image/png"
    # Twice the width at which it is shown, and no burden on a mailbox.
    assert drawn(picture).width == 2 * int(shown["width"] or 0)
    assert len(base64.b64decode(picture["content"])) < 100_000


def test_the_picture_has_the_charts_colours_on_white() -> None:
    pixels = drawn(body()["pictures"][0]).convert("RGB")
    counted = sorted(pixels.getcolors(1 << 24) or (), reverse=True)
    most = [colour for n, colour in counted if n > 10_000]
    assert most[0] == (255, 255, 255)
    # One for each of the four projects.
    assert len(most) == 5


def chart_called(title: str, values: list[dict[str, Any]]) -> Chart:
    encoding = {
        "x": {"field": "who", "type": "nominal"},
        "y": {"field": "n", "type": "quantitative"},
    }
    return Chart(
        name="chart",
        title="Chart",
        alternative_text="A chart",
        specification={
            "title": title,
            "data": {"values": values},
            "mark": "bar",
            "encoding": encoding,
        },
    )


def of_charts(*charts: Chart) -> dict[str, Any]:
    return {"sections": (Section(title="Charts", charts=charts),)}


def test_a_report_without_figures_to_draw_sends_no_picture() -> None:
    for mail in (body(sections=()), body(**of_charts(chart_called("Empty", [])))):
        assert mail["pictures"] == []
        assert "<img" not in mail["html"]


def test_the_first_chart_that_has_figures_is_the_one_that_is_shown() -> None:
    full = chart_called("Full", [{"who": "Ada", "n": 3}])
    both = body(**of_charts(chart_called("Empty", []), full))
    assert both["pictures"] == body(**of_charts(full))["pictures"]


def words_above_the_bars(picture: dict[str, str]) -> int:
    """Stretches of dark columns where the chart's own title stands."""
    above = drawn(picture).crop((0, 0, 400, 48)).convert("L")
    dark = [any(above.crop((x, 0, x + 1, 48)).histogram()[:100]) for x in range(400)]
    gaps = "".join("#" if column else " " for column in dark).split("   ")
    return sum(bool(stretch.strip()) for stretch in gaps)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[RenderPool]:
    """The real drawing process, which has no file to take a font from."""
    pool = RenderPool(1, cpu_limit_s=60.0, memory_limit_bytes=1 << 30, recycle_after=100)
    yield pool
    await pool.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("title", "words"), [("Ω נ 光 ن", 4), ("\U0001f98a", 1)])
async def test_letters_of_any_writing_are_drawn_and_a_missing_one_is_seen(
    title: str, words: int, pool: RenderPool
) -> None:
    asked = document(**of_charts(chart_called(title, [{"who": "Ada", "n": 3}])))
    rendered = [
        (await pool.render("mail", asked.model_dump_json().encode())).content for _ in range(2)
    ]
    assert rendered[0] == rendered[1]
    (picture,) = json.loads(rendered[0])["pictures"]
    assert words_above_the_bars(picture) >= words
