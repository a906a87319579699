"""Many schedules at once: which ones, and what became of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, model_validator
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import audit
from services.api.guards import ensure_own
from services.api.planning import schedule_store
from services.api.planning.labels import Tag
from services.api.principals import MAX_SUB, Principal
from services.api.problems import Problem, field_problem
from services.api.report_requests import Body
from services.api.roles import Action
from shared.states import ScheduleState

MOST_AT_ONCE = 1000

Step = Callable[[AsyncConnection, RowMapping], Awaitable[bool]]
"""Takes a step with a locked schedule; False: there was nothing to do."""


class Selection(Body):
    """Schedules by their ids, or all that fit every filter that is given."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)] | None = None
    owner: Annotated[str, Field(max_length=MAX_SUB)] | None = None
    definition: UUID | None = None
    tag: Tag | None = None
    state: ScheduleState | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Selection:
        filters = [self.owner, self.definition, self.tag, self.state]
        if self.ids is None and not any(filters):
            raise ValueError(
                "say which: `ids`, or a filter (`owner`, `definition`, `tag`, `state`)"
            )
        if self.ids is not None and any(filters):
            raise ValueError("give either `ids` or filters, not both")
        return self


class HandOver(Body):
    """Who is to own a schedule from now on."""

    to: Annotated[str, Field(min_length=1, max_length=MAX_SUB)] = Field(
        description="The `sub` of a member who may ask for reports."
    )


class SelectionHandOver(Selection, HandOver):
    """Which schedules are handed over, and to whom."""


class LeftAlone(BaseModel):
    """A schedule that stays as it was."""

    id: UUID
    reason: str


class BulkView(BaseModel):
    """What became of each."""

    changed: list[UUID]
    unchanged: list[LeftAlone]


async def for_each(
    connection: AsyncConnection,
    principal: Principal,
    selection: Selection,
    *,
    action: Action,
    step: Step,
    audited: str,
    nothing_to_do: str,
) -> BulkView:
    """Take the step with each; what may not or cannot be done with one does not keep the others.

    Problem 422 where more are meant than are changed at once.
    """
    if selection.ids is not None:
        ids = list(dict.fromkeys(selection.ids))
    else:
        conditions = schedule_store.which(
            state=selection.state,
            definition_id=selection.definition,
            owner=selection.owner,
            tag=selection.tag,
        )
        ids = await schedule_store.ids_of(connection, conditions, MOST_AT_ONCE + 1)
        if len(ids) > MOST_AT_ONCE:
            raise field_problem("", f"more than {MOST_AT_ONCE} schedules fit: add a filter")
    rows = await schedule_store.locked(connection, ids)
    changed, unchanged = [], []
    for identifier in ids:
        row = rows.get(identifier)
        try:
            if row is None:
                raise schedule_store.missing()
            ensure_own(principal, action, row["owner"])
            if not await step(connection, row):
                unchanged.append(LeftAlone(id=identifier, reason=nothing_to_do))
                continue
        except Problem as problem:
            unchanged.append(LeftAlone(id=identifier, reason=problem.detail))
            continue
        changed.append(identifier)
        await audit.record(
            connection, principal, audited, f"schedule/{identifier}", name=row["name"]
        )
    return BulkView(changed=changed, unchanged=unchanged)
