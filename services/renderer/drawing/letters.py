"""Letters that the typeface lacks: Hebrew, Arabic, Chinese, Japanese, Korean, signs.

For each document small fonts are made that have the characters it uses and no others, in both
weights: to put a whole CJK font into a file takes half a minute, a subset half a second.

Arabic is written with the presentation forms of Unicode (U+FB50 to U+FEFF), which say how each
letter joins its neighbours, and right-to-left writing is brought into visual order (UAX #9).
Vowel signs of Arabic, which ordinary writing does without, are left out.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

from services.renderer.drawing.more_fonts import FontFile, loaded

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Printed for a character that no font has; the typeface has it."""
RIGHT_TO_LEFT = {"R", "AL", "AN"}
"""Classes of UAX #9 that make a line need reordering."""
HAN_FONTS = {"NotoSansSC", "NotoSansTC", "NotoSansJP", "NotoSansKR"}
WEIGHTS = {"Regular": 400, "Semibold": 600}


class MoreLetters:
    """The fonts of one document, registered with ReportLab until they are forgotten."""

    def __init__(self, characters: frozenset[str], styles: Mapping[str, str]) -> None:
        """`styles`: the typeface's fonts, each with the weight that goes with it.

        MoreFontsNeeded when this process has loaded none.
        """
        seen = frozenset(character for character in characters if not _ignorable(character))
        wanted = seen | _joined_forms(seen)
        self._font_of: dict[str, FontFile] = {}
        for file in _in_order(loaded(), seen):
            for character in wanted & file.characters:
                self._font_of.setdefault(character, file)
        # An Arabic letter that is never drawn by itself counts as there if a form of it is.
        self.missing = frozenset(character for character in seen if character not in self._font_of)
        self._styles = styles
        self._registered = [
            font
            for file in sorted(set(self._font_of.values()), key=lambda file: file.name)
            for font in self._register(file)
        ]
        self.runs = lru_cache(maxsize=4096)(self._runs)

    def forget(self) -> None:
        """Let ReportLab know these fonts no longer; the next document has its own."""
        for font in self._registered:
            font.unregister()

    def _register(self, file: FontFile) -> list[TTFont]:
        own = frozenset(character for character, font in self._font_of.items() if font is file)
        fonts = []
        for weight, content in _small_fonts(file, own).items():
            font = _SearchableFont(f"{file.name}-{weight}", io.BytesIO(content))
            pdfmetrics.registerFont(font)
            fonts.append(font)
        return fonts

    def _runs(self, text: str, font: str) -> tuple[tuple[str, str], ...]:
        """The text in visual order, cut where the font changes: (font, part) from the left."""
        runs: list[tuple[str, str]] = []
        for character in _visual(text):
            file = self._font_of.get(character)
            name = font
            if file is not None:
                name = f"{file.name}-{self._styles[font]}"
            elif character in self.missing:
                character = REPLACEMENT
            if runs and runs[-1][0] == name:
                runs[-1] = (name, runs[-1][1] + character)
            else:
                runs.append((name, character))
        return tuple(runs)


class _SearchableFont(TTFont):  # type: ignore[misc]  # ReportLab ships no types
    """Tells readers which letters its presentation forms stand for, so that they are found."""

    def addObjects(self, doc: Any) -> None:
        subsets = len(self.state[doc].subsets)
        super().addObjects(doc)
        for number in range(subsets):
            name = (SUBSETN(number) + b"+" + self.face.name + self.face.subfontNameX).decode()
            stream = doc.idToObject[f"toUnicodeCMap:{name}"]
            stream.content = re.sub(r"(?<=> <)[0-9A-F]{4}(?=>)", _letters_of, stream.content)


def _letters_of(form: re.Match[str]) -> str:
    """UTF-16, as hexadecimal digits, of the letters of one form (ISO 32000-1, 9.10.3)."""
    character = chr(int(form[0], 16))
    letters = unicodedata.normalize("NFKC", character) if _is_form(character) else character
    return letters.encode("utf-16-be").hex().upper()


def _is_form(character: str) -> bool:
    return "\ufb50" <= character <= "\ufeff"


def _visual(text: str) -> str:
    """As it is drawn from left to right, letters joined; characters without a shape left out."""
    classes = [unicodedata.bidirectional(character) for character in text]
    from_right = sum(letter in RIGHT_TO_LEFT for letter in classes)
    if from_right:
        from arabic_reshaper import reshape
        from bidi.algorithm import get_display

        # An English sentence that begins with an Arabic name remains an English sentence.
        direction = "R" if from_right > classes.count("L") else "L"
        text = str(get_display(reshape(text), base_dir=direction))
    return "".join(character for character in text if not _ignorable(character))


def _ignorable(character: str) -> bool:
    """Joiners, direction marks, variation selectors: they steer and have no shape."""
    return (
        unicodedata.category(character) == "Cf"
        or 0xFE00 <= ord(character) <= 0xFE0F
        # What the library of Arabic forms takes away.
        or (unicodedata.category(character) == "Mn" and 0x0600 <= ord(character) <= 0x08FF)
    )


def _joined_forms(letters: frozenset[str]) -> frozenset[str]:
    """The presentation forms that can stand for some of these letters."""
    return frozenset(form for form, parts in _presentation_forms().items() if parts <= letters)


@cache
def _presentation_forms() -> dict[str, frozenset[str]]:
    forms = [chr(code) for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFF))]
    return {form: frozenset(unicodedata.normalize("NFKC", form)) for form in forms
            if unicodedata.decomposition(form)}  # fmt: skip


def _in_order(files: tuple[FontFile, ...], letters: frozenset[str]) -> list[FontFile]:
    """Chinese characters look different in Japan and in Korea: other letters tell where we are."""
    names = " ".join(unicodedata.name(letter, "") for letter in letters)
    first = ""
    if "HIRAGANA" in names or "KATAKANA" in names:
        first = "NotoSansJP"
    elif "HANGUL" in names:
        first = "NotoSansKR"
    return sorted(files, key=lambda file: file.name in HAN_FONTS and file.name != first)


@lru_cache(maxsize=8)
def _small_fonts(file: FontFile, characters: frozenset[str]) -> dict[str, bytes]:
    """TrueType fonts with these characters alone, one per weight."""
    from fontTools import subset
    from fontTools.ttLib import TTFont as Font
    from fontTools.varLib import instancer

    options = subset.Options(
        layout_features=[],
        hinting=False,
        notdef_outline=True,
        glyph_names=False,
        recalc_timestamp=False,
    )
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "meta"]
    font = file.opened()
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted(map(ord, characters)))
    subsetter.subset(font)
    variable = _saved(font)
    small = {}
    for weight, boldness in WEIGHTS.items():
        font = Font(io.BytesIO(variable), recalcTimestamp=False)
        axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
        fixed = instancer.instantiateVariableFont(font, {**axes, "wght": boldness})
        for record in fixed["name"].names:
            if record.nameID in (4, 6):
                record.string = f"{file.name}-{weight}"
        small[weight] = _saved(fixed)
    return small


def _saved(font: Any) -> bytes:
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
