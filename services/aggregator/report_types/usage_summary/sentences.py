"""What a usage summary says in words: its summary and its notes, from the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Literal

from services.aggregator.report_types.usage_summary.figures import Figures, Tally
from services.aggregator.report_types.usage_summary.messages import say
from services.aggregator.scope.filters import note, nothing_left, unknown
from services.aggregator.scope.grain import Grain
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.rounding import percentage
from services.aggregator.wording.comparisons import against
from services.aggregator.wording.notes import (
    chart_notes,
    reach_notes,
    running_notes,
    shares_notes,
)
from services.aggregator.wording.numbers import percent
from shared.localized import listed
from shared.messages import select
from shared.plain_words import plain_words

LEAST_LOST = 3
"""Where so many are expected, none comes by chance once in twenty times (Poisson)."""


def summary(figures: Figures) -> Iterator[str]:
    """The most important first."""
    if nothing := nothing_left(figures.filters):
        yield nothing
        return
    begun = figures.scope.stage is not Stage.NOT_BEGUN
    yield _headline(figures) if begun else say("headline-not-begun")
    if names := unknown(figures.filters):
        yield names
    if not begun or not figures.now.total.events:
        return
    yield _users(figures)
    if _comparable(figures):
        yield from _movements(figures)
    yield from _concentration(figures)
    yield from _silent_days(figures)
    if len(figures.rows) < figures.found:
        yield say("newest-rows", shown=len(figures.rows), found=figures.found)


def _comparable(figures: Figures) -> bool:
    """Whether the period and the one before are both whole."""
    return figures.scope.stage is Stage.ENDED and figures.covered_before


def _headline(figures: Figures) -> str:
    now, before = figures.now.total.events, figures.before.total.events
    running = figures.scope.stage is Stage.RUNNING
    about: dict[str, str | int] = {
        "events": now,
        "number": before,
        "days": figures.scope.period.days,
        "running": select(running),
    }
    if not figures.covered_before:
        return say("headline-not-covered", **about)
    if running:
        return say("headline-running", **about)
    if now == 0:
        return say("headline-none", **about)
    return say("headline-ended", against=against(now, before), **about)


def _users(figures: Figures) -> str:
    """How many people it was, and how many of them had been there before."""
    now, before = figures.now.total.users, figures.before.total.users
    about: dict[str, str | int] = {
        "users": now,
        "running": select(figures.scope.stage is Stage.RUNNING),
    }
    if not _comparable(figures) or not before:
        return say("users", **about)
    return say(
        "users-compared-and-gone" if figures.gone else "users-compared",
        against=against(now, before),
        days=figures.scope.period.days,
        returned=figures.returned,
        gone=figures.gone,
        **about,
    )


def _movements(figures: Figures) -> Iterator[str]:
    """The event type that moved most, where it is more than chance, and those that fell silent."""
    if not figures.before.total.events:
        return  # Everything rose from nothing, and the headline says so.
    now, before = _events(figures.now.types), _events(figures.before.types)
    changes = {name: now.get(name, 0) - before.get(name, 0) for name in figures.types}
    most = max(map(abs, changes.values()))
    movers = [name for name, change in changes.items() if abs(change) == most]
    if len(changes) > 1 and len(movers) == 1:
        (mover,) = movers
        after, earlier = now.get(mover, 0), before.get(mover, 0)
        # Twice the standard deviation of a difference of two Poisson counts.
        if after and most**2 >= 4 * (after + earlier):
            yield say(
                "largest-movement",
                type=plain_words(mover),
                moved="up" if after > earlier else "down",
                before=earlier,
                now=after,
            )
    silent = [name for name in figures.types if name not in now]
    lost = sum(before[name] for name in silent)
    if lost >= LEAST_LOST:
        names = listed([plain_words(name) for name in silent], last="or")
        yield say("silent", types=names, lost=lost, count=len(silent))


def _concentration(figures: Figures) -> Iterator[str]:
    """What most of it was, on what, and when."""
    total, scope = figures.now.total.events, figures.scope
    most = {
        name: (leader, share)
        for name, tallies in (("type", figures.now.types), ("device", figures.now.devices))
        if (leader := _leader(tallies)) and (share := _share(tallies[leader].events, total))
    }
    if most:
        about = {
            argument: text
            for name, (leader, share) in most.items()
            for argument, text in ((name, plain_words(leader)), (f"{name}-share", share))
        }
        yield say("most-by-both" if len(most) == 2 else f"most-by-{next(iter(most))}", **about)
    peak = max(figures.by_bucket.values())
    busiest = [bucket for bucket in scope.buckets if figures.by_bucket[bucket.key] == peak]
    if len(scope.buckets) > 1 and len(busiest) == 1 and 1 < peak < total:
        yield say(
            "busiest",
            grain=scope.grain,
            bucket=busiest[0].words,
            count=peak,
            share=_share(peak, total),
        )


def _leader(tallies: Mapping[str, Tally]) -> str | None:
    """The most frequent, where there are several and one of them is."""
    ranked = sorted(tallies, key=lambda name: (-tallies[name].events, name))
    if len(ranked) < 2 or tallies[ranked[0]].events == tallies[ranked[1]].events:
        return None
    return ranked[0]


def _silent_days(figures: Figures) -> Iterator[str]:
    """Days without anything where there is much on others: people were away, or data are lost."""
    scope = figures.scope
    if scope.grain is not Grain.DAY or scope.stage is not Stage.ENDED:
        return
    silent = [bucket for bucket in scope.buckets if not figures.by_bucket[bucket.key]]
    if silent and figures.now.total.events >= LEAST_LOST * len(scope.buckets):
        yield say("silent-days", days=listed([bucket.words for bucket in silent]))


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and what may mislead."""
    scope, total = figures.scope, figures.now.total.events
    yield say("note-counting", zone=scope.period.timezone)
    yield say("note-each-once")
    if only := note(figures.filters):
        yield only
    yield from running_notes(scope.progress)
    yield from reach_notes(scope.progress, figures.first_event, "event")
    yield from _shares_notes(figures.now.types, total, "event-type")
    yield from _shares_notes(figures.now.devices, total, "device")
    if total:
        yield from chart_notes(scope, "bar")


def _shares_notes(
    tallies: Mapping[str, Tally], total: int, of: Literal["event-type", "device"]
) -> Iterator[str]:
    shares = (percentage(tally.events, total) for tally in tallies.values())
    return shares_notes([share for share in shares if share is not None], of)


def _events(tallies: Mapping[str, Tally]) -> dict[str, int]:
    return {name: tally.events for name, tally in tallies.items()}


def _share(part: int, whole: int) -> str:
    return percent(percentage(part, whole) or Decimal(0))
