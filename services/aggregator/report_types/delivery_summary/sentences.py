"""What a delivery summary says in words: its summary and its notes, from the figures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from services.aggregator.report_types.delivery_summary.figures import Figures, YearBefore
from services.aggregator.report_types.delivery_summary.year_before import year_before
from services.aggregator.scope.dimensions import ENOUGH
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.rounding import percentage
from services.aggregator.wording.comparisons import against
from services.aggregator.wording.days import moment, whole_before
from services.aggregator.wording.grammar import listed, sentence, was
from services.aggregator.wording.notes import (
    chart_notes,
    half_covered,
    reach_notes,
    running_notes,
    shares_notes,
)
from services.aggregator.wording.numbers import counted, percent

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
        yield "The period has not begun, so nothing has been delivered in it."
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
    total, previous, days = figures.total, figures.previous_total, figures.scope.period.days
    before = figures.scope.days_before
    running = figures.scope.stage is Stage.RUNNING
    if total == 0:
        opening = f"No characters {'have been' if running else 'were'} delivered"
        opening += " so far" if running else " in this period"
        if not _covered(figures):
            return f"{opening}{half_covered(figures.scope.progress)}."
        return f"{opening}, {_after(previous)} {before}."
    verb = ("has been" if total == 1 else "have been") if running else was(total)
    ranked = list(figures.by_project)
    where = f"for {ranked[0]}" if len(ranked) == 1 else f"across {len(ranked):,} projects"
    opening = f"{sentence(counted(total, 'character'))} {verb} delivered {where}"
    if not _covered(figures):
        so_far = " so far" if running else ""
        return f"{opening}{so_far}{half_covered(figures.scope.progress)}."
    if running:
        whole = whole_before(days)
        return f"{opening} so far; {whole} had {f'{previous:,}' if previous else 'none'}."
    return f"{opening}, {against(total, previous)} {before}."


def _after(count: int) -> str:
    return f"after {count:,}" if count else "and none"


def _a_year_before(figures: Figures, earlier: YearBefore) -> str:
    total, count = figures.total, earlier.total
    days = earlier.period.words
    if figures.scope.stage is Stage.RUNNING:
        return f"A year before, the whole of {days} had {f'{count:,}' if count else 'none'}."
    told = f"A year before, {days}, {f'{count:,}' if count else 'none'} {was(count)} delivered"
    if not count or not total:
        return f"{told}."
    return f"{told}: this period has {against(total, count)} that."


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
        verb = "rose" if now > before else "fell"
        yield f"The largest movement was {mover}, which {verb} from {before:,} to {now:,}."
    silent = sorted(name for name in figures.previous if name not in figures.by_project)
    rest = [name for name in silent if name != mover]
    lost = sum(figures.previous[name] for name in rest)
    if figures.total and lost >= LEAST_LOST:
        one = len(rest) == 1
        also = " also" if mover in silent else ""
        yield (
            f"{listed(rest)}{also} delivered nothing after {lost:,} in the period before"
            f"{'' if one else ', taken together'}: {'it is' if one else 'they are'} worth a look."
        )


def _concentration(figures: Figures) -> Iterator[str]:
    """Where and when most of it was delivered."""
    total = figures.total
    if len(figures.by_project) > 1:
        leader, second = figures.projects[:2]
        most = figures.by_project[leader]
        if most * 2 >= total and most > figures.by_project.get(second, 0):
            share = percentage(most, total) or Decimal(0)
            yield f"{leader} alone accounts for {percent(share)} of the deliveries."
    peak = max(figures.by_bucket.values())
    busiest = [bucket for bucket in figures.scope.buckets if figures.by_bucket[bucket.key] == peak]
    if len(figures.scope.buckets) > 1 and len(busiest) == 1 and 1 < peak < total:
        share = percentage(peak, total) or Decimal(0)
        yield (
            f"The busiest {figures.scope.grain} was {busiest[0].words} with "
            f"{counted(peak, 'character')}, {percent(share)} of the total."
        )


def _in_production(figures: Figures) -> Iterator[str]:
    if figures.in_production == 0:
        return
    characters = sentence(counted(figures.in_production, "character"))
    one = figures.in_production == 1
    if figures.scope.stage is Stage.RUNNING:
        yield f"{characters} {'is' if one else 'are'} still in production."
    else:
        yield f"{characters} {'was' if one else 'were'} still in production when the period ended."


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and what may mislead."""
    scope, zone = figures.scope, figures.scope.period.timezone
    yield f"A character counts once, on the day of its delivery by the clocks of {zone}."
    if note := scope.filters.note:
        yield note
    yield from running_notes(scope.progress)
    if scope.stage is Stage.RUNNING and scope.progress.days_begun < scope.period.days:
        yield (
            f"Deliveries per day are of {scope.progress.days_begun:,} of the period's "
            f"{counted(scope.period.days, 'day')}."
        )
    if figures.in_production:
        yield (
            "Not counted as delivered, because still in production: "
            f"{counted(figures.in_production, 'character')}."
        )
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
        yield f"A year before is {earlier.words}."
        return
    reached = scope.progress.covered_before(first)
    missing = year_before(scope.period)
    if reached and missing is not None and first is not None and first > missing.starts_at:
        yield (
            "There is no comparison with a year before: the source's first delivery is of "
            f"{moment(first, scope.period.timezone)}."
        )
