"""What a throughput report says in words: its summary and its notes, from the figures."""

from __future__ import annotations

from collections.abc import Iterator

from services.aggregator.report_types.throughput_metrics.figures import Figures, UnderWay
from services.aggregator.scope.dimensions import ENOUGH, Dimension
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.durations import HOW_QUANTILES_ARE_TAKEN, Spread, days
from services.aggregator.statistics.rounding import rounded
from services.aggregator.wording.comparisons import moved
from services.aggregator.wording.grammar import was
from services.aggregator.wording.notes import chart_notes, half_covered, reach_notes, running_notes
from services.aggregator.wording.numbers import counted
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
        yield "The period has not begun, so nothing has been delivered in it."
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


def _headline(figures: Figures) -> str:
    now, before, scope = figures.now, figures.before, figures.scope
    running = scope.stage is Stage.RUNNING
    median_before = f"{days(before.median)} days" if before else ""
    if now is None:
        opening = f"No characters {'have been' if running else 'were'} delivered"
        opening += " so far" if running else " in this period"
        opening += ", so there is no turnaround to report"
        if before is None or not covered_before(figures):
            return f"{opening}."
        return f"{opening}; {scope.days_before} the median was {median_before}."
    so_far = " so far" if running else ""
    median = f"{days(now.median)} days from onboarding to delivery"
    opening = (
        f"The only character delivered{so_far} took {median}"
        if now.count == 1
        else f"The {now.count:,} characters delivered{so_far} took a median of {median}"
    )
    if not covered_before(figures):
        return f"{opening}{half_covered(scope.progress)}."
    if before is None:
        return f"{opening}; nothing was delivered {scope.days_before} to compare with."
    if running or min(now.count, before.count) < ENOUGH:
        return f"{opening}; {scope.days_before} the median was {median_before}."
    change = moved(now.median, before.median, more="longer", less="shorter", same="as long as")
    return f"{opening}, {change} {scope.days_before} ({median_before})."


def _p90(figures: Figures, now: Spread) -> Iterator[str]:
    if now.count < ENOUGH_FOR_P90:
        return
    before = figures.before if covered_before(figures) else None
    after = (
        f" ({days(before.p90)} {figures.scope.days_before})"
        if before and before.count >= ENOUGH_FOR_P90
        else ""
    )
    yield f"The 90th percentile, which one in ten exceeds, was {days(now.p90)} days{after}."


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
        verb = "rose" if changes[mover] > 0 else "fell"
        yield (
            f"The largest movement of a project was {mover}, whose median {verb} from "
            f"{days(before[mover].median)} to {days(now[mover].median)} days."
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
    times = ""
    if enough[fastest]:
        times = f", {rounded(enough[slowest] / enough[fastest], 1)} times that"
    yield (
        f"Among scene types {plain_words(slowest)} took longest, with a median of "
        f"{days(enough[slowest])} days{times or ', beside that'} of {plain_words(fastest)}, the "
        "fastest."
    )


def _slowest(figures: Figures, now: Spread) -> Iterator[str]:
    """The slowest delivery, where it stands out."""
    if now.count < ENOUGH or not figures.slowest:
        return
    slowest = figures.slowest[0]
    if now.median and slowest.milliseconds >= 2 * now.median:
        yield (
            f"The slowest delivery was {slowest.name} of {slowest.project}: "
            f"{days(slowest.milliseconds)} days, "
            f"{rounded(slowest.milliseconds / now.median, 1)} times the median."
        )


def _under_way(figures: Figures, found: UnderWay) -> Iterator[str]:
    count, running = found.ages.count, figures.scope.stage is Stage.RUNNING
    verb = ("is" if count == 1 else "are") if running else was(count)
    when = "" if running else " when the period ended"
    age = "an age" if count == 1 else "a median age"
    yield (
        f"{counted(count, 'character')} {verb} still under way{when}, at {age} of "
        f"{days(found.ages.median)} days."
    )
    if not found.overdue or not figures.now or figures.now.count < ENOUGH_FOR_P90:
        return
    oldest = figures.oldest[0]
    who = f"{oldest.name} of {oldest.project}"
    age_of_oldest = f"{days(oldest.milliseconds)} days"
    if found.overdue == 1:
        yield (
            f"The oldest {'has' if running else 'had'} been under way for longer than the 90th "
            f"percentile of the deliveries and is worth a look: {who}, {age_of_oldest}."
        )
        return
    yield (
        f"{found.overdue:,} of them {'are' if running else 'were'} older than the 90th percentile "
        f"of the deliveries: look at these first, above all at {who} with {age_of_oldest}."
    )


def notes(figures: Figures) -> Iterator[str]:
    """How it was counted, and what may mislead."""
    scope = figures.scope
    yield (
        "Turnaround is the time elapsed from onboarding to delivery, nights and weekends "
        f"included; a character belongs to the day of its delivery by the clocks of "
        f"{scope.period.timezone}, whenever it was onboarded."
    )
    yield HOW_QUANTILES_ARE_TAKEN
    if note := scope.filters.note:
        yield note
    yield from running_notes(scope.progress)
    if figures.under_way is not None:
        yield (
            "Not in the turnaround, because not delivered: "
            f"{counted(figures.under_way.ages.count, 'character')} still under way, of which only "
            "the age so far is known."
        )
    yield from reach_notes(scope.progress, figures.first_delivery)
    if figures.now is None:
        return
    yield (
        f"Sentences compare only what had at least {ENOUGH} deliveries; a median of fewer moves "
        "with every single one."
    )
    yield from chart_notes(scope, "point")
    empty = scope.buckets_begun - len(figures.over_time)
    if empty:
        have = "has" if empty == 1 else "have"
        yield (
            f"{counted(empty, str(scope.grain))} without a delivery {have} no point: the lines "
            "have a gap there."
        )
