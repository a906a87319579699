"""What a quality report says in words: its executive summary and its notes."""

from __future__ import annotations

from collections.abc import Iterator

from services.aggregator.charts.stacked_bars import MOST_SERIES
from services.aggregator.report_types.quality_metrics.figures import (
    Change,
    Checked,
    Figures,
    checks_in,
    found_in,
    passed_in,
)
from services.aggregator.report_types.quality_metrics.findings import (
    Comparison,
    compared,
    interval_words,
    points,
    share_words,
)
from services.aggregator.report_types.quality_metrics.queries import MOST_CHANGES, REACH
from services.aggregator.scope.dimensions import Dimension
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.intervals import Share
from services.aggregator.statistics.rounding import quotient
from services.aggregator.wording.days import moment
from services.aggregator.wording.grammar import listed
from services.aggregator.wording.notes import (
    chart_notes,
    half_covered,
    late_change_notes,
    reach_notes,
    running_notes,
)
from services.aggregator.wording.numbers import counted
from shared.periods import Period
from shared.plain_words import plain_words

_CHANGES_TOLD = 4
"""In the summary; the table has them all."""


def summary(figures: Figures) -> Iterator[str]:
    """The most important first."""
    if figures.scope.filters.nothing_left:
        yield figures.scope.filters.nothing_left
        return
    begun = figures.scope.stage is not Stage.NOT_BEGUN
    yield _headline(figures) if begun else "The period has not begun, so nothing was checked in it."
    if figures.scope.filters.unknown:
        yield figures.scope.filters.unknown
    if not begun:
        return
    yield from _retries(figures)
    yield from _failures(figures)
    yield from _outliers(figures)
    yield from _changes(figures)


def _covered(figures: Figures) -> bool:
    return figures.scope.progress.covered_before(figures.first_check)


def _headline(figures: Figures) -> str:
    now, before, days = figures.passed, figures.passed_before, figures.scope.period.days
    earlier = "the day before" if days == 1 else f"the {days:,} days before"
    so_far = " so far" if figures.scope.stage is Stage.RUNNING else ""
    if now.whole == 0:
        if not _covered(figures):
            return (
                f"No automatic check was made{so_far or ' in this period'}"
                f"{half_covered(figures.scope.progress)}."
            )
        had = f"{before.whole:,}" if before.whole else "none"
        return f"No automatic check was made{so_far or ' in this period'}; {earlier} had {had}."
    opening = f"{share_words(now)} of {counted(now.whole, 'automatic check')} passed{so_far}"
    if not _covered(figures):
        return f"{opening}{half_covered(figures.scope.progress)}."
    found = compared(before, now)
    if found.difference is None:
        return f"{opening}; {earlier} had none to compare with."
    if not found.clear:
        return (
            f"{opening}, which cannot be told from the {share_words(before)} of {before.whole:,} "
            f"{figures.scope.days_before}: the 95% interval of the difference is "
            f"{interval_words(found.difference)} points."
        )
    more = "more" if found.difference.value > 0 else "fewer"
    return (
        f"{opening}, {points(abs(found.difference.value)).lstrip('+')} points {more} than the "
        f"{share_words(before)} {figures.scope.days_before} "
        f"(95% interval {interval_words(found.difference)})."
    )


def _retries(figures: Figures) -> Iterator[str]:
    now, before = figures.total_attempts, figures.attempts_before
    if not now.first:
        return
    after = ""
    if before.first and _covered(figures):
        after = f", after {quotient(before.repeats, before.first, 2)} in the period before"
    repeats = quotient(now.repeats, now.first, 2)
    yield f"Each first attempt was followed by {repeats} repeats on average{after}."


def failure_trend(figures: Figures, failure: str) -> Comparison:
    """How often checks found it in the period before and in this one."""
    return compared(
        found_in(figures.findings_before, failure),
        found_in(figures.total, failure),
        more_is_better=False,
        comparisons=len(figures.failures),
    )


def _failures(figures: Figures) -> Iterator[str]:
    """The commonest failure, and the one that moved most where one clearly did."""
    failed = figures.passed.whole - figures.passed.part
    if not failed:
        return
    commonest, count = figures.failures[0], figures.total.get(figures.failures[0], 0)
    runners_up = [name for name in figures.failures[1:] if figures.total.get(name) == count]
    if not runners_up:
        yield (
            f"The commonest failure was {plain_words(commonest)}: {count:,} of {failed:,} failed "
            f"{'check' if failed == 1 else 'checks'} ({share_words(Share(count, failed))})."
        )
    if not _covered(figures):
        return
    moved = [
        (abs(found.difference.value), name, found)
        for name in figures.failures
        if (found := failure_trend(figures, name)).clear and found.difference is not None
    ]
    if moved:
        _, name, found = max(moved, key=lambda entry: entry[:2])
        verb = "rose" if found.after.value > found.before.value else "fell"
        yield (
            f"The largest movement was {plain_words(name)}, which {verb} from "
            f"{share_words(found.before)} to {share_words(found.after)} of the checks."
        )
    elif figures.passed_before.whole:
        yield "No failure became clearly more or less frequent than in the period before."


def _outliers(figures: Figures) -> Iterator[str]:
    """The project, scene type and tier that pass clearly less often than the others."""
    for dimension in Dimension:
        checked = {name: now for name, (now, _) in figures.by(dimension).items() if now.checks}
        whole = sum(checked.values(), Checked())
        low = [
            (found.difference.value, name, found)
            for name, own in checked.items()
            if (found := _against_rest(own, whole, len(checked))).difference is not None
            and found.difference.high < 0
        ]
        if low:
            _, name, found = min(low, key=lambda entry: entry[:2])
            yield (
                f"Of the {dimension.noun}s {dimension.words(name)} passes least often: "
                f"{share_words(found.after)} of {counted(found.after.whole, 'check')}, against "
                f"{share_words(found.before)} of the others."
            )


