"""What a cost report says in words: its summary and its notes, from the figures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from services.aggregator.report_types.cost_per_character.figures import Cost, Figures
from services.aggregator.report_types.cost_per_character.messages import say
from services.aggregator.scope.dimensions import ENOUGH, Dimension
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.durations import hours
from services.aggregator.statistics.rounding import rounded
from services.aggregator.wording.comparisons import moved
from services.aggregator.wording.moments import moment
from services.aggregator.wording.notes import (
    chart_notes,
    late_change_notes,
    reach_notes,
    running_notes,
)
from services.aggregator.wording.numbers import decimal, percent
from shared import localized
from shared.localized import listed
from shared.messages import select
from shared.plain_words import plain_words

STANDS_OUT = 3
"""A character this many times as dear as the mean is named."""


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
    if not begun or figures.now is None:
        return
    yield from _money(figures, figures.now)
    yield from _contrast(figures)
    if scope.stage is Stage.ENDED and figures.comparable and _covered(figures):
        yield from _mix(figures)
        yield from _movement(figures)
    yield from _repeated(figures, figures.now)
    yield from _dearest(figures, figures.now)


def _covered(figures: Figures) -> bool:
    return figures.scope.progress.covered_before(figures.first_delivery)


def _hours(milliseconds: Fraction | int) -> str:
    """With one decimal place."""
    return localized.number(f"{hours(milliseconds):,}")


def _headline(figures: Figures) -> str:
    now, before, scope = figures.now, figures.before, figures.scope
    running, covered = scope.stage is Stage.RUNNING, _covered(figures)
    about: dict[str, str | int] = {"days": scope.period.days, "running": select(running)}
    if before is not None:
        about["before"] = _hours(before.mean_gpu)
    if now is None:
        compared = before is not None and covered
        return say("headline-none-before" if compared else "headline-none", **about)
    about |= {"count": now.count, "gpu": _hours(now.mean_gpu)}
    if not covered:
        return say("headline-not-covered", **about)
    if before is None:
        return say("headline-none-to-compare", **about)
    if not figures.comparable:
        return say("headline-not-comparable", **about)
    if running or min(now.count, before.count) < ENOUGH:
        return say("headline-beside", **about)
    change = moved(now.mean_gpu, before.mean_gpu, "amount")
    return say(
        "headline-ended" if before.mean_gpu else "headline-from-nothing", moved=change, **about
    )


def _money(figures: Figures, now: Cost) -> Iterator[str]:
    if (rate := figures.rate) is None:
        return
    each, all_of_it = (
        localized.number(f"{rounded(rate.of(gpu), 2):,}") for gpu in (now.mean_gpu, now.gpu)
    )
    name = "money-of-one" if now.count == 1 else "money"
    yield say(name, rate=rate.words, each=each, all=all_of_it, currency=rate.currency)


def _contrast(figures: Figures) -> Iterator[str]:
    """The dearest scene type beside the cheapest."""
    enough = {
        name: cost.mean_gpu
        for name, cost in figures.now_by.get(Dimension.SCENE_TYPE, {}).items()
        if cost.count >= ENOUGH
    }
    ranked = sorted(enough, key=lambda name: (-enough[name], name))
    if len(ranked) < 2 or enough[ranked[0]] == enough[ranked[1]]:
        return
    dearest, cheapest = ranked[0], ranked[-1]
    if 10 * enough[dearest] < 11 * enough[cheapest]:
        return  # "1.0 times those of" would be no contrast.
    about = {
        "dearest": plain_words(dearest),
        "cheapest": plain_words(cheapest),
        "hours": _hours(enough[dearest]),
    }
    if enough[cheapest]:
        times = decimal(rounded(enough[dearest] / enough[cheapest], 1))
        yield say("contrast", times=times, **about)
    else:
        yield say("contrast-with-none", **about)


def _mix(figures: Figures) -> Iterator[str]:
    """Whether the mean moved because dearer scene types were ordered, or made dearer."""
    as_before = mean_at_earlier_mix(figures)
    if as_before is None or figures.now is None or figures.before is None:
        return
    before = figures.before.mean_gpu
    if hours(as_before) == hours(figures.now.mean_gpu) or not before:
        return  # The mix made no difference that one could read.
    change = moved(as_before, before, "amount")
    yield say("earlier-mix", hours=_hours(as_before), moved=change)


def mean_at_earlier_mix(figures: Figures) -> Fraction | None:
    """Milliseconds per character with this period's means and the earlier period's scene types.

    None where a scene type of the earlier period has too few characters now to stand for it.
    """
    now = figures.now_by.get(Dimension.SCENE_TYPE, {})
    before = figures.before_by.get(Dimension.SCENE_TYPE, {})
    if any(name not in now or now[name].count < ENOUGH for name in before):
        return None
    characters = sum(cost.count for cost in before.values())
    if not characters:
        return None
    return sum((now[name].mean_gpu * cost.count for name, cost in before.items()), Fraction(0)) / (
        characters
    )


def _movement(figures: Figures) -> Iterator[str]:
    """The scene type that moved most, where one did."""
    now = figures.now_by.get(Dimension.SCENE_TYPE, {})
    before = figures.before_by.get(Dimension.SCENE_TYPE, {})
    changes = {
        name: now[name].mean_gpu - before[name].mean_gpu
        for name in now.keys() & before.keys()
        if min(now[name].count, before[name].count) >= ENOUGH
    }
    most = max((abs(change) for change in changes.values()), default=0)
    movers = [name for name, change in changes.items() if most and abs(change) == most]
    if len(changes) > 1 and len(movers) == 1:
        (mover,) = movers
        if hours(before[mover].mean_gpu) == hours(now[mover].mean_gpu):
            return
        yield say(
            "largest-movement",
            type=plain_words(mover),
            moved="up" if changes[mover] > 0 else "down",
            before=_hours(before[mover].mean_gpu),
            now=_hours(now[mover].mean_gpu),
        )


def _repeated(figures: Figures, now: Cost) -> Iterator[str]:
    share = now.repeated_percent
    if not share:
        return
    before = (
        figures.before.repeated_percent
        if figures.before and figures.comparable and _covered(figures)
        else None
    )
    if before is None:
        yield say("repeated", share=_percent(share))
    else:
        days = figures.scope.period.days
        yield say("repeated-compared", share=_percent(share), before=_percent(before), days=days)


def _percent(value: Fraction) -> str:
    return percent(rounded(value, 1))


def _dearest(figures: Figures, now: Cost) -> Iterator[str]:
    """The dearest character, where it stands out."""
    if now.count < ENOUGH or not figures.dearest:
        return
    dearest = figures.dearest[0]
    if now.gpu and dearest.gpu >= STANDS_OUT * now.mean_gpu:
        yield say(
            "dearest",
            character=dearest.name,
            project=dearest.project,
            hours=_hours(dearest.gpu),
            times=decimal(rounded(dearest.gpu / now.mean_gpu, 1)),
        )


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and what may mislead."""
    scope, now, zone = figures.scope, figures.now, figures.scope.period.timezone
    yield say("note-counting", zone=zone)
    yield say("note-wall-clock")
    yield say("note-not-counted")
    if figures.rate is not None:
        yield say("note-money", rate=figures.rate.words)
    if note := scope.filters.note:
        yield note
    yield from running_notes(scope.progress)
    yield from late_change_notes(figures.compared_at, zone)
    yield from _gaps(figures)
    yield from reach_notes(scope.progress, figures.first_delivery)
    if now is None:
        return
    yield say("note-enough", enough=ENOUGH)
    yield from chart_notes(scope, "point")


def _gaps(figures: Figures) -> Iterator[str]:
    """Where the source does not have all of a character's jobs."""
    parts = [
        say(name, cut=cost.cut_short, count=cost.count)
        for cost, name in ((figures.now, "cut-short-now"), (figures.before, "cut-short-before"))
        if cost is not None and cost.cut_short
    ]
    if parts and figures.first_job is not None:
        first = moment(figures.first_job, figures.scope.period.timezone)
        yield say("note-cut-short", first=first, cut=listed(parts))
    if (now := figures.now) is not None and now.without_jobs:
        yield say("note-without-jobs", count=now.without_jobs)
