"""`delivery_summary`, computed once more: row by row in plain Python, from the generated rows.

Nothing of the report type is used, nor `shared.periods`; percentages are exact fractions.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from deploy.demo.rows import Character
from tests.oracle.plain import bucket_of, change, share
from tests.oracle.question import Question


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
    question: Question,
) -> Expected:
    zone, as_of = question.zone, question.as_of
    first_day, last_day = question.first_day, question.last_day
    now: Counter[str] = Counter()
    before: Counter[str] = Counter()
    bars: Counter[tuple[str, str]] = Counter()
    at_end = at_beginning = 0
    year_days = a_year_before(first_day, last_day)
    deliveries = [one.delivered_at.astimezone(zone) for one in characters if one.delivered_at]
    reached = (
        year_days is not None
        and min(deliveries).replace(tzinfo=None) <= datetime.combine(year_days[0], time.min)
        and as_of.astimezone(zone).date() >= first_day
    )
    year: Counter[str] | None = Counter() if reached else None
    for character in characters:
        project = project_names[character.project_id]
        if not question.covers(project, character.scene_type, character.resolution_tier):
            continue
        onboarded = question.day(character.onboarded_at)
        delivered = character.delivered_at
        if delivered is not None and delivered >= as_of:
            delivered = None
        on = None if delivered is None else question.day(delivered)
        if character.onboarded_at < as_of:
            at_end += onboarded <= last_day and (on is None or on > last_day)
            at_beginning += onboarded < first_day and (on is None or on >= first_day)
        if on is None:
            continue
        half = question.half(on)
        if half == 0:
            now[project] += 1
            bars[bucket_of(on, question.grain), project] += 1
        elif half == 1:
            before[project] += 1
        if year is not None and year_days is not None and year_days[0] <= on <= year_days[1]:
            year[project] += 1
    names = sorted(
        {*now, *before, *(year or ()), *question.projects}, key=lambda name: (-now[name], name)
    )

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
