"""`delivery_summary`, computed once more: row by row in plain Python, from the generated rows.

Nothing of the report type is used, nor `shared.periods`: a row's day is read off the clock of
the period's timezone, row by row, instead of comparing instants with midnights; percentages are
exact fractions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from deploy.demo.rows import Character


@dataclass(frozen=True)
class Expected:
    """What the report should say."""

    by_project: Counter[str]
    previous: Counter[str]
    by_bucket: Counter[tuple[str, str]]
    """(bucket's ISO name, project)"""
    in_production: int
    in_production_before: int
    table: list[tuple[str, int, int, str | None, str | None]]


def expected(
    characters: Sequence[Character],
    project_names: dict[int, str],
    *,
    first_day: date,
    last_day: date,
    timezone: str,
    grain: str,
    as_of: datetime,
    only: Collection[str] = (),
) -> Expected:
    zone = ZoneInfo(timezone)
    length = (last_day - first_day).days + 1
    now: Counter[str] = Counter()
    before: Counter[str] = Counter()
    bars: Counter[tuple[str, str]] = Counter()
    at_end = at_beginning = 0
    for character in characters:
        project = project_names[character.project_id]
        if only and project not in only:
            continue
        onboarded = character.onboarded_at.astimezone(zone).date()
        delivered = character.delivered_at
        if delivered is not None and delivered >= as_of:
            delivered = None
        on = None if delivered is None else delivered.astimezone(zone).date()
        if character.onboarded_at < as_of:
            at_end += onboarded <= last_day and (on is None or on > last_day)
            at_beginning += onboarded < first_day and (on is None or on >= first_day)
        if on is None:
            continue
        if first_day <= on <= last_day:
            now[project] += 1
            bars[bucket_of(on, grain), project] += 1
        elif first_day - timedelta(days=length) <= on < first_day:
            before[project] += 1
    total, total_before = now.total(), before.total()
    names = sorted({*now, *before, *only}, key=lambda name: (-now[name], name))
    rows = [
        (name, now[name], before[name], change(now[name], before[name]), share(now[name], total))
        for name in names
    ]
    if names:
        rows.append(
            (
                "All projects",
                total,
                total_before,
                change(total, total_before),
                share(total, total),
            )
        )
    return Expected(now, before, bars, at_end, at_beginning, rows)


def bucket_of(day: date, grain: str) -> str:
    match grain:
        case "day":
            return str(day)
        case "week":
            return day.strftime("%G-W%V")
        case "month":
            return day.strftime("%Y-%m")
    raise ValueError(grain)


def change(now: int, before: int) -> str | None:
    return tenths(Fraction(100 * (now - before), before)) if before else None


def share(part: int, whole: int) -> str | None:
    return tenths(Fraction(100 * part, whole)) if whole else None


def tenths(value: Fraction) -> str:
    """One decimal place, halves to even, which is how Python rounds fractions."""
    scaled = round(value * 10)
    # A fall too small to show keeps its sign, as decimals do.
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(scaled) // 10}.{abs(scaled) % 10}"
