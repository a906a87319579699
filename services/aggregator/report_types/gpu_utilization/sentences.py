"""What a GPU report says in words: its executive summary and its notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from services.aggregator.charts.heat_map import WEEKDAYS
from services.aggregator.report_types.gpu_utilization.figures import Figures, Worker, WorkTime
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.durations import HOUR
from services.aggregator.statistics.intervals import Share, difference, quantile
from services.aggregator.statistics.rounding import percentage, quotient
from services.aggregator.wording.days import moment
from services.aggregator.wording.grammar import listed, sentence, was
from services.aggregator.wording.notes import (
    chart_notes,
    half_covered,
    late_change_notes,
    running_notes,
)
from services.aggregator.wording.numbers import counted, percent
from shared.document import Verdict, compare

_SURE = quantile(Decimal("0.999"))
_STANDSTILL = timedelta(hours=3)
"""Without any active worker; less is not worth a sentence."""
_FULL, _EMPTY = 95, 20
"""Percent of the available time that make an hour a full or a nearly empty one."""
_Key = TypeVar("_Key")


def summary(figures: Figures) -> Iterator[str]:
    """The most important first."""
    if figures.scope.filters.nothing_left:
        yield figures.scope.filters.nothing_left
        return
    begun = figures.scope.stage is not Stage.NOT_BEGUN
    yield _headline(figures) if begun else "The period has not begun, so no GPU has worked in it."
    if figures.scope.filters.unknown:
        yield figures.scope.filters.unknown
    if not begun:
        return
    yield from _utilization(figures)
    if figures.scope.stage is Stage.ENDED and _covered(figures):
        yield from _movement(figures)
    yield from _failures(figures)
    if not figures.scope.filters.narrowed:  # else it says who got the work, not who had enough
        yield from _extremes(figures)
    yield from _busiest(figures)
    yield from _standstill(figures)


def hours_words(milliseconds: int) -> str:
    """With one decimal place, for instance "1,204.5"."""
    return f"{quotient(milliseconds, HOUR, 1):,}"


def share_words(work: WorkTime) -> str:
    """How much of the available time was active, for instance "61.2%"."""
    return percent(percentage(work.active, work.available) or Decimal(0))


def _covered(figures: Figures) -> bool:
    return figures.scope.progress.covered_before(figures.first_finish)


def _headline(figures: Figures) -> str:
    now, before, days = figures.total, figures.total_before, figures.scope.period.days
    running = figures.scope.stage is Stage.RUNNING
    earlier = "the day before" if days == 1 else f"the {days:,} days before"
    had = f"{hours_words(before.gpu)} GPU hours" if before.jobs else "none"
    if now.jobs == 0:
        opening = "No job has finished so far" if running else "No job finished in this period"
        if not _covered(figures):
            return f"{opening}{half_covered(figures.scope.progress)}."
        return f"{opening}; {earlier} had {had}."
    opening = f"{hours_words(now.gpu)} GPU hours went into {counted(now.jobs, 'job')} that finished"
    if not _covered(figures):
        return f"{opening}{' so far' if running else ''}{half_covered(figures.scope.progress)}."
    if running:
        # Set beside each other without a percentage: one is part of a period, the other whole.
        return f"{opening} so far; {earlier.replace('the', 'the whole', 1)} had {had}."
    length = f"{'on' if days == 1 else 'in'} {earlier}"
    if not before.gpu:
        return f"{opening}, after none {length}."
    _, change, _ = compare(Decimal(now.gpu), Decimal(before.gpu), more_is=Verdict.NEUTRAL)
    if not change:
        return f"{opening}, about as many as {length}."
    return f"{opening}, {percent(abs(change))} {'more' if change > 0 else 'fewer'} than {length}."


def _utilization(figures: Figures) -> Iterator[str]:
    work, before = figures.work, figures.work_before
    if work.available == 0:
        yield "No worker was available."
        return
    covered = " with what this report covers" if figures.scope.filters.narrowed else ""
    compared = (
        f" ({share_words(before)} in the period before)"
        if before.available and _covered(figures)
        else ""
    )
    other = f"{hours_words(work.other)} hours went into other work and " if work.other else ""
    yield (
        f"The workers were active{covered} for {share_words(work)} of the "
        f"{hours_words(work.available)} hours they were available{compared}; "
        f"{other}{hours_words(work.idle)} hours were idle."
    )


def _movement(figures: Figures) -> Iterator[str]:
    """The project whose GPU time moved most, where there is one."""
    if figures.total_before.gpu == 0:
        return  # Everything rose from nothing, and the headline says so.
    changes = {name: now.gpu - before.gpu for name, (now, before) in figures.by("project").items()}
    most = max((abs(change) for change in changes.values()), default=0)
    movers = [name for name, change in changes.items() if most and abs(change) == most]
    if len(changes) > 1 and len(movers) == 1:
        now, before = figures.by("project")[movers[0]]
        verb = "rose" if now.gpu > before.gpu else "fell"
        told = hours_words(before.gpu), hours_words(now.gpu)
        if told[0] != told[1]:
            yield (
                f"The largest movement was {movers[0]}, which {verb} from {told[0]} to {told[1]} "
                "GPU hours."
            )


def _failures(figures: Figures) -> Iterator[str]:
    """Workers that fail clearly more often than the others: at the least, twice as often."""
    total = figures.total
    suspects = [worker for worker in figures.workers if _fails_often(worker, figures)]
    suspects.sort(key=lambda worker: (-worker.gpu.failed_jobs, worker.name))
    for worker in suspects[:3]:
        rest = total.jobs - worker.gpu.jobs, total.failed_jobs - worker.gpu.failed_jobs
        yield (
            f"On {worker.name} {worker.gpu.failed_jobs:,} of {counted(worker.gpu.jobs, 'job')} "
            f"failed ({_percent(worker.gpu.failed_jobs, worker.gpu.jobs)}), against "
            f"{_percent(rest[1], rest[0])} on the other workers: it is worth a look."
        )
    if len(suspects) > 3:
        yield f"So it is on {listed([worker.name for worker in suspects[3:]])}."


def _fails_often(worker: Worker, figures: Figures) -> bool:
    mine = Share(worker.gpu.failed_jobs, worker.gpu.jobs)
    others = Share(
        figures.total.failed_jobs - worker.gpu.failed_jobs, figures.total.jobs - worker.gpu.jobs
    )
    found = difference(others, mine, _SURE)
    return found is not None and found.low > 0 and mine.value >= 2 * others.value


def _percent(part: int, whole: int) -> str:
    return percent(percentage(part, whole) or Decimal(0))


def _extremes(figures: Figures) -> Iterator[str]:
    """The least and the most active worker, where each is one."""
    shares = {
        worker.name: Fraction(worker.work.active, worker.work.available)
        for worker in figures.workers
        if worker.work.available
    }
    least, most = _only_least(shares), _only_most(shares)
    if len(shares) > 2 and least is not None and most is not None:
        work = {worker.name: worker.work for worker in figures.workers}
        if share_words(work[most]) == share_words(work[least]):
            return
        yield (
            f"Of {len(shares):,} workers {most} was the most active, for {share_words(work[most])} "
            f"of its available time, and {least} the least, for {share_words(work[least])}."
        )


def _busiest(figures: Figures) -> Iterator[str]:
    """The busiest hour of the week, or of the day where the period has no whole week."""
    if figures.work.active == 0 or figures.scope.period.days < 2:
        return
    if figures.scope.period.days >= 7:
        week = {
            f"{WEEKDAYS[weekday]} {clock(hour)}": work
            for (weekday, hour), work in figures.hours_of_week.items()
        }
        yield from _of_hours(week, "hour of the week", figures)
        yield from _uneven(figures)
    else:
        day = {clock(hour): work for hour, work in figures.hours_of_day.items()}
        yield from _of_hours(day, "hour of the day", figures)


def _uneven(figures: Figures) -> Iterator[str]:
    """How many hours of the week are full, and how many nearly empty."""
    cells = [work for work in figures.hours_of_week.values() if work.available]
    full = sum((w.active + w.other) * 100 >= w.available * _FULL for w in cells)
    empty = sum((w.active + w.other) * 100 < w.available * _EMPTY for w in cells)
    if full and empty:
        yield (
            f"In {full:,} of the {len(cells):,} hours of the week the workers were busy for at "
            f"least {_FULL}% of the available time, in {empty:,} for less than {_EMPTY}%: moving "
            "work between them is worth a look."
        )


def clock(hour: int) -> str:
    """For instance "09:00–10:00"."""
    return f"{hour:02}:00–{(hour + 1) % 24:02}:00"


def _of_hours(hours: Mapping[str, WorkTime], noun: str, figures: Figures) -> Iterator[str]:
    shares = {
        name: Fraction(work.active, work.available)
        for name, work in hours.items()
        if work.available
    }
    most, least = _only_most(shares), _only_least(shares)
    if most is None:
        return
    quietest = f"; the quietest was {least} with {share_words(hours[least])}" if least else ""
    yield (
        f"The busiest {noun} was {most}, with {share_words(hours[most])} of the available time "
        f"{'spent on it' if figures.scope.filters.narrowed else 'active'}{quietest}."
    )


def _only_most(shares: Mapping[_Key, Fraction]) -> _Key | None:
    return _only(shares, max(shares.values(), default=None))


def _only_least(shares: Mapping[_Key, Fraction]) -> _Key | None:
    return _only(shares, min(shares.values(), default=None))


def _only(shares: Mapping[_Key, Fraction], wanted: Fraction | None) -> _Key | None:
    """The one with that share; None when several have it, or nothing is there to choose from."""
    found = [key for key, share in shares.items() if share == wanted]
    return found[0] if len(found) == 1 and len(shares) > 1 else None


def _standstill(figures: Figures) -> Iterator[str]:
    """The longest stretch of hours in which workers were there and none was active.

    Not before the source's first job: there the data stand still, and not the workers.
    """
    if figures.first_finish is None:
        return
    still = [work.available > 0 and work.active == work.other == 0 for _, work in figures.hours]
    edges = [*(hour.starts_at for hour, _ in figures.hours), figures.scope.progress.ends_at]
    begin = end = figures.scope.progress.starts_at
    found = begin, end
    for stands, first, after in zip(still, edges, edges[1:], strict=False):
        if not stands or after <= figures.first_finish:
            continue
        begin, end = (begin if first == end else first), after
        if end - begin >= _STANDSTILL and end - begin > found[1] - found[0]:
            found = begin, end
    if figures.work.active and found[1] > found[0]:
        zone = figures.scope.period.timezone
        yield (
            "The longest standstill, with workers available and none of them active, was from "
            f"{moment(found[0], zone)} to {moment(found[1], zone)}."
        )


def notes(figures: Figures) -> Iterator[str]:
    """How things were counted, and what was left out."""
    zone = figures.scope.period.timezone
    yield (
        "GPU time is what the jobs computed, failed ones included, and counts as a whole at the "
        f"instant at which a job finished, by the clocks of {zone}."
    )
    yield (
        "Active is a worker from the start of a job to its end, transfers included, cut at the "
        "edges of the period, of days and of hours; it is available from its registration to its "
        "retirement, and idle for the rest. Figures are exact to the millisecond and rounded "
        "for display, so that printed parts may differ from a printed total in the last digit."
    )
    if figures.scope.filters.note:
        yield (
            f"{figures.scope.filters.note} Workers are available to all projects alike; what they "
            "did for others is neither active nor idle here, but other work."
        )
    yield from running_notes(figures.scope.progress)
    yield from late_change_notes(figures.compared_at, zone)
    if figures.running:
        yield (
            f"{sentence(counted(figures.running, 'job'))} {was(figures.running)} under way at "
            "the end: active so far, but without GPU time until finished."
        )
    if figures.cancelled:
        yield (
            f"Left out: {counted(figures.cancelled, 'job')} cancelled before any worker took "
            f"{'it' if figures.cancelled == 1 else 'them'}."
        )
    yield from _doubts(figures)
    if figures.total.jobs or figures.work.available:
        yield from chart_notes(figures.scope, "bar")


def _doubts(figures: Figures) -> Iterator[str]:
    """What the source's rows make doubtful."""
    zone = figures.scope.period.timezone
    if figures.first_finish is None:
        yield "The source has no finished jobs at all."
    elif not _covered(figures):
        yield (
            f"The source's first job finished on {moment(figures.first_finish, zone)}: before "
            "that, workers count as idle and there is nothing to compare with."
        )
    if wrong := [worker.name for worker in figures.workers if worker.work.idle < 0]:
        yield (
            f"{listed(wrong)} had more work than time: by the source, the worker had a job while "
            "not in service, or two at once."
        )
