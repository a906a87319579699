"""Many definitions or schedules at once: which ones, and what became of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import audit
from services.api.guards import ensure_own
from services.api.planning import definition_store, schedule_store
from services.api.planning.labels import Tag
from services.api.planning.owners import HandOver
from services.api.principals import MAX_SUB, Principal
from services.api.problems import Problem, field_problem
from services.api.report_requests import Body
from services.api.roles import Action
from shared.states import ScheduleState

MOST_AT_ONCE = 1000

Step = Callable[[AsyncConnection, RowMapping], Awaitable[bool]]
"""Takes a step with a locked row; False: there was nothing to do."""


class _Selection(Body):
    FILTERS: ClassVar[tuple[str, ...]]

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)] | None = None
    owner: Annotated[str, Field(max_length=MAX_SUB)] | None = None
    tag: Tag | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        filtered = any(getattr(self, name) for name in self.FILTERS)
        if self.ids is None and not filtered:
            names = ", ".join(f"`{name}`" for name in self.FILTERS)
            raise ValueError(f"say which: `ids`, or a filter ({names})")
        if self.ids is not None and filtered:
            raise ValueError("give either `ids` or filters, not both")
        return self


class Selection(_Selection):
    """Schedules by their ids, or all that fit every filter that is given."""

    FILTERS = ("owner", "definition", "tag", "state")

    definition: UUID | None = None
    state: ScheduleState | None = None


class SelectionHandOver(Selection, HandOver):
    """Which schedules are handed over, and to whom."""


class DefinitionSelection(_Selection):
    """Definitions by their ids, or all that fit every filter that is given."""

    FILTERS = ("owner", "tag", "type")

    type: Annotated[str, Field(max_length=63)] | None = None


class DefinitionsHandOver(DefinitionSelection, HandOver):
    """Which definitions are handed over, and to whom."""


class LeftAlone(BaseModel):
    """One that stays as it was."""

    id: UUID
    reason: str


class BulkView(BaseModel):
    """What became of each."""

    changed: list[UUID]
    unchanged: list[LeftAlone]


async def chosen_schedules(connection: AsyncConnection, selection: Selection) -> list[UUID]:
    """The ids that are meant; Problem 422 where they are more than are changed at once."""
    if selection.ids is not None:
        return list(dict.fromkeys(selection.ids))
    conditions = schedule_store.which(
        state=selection.state,
        definition_id=selection.definition,
        owner=selection.owner,
        tag=selection.tag,
    )
    return _few_enough(await schedule_store.ids_of(connection, conditions, MOST_AT_ONCE + 1))


async def chosen_definitions(
    connection: AsyncConnection, selection: DefinitionSelection
) -> list[UUID]:
    """The ids that are meant; Problem 422 where they are more than are changed at once."""
    if selection.ids is not None:
        return list(dict.fromkeys(selection.ids))
    conditions = definition_store.which(
        owner=selection.owner, tag=selection.tag, report_type=selection.type
    )
    return _few_enough(await definition_store.ids_of(connection, conditions, MOST_AT_ONCE + 1))


def _few_enough(ids: list[UUID]) -> list[UUID]:
    if len(ids) > MOST_AT_ONCE:
        raise field_problem("", f"more than {MOST_AT_ONCE} of them fit: add a filter")
    return ids


async def for_each(
    connection: AsyncConnection,
    principal: Principal,
    kind: Literal["definition", "schedule"],
    ids: Sequence[UUID],
    rows: Mapping[UUID, RowMapping],
    *,
    action: Action,
    step: Step,
    audited: str,
    nothing_to_do: str,
) -> BulkView:
    """Take the step with each; what may not or cannot be done with one does not keep the others.

    `rows`: those of these ids that there are, locked.
    """
    changed, unchanged = [], []
    for identifier in ids:
        row = rows.get(identifier)
        try:
            if row is None:
                raise Problem(404, f"there is no such {kind}")
            ensure_own(principal, action, row["owner"])
            if not await step(connection, row):
                unchanged.append(LeftAlone(id=identifier, reason=nothing_to_do))
                continue
        except Problem as problem:
            unchanged.append(LeftAlone(id=identifier, reason=problem.detail))
            continue
        changed.append(identifier)
        await audit.record(connection, principal, audited, f"{kind}/{identifier}", name=row["name"])
    return BulkView(changed=changed, unchanged=unchanged)
