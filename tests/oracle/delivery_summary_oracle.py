"""`delivery_summary`, computed once more: row by row in plain Python, from the generated rows.

Nothing of the report type is used, nor `shared.periods`: a row's day is read off the clock of
the period's timezone, row by row, instead of comparing instants with midnights; percentages are
exact fractions.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
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
    year: Counter[str] | None
    """A year before, by project; None where the data do not reach."""
    table: list[tuple[str | int | None, ...]]


def expected(
    characters: Sequence[Character],
    project_names: dict[int, str],
    *,
    first_day: date,
    last_day: date,
    timezone: str,
    grain: str,
    as_of: datetime,
    projects: Collection[str] = (),
    scene_types: Collection[str] = (),
    resolution_tiers: Collection[str] = (),
) -> Expected:
    zone = ZoneInfo(timezone)
    length = (last_day - first_day).days + 1
    now: Counter[str] = Counter()
    before: Counter[str] = Counter()
    bars: Counter[tuple[str, str]] = Counter()
    at_end = at_beginning = 0
    year_days = a_year_before(first_day, last_day)
    deliveries = [one.delivered_at.astimezone(zone) for one in characters if one.delivered_at]
    reached = (
        year_days is not None
        and min(deliveries).replace(tzinfo=None) <= datetime.combine(year_days[0], time.min)
        and as_of.astimezone(zone).date() > year_days[1]
    )
    year: Counter[str] | None = Counter() if reached else None
    for character in characters:
        project = project_names[character.project_id]
        if projects and project not in projects:
            continue
        if scene_types and character.scene_type not in scene_types:
            continue
        if resolution_tiers and character.resolution_tier not in resolution_tiers:
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
        if year is not None and year_days is not None and year_days[0] <= on <= year_days[1]:
            year[project] += 1
    names = sorted({*now, *before, *(year or ()), *projects}, key=lambda name: (-now[name], name))

    def row(name: str, these: int, those: int, a_year_ago: int) -> tuple[str | int | None, ...]:
        cells = (name, these, those, change(these, those), share(these, now.total()))
        return cells if year is None else (*cells, a_year_ago, change(these, a_year_ago))

    ago: Counter[str] = Counter() if year is None else year
    rows = [row(name, now[name], before[name], ago[name]) for name in names]
    if names:
        rows.append(row("All projects", now.total(), before.total(), ago.total()))
    return Expected(now, before, bars, at_end, at_beginning, year, rows)


def a_year_before(first_day: date, last_day: date) -> tuple[date, date] | None:
    """The days of the same names; None where they overlap or are those just before."""
    first = same_day_of(first_day.year - 1, first_day)
    last = same_day_of(last_day.year - 1, last_day)
    ends = monthrange(last_day.year, last_day.month)[1], monthrange(last.year, last.month)[1]
    if first_day.day == 1 and last_day.day == ends[0]:
        last = last.replace(day=ends[1])
    length = last_day - first_day
    just_before = last == first_day - timedelta(days=1) and last - first == length
    return None if last >= first_day or just_before else (first, last)


def same_day_of(year: int, day: date) -> date:
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


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
