"""`/api/v1/schedules/…/pause`, `resume`, `run`, `transfer`: steps with one schedule, or many."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import audit
from services.api.etags import etag
from services.api.following import checked_key, preferred
from services.api.guards import allow, ensure_own
from services.api.planning import owners
from services.api.planning import schedule_states as states
from services.api.planning import schedule_store as store
from services.api.planning.owners import HandOver
from services.api.planning.recipients import recipients_now
from services.api.planning.runs_by_hand import accepted_by_hand, run_by_hand
from services.api.planning.schedules import ScheduleView, schedule_view
from services.api.planning.selections import (
    BulkView,
    Selection,
    SelectionHandOver,
    Step,
    chosen_schedules,
    for_each,
)
from services.api.principals import Principal
from services.api.representations import RunView
from services.api.roles import Action
from services.api.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1/schedules", tags=["schedules"], route_class=StrictRoute)

Pauser = Annotated[Principal, Depends(allow(Action.PAUSE_SCHEDULE))]
Giver = Annotated[Principal, Depends(allow(Action.TRANSFER_SCHEDULE))]


@router.post("/pause", summary="Pause many schedules")
async def pause_many(body: Selection, request: Request, principal: Pauser) -> BulkView:
    """Each by itself: `unchanged` says why one was left as it was."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        return await _each(
            connection,
            principal,
            body,
            action=Action.PAUSE_SCHEDULE,
            step=partial(states.pause, principal=principal),
            audited="schedule.paused",
            nothing_to_do="it is paused already",
        )


@router.post("/resume", summary="Resume many schedules")
async def resume_many(body: Selection, request: Request, principal: Pauser) -> BulkView:
    """Each by itself: `unchanged` says why one was left as it was."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        return await _each(
            connection,
            principal,
            body,
            action=Action.PAUSE_SCHEDULE,
            step=states.resume,
            audited="schedule.resumed",
            nothing_to_do="it is active already",
        )


@router.post("/transfer", summary="Hand over many schedules")
async def transfer_many(body: SelectionHandOver, request: Request, principal: Giver) -> BulkView:
    """For instance all of somebody who leaves: `{"owner": "eve", "to": "bob"}`."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        await owners.ensure_can_own(connection, principal, body.to)
        return await _each(
            connection,
            principal,
            body,
            action=Action.TRANSFER_SCHEDULE,
            step=partial(states.transfer, to=body.to),
            audited="schedule.handed_over",
            nothing_to_do=f"it is {body.to}'s already",
        )


async def _each(
    connection: AsyncConnection, principal: Principal, body: Selection, **step: Any
) -> BulkView:
    ids = await chosen_schedules(connection, body)
    rows = await store.locked(connection, ids)
    return await for_each(connection, principal, "schedule", ids, rows, **step)


@router.post("/{schedule_id}/pause", summary="Pause a schedule")
async def pause(
    schedule_id: str, request: Request, response: Response, principal: Pauser
) -> ScheduleView:
    """It fires no more until somebody resumes it; what it misses is the misfire policy's."""
    return await _taken(
        schedule_id,
        request,
        response,
        principal,
        action=Action.PAUSE_SCHEDULE,
        step=partial(states.pause, principal=principal),
        audited="schedule.paused",
    )


@router.post("/{schedule_id}/resume", summary="Resume a schedule")
async def resume(
    schedule_id: str, request: Request, response: Response, principal: Pauser
) -> ScheduleView:
    """Also one that is held or disabled; its misfire policy decides about what it missed."""
    return await _taken(
        schedule_id,
        request,
        response,
        principal,
        action=Action.PAUSE_SCHEDULE,
        step=states.resume,
        audited="schedule.resumed",
    )


@router.post("/{schedule_id}/transfer", summary="Hand over a schedule")
async def transfer(
    schedule_id: str, body: HandOver, request: Request, response: Response, principal: Giver
) -> ScheduleView:
    """Its runs are made in the new owner's name; one that was held for want of an owner resumes."""

    async def handed_over(connection: AsyncConnection, row: RowMapping) -> bool:
        await owners.ensure_can_own(connection, principal, body.to)
        return await states.transfer(connection, row, to=body.to)

    return await _taken(
        schedule_id,
        request,
        response,
        principal,
        action=Action.TRANSFER_SCHEDULE,
        step=handed_over,
        audited="schedule.handed_over",
        to=body.to,
    )


async def _taken(
    schedule_id: str,
    request: Request,
    response: Response,
    principal: Principal,
    *,
    action: Action,
    step: Step,
    audited: str,
    **details: Any,
) -> ScheduleView:
    identifier = store.schedule_id_of(schedule_id)
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.schedule_of(connection, identifier, lock=True)
        ensure_own(principal, action, row["owner"])
        if await step(connection, row):
            subject = f"schedule/{identifier}"
            await audit.record(connection, principal, audited, subject, **details)
            row = await store.schedule_of(connection, identifier)
    response.headers["ETag"] = etag(row["version"])
    return schedule_view(row)


@router.post(
    "/{schedule_id}/run",
    status_code=202,
    response_model=RunView,
    summary="Run a schedule now",
    responses={200: {"model": RunView, "description": "Finished within `Prefer: wait`."}},
)
async def run_now(
    schedule_id: str,
    request: Request,
    response: Response,
    principal: Annotated[Principal, Depends(allow(Action.RUN_SCHEDULE))],
    idempotency_key: Annotated[str | None, Header()] = None,
    prefer: Annotated[str | None, Header()] = None,
) -> Any:
    """To its recipients, whatever its condition says and whether or not it is paused. The run is
    marked (`occasion` is `by_hand`) and leaves the schedule's next fire as it is."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.schedule_of(connection, store.schedule_id_of(schedule_id))
        ensure_own(principal, Action.RUN_SCHEDULE, row["owner"])
        wanted = await run_by_hand(
            connection,
            principal,
            row["definition_id"],
            recipients=await recipients_now(connection, row),
            burst=row["burst"],
            schedule_id=row["id"],
            idempotency_key=checked_key(idempotency_key),
        )
    accepted = await accepted_by_hand(request, principal, wanted)
    return await preferred(request, response, principal, accepted, prefer)
