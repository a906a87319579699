"""Headline figures: when a movement is called good or bad."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from services.aggregator.scope.progress import Progress, Stage
from services.aggregator.statistics.headline import kpi
from shared.document import Direction, Verdict
from shared.periods import Period

MARCH = Period(first_day=date(2024, 3, 1), last_day=date(2024, 3, 29), timezone="Europe/Berlin")
"""The 29 days before are February with its leap day."""


@pytest.mark.parametrize(
    ("now", "before", "more_is", "verdict"),
    [
        # A part of a period has less of everything: that is no news.
        (40, 100, Verdict.GOOD, Verdict.NEUTRAL),
        (40, 100, Verdict.BAD, Verdict.NEUTRAL),
        # What has already outgrown a whole period stays so.
        (140, 100, Verdict.GOOD, Verdict.GOOD),
        (140, 100, Verdict.BAD, Verdict.BAD),
    ],
)
def test_a_running_period_is_judged_by_what_it_can_no_longer_lose(
    now: int, before: int, more_is: Verdict, verdict: Verdict
) -> None:
    found = kpi("x", "X", now, before, unit="h", stage=Stage.RUNNING, more_is=more_is)
    assert found.verdict is verdict


def test_an_ended_period_is_judged_both_ways() -> None:
    less = kpi("idle", "Idle", 40, 100, unit="h", stage=Stage.ENDED, more_is=Verdict.BAD)
    assert (less.direction, less.verdict) == (Direction.DOWN, Verdict.GOOD)


def test_what_prints_as_no_change_is_neither_good_nor_bad() -> None:
    found = kpi("x", "X", 10_001, 10_000, unit="h", stage=Stage.ENDED, more_is=Verdict.GOOD)
    assert found.change_percent == Decimal(0)
    assert (found.direction, found.verdict) == (Direction.UP, Verdict.NEUTRAL)


@pytest.mark.parametrize(
    ("first", "covered"),
    [
        (None, False),
        (datetime(2024, 1, 31, 22, 59, tzinfo=UTC), True),
        (datetime(2024, 2, 1, 22, 59, tzinfo=UTC), True),  # 1 February, 23:59 in Berlin
        (datetime(2024, 2, 1, 23, 0, tzinfo=UTC), False),
        (datetime(2024, 3, 5, tzinfo=UTC), False),
    ],
)
def test_the_period_before_is_covered_from_its_first_local_day(
    first: datetime | None, covered: bool
) -> None:
    progress = Progress(MARCH, datetime(2024, 4, 2, tzinfo=UTC))
    assert progress.covered_before(first) is covered
