"""How the services are, worked out of what their processes have said of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from shared.instances import SERVICES, JobReport, OutboxReading, QueueReading, Report

_MISSED_BEATS = 3
_MARGIN = timedelta(seconds=5)
"""On top of those: a beat takes its time, and so does its way."""
_LATE_AFTER_TIMES = 3
_LATE_AFTER_AT_LEAST = timedelta(minutes=1)
"""Of jobs that run every second or so one pass may well take longer."""


class InstanceState(StrEnum):
    """What is known of one process."""

    READY = "ready"
    """Heard of lately, and it could use all that it needs."""
    NOT_READY = "not_ready"
    """Heard of lately, and something that it needs could not be used."""
    SILENT = "silent"
    """Not heard of: killed, hanging, or cut off from the store."""
    STOPPED = "stopped"
    """It ended in order."""


class ServiceState(StrEnum):
    """What is known of a service by its processes."""

    READY = "ready"
    """All of its processes that are heard of are ready."""
    IMPAIRED = "impaired"
    """Some are ready, and some are not."""
    NOT_READY = "not_ready"
    """None of those that are heard of is ready."""
    SILENT = "silent"
    """No process of it is heard of any more."""
    STOPPED = "stopped"
    """Its last process ended in order, and none was started since."""
    UNKNOWN = "unknown"
    """No process of it was ever heard of."""


class JobState(StrEnum):
    """What is known of a housekeeping job."""

    DONE = "done"
    """It ran when it should, and ended well."""
    NOT_YET = "not_yet"
    """It has not run since its process began, and its time has not come."""
    LATE = "late"
    """It should have run again by now."""
    FAILED = "failed"
    """Its latest run failed."""
    SILENT = "silent"
    """No process that would run it is heard of."""


@dataclass(frozen=True)
class Instance:
    """One process, as its row tells at a moment."""

    id: UUID
    service: str
    process: str
    """`host:pid`."""
    state: InstanceState
    failing: tuple[str, ...]
    """What it needs and could not use, when it was last heard of."""
    started_at: datetime
    heard_at: datetime
    stopped_at: datetime | None
    silent_after: timedelta
    """How long after it was last heard of it counts as silent."""
    report: Report

    @property
    def lives(self) -> bool:
        """Whether it is heard of."""
        return self.state in (InstanceState.READY, InstanceState.NOT_READY)

    @classmethod
    def of(cls, row: Mapping[str, Any], now: datetime) -> Instance:
        """`row`: of `service_instances`; `now`: by the store's clock, as the row's times are."""
        silent_after = _MISSED_BEATS * timedelta(seconds=row["every_seconds"]) + _MARGIN
        if row["stopped_at"] is not None:
            state = InstanceState.STOPPED
        elif now - row["heard_at"] > silent_after:
            state = InstanceState.SILENT
        else:
            state = InstanceState.NOT_READY if row["failing"] else InstanceState.READY
        return cls(
            id=row["id"],
            service=row["service"],
            process=f"{row['host']}:{row['pid']}",
            state=state,
            failing=tuple(row["failing"]),
            started_at=row["started_at"],
            heard_at=row["heard_at"],
            stopped_at=row["stopped_at"],
            silent_after=silent_after,
            report=_report(row["report"]),
        )


def _report(told: Any) -> Report:
    """What the process has told; nothing where one of another version tells it otherwise."""
    try:
        return Report.model_validate(told)
    except ValidationError:
        return Report()


@dataclass(frozen=True)
class Service:
    """A service with its processes, those heard of last first."""

    name: str
    state: ServiceState
    instances: tuple[Instance, ...]


@dataclass(frozen=True)
class Job:
    """A housekeeping job, whichever process ran it last."""

    service: str
    name: str
    state: JobState
    last: JobReport
    """Of the process that ran it last."""
    did_in_all: int
    """By all processes that are heard of since each began; else by the one heard of last."""


def services_of(instances: Iterable[Instance]) -> list[Service]:
    """Every service of an installation, also one that was never heard of."""
    by_service: dict[str, list[Instance]] = {name: [] for name in SERVICES}
    for instance in sorted(instances, key=lambda each: each.heard_at, reverse=True):
        by_service.setdefault(instance.service, []).append(instance)
    return [Service(name, _state(own), tuple(own)) for name, own in by_service.items()]


def _state(instances: Sequence[Instance]) -> ServiceState:
    """Of processes of one service, the one heard of last first."""
    if not instances:
        return ServiceState.UNKNOWN
    ready = [each.state is InstanceState.READY for each in instances if each.lives]
    if ready:
        if all(ready):
            return ServiceState.READY
        return ServiceState.IMPAIRED if any(ready) else ServiceState.NOT_READY
    stopped = instances[0].state is InstanceState.STOPPED
    return ServiceState.STOPPED if stopped else ServiceState.SILENT


def jobs_of(services: Iterable[Service], now: datetime) -> list[Job]:
    """The jobs of all services. Their processes share the work, so the last run of any counts."""
    found = []
    for service in services:
        told: dict[str, list[tuple[Instance, JobReport]]] = {}
        for instance in service.instances:
            for report in instance.report.jobs:
                told.setdefault(report.name, []).append((instance, report))
        found += [_job(service.name, reports, now) for reports in told.values()]
    return found


def _job(service: str, told: Sequence[tuple[Instance, JobReport]], now: datetime) -> Job:
    """Of what each process has told of one job, the one heard of last first."""
    living = [(instance, report) for instance, report in told if instance.lives]
    last = max(
        (report for _, report in told),
        key=lambda report: (report.last_run is not None, report.last_run or now),
    )
    return Job(
        service=service,
        name=last.name,
        state=_job_state(living, last, now),
        last=last,
        did_in_all=sum(report.did_in_all for _, report in living or told[:1]),
    )


def _job_state(
    living: Sequence[tuple[Instance, JobReport]], last: JobReport, now: datetime
) -> JobState:
    if not living:
        return JobState.SILENT
    if any(report.failed for _, report in living):
        return JobState.FAILED
    patience = max(_LATE_AFTER_TIMES * timedelta(seconds=last.every_seconds), _LATE_AFTER_AT_LEAST)
    # What it did since its last heartbeat is not known yet.
    patience += max(instance.silent_after for instance, _ in living)
    began = min(instance.started_at for instance, _ in living)
    if now - max(began, last.last_run or began) > patience:
        return JobState.LATE
    return JobState.DONE if last.last_run and last.last_run >= began else JobState.NOT_YET


def latest_queues(services: Iterable[Service]) -> QueueReading | None:
    """The youngest look at the queues that any process has taken."""
    found = [each.report.queues for service in services for each in service.instances]
    return max((one for one in found if one), key=lambda one: one.at, default=None)


def latest_outbox(services: Iterable[Service]) -> OutboxReading | None:
    """The youngest look at the outbox that any process has taken."""
    found = [each.report.outbox for service in services for each in service.instances]
    return max((one for one in found if one), key=lambda one: one.at, default=None)
