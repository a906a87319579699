"""What the list of generation jobs says of given figures, word by word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.aggregator.report_types import ReportRequest
from services.aggregator.report_types.generation_jobs import GenerationJobsParameters
from services.aggregator.report_types.generation_jobs.document import document
from services.aggregator.report_types.generation_jobs.figures import Figures, Tally
from services.aggregator.report_types.generation_jobs.table import columns, held
from services.aggregator.scope.filters import Asked
from services.aggregator.scope.progress import Progress
from shared.document import Direction, Kpi, ReportDocument, Verdict
from shared.periods import Period

OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Europe/Berlin")
NOVEMBER_2 = datetime(2026, 11, 2, 9, tzinfo=UTC)
MID_OCTOBER = datetime(2026, 10, 10, 12, 5, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = 3_600_000


def job(number: int, **over: Any) -> dict[str, Any]:
    """A row as the source gives it."""
    queued = datetime(2026, 10, 5, 12, tzinfo=UTC) + timedelta(minutes=number)
    return {
        "job_id": number,
        "scene_id": 7,
        "character_id": None,
        "project": "Northern Lights",
        "scene_type": "action",
        "resolution_tier": "hd",
        "worker": "gpu-1",
        "status": "succeeded",
        "attempt": 1,
        "queued_at": queued,
        "started_at": queued + timedelta(milliseconds=250),
        "finished_at": queued + timedelta(hours=1),
        "gpu_milliseconds": 3_500_000,
        **over,
    }


def report(
    workers: Mapping[str | None, Tally],
    previous: Tally | None = None,
    rows: Sequence[Mapping[str, Any]] | None = None,
    *,
    as_of: datetime = NOVEMBER_2,
    parameters: Mapping[str, Any] | None = None,
    **over: Any,
) -> ReportDocument:
    asked = GenerationJobsParameters.model_validate(parameters or {})
    found = sum(tally.finished for tally in workers.values())
    fields: dict[str, Any] = {"unfinished": 0, "first_finish": LONG_AGO, **over}
    figures = Figures(
        progress=Progress(OCTOBER, as_of),
        workers=workers,
        previous=previous or Tally(),
        table=held(
            [job(number) for number in range(found)] if rows is None else rows,
            columns(asked.columns),
            found,
            OCTOBER.timezone,
        ),
        statuses=asked.statuses,
        **fields,
    )
    request = ReportRequest(
        period=OCTOBER, parameters=asked, tenant="Lighthouse Studio", generated_at=NOVEMBER_2
    )
    return document(figures, request)


def kpi(found: ReportDocument, name: str) -> Kpi:
    return next(kpi for kpi in found.kpis if kpi.name == name)


FARM = {
    "gpu-1": Tally(succeeded=150, failed=50, repeated=30, gpu_milliseconds=100 * HOUR),
    "gpu-2": Tally(succeeded=195, failed=5, repeated=10, gpu_milliseconds=HOUR // 2),
    None: Tally(cancelled=2),
}


def test_the_summary_of_a_usual_month() -> None:
    assert report(FARM, Tally(succeeded=300, failed=16)).summary == (
        "402 jobs finished, 27.2% more than in the 31 days before.",
        "400 jobs ran: 86.2% succeeded and 55 failed; the GPUs computed for 100.5 hours.",
        "2 jobs were cancelled before the start.",
        "Worker gpu-1 failed 25% of its 200 jobs, all other workers together 2.5%: it is worth "
        "a look.",
    )


def test_the_headline_figures_of_a_usual_month() -> None:
    found = report(FARM, Tally(succeeded=300, failed=100, repeated=20, gpu_milliseconds=201 * HOUR))
    assert kpi(found, "jobs_finished").value == 402
    success = kpi(found, "succeeded_percent")
    assert (success.value, success.previous) == (Decimal("86.2"), Decimal("75.0"))
    assert (success.direction, success.verdict) == (Direction.UP, Verdict.GOOD)
    assert (success.change_percent, success.change_points) == (None, Decimal("11.2"))
    repeated = kpi(found, "repeated_percent")
    assert (repeated.value, repeated.previous) == (Decimal("10.0"), Decimal("5.0"))
    assert repeated.verdict is Verdict.BAD
    gpu = kpi(found, "gpu_hours")
    assert (gpu.value, gpu.change_percent) == (Decimal("100.5"), Decimal("-50.0"))
    assert gpu.verdict is Verdict.NEUTRAL


def test_a_row_holds_every_column_exactly() -> None:
    cancelled = job(9, character_id=4, worker=None, started_at=None, gpu_milliseconds=0)
    (table,) = report({"gpu-1": Tally(succeeded=2)}, rows=[job(3), cancelled]).tables
    assert [column.name for column in table.columns] == [
        *("job_id", "scene_id", "character_id", "project", "scene_type", "resolution_tier"),
        *("worker", "status", "attempt", "queued_at", "started_at", "finished_at"),
        "gpu_milliseconds",
    ]
    assert table.rows[0] == (
        *("3", "7", None, "Northern Lights", "action", "hd", "gpu-1", "succeeded", 1),
        "2026-10-05T14:03:00.000000+02:00",
        "2026-10-05T14:03:00.250000+02:00",
        "2026-10-05T15:03:00.000000+02:00",
        3_500_000,
    )
    assert (table.rows[1][2], table.rows[1][6], table.rows[1][10]) == ("4", None, None)
    assert table.available_rows is None


def test_only_the_columns_that_were_asked_for_are_listed() -> None:
    asked = {"columns": ["status", "job_id", "status"]}
    (table,) = report({"gpu-1": Tally(succeeded=1)}, parameters=asked).tables
    assert [column.name for column in table.columns] == ["job_id", "status"]
    assert table.rows == (("0", "succeeded"),)


def test_a_limit_that_bites_is_told_with_both_numbers() -> None:
    found = report(FARM, rows=[job(1), job(2)])
    (table,) = found.tables
    assert (len(table.rows), table.available_rows) == (2, 402)
    assert (
        found.summary[-1] == "The table has the first 2 of 402 jobs; the figures above are of all."
    )


@pytest.mark.parametrize(
    ("now", "before", "headline"),
    [
        (1, 0, "1 job finished, after none in the 31 days before."),
        (2, 2, "2 jobs finished, as many as in the 31 days before."),
        (0, 3, "No jobs finished in this period, after 3 in the 31 days before."),
        (0, 0, "No jobs finished in this period, and none in the 31 days before."),
    ],
)
def test_headlines(now: int, before: int, headline: str) -> None:
    found = report({"gpu-1": Tally(succeeded=now)} if now else {}, Tally(succeeded=before))
    assert found.summary[0] == headline


def test_a_worker_is_not_called_an_outlier_for_a_handful_of_failures() -> None:
    farms: list[dict[str | None, Tally]] = [
        {"gpu-1": Tally(succeeded=40, failed=5), "gpu-2": Tally(succeeded=500)},
        {"gpu-1": Tally(succeeded=90, failed=4), "gpu-2": Tally(succeeded=500)},
        {"gpu-1": Tally(succeeded=80, failed=20), "gpu-2": Tally(succeeded=88, failed=12)},
        {"gpu-1": Tally(succeeded=50, failed=50)},
    ]
    for workers in farms:
        assert not any("worth a look" in sentence for sentence in report(workers).summary)


def test_with_a_filter_by_status_there_is_no_share_of_successes() -> None:
    found = report({"gpu-1": Tally(failed=60)}, parameters={"statuses": ["failed", "cancelled"]})
    assert found.summary == (
        "60 failed or cancelled jobs finished, after none in the 31 days before.",
    )
    assert kpi(found, "succeeded_percent").value is None
    assert any(note.startswith("Only failed or cancelled jobs are counted") for note in found.notes)


def test_a_running_period_says_so_and_is_set_against_a_whole_one() -> None:
    found = report(
        {"gpu-1": Tally(succeeded=1)}, Tally(succeeded=9), as_of=MID_OCTOBER, unfinished=1
    )
    assert found.summary[0] == "1 job has finished so far; the whole 31 days before had 9."
    assert any("reach up to 10 October 2026, 14:05" in note for note in found.notes)
    assert (
        "Not in the list, because queued before the period's end and not finished by "
        "10 October 2026, 14:05, is 1 job." in found.notes
    )


def test_a_period_that_has_not_begun_is_empty_and_says_so() -> None:
    found = report({}, as_of=datetime(2026, 9, 1, tzinfo=UTC))
    assert found.summary == ("The period has not begun, so no job has finished in it.",)
    assert found.row_count == 0


def test_an_empty_source_is_told() -> None:
    assert "The source has no finished jobs at all." in report({}, first_finish=None).notes


def test_names_that_do_not_exist_are_told_first() -> None:
    filters = (Asked("project"), Asked("worker", unknown=("gpu-7", "gpu-8")))
    assert report({}, filters=filters).summary == (
        "There is nothing to report: the source has no workers named gpu-7 and gpu-8.",
    )
    some = (Asked("project", ("A", "B"), ("C",)), Asked("scene type", unknown=("opera",)))
    assert report({}, filters=some).summary == (
        "There is nothing to report: the source has no scene type named opera.",
    )
    found = report({"gpu-1": Tally(succeeded=1)}, filters=some[:1])
    assert found.summary[1] == "The source has no project named C."
    assert "Only what was asked for is counted: projects A and B." in found.notes


tallies = st.builds(
    Tally, *(st.integers(0, 300) for _ in range(4)), gpu_milliseconds=st.integers(0, 10**12)
)


@given(
    st.dictionaries(st.sampled_from(["gpu-1", "gpu-2", "gpu-3", None]), tallies),
    tallies,
    st.sampled_from([NOVEMBER_2, MID_OCTOBER]),
    st.integers(0, 3),
)
def test_whatever_the_figures_the_report_holds_together(
    workers: dict[str | None, Tally], previous: Tally, as_of: datetime, unfinished: int
) -> None:
    rows = [job(1)] if sum(tally.finished for tally in workers.values()) else []
    found = report(workers, previous, rows, as_of=as_of, unfinished=unfinished)
    assert kpi(found, "jobs_finished").value == sum(t.finished for t in workers.values())
    for sentence in (*found.summary, *found.notes):
        assert re.fullmatch(r"[A-Z0-9].*\.", sentence)
        assert not re.search(r"\b1 jobs\b|\b0 jobs\b|None|NaN", sentence)
    assert len(set(found.summary)) == len(found.summary)


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": 0},
        {"limit": -5},
        {"limit": 1.5},
        {"limit": 10**9},
        {"statuses": ["running"]},
        {"statuses": "failed"},
        {"workers": [""]},
        {"columns": ["colour"]},
        {"colour": "red"},
    ],
    ids=str,
)
def test_parameters_that_make_no_sense_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GenerationJobsParameters.model_validate(parameters)
