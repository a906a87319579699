"""The studio's rows, made up: the same for the same scale, seed and last day.

Everything hangs on characters. Each character's rows come from a random stream of its own
(seed and number), so any part can be made again, in any process and in any order. What a
report should find is put in on purpose; `docs/sources/studio.md` lists it.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random
from zoneinfo import ZoneInfo

DAYS = 400
LEAD_DAYS = 40
"""Onboarding begins earlier than the first delivery, or the first weeks would be empty."""
CHARACTERS_AT_SCALE_1 = 1750
USAGE_EVENTS_PER_DAY = 60
HOME = ZoneInfo("Europe/Berlin")
"""Where the studio sits: its working hours, and its midnights."""

SCENE_TYPES = ("dialogue", "action", "crowd", "close_up", "establishing")
RESOLUTION_TIERS = ("preview", "hd", "uhd")
GPU_MODELS = ("L4", "A100", "H100")
TEAMS = {
    "North": ("Ada Example", "Ben Example"),
    "South": ("Cleo Example", "Dan Example", "Eve Example"),
    "Night": ("Finn Example", "Gus Example"),
}
FAILURE_TYPES = ("artifacts", "identity_drift", "lip_sync", "lighting", "motion_blur")
EVENT_TYPES = ("report_opened", "report_requested", "file_downloaded", "login")
DEVICES = ("desktop", "laptop", "tablet", "phone")

OUTAGE_DAY = 150
FIX_DAY = 250
"""The workflow change after which `identity_drift` stops growing."""
BAD_WORKER = 7

Row = tuple[object, ...]


@dataclass(frozen=True)
class Project:
    """A project: its share of new characters, and what is odd about it (days from the start)."""

    name: str
    share: float
    starts_on: int = 0
    silent: tuple[int, int] | None = None
    """No delivery between these days; what was due is delivered after them."""


PROJECTS = (
    Project("Northern Lights", 0.26),
    Project("The Paper Boat", 0.21, silent=(180, 194)),
    Project("Harbour Street", 0.19),
    Project("Glass Orchard", 0.14, silent=(340, 371)),
    Project("Tin Garden", 0.13, starts_on=220),
    Project("Cold Harvest", 0.07),
)


@dataclass(frozen=True)
class Studio:
    """One made-up studio. `until` is its last day (local); nothing happens after it."""

    scale: float
    seed: int
    until: date

    @property
    def first_day(self) -> date:
        """The first of the 400 days that reports may cover."""
        return self.until - timedelta(days=DAYS - 1)

    @property
    def character_count(self) -> int:
        """How many characters there are."""
        return max(1, round(CHARACTERS_AT_SCALE_1 * self.scale))

    @property
    def worker_count(self) -> int:
        """How many workers there are."""
        return max(10, round(20 * math.sqrt(self.scale)))

    @cached_property
    def end(self) -> datetime:
        """The first instant after the last day."""
        return self.instant(DAYS, 0)

    @cached_property
    def _day_weights(self) -> list[float]:
        """Cumulative weights of the days for onboarding: growth, summer, weekends, year's end."""
        return list(itertools.accumulate(self._weight(day) for day in range(-LEAD_DAYS, DAYS - 1)))

    def instant(self, day: int, seconds: float) -> datetime:
        """UTC of so many seconds after local midnight of a day (0 is the first)."""
        midnight = datetime.combine(self.first_day + timedelta(days=day), time.min, tzinfo=HOME)
        return midnight.astimezone(UTC) + timedelta(seconds=seconds)

    def _weight(self, day: int) -> float:
        on = self.first_day + timedelta(days=day)
        weight = 1.0 + 0.6 * (day + LEAD_DAYS) / (DAYS + LEAD_DAYS)
        weight *= 0.15 if on.weekday() >= 5 else 1.0
        weight *= {7: 0.7, 8: 0.6, 10: 1.15, 11: 1.3, 12: 0.9}.get(on.month, 1.0)
        return weight

    def projects(self) -> Iterator[Row]:
        """(id, name, started_at)"""
        for number, project in enumerate(PROJECTS, start=1):
            yield number, project.name, self.instant(project.starts_on - LEAD_DAYS, 9 * 3600)

    def workers(self) -> Iterator[Row]:
        """(id, name, gpu_model, registered_at, retired_at)"""
        for number in range(1, self.worker_count + 1):
            stream = self._stream("worker", number)
            late = number % 4 == 0
            registered = self.instant(stream.randint(30, 300) if late else -LEAD_DAYS - 5, 8 * 3600)
            retired = self.instant(stream.randint(310, 390), 8 * 3600) if number % 9 == 0 else None
            model = GPU_MODELS[number % len(GPU_MODELS)]
            yield number, f"worker-{number:03}", model, registered, retired

    def workflow_changes(self) -> Iterator[Row]:
        """(id, changed_at, title)"""
        changes = (
            (60, "New lighting presets"),
            (140, "Second reviewer for crowd scenes"),
            (FIX_DAY, "Identity lock in the generation step"),
            (330, "Faster preview tier"),
        )
        for number, (day, title) in enumerate(changes, start=1):
            yield number, self.instant(day, 10 * 3600), title

    def character(self, number: int) -> Character:
        """The character of that number (from 0) and everything that belongs to it."""
        return Character(self, number)

    def usage_events(self) -> Iterator[Row]:
        """(id, occurred_at, event_type, user_name, device)"""
        number = itertools.count(1)
        users = max(5, round(40 * math.sqrt(self.scale)))
        for day in range(DAYS):
            stream = self._stream("usage", day)
            weekend = (self.first_day + timedelta(days=day)).weekday() >= 5
            for _ in range(round(USAGE_EVENTS_PER_DAY * self.scale * (0.3 if weekend else 1.0))):
                yield (
                    next(number),
                    self.instant(day, stream.uniform(7 * 3600, 20 * 3600)),
                    stream.choices(EVENT_TYPES, (5, 2, 3, 4))[0],
                    f"user-{stream.randint(1, users):03}",
                    stream.choices(DEVICES, (5, 6, 1, 2))[0],
                )

    def _stream(self, *names: object) -> Random:
        return Random(f"{self.seed}/{'/'.join(map(str, names))}")


