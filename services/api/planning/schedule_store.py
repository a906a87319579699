"""Schedules in the store: queries and steps, in open transactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.api import cursors
from services.api.planning.schedules import ScheduleBody, stored_before
from services.api.principals import Principal
from services.api.problems import FieldError, Problem
from shared.cadence import public_holidays_at_hand
from shared.states import ScheduleState
from shared.store import tables

_schedules, _definitions = tables.schedules, tables.definitions

FIRST_FIRE_ANEW: dict[str, Any] = {"next_run_at": None, "next_nominal": None, "next_fold": 0}
"""The scheduler computes the next fire from now on, and makes up for none."""


def select_schedules() -> Select[Any]:
    """Schedules with what is told of their definitions."""
    return (
        select(
            _schedules,
            _definitions.c.name.label("definition_name"),
            _definitions.c.current_version.label("definition_version"),
            _definitions.c.tags.label("definition_tags"),
        )
        .join(_definitions, _definitions.c.id == _schedules.c.definition_id)
        .where(_schedules.c.deleted_at.is_(None))
    )


def missing() -> Problem:
    """404, the same for another tenant's and for none at all."""
    return Problem(404, "there is no such schedule")


def schedule_id_of(text: str) -> UUID:
    """An id from a path; what is none answers like a schedule that is missing."""
    try:
        return UUID(text)
    except ValueError:
        raise missing() from None


async def schedule_of(
    connection: AsyncConnection, schedule_id: UUID, *, lock: bool = False
) -> RowMapping:
    """The schedule; Problem 404 when this tenant has none."""
    query = select_schedules().where(_schedules.c.id == schedule_id)
    if lock:
        query = query.with_for_update(of=_schedules)
    row: RowMapping | None = (await connection.execute(query)).mappings().first()
    if row is None:
        raise missing()
    await public_holidays_at_hand(row["cadence"])
    return row


async def locked(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, RowMapping]:
    """Those of these ids that there are, locked in the order of their ids."""
    query = select_schedules().where(_schedules.c.id.in_(sorted(ids)))
    rows = await connection.execute(query.order_by(_schedules.c.id).with_for_update(of=_schedules))
    return {row["id"]: row for row in rows.mappings()}


async def schedules_named(
    connection: AsyncConnection, names: Iterable[str]
) -> dict[str, RowMapping]:
    """Those of these names, locked."""
    query = select_schedules().where(_schedules.c.name.in_(sorted(set(names))))
    rows = await connection.execute(query.order_by(_schedules.c.id).with_for_update(of=_schedules))
    found = {row["name"]: row for row in rows.mappings()}
    await public_holidays_at_hand(*(row["cadence"] for row in found.values()))
    return found


async def all_schedules(connection: AsyncConnection) -> list[RowMapping]:
    """By name."""
    rows = await connection.execute(select_schedules().order_by(_schedules.c.name))
    found = list(rows.mappings())
    await public_holidays_at_hand(*(row["cadence"] for row in found))
    return found


def which(
    *,
    state: ScheduleState | None = None,
    definition_id: UUID | None = None,
    owner: str | None = None,
    tag: str | None = None,
    search: str | None = None,
) -> list[ColumnElement[bool]]:
    """Conditions on `select_schedules`, for the filters that are given."""
    found: list[ColumnElement[bool]] = []
    if state is not None:
        found.append(_schedules.c.state == state)
    if definition_id is not None:
        found.append(_schedules.c.definition_id == definition_id)
    if owner is not None:
        found.append(_schedules.c.owner == owner)
    if tag is not None:
        found.append(_definitions.c.tags.contains([tag]))
    if search is not None:
        found.append(
            _schedules.c.name.icontains(search, autoescape=True)
            | _definitions.c.name.icontains(search, autoescape=True)
        )
    return found


async def ids_of(
    connection: AsyncConnection, conditions: Sequence[ColumnElement[bool]], most: int
) -> list[UUID]:
    """Ids of at most so many."""
    query = select_schedules().with_only_columns(_schedules.c.id).where(*conditions).limit(most)
    return list((await connection.scalars(query.order_by(_schedules.c.id))).all())


async def page_of(
    connection: AsyncConnection,
    conditions: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    cursor: str | None,
) -> tuple[list[RowMapping], str | None]:
    """Schedules, newest first, and the cursor of the next page."""
    place = (_schedules.c.created_at, _schedules.c.id)
    query = select_schedules().where(*conditions)
    return await cursors.page_of(connection, query, place, limit=limit, cursor=cursor)


async def add(connection: AsyncConnection, principal: Principal, body: ScheduleBody) -> UUID:
    """A new one, active; Problem 409 where the name is taken."""
    schedule_id = uuid7()
    values = {
        "id": schedule_id,
        "tenant_id": principal.tenant_id,
        "owner": principal.sub,
        **body.as_stored(),
    }
    try:
        async with connection.begin_nested():
            await connection.execute(insert(_schedules).values(values))
    except IntegrityError:
        raise _taken(body.name) from None
    return schedule_id


async def change(connection: AsyncConnection, row: RowMapping, body: ScheduleBody) -> list[str]:
    """Have the locked schedule say this; the columns that changed. None: nothing is written.

    With another cadence or spreading its next fire is computed from now on; one that had ended goes
    on with another cadence.
    Problem 409 where the name is taken.
    """
    stored, before = body.as_stored(), stored_before(row)
    changed = sorted(name for name, value in stored.items() if before[name] != value)
    if not changed:
        return []
    values = stored | {"version": row["version"] + 1, "updated_at": func.now()}
    if {"cadence", "jitter_seconds"} & set(changed):
        values |= FIRST_FIRE_ANEW
    if "cadence" in changed and row["state"] == ScheduleState.ENDED:
        values |= {"state": ScheduleState.ACTIVE, "state_reason": None}
    try:
        async with connection.begin_nested():
            await write(connection, row, values)
    except IntegrityError:
        raise _taken(body.name) from None
    return changed


async def delete(connection: AsyncConnection, row: RowMapping) -> None:
    """Its name is free again; its occurrences and runs stay."""
    await write(connection, row, {"deleted_at": func.now()})


async def write(connection: AsyncConnection, row: RowMapping, values: dict[str, Any]) -> None:
    """New values of the locked schedule."""
    await connection.execute(update(_schedules).where(_schedules.c.id == row["id"]).values(values))


def _taken(name: str) -> Problem:
    detail = f"there is a schedule called {name!r} already: choose another name, or change it"
    return Problem(409, detail, errors=[FieldError(field="/name", detail=detail)])
