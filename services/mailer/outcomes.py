"""What a mailer writes of a delivery in hand: that it is on the wire, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Float,
    FromClause,
    LargeBinary,
    String,
    Text,
    Uuid,
    bindparam,
    case,
    func,
    insert,
    null,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailer import SERVICE
from services.mailer.channels import Written
from services.mailer.destinations import disable
from services.mailer.given_tables import given_table
from shared import outbox, runs, suppression
from shared.lease import RELEASED, LeaseLostError
from shared.states import DeliveryStatus
from shared.store import tables
from shared.suppression import Reason
from shared.topology import DELIVERER

_deliveries, _attempts = tables.deliveries, tables.delivery_attempts


@dataclass(frozen=True)
class Ended:
    """What became of an attempt, and everything that follows from it."""

    delivery_id: UUID
    tenant_id: UUID
    token: UUID
    number: int
    status: DeliveryStatus
    """Of the delivery."""
    outcome: DeliveryStatus
    """Of the attempt: `uncertain` also where it is sent again."""
    host: str
    answer: str
    receipt: str | None
    seconds: float
    """How long the attempt took."""
    again: tuple[dict[str, Any], timedelta] | None
    """The outbox row that asks for the next attempt, and its delay."""
    told: tuple[dict[str, Any], UUID, dict[str, Any]] | None
    """The outbox row for everyone, the event that has had its effect, a line of the timeline."""
    written: Written | None
    """What was sent, where `OnTheWire` did not say it."""
    gone: tuple[str, str, str] | None
    """Who wants no more, ever: the channel, the destination's name or the address, and why."""


@dataclass(frozen=True)
class OnTheWire:
    delivery_id: UUID
    token: UUID
    number: int
    written: Written | None


def _ours(given: FromClause) -> tuple[Any, ...]:
    """As in `shared.lease`: by the token, and by the database's clock."""
    return (
        _deliveries.c.id == given.c.id,
        _deliveries.c.lease_token == given.c.token,
        _deliveries.c.lease_until > func.clock_timestamp(),
    )


_ON_THE_WIRE = given_table("given", id=("ids", Uuid()), token=("tokens", Uuid()))
_SENDING = (
    update(_deliveries)
    .where(*_ours(_ON_THE_WIRE))
    .values(status=DeliveryStatus.SENDING)
    .returning(_deliveries.c.id)
)
_CONTENT = (
    update(_attempts)
    .where(
        _attempts.c.delivery_id == bindparam("of_delivery"),
        _attempts.c.number == bindparam("of_number"),
    )
    .values(
        content_type=bindparam("new_type", type_=String),
        content_head=bindparam("new_head", type_=LargeBinary),
        content_key=bindparam("new_key", type_=Text),
        content_sha256=bindparam("new_sha256", type_=String),
        content_size=bindparam("new_size"),
    )
)


async def note_sending(
    connection: AsyncConnection, batch: Sequence[OnTheWire]
) -> list[LeaseLostError | None]:
    """They are `sending` from now on; an error for each that is not ours any more."""
    held = set(
        await connection.scalars(
            _SENDING,
            {
                "ids": [item.delivery_id for item in batch],
                "tokens": [item.token for item in batch],
            },
        )
    )
    await _keep_content(connection, [item for item in batch if item.delivery_id in held])
    return [None if item.delivery_id in held else LeaseLostError() for item in batch]


async def _keep_content(connection: AsyncConnection, sent: Sequence[OnTheWire | Ended]) -> None:
    contents = [
        {
            "of_delivery": item.delivery_id,
            "of_number": item.number,
            "new_type": item.written.media_type,
            "new_head": item.written.head,
            "new_key": item.written.body_key,
            "new_sha256": item.written.sha256,
            "new_size": item.written.size,
        }
        for item in sent
        if item.written is not None
    ]
    if contents:
        await connection.execute(_CONTENT, contents)


_ENDED = given_table(
    "ended",
    id=("ids", Uuid()),
    token=("tokens", Uuid()),
    status=("statuses", String()),
    answer=("answers", Text()),
    receipt=("receipts", Text()),
    delay=("delays", Float()),
)
_NEXT = case(
    (
        _ENDED.c.delay.is_not(None),
        func.now() + func.make_interval(0, 0, 0, 0, 0, 0, _ENDED.c.delay),
    )
)
_LET_GO = (
    update(_deliveries)
    .where(*_ours(_ENDED))
    .values(
        status=_ENDED.c.status,
        answer=_ENDED.c.answer,
        # What an earlier attempt may have left with them stays known.
        receipt=func.coalesce(_ENDED.c.receipt, _deliveries.c.receipt),
        cut_off=0,
        next_attempt_at=_NEXT,
        finished_at=case((_ENDED.c.delay.is_(None), func.now()), else_=null()),
        **RELEASED,
    )
    .returning(_deliveries.c.id, _deliveries.c.next_attempt_at)
)
_END_ATTEMPT = (
    update(_attempts)
    .where(
        _attempts.c.delivery_id == bindparam("of_delivery"),
        _attempts.c.number == bindparam("of_number"),
    )
    .values(
        finished_at=func.clock_timestamp(),
        host=bindparam("new_host"),
        outcome=bindparam("new_outcome"),
        answer=bindparam("new_answer"),
        duration_ms=bindparam("new_duration"),
        next_attempt_at=bindparam("new_next"),
    )
)


async def note_ended(
    connection: AsyncConnection, batch: Sequence[Ended]
) -> list[LeaseLostError | None]:
    """All that follows from those attempts; an error for each that is not ours any more."""
    let_go = await connection.execute(
        _LET_GO,
        {
            "ids": [one.delivery_id for one in batch],
            "tokens": [one.token for one in batch],
            "statuses": [one.status.value for one in batch],
            "answers": [one.answer for one in batch],
            "receipts": [one.receipt for one in batch],
            "delays": [
                None if one.again is None else one.again[1].total_seconds() for one in batch
            ],
        },
    )
    next_of = {row.id: row.next_attempt_at for row in let_go}
    ours = [one for one in batch if one.delivery_id in next_of]
    if ours:
        await connection.execute(
            _END_ATTEMPT,
            [
                {
                    "of_delivery": one.delivery_id,
                    "of_number": one.number,
                    "new_host": one.host,
                    "new_outcome": one.outcome.value,
                    "new_answer": one.answer,
                    "new_duration": round(one.seconds * 1000),
                    "new_next": next_of[one.delivery_id],
                }
                for one in ours
            ],
        )
    await _keep_content(connection, ours)
    await outbox.add_rows_later(connection, [one.again for one in ours if one.again is not None])
    told = [one.told for one in ours if one.told is not None]
    await outbox.add_rows(connection, [row for row, _, _ in told])
    if told:
        await connection.execute(
            insert(tables.inbox),
            [
                {"tenant_id": row["tenant_id"], "consumer": DELIVERER.name, "event_id": event_id}
                for row, event_id, _ in told
            ],
        )
    await runs.record_all(connection, [line for _, _, line in told])
    for one in ours:
        if one.gone is not None:
            await _note_gone(connection, one, *one.gone)
    return [None if one.delivery_id in next_of else LeaseLostError() for one in batch]


async def _note_gone(
    connection: AsyncConnection, ended: Ended, channel: str, name: str, why: str
) -> None:
    if channel != "email":
        await disable(connection, channel, name, why)
        return
    await suppression.add(
        connection,
        tenant_id=ended.tenant_id,
        address=name,
        reason=Reason.BOUNCED,
        detail=why,
        by=SERVICE,
        delivery_id=ended.delivery_id,
    )
