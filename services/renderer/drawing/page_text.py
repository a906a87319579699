"""Texts as the operators of a page's contents (ISO 32000-1, section 9.4), for long tables.

A text object of ReportLab's takes some fifty microseconds for one cell. Here a character is
looked up once per document, and a text that comes again is a look-up altogether.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.pdfbase import pdfmetrics

from services.renderer.drawing.fonts import plain, runs, width

FIRST_SUBSET = 0
"""Of a font; it has ASCII and, in most documents, all that is needed."""


class PageText:
    """What puts texts of one font and size on the pages of one canvas."""

    def __init__(self, canvas: Any, font: str, size: float, leading: float) -> None:
        """`size` and `leading` (from one line to the next) in points."""
        self._document, self._font, self._size, self._leading = canvas._doc, font, size, leading
        self._codes: dict[str, _Codes] = {}

    def begun(self, x: float, y: float) -> str:
        """Operators that begin text at that place, in points; `ET` ends it."""
        return f"BT {self._of(self._font).chosen} {self._leading:.3f} TL {x:.3f} {y:.3f} Td"

    def lines(self, lines: Sequence[str], right_edge: float | None = None) -> str:
        """Operators that show the lines below each other and end where they began.

        Flush left; or flush right, `right_edge` points to the right of the beginning.
        """
        shown = " T*".join([self.line(line, right_edge) for line in lines])
        if len(lines) > 1:
            shown += f" 0 {self._leading * (len(lines) - 1):.3f} Td"
        return shown

    def line(self, text: str, right_edge: float | None = None) -> str:
        """The same of one line."""
        shown = f"({self._encoded(text)})Tj"
        if right_edge is None:
            return shown
        # In thousandths of the type size, and counted to the left. It moves this line alone, so
        # that what comes next need not know how wide the text was.
        left_by = (width(text, self._font, self._size) - right_edge) * 1000 / self._size
        return f"[{left_by:.0f}]TJ{shown}"

    def _encoded(self, text: str) -> str:
        own = self._of(self._font)
        if plain(text):
            return text.translate(own)
        encoded = ""
        for name, part in runs(text, self._font):
            codes = self._of(name)
            letters = part.translate(codes)
            encoded += letters if codes is own else f")Tj {codes.chosen}({letters})Tj {own.chosen}("
        return encoded

    def _of(self, font: str) -> _Codes:
        if font not in self._codes:
            self._codes[font] = _Codes(self._document, font, self._size)
        return self._codes[font]


class _Codes(dict[int, str]):
    """By code point: what stands for the character between the brackets of a string."""

    def __init__(self, document: Any, font: str, size: float) -> None:
        super().__init__()
        self._document, self._font, self._size = document, pdfmetrics.getFont(font), size
        self.chosen = self._choice(FIRST_SUBSET)

    def __missing__(self, code_point: int) -> str:
        ((subset, (code,)),) = self._font.splitString(chr(code_point), self._document)
        character = chr(code)
        if character in "()\\" or not " " <= character <= "~":
            character = f"\\{code:03o}"
        if subset != FIRST_SUBSET:
            character = f")Tj {self._choice(subset)}({character})Tj {self.chosen}("
        self[code_point] = character
        return character

    def _choice(self, subset: int) -> str:
        """The operator that chooses one of the subsets of 256 characters a font is cut into."""
        return f"{self._font.getSubsetInternalName(subset, self._document)} {self._size:g} Tf"
