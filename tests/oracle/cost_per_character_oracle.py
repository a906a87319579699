"""`cost_per_character`, computed once more: job by job in plain Python, from the generated rows.

Nothing of the report type is used, nor `shared.periods`. Every character gets a ledger of its
jobs first; the report's cells are then sums over lists of ledgers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from deploy.demo.rows import Character, GenerationJob
from tests.oracle.plain import DAY, HOUR, bucket_of, buckets, change, elapsed, fixed, mean
from tests.oracle.question import Question

Row = tuple[Any, ...]


@dataclass
class Ledger:
    """What one delivered character took, in milliseconds."""

    character: Character
    took: int
    early: bool
    """Onboarded before the first job of all."""
    gpu: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    """GPU time of second and further attempts."""
    held: list[int] = field(default_factory=list)


@dataclass
class Expected:
    """What the report should say."""

    now: list[Ledger]
    before: list[Ledger]
    by_bucket: dict[str, list[Ledger]]
    tables: dict[str, list[Row]]


def expected(
    characters: Sequence[Character],
    jobs: Iterable[GenerationJob],
    project_names: dict[int, str],
    question: Question,
    rate: Fraction | None = None,
) -> Expected:
    as_of, grain = question.as_of, question.grain
    first_day, last_day = question.first_day, question.last_day
    asked = {
        "project": question.projects,
        "scene_type": question.scene_types,
        "resolution_tier": question.resolution_tiers,
    }
    jobs = list(jobs)
    first_job = min(job.queued_at for job in jobs)
    ledgers: dict[int, Ledger] = {}
    days_of: dict[int, date] = {}
    for one in characters:
        if one.delivered_at is None or one.delivered_at >= as_of:
            continue
        day = question.day(one.delivered_at)
        if question.half(day) is not None:
            took = elapsed(one.onboarded_at, one.delivered_at)
            ledgers[one.id] = Ledger(one, took, one.onboarded_at < first_job)
            days_of[one.id] = day
    for job in jobs:
        ledger = ledgers.get(job.character_id or 0)
        if ledger is None or job.finished_at is None or job.finished_at >= as_of:
            continue
        ledger.gpu.append(job.gpu_milliseconds or 0)
        if job.attempt >= 2:
            ledger.again.append(job.gpu_milliseconds or 0)
        if job.started_at is not None:
            ledger.held.append(elapsed(job.started_at, job.finished_at))

    now: list[Ledger] = []
    before: list[Ledger] = []
    by_bucket: dict[str, list[Ledger]] = {}
    groups: dict[str, dict[str, tuple[list[Ledger], list[Ledger]]]] = {
        name: defaultdict(lambda: ([], []), {each: ([], []) for each in wanted})
        for name, wanted in asked.items()
    }
    for key, ledger in ledgers.items():
        one = ledger.character
        about = {
            "project": project_names[one.project_id],
            "scene_type": one.scene_type,
            "resolution_tier": one.resolution_tier,
        }
        if not question.covers(**about):
            continue
        is_now = days_of[key] >= first_day
        (now if is_now else before).append(ledger)
        if is_now:
            by_bucket.setdefault(bucket_of(days_of[key], grain), []).append(ledger)
        for name, value in about.items():
            groups[name][value][0 if is_now else 1].append(ledger)

    tables = {f"by_{name}": _compared(group, now, before, rate) for name, group in groups.items()}
    dearest = sorted(now, key=lambda ledger: (-sum(ledger.gpu), ledger.character.id))[:10]
    tables["dearest_characters"] = [
        (
            ledger.character.name,
            project_names[ledger.character.project_id],
            ledger.character.scene_type,
            ledger.character.resolution_tier,
            str(days_of[ledger.character.id]),
            len(ledger.gpu),
            fixed(Fraction(sum(ledger.gpu), HOUR), 2),
            *money(Fraction(sum(ledger.gpu)), rate),
        )
        for ledger in dearest
    ]
    over_time = [(key, by_bucket.get(key, [])) for key in buckets(first_day, last_day, grain)]
    over_time.append(("Whole period", now))
    tables["over_time"] = [
        (key, *cost(these), *money(gpu(these), rate)) for key, these in over_time
    ]
    return Expected(now, before, by_bucket, tables)


def gpu(ledgers: Sequence[Ledger]) -> Fraction | None:
    """Milliseconds per character."""
    return mean([sum(ledger.gpu) for ledger in ledgers])


def held(ledgers: Sequence[Ledger]) -> Fraction | None:
    return mean([sum(ledger.held) for ledger in ledgers])


def took(ledgers: Sequence[Ledger]) -> Fraction | None:
    return mean([ledger.took for ledger in ledgers])


def repeated(ledgers: Sequence[Ledger]) -> Fraction | None:
    """Percent of the GPU time."""
    whole = sum(sum(ledger.gpu) for ledger in ledgers)
    again = sum(sum(ledger.again) for ledger in ledgers)
    return Fraction(again, whole) * 100 if whole else None


def in_units(value: Fraction | None, unit: int, places: int) -> str | None:
    return None if value is None else fixed(value / unit, places)


def money(milliseconds: Fraction | None, rate: Fraction | None) -> Row:
    if rate is None:
        return ()
    return (None if milliseconds is None else fixed(milliseconds * rate / HOUR, 2),)


def cost(ledgers: Sequence[Ledger]) -> Row:
    return (
        len(ledgers),
        in_units(gpu(ledgers), HOUR, 2),
        in_units(held(ledgers), HOUR, 2),
        in_units(took(ledgers), DAY, 2),
        in_units(repeated(ledgers), 1, 1),
    )


def _compared(
    group: dict[str, tuple[list[Ledger], list[Ledger]]],
    now: list[Ledger],
    before: list[Ledger],
    rate: Fraction | None,
) -> list[Row]:
    def dearest_first(name: str) -> tuple[bool, Fraction, str]:
        mean_gpu = gpu(group[name][0])
        return mean_gpu is None, -(mean_gpu or Fraction(0)), name

    def row(name: str, these: list[Ledger], those: list[Ledger]) -> Row:
        pair = gpu(these), gpu(those)
        return (
            name,
            *cost(these),
            in_units(pair[1], HOUR, 2),
            change(*pair),
            *money(pair[0], rate),
        )

    rows = [row(name, *group[name]) for name in sorted(group, key=dearest_first)]
    return [*rows, row("All together", now, before)] if rows else []
