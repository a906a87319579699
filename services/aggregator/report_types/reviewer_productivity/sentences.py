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
from services.aggregator.report_types.reviewer_productivity.messages import say
from services.aggregator.scope.dimensions import ENOUGH
from services.aggregator.scope.filters import nothing_left, unknown
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.rounding import percentage, quotient
from services.aggregator.wording.comparisons import against
from services.aggregator.wording.numbers import lasting, percent
from shared import localized
from shared.messages import select

LEAST_TO_COMPARE = 10
"""Reviews: fewer say little about a team."""


def summary(figures: Figures) -> Iterator[str]:
    """The sentences, the most important first."""
    if nothing := nothing_left(figures.filters):
        yield nothing
        return
    begun = figures.progress.stage is not Stage.NOT_BEGUN
    yield _headline(figures) if begun else say("headline-not-begun")
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
        yield say("one-person")
    yield from _backlog(figures)


def _covered(figures: Figures) -> bool:
    return figures.progress.covered_before(figures.first_decision)


def _headline(figures: Figures) -> str:
    now, before = figures.of(NOW), figures.of(BEFORE).reviews
    running, covered = figures.progress.stage is Stage.RUNNING, _covered(figures)
    about: dict[str, str | int] = {
        "number": before,
        "days": figures.progress.period.days,
        "running": select(running),
    }
    if now.reviews == 0:
        return say("headline-none" if covered else "headline-none-not-covered", **about)
    teams = sum(team != TOGETHER and figures.of(NOW, team).reviews > 0 for team in figures.teams)
    teams += figures.teams_together
    about |= {"reviews": now.reviews, "people": now.people, "teams": teams}
    if not covered:
        return say("headline-not-covered", **about)
    if running:
        return say("headline-running", **about)
    return say("headline-ended", against=against(now.reviews, before), **about)


def _times(now: Measures, before: Measures | None) -> str:
    assert now.median is not None
    assert now.ninetieth is not None
    about = {"median": lasting(now.median), "ninetieth": lasting(now.ninetieth)}
    if before is None or before.median is None or before.ninetieth is None:
        return say("times", **about)
    earlier = {
        "median-before": lasting(before.median),
        "ninetieth-before": lasting(before.ninetieth),
    }
    return say("times-compared", **about, **earlier)


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
    yield say(
        "slowest",
        slowest=slowest,
        slow=lasting(medians[slowest]),
        times=localized.number(f"{times:,}"),
        fastest=fastest,
        fast=lasting(medians[fastest]),
    )
    yield from _held_up(figures, slowest)


def _held_up(figures: Figures, team: str) -> Iterator[str]:
    """That it has more of what waits than of what was decided, where that is so."""
    here, waiting = figures.waiting.get(team, Waiting()).at_end, figures.waiting_in_all.at_end
    mine, decided = figures.of(NOW, team).reviews, figures.of(NOW).reviews
    stuck, done = percentage(here, waiting), percentage(mine, decided)
    if waiting < LEAST_TO_COMPARE or stuck is None or done is None or stuck < done + 10:
        return
    yield say("held-up", decided=percent(done), waiting=percent(stuck))


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
    yield say(
        "largest-movement",
        team=mover,
        moved="up" if now[mover] > before[mover] else "down",
        before=lasting(before[mover]),
        now=lasting(now[mover]),
    )


def _rejections(now: Measures, before: Measures | None) -> str:
    share = percentage(now.rejected, now.reviews)
    assert share is not None
    about: dict[str, str | int] = {
        "rejected": now.rejected,
        "reviews": now.reviews,
        "share": percent(share),
    }
    share_before = None if before is None else percentage(before.rejected, before.reviews)
    if share_before is None:
        return say("rejections", **about)
    return say("rejections-compared", before=percent(share_before), **about)


def _backlog(figures: Figures) -> Iterator[str]:
    """What was still waiting, and for how long."""
    waiting = figures.waiting_in_all
    if not waiting.at_end:
        return
    waited = figures.waited(waiting)
    assert waited is not None
    yield say(
        "waiting-now" if figures.progress.stage is Stage.RUNNING else "waiting-then",
        count=waiting.at_end,
        earlier=waiting.at_beginning,
        waited=lasting(waited),
    )
