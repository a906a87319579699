"""What a delivery summary says in words: its summary and its notes, from the figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from services.aggregator.report_types.delivery_summary.figures import Figures, YearBefore
from services.aggregator.report_types.delivery_summary.messages import say
from services.aggregator.report_types.delivery_summary.year_before import year_before
from services.aggregator.scope.dimensions import ENOUGH
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.rounding import percentage
from services.aggregator.wording.comparisons import against
from services.aggregator.wording.moments import moment
from services.aggregator.wording.notes import (
    chart_notes,
    reach_notes,
    running_notes,
    shares_notes,
)
from services.aggregator.wording.numbers import percent
from shared import localized
from shared.localized import listed
from shared.messages import select

LEAST_LOST = 3
"""Where so many are expected, none comes by chance once in twenty times (Poisson)."""


def summary(figures: Figures) -> Iterator[str]:
    """The most important first."""
    filters, stage = figures.scope.filters, figures.scope.stage
    if nothing := filters.nothing_left:
        yield nothing
        return
    begun = stage is not Stage.NOT_BEGUN
    if begun:
        yield _headline(figures)
    else:
        yield say("headline-not-begun")
    if filters.unknown:
        yield filters.unknown
    if not begun:
        return
    if figures.year_before is not None:
        yield _a_year_before(figures, figures.year_before)
    if stage is Stage.ENDED and _covered(figures):
        yield from _movements(figures)
    yield from _concentration(figures)
    yield from _in_production(figures)


def _covered(figures: Figures) -> bool:
    return figures.scope.progress.covered_before(figures.first_delivery)


def _headline(figures: Figures) -> str:
    total, previous = figures.total, figures.previous_total
    running, covered = figures.scope.stage is Stage.RUNNING, _covered(figures)
    ranked = list(figures.by_project)
    about: dict[str, str | int] = {
        "characters": total,
        "number": previous,
        "days": figures.scope.period.days,
        "running": select(running),
    }
    if total == 0:
        return say("headline-none" if covered else "headline-none-not-covered", **about)
    about |= {"projects": len(ranked), "project": ranked[0]}
    if not covered:
        return say("headline-not-covered", **about)
    if running:
        return say("headline-running", **about)
    return say("headline-ended", against=against(total, previous), **about)


def _a_year_before(figures: Figures, earlier: YearBefore) -> str:
    total, count = figures.total, earlier.total
    days = localized.day_range(earlier.period.first_day, earlier.period.last_day)
    if figures.scope.stage is Stage.RUNNING:
        return say("year-before-running", days=days, number=count)
    if not count or not total:
        return say("year-before", days=days, number=count)
    return say("year-before-against", days=days, number=count, against=against(total, count))


def _movements(figures: Figures) -> Iterator[str]:
    """The project that moved most, where one did, and those that fell silent."""
    if figures.previous_total == 0:
        return  # Everything rose from nothing, and the headline says so.
    changes = {
        name: figures.by_project.get(name, 0) - figures.previous.get(name, 0)
        for name in figures.projects
        if name in figures.by_project or name in figures.previous
    }
    most = max((abs(change) for change in changes.values()), default=0)
    movers = [name for name, change in changes.items() if most and abs(change) == most]
    mover = movers[0] if len(changes) > 1 and len(movers) == 1 else None
    if mover and max(figures.by_project.get(mover, 0), figures.previous.get(mover, 0)) < ENOUGH:
        mover = None  # A handful more or less is chance.
    if mover is not None:
        now, before = figures.by_project.get(mover, 0), figures.previous.get(mover, 0)
        moved = "up" if now > before else "down"
        yield say("largest-movement", project=mover, moved=moved, before=before, now=now)
    silent = sorted(name for name in figures.previous if name not in figures.by_project)
    rest = [name for name in silent if name != mover]
    lost = sum(figures.previous[name] for name in rest)
    if figures.total and lost >= LEAST_LOST:
        yield say(
            "silent",
            projects=listed(rest),
            count=len(rest),
            lost=lost,
            also=select(mover in silent),
        )


def _concentration(figures: Figures) -> Iterator[str]:
    """Where and when most of it was delivered."""
    total = figures.total
    if len(figures.by_project) > 1:
        leader, second = figures.projects[:2]
        most = figures.by_project[leader]
        if most * 2 >= total and most > figures.by_project.get(second, 0):
            share = percentage(most, total) or Decimal(0)
            yield say("concentration", project=leader, share=percent(share))
    peak = max(figures.by_bucket.values())
    busiest = [bucket for bucket in figures.scope.buckets if figures.by_bucket[bucket.key] == peak]
    if len(figures.scope.buckets) > 1 and len(busiest) == 1 and 1 < peak < total:
        share = percentage(peak, total) or Decimal(0)
        yield say(
            "busiest",
            grain=figures.scope.grain,
            bucket=busiest[0].words,
            count=peak,
            share=percent(share),
        )


def _in_production(figures: Figures) -> Iterator[str]:
    if figures.in_production:
        running = figures.scope.stage is Stage.RUNNING
        name = "in-production-now" if running else "in-production-then"
        yield say(name, count=figures.in_production)


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and what may mislead."""
    scope, zone = figures.scope, figures.scope.period.timezone
    yield say("note-counting", zone=zone)
    if note := scope.filters.note:
        yield note
    yield from running_notes(scope.progress)
    if scope.stage is Stage.RUNNING and scope.progress.days_begun < scope.period.days:
        yield say("note-per-day", begun=scope.progress.days_begun, count=scope.period.days)
    if figures.in_production:
        yield say("note-in-production", count=figures.in_production)
    yield from reach_notes(scope.progress, figures.first_delivery)
    yield from _year_notes(figures)
    shares = (percentage(count, figures.total) for count in figures.by_project.values())
    yield from shares_notes([share for share in shares if share is not None])
    if figures.total:
        yield from chart_notes(scope, "bar")


def _year_notes(figures: Figures) -> Iterator[str]:
    """Which days the year before is; or why it is left out, where no other note says so."""
    scope, first = figures.scope, figures.first_delivery
    if figures.year_before is not None:
        earlier = figures.year_before.period
        days = localized.day_range(earlier.first_day, earlier.last_day)
        yield say("note-year-before", days=days)
        return
    reached = scope.progress.covered_before(first)
    missing = year_before(scope.period)
    if reached and missing is not None and first is not None and first > missing.starts_at:
        yield say("note-no-year-before", at=moment(first, scope.period.timezone))
