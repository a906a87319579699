"""Which occurrences wait for their data no longer, each with all that is needed to fire it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduler.due import (
    CANDIDATES,
    rows_of,
    schedule_columns,
    schedules_with_definitions,
    with_members,
)
from shared.readiness import COUNTS_FOR
from shared.states import OccurrenceStatus, ScheduleState
from shared.store import tables
from shared.store.indexed_states import is_in_state
from shared.store.many_rows import as_given, given

_schedules, _occurrences, _signals = tables.schedules, tables.occurrences, tables.signals
_NOW = bindparam("now", type_=DateTime(timezone=True))
Found = TypeVar("Found")
_KEY = ("schedule_id", "nominal_local_time", "fold")


def _signal(of_it: Column[Found]) -> ScalarSelect[Found]:
    """Of the signal that an occurrence may take, the first one; NULL: none has come."""
    before = _occurrences.alias("let_go_before")
    used = (
        select(before.c.signal_at)
        .where(
            before.c.schedule_id == _occurrences.c.schedule_id,
            before.c.signal_at == _signals.c.received_at,
        )
        .correlate(_occurrences, _signals)
        .exists()
    )
    return (
        select(of_it)
        .where(
            _signals.c.tenant_id == _schedules.c.tenant_id,
            _signals.c.name == _schedules.c.readiness["signal"].astext,
            _signals.c.received_at >= _occurrences.c.due_at - COUNTS_FOR,
            _signals.c.received_at <= _NOW,
            # Each signal counts once. It is known by its instant, and not by being later than
            # the last one that was used: one that began earlier may be committed later.
            ~used,
        )
        .order_by(_signals.c.received_at)
        .limit(1)
        .correlate(_schedules, _occurrences)
        .scalar_subquery()
    )


def _is_ready() -> ColumnElement[bool]:
    """An occurrence of an active schedule; one that is held waits for its signal alone."""
    waiting = is_in_state(_occurrences.c.status, OccurrenceStatus.WAITING)
    held_for_it = (
        _occurrences.c.status == OccurrenceStatus.HELD
    ) & _occurrences.c.wait_until.is_not(None)
    return and_(
        _schedules.c.state.in_((ScheduleState.ACTIVE, ScheduleState.ENDED)),
        _schedules.c.deleted_at.is_(None),
        or_(
            waiting & (_occurrences.c.wait_until <= _NOW),
            waiting & _schedules.c.readiness.is_(None),
            (waiting | held_for_it) & _signal(_signals.c.id).is_not(None),
        ),
    )


def _in_turn() -> Select[Any]:
    """The oldest one of each schedule, one of each tenant after the other.

    A second one of the same schedule must not take the same signal.
    """
    of_schedule = func.row_number().over(
        partition_by=_occurrences.c.schedule_id, order_by=_occurrences.c.due_at
    )
    ready = (
        select(
            *(_occurrences.c[name] for name in (*_KEY, "tenant_id", "due_at")),
            of_schedule.label("of_schedule"),
        )
        .join(_schedules, _schedules.c.id == _occurrences.c.schedule_id)
        .where(_is_ready())
        .subquery("ready")
    )
    turn = func.row_number().over(partition_by=ready.c.tenant_id, order_by=ready.c.due_at)
    return (
        select(*(ready.c[name] for name in _KEY))
        .where(ready.c.of_schedule == 1)
        .order_by(turn, ready.c.due_at)
        .limit(bindparam("most", type_=Integer))
    )


def _locked() -> Select[Any]:
    return (
        select(*(_occurrences.c[name] for name in _KEY))
        .join(_schedules, _schedules.c.id == _occurrences.c.schedule_id)
        .join(_wanted, _of_key(_wanted))
        .order_by(_wanted.c.turn)
        .limit(bindparam("batch", type_=Integer))
        .with_for_update(of=[_schedules, _occurrences], skip_locked=True)
    )


def _claimed() -> Select[Any]:
    columns: list[Any] = [
        *schedule_columns(),
        *(_occurrences.c[name].label(f"occurrence_{name}") for name in _OF_OCCURRENCE),
        _signal(_signals.c.received_at).label("found_signal_at"),
        _signal(_signals.c.traceparent).label("found_traceparent"),
    ]
    statement: Select[Any] = select(*columns)
    return (
        statement.select_from(
            schedules_with_definitions()
            .join(_occurrences, _occurrences.c.schedule_id == _schedules.c.id)
            .join(_wanted, _of_key(_wanted))
        )
        .where(_is_ready())
        .order_by(_wanted.c.turn)
    )


def _of_key(wanted: FromClause) -> ColumnElement[bool]:
    return and_(*(wanted.c[name] == _occurrences.c[name] for name in _KEY))


_OF_OCCURRENCE = ("nominal_local_time", "fold", "due_at", "status", "caught_up", "wait_until")
_wanted = given(_occurrences, _KEY, turn=Integer())

# Built once: recognising an equal statement takes longer than the look itself.
_IN_TURN, _LOCKED, _CLAIMED = _in_turn(), _locked(), _claimed()


async def claim_ready(
    connection: AsyncConnection, now: datetime, batch: int
) -> list[dict[str, Any]]:
    """Occurrences that wait no longer, each with its schedule, locked for this transaction.

    Those that others hold are passed over.
    """
    most = {"now": now, "most": batch * CANDIDATES}
    candidates = rows_of(await connection.execute(_IN_TURN, most))
    if not candidates:
        return []
    locked = rows_of(
        await connection.execute(_LOCKED, {"batch": batch, **_given_in_turn(candidates)})
    )
    # Read once they are locked: another scheduler may have given their signal away meanwhile.
    found = await connection.execute(_CLAIMED, {"now": now, **_given_in_turn(locked)})
    return await with_members(connection, rows_of(found))


def _given_in_turn(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return as_given([{**row, "turn": turn} for turn, row in enumerate(rows)])
