"""The ledger as the mailer writes it: claims, what is on the wire, and what became of it.

Of many deliveries at once: each step of those under way is one transaction of their tenant
(`shared.batching`). Every write but the claim names the lease's token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Float,
    FromClause,
    Integer,
    Interval,
    LargeBinary,
    RowMapping,
    String,
    Text,
    Uuid,
    bindparam,
    case,
    column,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from services.mailer import SERVICE
from services.mailer.channels import Written
from services.mailer.destinations import disable
from shared import outbox, runs, suppression
from shared.batching import Batching
from shared.events import DeliveryDue
from shared.lease import RELEASED, LeaseLostError, lease_end
from shared.recipient_policy import CONFIRMATION, policy_of, refusals
from shared.runs import Run
from shared.states import DeliveryStatus, RunStatus
from shared.store import tables
from shared.store.engine import Store
from shared.suppression import Reason
from shared.topology import DELIVERER

_deliveries, _attempts, _runs = tables.deliveries, tables.delivery_attempts, tables.runs


@dataclass(frozen=True)
class Claimed:
    """A delivery in hand: its row, its run and its files."""

    id: UUID
    tenant_id: UUID
    token: UUID
    """Of the lease."""
    channel: str
    recipient: str
    copy: int
    """How often somebody wanted another copy of what had been taken."""
    number: int
    """Which attempt this is, from 1."""
    try_: int
    """Which one since it was last asked for, from 1."""
    tried_for: timedelta
    """Since the first of those."""
    before: DeliveryStatus
    """As it stood: `pending` or `deferred`."""
    run: Run
    slice_id: UUID | None
    completed_at: Any
    artifacts: tuple[dict[str, Any], ...]
    """Rows of `artifacts`."""
    refused: str | None
    """Why nothing may be sent to the recipient; None: it may."""


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
    gone: tuple[str, str, str] | None
    """Who wants no more, ever: the channel, the destination's name or the address, and why."""


@dataclass(frozen=True)
class _OnTheWire:
    delivery_id: UUID
    token: UUID
    number: int
    written: Written | None


@dataclass(frozen=True)
class _Asked:
    event: DeliveryDue
    token: UUID


class Ledger:
    """Claims deliveries and writes down what becomes of them."""

    def __init__(self, store: Store, *, owner: str, lease_seconds: float) -> None:
        self._claim = _claim(owner, lease_seconds)
        self._claims = Batching(store, self._claim_all, name="claims of deliveries")
        self._sendings = Batching(store, _note_sending, name="deliveries on the wire")
        self._endings = Batching(store, _note_ended, name="outcomes of deliveries")

    async def claim(self, event: DeliveryDue) -> Claimed | None:
        """Take the delivery in hand for one attempt; None where there is nothing to do.

        So it is where somebody else has it, it has come to its end, or its run has not.
        """
        return await self._claims.do(event.tenant_id, _Asked(event, uuid4()))

    async def sending(self, claimed: Claimed, written: Written | None) -> None:
        """From now on it may arrive, with the bytes `written`; LeaseLostError if not ours."""
        item = _OnTheWire(claimed.id, claimed.token, claimed.number, written)
        await self._sendings.do(claimed.tenant_id, item)

    async def ended(self, ended: Ended) -> None:
        """Write the attempt's end and let go of the delivery; LeaseLostError if not ours."""
        await self._endings.do(ended.tenant_id, ended)

    async def _claim_all(
        self, connection: AsyncConnection, batch: Sequence[_Asked]
    ) -> list[Claimed | None]:
        given = {
            # Nobody gets the files of another run, whatever an event says.
            "ids": [asked.event.delivery_id for asked in batch],
            "run_ids": [asked.event.run_id for asked in batch],
            "rounds": [asked.event.resends for asked in batch],
            "tokens": [asked.token for asked in batch],
        }
        rows = (await connection.execute(self._claim, given)).mappings().all()
        if not rows:
            return [None] * len(batch)
        await connection.execute(
            upsert(_attempts),
            [
                {
                    "tenant_id": row["tenant_id"],
                    "delivery_id": row["id"],
                    "number": row["attempts"],
                }
                for row in rows
            ],
        )
        run_ids = {"ids": list({row["run_id"] for row in rows})}
        of_run = {
            row["id"]: row for row in (await connection.execute(_THEIR_RUNS, run_ids)).mappings()
        }
        slices = {"slices": list({row["slice_id"] for row in rows if row["slice_id"]})}
        files = (await connection.execute(_THEIR_FILES, run_ids | slices)).mappings().all()
        refused = await _refusals(connection, rows, of_run)
        claimed = {
            row["lease_token"]: Claimed(
                id=row["id"],
                tenant_id=row["tenant_id"],
                token=row["lease_token"],
                channel=row["channel"],
                recipient=row["recipient"],
                copy=row["copies"],
                number=row["attempts"],
                try_=row["attempts"] - row["attempts_before"],
                tried_for=row["tried_for"],
                before=DeliveryStatus(row["status"]),
                run=Run.of(of_run[row["run_id"]]),
                slice_id=row["slice_id"],
                completed_at=of_run[row["run_id"]]["completed_at"],
                artifacts=tuple(
                    dict(file)
                    for file in files
                    if _belongs(file, row, row["formats"] or of_run[row["run_id"]]["formats"])
                ),
                refused=refused.get(row["id"]),
            )
            for row in rows
        }
        return [claimed.get(asked.token) for asked in batch]


