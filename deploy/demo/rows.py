"""The rows of the studio's tables: one class per table, one field per column, in its order.

Instants are aware datetimes in UTC with whole milliseconds. Units and meanings of the columns
are in docs/sources/studio.md, their SQL types in schema.sql.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Project(NamedTuple):
    """A production for which characters are made."""

    id: int
    name: str
    started_at: datetime


class Character(NamedTuple):
    """What the studio makes and delivers."""

    id: int
    project_id: int
    name: str
    scene_type: str
    resolution_tier: str
    onboarded_at: datetime
    delivered_at: datetime | None


class Scene(NamedTuple):
    """A scene that is generated, with one character or with none."""

    id: int
    project_id: int
    character_id: int | None
    scene_type: str
    resolution_tier: str
    created_at: datetime


class Worker(NamedTuple):
    """A machine with one GPU."""

    id: int
    name: str
    gpu_model: str
    registered_at: datetime
    retired_at: datetime | None


class GenerationJob(NamedTuple):
    """One attempt to generate a scene."""

    id: int
    scene_id: int
    character_id: int | None
    worker_id: int | None
    status: str
    attempt: int
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    gpu_milliseconds: int | None


class QaCheck(NamedTuple):
    """The automatic check of what a job made."""

    id: int
    job_id: int
    checked_at: datetime
    passed: bool
    failure_type: str | None


class WorkflowChange(NamedTuple):
    """A change of how the studio works, from one instant on."""

    id: int
    changed_at: datetime
    title: str


class Review(NamedTuple):
    """A person's look at a character, until it is decided."""

    id: int
    character_id: int
    requested_at: datetime
    decided_at: datetime | None
    decision: str | None
    reviewer: str
    reviewer_team: str
    segments: int


class Annotation(NamedTuple):
    """A note that a reviewer left."""

    id: int
    review_id: int
    created_at: datetime


class UsageEvent(NamedTuple):
    """Something that a person did in the studio's review application."""

    id: int
    occurred_at: datetime
    event_type: str
    user_name: str
    device: str


Row = (
    Project
    | Character
    | Scene
    | Worker
    | GenerationJob
    | QaCheck
    | WorkflowChange
    | Review
    | Annotation
    | UsageEvent
)

TABLES: dict[type[Row], str] = {
    Project: "projects",
    Character: "characters",
    Scene: "scenes",
    Worker: "workers",
    GenerationJob: "generation_jobs",
    QaCheck: "qa_checks",
    WorkflowChange: "workflow_changes",
    Review: "reviews",
    Annotation: "annotations",
    UsageEvent: "usage_events",
}
"""The table of each class; referenced tables come before those that refer to them."""
