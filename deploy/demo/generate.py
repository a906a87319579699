"""All rows of the demo data, as plain Python: what is loaded, and what oracles reckon with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from deploy.demo.audience import usage_events
from deploy.demo.cast import Cast, projects
from deploy.demo.farm import Farm, workers
from deploy.demo.rows import (
    TABLES,
    Annotation,
    Character,
    GenerationJob,
    Project,
    QaCheck,
    Review,
    Row,
    Scene,
    UsageEvent,
    Worker,
    WorkflowChange,
)
from deploy.demo.story import Story
from deploy.demo.window import Window, instant


@dataclass
class Tables:
    """Every table's rows in memory, in the order of their ids."""

    projects: list[Project] = field(default_factory=list)
    characters: list[Character] = field(default_factory=list)
    scenes: list[Scene] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    generation_jobs: list[GenerationJob] = field(default_factory=list)
    qa_checks: list[QaCheck] = field(default_factory=list)
    workflow_changes: list[WorkflowChange] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    usage_events: list[UsageEvent] = field(default_factory=list)


def generate(scale: float, seed: int, until: date) -> Iterator[Row]:
    """Every row of every table, lazily; equal arguments give equal rows.

    The data cover the 400 days (UTC) before `until`. Scale 1 is about 100,000 generation jobs;
    0.01 is good for tests. Tables are mixed; the rows of one come in the order of their ids.
    Raises ValueError for a scale that is not positive.
    """
    if not 0 < scale < float("inf"):
        raise ValueError(f"the scale is {scale}: a positive number is needed, 1 for 100,000 jobs")
    window = Window(scale, seed, until)
    yield from projects(window)
    yield from workers(window)
    for number, change in enumerate(Story(window).changes, start=1):
        yield WorkflowChange(number, instant(change.at), change.title)
    cast = Cast(window)
    yield from cast.rows()
    yield from Farm(window, cast).rows()
    yield from usage_events(window)


def generate_tables(scale: float, seed: int, until: date) -> Tables:
    """What `generate` yields, sorted into tables."""
    tables = Tables()
    lists = {kind: getattr(tables, name) for kind, name in TABLES.items()}
    for row in generate(scale, seed, until):
        lists[type(row)].append(row)
    return tables