async def _refusals(
    connection: AsyncConnection, rows: Sequence[RowMapping], of_run: Mapping[UUID, RowMapping]
) -> dict[UUID, str]:
    """Why nothing may be sent to the recipients of those deliveries to whom it may not."""
    mailed = [row for row in rows if row["channel"] == "email"]
    addresses = {row["recipient"] for row in mailed}
    if not addresses:
        return {}
    listed = await suppression.refusals(connection, addresses)
    # A mail that asks whether to send any may go to those whom the policy does not allow yet.
    asking = {row["id"] for row in mailed if of_run[row["run_id"]]["report_type"] == CONFIRMATION}
    policy = await policy_of(connection)
    forbidden = await refusals(connection, policy, addresses)
    return {
        row["id"]: why
        for row in mailed
        if (why := listed.get(row["recipient"]))
        or (row["id"] not in asking and (why := forbidden.get(row["recipient"])))
    }


def _belongs(file: RowMapping, delivery: RowMapping, formats: Sequence[str]) -> bool:
    return (
        file["run_id"] == delivery["run_id"]
        # In a burst each recipient gets the files of their slice alone.
        and file["slice_id"] == delivery["slice_id"]
        # Not what somebody asked for afterwards.
        and (file["internal"] or file["format"] in formats)
    )


def _given(name: str, **columns: tuple[str, TypeEngine[Any]]) -> FromClause:
    """A table of the parameters: each column by the parameter's name and the values' type."""
    return (
        func.unnest(
            *(bindparam(parameter, type_=ARRAY(kind)) for parameter, kind in columns.values())
        )
        .table_valued(*(column(key, kind) for key, (_, kind) in columns.items()), name=name)
        .render_derived()
    )


def _claim(owner: str, lease_seconds: float) -> Any:
    given = _given(
        "asked",
        id=("ids", Uuid()),
        run_id=("run_ids", Uuid()),
        resends=("rounds", Integer()),
        token=("tokens", Uuid()),
    )
    return (
        update(_deliveries)
        .where(
            _deliveries.c.id == given.c.id,
            _deliveries.c.run_id == given.c.run_id,
            # One asked for before it was last sent again is of the past.
            _deliveries.c.resends == given.c.resends,
            _deliveries.c.status.in_((DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)),
            _deliveries.c.lease_token.is_(None),
            _runs.c.id == _deliveries.c.run_id,
            _runs.c.status == RunStatus.COMPLETED,
        )
        .values(
            attempts=_deliveries.c.attempts + 1,
            tried_since=func.coalesce(_deliveries.c.tried_since, func.now()),
            next_attempt_at=None,
            lease_token=given.c.token,
            lease_owner=owner,
            lease_until=lease_end(lease_seconds),
        )
        .returning(
            _deliveries,
            (func.now() - _deliveries.c.tried_since).cast(Interval).label("tried_for"),
        )
    )


_IDS = func.any(bindparam("ids", type_=ARRAY(Uuid)))
_THEIR_RUNS = select(_runs).where(_runs.c.id == _IDS)
_THEIR_FILES = (
    select(tables.artifacts)
    .where(
        tables.artifacts.c.run_id == _IDS,
        tables.artifacts.c.slice_id.is_(None)
        | (tables.artifacts.c.slice_id == func.any(bindparam("slices", type_=ARRAY(Uuid)))),
    )
    .order_by(tables.artifacts.c.run_id, tables.artifacts.c.format)
)


def _ours(given: FromClause) -> tuple[Any, ...]:
    """As in `shared.lease`: by the token, and by the database's clock."""
    return (
        _deliveries.c.id == given.c.id,
        _deliveries.c.lease_token == given.c.token,
        _deliveries.c.lease_until > func.clock_timestamp(),
    )


_ON_THE_WIRE = _given("given", id=("ids", Uuid()), token=("tokens", Uuid()))
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


async def _note_sending(
    connection: AsyncConnection, batch: Sequence[_OnTheWire]
) -> list[LeaseLostError | None]:
    held = set(
        await connection.scalars(
            _SENDING,
            {
                "ids": [item.delivery_id for item in batch],
                "tokens": [item.token for item in batch],
            },
        )
    )
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
        for item in batch
        if item.written is not None and item.delivery_id in held
    ]
    if contents:
        await connection.execute(_CONTENT, contents)
    return [None if item.delivery_id in held else LeaseLostError() for item in batch]


_ENDED = _given(
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


async def _note_ended(
    connection: AsyncConnection, batch: Sequence[Ended]
) -> list[LeaseLostError | None]:
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
