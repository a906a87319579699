"""Stacked bars: what is drawn adds up, keeps its order and can be told apart."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator.charts.stacked_bars import (
    MOST_SERIES,
    stacked_bars,
)
from services.aggregator.scope.grain import Grain, buckets
from shared.narrowing import to_names
from shared.periods import Period
from shared.series_colours import OTHERS

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
        others="Other projects",
        value_title="Characters delivered",
    ).specification


def test_a_bar_opens_its_days_and_its_series_but_not_what_is_drawn_as_one() -> None:
    names = [f"Project {number}" for number in range(MOST_SERIES + 3)]
    chart = stacked_bars(
        {(name, key): 1 for name in names for key in keys},
        name="bars",
        title="Bars",
        alternative_text="Bars.",
        buckets=buckets(OCTOBER, Grain.WEEK),
        grain=Grain.WEEK,
        series=names,
        series_title="Project",
        others="Other projects",
        value_title="Characters delivered",
        narrows=to_names("projects", {name: name for name in names}),
    )
    # The edges of the period cut its first and last week.
    assert chart.narrows["bucket"]["2026-W40"].first_day == OCTOBER.first_day
    assert chart.narrows["bucket"]["2026-W41"].first_day == date(2026, 10, 5)
    drawn = {value["series"] for value in chart.specification["data"]["values"]}
    assert drawn - chart.narrows["series"].keys() == {"Other projects"}
    assert chart.narrows["series"].keys() < drawn


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
    assert colour["range"][-1] == OTHERS
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
