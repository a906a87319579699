"""Every figure of `cost_per_character` against an independent computation over the same rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from deploy.demo.generate import Tables, generate_tables
from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.report_types import ReportRequest, report_types
from services.aggregator.sources import Source
from shared.document import Direction, Kpi, ReportDocument, Verdict
from shared.periods import Period
from tests.oracle.awkward_periods import AHEAD, LEAP_SPRING, named, periods
from tests.oracle.cost_per_character_oracle import (
    Expected,
    Ledger,
    expected,
    gpu,
    held,
    repeated,
    took,
)
from tests.oracle.plain import DAY, HOUR, change, fixed
from tests.studio import studio, studio_source

SCALE = 0.3
SEED = 13
REPORT = report_types["cost_per_character"]
ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Apia")
SCENE_TYPES = ("dialogue", "action", "close_up", "establishing", "crowd")
TIERS = ("preview", "hd", "uhd")


@dataclass
class Studio:
    """One loaded studio and its rows in memory."""

    source: Source
    rows: Tables

    @property
    def project_names(self) -> dict[int, str]:
        return {project.id: project.name for project in self.rows.projects}

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
def rows(until: date) -> Tables:
    return generate_tables(SCALE, SEED, until)


@pytest.fixture
async def the_studio(
    infra: LocalInfrastructure, database: str, rows: Tables
) -> AsyncIterator[Studio]:
    source = studio_source(infra, database)
    yield Studio(source, rows)
    await source.close()


@pytest.mark.parametrize("timezone", ZONES)
@pytest.mark.parametrize("grain", ["day", "week", "month"])
async def test_every_figure(the_studio: Studio, until: date, timezone: str, grain: str) -> None:
    for period in periods(until, timezone):
        if grain == "day" and period.days > 400:
            continue
        check(await the_studio.report(period, grain=grain), the_studio, grain)


async def test_every_figure_of_a_part_and_in_money(the_studio: Studio, until: date) -> None:
    names = sorted(the_studio.project_names.values())
    parts: list[dict[str, Any]] = [
        {"projects": names[:1]},
        {"scene_types": ["crowd"], "resolution_tiers": ["uhd", "preview"]},
        {"projects": names[1:4], "scene_types": ["action", "dialogue"]},
        {},
    ]
    for part in parts:
        for period in periods(until, "Europe/Berlin"):
            document = await the_studio.report(
                period, grain="month", gpu_hour_rate="2.4375", currency="EUR", **part
            )
            check(document, the_studio, "month", rate=Fraction("2.4375"), **part)


def check(
    document: ReportDocument,
    the_studio: Studio,
    grain: str,
    rate: Fraction | None = None,
    **part: Any,
) -> None:
    period = document.period
    truth = expected(
        the_studio.rows.characters,
        the_studio.rows.generation_jobs,
        the_studio.project_names,
        first_day=period.first_day,
        last_day=period.last_day,
        timezone=period.timezone,
        grain=grain,
        as_of=document.as_of,
        rate=rate,
        **part,
    )
    tables = {table.name: table for table in document.tables}
    assert tables.keys() == truth.tables.keys()
    for name, table in tables.items():
        told = [*table.rows, *([table.total] if table.total else [])]
        assert told == truth.tables[name], name
    check_charts(document, truth)
    check_kpis(document, truth, rate)
    check_words(document, truth)


def check_charts(document: ReportDocument, truth: Expected) -> None:
    charts = {chart.name: chart for section in document.sections for chart in section.charts}
    if not truth.now:
        assert not charts
        return
    bars = charts["gpu_hours_by_scene_type"].specification["data"]["values"]
    dearest_first = [row for row in truth.tables["by_scene_type"][:-1] if row[1]]
    assert [bar["subject"] for bar in bars] == [row[0] for row in dearest_first]
    for bar, row in zip(bars, dearest_first, strict=True):
        assert bar["value"] == pytest.approx(float(row[2]), abs=0.0051)
    drawn = {
        (value["series"], value["bucket"]): value["value"]
        for value in charts["cost_over_time"].specification["data"]["values"]
        if value["value"] is not None
    }
    assert drawn == {
        (series, key): float(fixed((figure or Fraction(0)) / HOUR, 4))
        for key, ledgers in truth.by_bucket.items()
        for series, figure in (("GPU time", gpu(ledgers)), ("Time on workers", held(ledgers)))
    }


def total_gpu(ledgers: list[Ledger]) -> Fraction:
    return Fraction(sum(sum(ledger.gpu) for ledger in ledgers))


def trusted(truth: Expected) -> bool:
    """Whether few enough of either period began before the data do."""
    return all(
        side and sum(ledger.early for ledger in side) / len(side) < 0.05
        for side in (truth.now, truth.before)
    )


def check_kpis(document: ReportDocument, truth: Expected, rate: Fraction | None) -> None:
    kpis = {kpi.name: kpi for kpi in document.kpis}
    ended = document.as_of >= document.period.ends_at
    dear = Verdict.BAD if trusted(truth) else Verdict.NEUTRAL
    both = truth.now, truth.before
    wanted: dict[str, tuple[list[Fraction | None], int, Verdict]] = {
        "gpu_hours_per_character": ([_over(gpu(side), HOUR) for side in both], 1, dear),
        "worker_hours_per_character": ([_over(held(side), HOUR) for side in both], 1, dear),
        "days_to_delivery": ([_over(took(side), DAY) for side in both], 1, Verdict.BAD),
        "gpu_hours": ([total_gpu(side) / HOUR for side in both], 1, Verdict.NEUTRAL),
        "repeated_percent": ([repeated(side) for side in both], 1, dear),
    }
    if rate is not None:
        wanted["cost_per_character"] = (
            [_over(mean, HOUR / rate) for mean in map(gpu, both)],
            2,
            dear,
        )
        wanted["cost"] = ([total_gpu(side) * rate / HOUR for side in both], 2, Verdict.NEUTRAL)
        assert {kpis[name].unit for name in ("cost", "cost_per_character")} == {"EUR"}
    assert kpis.keys() == {*wanted, "characters_delivered"}
    for name, ((now, before), places, more) in wanted.items():
        for told, exact in ((kpis[name].value, now), (kpis[name].previous, before)):
            assert told == (None if exact is None else Decimal(fixed(exact, places)))
        assert_movement(kpis[name], now, before, more)
    counts = Fraction(len(truth.now)), Fraction(len(truth.before))
    more = Verdict.GOOD if ended or counts[0] > counts[1] else Verdict.NEUTRAL
    assert kpis["characters_delivered"].value == len(truth.now)
    assert kpis["characters_delivered"].previous == len(truth.before)
    assert_movement(kpis["characters_delivered"], *counts, more)


def _over(value: Fraction | None, unit: Fraction | int) -> Fraction | None:
    return None if value is None else value / unit


def assert_movement(kpi: Kpi, now: Fraction | None, before: Fraction | None, more: Verdict) -> None:
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


def check_words(document: ReportDocument, truth: Expected) -> None:
    """The headline's figure; what is too low is told exactly where it is."""
    mean_gpu = gpu(truth.now)
    if mean_gpu is not None:
        assert f" {Decimal(fixed(mean_gpu / HOUR, 1)):,} GPU hours" in document.summary[0]
    early = [sum(ledger.early for ledger in side) for side in (truth.now, truth.before)]
    warnings = [note for note in document.notes if note.startswith("Too low: ")]
    assert len(warnings) == any(early)
    for warning in warnings:
        if early[0]:
            assert f" {early[0]:,} of the {len(truth.now):,} of this period " in warning
        if early[1]:
            assert f" {early[1]:,} of the {len(truth.before):,} of the period before " in warning
    idle = sum(not ledger.gpu for ledger in truth.now)
    assert any("without any finished job" in note for note in document.notes) == bool(idle)


