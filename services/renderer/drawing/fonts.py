"""The typeface of the drawn pages: Open Sans (Apache-2.0), Latin, Greek and Cyrillic.

Embedded as subsets, digits all of one width. Registered once per process.
"""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).parents[1] / "fonts"
FAMILY = "Open Sans"
"""As stylesheets name it."""
REGULAR = "OpenSans"
STRONG = "OpenSans-Semibold"


def register_fonts() -> None:
    """Make both weights known to ReportLab, the semibold one as its family's bold."""
    if REGULAR in pdfmetrics.getRegisteredFontNames():
        return
    pdfmetrics.registerFont(TTFont(REGULAR, FOLDER / "OpenSans-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(STRONG, FOLDER / "OpenSans-Semibold.ttf"))
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(REGULAR, bold, italic, STRONG if bold else REGULAR)


def width(text: str, font: str, size: float) -> float:
    """Width in points."""
    return float(pdfmetrics.stringWidth(text, font, size))


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
