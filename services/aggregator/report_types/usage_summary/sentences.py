"""What a usage summary says in words: its summary and its notes, from the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from services.aggregator.report_types.usage_summary.figures import Figures, Tally
from services.aggregator.scope.filters import note, nothing_left, unknown
from services.aggregator.scope.grain import Grain
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.rounding import percentage
from services.aggregator.wording.comparisons import against
from services.aggregator.wording.days import whole_before
from services.aggregator.wording.grammar import listed, sentence, was
from services.aggregator.wording.notes import (
    chart_notes,
    half_covered,
    reach_notes,
    running_notes,
    shares_notes,
)
from services.aggregator.wording.numbers import counted, percent
from shared.plain_words import plain_words

LEAST_LOST = 3
"""Where so many are expected, none comes by chance once in twenty times (Poisson)."""


def summary(figures: Figures) -> Iterator[str]:
    """The most important first."""
    if nothing := nothing_left(figures.filters):
        yield nothing
        return
    begun = figures.scope.stage is not Stage.NOT_BEGUN
    yield (
        _headline(figures)
        if begun
        else "The period has not begun, so no event has been recorded in it."
    )
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
        yield (
            f"The table by day has the newest {len(figures.rows):,} of {figures.found:,} rows; "
            "all other figures are of the whole period."
        )


def _comparable(figures: Figures) -> bool:
    """Whether the period and the one before are both whole."""
    return figures.scope.stage is Stage.ENDED and figures.covered_before


def _headline(figures: Figures) -> str:
    now, before = figures.now.total.events, figures.before.total.events
    scope, running = figures.scope, figures.scope.stage is Stage.RUNNING
    so_far = " so far" if running else ""
    verb = ("has been" if now == 1 else "have been") if running else was(now)
    opening = f"{sentence(counted(now, 'event'))} {verb} recorded"
    if now == 0 and not running:
        opening += " in this period"
    if not figures.covered_before:
        return f"{opening}{so_far}{half_covered(scope.progress)}."
    if running:
        whole = whole_before(scope.period.days)
        return f"{opening} so far; {whole} had {f'{before:,}' if before else 'none'}."
    if now == 0:
        return f"{opening}, {f'after {before:,}' if before else 'and none'} {scope.days_before}."
    return f"{opening}, {against(now, before)} {scope.days_before}."


def _users(figures: Figures) -> str:
    """How many people it was, and how many of them had been there before."""
    now, before = figures.now.total.users, figures.before.total.users
    opening = sentence(counted(now, "user"))
    if figures.scope.stage is Stage.RUNNING:
        opening += f" {'has' if now == 1 else 'have'} been active so far"
    else:
        opening += f" {was(now)} active"
    if not _comparable(figures) or not before:
        return f"{opening}."
    opening += f", {against(now, before)} {figures.scope.days_before}"
    opening += (
        f"; {f'{figures.returned:,}' if figures.returned else 'none'} of them in both periods"
    )
    if not figures.gone:
        return f"{opening}."
    return f"{opening}, {counted(figures.gone, 'other')} in the earlier one alone."


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
            verb = "rose" if after > earlier else "fell"
            yield (
                f"The largest movement was {plain_words(mover)}, which {verb} from {earlier:,} to "
                f"{after:,}."
            )
    silent = [name for name in figures.types if name not in now]
    lost = sum(before[name] for name in silent)
    if lost >= LEAST_LOST:
        names = listed([plain_words(name) for name in silent], last="or")
        together = "" if len(silent) == 1 else ", taken together"
        yield (
            f"There was no {names} at all, after {lost:,} in the period before{together}: it is "
            "worth a look."
        )


def _concentration(figures: Figures) -> Iterator[str]:
    """What most of it was, on what, and when."""
    total, scope = figures.now.total.events, figures.scope
    parts = [
        f"{share} {words} {plain_words(leader)}"
        for words, tallies in (
            ("were of type", figures.now.types),
            ("came from", figures.now.devices),
        )
        if (leader := _leader(tallies)) and (share := _share(tallies[leader].events, total))
    ]
    if parts:
        yield f"Of the events, {' and '.join(parts)}."
    peak = max(figures.by_bucket.values())
    busiest = [bucket for bucket in scope.buckets if figures.by_bucket[bucket.key] == peak]
    if len(scope.buckets) > 1 and len(busiest) == 1 and 1 < peak < total:
        yield (
            f"The busiest {scope.grain} was {busiest[0].words} with {counted(peak, 'event')}, "
            f"{_share(peak, total)} of the total."
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
        yield f"Nothing was recorded on {listed([bucket.words for bucket in silent])}."


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and what may mislead."""
    scope, total = figures.scope, figures.now.total.events
    yield (
        "An event counts on the day on which it happened, by the clocks of "
        f"{scope.period.timezone}. Days and event types without any have no row."
    )
    yield (
        "Users and kinds of device count once in each figure: who is in several rows is one user "
        "in the total."
    )
    if only := note(figures.filters):
        yield only
    yield from running_notes(scope.progress)
    yield from reach_notes(scope.progress, figures.first_event, "event", "events")
    for tallies, of in (
        (figures.now.types, "of event types"),
        (figures.now.devices, "of kinds of device"),
    ):
        shares = (percentage(tally.events, total) for tally in tallies.values())
        yield from shares_notes([share for share in shares if share is not None], of)
    if total:
        yield from chart_notes(scope, "bar")


def _events(tallies: Mapping[str, Tally]) -> dict[str, int]:
    return {name: tally.events for name, tally in tallies.items()}


def _share(part: int, whole: int) -> str:
    return percent(percentage(part, whole) or Decimal(0))
