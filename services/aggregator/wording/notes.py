"""Notes that most reports have: about charts over time, and how far data and period reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

from services.aggregator.scope.grain import MOST_BUCKETS, Bucket, Grain
from services.aggregator.scope.progress import Progress, Stage
from services.aggregator.scope.scope import Scope
from services.aggregator.wording.messages import say
from services.aggregator.wording.moments import moment
from shared import localized
from shared.localized import listed

Mark = Literal["bar", "point"]
"""What a chart draws for a bucket."""
Data = Literal["delivery", "event", "check", "decision", "finished-job"]
"""What a source has, as a message can tell it."""


def bucket_notes(
    buckets: Sequence[Bucket], grain: Grain, asked: Grain, mark: Mark
) -> Iterator[str]:
    """Where the grain is not the one asked for, and which buckets are shorter than the others."""
    if asked not in (Grain.AUTO, grain):
        yield say("coarser-grain", grain=grain, asked=asked, most=MOST_BUCKETS, mark=mark)
    cut = [bucket.words for bucket in buckets if bucket.cut]
    if cut:
        yield say("cut-buckets", buckets=listed(cut), count=len(cut), grain=grain, mark=mark)


def chart_notes(scope: Scope, mark: Mark) -> Iterator[str]:
    """See `bucket_notes`."""
    return bucket_notes(scope.buckets, scope.grain, scope.asked_grain, mark)


def running_notes(progress: Progress) -> Iterator[str]:
    """Where the period has not ended, or not begun."""
    until = moment(progress.as_of, progress.period.timezone)
    if progress.stage is Stage.RUNNING:
        yield say("still-running", until=until)
    elif progress.stage is Stage.NOT_BEGUN:
        yield say("not-begun", until=until)


def late_change_notes(compared_at: datetime | None, timezone: str) -> Iterator[str]:
    """Where sums were read whose rows may have changed after that instant, unnoticed."""
    if compared_at is not None:
        yield say("late-changes", at=moment(compared_at, timezone))


def reach_notes(progress: Progress, first: datetime | None, of: Data = "delivery") -> Iterator[str]:
    """Where the data begin too late for the comparison, or there are none."""
    if first is None:
        yield say("no-data", of=of)
    elif not progress.covered_before(first):
        yield say("data-begin", of=of, at=moment(first, progress.period.timezone))


def shares_notes(
    shares: Sequence[Decimal], of: Literal["all", "event-type", "device"] = "all"
) -> Iterator[str]:
    """Where shares that are printed with one decimal place do not come to 100% as printed.

    `of` says whose, for a report with several tables of them.
    """
    if shares and sum(shares) != 100:
        yield say("rounded-shares", of=of, sum=localized.share(str(sum(shares))))
