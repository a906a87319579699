"""What the heartbeats of processes say about their services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from services.api.service_health import Instance, Job, jobs_of, latest_queues, services_of
from shared.instances import SERVICES, JobReport, QueueDepth, QueueReading, Report

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def heard(
    seconds_ago: float,
    *failing: str,
    service: str = "mailer",
    stopped: bool = False,
    report: Report | None = None,
    started: float = 3600,
) -> Instance:
    """A process that tells every ten seconds, and did so so long ago."""
    row: dict[str, Any] = {
        "id": uuid7(),
        "service": service,
        "host": "studio",
        "pid": 7,
        "every_seconds": 10.0,
        "started_at": ago(started),
        "heard_at": ago(seconds_ago),
        "stopped_at": ago(seconds_ago) if stopped else None,
        "failing": list(failing),
        "report": (report or Report()).model_dump(mode="json"),
    }
    return Instance.of(row, NOW)


@pytest.mark.parametrize(
    ("instance", "state"),
    [
        (heard(34.9), "ready"),
        (heard(35.1), "silent"),
        (heard(3, "broker"), "not_ready"),
        (heard(60, "broker"), "silent"),
        (heard(3, stopped=True), "stopped"),
        (heard(3000, stopped=True), "stopped"),
    ],
)
def test_a_process_is_silent_after_three_missed_heartbeats_and_five_seconds(
    instance: Instance, state: str
) -> None:
    assert instance.state == state


def test_a_process_of_a_version_that_tells_otherwise_is_heard_of_nevertheless() -> None:
    row = vars(heard(3)) | {"host": "studio", "pid": 7, "every_seconds": 10.0}
    told = Instance.of({**row, "report": {"jobs": {"reaper": "well"}}}, NOW)

    assert (told.state, told.report) == ("ready", Report())


@pytest.mark.parametrize(
    ("instances", "state"),
    [
        ([], "unknown"),
        ([heard(3), heard(4)], "ready"),
        ([heard(3), heard(400)], "ready"),
        ([heard(3), heard(4, "blobs")], "impaired"),
        ([heard(3, "broker"), heard(4, "broker")], "not_ready"),
        ([heard(90), heard(400, stopped=True)], "silent"),
        ([heard(400), heard(90, stopped=True)], "stopped"),
    ],
)
def test_a_service_is_what_its_processes_are_together(
    instances: list[Instance], state: str
) -> None:
    services = {each.name: each for each in services_of(instances)}

    assert services["mailer"].state == state


def test_a_service_that_was_never_heard_of_is_told_of_too() -> None:
    assert [each.name for each in services_of([heard(3)])] == list(SERVICES)


def reaping(every: float = 2, **values: Any) -> Report:
    return Report(jobs=(JobReport(name="reaper", what="leases", every_seconds=every, **values),))


def reaper(*instances: Instance) -> Job:
    (job,) = jobs_of(services_of(instances), NOW)
    return job


def scheduler(seconds_ago: float, report: Report, **values: Any) -> Instance:
    return heard(seconds_ago, service="scheduler", report=report, **values)


@pytest.mark.parametrize(
    ("instance", "state"),
    [
        (scheduler(3, reaping(last_run=ago(4))), "done"),
        (scheduler(3, reaping(last_run=ago(4), failed=True)), "failed"),
        (scheduler(3, reaping(last_run=ago(120))), "late"),
        (scheduler(3, reaping(every=600, last_run=ago(700))), "done"),
        (scheduler(3, reaping(every=600, last_run=ago(2000))), "late"),
        (scheduler(3, reaping(every=600), started=300), "not_yet"),
        (scheduler(3, reaping(), started=300), "late"),
        (scheduler(120, reaping(last_run=ago(121))), "silent"),
        (scheduler(120, reaping(last_run=ago(121)), stopped=True), "silent"),
    ],
)
def test_a_job_that_does_not_run_when_it_should_is_told_from_one_that_does(
    instance: Instance, state: str
) -> None:
    assert reaper(instance).state == state


def test_schedulers_share_their_jobs_so_the_last_run_of_any_counts() -> None:
    job = reaper(
        scheduler(3, reaping(last_run=ago(500), did=1, did_in_all=5)),
        scheduler(3, reaping(last_run=ago(4), did=2, did_in_all=30)),
        scheduler(900, reaping(last_run=ago(901), did=9, did_in_all=1000)),
    )

    assert (job.state, job.last.last_run, job.last.did, job.did_in_all) == ("done", ago(4), 2, 35)


def test_of_schedulers_that_are_gone_the_last_one_tells_what_it_did() -> None:
    job = reaper(
        scheduler(900, reaping(last_run=ago(901), did_in_all=1000)),
        scheduler(90, reaping(last_run=ago(91), did=1, did_in_all=7)),
    )

    assert (job.state, job.last.did, job.did_in_all) == ("silent", 1, 7)


def test_a_job_of_a_scheduler_that_has_just_begun_keeps_the_last_run_of_the_one_before() -> None:
    job = reaper(
        scheduler(3, reaping(every=600), started=5),
        scheduler(60, reaping(every=600, last_run=ago(500), did=4)),
    )

    assert (job.state, job.last.last_run, job.last.did) == ("not_yet", ago(500), 4)


def test_of_several_looks_at_the_queues_the_youngest_counts() -> None:
    def looked(seconds_ago: float, ready: int) -> Report:
        depth = QueueDepth(name="q", ready=ready, consumers=1)
        return Report(queues=QueueReading(at=ago(seconds_ago), queues=(depth,)))

    reading = latest_queues(services_of([scheduler(3, looked(9, 1)), scheduler(8, looked(2, 6))]))

    assert reading is not None
    assert reading.queues[0].ready == 6
    assert latest_queues(services_of([heard(3)])) is None
