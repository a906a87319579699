"""Every figure of `reviewer_productivity` against an independent computation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shared.document import Cell, Kpi, ReportDocument, Table
from shared.periods import Period
from tests.oracle.awkward_periods import EACH_ZONE, GRAINS, ZONES, grains_of, halves, named, periods
from tests.oracle.loaded_studio import LoadedStudio
from tests.oracle.plain import HOUR, before_is_covered, buckets
from tests.oracle.question import Question
from tests.oracle.reviewer_productivity_oracle import (
    OTHERS,
    TOGETHER,
    Decided,
    Expected,
    alone,
    by_bucket,
    expected,
    hidden,
    hours,
    quantile,
    row,
)
from tests.oracle.told import all_rows, assert_change, comparable, over_time

LENGTHS = ("half a year", "a month", "one day", "over the last day", "over the first day")


@pytest.mark.parametrize("timezone", EACH_ZONE)
@pytest.mark.parametrize("grain", GRAINS)
async def test_every_figure(
    the_studio: LoadedStudio, until: date, timezone: str, grain: str
) -> None:
    for of in periods(until, timezone):
        if grain in grains_of(of):
            await check(the_studio, of, grain)


@pytest.mark.parametrize("by_person", [False, True])
@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"projects": ["Saltmarsh Choir"]},
        {"scene_types": ["crowd"], "resolution_tiers": ["uhd", "hd"]},
        {"projects": ["Lanterns of Osk"], "resolution_tiers": ["preview"]},
    ],
    ids=str,
)
async def test_every_figure_of_a_selection(
    by_person: bool, wanted: dict[str, list[str]], the_studio: LoadedStudio, until: date
) -> None:
    for name in LENGTHS:
        await check(the_studio, named(name, until), "week", by_person=by_person, **wanted)


async def check(
    the_studio: LoadedStudio,
    of: Period,
    grain: str,
    *,
    by_person: bool = False,
    **wanted: list[str],
) -> None:
    document = await the_studio.report(
        "reviewer_productivity", of, grain=grain, by_person=by_person, **wanted
    )
    truth = expected(
        the_studio.rows,
        Question.of(document, wanted),
    )
    tables = {table.name: table for table in document.tables}
    decided = (review.decided_at for review in the_studio.rows.reviews)
    judged = before_is_covered(document, decided)
    check_teams(tables["by_team"], truth, people_too=by_person, judged=judged)
    keys = list(buckets(of.first_day, of.last_day, grain))
    found = by_bucket(truth.now, grain)
    assert over_time(document, grain) == [
        (key, *row(found.get(key, []), people_too=by_person).cells) for key in keys
    ]
    assert ("by_person" in tables) is by_person
    if by_person:
        check_people(tables["by_person"], document, truth)
    check_kpis(document, truth, people_too=by_person, judged=judged)
    check_charts(document, truth, keys, grain, people_too=by_person)


def check_teams(table: Table, truth: Expected, *, people_too: bool, judged: bool) -> None:
    teams = {truth.team(review.team) for review in truth.now}
    teams |= {truth.team(review.reviewer_team) for review in truth.waiting}
    assert truth.ends_at is not None

    def line(name: str, team: str | None) -> tuple[Cell, ...]:
        mine = [review for review in truth.now if team in (None, truth.team(review.team))]
        before = [review for review in truth.before if team in (None, truth.team(review.team))]
        waiting = [
            review.requested_at
            for review in truth.waiting
            if team in (None, truth.team(review.reviewer_team))
        ]
        assert truth.ends_at is not None
        oldest = (truth.ends_at - min(waiting)) // timedelta(milliseconds=1) if waiting else None
        return (
            name,
            *row(mine, people_too=people_too).cells,
            row(before, people_too=people_too).median_hours,
            len(waiting),
            hours(oldest),
        )

    def slowest_first(team: str) -> tuple[bool, int, str]:
        times = [review.milliseconds for review in truth.now if truth.team(review.team) == team]
        return team == TOGETHER, -(quantile(times, Fraction(1, 2)) or 0), team

    lines = [line(team, team) for team in sorted(teams, key=slowest_first)]
    lines += [line("All teams", None)] if teams else []
    assert all_rows(table) == comparable(table, lines, judged=judged)


def check_people(table: Table, document: ReportDocument, truth: Expected) -> None:
    shown = alone(truth.now)
    lines = []
    few = more = 0
    for team in sorted({review.team for review in truth.now}):
        mine = [review for review in truth.now if review.team == team]
        counts = Counter(review.person for review in mine)
        for person in sorted(person for t, person in shown if t == team):
            lines.append((team, person, [review for review in mine if review.person == person]))
        others = [review for review in mine if (team, review.person) not in shown]
        left = {review.person for review in others}
        few += sum(counts[person] < 5 for person in left)
        more += sum(counts[person] >= 5 for person in left)
        if len(left) > 1 and len(others) >= 5:
            lines.append((team, OTHERS, others))
    assert list(table.rows) == [
        (team, person, *row(reviews, people_too=True).cells) for team, person, reviews in lines
    ]
    said = " ".join(document.notes)
    assert (f"fewer than 5 reviews: {people(few)}." in said) is (few > 0)
    assert (f"can be worked out: {people(more)}." in said) is (more > 0)


def people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def check_kpis(
    document: ReportDocument, truth: Expected, *, people_too: bool, judged: bool
) -> None:
    kpis = {kpi.name: kpi for kpi in document.kpis}
    decided = kpis["reviews_decided"]
    assert decided.value == len(truth.now)
    assert decided.previous == (len(truth.before) if judged else None)
    waiting = kpis["reviews_waiting"]
    assert waiting.value == len(truth.waiting)
    assert waiting.previous == (truth.waiting_at_beginning if judged else None)
    for name in ("median_hours", "ninetieth_hours", "approved_percent", "notes_per_segment"):
        told = kpis[name].value, kpis[name].previous
        exact = [
            getattr(row(reviews, people_too=people_too), name)
            for reviews in (truth.now, truth.before)
        ]
        if not judged:
            exact[1] = None
        assert told == tuple(None if figure is None else Decimal(figure) for figure in exact)
        check_change(kpis[name], truth, people_too=people_too, judged=judged)


def check_change(kpi: Kpi, truth: Expected, *, people_too: bool, judged: bool) -> None:
    now, before = (
        None if not reviews or hidden(reviews, people_too=people_too) else exact(kpi.name, reviews)
        for reviews in (truth.now, truth.before)
    )
    assert_change(kpi, now, before if judged else None)


def exact(name: str, reviews: Sequence[Decided]) -> Fraction:
    times = [review.milliseconds for review in reviews]
    match name:
        case "median_hours":
            return Fraction(quantile(times, Fraction(1, 2)) or 0)
        case "ninetieth_hours":
            return Fraction(quantile(times, Fraction(9, 10)) or 0)
        case "approved_percent":
            return Fraction(100 * sum(review.approved for review in reviews), len(reviews))
    return Fraction(sum(r.notes for r in reviews), sum(r.segments for r in reviews))


def check_charts(
    document: ReportDocument, truth: Expected, keys: list[str], grain: str, *, people_too: bool
) -> None:
    charts = {chart.name: chart for section in document.sections for chart in section.charts}
    found = by_bucket(truth.now, grain)
    told = [key for key in keys if key in found and not hidden(found[key], people_too=people_too)]
    assert bool(charts) is (len(told) > 1)
    if not charts:
        return
    points = {}
    bars: Counter[tuple[str, str]] = Counter()
    for key in found:
        for team in {review.team for review in found[key]}:
            mine = [review for review in found[key] if review.team == team]
            bars[truth.team(team), key] += len(mine)
            if team in truth.together or len(mine) < 5 or hidden(mine, people_too=people_too):
                continue
            points[team, key] = quantile((r.milliseconds for r in mine), Fraction(1, 2))
    if not points:
        points = {
            ("All teams", key): quantile((r.milliseconds for r in found[key]), Fraction(1, 2))
            for key in told
        }
    values = charts["median_over_time"].specification["data"]["values"]
    assert {
        (value["series"], value["bucket"]): round(value["value"] * HOUR)
        for value in values
        if value["value"] is not None
    } == points
    assert drawn(charts["decided_over_time"].specification) == bars


def drawn(specification: dict[str, Any]) -> Counter[tuple[str, str]]:
    values = specification["data"]["values"]
    return Counter({(value["series"], value["bucket"]): value["count"] for value in values})


async def test_small_selections_are_among_those_tried(
    the_studio: LoadedStudio, until: date
) -> None:
    """Else the rules about who may be shown would not have been put to the test."""
    together, others, more = 0, 0, 0
    for wanted in ({}, {"projects": ["Lanterns of Osk"], "resolution_tiers": ["preview"]}):
        for name in LENGTHS:
            document = await the_studio.report(
                "reviewer_productivity", named(name, until), by_person=True, **wanted
            )
            tables = {table.name: table for table in document.tables}
            together += any(row[0] == TOGETHER for row in tables["by_team"].rows)
            others += any(row[1] == OTHERS for row in tables["by_person"].rows)
            more += any("can be worked out" in note for note in document.notes)
    assert together
    assert others
    assert more


async def test_halves_of_a_period_add_up_to_it(the_studio: LoadedStudio, until: date) -> None:
    for of in periods(until):
        if of.days < 2:
            continue
        parts = [await decided(the_studio, half) for half in halves(of)]
        assert sum(parts) == await decided(the_studio, of)


@pytest.mark.parametrize("parameter", ["projects", "scene_types", "resolution_tiers"])
async def test_filters_partition_the_reviews(
    parameter: str, the_studio: LoadedStudio, until: date
) -> None:
    of, values = named("half a year", until), the_studio.values_of(parameter)
    parts = [await decided(the_studio, of, **{parameter: [value]}) for value in values]
    assert sum(parts) == await decided(the_studio, of) > 0


async def test_another_timezone_loses_no_review(the_studio: LoadedStudio, until: date) -> None:
    for timezone in ZONES:
        of = named("long before to long after", until, timezone)
        document = await the_studio.report("reviewer_productivity", of)
        kpis = {kpi.name: kpi.value for kpi in document.kpis}
        asked = sum(review.requested_at < document.as_of for review in the_studio.rows.reviews)
        assert (kpis["reviews_decided"] or 0) + (kpis["reviews_waiting"] or 0) == asked


async def decided(the_studio: LoadedStudio, of: Period, **wanted: list[str]) -> int:
    document = await the_studio.report("reviewer_productivity", of, **wanted)
    (value,) = (kpi.value for kpi in document.kpis if kpi.name == "reviews_decided")
    return int(value or 0)
