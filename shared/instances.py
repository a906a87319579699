"""What each process of a service tells the others of itself, with its heartbeat.

Nothing in it is of a tenant: counts are of the whole installation, and reasons stay in the logs.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

SERVICES = ("api", "scheduler", "aggregator", "renderer", "mailer")
"""All that an installation has, each in any number of processes."""


class _Told(BaseModel):
    # A process of another version may say more, or less.
    model_config = ConfigDict(frozen=True, extra="ignore")


class JobReport(_Told):
    """A housekeeping job of one process."""

    name: str
    what: str
    """What its numbers count."""
    every_seconds: float
    last_run: datetime | None = None
    """When it last began, of runs that ended well."""
    seconds: float | None = None
    """How long that run took."""
    did: int | None = None
    """How much that run did; None: it only looks."""
    did_in_all: int = 0
    """Since the process began."""
    failed: bool = False
    """Its latest run failed; the reason is in the process's log."""


class QueueDepth(_Told):
    """One queue of the broker."""

    name: str
    ready: int
    """Messages that no consumer has in hand."""
    consumers: int


class QueueReading(_Told):
    """All queues, as they were at one moment."""

    at: datetime
    queues: tuple[QueueDepth, ...]


class OutboxReading(_Told):
    """Events on their way to the broker, as they were at one moment."""

    at: datetime
    due: int
    """Due and not published yet."""
    age_seconds: float
    """Of the oldest of those; 0 where there is none."""


class Report(_Told):
    """What a process tells besides whether it is ready."""

    jobs: tuple[JobReport, ...] = ()
    queues: QueueReading | None = None
    outbox: OutboxReading | None = None
