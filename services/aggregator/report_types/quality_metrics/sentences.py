"""What a quality report says in words: its executive summary and its notes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

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
from services.aggregator.report_types.quality_metrics.messages import say
from services.aggregator.report_types.quality_metrics.queries import MOST_CHANGES, REACH
from services.aggregator.scope.dimensions import Dimension
from services.aggregator.scope.progress import Stage
from services.aggregator.statistics.intervals import Share
from services.aggregator.statistics.rounding import rounded
from services.aggregator.wording.moments import moment
from services.aggregator.wording.notes import (
    chart_notes,
    late_change_notes,
    reach_notes,
    running_notes,
)
from services.aggregator.wording.numbers import decimal
from shared.localized import listed
from shared.messages import select
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
    yield _headline(figures) if begun else say("headline-not-begun")
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
    now, before, covered = figures.passed, figures.passed_before, _covered(figures)
    about: dict[str, str | int] = {
        "days": figures.scope.period.days,
        "running": select(figures.scope.stage is Stage.RUNNING),
        "number": before.whole,
        "before": share_words(before),
    }
    if now.whole == 0:
        return say("headline-none" if covered else "headline-none-not-covered", **about)
    about |= {"share": share_words(now), "checks": now.whole}
    if not covered:
        return say("headline-not-covered", **about)
    found = compared(before, now)
    if found.difference is None:
        return say("headline-none-to-compare", **about)
    about["interval"] = interval_words(found.difference)
    if not found.clear:
        return say("headline-not-clear", **about)
    return say(
        "headline-clear",
        points=points(abs(found.difference.value)).lstrip("+"),
        moved="up" if found.difference.value > 0 else "down",
        **about,
    )


def _retries(figures: Figures) -> Iterator[str]:
    now, before = figures.total_attempts, figures.attempts_before
    if not now.first:
        return
    repeats = decimal(rounded(Fraction(now.repeats, now.first), 2))
    if before.first and _covered(figures):
        earlier = decimal(rounded(Fraction(before.repeats, before.first), 2))
        yield say("repeats-compared", repeats=repeats, before=earlier)
    else:
        yield say("repeats", repeats=repeats)


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
        yield say(
            "commonest",
            failure=plain_words(commonest),
            count=count,
            failed=failed,
            share=share_words(Share(count, failed)),
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
        yield say("largest-movement", failure=plain_words(name), **_from_to(found))
    elif figures.passed_before.whole:
        yield say("no-movement")


def _from_to(found: Comparison) -> dict[str, str]:
    """How a message tells where it came from and where it went."""
    return {
        "moved": "up" if found.after.value > found.before.value else "down",
        "before": share_words(found.before),
        "after": share_words(found.after),
    }


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
            yield say(
                "outlier",
                dimension=dimension,
                name=dimension.words(name),
                share=share_words(found.after),
                checks=found.after.whole,
                others=share_words(found.before),
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
        yield say("more-changes", count=len(figures.changes))


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
    before, after = passed_in(change.before), passed_in(change.after)
    found = compared(before, after)
    on = moment(change.changed_at, figures.scope.period.timezone)
    about: dict[str, str | int] = {"change": change.title, "on": on}
    if found.difference is None:
        sides = {"before": checks_in(change.before), "after": checks_in(change.after)}
        return say("change-unknown", **about, **sides)
    failures = _moved_failures(change)
    about |= {
        "before": before.whole,
        "before-share": share_words(before),
        "after": after.whole,
        "after-share": share_words(after),
        "interval": interval_words(found.difference),
        "found": select(failures),
        "failures": listed(failures) if failures else "",
    }
    if not found.clear:
        return say("change-not-clear", **about)
    return say(
        "change-clear",
        points=points(found.difference.value),
        moved="up" if found.difference.value > 0 else "down",
        **about,
    )


def _moved_failures(change: Change) -> list[str]:
    """The failures that clearly became rarer or more frequent."""
    names = failures_around(change)
    compared_ = {name: change_failure(change, name, len(names)) for name in names}
    return [
        say("failure-moved", failure=plain_words(name), **_from_to(found))
        for name, found in compared_.items()
        if found.clear
    ]


def notes(figures: Figures) -> Iterator[str]:
    """How things were counted, and what was left out."""
    zone = figures.scope.period.timezone
    yield say("note-counting", zone=zone)
    yield say("note-repeats")
    yield say("note-intervals")
    if figures.changes:
        yield say("note-around", days=REACH.days)
    if figures.changes_left_out:
        there_are = figures.changes_left_out + len(figures.changes)
        yield say("note-changes-left-out", all=there_are, most=MOST_CHANGES)
    if figures.scope.filters.note:
        yield figures.scope.filters.note
    yield from running_notes(figures.scope.progress)
    yield from late_change_notes(figures.compared_at, zone)
    yield from _left_out(figures)
    if figures.passed.whole:
        yield from _chart_notes(figures)


def _left_out(figures: Figures) -> Iterator[str]:
    if figures.failed:
        yield say("note-failed", count=figures.failed)
    if figures.cancelled:
        yield say("note-cancelled", count=figures.cancelled)
    yield from reach_notes(figures.scope.progress, figures.first_check, "check")


def _chart_notes(figures: Figures) -> Iterator[str]:
    yield from chart_notes(figures.scope, "point")
    found = sum(count > 0 for failure, count in figures.total.items() if failure is not None)
    if found > MOST_SERIES:
        yield say("note-commonest", most=MOST_SERIES, found=found)
