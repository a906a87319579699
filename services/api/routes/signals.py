"""`/api/v1/signals`: telling that data are there, which schedules may wait for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field
from sqlalchemy import insert
from uuid6 import uuid7

from services.api import audit
from services.api.guards import allow
from services.api.principals import Principal
from services.api.report_requests import Body
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared.readiness import SIGNAL_NAME
from shared.store import tables

router = APIRouter(prefix="/api/v1/signals", tags=["schedules"], route_class=StrictRoute)


class SignalBody(Body):
    """What is worth keeping about it."""

    details: dict[str, Any] = Field(default_factory=dict)


class SignalView(BaseModel):
    """A signal that was received."""

    id: UUID
    name: str
    received_at: datetime


@router.post("/{name}", status_code=202, summary="Say that data are there")
async def give_signal(
    name: Annotated[str, Path(pattern=SIGNAL_NAME)],
    body: SignalBody,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.GIVE_SIGNAL))],
) -> SignalView:
    """Schedules whose `readiness` names it go on; each counts it once."""
    table = tables.signals
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = (
            await connection.execute(
                insert(table)
                .values(
                    id=uuid7(),
                    tenant_id=principal.tenant_id,
                    name=name,
                    sent_by=principal.sub,
                    details=body.details,
                )
                .returning(table.c.id, table.c.received_at)
            )
        ).one()
        await audit.record(connection, principal, "signal.given", f"signal/{name}", id=str(row.id))
    return SignalView(id=row.id, name=name, received_at=row.received_at)
