"""`throughput_metrics`, computed once more: row by row in plain Python, from the generated rows.

Nothing of the report type is used, nor `shared.periods`: a row's day is read off the clock of
the period's timezone, and lists of durations are sorted here, one for each cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.rows import Character
from tests.oracle.plain import DAY, bucket_of, buckets, change, elapsed, fixed, mean, quantile
from tests.oracle.question import Question

HALF, NINE_TENTHS = Fraction(1, 2), Fraction(9, 10)
Row = tuple[Any, ...]


@dataclass
class Expected:
    """What the report should say: figures in milliseconds, tables by name with their total."""

    now: list[int]
    before: list[int]
    ages: list[int]
    ages_before: list[int]
    by_bucket: dict[str, list[int]]
    tables: dict[str, list[Row]]


def expected(
    characters: Sequence[Character],
    project_names: dict[int, str],
    question: Question,
) -> Expected:
    zone, as_of, grain = question.zone, question.as_of, question.grain
    first_day, last_day = question.first_day, question.last_day
    asked = {
        "project": question.projects,
        "scene_type": question.scene_types,
        "resolution_tier": question.resolution_tiers,
    }
    groups: dict[str, dict[str, tuple[list[int], list[int]]]] = {
        name: defaultdict(lambda: ([], []), {each: ([], []) for each in wanted})
        for name, wanted in asked.items()
    }
    now: list[int] = []
    before: list[int] = []
    by_bucket: dict[str, list[int]] = {}
    slow: list[tuple[int, int, Row]] = []
    waiting: list[Character] = []
    waiting_before: list[Character] = []
    for one in characters:
        about = {
            "project": project_names[one.project_id],
            "scene_type": one.scene_type,
            "resolution_tier": one.resolution_tier,
        }
        if not question.covers(**about):
            continue
        came = question.day(one.onboarded_at)
        left = one.delivered_at if one.delivered_at and one.delivered_at < as_of else None
        on = question.day(left) if left else None
        if one.onboarded_at < as_of:
            if came <= last_day and (on is None or on > last_day):
                waiting.append(one)
            if came < first_day and (on is None or on >= first_day):
                waiting_before.append(one)
        if left is None or on is None:
            continue
        took = elapsed(one.onboarded_at, left)
        half = question.half(on)
        if half is None:
            continue
        if half == 0:
            now.append(took)
            by_bucket.setdefault(bucket_of(on, grain), []).append(took)
            slow.append(
                (-took, one.id, (one.name, *about.values(), str(came), str(on), days(took)))
            )
        else:
            before.append(took)
        for name, value in about.items():
            groups[name][value][half].append(took)

    end = min(midnight_after(last_day, zone), as_of)
    begin = min(midnight_after(first_day - timedelta(days=1), zone), as_of)
    ages = [elapsed(one.onboarded_at, end) for one in waiting]
    limit = quantile(now, NINE_TENTHS)
    by_project: dict[str, list[int]] = defaultdict(list)
    for one, age in zip(waiting, ages, strict=True):
        by_project[project_names[one.project_id]].append(age)
    tables = {
        f"by_{name}": _compared(groups[name], now, before)
        for name in ("scene_type", "resolution_tier", "project")
    }
    tables["under_way"] = [
        _waiting(name, by_project[name], limit)
        for name in sorted(by_project, key=lambda name: (-len(by_project[name]), name))
    ] + ([_waiting("All together", ages, limit)] if ages else [])
    tables["oldest_under_way"] = [
        (
            one.name,
            project_names[one.project_id],
            one.scene_type,
            one.resolution_tier,
            str(one.onboarded_at.astimezone(zone).date()),
            days(elapsed(one.onboarded_at, end)),
        )
        for one in sorted(waiting, key=lambda one: (one.onboarded_at, one.id))[:10]
    ]
    tables["slowest_deliveries"] = [row for _, _, row in sorted(slow)[:10]]
    tables["over_time"] = [
        (key, *spread(by_bucket.get(key, []))) for key in buckets(first_day, last_day, grain)
    ] + [("Whole period", *spread(now))]
    ages_before = [elapsed(one.onboarded_at, begin) for one in waiting_before]
    return Expected(now, before, ages, ages_before, by_bucket, tables)


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    """The last second that a clock shows as that day, found by looking, and one more."""
    low = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("UTC")) - timedelta(days=2)
    high = low + timedelta(days=5)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).date() <= day:
            low = middle
        else:
            high = middle
    return high


def days(milliseconds: Fraction | int | None) -> str | None:
    return None if milliseconds is None else fixed(Fraction(milliseconds) / DAY, 2)


def spread(values: list[int]) -> Row:
    half, nine = quantile(values, HALF), quantile(values, NINE_TENTHS)
    return len(values), days(mean(values)), days(half), days(nine)


def _compared(
    group: dict[str, tuple[list[int], list[int]]], now: list[int], before: list[int]
) -> list[Row]:
    def slowest_first(name: str) -> tuple[bool, Fraction, str]:
        median = quantile(group[name][0], HALF)
        return median is None, -(median or Fraction(0)), name

    def row(name: str, these: list[int], those: list[int]) -> Row:
        medians = quantile(these, HALF), quantile(those, HALF)
        return name, *spread(these), days(medians[1]), change(*medians)

    rows = [row(name, *group[name]) for name in sorted(group, key=slowest_first)]
    return [*rows, row("All together", now, before)] if rows else []


def _waiting(name: str, ages: list[int], limit: Fraction | None) -> Row:
    late = 0 if limit is None else sum(age > limit for age in ages)
    return name, len(ages), days(quantile(ages, HALF)), days(max(ages)), late
