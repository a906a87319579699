"""Series that stay apart in greys and for readers without colour vision, by computing it."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest

from shared.house_style import contrast, luminance
from shared.series_colours import OTHERS, SERIES

# Machado, Oliveira, Fernandes (2009), "A physiologically-based model for simulation of color
# vision deficiency", severity 1.0, on linear RGB.
SIMULATIONS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
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


@pytest.mark.parametrize("vision", SIMULATIONS)
def test_series_are_told_apart_with_any_colour_vision(vision: str) -> None:
    for one, other in combinations(SERIES, 2):
        assert difference(one, other, SIMULATIONS[vision]) > 19, (one, other)
    for drawn in SERIES[:-1]:  # the last one's place is that of the others
        assert difference(drawn, OTHERS, SIMULATIONS[vision]) > 9, drawn


def test_neighbouring_series_differ_in_greys() -> None:
    for one, other in pairwise(SERIES):
        lightness = [lab((luminance(colour),) * 3)[0] for colour in (one, other)]
        assert abs(lightness[0] - lightness[1]) > 10, (one, other)


def test_no_series_is_lost_on_white() -> None:
    assert min(map(contrast, SERIES)) > 1.8
