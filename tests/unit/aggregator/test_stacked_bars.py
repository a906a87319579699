"""Stacked bars: what is drawn adds up, keeps its order and can be told apart."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.charts.stacked_bars import (
    COLOURS,
    MOST_SERIES,
    OTHERS_COLOUR,
    stacked_bars,
)
from services.aggregator.scope.grain import Grain, buckets
from shared.periods import Period

OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="UTC")


def specification(
    counts: dict[tuple[str, str], int],
    series: list[str],
    period: Period = OCTOBER,
    grain: Grain = Grain.WEEK,
) -> dict[str, Any]:
    return stacked_bars(
        counts,
        name="bars",
        title="Bars",
        alternative_text="Bars.",
        buckets=buckets(period, grain),
        grain=grain,
        series=series,
        series_title="Project",
        value_title="Characters delivered",
    ).specification


keys = [bucket.key for bucket in buckets(OCTOBER, Grain.WEEK)]


@given(
    st.lists(st.text(max_size=20), min_size=1, max_size=20, unique=True),
    st.data(),
)
def test_every_count_is_drawn_once(series: list[str], data: st.DataObject) -> None:
    pairs = st.tuples(st.sampled_from(series), st.sampled_from(keys))
    counts = data.draw(st.dictionaries(pairs, st.integers(0, 99)))
    spec = specification(counts, series)
    values = spec["data"]["values"]
    drawn: Counter[str] = Counter()
    for value in values:
        drawn[value["bucket"]] += value["count"]
    for key in keys:
        assert drawn[key] == sum(count for (_, of), count in counts.items() if of == key)
    places = {(value["bucket"], value["series"]) for value in values}
    assert len(places) == len(values)
    domain = spec["encoding"]["color"]["scale"]["domain"]
    assert len(set(domain)) == len(domain) <= MOST_SERIES
    assert len(spec["encoding"]["color"]["scale"]["range"]) == len(domain)
    assert all(domain[value["rank"]] == value["series"] for value in values)


def test_beyond_eight_series_the_smallest_are_drawn_as_one_in_grey() -> None:
    series = [f"P{number}" for number in range(12)]
    spec = specification({(name, keys[0]): 12 - n for n, name in enumerate(series)}, series)
    colour = spec["encoding"]["color"]["scale"]
    assert colour["domain"] == [*series[:7], "Other projects"]
    assert colour["range"][-1] == OTHERS_COLOUR
    assert spec["data"]["values"][-1]["count"] == 5 + 4 + 3 + 2 + 1


def test_a_project_that_is_called_like_the_rest_stays_apart_from_it() -> None:
    series = ["Other projects", *(f"P{number}" for number in range(9))]
    domain = specification({}, series)["encoding"]["color"]["scale"]["domain"]
    assert len(set(domain)) == MOST_SERIES


def test_a_bucket_without_rows_keeps_its_place() -> None:
    assert specification({}, ["A"])["encoding"]["x"]["scale"]["domain"] == keys


@pytest.mark.parametrize(
    ("grain", "days", "labels"),
    [
        (Grain.DAY, 3, ["30", "Oct", "31", "1", "Nov"]),
        (Grain.WEEK, 10, ["W44", "3 days", "W45"]),
        (Grain.MONTH, 70, ["Oct", "2026", "2 days", "Nov", "Dec", "Jan", "2027", "7 days"]),
    ],
)
def test_labels_name_larger_units_where_they_change_and_cut_buckets(
    grain: Grain, days: int, labels: list[str]
) -> None:
    first = date(2026, 10, 30)
    period = Period(first_day=first, last_day=first + timedelta(days=days - 1), timezone="UTC")
    key = buckets(period, grain)[1].key
    spec = {**specification({("A", key): 1}, ["A"], period, grain), "width": 500}
    svg = vl_convert.vegalite_to_svg(spec, vl_version="5.21", allowed_base_urls=[])
    axis = svg[svg.index("X-axis") :].split("Y-axis")[0]
    assert re.findall(r">([^<>]+)</t", axis) == labels


@pytest.mark.parametrize("grain", [Grain.DAY, Grain.WEEK, Grain.MONTH])
@pytest.mark.parametrize("days", [1, 31, 90, 183, 400, 3660])
def test_so_few_labels_that_they_fit(grain: Grain, days: int) -> None:
    period = Period(
        first_day=date(2020, 1, 15),
        last_day=date(2020, 1, 15) + timedelta(days=days - 1),
        timezone="UTC",
    )
    axis = specification({}, ["A"], period, grain)["encoding"]["x"]["axis"]
    assert 1 <= len(axis["values"]) <= (32 if grain is Grain.DAY else 19)
    last = buckets(period, grain)[-1]
    assert not last.cut or last.key in axis["values"]


# Machado, Oliveira & Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency" (2009): full protanopia, deuteranopia and tritanopia, on linear RGB.
DEFICIENCIES = {
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


def lab(colour: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a colour as somebody with that vision sees it."""
    encoded = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in encoded]
    r, g, b = (
        min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in matrix
    )
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("vision", DEFICIENCIES)
def test_colours_are_told_apart_with_any_colour_vision(vision: str) -> None:
    matrix = DEFICIENCIES[vision]
    for one, other in itertools.combinations(COLOURS, 2):
        a, b = lab(one, matrix), lab(other, matrix)
        distance = sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5
        assert distance > 10, (one, other, distance)


def test_neighbours_differ_in_lightness_so_that_grey_prints_stay_readable() -> None:
    for one, other in itertools.pairwise(COLOURS):
        lightness = (lab(colour, DEFICIENCIES["none"])[0] for colour in (one, other))
        assert abs(next(lightness) - next(lightness)) > 8, (one, other)
