"""Colours that stay apart in greys and for readers without colour vision, by computing them."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest

from services.aggregator.charts import stacked_bars
from services.renderer import palette
from shared.house_style import HouseStyle, contrast, luminance

# Machado, Oliveira, Fernandes (2009), "A physiologically-based model for simulation of color
# vision deficiency", severity 1.0, on linear RGB.
SIMULATIONS = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> tuple[float, ...]:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)


def lab(rgb: tuple[float, ...]) -> tuple[float, float, float]:
    """CIELAB (D65) of linear RGB."""
    r, g, b = (min(1.0, max(0.0, part)) for part in rgb)
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: str, other: str, seen: tuple[tuple[float, ...], ...]) -> float:
    """CIE76, after the simulation `seen`; about 2.3 is the least that is noticed."""

    def as_seen(colour: str) -> tuple[float, float, float]:
        rgb = linear(colour)
        return lab(tuple(sum(f * c for f, c in zip(row, rgb, strict=True)) for row in seen))

    return math.dist(as_seen(one), as_seen(other))


@pytest.mark.parametrize("kind", SIMULATIONS)
@pytest.mark.parametrize("series", [palette.SERIES, stacked_bars.COLOURS])
def test_series_are_told_apart_without_colour_vision(kind: str, series: tuple[str, ...]) -> None:
    for one, other in combinations(series, 2):
        assert difference(one, other, SIMULATIONS[kind]) > 8, (one, other)


def test_neighbouring_series_differ_in_greys() -> None:
    for one, other in pairwise(palette.SERIES):
        lightness = [lab((luminance(colour),) * 3)[0] for colour in (one, other)]
        assert abs(lightness[0] - lightness[1]) > 8, (one, other)


@pytest.mark.parametrize("words", [palette.INK, palette.MUTED, palette.ACCENT, palette.WARNING])
def test_words_are_readable_on_white_and_on_shade(words: str) -> None:
    shade = 1.05 / contrast(palette.SHADE)
    assert contrast(words) * shade / 1.05 > 4.5


def test_what_is_drawn_by_default_is_the_palette_s() -> None:
    assert HouseStyle().colour == palette.ACCENT
