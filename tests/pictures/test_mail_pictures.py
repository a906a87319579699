"""The mail in a wide and in a narrow client, by day and by night, in a real browser.

Its pictures in the gallery are drawn by `make pictures`; look at them. They are not compared, since
each machine has fonts of its own: what is tested is what a reader would complain of.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from services.renderer.formats import formats
from tests.browsers import BROWSER, driven
from tests.documents import document
from tests.pictures.drawn_pages import store

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no browser on this machine")

STORED = Path(__file__).parents[2] / "docs" / "pictures"
WIDE, NARROW = 800, 360
CORRECTION = (
    "Corrected: this replaces the report made on 2 November 2026 at 09:14. Characters delivered: "
    "48 → 45; Median turnaround: 9.1 → 9.4 days."
)
READABLE = 4.5
"""The least contrast of text (WCAG 2.2, 1.4.3)."""
TEXTS = """() => {
  const rgb = (text) => text.match(/[0-9.]+/g).map(Number);
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const colour = rgb(getComputedStyle(element).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.body.querySelectorAll('*')]
    .filter((one) => [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .map((one) => ({
      text: one.textContent.trim().slice(0, 60),
      ink: rgb(getComputedStyle(one).color),
      ground: ground(one),
      size: parseFloat(getComputedStyle(one).fontSize),
    }));
}"""
"""Every element that has text of its own: its colours, and its size in pixels."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with driven() as launched:
        yield launched


@pytest.fixture(scope="module")
def html() -> str:
    """A corrected report's mail as a client shows it: with its picture in place."""
    earlier = document()
    corrected = earlier.model_copy(update={"summary": (CORRECTION, *earlier.summary)})
    mail = json.loads(formats["mail"].render(corrected).content)
    shown: str = mail["html"]
    for picture in mail["pictures"]:
        data = f"data:{picture['media_type']};base64,{picture['content']}"
        shown = shown.replace(f"cid:{picture['content_id']}", data)
    return shown


def luminance(colour: list[float]) -> float:
    """Of WCAG 2.2."""
    parts = [part / 255 for part in colour[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: dict[str, Any]) -> float:
    darker, lighter = sorted((luminance(text["ink"]), luminance(text["ground"])))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_mail_can_be_read_in_every_client(
    width: int,
    scheme: Literal["light", "dark"],
    browser: Browser,
    html: str,
    renew_pictures: bool,
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 640}, color_scheme=scheme)
    try:
        page.set_content(html)
        if renew_pictures:
            name = f"mail-{'wide' if width == WIDE else 'narrow'}-{scheme}.png"
            store(drawn(page), STORED / name)
        texts = page.evaluate(TEXTS)
        assert len(texts) > 20
        assert [text for text in texts if contrast(text) < READABLE] == []
        assert [text for text in texts if text["size"] < 12] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing is cut off"
        assert page.evaluate("[...document.images].every((one) => one.naturalWidth > 0)")
        dark = luminance([float(part) for part in ground_of(page)]) < 0.1
        assert dark is (scheme == "dark")
    finally:
        page.close()


def ground_of(page: Page) -> list[str]:
    """The colour of the page, as its parts."""
    found: list[str] = page.evaluate(
        "getComputedStyle(document.querySelector('.sheet')).backgroundColor.match(/[0-9.]+/g)"
    )
    return found[:3]


def drawn(page: Page) -> Image.Image:
    """The whole mail, in few colours."""
    with Image.open(io.BytesIO(page.screenshot(full_page=True))) as taken:
        return taken.convert("RGB").quantize(256, dither=Image.Dither.NONE)
