"""The typeface of the drawn pages: Open Sans (Apache-2.0), Latin, Greek and Cyrillic.

Embedded as subsets, digits all of one width. Registered once per process. What a document has
beyond these letters is set from the fonts of `letters`, for as long as it is `lettered`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from services.renderer.drawing.letters import MoreLetters
from services.renderer.presentation import without_controls

FOLDER = Path(__file__).parents[1] / "fonts"
FAMILY = "Open Sans"
"""As stylesheets name it."""
REGULAR = "OpenSans"
STRONG = "OpenSans-Semibold"

_more: list[MoreLetters] = []
"""Of the document that is drawn now; none when the typeface has all of its letters."""


def register_fonts() -> None:
    """Make both weights known to ReportLab, the semibold one as its family's bold."""
    if REGULAR in pdfmetrics.getRegisteredFontNames():
        return
    pdfmetrics.registerFont(TTFont(REGULAR, FOLDER / "OpenSans-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(STRONG, FOLDER / "OpenSans-Semibold.ttf"))
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(REGULAR, bold, italic, STRONG if bold else REGULAR)


@contextmanager
def lettered(texts: Iterable[str]) -> Iterator[frozenset[str]]:
    """While it lasts, these texts can be measured and drawn; gives the characters no font has.

    MoreFontsNeeded when the typeface does not do and this process has loaded no other.
    """
    beyond = frozenset().union(
        *(_beyond_the_typeface(without_controls(text)) for text in texts if not text.isascii())
    )
    if not beyond:
        yield frozenset()
        return
    more = MoreLetters(beyond, {REGULAR: "Regular", STRONG: "Semibold"})
    _more.append(more)
    try:
        yield more.missing
    finally:
        _more.remove(more)
        more.forget()


def plain(text: str) -> bool:
    """Whether the typeface alone can print the text, letter by letter from left to right."""
    return not _more or text.isascii() or not _beyond_the_typeface(text)


def runs(text: str, font: str) -> tuple[tuple[str, str], ...]:
    """The text in visual order, cut where the font changes: (font, part) from the left."""
    return ((font, text),) if plain(text) else _more[-1].runs(text, font)


def width(text: str, font: str, size: float) -> float:
    """Width in points."""
    if plain(text):
        return 0.001 * size * sum(map(_own_widths(font).__getitem__, text))
    return sum(float(pdfmetrics.stringWidth(part, name, size)) for name, part in runs(text, font))


def draw(canvas: Any, x: float, y: float, text: str, font: str, size: float) -> None:
    """Draw one line of text with its left end at x."""
    text_object = canvas.beginText(x, y)
    for name, part in runs(text, font):
        text_object.setFont(name, size)
        text_object.textOut(part)
    canvas.drawText(text_object)


def fitted(text: str, font: str, size: float, available: float) -> str:
    """The text, its end replaced by an ellipsis when it is wider than `available` points."""
    if width(text, font, size) <= available:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + "…", font, size) <= available:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def wrapped(text: str, font: str, size: float, available: float, most_lines: int) -> list[str]:
    """Lines no wider than `available` points, broken at spaces and inside words too long.

    What does not fit into `most_lines` ends in an ellipsis.
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, font, size) <= available:
            line = longer
            continue
        if line:
            lines.append(line)
        while len(lines) < most_lines and width(word, font, size) > available:
            cut = _characters_that_fit(word, font, size, available)
            lines.append(word[:cut])
            word = word[cut:]
        line = word
        if len(lines) >= most_lines:
            break
    if len(lines) < most_lines:
        lines.append(line)
        return lines
    # Longer than may be: say so where the last line ends.
    last = lines[most_lines - 1] + " …" if line or len(lines) > most_lines else lines[-1]
    return [*lines[: most_lines - 1], fitted(last, font, size, available)]


def _characters_that_fit(word: str, font: str, size: float, available: float) -> int:
    total = 0.0
    for index, character in enumerate(word):
        total += width(character, font, size)
        if total > available:
            return max(index, 1)
    return len(word)


def _beyond_the_typeface(text: str) -> frozenset[str]:
    return frozenset(text) - _own_letters()


@cache
def _own_letters() -> frozenset[str]:
    """All it has a glyph for, but for marks, which it would not set upon the letter before."""
    has = map(chr, pdfmetrics.getFont(REGULAR).face.charToGlyph)
    return frozenset(character for character in has if not unicodedata.combining(character))


@cache
def _own_widths(font: str) -> _Widths:
    return _Widths(font)


class _Widths(dict[str, float]):
    """Of each character, in thousandths of the type size; for the typeface's own fonts."""

    def __init__(self, font: str) -> None:
        super().__init__()
        self._face = pdfmetrics.getFont(font).face

    def __missing__(self, character: str) -> float:
        self[character] = found = float(self._face.getCharWidth(ord(character)))
        return found
