"""Every figure of `quality_metrics` against an independent computation over the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

import pytest

from services.aggregator.report_types.quality_metrics.figures import Attempts, Figures, together
from services.aggregator.report_types.quality_metrics.queries import read_figures
from services.aggregator.scope.grain import Grain
from services.aggregator.scope.scope import scope_of
from services.aggregator.scope.selection import SceneSelection
from shared.document import Cell, ReportDocument, Verdict
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
from tests.oracle.loaded_studio import LoadedStudio
from tests.oracle.plain import before_is_covered, buckets, share
from tests.oracle.quality_metrics_oracle import Around, Half, expected, interval, passed
from tests.oracle.question import Question
from tests.oracle.told import assert_change, over_time, rows_of

REPORT = "quality_metrics"


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
    now, before, around = expected(
        the_studio.rows,
        Question.of(document, filters, grain),
    )
    keys = list(buckets(document.period.first_day, document.period.last_day, grain))
    checked = (check.checked_at for check in the_studio.rows.qa_checks)
    judged = before_is_covered(document, checked)
    check_over_time(over_time(document, grain), keys, now)
    check_failures(rows_of(document, "failures"), now, before, judged=judged)
    for kind in ("project", "scene_type", "resolution_tier"):
        check_kinds(rows_of(document, f"by_{kind}"), kind, now, before, judged=judged)
    check_changes(document, around)
    check_kpis(document, now, before, judged=judged)


def check_over_time(rows: Sequence[tuple[Cell, ...]], keys: list[str], now: Half) -> None:
    truth = [(key, now.buckets[key], now.bucket_attempts[key]) for key in keys]
    truth.append(("Whole period", now.found, now.attempts))
    assert list(rows) == [
        (
            name,
            found.total(),
            found[""],
            share(*passed(found)),
            attempts[False],
            attempts[True],
            hundredths(attempts[True], attempts[False]),
        )
        for name, found, attempts in truth
    ]


def hundredths(part: int, whole: int) -> str | None:
    if not whole:
        return None
    rounded = round(Fraction(100 * part, whole))
    return f"{rounded // 100}.{rounded % 100:02}"


def check_failures(
    rows: Sequence[tuple[Cell, ...]], now: Half, before: Half, *, judged: bool
) -> None:
    names = {name for half in (now, before) for name in half.found if name}
    ranked = sorted(names, key=lambda name: (-now.found[name], -before.found[name], name))
    assert [row[0] for row in rows] == [*ranked, *(["All failures"] if ranked else [])]
    checks, checks_before = now.found.total(), before.found.total()
    failed, failed_before = checks - now.found[""], checks_before - before.found[""]
    for row in rows:
        name = str(row[0])
        every = name == "All failures"
        mine = failed if every else now.found[name]
        earlier = failed_before if every else before.found[name]
        assert row[1:4] == (mine, share(mine, failed), share(mine, checks))
        if not judged:
            assert set(row[4:]) == {None}
            continue
        assert row[4:6] == (earlier, share(earlier, checks_before))
        comparisons = 1 if every else len(ranked)
        check_difference(
            row[6:], (earlier, checks_before), (mine, checks), comparisons, more_is_better=False
        )


def check_kinds(
    rows: Sequence[tuple[Cell, ...]], kind: str, now: Half, before: Half, *, judged: bool
) -> None:
    names = {name for half in (now, before) for field, name in half.kinds if field == kind}
    ranked = sorted(names, key=lambda name: (-now.kinds[kind, name].total(), name))
    assert [row[0] for row in rows[:-1]] == ranked
    for row in rows:
        name = str(row[0])
        every = row is rows[-1]
        mine = passed(now.found if every else now.kinds[kind, name])
        earlier = passed(before.found if every else before.kinds[kind, name])
        assert row[1:3] == (mine[1], share(*mine))
        if not judged:
            assert set(row[3:]) == {None}
            continue
        assert row[3:5] == (earlier[1], share(*earlier))
        check_difference(row[5:], earlier, mine, 1 if every else len(ranked))


def check_changes(document: ReportDocument, around: list[Around]) -> None:
    if not around:
        assert "workflow_changes" not in {table.name for table in document.tables}
        return
    listed = rows_of(document, "workflow_changes")
    assert [(row[0], row[1]) for row in listed] == [
        (str(number), change.title) for number, change in enumerate(around, 1)
    ]
    for row, change in zip(listed, around, strict=True):
        instants = [datetime.fromisoformat(str(cell)) for cell in row[2:]]
        assert instants == [change.at, change.begins, change.ends]
    told = rows_of(document, "around_changes")
    seen = 0
    for number, change in enumerate(around, 1):
        names = {name for name in change.before | change.after if name}
        both = change.before + change.after
        ranked = sorted(names, key=lambda name: (-both[name], name))
        rows = told[seen : seen + 1 + len(ranked)]
        seen += len(rows)
        assert [row[:2] for row in rows] == [
            (str(number), measure) for measure in ("Pass rate", *ranked)
        ]
        for row, name in zip(rows, ["", *ranked], strict=True):
            earlier = change.before[name], change.before.total()
            later = change.after[name], change.after.total()
            assert row[2:6] == (earlier[1], share(*earlier), later[1], share(*later))
            comparisons = len(ranked) if name else 1
            check_difference(row[6:], earlier, later, comparisons, more_is_better=not name)
    assert seen == len(told)


def check_difference(
    cells: tuple[Cell, ...],
    before: tuple[int, int],
    after: tuple[int, int],
    comparisons: int,
    *,
    more_is_better: bool = True,
) -> None:
    """Points to two decimals, and better or worse only where the interval leaves out zero."""
    truth = interval(before, after, comparisons)
    if truth is None:
        assert cells == (None, None, None, "no comparison")
        return
    for cell, value in zip(cells[:3], truth, strict=True):
        assert abs(float(str(cell)) - value) <= 0.005 + 1e-7
    _, low, high = truth
    if low > 0 or high < 0:
        assert cells[3] == ("better" if (low > 0) is more_is_better else "worse")
    else:
        assert cells[3] == "unclear"


def check_kpis(document: ReportDocument, now: Half, before: Half, *, judged: bool) -> None:
    kpis = {kpi.name: kpi for kpi in document.kpis}
    assert kpis["checks"].value == now.found.total()
    assert kpis["checks"].previous == (before.found.total() if judged else None)
    for name, field in (("pass_rate", "found"), ("first_pass_rate", "first_found")):
        mine, earlier = passed(getattr(now, field)), passed(getattr(before, field))
        kpi = kpis[name]
        assert [kpi.value, kpi.previous] == [
            None if part is None else Decimal(part)
            for part in (share(*mine), share(*earlier) if judged else None)
        ]
        truth = interval(earlier, mine, 1)
        noise = not judged or truth is None or truth[1] <= 0 <= truth[2] or not kpi.change_points
        exact = [Fraction(100 * part, of) if of else None for part, of in (mine, earlier)]
        assert_change(kpi, exact[0], exact[1] if judged else None)
        assert (kpi.verdict is Verdict.NEUTRAL) is noise
        if truth is not None and not noise:
            assert kpi.verdict is (Verdict.GOOD if truth[0] > 0 else Verdict.BAD)
    means = [hundredths(half.attempts[True], half.attempts[False]) for half in (now, before)]
    retries = kpis["mean_retries"]
    assert [retries.value, retries.previous] == [
        None if mean is None else Decimal(mean) for mean in (means[0], means[1] if judged else None)
    ]


async def figures(
    the_studio: LoadedStudio, period: Period, wanted: SceneSelection | None = None
) -> Figures:
    async with the_studio.source.snapshot() as session:
        selection = wanted or SceneSelection()
        scope = await scope_of(session, period, Grain.AUTO, selection)
        return await read_figures(session, scope, selection)


async def test_parts_sum_to_the_whole(the_studio: LoadedStudio, until: date) -> None:
    for period in periods(until, "America/New_York"):
        found = await figures(the_studio, period)
        assert sum(kind.checks for kind in found.kinds.values()) == found.passed.whole
        assert sum(kind.passed for kind in found.kinds.values()) == found.passed.part


async def test_halves_of_a_period_add_up_to_it(the_studio: LoadedStudio, until: date) -> None:
    for period in periods(until, "Europe/Berlin"):
        if period.days < 2 or period.ends_at > (await figures(the_studio, period)).scope.as_of:
            continue  # what is checked meanwhile would be in one of them only
        parts = [await figures(the_studio, half) for half in halves(period)]
        whole = await figures(the_studio, period)
        assert together(part.total for part in parts) == whole.total
        assert sum((part.total_attempts for part in parts), Attempts()) == whole.total_attempts


async def test_each_filter_partitions_the_checks(the_studio: LoadedStudio, until: date) -> None:
    period = named("half a year", until)
    whole = await figures(the_studio, period)
    assert whole.changes
    for field, names in (
        ("projects", {kind.project for kind in whole.kinds}),
        ("scene_types", {kind.scene_type for kind in whole.kinds}),
        ("resolution_tiers", {kind.resolution_tier for kind in whole.kinds}),
    ):
        parts = [
            await figures(the_studio, period, SceneSelection.model_validate({field: [name]}))
            for name in names
        ]
        assert together(part.total for part in parts) == whole.total
        assert sum((part.total_attempts for part in parts), Attempts()) == whole.total_attempts
        for number, change in enumerate(whole.changes):
            assert together(part.changes[number].after for part in parts) == change.after


async def test_another_timezone_moves_checks_over_midnight_and_loses_none(
    the_studio: LoadedStudio, until: date
) -> None:
    for timezone in ZONES:
        found = await figures(the_studio, named("long before to long after", until, timezone))
        truth = Counter(
            check.failure_type
            for check in the_studio.rows.qa_checks
            if check.checked_at < found.scope.as_of
        )
        assert found.total == truth
