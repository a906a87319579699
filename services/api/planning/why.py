"""Who asks "why did I (not) get it?": the schedules that name them, and what became of these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Date, Text, cast, exists, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.planning.answers import Answer, Verdict, of_execution, without_execution
from services.api.planning.executions import plain, select_executions
from services.api.planning.schedule_checks import own_days_of
from shared.cadence import CADENCE, public_holidays_at_hand
from shared.periods import local_midnight
from shared.states import ScheduleState
from shared.store import tables

MOST_OF_ONE = 50
"""Executions of one schedule on one day that are told, the latest ones."""
_schedules, _runs, _deliveries = tables.schedules, tables.runs, tables.deliveries
_slices = tables.run_slices
_AROUND = timedelta(days=2)
"""How far from a day's UTC midnight the same local day may lie, and a run of it begin."""


class WhyEntry(BaseModel):
    """What became of one fire, or why there was none."""

    schedule: UUID
    name: str
    definition: str
    state: ScheduleState = Field(description="As it stands now.")
    verdict: Verdict
    answer: str
    run: UUID | None
    slice: UUID | None = Field(
        description="The part of its report that this is about; null: the whole."
    )


class WhyView(BaseModel):
    """For every schedule that names the recipient, or sent something to them around that day."""

    recipient: str
    date: date
    entries: list[WhyEntry]


async def why(connection: AsyncConnection, recipient: str, day: date, now: datetime) -> WhyView:
    """`day` is a local day of each schedule's own timezone."""
    schedules = await _naming(connection, recipient, day)
    await public_holidays_at_hand(*(row["cadence"] for row in schedules))
    own_days = await own_days_of(connection)
    executions = await _executions(connection, [row["id"] for row in schedules], day)
    run_ids = [row["run_id"] for rows in executions.values() for row in rows if row["run_id"]]
    deliveries = await _to(connection, recipient, run_ids)
    entries = []
    for schedule in schedules:
        for answer, run, of_slice in _answers(
            schedule, executions.get(schedule["id"], ()), deliveries, day, own_days, now
        ):
            entries.append(
                WhyEntry(
                    schedule=schedule["id"],
                    name=schedule["name"],
                    definition=schedule["definition_name"],
                    state=schedule["state"],
                    verdict=answer.verdict,
                    answer=answer.words,
                    run=run,
                    slice=of_slice,
                )
            )
    return WhyView(recipient=recipient, date=day, entries=entries)


def _answers(
    schedule: dict[str, Any],
    executions: Sequence[dict[str, Any]],
    deliveries: Mapping[UUID, Sequence[dict[str, Any]]],
    day: date,
    own_days: Mapping[date, str],
    now: datetime,
) -> list[tuple[Answer, UUID | None, UUID | None]]:
    try:
        cadence = CADENCE.validate_python(schedule["cadence"])
    except ValidationError:
        return [(Answer("not sent", f"it cannot fire: {schedule['state_reason']}"), None, None)]
    in_burst = schedule["burst"] is not None
    found = [
        (
            of_execution(row, delivery, cadence.timezone, in_burst=in_burst),
            row["run_id"],
            delivery["slice_id"] if delivery else None,
        )
        for row in executions
        if row["nominal_local_time"] is not None or _is_on(row["due_at"], day, cadence.timezone)
        for delivery in deliveries.get(row["run_id"], (None,))
    ]
    if any(row["nominal_local_time"] is not None for row in executions):
        return found[:MOST_OF_ONE]
    if schedule["deleted_at"] is not None and found:
        return found[:MOST_OF_ONE]
    planned = without_execution(schedule, cadence, day, own_days, now)
    return [*found[:MOST_OF_ONE], (planned, None, None)]


def _is_on(instant: datetime, day: date, timezone: str) -> bool:
    begins = local_midnight(day, timezone)
    return begins <= instant < local_midnight(day + timedelta(days=1), timezone)


async def _naming(connection: AsyncConnection, recipient: str, day: date) -> list[dict[str, Any]]:
    """Schedules that name the recipient now, and those whose runs went to them around that day."""
    definitions = tables.definitions
    # Mailboxes that differ in case alone are one, as everywhere.
    named = cast(
        func.lower(cast(func.jsonb_path_query_array(_schedules.c.deliver_to, _ADDRESSES), Text)),
        JSONB,
    ).has_key(recipient.lower())
    in_burst = cast(
        func.lower(cast(func.jsonb_path_query_array(_schedules.c.burst, _BURST_ADDRESSES), Text)),
        JSONB,
    ).has_key(recipient.lower())
    members = tables.members
    by_role = exists().where(
        members.c.active,
        func.lower(members.c.email) == recipient.lower(),
        func.jsonb_path_query_array(_schedules.c.deliver_to, _ROLES, type_=JSONB).has_key(
            members.c.role
        ),
    )
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    sent = (
        select(_runs.c.schedule_id)
        .join(_deliveries, _deliveries.c.run_id == _runs.c.id)
        .where(
            _runs.c.schedule_id.is_not(None),
            _runs.c.created_at.between(midnight - _AROUND, midnight + _AROUND),
            func.lower(_deliveries.c.recipient) == recipient.lower(),
        )
    )
    meant = _schedules.c.deleted_at.is_(None) & (named | by_role | in_burst)
    query = (
        select(_schedules, definitions.c.name.label("definition_name"))
        .join(definitions, definitions.c.id == _schedules.c.definition_id)
        .where(or_(meant, _schedules.c.id.in_(sent)))
        .order_by(_schedules.c.name, _schedules.c.id)
    )
    return plain(await connection.execute(query))


_ADDRESSES: Any = literal_column("'$[*].to'")
"""A JSON path: the addresses of all recipients."""
_BURST_ADDRESSES: Any = literal_column("'$.rows[*].to'")
"""Those of a burst's table; whom a query gives is known once it has run."""
_ROLES: Any = literal_column("'$[*].role'")
"""The roles among them."""


async def _executions(
    connection: AsyncConnection, schedule_ids: Sequence[UUID], day: date
) -> dict[UUID, list[dict[str, Any]]]:
    """Fires whose nominal day it is, and runs by hand around it; latest first."""
    found = select_executions(schedule_ids).subquery()
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    by_hand = found.c.nominal_local_time.is_(None) & found.c.due_at.between(
        midnight - _AROUND, midnight + _AROUND
    )
    query = (
        select(found)
        .where(or_(cast(found.c.nominal_local_time, Date) == day, by_hand))
        .order_by(found.c.due_at.desc())
    )
    rows: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in plain(await connection.execute(query)):
        rows[row["schedule_id"]].append(row)
    return rows


async def _to(
    connection: AsyncConnection, recipient: str, run_ids: Sequence[UUID]
) -> dict[UUID, list[dict[str, Any]]]:
    """By run: one, or one for each part of a burst's report that goes to them."""
    query = (
        select(_deliveries, _slices.c.chosen)
        .outerjoin(_slices, _slices.c.id == _deliveries.c.slice_id)
        .where(
            _deliveries.c.run_id.in_(run_ids),
            func.lower(_deliveries.c.recipient) == recipient.lower(),
        )
        .order_by(_slices.c.number.nulls_first())
    )
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in plain(await connection.execute(query)):
        found[row["run_id"]].append(row)
    return dict(found)