def cells(document: ReportDocument, name: str) -> dict[str, tuple[Any, ...]]:
    (table,) = (table for table in document.tables if table.name == name)
    return {str(row[0]): row[1:] for row in table.rows}


def kpi_value(document: ReportDocument, name: str) -> Decimal:
    (kpi,) = (kpi for kpi in document.kpis if kpi.name == name)
    return kpi.value or Decimal(0)


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
        counts = [kpi_value(each, "characters_delivered") for each in (head, tail, whole)]
        assert counts[0] + counts[1] == counts[2]
        # Each is rounded to a tenth of an hour.
        sums = [kpi_value(each, "gpu_hours") for each in (head, tail, whole)]
        assert abs(sums[0] + sums[1] - sums[2]) <= Decimal("0.15")


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
    document = await the_studio.report(period)
    whole = cells(document, table)
    assert set(whole) == set(names)
    assert sum(row[0] for row in whole.values()) == kpi_value(document, "characters_delivered")
    for name in names:
        part = await the_studio.report(period, **{parameter: [name]})
        assert cells(part, table) == {name: whole[name]}


async def test_another_timezone_loses_nothing(the_studio: Studio, until: date) -> None:
    told = set()
    for timezone in ZONES:
        document = await the_studio.report(named("long before to long after", until, timezone))
        told.add((kpi_value(document, "characters_delivered"), kpi_value(document, "gpu_hours")))
    assert len(told) == 1


async def test_money_is_time_times_the_rate_however_it_is_written(
    the_studio: Studio, until: date
) -> None:
    period = named("a month", until, "UTC")
    told = [
        await the_studio.report(period, gpu_hour_rate=rate, currency="CHF")
        for rate in (2.5, "2.5", "2.50", Decimal("2.5"))
    ]
    assert len({document.kpis[0] for document in told}) == 1
    assert told[0].kpis[0].value is not None
    dearer = await the_studio.report(period, gpu_hour_rate=25, currency="CHF")
    tenfold = kpi_value(dearer, "cost_per_character") - 10 * kpi_value(
        told[0], "cost_per_character"
    )
    assert abs(tenfold) <= Decimal("0.05")
