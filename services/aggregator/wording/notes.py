"""Notes that most reports have: about charts over time, and how far data and period reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from services.aggregator.scope.grain import MOST_BUCKETS, Bucket, Grain
from services.aggregator.scope.progress import Progress, Stage
from services.aggregator.scope.scope import Scope
from services.aggregator.wording.days import moment
from services.aggregator.wording.grammar import listed, plural


def bucket_notes(buckets: Sequence[Bucket], grain: Grain, asked: Grain, mark: str) -> Iterator[str]:
    """Where the grain is not the one asked for, and which buckets are shorter than the others.

    `mark` is what the chart draws for a bucket: "bar" or "point".
    """
    if asked not in (Grain.AUTO, grain):
        yield (
            f"The chart is by {grain}: by {asked}, as asked for, it would have more than "
            f"{MOST_BUCKETS} {mark}s."
        )
    cut = [bucket.words for bucket in buckets if bucket.cut]
    if cut:
        cover = "covers" if len(cut) == 1 else "cover"
        yield (
            f"The {plural(len(cut), mark)} of {listed(cut)} {cover} fewer days than the others, "
            f"because the period begins or ends within a {grain}."
        )


def chart_notes(scope: Scope, mark: str) -> Iterator[str]:
    """See `bucket_notes`."""
    return bucket_notes(scope.buckets, scope.grain, scope.asked_grain, mark)


def running_notes(progress: Progress) -> Iterator[str]:
    """Where the period has not ended, or not begun."""
    until = moment(progress.as_of, progress.period.timezone)
    if progress.stage is Stage.RUNNING:
        yield (
            f"The period has not ended: its figures reach up to {until}, while the period before "
            "is whole."
        )
    elif progress.stage is Stage.NOT_BEGUN:
        yield f"The period begins after the as-of time, {until}."


def late_change_notes(compared_at: datetime | None, timezone: str) -> Iterator[str]:
    """Where sums were read whose rows may have changed after that instant, unnoticed."""
    if compared_at is not None:
        yield (
            "Days that are over were read as sums, which were last compared with their rows on "
            f"{moment(compared_at, timezone)}, or later: a correction entered since may be missing."
        )


def reach_notes(
    progress: Progress, first: datetime | None, noun: str = "delivery", nouns: str = "deliveries"
) -> Iterator[str]:
    """Where the data begin too late for the comparison, or there are none."""
    if first is None:
        yield f"The source has no {nouns} at all."
    elif not progress.covered_before(first):
        yield (
            f"The source's first {noun} is of {moment(first, progress.period.timezone)}: before "
            "that there is nothing to compare with."
        )


def half_covered(progress: Progress) -> str:
    """The end of a headline that compares with a period which the data do not cover."""
    days = progress.period.days
    before = "the day before" if days == 1 else f"all of the {days:,} days before"
    return f"; the data do not cover {before}, so there is no comparison"


def shares_notes(shares: Sequence[Decimal], of: str = "") -> Iterator[str]:
    """Where shares that are printed with one decimal place do not come to 100% as printed.

    `of` says whose, for a report with several tables of them: "of event types".
    """
    if shares and sum(shares) != 100:
        yield (
            f"Shares{f' {of}' if of else ''} are rounded one by one, so that those printed come to "
            f"{sum(shares)}% and not to 100%."
        )
