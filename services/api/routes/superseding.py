"""`/api/v1/reports/{id}/supersede`: a corrected version of a report, for those who got it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import audit, run_store
from services.api.accepting import accepted_run, earlier_run
from services.api.asked_again import asked_again
from services.api.following import IdempotencyKey, Prefer, checked_key, preferred
from services.api.guards import allow, ensure_allowed, ensure_own
from services.api.principals import Principal
from services.api.problems import Problem
from services.api.representations import RunView
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared.banners import Banner
from shared.dedup_keys import body_hash
from shared.run_requests import Recipient, RunRequest
from shared.states import DeliveryStatus, Lane, RunStatus
from shared.store import tables

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=StrictRoute)

_GOT_IT = (DeliveryStatus.SENT, DeliveryStatus.UNCERTAIN)
"""Deliveries after which somebody has the earlier version, or may have it."""


class CorrectionBody(BaseModel):
    """Why a report is made again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str | None = Field(
        None, min_length=1, max_length=300, description="Said at the top of the report and mail."
    )


@router.post(
    "/{run_id}/supersede",
    status_code=202,
    response_model=RunView,
    summary="Correct a report",
    responses={200: {"model": RunView, "description": "Finished within `Prefer: wait`."}},
)
async def supersede(
    run_id: str,
    body: CorrectionBody,
    request: Request,
    response: Response,
    principal: Annotated[Principal, Depends(allow(Action.SUPERSEDE_REPORT))],
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Any:
    """The same report from the data as they are now, sent to all who got the earlier one, with a
    line on which figures have changed. Each of the two names the other."""
    key, store = checked_key(idempotency_key), request.app.state.store
    async with store.tenant(principal.tenant_id) as connection:
        row = await run_store.row_of(connection, run_store.run_id_of(run_id))
        ensure_own(principal, Action.SUPERSEDE_REPORT, row["requested_by"])
        ensure_allowed(principal, row["report_type"], row["parameters"])
        recipients = await _who_got_it(connection, row)
        is_burst = await connection.scalar(
            select(tables.run_bursts.c.run_id).where(tables.run_bursts.c.run_id == row["id"])
        )
    wanted = _correction_of(row, body, principal, recipients, key)
    accepted = await earlier_run(request, principal, wanted)
    if accepted is None:
        _ensure_can_be_corrected(row, is_burst=is_burst is not None)
        try:
            accepted = await accepted_run(request, principal, wanted)
        except IntegrityError:
            raise _corrected_already("somebody corrects it at this moment") from None
        async with store.tenant(principal.tenant_id) as connection:
            subject = f"report/{row['id']}"
            await audit.record(
                connection, principal, "report.superseded", subject, by=str(accepted.id)
            )
    return await preferred(request, response, principal, accepted, prefer)


def _ensure_can_be_corrected(row: RowMapping, *, is_burst: bool) -> None:
    if row["status"] != RunStatus.COMPLETED or not row["formats"]:
        raise Problem(409, f"this report is {row['status']}: a completed one can be corrected")
    if is_burst:
        raise Problem(409, "the report of a burst is not corrected: have the burst made again")
    if row["superseded_by"] is not None:
        raise _corrected_already(f"report {row['superseded_by']} replaces it: correct that one")


def _corrected_already(detail: str) -> Problem:
    return Problem(409, f"this report is corrected already: {detail}")


async def _who_got_it(connection: AsyncConnection, row: RowMapping) -> list[Recipient]:
    deliveries = tables.deliveries
    found = await connection.execute(
        select(deliveries.c.channel, deliveries.c.recipient)
        .where(deliveries.c.run_id == row["id"], deliveries.c.status.in_(_GOT_IT))
        .order_by(deliveries.c.id)
    )
    return [Recipient(delivery.channel, delivery.recipient) for delivery in found]


def _correction_of(
    row: RowMapping,
    body: CorrectionBody,
    principal: Principal,
    recipients: list[Recipient],
    key: str | None,
) -> RunRequest:
    return asked_again(
        row,
        principal,
        lane=Lane.INTERACTIVE,
        recipients=tuple(recipients),
        banner=Banner(reason=body.reason).stored() if body.reason else None,
        supersedes=row["id"],
        idempotency_key=key,
        body_sha256=body_hash({"supersedes": str(row["id"]), "reason": body.reason})
        if key
        else None,
    )
