"""How a mailer takes deliveries in hand: the claim, and what is known of each then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Interval, RowMapping, Uuid, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailer.given_tables import given_table
from shared import suppression
from shared.events import DeliveryDue
from shared.lease import lease_end
from shared.recipient_policy import CONFIRMATION, policy_of, refusals
from shared.runs import Run
from shared.states import DeliveryStatus, RunStatus
from shared.store import tables

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
class Asked:
    event: DeliveryDue
    token: UUID


def claiming(owner: str, lease_seconds: float) -> Any:
    """The statement that takes deliveries in hand, for that mailer and so long; built once."""
    given = given_table(
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
    # Either retention has noted them as expired before, and nothing is sent; or it does so after
    # this is committed, sees the lease, and leaves them there.
    .with_for_update(read=True)
)


async def claim_all(
    connection: AsyncConnection, batch: Sequence[Asked], *, claim: Any
) -> list[Claimed | None]:
    """What each takes in hand, by a statement of `claiming`; None where there is nothing to do."""
    given = {
        # Nobody gets the files of another run, whatever an event says.
        "ids": [asked.event.delivery_id for asked in batch],
        "run_ids": [asked.event.run_id for asked in batch],
        "rounds": [asked.event.resends for asked in batch],
        "tokens": [asked.token for asked in batch],
    }
    rows = (await connection.execute(claim, given)).mappings().all()
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
    of_run = {row["id"]: row for row in (await connection.execute(_THEIR_RUNS, run_ids)).mappings()}
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
