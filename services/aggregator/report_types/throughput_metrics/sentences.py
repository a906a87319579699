"""What a throughput report says in words: its summary and its notes, from the figures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from services.aggregator.report_types.throughput_metrics.figures import Figures, UnderWay
from services.aggregator.report_types.throughput_metrics.messages import say
from services.aggregator.scope.dimensions import ENOUGH, Dimension
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.durations import Spread, days
from services.aggregator.statistics.rounding import rounded
from services.aggregator.wording.comparisons import moved
from services.aggregator.wording.notes import chart_notes, reach_notes, running_notes
from services.aggregator.wording.numbers import decimal
from shared.messages import select
from shared.plain_words import plain_words

ENOUGH_FOR_P90 = 10
"""Of fewer, the 90th percentile is little else than the slowest one."""


def summary(figures: Figures) -> Iterator[str]:
    """The most important first."""
    scope = figures.scope
    if nothing := scope.filters.nothing_left:
        yield nothing
        return
    begun = scope.stage is not Stage.NOT_BEGUN
    if begun:
        yield _headline(figures)
    else:
        yield say("headline-not-begun")
    if unknown := scope.filters.unknown:
        yield unknown
    if not begun:
        return
    if figures.now is not None:
        yield from _p90(figures, figures.now)
        if scope.stage is Stage.ENDED and covered_before(figures):
            yield from _movement(figures)
        yield from _contrast(figures)
        yield from _slowest(figures, figures.now)
    if figures.under_way is not None:
        yield from _under_way(figures, figures.under_way)


def covered_before(figures: Figures) -> bool:
    """Whether the data cover the whole period before."""
    return figures.scope.progress.covered_before(figures.first_delivery)


def _days(milliseconds: Fraction | int) -> str:
    """With one decimal place."""
    return decimal(days(milliseconds))


def _headline(figures: Figures) -> str:
    now, before, scope = figures.now, figures.before, figures.scope
    running, covered = scope.stage is Stage.RUNNING, covered_before(figures)
    about: dict[str, str | int] = {"days": scope.period.days, "running": select(running)}
    if before is not None:
        about["before"] = _days(before.median)
    if now is None:
        compared = before is not None and covered
        return say("headline-none-before" if compared else "headline-none", **about)
    about |= {"count": now.count, "median": _days(now.median)}
    if not covered:
        return say("headline-not-covered", **about)
    if before is None:
        return say("headline-none-to-compare", **about)
    if running or min(now.count, before.count) < ENOUGH:
        return say("headline-beside", **about)
    return say("headline-ended", moved=moved(now.median, before.median, "length"), **about)


def _p90(figures: Figures, now: Spread) -> Iterator[str]:
    if now.count < ENOUGH_FOR_P90:
        return
    before = figures.before if covered_before(figures) else None
    about = {"p90": _days(now.p90)}
    if before and before.count >= ENOUGH_FOR_P90:
        days_ = figures.scope.period.days
        yield say("p90-compared", before=_days(before.p90), days=days_, **about)
    else:
        yield say("p90", **about)


def _movement(figures: Figures) -> Iterator[str]:
    """The project whose median moved most, where one did."""
    now = figures.now_by.get(Dimension.PROJECT, {})
    before = figures.before_by.get(Dimension.PROJECT, {})
    changes = {
        name: now[name].median - before[name].median
        for name in now.keys() & before.keys()
        if min(now[name].count, before[name].count) >= ENOUGH
    }
    most = max((abs(change) for change in changes.values()), default=0)
    movers = [name for name, change in changes.items() if most and abs(change) == most]
    if len(changes) > 1 and len(movers) == 1:
        (mover,) = movers
        if days(before[mover].median) == days(now[mover].median):
            return
        yield say(
            "largest-movement",
            project=mover,
            moved="up" if changes[mover] > 0 else "down",
            before=_days(before[mover].median),
            now=_days(now[mover].median),
        )


def _contrast(figures: Figures) -> Iterator[str]:
    """The slowest scene type beside the fastest."""
    enough = {
        name: spread.median
        for name, spread in figures.now_by.get(Dimension.SCENE_TYPE, {}).items()
        if spread.count >= ENOUGH
    }
    ranked = sorted(enough, key=lambda name: (-enough[name], name))
    if len(ranked) < 2 or enough[ranked[0]] == enough[ranked[1]]:
        return
    slowest, fastest = ranked[0], ranked[-1]
    if 10 * enough[slowest] < 11 * enough[fastest]:
        return  # "1.0 times that of" would be no contrast.
    about = {
        "slowest": plain_words(slowest),
        "fastest": plain_words(fastest),
        "days": _days(enough[slowest]),
    }
    if enough[fastest]:
        times = decimal(rounded(enough[slowest] / enough[fastest], 1))
        yield say("contrast", times=times, **about)
    else:
        yield say("contrast-with-none", **about)


def _slowest(figures: Figures, now: Spread) -> Iterator[str]:
    """The slowest delivery, where it stands out."""
    if now.count < ENOUGH or not figures.slowest:
        return
    slowest = figures.slowest[0]
    if now.median and slowest.milliseconds >= 2 * now.median:
        yield say(
            "slowest",
            character=slowest.name,
            project=slowest.project,
            days=_days(slowest.milliseconds),
            times=decimal(rounded(slowest.milliseconds / now.median, 1)),
        )


def _under_way(figures: Figures, found: UnderWay) -> Iterator[str]:
    running = select(figures.scope.stage is Stage.RUNNING)
    count, age = found.ages.count, _days(found.ages.median)
    yield say("under-way", count=count, running=running, age=age)
    if not found.overdue or not figures.now or figures.now.count < ENOUGH_FOR_P90:
        return
    oldest = figures.oldest[0]
    yield say(
        "overdue-one" if found.overdue == 1 else "overdue",
        overdue=found.overdue,
        running=running,
        character=oldest.name,
        project=oldest.project,
        age=_days(oldest.milliseconds),
    )


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and what may mislead."""
    scope = figures.scope
    yield say("note-turnaround", zone=scope.period.timezone)
    yield say("note-quantiles")
    if note := scope.filters.note:
        yield note
    yield from running_notes(scope.progress)
    if figures.under_way is not None:
        yield say("note-under-way", count=figures.under_way.ages.count)
    yield from reach_notes(scope.progress, figures.first_delivery)
    if figures.now is None:
        return
    yield say("note-enough", enough=ENOUGH)
    yield from chart_notes(scope, "point")
    empty = scope.buckets_begun - len(figures.over_time)
    if empty:
        yield say("note-gaps", count=empty, grain=scope.grain)
