"""The demo studio's rows: equal for equal arguments, consistent, and with a story in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from statistics import median

import pytest

from deploy.demo.boundaries import boundary_instants
from deploy.demo.farm import workers
from deploy.demo.generate import Tables, generate, generate_tables
from deploy.demo.rows import TABLES
from deploy.demo.window import Window, instant

UNTIL = date(2026, 11, 21)
END = datetime.combine(UNTIL, time.min, UTC)
START = END - timedelta(days=400)


@pytest.fixture(scope="module")
def studio() -> Tables:
    """Scale 1: the size at which the oddities stand out of the noise."""
    return generate_tables(1, 1, UNTIL)


def test_equal_arguments_give_equal_rows() -> None:
    assert list(generate(0.01, 7, UNTIL)) == list(generate(0.01, 7, UNTIL))
    whole, decimal = (islice(generate(scale, 7, UNTIL), 5000) for scale in (1, 1.0))
    assert list(whole) == list(decimal)


def test_another_seed_or_day_gives_another_studio() -> None:
    characters = generate_tables(0.01, 1, UNTIL).characters
    assert generate_tables(0.01, 2, UNTIL).characters != characters
    assert generate_tables(0.01, 1, UNTIL + timedelta(days=1)).characters != characters


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf")])
def test_a_scale_that_is_none_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="positive number"):
        next(generate(scale, 1, UNTIL))


def test_scale_one_has_the_promised_size(studio: Tables) -> None:
    delivered = [each for each in studio.characters if each.delivered_at]
    assert 95_000 <= len(studio.generation_jobs) <= 105_000
    assert 1_300 <= len(delivered) <= 1_800
    assert len(studio.characters) - len(delivered) >= 50
    assert len(studio.projects) == 6


def test_jobs_grow_with_the_scale() -> None:
    assert 800 <= len(generate_tables(0.01, 1, UNTIL).generation_jobs) <= 1_200


@pytest.mark.parametrize(
    ("scale", "until"),
    [(0.001, UNTIL), (0.1, date(2028, 3, 15)), (0.05, date(2026, 1, 2))],
)
def test_rows_are_consistent(scale: float, until: date) -> None:
    _check(generate_tables(scale, 1, until), datetime.combine(until, time.min, UTC))


def test_rows_of_scale_one_are_consistent(studio: Tables) -> None:
    _check(studio, END)


def _check(studio: Tables, end: datetime) -> None:
    _check_ids(studio)
    _check_instants(studio, end)
    _check_jobs(studio)
    _check_references(studio)


def _check_ids(studio: Tables) -> None:
    for table in TABLES.values():
        ids = [row.id for row in getattr(studio, table)]
        assert ids == list(range(1, len(ids) + 1)), table


def _check_instants(studio: Tables, end: datetime) -> None:
    for table in TABLES.values():
        for row in getattr(studio, table):
            moments = [value for value in row if isinstance(value, datetime)]
            assert all(each.tzinfo is UTC and each < end for each in moments), row
            assert all(each.microsecond % 1000 == 0 for each in moments), row
    for character in studio.characters:
        if character.delivered_at:
            assert character.onboarded_at < character.delivered_at
            assert character.delivered_at >= end - timedelta(days=400)
    for review in studio.reviews:
        assert (review.decided_at is None) == (review.decision is None)
        assert review.decided_at is None or review.decided_at > review.requested_at


def _check_jobs(studio: Tables) -> None:
    for job in studio.generation_jobs:
        started, finished = job.started_at is not None, job.finished_at is not None
        expected = {
            "queued": (False, False, False, False),
            "running": (True, False, True, False),
            "succeeded": (True, True, True, True),
            "failed": (True, True, True, True),
            "cancelled": (False, True, False, True),
        }[job.status]
        assert (
            started,
            finished,
            job.worker_id is not None,
            job.gpu_milliseconds is not None,
        ) == expected, job
        if job.started_at:
            assert job.started_at >= job.queued_at
        if job.finished_at:
            assert job.finished_at >= (job.started_at or job.queued_at)
        if job.started_at and job.finished_at:
            took = (job.finished_at - job.started_at) // timedelta(milliseconds=1)
            assert 0 <= (job.gpu_milliseconds or 0) <= took


def _check_references(studio: Tables) -> None:
    projects = {each.id: each for each in studio.projects}
    characters = {each.id: each for each in studio.characters}
    scenes = {each.id: each for each in studio.scenes}
    jobs = {each.id: each for each in studio.generation_jobs}
    reviews = {each.id: each for each in studio.reviews}
    for character in studio.characters:
        assert character.onboarded_at >= projects[character.project_id].started_at
    for scene in studio.scenes:
        assert scene.project_id in projects
        if scene.character_id is not None:
            assert characters[scene.character_id].project_id == scene.project_id
    for job in studio.generation_jobs:
        assert scenes[job.scene_id].character_id == job.character_id
        assert scenes[job.scene_id].created_at <= job.queued_at
    for check in studio.qa_checks:
        job = jobs[check.job_id]
        assert job.status == "succeeded"
        assert job.finished_at is not None
        assert job.finished_at < check.checked_at
        assert check.passed == (check.failure_type is None)
    for review in studio.reviews:
        assert characters[review.character_id].onboarded_at < review.requested_at
    for note in studio.annotations:
        assert reviews[note.review_id].requested_at <= note.created_at


def test_a_delivered_character_was_approved_last(studio: Tables) -> None:
    last = {review.character_id: review for review in studio.reviews}
    for character in studio.characters:
        if character.delivered_at:
            decided = last[character.id].decided_at
            assert last[character.id].decision == "approved"
            assert decided is not None
            assert decided < character.delivered_at


def test_a_worker_has_one_job_at_a_time_while_it_is_registered(studio: Tables) -> None:
    busy = defaultdict(list)
    for job in studio.generation_jobs:
        if job.started_at:
            busy[job.worker_id].append((job.started_at, job.finished_at or END))
    for worker in studio.workers:
        spans = sorted(busy[worker.id])
        assert spans[0][0] >= worker.registered_at
        assert spans[-1][1] <= (worker.retired_at or END)
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


@pytest.mark.parametrize("scale", [0.01, 1, 100])
def test_some_workers_retire_and_the_farm_never_empties(scale: float) -> None:
    rows = workers(Window(scale, 1, UNTIL))
    assert all(each.retired_at is None or each.retired_at > each.registered_at for each in rows)
    assert sum(each.retired_at is None and each.registered_at < START for each in rows) >= 3
    assert any(each.retired_at for each in rows) == (scale >= 1)


def test_characters_are_delivered_at_the_boundary_instants() -> None:
    studio = generate_tables(0.01, 1, UNTIL)
    boundaries = {instant(at) for at in boundary_instants(Window(0.01, 1, UNTIL))}
    assert boundaries <= {each.delivered_at for each in studio.characters}
    assert datetime(2026, 3, 29, 1, 0, tzinfo=UTC) in boundaries  # Berlin's clocks go forward
    assert datetime(2026, 10, 25, 0, 30, tzinfo=UTC) in boundaries  # 02:30 in Berlin, and
    assert datetime(2026, 10, 25, 1, 30, tzinfo=UTC) in boundaries  # 02:30 once more
    assert datetime(2026, 9, 30, 22, 0, tzinfo=UTC) in boundaries  # October begins in Berlin
    assert datetime(2026, 9, 30, 21, 59, 59, 999_000, UTC) in boundaries


def test_some_jobs_end_exactly_at_boundary_instants(studio: Tables) -> None:
    boundaries = {instant(at) for at in boundary_instants(Window(1, 1, UNTIL))}
    assert sum(job.finished_at in boundaries for job in studio.generation_jobs) >= 20


def test_weekends_are_quiet(studio: Tables) -> None:
    by_weekday = Counter(job.queued_at.weekday() for job in studio.generation_jobs)
    assert by_weekday[6] < by_weekday[2] / 2


def test_the_summer_is_quieter_than_the_months_before(studio: Tables) -> None:
    by_month = Counter(job.queued_at.month for job in studio.generation_jobs)
    assert by_month[7] < 0.85 * by_month[6]


def test_one_project_stands_still_for_two_weeks(studio: Tables) -> None:
    days = sorted(_deliveries(studio, project=2))
    longest = max(later - earlier for earlier, later in pairwise(days))
    assert longest >= timedelta(days=14)


def test_one_project_delivers_nothing_in_a_whole_month(studio: Tables) -> None:
    months = Counter(day.strftime("%Y-%m") for day in _deliveries(studio, project=3))
    assert months["2026-08"] == 0
    assert months["2026-06"] > 5
    assert months["2026-09"] > 5


def test_one_project_starts_late(studio: Tables) -> None:
    late = studio.projects[3]
    assert late.started_at > END - timedelta(days=155)
    assert min(_deliveries(studio, project=4)) > late.started_at


def _deliveries(studio: Tables, project: int) -> list[datetime]:
    return [
        each.delivered_at
        for each in studio.characters
        if each.project_id == project and each.delivered_at
    ]


def test_one_worker_fails_ten_times_as_often_as_the_others(studio: Tables) -> None:
    jobs, failed = Counter[int](), Counter[int]()
    for job in studio.generation_jobs:
        if job.worker_id:
            jobs[job.worker_id] += 1
            failed[job.worker_id] += job.status == "failed"
    rates = {worker: failed[worker] / jobs[worker] for worker in jobs}
    assert rates.pop(3) > 0.15
    assert max(rates.values()) < 0.04


def test_one_failure_grows_until_a_workflow_change_mends_it(studio: Tables) -> None:
    mended = next(
        change.changed_at for change in studio.workflow_changes if "lip sync" in change.title
    )

    def rate(begin: datetime, days: int) -> float:
        end = begin + timedelta(days=days)
        found = [each for each in studio.qa_checks if begin <= each.checked_at < end]
        return sum(each.failure_type == "lip_sync_drift" for each in found) / len(found)

    assert rate(mended - timedelta(days=30), 30) > 3 * rate(mended - timedelta(days=200), 60)
    assert rate(mended, 60) < 0.3 * rate(mended - timedelta(days=30), 30)


def test_one_team_is_slow(studio: Tables) -> None:
    hours = defaultdict(list)
    for review in studio.reviews:
        if review.decided_at:
            took = (review.decided_at - review.requested_at) / timedelta(hours=1)
            hours[review.reviewer_team].append(took)
    medians = {team: median(each) for team, each in hours.items()}
    slow = medians.pop("Night Desk")
    assert slow > 1.5 * max(medians.values())


def test_in_one_night_nothing_runs(studio: Tables) -> None:
    begin = END - timedelta(days=53) + timedelta(hours=21, minutes=40)
    end = begin + timedelta(hours=7, minutes=25)
    spans = [(job.started_at, job.finished_at) for job in studio.generation_jobs if job.started_at]
    assert not [span for span in spans if span[0] < end and (span[1] is None or span[1] > begin)]


def test_work_goes_on_at_the_end_of_the_data(studio: Tables) -> None:
    assert {"running"} <= {job.status for job in studio.generation_jobs}
    assert max(job.queued_at for job in studio.generation_jobs) > END - timedelta(hours=2)
    assert min(job.queued_at for job in studio.generation_jobs) < START + timedelta(days=1)
    assert any(review.decided_at is None for review in studio.reviews)
