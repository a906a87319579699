"""Every row and figure of `generation_jobs` against an independent computation."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.demo.rows import GenerationJob
from services.aggregator.report_types.generation_jobs.queries import HELD_ROWS
from shared.document import ReportDocument, Table
from shared.periods import Period
from tests.oracle.awkward_periods import EACH_ZONE, ZONES, halves, named, periods
from tests.oracle.generation_jobs_oracle import expected, share
from tests.oracle.loaded_studio import LoadedStudio
from tests.oracle.plain import before_is_covered
from tests.oracle.question import Question
from tests.oracle.told import assert_change

INSTANTS = ("queued_at", "started_at", "finished_at")


@pytest.fixture(scope="module")
def scale() -> float:
    """Every row of every period is compared, each value of it."""
    return 0.1


async def report(the_studio: LoadedStudio, of: Period, **parameters: Any) -> ReportDocument:
    return await the_studio.report("generation_jobs", of, **parameters)


@pytest.mark.parametrize("timezone", EACH_ZONE)
async def test_every_row_and_figure(the_studio: LoadedStudio, until: date, timezone: str) -> None:
    for of in periods(until, timezone):
        await check(the_studio, of)


async def test_a_job_that_finished_at_midnight_belongs_to_the_day_that_begins(
    the_studio: LoadedStudio, until: date
) -> None:
    begun = {
        (local.date(), timezone)
        for timezone in ZONES
        for job in the_studio.rows.generation_jobs
        if job.finished_at is not None
        and (local := job.finished_at.astimezone(ZoneInfo(timezone))).time() == time()
        and local.date() <= until - timedelta(days=30)
    }
    assert begun, "the generated rows have such jobs"
    for day, timezone in sorted(begun):
        for first_day in (day, day - timedelta(days=1)):
            await check(
                the_studio, Period(first_day=first_day, last_day=first_day, timezone=timezone)
            )


@pytest.mark.parametrize(
    "wanted",
    [
        {"projects": ["Saltmarsh Choir", "Lanterns of Osk"]},
        {"scene_types": ["crowd"], "resolution_tiers": ["uhd", "hd"]},
        {"workers": ["rack01-gpu1", "rack01-gpu3"]},
        {"statuses": ["failed", "cancelled"]},
        {"projects": ["Saltmarsh Choir"], "scene_types": ["action"], "statuses": ["succeeded"]},
    ],
    ids=str,
)
async def test_every_row_and_figure_of_a_selection(
    the_studio: LoadedStudio, until: date, wanted: dict[str, list[str]]
) -> None:
    for of in (named("half a year", until), named("over the last day", until)):
        document = await check(the_studio, of, **wanted)
        if of.last_day < until:
            assert document.row_count, "the selection is not empty, so something was compared"


async def check(the_studio: LoadedStudio, of: Period, **wanted: list[str]) -> ReportDocument:
    document = await report(the_studio, of, **wanted)
    truth = expected(
        the_studio.rows,
        Question.of(document, wanted),
    )
    (table,) = document.tables
    assert read_back(table) == truth.rows
    assert table.available_rows is None
    zone = ZoneInfo(of.timezone)
    for row in table.rows:
        told = datetime.fromisoformat(str(row[11]))
        assert told.utcoffset() == told.astimezone(zone).utcoffset(), "on the report's own clock"
    finished = (job.finished_at for job in the_studio.rows.generation_jobs)
    check_figures(
        document,
        truth.now,
        truth.before if before_is_covered(document, finished) else None,
        filtered="statuses" in wanted,
    )
    waiting = [note for note in document.notes if note.startswith("Not in the list")]
    assert bool(waiting) == bool(truth.unfinished)
    assert all(f" {truth.unfinished:,} job" in note for note in waiting)
    return document


def read_back(table: Table) -> list[tuple[object, ...]]:
    """The rows with their instants as instants."""
    columns = [column.name for column in table.columns]
    return [
        tuple(
            datetime.fromisoformat(str(cell)) if name in INSTANTS and cell else cell
            for name, cell in zip(columns, row, strict=True)
        )
        for row in table.rows
    ]


def check_figures(
    document: ReportDocument,
    now: Sequence[GenerationJob],
    before: Sequence[GenerationJob] | None,
    *,
    filtered: bool,
) -> None:
    """`before` is None where the data do not cover that period."""
    kpis = {kpi.name: kpi for kpi in document.kpis}
    finished = kpis["jobs_finished"]
    assert finished.value == len(now)
    assert finished.previous == (None if before is None else len(before))
    for kpi, told in ((kpis["repeated_percent"], repeated), (kpis["succeeded_percent"], succeeded)):
        if filtered and told is succeeded:
            assert (kpi.value, kpi.previous) == (None, None)
            continue
        figures = told(now), None if before is None else told(before)
        assert (kpi.value, kpi.previous) == tuple(tenths(figure) for figure in figures)
        assert_change(kpi, *figures)
    hours = [
        None
        if jobs is None
        else Fraction(sum(job.gpu_milliseconds or 0 for job in jobs), 3_600_000)
        for jobs in (now, before)
    ]
    gpu = kpis["gpu_hours"]
    assert (gpu.value, gpu.previous) == tuple(tenths(figure) for figure in hours)
    assert_change(gpu, *hours)


def succeeded(jobs: Sequence[GenerationJob]) -> Fraction | None:
    outcomes = Counter(job.status for job in jobs)
    return share(outcomes["succeeded"], outcomes["succeeded"] + outcomes["failed"])


def repeated(jobs: Sequence[GenerationJob]) -> Fraction | None:
    return share(sum(job.attempt > 1 for job in jobs), len(jobs))


def tenths(figure: Fraction | None) -> Decimal | None:
    return None if figure is None else Decimal(round(figure * 10)).scaleb(-1)


async def test_a_limit_cuts_the_rows_and_nothing_else(
    the_studio: LoadedStudio, until: date
) -> None:
    of = named("a month", until)
    whole = await report(the_studio, of)
    (all_jobs,) = whole.tables
    for limit in (1, 7, len(all_jobs.rows) - 1, len(all_jobs.rows), len(all_jobs.rows) + 1):
        cut = await report(the_studio, of, limit=limit)
        (table,) = cut.tables
        assert table.rows == all_jobs.rows[:limit]
        bites = limit < len(all_jobs.rows)
        assert table.available_rows == (len(all_jobs.rows) if bites else None)
        assert cut.kpis == whole.kpis
        said = f"The table has the first {limit:,} of {len(all_jobs.rows):,} jobs"
        assert any(sentence.startswith(said) for sentence in cut.summary) is bites


async def test_a_list_too_long_to_hold_is_stored_beside_the_document(
    the_studio: LoadedStudio, until: date
) -> None:
    of = named("long before to long after", until)
    (table,) = (await the_studio.built("generation_jobs", of)).tables
    assert not table.rows
    assert table.row_count > HELD_ROWS
    document = await check(the_studio, of)
    assert document.row_count == table.row_count


async def test_halves_of_a_period_make_the_whole(the_studio: LoadedStudio, until: date) -> None:
    for of in periods(until):
        if of.days < 2:
            continue
        documents = [await report(the_studio, half) for half in halves(of)]
        parts = [row for document in documents for row in document.tables[0].rows]
        assert tuple(parts) == (await report(the_studio, of)).tables[0].rows


@pytest.mark.parametrize(
    ("parameter", "column"),
    [("projects", 3), ("scene_types", 4), ("resolution_tiers", 5), ("statuses", 7)],
)
async def test_filters_partition_the_jobs(
    parameter: str, column: int, the_studio: LoadedStudio, until: date
) -> None:
    of = named("half a year", until)
    whole = (await report(the_studio, of)).tables[0].rows
    values = sorted({str(row[column]) for row in whole})
    assert len(values) > 1
    parts = [
        (await report(the_studio, of, **{parameter: [value]})).tables[0].rows for value in values
    ]
    assert sorted(itertools.chain(*parts)) == sorted(whole)


async def test_another_timezone_loses_no_job(the_studio: LoadedStudio, until: date) -> None:
    for timezone in ZONES:
        document = await report(the_studio, named("long before to long after", until, timezone))
        finished = {
            str(job.id)
            for job in the_studio.rows.generation_jobs
            if job.finished_at is not None and job.finished_at < document.as_of
        }
        assert {row[0] for row in document.tables[0].rows} == finished
