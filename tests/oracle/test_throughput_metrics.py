"""Every figure of `throughput_metrics` against an independent computation over the same rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shared.document import ReportDocument, Verdict
from tests.oracle.awkward_periods import EACH_ZONE, GRAINS, ZONES, grains_of, halves, named, periods
from tests.oracle.loaded_studio import LoadedStudio
from tests.oracle.plain import DAY, LEAST_TO_JUDGE, before_is_covered, fixed, mean, quantile
from tests.oracle.question import Question
from tests.oracle.throughput_metrics_oracle import HALF, NINE_TENTHS, Expected, expected
from tests.oracle.told import (
    all_rows,
    assert_movement,
    cells,
    comparable,
    drawn,
    kpi_value,
    over_time,
    table_of,
)

REPORT = "throughput_metrics"


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
        {"scene_types": ["crowd"], "resolution_tiers": ["uhd", "preview"]},
        {"projects": names[1:4], "scene_types": ["action", "dialogue"]},
    ]
    for part in parts:
        for period in periods(until, "Europe/Berlin"):
            document = await the_studio.report(REPORT, period, grain="month", **part)
            check(document, the_studio, "month", **part)


def check(document: ReportDocument, the_studio: LoadedStudio, grain: str, **part: Any) -> None:
    truth = expected(
        the_studio.rows.characters,
        the_studio.project_names,
        Question.of(document, part, grain),
    )
    tables = {table.name: table for table in document.tables}
    assert tables.keys() == truth.tables.keys()
    judged = before_is_covered(document, (one.delivered_at for one in the_studio.rows.characters))
    for name, table in tables.items():
        if name == "over_time":
            assert over_time(document, grain) == truth.tables[name]
        else:
            assert all_rows(table) == comparable(table, truth.tables[name], judged=judged), name
    cut = tables["slowest_deliveries"].available_rows
    assert (cut or len(tables["slowest_deliveries"].rows)) == len(truth.now)
    check_chart(document, truth)
    check_kpis(document, truth, judged=judged)
    median = quantile(truth.now, HALF)
    if median is not None and document.as_of > document.period.starts_at:
        assert f" {fixed(median / DAY, 1)} days from onboarding" in document.summary[0]


def check_chart(document: ReportDocument, truth: Expected) -> None:
    charts = drawn(document)
    if not truth.now:
        assert not charts
        return
    (values,) = charts.values()
    assert {
        (value["series"], value["bucket"]): value["value"]
        for value in values
        if value["value"] is not None
    } == {
        (series, key): float(fixed((figure or Fraction(0)) / DAY, 4))
        for key, values in truth.by_bucket.items()
        for series, figure in (
            ("Median", quantile(values, HALF)),
            ("Mean", mean(values)),
            ("90th percentile", quantile(values, NINE_TENTHS)),
        )
    }


def check_kpis(document: ReportDocument, truth: Expected, *, judged: bool) -> None:
    kpis = {kpi.name: kpi for kpi in document.kpis}
    ended = document.as_of >= document.period.ends_at
    pairs = {
        "median_turnaround": (quantile(truth.now, HALF), quantile(truth.before, HALF)),
        "p90_turnaround": (quantile(truth.now, NINE_TENTHS), quantile(truth.before, NINE_TENTHS)),
        "mean_turnaround": (mean(truth.now), mean(truth.before)),
        "median_age_under_way": (quantile(truth.ages, HALF), quantile(truth.ages_before, HALF)),
    }
    assert kpis.keys() == {*pairs, "characters_delivered", "under_way"}
    for name, (now, told) in pairs.items():
        before = told if judged else None
        for figure, exact in ((kpis[name].value, now), (kpis[name].previous, before)):
            assert figure == (None if exact is None else Decimal(fixed(exact / DAY, 1)))
        sides = (truth.ages, truth.ages_before) if "age" in name else (truth.now, truth.before)
        enough = judged and min(map(len, sides)) >= LEAST_TO_JUDGE
        assert_movement(kpis[name], now, before, Verdict.BAD if enough else Verdict.NEUTRAL)
    ahead = len(truth.now) > len(truth.before)
    more = Verdict.GOOD if judged and (ended or ahead) else Verdict.NEUTRAL
    counts = {
        "characters_delivered": (len(truth.now), len(truth.before), more),
        "under_way": (len(truth.ages), len(truth.ages_before), Verdict.NEUTRAL),
    }
    for name, (count, told_before, verdict) in counts.items():
        count_before = told_before if judged else None
        assert kpis[name].value == count
        assert kpis[name].previous == count_before
        assert_movement(kpis[name], count, count_before, verdict)


async def test_parts_sum_to_the_whole(the_studio: LoadedStudio, until: date) -> None:
    for period in periods(until, "Europe/Berlin"):
        document = await the_studio.report(REPORT, period)
        delivered = kpi_value(document, "characters_delivered")
        for name in ("by_project", "by_scene_type", "by_resolution_tier"):
            assert sum(int(row[0] or 0) for row in cells(document, name).values()) == delivered
        by_bucket = table_of(document, "over_time")
        at = [column.name for column in by_bucket.columns].index("delivered")
        assert sum(int(row[at] or 0) for row in by_bucket.rows) == delivered
        under_way = sum(int(row[0] or 0) for row in cells(document, "under_way").values())
        assert under_way == kpi_value(document, "under_way")


async def test_halves_of_a_period_add_up_to_it(the_studio: LoadedStudio, until: date) -> None:
    for period in periods(until, "America/New_York"):
        if period.days < 2:
            continue
        head, tail, whole = [
            await the_studio.report(REPORT, part, grain="month")
            for part in (*halves(period), period)
        ]
        delivered = [kpi_value(each, "characters_delivered") or 0 for each in (head, tail, whole)]
        assert delivered[0] + delivered[1] == delivered[2]
        # What the whole leaves under way is what its second half leaves.
        assert cells(whole, "under_way").keys() == cells(tail, "under_way").keys()
        assert kpi_value(whole, "under_way") == kpi_value(tail, "under_way")
        # No quantile of the whole lies outside those of its halves.
        medians = [kpi_value(each, "median_turnaround") for each in (head, tail, whole)]
        parts = [median for median in medians[:2] if median is not None]
        if parts:
            assert min(parts) <= (medians[2] or 0) <= max(parts)


@pytest.mark.parametrize(
    ("parameter", "table"),
    [("scene_types", "by_scene_type"), ("resolution_tiers", "by_resolution_tier")],
)
async def test_filters_partition(
    the_studio: LoadedStudio, until: date, parameter: str, table: str
) -> None:
    period = named("half a year", until)
    whole = cells(await the_studio.report(REPORT, period), table)
    names = the_studio.values_of(parameter)
    assert set(whole) == set(names)
    for name in names:
        part = await the_studio.report(REPORT, period, **{parameter: [name]})
        assert cells(part, table) == {name: whole[name]}


async def test_another_timezone_moves_rows_over_midnight_and_loses_none(
    the_studio: LoadedStudio, until: date
) -> None:
    told_everywhere = set()
    for timezone in ZONES:
        document = await the_studio.report(
            REPORT, named("long before to long after", until, timezone)
        )
        delivered = kpi_value(document, "characters_delivered") or 0
        onboarded = sum(one.onboarded_at < document.as_of for one in the_studio.rows.characters)
        assert delivered + (kpi_value(document, "under_way") or 0) == onboarded
        told_everywhere.add(kpi_value(document, "median_turnaround"))
    # Turnaround is elapsed time: no clock change makes it longer or shorter.
    assert len(told_everywhere) == 1


async def test_names_that_do_not_exist_are_told(the_studio: LoadedStudio, until: date) -> None:
    period = named("a month", until, "UTC")
    document = await the_studio.report(
        REPORT, period, projects=["Atlantis"], scene_types=["crowd", "musical"]
    )
    assert document.summary == (
        "There is nothing to report: the source has no project named Atlantis.",
    )
    partly = await the_studio.report(REPORT, period, scene_types=["crowd", "musical"])
    assert partly.summary[1] == "The source has no scene type named musical."
    assert set(cells(partly, "by_scene_type")) == {"crowd"}
