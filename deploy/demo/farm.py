"""The render farm: workers, the jobs they take from one queue, and the checks of the results.

A small simulation of events in the order of their queueing. A worker has one job at a time, so
its busy time never exceeds its available time; a job that fails, or whose result the automatic
check rejects, is queued again as the next attempt. This is the innermost loop of the generator
(ten million jobs at scale 100): it works on integers and makes rows last.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush, heapreplace
from itertools import count
from random import Random
from typing import NamedTuple

from deploy.demo import names
from deploy.demo.boundaries import boundary_instants
from deploy.demo.cast import Cast, Casting
from deploy.demo.kinds import PROFILES
from deploy.demo.rows import GenerationJob, QaCheck, Worker
from deploy.demo.season import time_of_queueing, work
from deploy.demo.story import FAILING_WORKER, FAILING_WORKER_RATE, JOB_FAILURE_RATE, Story
from deploy.demo.window import DAY, DAYS, MINUTE, SECOND, Window, instant, milliseconds

_JOBS = 100_000
"""At scale 1."""
_ATTEMPTS_PER_TASK = 1.154
"""Measured; what is asked for is fewer by this factor, so that the jobs come out as many."""
_MOST_ATTEMPTS = 5
_WITHOUT_CHARACTER = 0.05
_CANCELLED = 0.006
_GPUS = (("Kestrel 24", 1.0), ("Kestrel 48", 0.72), ("Osprey 80", 0.5))
"""Model, and how long a job takes on it, relative to the slowest."""
_WORKERS = 14
_FEWEST_WORKERS = 5
_NEVER = 1 << 60

_Thresholds = list[tuple[float, str]]
"""What a check can find, each with the running sum of the probabilities up to it."""


def workers(window: Window) -> list[Worker]:
    """14 at scale 1: most older than the data, some added later, the sixth retired."""
    random = window.random("workers")
    number = max(_FEWEST_WORKERS, round(_WORKERS * window.scale))
    old = max(_FEWEST_WORKERS, number * 0.65)
    rows = []
    for index in range(number):
        registered = window.start - int((20 + random.random() * 300) * DAY)
        retired = None
        if index >= old:
            registered = window.start + int((0.1 + random.random() * 0.75) * DAYS * DAY)
        elif index % 20 == 5:
            retired = instant(window.end - int((110 + random.random() * 40) * DAY))
        model = _GPUS[(index * 7 // 3) % len(_GPUS)][0]
        name = names.worker_name(index)
        rows.append(Worker(index + 1, name, model, instant(registered), retired))
    return rows


class _Task(NamedTuple):
    """A job that waits to be taken; ordered by time, then by `number`, which is unique."""

    queued: int
    number: int
    scene: int
    character: int | None
    attempt: int


class _Work(NamedTuple):
    """How a worker will do a job; milliseconds. The window may end before it starts or ends."""

    worker: int
    started: int
    finished: int
    failed: bool


class Farm:
    """All jobs of a window and their checks, in the order of queueing; iterate `rows()` once."""

    def __init__(self, window: Window, cast: Cast) -> None:
        self._window = window
        self._cast = cast
        self._story = Story(window)
        self._outage = self._story.outage
        machines = workers(window)
        self._speed = [dict(_GPUS)[each.gpu_model] for each in machines]
        self._retired = [
            milliseconds(each.retired_at) if each.retired_at else _NEVER for each in machines
        ]
        # When each worker is free, the soonest first: a heap, and so the pending tasks.
        self._free = [(milliseconds(each.registered_at), each.id - 1) for each in machines]
        heapify(self._free)
        self._pending: list[_Task] = []
        self._tasks = count(1)
        self._checks = count(1)
        self._boundaries = boundary_instants(window)
        # Drawing from a list is several times faster than from the distribution.
        spread = window.random("spread")
        self._spread = [spread.lognormvariate(-0.08, 0.4) for _ in range(4096)]

    def rows(self) -> Iterator[GenerationJob | QaCheck]:
        """Every job, and after it its check if it had one inside the window."""
        jobs = count(1)
        for day, asked in self._asked():
            random = self._window.random("jobs", day)
            for task in asked:
                heappush(self._pending, task)
            lengths = self._mean_lengths(day)
            failures = self._failure_thresholds(day)
            day_end = (day + 1) * DAY
            while self._pending and self._pending[0].queued < day_end:
                task = heappop(self._pending)
                job = next(jobs)
                if random.random() < _CANCELLED:
                    yield self._cancelled(random, job, task)
                    continue
                profile = self._cast.profiles[task.scene]
                work = self._work(random, task, lengths[profile])
                yield self._job(random, job, task, work)
                if work.finished < self._window.end:
                    yield from self._consequences(random, job, task, work, failures[profile])

    def _work(self, random: Random, task: _Task, mean_length: float) -> _Work:
        """Give the task to the worker that has been free for longest, or will be soonest."""
        chance = random.random
        length = mean_length * self._spread[int(chance() * 4096)]
        while True:
            free, worker = self._free[0]
            started = max(free, task.queued) + 900 + int(chance() * 4000)
            if self._outage[0] <= started < self._outage[1]:
                started = self._outage[1] + int(chance() * 10 * MINUTE)
            finished = started + int(length * self._speed[worker])
            if finished < self._retired[worker]:
                break
            heappop(self._free)  # it retires before it could finish
        failed = chance() < (FAILING_WORKER_RATE if worker == FAILING_WORKER else JOB_FAILURE_RATE)
        if failed:
            finished = started + int((finished - started) * chance())
        if started < self._outage[0] < finished:
            failed, finished = True, self._outage[0]
        finished = self._on_boundary(started, finished)
        heapreplace(self._free, (finished, worker))
        return _Work(worker, started, finished, failed)

    def _on_boundary(self, started: int, finished: int) -> int:
        """The end of a job; exactly at an instant of interest where one is shortly before it."""
        boundaries = self._boundaries
        while boundaries and boundaries[0] <= started:
            del boundaries[0]
        if boundaries and boundaries[0] <= finished < boundaries[0] + 40 * MINUTE:
            return boundaries.pop(0)
        return finished

    def _cancelled(self, random: Random, job: int, task: _Task) -> GenerationJob:
        at = min(task.queued + int(random.random() * 2 * MINUTE), self._window.end - 1)
        _, _, scene, character, attempt = task
        queued = instant(task.queued)
        return GenerationJob(
            job, scene, character, None, "cancelled", attempt, queued, None, instant(at), 0
        )

    def _job(self, random: Random, job: int, task: _Task, work: _Work) -> GenerationJob:
        queued, _, scene, character, attempt = task
        worker, started, finished, failed = work
        if started >= self._window.end:
            return GenerationJob(
                *(job, scene, character, None, "queued", attempt),
                *(instant(queued), None, None, None),
            )
        if finished >= self._window.end:
            return GenerationJob(
                *(job, scene, character, worker + 1, "running", attempt),
                *(instant(queued), instant(started), None, None),
            )
        return GenerationJob(
            job,
            scene,
            character,
            worker + 1,
            "failed" if failed else "succeeded",
            attempt,
            instant(queued),
            instant(started),
            instant(finished),
            int((finished - started) * (0.84 + 0.14 * random.random())),
        )

    def _consequences(
        self, random: Random, job: int, task: _Task, work: _Work, failures: _Thresholds
    ) -> Iterator[QaCheck]:
        """The check of a job that succeeded; the next attempt, unless all is well."""
        again = work.finished + 20 * SECOND
        if not work.failed:
            checked = work.finished + 4 * SECOND + int(random.random() * MINUTE)
            if checked >= self._window.end:
                return
            luck, found = random.random(), None
            if luck < failures[-1][0]:
                found = next(name for limit, name in failures if luck < limit)
            yield QaCheck(next(self._checks), job, instant(checked), found is None, found)
            if found is None:
                return
            again = checked + int((2 + random.random() * 28) * MINUTE)
        if task.attempt < _MOST_ATTEMPTS and again < self._window.end:
            number = next(self._tasks)
            following = _Task(again, number, task.scene, task.character, task.attempt + 1)
            heappush(self._pending, following)

    def _asked(self) -> Iterator[tuple[int, list[_Task]]]:
        """For each day of the data the first attempts that are asked for on it."""
        coming: dict[int, list[Casting]] = {}
        for casting in self._cast.castings:
            first = max(casting.first_day, self._window.start_day)
            if first < min(casting.end_day, self._window.end_day):
                coming.setdefault(first, []).append(casting)
        per_unit = _JOBS * self._window.scale / _ATTEMPTS_PER_TASK / self._units_of_work(coming)
        under_way: list[Casting] = []
        for day in range(self._window.start_day, self._window.end_day):
            under_way = [each for each in under_way if each.end_day > day]
            under_way += coming.get(day, [])
            random = self._window.random("asked", day)
            number = int(per_unit * len(under_way) * work(day) + random.random())
            active = self._not_paused(under_way, day)
            yield day, [self._task(random, day, active) for _ in range(number if active else 0)]

    def _units_of_work(self, coming: dict[int, list[Casting]]) -> float:
        """The sum over all days and the characters under way on each, weighted by season."""
        days = range(self._window.start_day, self._window.end_day)
        change = dict.fromkeys([*days, self._window.end_day], 0)
        for first, castings in coming.items():
            for casting in castings:
                change[first] += 1
                change[min(casting.end_day, self._window.end_day)] -= 1
        total, under_way = 0.0, 0
        for day in days:
            under_way += change[day]
            total += under_way * work(day)
        return max(total, 1.0)

    def _not_paused(self, castings: list[Casting], day: int) -> list[Casting]:
        pauses = self._story.pauses.items()
        paused = {project for project, pause in pauses if pause.covers_day(day)}
        return [each for each in castings if each.project not in paused] if paused else castings

    def _task(self, random: Random, day: int, active: list[Casting]) -> _Task:
        casting = active[int(random.random() * len(active))]
        if random.random() < _WITHOUT_CHARACTER:
            own = self._cast.own_scenes[casting.project]
            casting = own if own.first_day <= day else casting
        scene = casting.first_scene + int(random.random() * casting.scenes)
        queued = day * DAY + time_of_queueing(random)
        return _Task(queued, next(self._tasks), scene, casting.character, 1)

    def _mean_lengths(self, day: int) -> list[float]:
        """For each profile how long a job takes on the slowest GPU, in milliseconds."""
        factor = 0.86 if day * DAY >= self._story.faster_sampler else 1.0
        return [kind.job * tier.job * factor for kind, tier in PROFILES]

    def _failure_thresholds(self, day: int) -> list[_Thresholds]:
        """For each profile the failures with running sums of their rates."""
        rates = self._story.failure_rates(day)
        thresholds = []
        for kind, tier in PROFILES:
            total = 0.0
            limits: _Thresholds = []
            for name, rate in rates.items():
                total += rate * kind.failures * tier.failures
                limits.append((total, name))
            thresholds.append(limits)
        return thresholds
