"""`/api/v1/schedules`: when definitions run, and for whom."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.api import audit
from services.api.etags import IfMatch, ensure_match, etag
from services.api.guards import allow, ensure_own
from services.api.planning import executions, saving
from services.api.planning import schedule_store as store
from services.api.planning.bodies import changed
from services.api.planning.cadence_bodies import BEFORE_CADENCES
from services.api.planning.executions import ExecutionPage
from services.api.planning.previews import PreviewBody, PreviewView, preview_view
from services.api.planning.schedule_checks import (
    cadence_errors,
    ensure_fit,
    ensure_room,
    own_days_of,
)
from services.api.planning.schedules import (
    ListedSchedule,
    ScheduleBody,
    ScheduleChange,
    SchedulePage,
    ScheduleView,
    schedule_fields,
    schedule_view,
)
from services.api.principals import Principal
from services.api.problems import Problem, fields_problem
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared.cadence import CADENCE
from shared.states import ScheduleState

router = APIRouter(prefix="/api/v1/schedules", tags=["schedules"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(allow(Action.SEE_SCHEDULES))]
Changer = Annotated[Principal, Depends(allow(Action.CHANGE_SCHEDULE))]
Count = Annotated[int, Query(ge=1, le=100, description="How many fires.")]


@router.post("", status_code=201, summary="Save a schedule", dependencies=[BEFORE_CADENCES])
async def add_schedule(
    body: ScheduleBody,
    request: Request,
    response: Response,
    principal: Annotated[Principal, Depends(allow(Action.SAVE_SCHEDULE))],
) -> ScheduleView:
    """Active at once. Its owner is whoever saves it, and its runs are made in their name."""
    state = request.app.state
    offered = await state.catalogue.types()
    async with state.store.tenant(principal.tenant_id) as connection:
        await ensure_fit(connection, principal, body, offered)
        await ensure_room(connection)
        row = await saving.add_schedule(connection, principal, body)
    response.headers["ETag"] = etag(row["version"])
    response.headers["Location"] = f"{state.settings.public_url}/api/v1/schedules/{row['id']}"
    return schedule_view(row)


@router.get("", summary="List schedules")
async def list_schedules(
    request: Request,
    principal: Reader,
    state: ScheduleState | None = None,
    definition: UUID | None = None,
    owner: Annotated[str | None, Query(max_length=200)] = None,
    tag: Annotated[str | None, Query(max_length=50, description="Of its definition.")] = None,
    q: Annotated[
        str | None, Query(max_length=100, description="Part of its name or its definition's.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> SchedulePage:
    """Newest first; `next_cursor` leads to the following page."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows, next_cursor = await store.page_of(
            connection,
            store.which(state=state, definition_id=definition, owner=owner, tag=tag, search=q),
            limit=limit,
            cursor=cursor,
        )
        latest = await executions.latest_of(connection, [row["id"] for row in rows])
    items = [
        ListedSchedule(**schedule_view(row).model_dump(), last=latest.get(row["id"]))
        for row in rows
    ]
    return SchedulePage(items=items, next_cursor=next_cursor)


@router.post(
    "/preview", summary="Preview a schedule that is not saved", dependencies=[BEFORE_CADENCES]
)
async def preview_unsaved(
    body: PreviewBody, request: Request, principal: Reader, n: Count = 10
) -> PreviewView:
    """When it would fire, and which days it would leave out; refused as saving it would be."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        if errors := await cadence_errors(connection, body.cadence):
            raise fields_problem(errors)
        own_days = await own_days_of(connection)
    return preview_view(body.cadence, n, own_days)


@router.get("/{schedule_id}", summary="One schedule")
async def get_schedule(
    schedule_id: str, request: Request, response: Response, principal: Reader
) -> ScheduleView:
    """What it says and where it stands; `ETag` is for a change of it."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.schedule_of(connection, store.schedule_id_of(schedule_id))
    response.headers["ETag"] = etag(row["version"])
    return schedule_view(row)


@router.put("/{schedule_id}", summary="Replace a schedule", dependencies=[BEFORE_CADENCES])
async def put_schedule(
    schedule_id: str,
    body: ScheduleBody,
    request: Request,
    response: Response,
    principal: Changer,
    if_match: IfMatch = None,
) -> ScheduleView:
    """What is left out has its default. With another cadence it begins anew from now."""
    return await _change(schedule_id, body, request, response, principal, if_match)


@router.patch("/{schedule_id}", summary="Change a schedule", dependencies=[BEFORE_CADENCES])
async def patch_schedule(
    schedule_id: str,
    body: ScheduleChange,
    request: Request,
    response: Response,
    principal: Changer,
    if_match: IfMatch = None,
) -> ScheduleView:
    """What is left out stays as it is. With another cadence it begins anew from now."""
    return await _change(schedule_id, body, request, response, principal, if_match)


async def _change(
    schedule_id: str,
    body: ScheduleBody | ScheduleChange,
    request: Request,
    response: Response,
    principal: Principal,
    if_match: str | None,
) -> ScheduleView:
    state = request.app.state
    offered = await state.catalogue.types()
    identifier = store.schedule_id_of(schedule_id)
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await store.schedule_of(connection, identifier, lock=True)
        ensure_own(principal, Action.CHANGE_SCHEDULE, row["owner"])
        ensure_match(if_match, row["version"])
        whole = (
            body
            if isinstance(body, ScheduleBody)
            else changed(ScheduleBody, schedule_fields(row), body)
        )
        await ensure_fit(connection, principal, whole, offered, row)
        row = await saving.change_schedule(connection, principal, row, whole)
    response.headers["ETag"] = etag(row["version"])
    return schedule_view(row)


@router.delete("/{schedule_id}", status_code=204, summary="Delete a schedule")
async def delete_schedule(
    schedule_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.DELETE_SCHEDULE))],
    if_match: IfMatch = None,
) -> None:
    """It fires no more; its runs stay. `If-Match` is looked at where it is sent."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        identifier = store.schedule_id_of(schedule_id)
        row = await store.schedule_of(connection, identifier, lock=True)
        ensure_own(principal, Action.DELETE_SCHEDULE, row["owner"])
        if if_match is not None:
            ensure_match(if_match, row["version"])
        await store.delete(connection, row)
        await audit.record(
            connection, principal, "schedule.deleted", f"schedule/{identifier}", name=row["name"]
        )


@router.get("/{schedule_id}/preview", summary="When a schedule will fire")
async def preview_schedule(
    schedule_id: str, request: Request, principal: Reader, n: Count = 10
) -> PreviewView:
    """Its next fires, computed as the scheduler does, with the days left out and why."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.schedule_of(connection, store.schedule_id_of(schedule_id))
        own_days = await own_days_of(connection)
    try:
        cadence = CADENCE.validate_python(row["cadence"])
    except ValueError:
        raise Problem(409, f"this schedule cannot fire: {row['state_reason']}") from None
    return preview_view(
        cadence,
        n,
        own_days,
        state=row["state"],
        state_reason=row["state_reason"],
        jitter_seconds=row["jitter_seconds"],
    )


@router.get("/{schedule_id}/executions", summary="What became of a schedule's fires")
async def list_executions(
    schedule_id: str,
    request: Request,
    principal: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ExecutionPage:
    """Latest first, each with its outcome and the reason; runs by hand among them."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.schedule_of(connection, store.schedule_id_of(schedule_id))
        items, next_cursor = await executions.page_of(
            connection, row["id"], limit=limit, cursor=cursor
        )
    return ExecutionPage(items=items, next_cursor=next_cursor)
