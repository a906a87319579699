"""What happens at the studio that a report can find: the oddities, each with its time.

All times are relative to the end of the data, so that they lie in the periods people ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from deploy.demo.window import DAY, HOUR, MINUTE, Window, number_of

STALLED_PROJECT = 1
"""Nothing of it moves for two weeks."""
SILENT_PROJECT = 2
"""Delivers nothing in one whole calendar month."""
LATE_PROJECT = 3
"""Starts long after the others and is large at once."""

FAILING_WORKER = 2
"""One job in five fails on it."""
FAILING_WORKER_RATE = 0.2
JOB_FAILURE_RATE = 0.018

GROWING_FAILURE = "lip_sync_drift"
"""Becomes more frequent day by day until a workflow change mends it."""

SLOW_TEAM = "Night Desk"
"""Takes several times as long to decide."""


@dataclass(frozen=True)
class Pause:
    """No review, decision or delivery in [begin, end), milliseconds; all of it comes later."""

    begin: int
    end: int

    def delay(self, at: int) -> int:
        """When something happens that would have happened at `at`; order is kept.

        What falls into the pause, or as long after it again, is caught up with after the pause:
        at twice the usual pace, the oldest first.
        """
        caught_up = 2 * self.end - self.begin
        if not self.begin <= at < caught_up:
            return at
        return self.end + (at - self.begin) // 2

    def covers_day(self, day: int) -> bool:
        """Whether any of that UTC day lies in the pause."""
        return self.begin < (day + 1) * DAY and day * DAY < self.end


@dataclass(frozen=True)
class Change:
    """A workflow change: when, and what it is called."""

    at: int
    title: str


@dataclass(frozen=True)
class Story:
    """The times of one window's oddities, in milliseconds since 1970."""

    window: Window

    @property
    def pauses(self) -> dict[int, Pause]:
        """The pause of each project (by index) that has one."""
        end = self.window.end
        # Wider than the month by half a day and more at both ends: silent in every timezone.
        silent = Pause(
            self.silent_month[0] * DAY - 14 * HOUR, self.silent_month[1] * DAY + 14 * HOUR
        )
        return {
            STALLED_PROJECT: Pause(end - 47 * DAY, end - 33 * DAY),
            SILENT_PROJECT: silent,
        }

    @property
    def silent_month(self) -> tuple[int, int]:
        """The first day of the silent month and the first after it: the third-last whole one."""
        until = self.window.until
        month = until.year * 12 + until.month - 1 - 3
        return number_of(_first_of(month)), number_of(_first_of(month + 1))

    @property
    def late_start(self) -> int:
        """When the late project begins."""
        return self.window.end - 150 * DAY + 9 * HOUR

    @property
    def outage(self) -> tuple[int, int]:
        """The night in which all workers stood still: begin and end."""
        begin = self.window.end - 53 * DAY + 21 * HOUR + 40 * MINUTE
        return begin, begin + 7 * HOUR + 25 * MINUTE

    @property
    def changes(self) -> list[Change]:
        """The workflow changes in their order."""
        end = self.window.end
        return [
            Change(end - 290 * DAY + 10 * HOUR, "Reference sheets checked before onboarding"),
            Change(end - 180 * DAY + 9 * HOUR, "Export presets renamed"),
            Change(self.lip_sync_mended, "Phoneme-aligned lip sync"),
            Change(self.faster_sampler, "Faster sampler"),
        ]

    @property
    def lip_sync_mended(self) -> int:
        """Ends the growing failure; the instant is midnight in Berlin (in winter)."""
        return self.window.end - 75 * DAY - HOUR

    @property
    def faster_sampler(self) -> int:
        """From here on a job takes a seventh less GPU time, and flickers a little more."""
        return self.window.end - 26 * DAY + 12 * HOUR

    def failure_rates(self, day: int) -> dict[str, float]:
        """How likely each failure is to be found by a check on that day."""
        at = day * DAY
        sheets_checked = at >= self.changes[0].at
        growing = 0.012
        if at < self.lip_sync_mended:
            age = self.window.end_day - day
            growing += 0.075 * min(1.0, max(0.0, (215 - age) / 140))
        return {
            "identity_drift": 0.022 if sheets_checked else 0.041,
            GROWING_FAILURE: growing,
            "hand_anatomy": 0.021,
            "texture_seams": 0.014,
            "flicker": 0.012 if at >= self.faster_sampler else 0.009,
        }


def _first_of(month: int) -> date:
    """The first day of the month with that number since the year 0."""
    return date(month // 12, month % 12 + 1, 1)
