"""Every figure of `delivery_summary` against an independent computation over the same rows."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shared.document import Kpi, ReportDocument, Verdict
from tests.oracle.awkward_periods import (
    AHEAD,
    EACH_ZONE,
    GRAINS,
    LEAP_SPRING,
    ZONES,
    grains_of,
    halves,
    named,
    periods,
)
from tests.oracle.delivery_summary_oracle import Expected, a_year_before, expected
from tests.oracle.loaded_studio import LoadedStudio
from tests.oracle.plain import before_is_covered, buckets, fixed
from tests.oracle.question import Question
from tests.oracle.told import all_rows, assert_movement, comparable

REPORT = "delivery_summary"


@pytest.fixture(scope="module", params=[LEAP_SPRING, AHEAD], ids=["leap_spring", "ahead"])
def until(request: pytest.FixtureRequest) -> date:
    """Both in every run: here they cost little; the other types leave `AHEAD` to the long runs."""
    day: date = request.param
    return day


@pytest.mark.parametrize("timezone", EACH_ZONE)
@pytest.mark.parametrize("grain", GRAINS)
async def test_every_figure(
    the_studio: LoadedStudio, until: date, timezone: str, grain: str
) -> None:
    for period in periods(until, timezone):
        if grain in grains_of(period):
            check(await the_studio.report(REPORT, period, grain=grain), the_studio, grain)


async def test_every_figure_of_a_part(the_studio: LoadedStudio, until: date) -> None:
    names = the_studio.values_of("projects")
    parts: list[dict[str, Any]] = [
        {"projects": names[:1]},
        {"projects": names[1:4], "scene_types": ["crowd", "action"]},
        {"scene_types": ["dialogue"], "resolution_tiers": ["hd", "uhd"]},
    ]
    for part in parts:
        for period in periods(until, "Europe/Berlin"):
            document = await the_studio.report(REPORT, period, grain="month", **part)
            check(document, the_studio, "month", **part)


def check(document: ReportDocument, the_studio: LoadedStudio, grain: str, **part: Any) -> None:
    period = document.period
    truth = expected(
        the_studio.rows.characters,
        the_studio.project_names,
        Question.of(document, part, grain),
    )
    (table,) = document.tables
    judged = before_is_covered(document, (one.delivered_at for one in the_studio.rows.characters))
    assert all_rows(table) == comparable(table, truth.table, judged=judged)
    charts = [chart for section in document.sections for chart in section.charts]
    columns = [column.name for column in table.columns]
    assert ("year_before" in columns) == (truth.year is not None)
    check_year_sentence(document, truth)
    bars = counted(charts[0].specification) if charts else Counter()
    assert bars == truth.by_bucket
    if charts:
        axis = charts[0].specification["encoding"]["x"]["scale"]["domain"]
        assert axis == list(buckets(period.first_day, period.last_day, grain))
    total, before = truth.by_project.total(), truth.previous.total()
    kpis = {kpi.name: kpi for kpi in document.kpis}
    ended = document.as_of >= period.ends_at
    # A period under way may still catch up.
    more = Verdict.GOOD if judged and (ended or total > before) else Verdict.NEUTRAL
    for name, now, earlier, verdict in (
        ("characters_delivered", total, before, more),
        ("projects_delivering", len(truth.by_project), len(truth.previous), Verdict.NEUTRAL),
        ("in_production", truth.in_production, truth.in_production_before, Verdict.NEUTRAL),
    ):
        assert_kpi(kpis[name], now, earlier if judged else None, verdict)
    per_day = kpis["delivered_per_day"]
    if ended:
        assert per_day.value == hundredths(Fraction(total, period.days))
        earlier_rate = hundredths(Fraction(before, period.days)) if judged else None
        assert per_day.previous == earlier_rate
        assert per_day.change_percent == kpis["characters_delivered"].change_percent
        if not judged:
            assert document.summary[0].endswith(", so there is no comparison.")
        elif total and before and total != before:
            percent = Decimal(fixed(abs(Fraction(100 * (total - before), before)), 1))
            figure = f"{percent:,}".removesuffix(".0")
            word = "more" if total > before else "fewer"
            length = "on the day" if period.days == 1 else f"in the {period.days:,} days"
            assert document.summary[0].startswith(f"{total:,} character")
            assert document.summary[0].endswith(f", {figure}% {word} than {length} before.")


def check_year_sentence(document: ReportDocument, truth: Expected) -> None:
    told = [sentence for sentence in document.summary if sentence.startswith("A year before, ")]
    begun = document.as_of > document.period.starts_at
    assert len(told) == (truth.year is not None and begun)
    if not told or truth.year is None or document.as_of < document.period.ends_at:
        return
    total, then = truth.by_project.total(), truth.year.total()
    assert f", {then:,} " in told[0] if then else ", none were delivered." in told[0]
    if total and then and total != then:
        percent = Decimal(fixed(abs(Fraction(100 * (total - then), then)), 1))
        word = "more" if total > then else "fewer"
        figure = f"{percent:,}".removesuffix(".0")
        assert told[0].endswith(f": this period has {figure}% {word} than that.")


def counted(specification: dict[str, Any]) -> Counter[tuple[str, str]]:
    values = specification["data"]["values"]
    bars = Counter({(value["bucket"], value["series"]): value["count"] for value in values})
    assert len(bars) == len(values)
    assert all(bars.values())
    return bars


def assert_kpi(kpi: Kpi, value: int, before: int | None, more: Verdict) -> None:
    assert kpi.value == value
    assert kpi.previous == before
    assert_movement(kpi, value, before, more)


def hundredths(value: Fraction) -> Decimal:
    return Decimal(round(value * 100)).scaleb(-2)


async def test_halves_of_a_period_add_up_to_it(the_studio: LoadedStudio, until: date) -> None:
    for period in periods(until, "Europe/Berlin"):
        if period.days < 2:
            continue
        head, tail = [counts(await the_studio.report(REPORT, half)) for half in halves(period)]
        assert counts(await the_studio.report(REPORT, period)) == head + tail


@pytest.mark.parametrize("parameter", ["projects", "scene_types", "resolution_tiers"])
async def test_filters_partition_the_deliveries(
    the_studio: LoadedStudio, until: date, parameter: str
) -> None:
    period = named("half a year", until, "America/New_York")
    parts: Counter[str] = Counter()
    for name in the_studio.values_of(parameter):
        parts += counts(await the_studio.report(REPORT, period, **{parameter: [name]}))
    assert parts == counts(await the_studio.report(REPORT, period))


async def test_the_year_before_is_what_its_own_report_says(
    the_studio: LoadedStudio, until: date
) -> None:
    reached = 0
    for period in periods(until, "Europe/Berlin"):
        document = await the_studio.report(REPORT, period)
        (table,) = document.tables
        if "year_before" not in {column.name for column in table.columns}:
            continue
        reached += 1
        (note,) = (note for note in document.notes if note.startswith("A year before is "))
        earlier = a_year_before(period.first_day, period.last_day)
        assert earlier is not None
        assert str(earlier[0].day) in note
        assert str(earlier[1].year) in note
        own = await the_studio.report(
            REPORT, period.model_copy(update={"first_day": earlier[0], "last_day": earlier[1]})
        )
        told = +Counter({str(row[0]): int(row[5] or 0) for row in table.rows})
        assert told == counts(own)
    assert reached


async def test_another_timezone_moves_rows_over_midnight_and_loses_none(
    the_studio: LoadedStudio, until: date
) -> None:
    for timezone in ZONES:
        document = await the_studio.report(
            REPORT, named("long before to long after", until, timezone)
        )
        (under_way,) = (kpi.value for kpi in document.kpis if kpi.name == "in_production")
        onboarded = sum(one.onboarded_at < document.as_of for one in the_studio.rows.characters)
        assert counts(document).total() + (under_way or 0) == onboarded


def counts(document: ReportDocument) -> Counter[str]:
    (table,) = document.tables
    found = Counter({str(row[0]): int(row[1] or 0) for row in table.rows})
    return +found
