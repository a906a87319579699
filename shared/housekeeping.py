"""What a service does by itself, again and again: when it last did, how long it took, how much.

Told at `GET /housekeeping` of the service's own port, as metrics, and without reasons in the
process's heartbeat. Of this process alone: any number of them share the work, and what one has done
the next finds done.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from prometheus_client import Counter, Gauge
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.instances import JobReport

log = structlog.get_logger(__name__)

Job = Callable[[], Awaitable[int | None]]
"""Returns how much it did, where that can be counted."""

LAST_RUN = Gauge(
    "broadsheet_housekeeping_last_run_timestamp_seconds", "When a job last ended well", ["job"]
)
LAST_SECONDS = Gauge("broadsheet_housekeeping_last_run_seconds", "How long that took", ["job"])
DONE = Counter("broadsheet_housekeeping_done", "What jobs did, each in its own measure", ["job"])
FAILED = Counter("broadsheet_housekeeping_failed", "Runs of jobs that failed", ["job"])


@dataclass(frozen=True)
class Told:
    """What is told of a job."""

    what: str
    """What its numbers count."""
    every_seconds: float
    last_run: datetime | None = None
    """When it last began, of runs that ended well."""
    seconds: float | None = None
    did: int | None = None
    did_in_all: int = 0
    """Since this process began."""
    error: str | None = None
    """Of its latest run, if that failed; it is tried again at its next time."""


class Housekeeping:
    """The jobs of one process by name."""

    def __init__(self) -> None:
        self._told: dict[str, Told] = {}

    def add(self, name: str, what: str, every_seconds: float) -> None:
        """Tell of this job from now on, also before it has run."""
        self._told[name] = Told(what, every_seconds)

    async def run(self, name: str, job: Job) -> None:
        """Run it once; never raises, since what fails now is tried again next time."""
        before = self._told[name]
        began, clock = datetime.now(UTC), time.monotonic()
        try:
            did = await job()
        except Exception as error:
            log.warning("housekeeping failed", job=name, reason=repr(error))
            FAILED.labels(name).inc()
            self._told[name] = Told(**{**vars(before), "error": repr(error)[:500]})
            return
        self.note(name, began, time.monotonic() - clock, did)

    def note(self, name: str, began: datetime, seconds: float, did: int | None) -> None:
        """A job that others run has ended well."""
        before = self._told[name]
        self._told[name] = Told(
            before.what,
            before.every_seconds,
            last_run=began,
            seconds=round(seconds, 4),
            did=did,
            did_in_all=before.did_in_all + (did or 0),
        )
        LAST_RUN.labels(name).set(began.timestamp())
        LAST_SECONDS.labels(name).set(seconds)
        DONE.labels(name).inc(did or 0)

    def reports(self) -> tuple[JobReport, ...]:
        """What others may hear of each job: not why one failed, which may say what it worked on."""
        return tuple(
            JobReport.model_validate({**vars(told), "name": name, "failed": told.error is not None})
            for name, told in self._told.items()
        )

    async def answer(self, request: Request) -> Response:
        """`{"jobs": {name: …}}` with the fields of `Told`, instants as ISO 8601 in UTC."""
        jobs = {
            name: {**vars(told), "last_run": told.last_run and told.last_run.isoformat()}
            for name, told in self._told.items()
        }
        return JSONResponse({"jobs": jobs})
