"""What a cost report says in words: its summary and its notes, from the figures."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from services.aggregator.report_types.cost_per_character.figures import Cost, Figures
from services.aggregator.scope.dimensions import ENOUGH, Dimension
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.durations import hours
from services.aggregator.statistics.rounding import rounded
from services.aggregator.wording.comparisons import moved
from services.aggregator.wording.days import moment
from services.aggregator.wording.grammar import was
from services.aggregator.wording.notes import (
    chart_notes,
    half_covered,
    late_change_notes,
    reach_notes,
    running_notes,
)
from services.aggregator.wording.numbers import counted, percent
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
        yield "The period has not begun, so nothing has been delivered in it."
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


def _headline(figures: Figures) -> str:
    now, before, scope = figures.now, figures.before, figures.scope
    running = scope.stage is Stage.RUNNING
    if now is None:
        opening = f"No characters {'have been' if running else 'were'} delivered"
        opening += " so far" if running else " in this period"
        opening += ", so there is no cost of one to report"
        if before is None or not _covered(figures):
            return f"{opening}."
        return f"{opening}; {scope.days_before} it was {hours(before.mean_gpu)} GPU hours."
    so_far = " so far" if running else ""
    gpu = f"{hours(now.mean_gpu):,} GPU hours"
    opening = (
        f"The only character delivered{so_far} took {gpu}"
        if now.count == 1
        else f"The {now.count:,} characters delivered{so_far} took {gpu} each on average"
    )
    if not _covered(figures):
        return f"{opening}{half_covered(scope.progress)}."
    if before is None:
        return f"{opening}; nothing was delivered {scope.days_before} to compare with."
    if not figures.comparable:
        return f"{opening}; the source lacks too many earlier jobs for a comparison."
    if running or min(now.count, before.count) < ENOUGH:
        return f"{opening}; {scope.days_before} it was {hours(before.mean_gpu):,}."
    change = moved(now.mean_gpu, before.mean_gpu, more="more", less="less", same="as much as")
    earlier = f" ({hours(before.mean_gpu):,})" if before.mean_gpu else ""
    return f"{opening}, {change} {scope.days_before}{earlier}."


def _money(figures: Figures, now: Cost) -> Iterator[str]:
    if (rate := figures.rate) is None:
        return
    each, all_of_it = rounded(rate.of(now.mean_gpu), 2), rounded(rate.of(now.gpu), 2)
    alone = now.count == 1
    yield (
        f"At {rate.words} that is {each:,} {rate.currency}"
        f"{'' if alone else f' each and {all_of_it:,} {rate.currency} in all'}."
    )


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
    beside = (
        f"{rounded(enough[dearest] / enough[cheapest], 1)} times those of"
        if enough[cheapest]
        else "beside none of"
    )
    yield (
        f"The dearest scene type was {plain_words(dearest)} with {hours(enough[dearest]):,} GPU "
        f"hours per character, {beside} {plain_words(cheapest)}, the cheapest."
    )


def _mix(figures: Figures) -> Iterator[str]:
    """Whether the mean moved because dearer scene types were ordered, or made dearer."""
    as_before = mean_at_earlier_mix(figures)
    if as_before is None or figures.now is None or figures.before is None:
        return
    before = figures.before.mean_gpu
    if hours(as_before) == hours(figures.now.mean_gpu) or not before:
        return  # The mix made no difference that one could read.
    change = moved(as_before, before, more="more", less="less", same="as much as")
    yield (
        "With the scene types in the proportions of the period before, it would have been "
        f"{hours(as_before):,} GPU hours, {change} then."
    )


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
        verb = "rose" if changes[mover] > 0 else "fell"
        yield (
            f"The largest movement of a scene type was {plain_words(mover)}, which {verb} from "
            f"{hours(before[mover].mean_gpu):,} to {hours(now[mover].mean_gpu):,} GPU hours per "
            "character."
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
    after = "" if before is None else f" ({_percent(before)} {figures.scope.days_before})"
    yield f"Repeated attempts took {_percent(share)} of the GPU time{after}."


def _percent(value: Fraction) -> str:
    return percent(rounded(value, 1))


def _dearest(figures: Figures, now: Cost) -> Iterator[str]:
    """The dearest character, where it stands out."""
    if now.count < ENOUGH or not figures.dearest:
        return
    dearest = figures.dearest[0]
    if now.gpu and dearest.gpu >= STANDS_OUT * now.mean_gpu:
        yield (
            f"The dearest character was {dearest.name} of {dearest.project} with "
            f"{hours(dearest.gpu):,} GPU hours, {rounded(dearest.gpu / now.mean_gpu, 1)} times "
            "the mean: it is worth a look."
        )


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and what may mislead."""
    scope, now, zone = figures.scope, figures.now, figures.scope.period.timezone
    yield (
        f"A character belongs to the day of its delivery by the clocks of {zone}; its GPU time is "
        "that of all of its jobs, whenever they ran, failed and repeated attempts included."
    )
    yield (
        "Wall-clock time on workers is from the start to the end of its jobs, transfer included, "
        "jobs beside each other counted each; wall-clock time to delivery is from its onboarding "
        "to its delivery."
    )
    yield (
        "Not counted: the time of characters that were not delivered in the period, of scenes "
        "without a character, and of jobs that had not finished by the as-of time."
    )
    if figures.rate is not None:
        yield f"Money is GPU time at {figures.rate.words}, rounded only where it is printed."
    if note := scope.filters.note:
        yield note
    yield from running_notes(scope.progress)
    yield from late_change_notes(figures.compared_at, zone)
    yield from _gaps(figures)
    yield from reach_notes(scope.progress, figures.first_delivery)
    if now is None:
        return
    yield (
        f"Sentences compare only what had at least {ENOUGH} deliveries; a mean of fewer moves with "
        "every single one."
    )
    yield from chart_notes(scope, "point")


def _gaps(figures: Figures) -> Iterator[str]:
    """Where the source does not have all of a character's jobs."""
    parts = []
    for cost, when in ((figures.now, "of this period"), (figures.before, "of the period before")):
        if cost is not None and cost.cut_short:
            parts.append(f"{cost.cut_short:,} of the {cost.count:,} {when}")
    if parts and figures.first_job is not None:
        first = moment(figures.first_job, figures.scope.period.timezone)
        yield (
            f"Too low: the source's first job is of {first}, and {' and '.join(parts)} were "
            "onboarded before it. What they had used by then is not known and not counted."
        )
    if (now := figures.now) is not None and now.without_jobs:
        yield (
            f"{counted(now.without_jobs, 'character')} without any finished job "
            f"{was(now.without_jobs)} delivered; they count, with no time."
        )
