"""What the source says about jobs that finished, as exact counts and sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from services.aggregator.scope.filters import Asked
from services.aggregator.scope.progress import Progress
from shared.document import Table


@dataclass(frozen=True)
class Tally:
    """What some jobs came to."""

    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    repeated: int = 0
    """Jobs that were not the first attempt at their scene."""
    gpu_milliseconds: int = 0

    @property
    def finished(self) -> int:
        """All of them."""
        return self.ran + self.cancelled

    @property
    def ran(self) -> int:
        """Those that a worker took."""
        return self.succeeded + self.failed

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.succeeded + other.succeeded,
            self.failed + other.failed,
            self.cancelled + other.cancelled,
            self.repeated + other.repeated,
            self.gpu_milliseconds + other.gpu_milliseconds,
        )


@dataclass(frozen=True)
class Figures:
    """What the source said, and all that the document is made from."""

    progress: Progress
    workers: Mapping[str | None, Tally]
    """In the period, by worker; None: jobs that no worker took."""
    previous: Tally
    """All jobs of the period before."""
    table: Table
    """One row per job, by finish and id; fewer than there were where a limit was asked for."""
    unfinished: int
    """Jobs queued before the period's end that have not finished by the as-of time."""
    first_finish: datetime | None
    """Of the whole source."""
    filters: tuple[Asked, ...] = ()
    statuses: tuple[str, ...] = ()
    """How the jobs finished that were asked for; all of them without."""

    @cached_property
    def total(self) -> Tally:
        """All jobs of the period, also those that a limit keeps out of the rows."""
        return sum(self.workers.values(), Tally())

    @property
    def covered_before(self) -> bool:
        """Whether the data cover the whole period before."""
        return self.progress.covered_before(self.first_finish)
