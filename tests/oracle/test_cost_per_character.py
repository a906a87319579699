"""Every figure of `cost_per_character` against an independent computation over the same rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shared.document import ReportDocument, Verdict
from tests.oracle import told
from tests.oracle.awkward_periods import (
    EACH_ZONE,
    ZONES,
    halves,
    named,
    periods,
    periods_with_a_grain,
)
from tests.oracle.cost_per_character_oracle import (
    Expected,
    Ledger,
    expected,
    gpu,
    held,
    repeated,
    took,
)
from tests.oracle.loaded_studio import LoadedStudio
from tests.oracle.plain import DAY, HOUR, LEAST_TO_JUDGE, before_is_covered, fixed
from tests.oracle.question import Question
from tests.oracle.told import all_rows, assert_movement, comparable, drawn, over_time

REPORT = "cost_per_character"


@pytest.mark.parametrize("timezone", EACH_ZONE)
async def test_every_figure(the_studio: LoadedStudio, until: date, timezone: str) -> None:
    for period, grain in periods_with_a_grain(until, timezone):
        check(await the_studio.report(REPORT, period, grain=grain), the_studio, grain)


async def test_every_figure_of_a_part_and_in_money(the_studio: LoadedStudio, until: date) -> None:
    names = the_studio.values_of("projects")
    parts: list[dict[str, Any]] = [
        {"projects": names[:1]},
        {"scene_types": ["crowd"], "resolution_tiers": ["uhd", "preview"]},
        {"projects": names[1:4], "scene_types": ["action", "dialogue"]},
        {},
    ]
    for part in parts:
        for period in periods(until, "Europe/Berlin"):
            document = await the_studio.report(
                REPORT, period, grain="month", gpu_hour_rate="2.4375", currency="EUR", **part
            )
            check(document, the_studio, "month", rate=Fraction("2.4375"), **part)


def check(
    document: ReportDocument,
    the_studio: LoadedStudio,
    grain: str,
    rate: Fraction | None = None,
    **part: Any,
) -> None:
    truth = expected(
        the_studio.rows.characters,
        the_studio.rows.generation_jobs,
        the_studio.project_names,
        Question.of(document, part, grain),
        rate=rate,
    )
    tables = {table.name: table for table in document.tables}
    assert tables.keys() == truth.tables.keys()
    judged = before_is_covered(document, (one.delivered_at for one in the_studio.rows.characters))
    for name, table in tables.items():
        if name == "over_time":
            assert over_time(document, grain) == truth.tables[name]
        else:
            assert all_rows(table) == comparable(table, truth.tables[name], judged=judged), name
    dearest = tables["dearest_characters"]
    assert (dearest.available_rows or len(dearest.rows)) == len(truth.now)
    check_charts(document, truth)
    check_kpis(document, truth, rate, judged=judged)
    check_words(document, truth)


def check_charts(document: ReportDocument, truth: Expected) -> None:
    charts = drawn(document)
    if not truth.now:
        assert not charts
        return
    bars = charts["gpu_hours_by_scene_type"]
    dearest_first = [row for row in truth.tables["by_scene_type"][:-1] if row[1]]
    words = [str(row[0]).replace("close_up", "close-up") for row in dearest_first]
    assert [bar["subject"] for bar in bars] == words
    for bar, row in zip(bars, dearest_first, strict=True):
        assert bar["value"] == pytest.approx(float(row[2]), abs=0.0051)
    assert {
        (value["series"], value["bucket"]): value["value"]
        for value in charts["cost_over_time"]
        if value["value"] is not None
    } == {
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


def check_kpis(
    document: ReportDocument, truth: Expected, rate: Fraction | None, *, judged: bool
) -> None:
    kpis = {kpi.name: kpi for kpi in document.kpis}
    ended = document.as_of >= document.period.ends_at
    both = truth.now, truth.before
    enough = judged and min(map(len, both)) >= LEAST_TO_JUDGE
    slow = Verdict.BAD if enough else Verdict.NEUTRAL
    dear = slow if trusted(truth) else Verdict.NEUTRAL
    wanted: dict[str, tuple[list[Fraction | None], int, Verdict]] = {
        "gpu_hours_per_character": ([_over(gpu(side), HOUR) for side in both], 1, dear),
        "worker_hours_per_character": ([_over(held(side), HOUR) for side in both], 1, dear),
        "days_to_delivery": ([_over(took(side), DAY) for side in both], 1, slow),
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
    for name, ((now, earlier), places, more) in wanted.items():
        before = earlier if judged else None
        for found, exact in ((kpis[name].value, now), (kpis[name].previous, before)):
            assert found == (None if exact is None else Decimal(fixed(exact, places)))
        assert_movement(kpis[name], now, before, more)
    count, count_before = len(truth.now), len(truth.before) if judged else None
    more = Verdict.GOOD if judged and (ended or count > len(truth.before)) else Verdict.NEUTRAL
    assert kpis["characters_delivered"].value == count
    assert kpis["characters_delivered"].previous == count_before
    assert_movement(kpis["characters_delivered"], count, count_before, more)


def _over(value: Fraction | None, unit: Fraction | int) -> Fraction | None:
    return None if value is None else value / unit


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


def kpi_value(document: ReportDocument, name: str) -> Decimal:
    return told.kpi_value(document, name) or Decimal(0)


async def test_halves_of_a_period_add_up_to_it(the_studio: LoadedStudio, until: date) -> None:
    for period in periods(until, "America/New_York"):
        if period.days < 2:
            continue
        documents = [
            await the_studio.report(REPORT, part, grain="month")
            for part in (*halves(period), period)
        ]
        counts = [kpi_value(each, "characters_delivered") for each in documents]
        assert counts[0] + counts[1] == counts[2]
        # Each is rounded to a tenth of an hour.
        sums = [kpi_value(each, "gpu_hours") for each in documents]
        assert abs(sums[0] + sums[1] - sums[2]) <= Decimal("0.15")


@pytest.mark.parametrize(
    ("parameter", "table"),
    [("scene_types", "by_scene_type"), ("resolution_tiers", "by_resolution_tier")],
)
async def test_filters_partition(
    the_studio: LoadedStudio, until: date, parameter: str, table: str
) -> None:
    period = named("half a year", until)
    document = await the_studio.report(REPORT, period)
    whole = told.cells(document, table)
    names = the_studio.values_of(parameter)
    assert set(whole) == set(names)
    delivered = sum(int(row[0] or 0) for row in whole.values())
    assert delivered == kpi_value(document, "characters_delivered")
    for name in names:
        part = await the_studio.report(REPORT, period, **{parameter: [name]})
        assert told.cells(part, table) == {name: whole[name]}


async def test_another_timezone_loses_nothing(the_studio: LoadedStudio, until: date) -> None:
    everywhere = set()
    for timezone in ZONES:
        document = await the_studio.report(
            REPORT, named("long before to long after", until, timezone)
        )
        everywhere.add(
            (kpi_value(document, "characters_delivered"), kpi_value(document, "gpu_hours"))
        )
    assert len(everywhere) == 1


async def test_money_is_time_times_the_rate_however_it_is_written(
    the_studio: LoadedStudio, until: date
) -> None:
    period = named("a month", until, "UTC")
    documents = [
        await the_studio.report(REPORT, period, gpu_hour_rate=rate, currency="CHF")
        for rate in (2.5, "2.5", "2.50", Decimal("2.5"))
    ]
    assert len({document.kpis[0] for document in documents}) == 1
    assert documents[0].kpis[0].value is not None
    dearer = await the_studio.report(REPORT, period, gpu_hour_rate=25, currency="CHF")
    tenfold = kpi_value(dearer, "cost_per_character") - 10 * kpi_value(
        documents[0], "cost_per_character"
    )
    assert abs(tenfold) <= Decimal("0.05")
