"""What a GPU report says in words: its executive summary and its notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeVar

from services.aggregator.report_types.gpu_utilization.figures import Figures, Worker, WorkTime
from services.aggregator.report_types.gpu_utilization.messages import say
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.durations import HOUR
from services.aggregator.statistics.intervals import Share, difference, quantile
from services.aggregator.statistics.rounding import percentage, quotient
from services.aggregator.wording.moments import moment
from services.aggregator.wording.notes import (
    chart_notes,
    late_change_notes,
    reach_notes,
    running_notes,
)
from services.aggregator.wording.numbers import percent
from shared import localized
from shared.document import Direction, Verdict, compare
from shared.localized import listed
from shared.messages import select

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
    yield _headline(figures) if begun else say("headline-not-begun")
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
    return localized.number(f"{quotient(milliseconds, HOUR, 1):,}")


def share_words(work: WorkTime) -> str:
    """How much of the available time was active, for instance "61.2%"."""
    return percent(percentage(work.active, work.available) or Decimal(0))


def _covered(figures: Figures) -> bool:
    return figures.scope.progress.covered_before(figures.first_finish)


def _headline(figures: Figures) -> str:
    now, before = figures.total, figures.total_before
    running, covered = figures.scope.stage is Stage.RUNNING, _covered(figures)
    about: dict[str, str | int] = {
        "days": figures.scope.period.days,
        "running": select(running),
        "before": hours_words(before.gpu),
        "before-jobs": before.jobs,
    }
    if now.jobs == 0:
        return say("headline-none" if covered else "headline-none-not-covered", **about)
    about |= {"gpu": hours_words(now.gpu), "jobs": now.jobs}
    if not covered:
        return say("headline-not-covered", **about)
    if running:
        return say("headline-running", **about)
    if not before.gpu:
        return say("headline-ended", moved="after-none", amount="", **about)
    direction, change, _ = compare(Decimal(now.gpu), Decimal(before.gpu), more_is=Verdict.NEUTRAL)
    moved = direction if change else Direction.FLAT
    return say("headline-ended", moved=moved, amount=percent(abs(change or Decimal(0))), **about)


def _utilization(figures: Figures) -> Iterator[str]:
    work, before = figures.work, figures.work_before
    if work.available == 0:
        yield say("no-worker-available")
        return
    yield say(
        "utilization",
        narrowed=select(figures.scope.filters.narrowed),
        share=share_words(work),
        available=hours_words(work.available),
        compared=select(before.available and _covered(figures)),
        before=share_words(before),
        others=select(work.other),
        other=hours_words(work.other),
        idle=hours_words(work.idle),
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
        told = hours_words(before.gpu), hours_words(now.gpu)
        if told[0] != told[1]:
            yield say(
                "largest-movement",
                project=movers[0],
                moved="up" if now.gpu > before.gpu else "down",
                before=told[0],
                now=told[1],
            )


def _failures(figures: Figures) -> Iterator[str]:
    """Workers that fail clearly more often than the others: at the least, twice as often."""
    total = figures.total
    suspects = [worker for worker in figures.workers if _fails_often(worker, figures)]
    suspects.sort(key=lambda worker: (-worker.gpu.failed_jobs, worker.name))
    for worker in suspects[:3]:
        rest = total.jobs - worker.gpu.jobs, total.failed_jobs - worker.gpu.failed_jobs
        yield say(
            "failures",
            worker=worker.name,
            failed=worker.gpu.failed_jobs,
            jobs=worker.gpu.jobs,
            share=_percent(worker.gpu.failed_jobs, worker.gpu.jobs),
            others=_percent(rest[1], rest[0]),
        )
    if len(suspects) > 3:
        yield say("more-failures", workers=listed([worker.name for worker in suspects[3:]]))


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
        about = {
            "most": most,
            "most-share": share_words(work[most]),
            "least": least,
            "least-share": share_words(work[least]),
        }
        yield say("extremes", workers=len(shares), **about)


def _busiest(figures: Figures) -> Iterator[str]:
    """The busiest hour of the week, or of the day where the period has no whole week."""
    if figures.work.active == 0 or figures.scope.period.days < 2:
        return
    if figures.scope.period.days >= 7:
        week = {
            say("hour-of-the-week", weekday=localized.weekday(weekday), hours=clock(hour)): work
            for (weekday, hour), work in figures.hours_of_week.items()
        }
        yield from _of_hours(week, "week", figures)
        yield from _uneven(figures)
    else:
        day = {clock(hour): work for hour, work in figures.hours_of_day.items()}
        yield from _of_hours(day, "day", figures)


def _uneven(figures: Figures) -> Iterator[str]:
    """How many hours of the week are full, and how many nearly empty."""
    cells = [work for work in figures.hours_of_week.values() if work.available]
    full = sum((w.active + w.other) * 100 >= w.available * _FULL for w in cells)
    empty = sum((w.active + w.other) * 100 < w.available * _EMPTY for w in cells)
    if full and empty:
        about = {
            "full-share": localized.share(str(_FULL)),
            "empty-share": localized.share(str(_EMPTY)),
        }
        yield say("uneven", full=full, empty=empty, hours=len(cells), **about)


def clock(hour: int) -> str:
    """For instance "09:00–10:00"."""
    return f"{hour:02}:00–{(hour + 1) % 24:02}:00"


def _of_hours(
    hours: Mapping[str, WorkTime], of: Literal["week", "day"], figures: Figures
) -> Iterator[str]:
    shares = {
        name: Fraction(work.active, work.available)
        for name, work in hours.items()
        if work.available
    }
    most, least = _only_most(shares), _only_least(shares)
    if most is None:
        return
    about = {
        "most": most,
        "most-share": share_words(hours[most]),
        "least": least or "",
        "least-share": share_words(hours[least]) if least else "",
    }
    narrowed = select(figures.scope.filters.narrowed)
    yield say("busiest", of=of, narrowed=narrowed, quietest=select(least), **about)


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
        yield say("standstill", begin=moment(found[0], zone), end=moment(found[1], zone))


def notes(figures: Figures) -> Iterator[str]:
    """How things were counted, and what was left out."""
    zone = figures.scope.period.timezone
    yield say("note-gpu-time", zone=zone)
    yield say("note-active")
    if figures.scope.filters.note:
        yield say("note-narrowed", filters=figures.scope.filters.note)
    yield from running_notes(figures.scope.progress)
    yield from late_change_notes(figures.compared_at, zone)
    if figures.running:
        yield say("note-running", count=figures.running)
    if figures.cancelled:
        yield say("note-cancelled", count=figures.cancelled)
    yield from _doubts(figures)
    if figures.total.jobs or figures.work.available:
        yield from chart_notes(figures.scope, "bar")


def _doubts(figures: Figures) -> Iterator[str]:
    """What the source's rows make doubtful."""
    zone = figures.scope.period.timezone
    if figures.first_finish is None:
        yield from reach_notes(figures.scope.progress, None, "finished-job")
    elif not _covered(figures):
        yield say("note-first-finish", at=moment(figures.first_finish, zone))
    if wrong := [worker.name for worker in figures.workers if worker.work.idle < 0]:
        yield say("note-too-much-work", workers=listed(wrong))