class Character:
    """One character: its row, and its scenes', jobs', checks', reviews' and annotations'.

    Ids are built from the number, so they never clash and never depend on other characters.
    """

    def __init__(self, studio: Studio, number: int) -> None:
        self._studio = studio
        self._stream = stream = Random(f"{studio.seed}/character/{number}")
        self.id = number + 1
        weights = studio._day_weights
        day = bisect.bisect_left(weights, stream.random() * weights[-1]) - LEAD_DAYS
        self._onboarded_day = day
        project = self._project(day)
        self.project_id = PROJECTS.index(project) + 1
        self.name = f"Character {self.id:06}"
        self.onboarded_at = studio.instant(day, stream.uniform(8 * 3600, 18 * 3600))
        # Turnaround in days: skewed, a little shorter as the studio learns.
        days = stream.lognormvariate(2.35, 0.45) * (1.1 - 0.2 * day / DAYS)
        self.delivered_at = self._delivery(day + days, project)

    def _project(self, day: int) -> Project:
        open_projects = [project for project in PROJECTS if project.starts_on - LEAD_DAYS <= day]
        shares = [project.share for project in open_projects]
        return self._stream.choices(open_projects, shares)[0]

    def _delivery(self, day: float, project: Project) -> datetime | None:
        stream = self._stream
        whole = int(day)
        if project.silent and project.silent[0] <= whole <= project.silent[1]:
            whole = project.silent[1] + 1 + stream.randint(0, 9)
        if whole >= DAYS:
            return None
        studio = self._studio
        if (studio.first_day + timedelta(days=whole)).weekday() >= 5 and stream.random() < 0.8:
            whole += 2
            if whole >= DAYS:
                return None
        oddity = stream.random()
        if oddity < 0.01:  # exactly at local midnight: belongs to the day that begins
            return max(studio.instant(whole, 0), self.onboarded_at)
        if oddity < 0.02:  # in the hours in which clocks change
            return max(studio.instant(whole, stream.uniform(3600, 4 * 3600)), self.onboarded_at)
        return max(studio.instant(whole, stream.uniform(9 * 3600, 19 * 3600)), self.onboarded_at)

    def row(self) -> Row:
        """(id, project_id, name, onboarded_at, delivered_at)"""
        return self.id, self.project_id, self.name, self.onboarded_at, self.delivered_at

    def details(self) -> Iterator[tuple[str, Row]]:
        """(table, row) of everything below the character. Made in one pass, in this order."""
        stream = self._stream
        end = self.delivered_at or self._studio.end
        for index in range(stream.randint(3, 5)):
            scene_id = self.id * 8 + index
            scene_type = stream.choices(SCENE_TYPES, (5, 3, 2, 3, 1))[0]
            tier = stream.choices(RESOLUTION_TIERS, (3, 5, 2))[0]
            yield "scenes", (scene_id, self.id, self.project_id, scene_type, tier)
            yield from self._jobs(scene_id, scene_type, tier, end)
            yield from self._reviews(scene_id, end)

    def _jobs(
        self, scene_id: int, scene_type: str, tier: str, end: datetime
    ) -> Iterator[tuple[str, Row]]:
        stream = self._stream
        studio = self._studio
        begin = self.onboarded_at
        span = max(3600.0, (end - begin).total_seconds())
        cost = {"preview": 0.4, "hd": 1.0, "uhd": 2.6}[tier] * (
            1.9 if scene_type == "crowd" else 1.3 if scene_type == "action" else 1.0
        )
        job_id = scene_id * 64
        for _ in range(stream.randint(8, 18)):
            queued = begin + timedelta(seconds=stream.random() * span * 0.95)
            for attempt in (1, 2, 3):
                started = queued + timedelta(seconds=stream.expovariate(1 / 240))
                outage = studio.instant(OUTAGE_DAY, 2 * 3600)
                if outage <= started < outage + timedelta(hours=4):
                    started = outage + timedelta(hours=4, seconds=stream.uniform(0, 600))
                worker = stream.randint(1, studio.worker_count)
                seconds = stream.lognormvariate(4.2, 0.5) * cost
                finished = started + timedelta(seconds=seconds)
                if queued >= studio.end:
                    return
                if started >= studio.end or finished >= studio.end:
                    running = started < studio.end
                    yield (
                        "generation_jobs",
                        (
                            job_id,
                            scene_id,
                            worker if running else None,
                            attempt,
                            "running" if running else "queued",
                            queued,
                            started if running else None,
                            None,
                            0,
                        ),
                    )
                    return
                failed = stream.random() < (0.25 if worker == BAD_WORKER else 0.03)
                yield (
                    "generation_jobs",
                    (
                        job_id,
                        scene_id,
                        worker,
                        attempt,
                        "failed" if failed else "succeeded",
                        queued,
                        started,
                        finished,
                        round(seconds * 1000 * (0.4 if failed else 1.0)),
                    ),
                )
                passed = False
                if not failed:
                    check, passed = self._check(job_id, finished)
                    if check is not None:
                        yield "qa_checks", check
                job_id += 1
                if passed:
                    break
                queued = finished + timedelta(seconds=stream.uniform(5, 60))

    def _check(self, job_id: int, finished: datetime) -> tuple[Row | None, bool]:
        stream = self._stream
        studio = self._studio
        checked = finished + timedelta(seconds=stream.uniform(1, 30))
        if checked >= studio.end:
            return None, True
        day = (checked - studio.instant(0, 0)) / timedelta(days=1)
        drift = 0.02 + (0.16 * max(0.0, day) / FIX_DAY if day < FIX_DAY else 0.01)
        weights = (0.04, drift, 0.03, 0.02, 0.02)
        passed = stream.random() >= sum(weights)
        failure = None if passed else stream.choices(FAILURE_TYPES, weights)[0]
        return (job_id, job_id, checked, passed, failure), passed

    def _reviews(self, scene_id: int, end: datetime) -> Iterator[tuple[str, Row]]:
        stream = self._stream
        studio = self._studio
        for index in range(stream.choices((1, 2, 3), (6, 3, 1))[0]):
            review_id = scene_id * 4 + index
            back = timedelta(hours=stream.uniform(1, 90))
            requested = max(self.onboarded_at, end - back)
            team = stream.choices(tuple(TEAMS), (3, 4, 2))[0]
            hours = stream.lognormvariate(1.2, 0.6) * (2.4 if team == "Night" else 1.0)
            decided = requested + timedelta(hours=hours)
            if requested >= studio.end:
                return
            open_still = decided >= studio.end
            rejected = stream.random() < 0.22
            yield (
                "reviews",
                (
                    review_id,
                    scene_id,
                    stream.choice(TEAMS[team]),
                    team,
                    stream.randint(4, 30),
                    requested,
                    None if open_still else decided,
                    None if open_still else "rejected" if rejected else "approved",
                ),
            )
            for note in range(stream.choices((0, 1, 2, 4, 7), (3, 3, 2, 1, 1))[0]):
                at = requested + (decided - requested) * stream.random()
                if at < studio.end:
                    yield "annotations", (review_id * 8 + note, review_id, at)
