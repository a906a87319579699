"""Every figure of `throughput_metrics` against an independent computation over the same rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from deploy.demo import generate_tables
from deploy.demo.rows import Character
from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.report_types import ReportRequest, report_types
from services.aggregator.sources import Source
from shared.document import Direction, Kpi, ReportDocument, Table, Verdict
from shared.periods import Period
from tests.oracle.awkward_periods import AHEAD, LEAP_SPRING, ZONES, named, periods
from tests.oracle.plain import DAY, change, fixed, mean, quantile
from tests.oracle.throughput_metrics_oracle import HALF, NINE_TENTHS, Expected, expected
from tests.studio import studio, studio_source

SCALE = 0.3
SEED = 12
REPORT = report_types["throughput_metrics"]
SCENE_TYPES = ("dialogue", "action", "close_up", "establishing", "crowd")
TIERS = ("preview", "hd", "uhd")


@dataclass
class Studio:
    """One loaded studio and its rows in memory."""

    source: Source
    characters: list[Character]
    project_names: dict[int, str]

    async def report(self, period: Period, **parameters: Any) -> ReportDocument:
        request = ReportRequest(
            period=period,
            parameters=REPORT.parameters.model_validate(parameters),
            tenant="Lighthouse Studio",
            generated_at=datetime.now(UTC),
        )
        async with self.source.snapshot() as session:
            return await REPORT.build(session, request)


@pytest.fixture(
    scope="module",
    params=[LEAP_SPRING, pytest.param(AHEAD, marks=pytest.mark.long)],
    ids=["leap_spring", "ahead"],
)
def until(request: pytest.FixtureRequest) -> date:
    day: date = request.param
    return day


@pytest.fixture(scope="module")
def database(infra: LocalInfrastructure, until: date) -> Iterator[str]:
    with studio(infra, scale=SCALE, seed=SEED, until=until) as url:
        yield url


@pytest.fixture(scope="module")
def rows(until: date) -> tuple[list[Character], dict[int, str]]:
    tables = generate_tables(SCALE, SEED, until)
    return tables.characters, {project.id: project.name for project in tables.projects}


@pytest.fixture
async def the_studio(
    infra: LocalInfrastructure, database: str, rows: tuple[list[Character], dict[int, str]]
) -> AsyncIterator[Studio]:
    source = studio_source(infra, database)
    yield Studio(source, *rows)
    await source.close()


@pytest.mark.parametrize("timezone", ZONES)
@pytest.mark.parametrize("grain", ["day", "week", "month"])
async def test_every_figure(the_studio: Studio, until: date, timezone: str, grain: str) -> None:
    for period in periods(until, timezone):
        if grain == "day" and period.days > 400:
            continue
        check(await the_studio.report(period, grain=grain), the_studio, grain)


async def test_every_figure_of_a_part(the_studio: Studio, until: date) -> None:
    names = sorted(the_studio.project_names.values())
    parts: list[dict[str, Any]] = [
        {"projects": names[:1]},
        {"scene_types": ["crowd"], "resolution_tiers": ["uhd", "preview"]},
        {"projects": names[1:4], "scene_types": ["action", "dialogue"]},
    ]
    for part in parts:
        for period in periods(until, "Europe/Berlin"):
            document = await the_studio.report(period, grain="month", **part)
            check(document, the_studio, "month", **part)


def check(document: ReportDocument, the_studio: Studio, grain: str, **part: Any) -> None:
    period = document.period
    truth = expected(
        the_studio.characters,
        the_studio.project_names,
        first_day=period.first_day,
        last_day=period.last_day,
        timezone=period.timezone,
        grain=grain,
        as_of=document.as_of,
        **part,
    )
    tables = {table.name: table for table in document.tables}
    assert tables.keys() == truth.tables.keys()
    for name, table in tables.items():
        assert told(table) == truth.tables[name], name
    cut = tables["slowest_deliveries"].available_rows
    assert (cut or len(tables["slowest_deliveries"].rows)) == len(truth.now)
    check_chart(document, truth)
    check_kpis(document, truth)
    median = quantile(truth.now, HALF)
    if median is not None and document.as_of > period.starts_at:
        assert f" {fixed(median / DAY, 1)} days from onboarding" in document.summary[0]


def told(table: Table) -> list[tuple[Any, ...]]:
    return [*table.rows, *([table.total] if table.total else [])]


def check_chart(document: ReportDocument, truth: Expected) -> None:
    charts = [chart for section in document.sections for chart in section.charts]
    if not truth.now:
        assert not charts
        return
    drawn = {
        (value["series"], value["bucket"]): value["value"]
        for value in charts[0].specification["data"]["values"]
        if value["value"] is not None
    }
    assert drawn == {
        (series, key): float(fixed((figure or Fraction(0)) / DAY, 4))
        for key, values in truth.by_bucket.items()
        for series, figure in (
            ("Median", quantile(values, HALF)),
            ("Mean", mean(values)),
            ("90th percentile", quantile(values, NINE_TENTHS)),
        )
    }


def check_kpis(document: ReportDocument, truth: Expected) -> None:
    kpis = {kpi.name: kpi for kpi in document.kpis}
    ended = document.as_of >= document.period.ends_at
    pairs = {
        "median_turnaround": (quantile(truth.now, HALF), quantile(truth.before, HALF)),
        "p90_turnaround": (quantile(truth.now, NINE_TENTHS), quantile(truth.before, NINE_TENTHS)),
        "mean_turnaround": (mean(truth.now), mean(truth.before)),
        "median_age_under_way": (quantile(truth.ages, HALF), quantile(truth.ages_before, HALF)),
    }
    assert kpis.keys() == {*pairs, "characters_delivered", "under_way"}
    for name, (now, before) in pairs.items():
        for figure, exact in ((kpis[name].value, now), (kpis[name].previous, before)):
            assert figure == (None if exact is None else Decimal(fixed(exact / DAY, 1)))
        assert_movement(kpis[name], now, before, more=Verdict.BAD)
    ahead = len(truth.now) > len(truth.before)
    more = Verdict.GOOD if ended or ahead else Verdict.NEUTRAL
    counts = {
        "characters_delivered": (len(truth.now), len(truth.before), more),
        "under_way": (len(truth.ages), len(truth.ages_before), Verdict.NEUTRAL),
    }
    for name, (count, count_before, verdict) in counts.items():
        assert (kpis[name].value, kpis[name].previous) == (Decimal(count), Decimal(count_before))
        assert_movement(kpis[name], Fraction(count), Fraction(count_before), more=verdict)


def assert_movement(
    kpi: Kpi, now: Fraction | None, before: Fraction | None, *, more: Verdict
) -> None:
    percent = change(now, before)
    assert kpi.change_percent == (None if percent is None else Decimal(percent))
    if now is None or before is None:
        assert (kpi.direction, kpi.verdict) == (Direction.UNKNOWN, Verdict.NEUTRAL)
    elif now == before:
        assert (kpi.direction, kpi.verdict) == (Direction.FLAT, Verdict.NEUTRAL)
    elif now > before:
        assert (kpi.direction, kpi.verdict) == (Direction.UP, more)
    else:
        less = {Verdict.BAD: Verdict.GOOD, Verdict.GOOD: Verdict.BAD}.get(more, more)
        assert (kpi.direction, kpi.verdict) == (Direction.DOWN, less)


def cells(document: ReportDocument, name: str) -> dict[str, tuple[Any, ...]]:
    (table,) = (table for table in document.tables if table.name == name)
    return {str(row[0]): row[1:] for row in table.rows}


def kpi_value(document: ReportDocument, name: str) -> Decimal | None:
    (kpi,) = (kpi for kpi in document.kpis if kpi.name == name)
    return kpi.value


async def test_parts_sum_to_the_whole(the_studio: Studio, until: date) -> None:
    for period in periods(until, "Europe/Berlin"):
        document = await the_studio.report(period)
        delivered = kpi_value(document, "characters_delivered")
        for name in ("by_project", "by_scene_type", "by_resolution_tier"):
            assert sum(row[0] for row in cells(document, name).values()) == delivered
        assert sum(row[2] for row in cells(document, "over_time").values()) == delivered
        under_way = sum(row[0] for row in cells(document, "under_way").values())
        assert under_way == kpi_value(document, "under_way")


async def test_halves_of_a_period_add_up_to_it(the_studio: Studio, until: date) -> None:
    for period in periods(until, "America/New_York"):
        if period.days < 2:
            continue
        cut = period.first_day + timedelta(days=period.days // 2)
        head = await the_studio.report(
            period.model_copy(update={"last_day": cut - timedelta(days=1)}), grain="month"
        )
        tail = await the_studio.report(period.model_copy(update={"first_day": cut}), grain="month")
        whole = await the_studio.report(period, grain="month")
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
    ("parameter", "names", "table"),
    [
        ("scene_types", SCENE_TYPES, "by_scene_type"),
        ("resolution_tiers", TIERS, "by_resolution_tier"),
    ],
)
async def test_filters_partition(
    the_studio: Studio, until: date, parameter: str, names: tuple[str, ...], table: str
) -> None:
    period = named("half a year", until, "Europe/Berlin")
    whole = cells(await the_studio.report(period), table)
    assert set(whole) == set(names)
    for name in names:
        part = await the_studio.report(period, **{parameter: [name]})
        assert cells(part, table) == {name: whole[name]}


async def test_another_timezone_moves_rows_over_midnight_and_loses_none(
    the_studio: Studio, until: date
) -> None:
    told_everywhere = set()
    for timezone in ZONES:
        document = await the_studio.report(named("long before to long after", until, timezone))
        delivered = kpi_value(document, "characters_delivered") or 0
        onboarded = sum(one.onboarded_at < document.as_of for one in the_studio.characters)
        assert delivered + (kpi_value(document, "under_way") or 0) == onboarded
        told_everywhere.add(kpi_value(document, "median_turnaround"))
    # Turnaround is elapsed time: no clock change makes it longer or shorter.
    assert len(told_everywhere) == 1


async def test_names_that_do_not_exist_are_told(the_studio: Studio, until: date) -> None:
    period = named("a month", until, "UTC")
    document = await the_studio.report(
        period, projects=["Atlantis"], scene_types=["crowd", "musical"]
    )
    assert document.summary == (
        "There is nothing to report: the source has no project named Atlantis.",
    )
    partly = await the_studio.report(period, scene_types=["crowd", "musical"])
    assert partly.summary[1] == "The source has no scene type named musical."
    assert set(cells(partly, "by_scene_type")) == {"crowd"}
