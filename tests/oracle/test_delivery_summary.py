"""Every figure of `delivery_summary` against an independent computation over the same rows."""

from __future__ import annotations

from collections import Counter
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
from shared.document import Direction, Kpi, ReportDocument, Verdict
from shared.periods import Period
from tests.oracle.awkward_periods import AHEAD, LEAP_SPRING, ZONES, named, periods
from tests.oracle.delivery_summary_oracle import (
    Expected,
    a_year_before,
    bucket_of,
    expected,
    tenths,
)
from tests.studio import studio, studio_source

SCALE = 0.3
SEED = 11
SCALE = 0.3
SEED = 11
REPORT = report_types["delivery_summary"]


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


@pytest.fixture(scope="module", params=[LEAP_SPRING, AHEAD], ids=["leap_spring", "ahead"])
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
        {"projects": names[1:4], "scene_types": ["crowd", "action"]},
        {"scene_types": ["dialogue"], "resolution_tiers": ["hd", "uhd"]},
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
    (table,) = document.tables
    told = [*table.rows, *([table.total] if table.total else [])]
    assert told == truth.table
    charts = [chart for section in document.sections for chart in section.charts]
    columns = [column.name for column in table.columns]
    assert ("year_before" in columns) == (truth.year is not None)
    check_year_sentence(document, truth)
    bars = drawn(charts[0].specification) if charts else Counter()
    assert bars == truth.by_bucket
    if charts:
        every_day = (period.first_day + timedelta(days=n) for n in range(period.days))
        axis = charts[0].specification["encoding"]["x"]["scale"]["domain"]
        assert axis == list(dict.fromkeys(bucket_of(day, grain) for day in every_day))
    total, before = truth.by_project.total(), truth.previous.total()
    kpis = {kpi.name: kpi for kpi in document.kpis}
    ended = document.as_of >= period.ends_at
    assert_kpi(kpis["characters_delivered"], total, before, ended)
    assert_kpi(kpis["projects_delivering"], len(truth.by_project), len(truth.previous), None)
    assert_kpi(kpis["in_production"], truth.in_production, truth.in_production_before, None)
    per_day = kpis["delivered_per_day"]
    if ended:
        rates = Fraction(total, period.days), Fraction(before, period.days)
        assert (per_day.value, per_day.previous) == tuple(hundredths(rate) for rate in rates)
        assert per_day.change_percent == kpis["characters_delivered"].change_percent
        if total and before and total != before:
            percent = Decimal(tenths(abs(Fraction(100 * (total - before), before))))
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
        percent = Decimal(tenths(abs(Fraction(100 * (total - then), then))))
        word = "more" if total > then else "fewer"
        figure = f"{percent:,}".removesuffix(".0")
        assert told[0].endswith(f": this period has {figure}% {word} than that.")


def drawn(specification: dict[str, Any]) -> Counter[tuple[str, str]]:
    values = specification["data"]["values"]
    bars = Counter({(value["bucket"], value["series"]): value["count"] for value in values})
    assert len(bars) == len(values)
    assert all(bars.values())
    return bars


def assert_kpi(kpi: Kpi, value: int, before: int, ended: bool | None) -> None:
    """`ended` is None where neither direction is good or bad."""
    assert (kpi.value, kpi.previous) == (Decimal(value), Decimal(before))
    assert kpi.direction is (
        Direction.FLAT if value == before else Direction.UP if value > before else Direction.DOWN
    )
    exact = None if before == 0 else Decimal(tenths(Fraction(100 * (value - before), before)))
    assert kpi.change_percent == exact
    if ended is None or value == before:
        assert kpi.verdict is Verdict.NEUTRAL
    elif value > before:
        assert kpi.verdict is Verdict.GOOD
    else:
        assert kpi.verdict is (Verdict.BAD if ended else Verdict.NEUTRAL)


def hundredths(value: Fraction) -> Decimal:
    return Decimal(round(value * 100)).scaleb(-2)


async def test_halves_of_a_period_add_up_to_it(the_studio: Studio, until: date) -> None:
    for period in periods(until, "Europe/Berlin"):
        if period.days < 2:
            continue
        cut = period.first_day + timedelta(days=period.days // 2)
        head = period.model_copy(update={"last_day": cut - timedelta(days=1)})
        tail = period.model_copy(update={"first_day": cut})
        halves = counts(await the_studio.report(head)) + counts(await the_studio.report(tail))
        assert counts(await the_studio.report(period)) == halves


async def test_projects_partition_the_deliveries(the_studio: Studio, until: date) -> None:
    period = named("half a year", until, "Europe/Berlin")
    parts: Counter[str] = Counter()
    for name in the_studio.project_names.values():
        parts += counts(await the_studio.report(period, projects=[name]))
    assert parts == counts(await the_studio.report(period))


@pytest.mark.parametrize(
    ("parameter", "names"),
    [
        ("scene_types", ("dialogue", "action", "close_up", "establishing", "crowd")),
        ("resolution_tiers", ("preview", "hd", "uhd")),
    ],
)
async def test_filters_partition_the_deliveries(
    the_studio: Studio, until: date, parameter: str, names: tuple[str, ...]
) -> None:
    period = named("up to the last day", until, "America/New_York")
    parts: Counter[str] = Counter()
    for name in names:
        parts += counts(await the_studio.report(period, **{parameter: [name]}))
    assert parts == counts(await the_studio.report(period))


async def test_the_year_before_is_what_its_own_report_says(the_studio: Studio, until: date) -> None:
    reached = 0
    for period in periods(until, "Europe/Berlin"):
        document = await the_studio.report(period)
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
            period.model_copy(update={"first_day": earlier[0], "last_day": earlier[1]})
        )
        told = +Counter({str(row[0]): int(row[5] or 0) for row in table.rows})
        assert told == counts(own)
    assert reached


async def test_another_timezone_moves_rows_over_midnight_and_loses_none(
    the_studio: Studio, until: date
) -> None:
    for timezone in ZONES:
        document = await the_studio.report(named("long before to long after", until, timezone))
        (under_way,) = (kpi.value for kpi in document.kpis if kpi.name == "in_production")
        onboarded = sum(one.onboarded_at < document.as_of for one in the_studio.characters)
        assert counts(document).total() + (under_way or 0) == onboarded


def counts(document: ReportDocument) -> Counter[str]:
    (table,) = document.tables
    found = Counter({str(row[0]): int(row[1] or 0) for row in table.rows})
    return +found
