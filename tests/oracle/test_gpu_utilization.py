"""Every figure of `gpu_utilization` against an independent computation over the same rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

import pytest

from services.aggregator.report_types.gpu_utilization.figures import (
    Figures,
    GpuTime,
    Kind,
    WorkTime,
)
from services.aggregator.report_types.gpu_utilization.queries import read_figures
from services.aggregator.scope.grain import Grain
from services.aggregator.scope.scope import scope_of
from services.aggregator.scope.selection import SceneSelection
from shared.document import ReportDocument
from shared.periods import Period
from tests.oracle.awkward_periods import (
    BY_TURNS,
    EACH_ZONE,
    ZONES,
    halves,
    named,
    periods,
    periods_with_a_grain,
)
from tests.oracle.gpu_utilization_oracle import (
    Half,
    by_hour,
    by_kind,
    by_worker,
    expected,
    work_over_time,
)
from tests.oracle.loaded_studio import LoadedStudio
from tests.oracle.plain import HOUR, before_is_covered, buckets
from tests.oracle.question import Question
from tests.oracle.told import (
    all_rows,
    assert_change,
    comparable,
    drawn,
    over_time,
    rows_of,
    table_of,
)

REPORT = "gpu_utilization"


@pytest.fixture(scope="module")
def scale() -> float:
    """The oracle goes through every quarter of an hour of every worker."""
    return 0.1


@pytest.mark.parametrize("timezone", EACH_ZONE)
async def test_every_figure(the_studio: LoadedStudio, until: date, timezone: str) -> None:
    for period, grain in periods_with_a_grain(until, timezone):
        check(await the_studio.report(REPORT, period, grain=grain), the_studio, grain)


PARTS: list[dict[str, Any]] = [
    {"projects": 2},
    {"scene_types": ["crowd", "close_up"]},
    {"resolution_tiers": ["uhd"], "scene_types": ["dialogue"], "projects": 1},
]


@pytest.mark.parametrize("number", range(3), ids=["projects", "scene_types", "all_three"])
@BY_TURNS
async def test_every_figure_of_a_part(
    the_studio: LoadedStudio, until: date, number: int, step: int
) -> None:
    names = the_studio.values_of("projects")
    filters = {
        name: names[:wanted] if isinstance(wanted, int) else wanted
        for name, wanted in PARTS[number].items()
    }
    for period in islice(periods(until, "Europe/Berlin"), number % step, None, step):
        document = await the_studio.report(REPORT, period, grain="month", **filters)
        check(document, the_studio, "month", **filters)


def check(
    document: ReportDocument, the_studio: LoadedStudio, grain: str, **filters: list[str]
) -> None:
    now, before = expected(
        the_studio.rows,
        Question.of(document, filters, grain),
    )
    keys = list(buckets(document.period.first_day, document.period.last_day, grain))
    narrowed = bool(filters)
    assert over_time(document, grain) == work_over_time(now, keys, narrowed)
    finished = (job.finished_at for job in the_studio.rows.generation_jobs)
    judged = before_is_covered(document, finished)
    for kind, total in (
        ("project", "All projects"),
        ("scene_type", "All scene types"),
        ("resolution_tier", "All tiers"),
    ):
        table = table_of(document, f"by_{kind}")
        truth = by_kind(now, before, kind, total)
        assert all_rows(table) == comparable(table, truth, judged=judged)
    table = table_of(document, "workers")
    truth = by_worker(the_studio.rows, now, before, narrowed)
    assert all_rows(table) == comparable(table, truth, judged=judged)
    assert rows_of(document, "hours") == by_hour(now)
    check_kpis(document, now, before, judged=judged)
    check_charts(document, now)


def check_kpis(document: ReportDocument, now: Half, before: Half, *, judged: bool) -> None:
    kpis = {kpi.name: kpi for kpi in document.kpis}
    for name, value, told in (
        ("gpu_hours", now.gpu.gpu, before.gpu.gpu),
        ("idle_hours", now.work.idle, before.work.idle),
        ("failed_gpu_hours", now.gpu.failed_gpu, before.gpu.failed_gpu),
    ):
        earlier = told if judged else None
        assert kpis[name].value == tenths(Fraction(value, HOUR))
        assert kpis[name].previous == (None if earlier is None else tenths(Fraction(earlier, HOUR)))
        assert_change(kpis[name], value, earlier)
    shares = [
        Fraction(100 * half.work.active, half.work.available) if half.work.available else None
        for half in (now, before)
    ]
    used = kpis["utilization"]
    active, active_before = (None if found is None else tenths(found) for found in shares)
    assert (used.value, used.previous) == (active, active_before if judged else None)
    assert_change(used, shares[0], shares[1] if judged else None)


def check_charts(document: ReportDocument, now: Half) -> None:
    """What is drawn is what the tables say, as far as a float can."""
    charts = drawn(document)
    if "work_over_time" in charts:
        bars = {(bar["bucket"], bar["series"]): bar["count"] for bar in charts["work_over_time"]}
        truth = {
            (bucket, series): value / HOUR
            for bucket, time in now.buckets.items()
            for series, value in (
                ("Active", time.active), ("Other work", time.other), ("Idle", time.idle),
            )
            if value
        }  # fmt: skip
        assert bars == pytest.approx(truth)
    if "hours_of_week" in charts:
        assert len(charts["hours_of_week"]) == sum(
            cell.available > 0 for cell in now.hours.values()
        )


def tenths(value: Fraction) -> Decimal:
    return Decimal(round(value * 10)).scaleb(-1)


async def figures(
    the_studio: LoadedStudio, period: Period, wanted: SceneSelection | None = None
) -> Figures:
    async with the_studio.source.snapshot() as session:
        selection = wanted or SceneSelection()
        scope = await scope_of(session, period, Grain.AUTO, selection)
        return await read_figures(session, scope, selection)


async def test_parts_sum_to_the_whole_in_milliseconds(
    the_studio: LoadedStudio, until: date
) -> None:
    for period in periods(until, "America/New_York"):
        found = await figures(the_studio, period)
        assert sum((work for _, work in found.hours), WorkTime()) == found.work
        assert sum(found.work_over_time.values(), WorkTime()) == found.work
        assert sum(found.gpu_over_time.values()) == found.total.gpu
        assert sum((worker.gpu for worker in found.workers), GpuTime()) == found.total
        assert found.work.idle + found.work.active == found.work.available
        assert all(worker.work.idle >= 0 for worker in found.workers)


async def test_halves_of_a_period_add_up_to_it(the_studio: LoadedStudio, until: date) -> None:
    for period in periods(until, "Europe/Berlin"):
        if period.days < 2 or period.ends_at > (await figures(the_studio, period)).scope.as_of:
            continue  # what runs at the as-of time grows from one snapshot to the next
        parts = [await figures(the_studio, half) for half in halves(period)]
        whole = await figures(the_studio, period)
        assert parts[0].total + parts[1].total == whole.total
        assert parts[0].work + parts[1].work == whole.work
        assert [*parts[0].hours, *parts[1].hours] == list(whole.hours)


async def test_each_filter_partitions_the_work(the_studio: LoadedStudio, until: date) -> None:
    period = named("half a year", until)
    whole = await figures(the_studio, period)
    for field, names in (
        ("projects", {kind.project for kind in whole.gpu}),
        ("scene_types", {kind.scene_type for kind in whole.gpu}),
        ("resolution_tiers", {kind.resolution_tier for kind in whole.gpu}),
    ):
        gpu: dict[Kind, GpuTime] = {}
        active = 0
        for name in names:
            part = await figures(the_studio, period, SceneSelection.model_validate({field: [name]}))
            assert not gpu.keys() & part.gpu.keys()
            gpu |= part.gpu
            active += part.work.active
            assert part.work.available == whole.work.available
            assert part.work.active + part.work.other == whole.work.active
        assert gpu == whole.gpu
        assert active == whole.work.active


async def test_another_timezone_moves_time_over_midnight_and_loses_none(
    the_studio: LoadedStudio, until: date
) -> None:
    jobs = the_studio.rows.generation_jobs
    for timezone in ZONES:
        found = await figures(the_studio, named("long before to long after", until, timezone))
        ended = [job for job in jobs if job.finished_at and job.finished_at < found.scope.as_of]
        assert found.total.gpu == sum(job.gpu_milliseconds or 0 for job in ended)
