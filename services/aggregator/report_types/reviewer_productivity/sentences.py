"""What the figures of `reviewer_productivity` come to, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from services.aggregator.report_types.reviewer_productivity.figures import (
    BEFORE,
    NOW,
    TOGETHER,
    Figures,
    Measures,
    Waiting,
)
from services.aggregator.scope.dimensions import ENOUGH
from services.aggregator.scope.filters import nothing_left, unknown
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.rounding import percentage, quotient
from services.aggregator.wording.comparisons import against
from services.aggregator.wording.days import days_before, whole_before
from services.aggregator.wording.grammar import sentence, was
from services.aggregator.wording.notes import not_covered
from services.aggregator.wording.numbers import counted, lasting, percent

LEAST_TO_COMPARE = 10
"""Reviews: fewer say little about a team."""


def summary(figures: Figures) -> Iterator[str]:
    """The sentences, the most important first."""
    if nothing := nothing_left(figures.filters):
        yield nothing
        return
    begun = figures.progress.stage is not Stage.NOT_BEGUN
    yield (
        _headline(figures)
        if begun
        else "The period has not begun, so no review has been decided in it."
    )
    if names := unknown(figures.filters):
        yield names
    if not begun:
        return
    now = figures.shown(NOW)
    before = figures.shown(BEFORE) if _covered(figures) else None
    if before is not None and before.reviews < ENOUGH:
        before = None  # A handful is chance.
    if now is not None:
        yield _times(now, before)
        yield from _slowest(figures)
        if before is not None:
            yield from _movement(figures)
        yield _rejections(now, before)
    elif figures.of(NOW).reviews:
        yield "One person decided them alone, so nothing more is told of them."
    yield from _backlog(figures)


def _covered(figures: Figures) -> bool:
    return figures.progress.covered_before(figures.first_decision)


def _headline(figures: Figures) -> str:
    now, before = figures.of(NOW), figures.of(BEFORE).reviews
    days = figures.progress.period.days
    where = days_before(days)
    running = figures.progress.stage is Stage.RUNNING
    if now.reviews == 0:
        after = f"after {before:,}" if before else "and none"
        verb, which = ("have been", "so far") if running else ("were", "in this period")
        if not _covered(figures):
            return f"No reviews {verb} decided {which}{not_covered(figures.progress)}."
        return f"No reviews {verb} decided {which}, {after} {where}."
    perfect = "has been" if now.reviews == 1 else "have been"
    verb = perfect if running else was(now.reviews)
    teams = sum(team != TOGETHER and figures.of(NOW, team).reviews > 0 for team in figures.teams)
    who = f"{'1 person' if now.people == 1 else f'{now.people:,} people'} in "
    who += counted(teams + figures.teams_together, "team")
    opening = f"{sentence(counted(now.reviews, 'review'))} {verb} decided by {who}"
    if not _covered(figures):
        return f"{opening}{' so far' if running else ''}{not_covered(figures.progress)}."
    if running:
        whole = whole_before(days)
        return f"{opening} so far; {whole} had {f'{before:,}' if before else 'none'}."
    return f"{opening}, {against(now.reviews, before)} {where}."


def _times(now: Measures, before: Measures | None) -> str:
    assert now.median is not None
    assert now.ninetieth is not None
    told = f"Half were decided within {lasting(now.median)} of the request, nine in ten within "
    told += lasting(now.ninetieth)
    if before is None or before.median is None or before.ninetieth is None:
        return f"{told}."
    return (
        f"{told}; in the period before, {lasting(before.median)} and {lasting(before.ninetieth)}."
    )


def _slowest(figures: Figures) -> Iterator[str]:
    """The team where reviews take longest, if it is plainly slower than another one."""
    medians = _medians(figures, NOW)
    if len(medians) < 2:
        return
    ranked = sorted(medians, key=lambda team: (medians[team], team))
    fastest, slowest = ranked[0], ranked[-1]
    # Half as long again: less is no bottleneck.
    if not medians[fastest] or 2 * medians[slowest] < 3 * medians[fastest]:
        return
    times = quotient(medians[slowest], medians[fastest], 1)
    yield (
        f"The slowest team is {slowest}: its median of {lasting(medians[slowest])} is {times:,} "
        f"times that of {fastest}, the fastest ({lasting(medians[fastest])})."
    )
    yield from _held_up(figures, slowest)


def _held_up(figures: Figures, team: str) -> Iterator[str]:
    """That it has more of what waits than of what was decided, where that is so."""
    here, waiting = figures.waiting.get(team, Waiting()).at_end, figures.waiting_in_all.at_end
    mine, decided = figures.of(NOW, team).reviews, figures.of(NOW).reviews
    stuck, done = percentage(here, waiting), percentage(mine, decided)
    if waiting < LEAST_TO_COMPARE or stuck is None or done is None or stuck < done + 10:
        return
    yield f"It decided {percent(done)} of the reviews and has {percent(stuck)} of those that wait."


def _medians(figures: Figures, when: str) -> dict[str, int]:
    """By team, of those with enough reviews to speak of."""
    found = {team: figures.shown(when, team) for team in figures.teams if team != TOGETHER}
    return {
        team: measures.median
        for team, measures in found.items()
        if measures is not None
        and measures.median is not None
        and measures.reviews >= LEAST_TO_COMPARE
    }


def _movement(figures: Figures) -> Iterator[str]:
    """The team whose median moved most against the period before, by a tenth at least."""
    now, before = _medians(figures, NOW), _medians(figures, BEFORE)
    moved = {
        team: Fraction(abs(now[team] - before[team]), before[team])
        for team in now
        if before.get(team)
    }
    most = max(moved.values(), default=Fraction(0))
    movers = [team for team in moved if moved[team] == most]
    if len(moved) < 2 or len(movers) > 1 or most < Fraction(1, 10):
        return
    (mover,) = movers
    verb = "rose" if now[mover] > before[mover] else "fell"
    yield (
        f"The largest movement was {mover}, whose median {verb} from {lasting(before[mover])} "
        f"to {lasting(now[mover])}."
    )


def _rejections(now: Measures, before: Measures | None) -> str:
    share = percentage(now.rejected, now.reviews)
    assert share is not None
    told = f"None of {counted(now.reviews, 'review')} was rejected"
    if now.rejected:
        told = f"{now.rejected:,} of {counted(now.reviews, 'review')} ({percent(share)}) "
        told += f"{was(now.rejected)} rejected"
    share_before = None if before is None else percentage(before.rejected, before.reviews)
    if share_before is None:
        return f"{told}."
    return f"{told}, after {percent(share_before)} in the period before."


def _backlog(figures: Figures) -> Iterator[str]:
    """What was still waiting, and for how long."""
    waiting = figures.waiting_in_all
    if not waiting.at_end:
        return
    one = waiting.at_end == 1
    opening = sentence(counted(waiting.at_end, "review"))
    running = figures.progress.stage is Stage.RUNNING
    if running:
        told = f"{opening} {'is' if one else 'are'} waiting for a decision"
    else:
        told = f"{opening} {'was' if one else 'were'} waiting when the period ended"
    if waiting.at_beginning:
        told += f", after {waiting.at_beginning:,} when {'the period' if running else 'it'} began"
    waited = figures.waited(waiting)
    assert waited is not None
    verb = "has" if running else "had"
    yield f"{told}; the oldest {verb} waited for {lasting(waited)}."