def _against_rest(own: Checked, whole: Checked, comparisons: int) -> Comparison:
    rest = Share(whole.passed - own.passed, whole.checks - own.checks)
    return compared(rest, own.share, comparisons=comparisons)


def _changes(figures: Figures) -> Iterator[str]:
    """What became of each workflow change: those of the period first."""
    inside = [change for change in figures.changes if _within(change, figures.scope.period)]
    near = [change for change in figures.changes if not _within(change, figures.scope.period)]
    for change in [*inside, *reversed(near)][:_CHANGES_TOLD]:
        yield _change(change, figures)
    if len(figures.changes) > _CHANGES_TOLD:
        yield f"The table of workflow changes has all {len(figures.changes):,}."


def _within(change: Change, period: Period) -> bool:
    return period.starts_at <= change.changed_at < period.ends_at


def change_failure(change: Change, failure: str, comparisons: int) -> Comparison:
    """How often checks found it before and after a workflow change."""
    return compared(
        found_in(change.before, failure),
        found_in(change.after, failure),
        more_is_better=False,
        comparisons=comparisons,
    )


def failures_around(change: Change) -> list[str]:
    """What was found just before or just after it, the commonest first."""
    names = {name for name in (*change.before, *change.after) if name is not None}
    both = {name: change.before.get(name, 0) + change.after.get(name, 0) for name in names}
    return sorted(names, key=lambda name: (-both[name], name))


def _change(change: Change, figures: Figures) -> str:
    on = moment(change.changed_at, figures.scope.period.timezone)
    before, after = passed_in(change.before), passed_in(change.after)
    found = compared(before, after)
    if found.difference is None:
        sides = [
            f"{counted(checks_in(side), 'check')} {when} it"
            for side, when in ((change.before, "before"), (change.after, "after"))
        ]
        return f"Of “{change.title}” ({on}) nothing can be said: {listed(sides)}."
    if not found.clear:
        return (
            f"The change “{change.title}” ({on}) made no clear difference: {share_words(before)} "
            f"of {counted(before.whole, 'check')} passed before it and {share_words(after)} of "
            f"{after.whole:,} after, 95% interval {interval_words(found.difference)} points"
            f"{_found(change, but=True)}."
        )
    verb = "rose" if found.difference.value > 0 else "fell"
    return (
        f"After “{change.title}” ({on}) the pass rate {verb} from {share_words(before)} of "
        f"{counted(before.whole, 'check')} to {share_words(after)} of {after.whole:,}: "
        f"{points(found.difference.value)} points, 95% interval "
        f"{interval_words(found.difference)}{_found(change, but=False)}."
    )


def _found(change: Change, *, but: bool) -> str:
    """The failures that clearly became rarer or more frequent."""
    names = failures_around(change)
    moved = []
    for name in names:
        found = change_failure(change, name, len(names))
        if found.clear:
            verb = "rose" if found.after.value > found.before.value else "fell"
            moved.append(
                f"{plain_words(name)} {verb} from {share_words(found.before)} to "
                f"{share_words(found.after)}"
            )
    if not moved:
        return ""
    return f"; {'but ' if but else ''}{listed(moved)}"


def notes(figures: Figures) -> Iterator[str]:
    """How things were counted, and what was left out."""
    zone = figures.scope.period.timezone
    yield f"A check counts once, when it was made, by the clocks of {zone}."
    yield (
        "A repeat is an attempt after a failed one or a check that did not pass, as the source "
        "numbers them; attempts count when they end."
    )
    yield (
        "Intervals are those of Newcombe (1998) for the difference of two shares, at 95% for a "
        "figure by itself and for all lines of a table's kind together. They take checks for "
        "independent of each other. Only where an interval leaves out zero is a difference "
        "called better or worse; even then something else of those weeks may be its cause."
    )
    if figures.changes:
        yield (
            f"Around a workflow change the checks of up to {REACH.days} days before it are set "
            f"beside those of up to {REACH.days} days after, but never past another change or "
            "the as-of time; so they may lie outside the period."
        )
    if figures.changes_left_out:
        yield (
            f"Of {figures.changes_left_out + len(figures.changes):,} workflow changes the latest "
            f"{MOST_CHANGES} are compared."
        )
    if figures.scope.filters.note:
        yield figures.scope.filters.note
    yield from running_notes(figures.scope.progress)
    yield from late_change_notes(figures.compared_at, zone)
    yield from _left_out(figures)
    if figures.passed.whole:
        yield from _chart_notes(figures)


def _left_out(figures: Figures) -> Iterator[str]:
    if figures.failed:
        yield (
            f"In no pass rate, for there was no result to check: "
            f"{counted(figures.failed, 'failed job')}."
        )
    if figures.cancelled:
        yield (
            "Not counted as attempts, because cancelled before they began: "
            f"{counted(figures.cancelled, 'job')}."
        )
    yield from reach_notes(figures.scope.progress, figures.first_check, "check", "checks")


def _chart_notes(figures: Figures) -> Iterator[str]:
    yield from chart_notes(figures.scope, "point")
    found = sum(count > 0 for failure, count in figures.total.items() if failure is not None)
    if found > MOST_SERIES:
        yield (
            f"The chart of failures draws the {MOST_SERIES} commonest of {found:,}; its table has "
            "all."
        )
