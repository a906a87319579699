"""Which schedules are due, each with all that is needed to fire it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    Result,
    Select,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.cadence import public_holidays_at_hand
from shared.planned_runs import current_versions, version_columns
from shared.recipients import addressed, member_addresses, names_roles
from shared.states import ScheduleState
from shared.store import tables
from shared.store.indexed_states import is_in_state

Clock = Callable[[AsyncConnection], Awaitable[datetime]]
"""Says what time it is; tests bring their own."""


async def database_clock(connection: AsyncConnection) -> datetime:
    """The database's clock: the same for every scheduler, whatever its machine believes."""
    now = await connection.scalar(_NOW)
    assert isinstance(now, datetime)
    return now


_schedules, _members = tables.schedules, tables.members


def schedules_with_definitions() -> FromClause:
    """Schedules, each with its definition's current version and what is known of its owner."""
    return _schedules.join(
        current_versions(), tables.definitions.c.id == _schedules.c.definition_id
    ).outerjoin(
        _members,
        (_members.c.tenant_id == _schedules.c.tenant_id) & (_members.c.sub == _schedules.c.owner),
    )


def schedule_columns() -> list[ColumnElement[Any]]:
    """What of them firing needs."""
    return [
        *_schedules.c,
        *version_columns(),
        tables.definitions.c.deleted_at.label("definition_deleted_at"),
        _members.c.role.label("owner_role"),
        _members.c.active.label("owner_active"),
    ]


def _claimed() -> Select[Any]:
    columns: list[Any] = schedule_columns()
    statement: Select[Any] = select(*columns)
    claimed = _schedules.c.id == any_(bindparam("claimed", type_=ARRAY(Uuid)))
    return statement.select_from(schedules_with_definitions()).where(claimed)


CANDIDATES = 4
"""Batches that are looked at for one: of those that others hold, the next ones are taken."""
_ACTIVE = (is_in_state(_schedules.c.state, ScheduleState.ACTIVE), _schedules.c.deleted_at.is_(None))
_IS_NEW = _schedules.c.next_run_at.is_(None)
_IS_DUE = _schedules.c.next_run_at <= bindparam("now", type_=DateTime(timezone=True))
_turn = func.row_number().over(
    partition_by=_schedules.c.tenant_id, order_by=_schedules.c.next_run_at
)
_wanted = (
    func.unnest(bindparam("wanted", type_=ARRAY(Uuid)))
    .table_valued(column("id", Uuid), with_ordinality="turn")
    .render_derived(name="wanted")
)

# Built once: recognising an equal statement takes longer than the look itself.
_NOW = select(func.clock_timestamp())
_NEW = (
    select(_schedules.c.id)
    .where(*_ACTIVE, _IS_NEW)
    .limit(bindparam("batch", type_=Integer))
    .with_for_update(skip_locked=True)
)
_IN_TURN = (
    select(_schedules.c.id)
    .where(*_ACTIVE, _IS_DUE)
    .order_by(_turn, _schedules.c.next_run_at)
    .limit(bindparam("most", type_=Integer))
)
# Not one statement with the above: whoever plans it for a handful of rows joins ten thousand of
# them with each other.
_DUE = (
    select(_schedules.c.id)
    .join(_wanted, _wanted.c.id == _schedules.c.id)
    .where(*_ACTIVE, _IS_DUE)
    .order_by(_wanted.c.turn)
    .limit(bindparam("batch", type_=Integer))
    .with_for_update(of=_schedules, skip_locked=True)
)
_CLAIMED = _claimed()


async def claim_due(connection: AsyncConnection, now: datetime, batch: int) -> list[dict[str, Any]]:
    """Schedules that are due at `now`, locked for this transaction; those of others passed over.

    New ones, whose first fire is not computed yet, come before; then one of each tenant after the
    other, so that nobody waits for all of somebody else's. Each names addresses alone.
    """
    claimed = list((await connection.scalars(_NEW, {"batch": batch})).all())
    if len(claimed) < batch:
        room = {"now": now, "batch": batch - len(claimed), "most": batch * CANDIDATES}
        wanted = (await connection.scalars(_IN_TURN, room)).all()
        if wanted:
            claimed += (await connection.scalars(_DUE, {**room, "wanted": wanted})).all()
    if not claimed:
        return []
    # Read once they are locked: as they are now, and not as they were when the look began.
    rows = {
        row["id"]: row for row in rows_of(await connection.execute(_CLAIMED, {"claimed": claimed}))
    }
    found = [rows[schedule_id] for schedule_id in claimed if schedule_id in rows]
    await public_holidays_at_hand(*(row["cadence"] for row in found))
    return await with_members(connection, found)


async def with_members(
    connection: AsyncConnection, schedules: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The same, with the addresses of members where `deliver_to` names a role.

    `sent_to_nobody` says where that leaves none.
    """
    asking = {row["tenant_id"] for row in schedules if names_roles(row["deliver_to"])}
    addresses = await member_addresses(connection, asking) if asking else {}
    return [_with_members(row, addresses.get(row["tenant_id"], {})) for row in schedules]


def _with_members(row: dict[str, Any], addresses: Mapping[str, Collection[str]]) -> dict[str, Any]:
    if not names_roles(row["deliver_to"]):
        return row
    found = addressed(row["deliver_to"], addresses)
    return row | {"deliver_to": found.deliver_to, "sent_to_nobody": found.missing}


def rows_of(result: Result[Any]) -> list[dict[str, Any]]:
    """By the names of their columns."""
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


async def own_days_of(
    connection: AsyncConnection, schedules: Sequence[Mapping[str, Any]]
) -> dict[UUID, dict[date, str]]:
    """The tenants' own days off, where a cadence asks for business days."""
    asking = {row["tenant_id"] for row in schedules if _by_business_days(row)}
    own: dict[UUID, dict[date, str]] = defaultdict(dict)
    if asking:
        table = tables.tenant_holidays
        rows = await connection.execute(select(table).where(table.c.tenant_id.in_(asking)))
        for row in rows.mappings():
            own[row["tenant_id"]][row["day"]] = row["name"]
    return own


def _by_business_days(row: Mapping[str, Any]) -> bool:
    cadence = row["cadence"]
    return isinstance(cadence, dict) and cadence.get("business_days") is not None
