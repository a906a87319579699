"""How much room a chart leaves for the names in its legend and beside its axis.

Vega lays a legend out in columns and breaks no line by itself: too many side by side run out of the
picture. It measures by a font that has Latin, Greek, Cyrillic and Hebrew letters, and takes all
others for equally wide. Chinese characters, kana and Hangul are wider than that: without more
room the next mark, or the axis' title, would lie upon the end of a name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

LEGEND_SIZE, AXIS_SIZE = 8.5, 8.0
"""Type sizes."""
MOST_COLUMNS = 4
LABEL, GAP, MARK = 100, 16, 14
"""Units: of a name in the legend at the most, between two of them, and of the mark before it."""
TITLE_GAP = 6
"""Units from an axis' names to its title."""
BESIDE = 40
"""Units left of the legend: an axis with its figures and its title."""
AXIS_LABEL = 180
"""Units: Vega's own limit for a name beside an axis."""
SPACE, SMALL, CAPITAL = 0.28, 0.54, 0.72
"""Widths of letters that the font has, as parts of the type size, roughly."""
UNKNOWN, WIDE = 0.753, 1.0
"""The same of those that it lacks, as it takes them to be; and of one that is as wide as high."""
LAST_KNOWN = "\u05ff"
"""The end of the Hebrew block."""


def room_for_names(specification: dict[str, Any], width: int) -> dict[str, Any]:
    """The part of a Vega-Lite configuration about it, for a chart `width` units wide."""
    names = set(_texts(specification))
    wide = max(map(_wide_letters, names), default=0)
    label = round(LABEL * UNKNOWN / WIDE) if wide else LABEL
    gap = GAP + _uncounted(wide, LEGEND_SIZE, label)
    column = MARK + min(label, max(map(_counted, _legend(specification)), default=label)) + gap
    columns = int((width - BESIDE + gap) // column)
    return {
        "legend": {
            "columns": min(MOST_COLUMNS, max(1, columns)),
            "labelLimit": label,
            "columnPadding": round(gap),
        },
        "axisYBand": {"titlePadding": round(TITLE_GAP + _uncounted(wide, AXIS_SIZE, AXIS_LABEL))},
    }


def _counted(name: str) -> float:
    """About how many units of the legend Vega takes it for."""
    return LEGEND_SIZE * sum(map(_letter_width, name))


def _letter_width(letter: str) -> float:
    if letter > LAST_KNOWN:
        return UNKNOWN
    if letter.isspace():
        return SPACE
    return CAPITAL if letter.isupper() else SMALL


def _uncounted(wide: int, size: float, limit: float) -> float:
    """Units that so many wide letters take besides; no more of them than `limit` lets through."""
    return (WIDE - UNKNOWN) * min(wide * size, limit / UNKNOWN)


def _wide_letters(text: str) -> int:
    """How many are as wide as high (Unicode Standard Annex 11)."""
    if text.isascii():
        return 0
    return sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def _legend(specification: dict[str, Any]) -> Iterator[str]:
    """The names in it, those of the first layer where there are several."""
    layers = specification.get("layer") or [specification]
    first = layers[0] if isinstance(layers[0], dict) else {}
    colour = _part(_part(first, "encoding"), "color")
    domain = _part(colour, "scale").get("domain")
    yield from map(str, domain if isinstance(domain, list) else ())
    for row in _part(first, "data").get("values", ()):
        if isinstance(row, dict) and colour.get("field") in row:
            yield str(row[colour["field"]])


def _part(of: dict[str, Any], name: str) -> dict[str, Any]:
    """What a specification has under that name, if that has parts itself."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
