"""`/api/v1/events`: what happens in a tenant, live."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.api import event_log
from services.api.event_log import EventLog
from services.api.guards import allow, still_allowed
from services.api.principals import Principal
from services.api.problems import Problem, problem_content
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared.store.engine import Store

router = APIRouter(prefix="/api/v1/events", tags=["events"], route_class=StrictRoute)

LOOK_AGAIN_SECONDS = 0.5
Reader = Annotated[Principal, Depends(allow(Action.SEE_REPORTS))]


async def _log(
    request: Request,
    principal: Reader,
    type: Annotated[
        str | None,
        Query(
            max_length=60,
            pattern=r"^[a-z_]+(\.[a-z_]+)*$",
            description="Only these: `report.failed`, or `report` for all.",
        ),
    ] = None,
    last_event_id: Annotated[str | None, Header(max_length=200)] = None,
) -> EventLog:
    """Where to begin, once that is certain: a stream has no status to refuse with."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        return await event_log.log_after(connection, last_event_id, type)


@router.get("", response_class=EventSourceResponse, summary="Follow all events live")
async def follow(
    log: Annotated[EventLog, Depends(_log)], request: Request, principal: Reader
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events of this tenant alone, each named by its type, with the event as
    CloudEvents 1.0 in JSON; `Last-Event-ID` goes on after one, for as long as events are kept. At
    least once, as on the broker: the event's own `id` tells copies. Ends with `refused` and the
    problem once the token has expired or its member may see reports no longer."""
    store: Store = request.app.state.store
    while True:
        try:
            principal = await still_allowed(request, Action.SEE_REPORTS)
        except Problem as problem:
            yield ServerSentEvent(event="refused", data=problem_content(request, problem))
            return
        async with store.tenant(principal.tenant_id) as connection:
            rows = await log.next_events(connection)
        for row in rows:
            yield ServerSentEvent(
                event=row["event_type"],
                id=event_log.place_in_the_log(row),
                data=event_log.cloud_event(row, json.loads(row["payload"])),
            )
        if len(rows) < event_log.MOST_AT_ONCE:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
