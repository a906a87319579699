"""What a GPU report says of given figures, word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.aggregator.report_types import ReportRequest
from services.aggregator.report_types.gpu_utilization import GpuUtilizationParameters, document
from services.aggregator.report_types.gpu_utilization.figures import (
    Figures,
    GpuTime,
    Kind,
    Worker,
    WorkTime,
)
from services.aggregator.report_types.gpu_utilization.hours import local_hours
from services.aggregator.scope.filters import Asked, Filters
from services.aggregator.scope.grain import Grain, buckets
from services.aggregator.scope.scope import Scope
from services.aggregator.statistics.durations import HOUR
from shared.document import Direction, Kpi, ReportDocument, Verdict
from shared.periods import Period

WEEK = Period(first_day=date(2026, 10, 5), last_day=date(2026, 10, 11), timezone="Europe/Berlin")
LATER = datetime(2026, 11, 2, 9, tzinfo=UTC)
MIDWEEK = datetime(2026, 10, 7, 10, tzinfo=UTC)
DAY = 24 * HOUR


def figures(
    gpu: Mapping[str, GpuTime] | None = None,
    before: Mapping[str, GpuTime] | None = None,
    workers: Sequence[Worker] = (),
    *,
    active: Mapping[tuple[int, int], int] | None = None,
    period: Period = WEEK,
    as_of: datetime = LATER,
    **over: Any,
) -> Figures:
    """`gpu` by project; `active`: by (weekday, hour), milliseconds, of two workers at least."""
    cut = buckets(period, Grain.DAY)
    hours = local_hours(period.starts_at, min(period.ends_at, as_of), period.timezone)
    return Figures(
        scope=Scope(period, as_of, Grain.DAY, cut, filters=over.pop("filters", Filters())),
        gpu={Kind(name, "crowd", "hd"): time for name, time in (gpu or {}).items()},
        gpu_before={Kind(name, "crowd", "hd"): time for name, time in (before or {}).items()},
        gpu_over_time={(name, cut[0].key): time.gpu for name, time in (gpu or {}).items()},
        workers=workers,
        hours=[
            (hour, WorkTime(2 * HOUR, (active or {}).get((hour.weekday, hour.hour), HOUR)))
            for hour in hours
        ],
        work_over_time={bucket.key: WorkTime() for bucket in cut},
        first_finish=over.pop("first_finish", datetime(2020, 1, 1, tzinfo=UTC)),
        **over,
    )


def worker(name: str, idle: int, *, jobs: int = 100, failed: int = 2, before: int = DAY) -> Worker:
    return Worker(
        name,
        "Osprey 80",
        WorkTime(7 * DAY, 7 * DAY - idle),
        WorkTime(7 * DAY, before),
        GpuTime(jobs * HOUR, jobs, failed * HOUR, failed),
    )


def report(found: Figures, **parameters: Any) -> ReportDocument:
    request = ReportRequest(
        period=found.scope.period,
        parameters=GpuUtilizationParameters(**parameters),
        tenant="Lighthouse Studio",
        generated_at=LATER,
    )
    return document(found, request)


def kpi(found: ReportDocument, name: str) -> Kpi:
    return next(kpi for kpi in found.kpis if kpi.name == name)


THREE = [
    worker("rack01-gpu1", 3 * DAY),
    worker("rack01-gpu2", 5 * DAY, failed=25),
    worker("rack01-gpu3", 2 * DAY),
]
QUIET = [worker(f"rack02-gpu{n}", n * DAY, jobs=0, failed=0) for n in (1, 2)]
"""Workers none of whose jobs finished."""
USUAL = figures(
    {"Harbour Street": GpuTime(200 * HOUR, 200, 6 * HOUR, 20),
     "The Paper Boat": GpuTime(100 * HOUR, 100, 5 * HOUR, 9)},
    {"Harbour Street": GpuTime(150 * HOUR, 140), "The Paper Boat": GpuTime(130 * HOUR, 160)},
    THREE,
    active={(1, 10): 2 * HOUR, (6, 4): 0, (5, 23): 6 * 60_000},
    cancelled=1,
    running=2,
)  # fmt: skip


def test_the_summary_of_a_usual_week() -> None:
    assert report(USUAL).summary == (
        "300.0 GPU hours went into 300 jobs that finished, 7.1% more than in the 7 days before.",
        "The workers were active for 52.4% of the 504.0 hours they were available (14.3% in the "
        "period before); 240.0 hours were idle.",
        "The largest movement was Harbour Street, which rose from 150.0 to 200.0 GPU hours.",
        "On rack01-gpu2 25 of 100 jobs failed (25%), against 2% on the other workers: it is "
        "worth a look.",
        "Of 3 workers rack01-gpu3 was the most active, for 71.4% of its available time, and "
        "rack01-gpu2 the least, for 28.6%.",
        "The busiest hour of the week was Tuesday 10:00–11:00, with 100% of the available time "
        "active; the quietest was Sunday 04:00–05:00 with 0%.",
        "In 1 of the 168 hours of the week the workers were busy for at least 95% of the "
        "available time, in 2 for less than 20%: moving work between them is worth a look.",
    )


def test_the_headline_figures_of_a_usual_week() -> None:
    found = report(USUAL)
    hours = kpi(found, "gpu_hours")
    assert (hours.value, hours.previous) == (Decimal("300.0"), Decimal("280.0"))
    assert (hours.change_percent, hours.verdict) == (Decimal("7.1"), Verdict.NEUTRAL)
    used = kpi(found, "utilization")
    assert (used.value, used.previous) == (Decimal("52.4"), Decimal("14.3"))
    assert (used.direction, used.verdict) == (Direction.UP, Verdict.GOOD)
    # Eleven days of 21 and three of 21: points, for nobody takes "266% up" for this.
    assert (used.change_percent, used.change_points) == (None, Decimal("38.1"))
    assert kpi(found, "idle_hours").verdict is Verdict.GOOD
    assert kpi(found, "failed_gpu_hours").verdict is Verdict.BAD


def test_workers_most_idle_first() -> None:
    table = next(table for table in report(USUAL).tables if table.name == "workers")
    assert [row[0] for row in table.rows] == ["rack01-gpu2", "rack01-gpu1", "rack01-gpu3"]
    assert table.total is not None
    assert table.total[:6] == ("All 3 workers", None, "504.00", "264.00", "240.00", "52.4")
    assert table.available_rows is None


def test_many_workers_are_cut_and_the_total_is_of_all() -> None:
    many = [worker(f"w{number:03}", number * 60_000) for number in range(250)]
    table = next(table for table in report(figures(workers=many)).tables if table.name == "workers")
    assert (len(table.rows), table.available_rows) == (200, 250)
    assert table.rows[0][0] == "w249"
    assert table.total is not None
    assert table.total[0] == "All 250 workers"
    assert table.total[-2] == 0  # of the report's jobs, not of the rows


@pytest.mark.parametrize(
    ("now", "before", "headline"),
    [
        (GpuTime(HOUR, 1), GpuTime(), "1.0 GPU hours went into 1 job that finished, after none "
         "in the 7 days before."),
        (GpuTime(HOUR, 1), GpuTime(2 * HOUR, 2), "1.0 GPU hours went into 1 job that finished, "
         "50% fewer than in the 7 days before."),
        (GpuTime(HOUR, 9), GpuTime(HOUR, 9), "1.0 GPU hours went into 9 jobs that finished, "
         "about as many as in the 7 days before."),
        (GpuTime(), GpuTime(2 * HOUR, 2), "No job finished in this period; the 7 days before had "
         "2.0 GPU hours."),
        (GpuTime(), GpuTime(), "No job finished in this period; the 7 days before had none."),
    ],
)  # fmt: skip
def test_headlines(now: GpuTime, before: GpuTime, headline: str) -> None:
    assert report(figures({"A": now}, {"A": before})).summary[0] == headline


def test_a_period_that_runs_is_set_beside_a_whole_one_without_a_percentage() -> None:
    found = report(
        figures({"A": GpuTime(HOUR, 1)}, {"A": GpuTime(9 * HOUR, 4)}, QUIET, as_of=MIDWEEK)
    )
    assert found.summary[0] == (
        "1.0 GPU hours went into 1 job that finished so far; the whole 7 days before had 9.0 GPU "
        "hours."
    )
    assert not any("largest movement" in sentence for sentence in found.summary)
    assert any("The period has not ended" in note for note in found.notes)


def test_a_period_that_has_not_begun_says_nothing_else() -> None:
    found = report(figures(as_of=datetime(2026, 10, 1, tzinfo=UTC)))
    assert found.summary == ("The period has not begun, so no GPU has worked in it.",)


def test_few_failures_are_not_called_a_worker_s_fault() -> None:
    """Two of ten against one in fifty: ten times as often, and still within chance at 99.9%."""
    unlucky = worker("rack01-gpu9", DAY, jobs=10, failed=2)
    found = report(
        figures({"A": GpuTime(210 * HOUR, 210, 6 * HOUR, 6)}, {}, [*THREE[::2], unlucky])
    )
    assert not any("failed" in sentence for sentence in found.summary)


def test_a_standstill_of_all_workers_is_told() -> None:
    night = {(2, hour): 0 for hour in range(1, 5)}
    found = report(figures({"A": GpuTime(HOUR, 1)}, {}, QUIET, active=night))
    assert found.summary[-1] == (
        "The longest standstill, with workers available and none of them active, was from "
        "7 October 2026, 01:00 to 7 October 2026, 05:00."
    )
    later = datetime(2026, 10, 7, 5, tzinfo=UTC)
    found = report(figures({"A": GpuTime(HOUR, 1)}, {}, QUIET, active=night, first_finish=later))
    # Before the source's first job nothing is known to have stood still.
    assert not any("standstill" in sentence for sentence in found.summary)
    short = {(2, hour): 0 for hour in range(1, 3)}
    found = report(figures({"A": GpuTime(HOUR, 1)}, {}, QUIET, active=short))
    assert not any("standstill" in sentence for sentence in found.summary)


def test_unknown_names_are_said_first() -> None:
    nothing = Filters(
        projects=Asked("project", unknown=("Nowhere",)),
        scene_types=Asked("scene type", unknown=("mirror",)),
    )
    assert report(figures(filters=nothing)).summary == (
        "There is nothing to report: the source has no project named Nowhere and no scene type "
        "named mirror.",
    )
    partly = Filters(projects=Asked("project", known=("A",), unknown=("B", "C")))
    found = report(figures({"A": GpuTime(HOUR, 1)}, {}, QUIET, filters=partly))
    assert found.summary[1] == "The source has no projects named B and C."
    assert any(note.startswith("Only what was asked for is counted: project A.")
               for note in found.notes)  # fmt: skip


def test_what_was_left_out_is_noted() -> None:
    notes = report(USUAL).notes
    assert "2 jobs were under way at the end: active so far, but without GPU time until finished." \
        in notes  # fmt: skip
    assert "Left out: 1 job cancelled before any worker took it." in notes


def test_a_worker_with_more_work_than_time_is_noted() -> None:
    wrong = Worker("w1", "Osprey 80", WorkTime(HOUR, 2 * HOUR), WorkTime(), GpuTime())
    found = report(figures(workers=[wrong]))
    assert any(note.startswith("w1 had more work than time") for note in found.notes)
    table = next(table for table in found.tables if table.name == "workers")
    assert table.rows[0][4] == "-1.00"


def test_a_week_with_a_clock_change_has_hours_of_its_own_length() -> None:
    autumn = Period(
        first_day=date(2026, 10, 19), last_day=date(2026, 10, 25), timezone="Europe/Berlin"
    )
    found = figures(period=autumn)
    assert sum((work for _, work in found.hours), WorkTime()).available == 2 * 169 * HOUR
    # Two o'clock came twice on that Sunday: four hours of two workers, and no more on Mondays.
    assert found.hours_of_week[6, 2].available == 4 * HOUR
    assert found.hours_of_week[0, 2].available == 2 * HOUR
    assert timedelta(hours=169) == autumn.ends_at - autumn.starts_at


def test_a_part_of_the_work_leaves_the_rest_as_other_work() -> None:
    one = Worker(
        "w1", "Osprey 80", WorkTime(7 * DAY, DAY, 2 * DAY), WorkTime(7 * DAY, 2 * DAY), GpuTime()
    )
    only = Filters(scene_types=Asked("scene type", known=("crowd",)))
    found = report(figures({"A": GpuTime(HOUR, 1)}, {}, [one], filters=only))
    assert found.summary[1] == (
        "The workers were active with what this report covers for 14.3% of the 168.0 hours they "
        "were available (28.6% in the period before); 48.0 hours went into other work and 96.0 "
        "hours were idle."
    )
    table = next(table for table in found.tables if table.name == "workers")
    assert table.rows[0][2:7] == ("168.00", "24.00", "48.00", "96.00", "14.3")
