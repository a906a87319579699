"""`/api/v1/signals`: telling that data are there, which schedules may wait for."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field
from sqlalchemy import select

from services.api import audit
from services.api.following import IdempotencyKey, checked_key
from services.api.guards import allow
from services.api.principals import Principal
from services.api.problems import key_reused
from services.api.report_requests import Body
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared import signals
from shared.readiness import SIGNAL_NAME
from shared.store import tables

router = APIRouter(prefix="/api/v1/signals", tags=["schedules"], route_class=StrictRoute)


class SignalBody(Body):
    """What is worth keeping about it."""

    details: dict[str, Any] = Field(default_factory=dict)


_NOTHING_MORE = SignalBody()


class SignalView(BaseModel):
    """A signal that was received."""

    id: UUID
    name: str
    received_at: datetime


@router.post("/{name}", status_code=202, summary="Say that data are there")
async def give_signal(
    name: Annotated[str, Path(pattern=SIGNAL_NAME)],
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.GIVE_SIGNAL))],
    body: SignalBody = _NOTHING_MORE,
    idempotency_key: IdempotencyKey = None,
) -> SignalView:
    """Schedules whose `readiness` names it go on; each counts it once.

    The same signal sent again counts as one where both have the same `Idempotency-Key`.
    """
    table = tables.signals
    key = _key_of(checked_key(idempotency_key))
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await signals.write_down(
            connection,
            principal.tenant_id,
            name,
            sent_by=principal.sub,
            message_id=key,
            details=body.details,
        )
        if row is not None:
            subject = f"signal/{name}"
            await audit.record(connection, principal, "signal.given", subject, id=str(row["id"]))
        else:
            before = select(table).where(table.c.message_id == key)
            row = (await connection.execute(before)).mappings().one()
            if (row["name"], row["details"]) != (name, body.details):
                raise key_reused(f"belongs to the signal {row['name']!r}")
    return SignalView(id=row["id"], name=row["name"], received_at=row["received_at"])


def _key_of(idempotency_key: str | None) -> str | None:
    """Apart from the ids of messages, and no longer than they are."""
    if idempotency_key is None:
        return None
    return f"request:{hashlib.sha256(idempotency_key.encode()).hexdigest()}"
