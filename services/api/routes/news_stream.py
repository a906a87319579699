"""`/api/v1/news`: which runs have changed, for lists that stay current by themselves."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.api import run_store
from services.api.guards import allow, still_allowed
from services.api.news import next_news
from services.api.principals import Principal
from services.api.problems import Problem, problem_content
from services.api.representations import run_summary
from services.api.roles import Action
from services.api.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1/news", tags=["reports"], route_class=StrictRoute)


@router.get("", response_class=EventSourceResponse, summary="Follow all reports live")
async def follow_all(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_REPORTS))],
    seconds: Annotated[
        float, Query(ge=0, le=86_400, description="How long to follow; the client may end earlier.")
    ] = 3600,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `ready` at once, then `changed` with the runs that something happened
    to, at most 200 at a time; `refused`, with the problem, once the token has expired or its
    member may see reports no longer. Ends after `seconds`: begin another."""
    store = request.app.state.store
    async with store.tenant(principal.tenant_id) as connection:
        seen = await run_store.newest_entry(connection)
    yield ServerSentEvent(event="ready", data={})
    until = time.monotonic() + seconds
    with request.app.state.news.about_any() as event:
        while time.monotonic() < until and not await request.is_disconnected():
            await next_news(event, 1.0)
            try:
                principal = await still_allowed(request, Action.SEE_REPORTS)
            except Problem as problem:
                yield ServerSentEvent(event="refused", data=problem_content(request, problem))
                return
            async with store.tenant(principal.tenant_id) as connection:
                seen, rows = await run_store.changed_after(connection, seen)
            if rows:
                runs = [run_summary(row).model_dump(mode="json", by_alias=True) for row in rows]
                yield ServerSentEvent(event="changed", data={"runs": runs})
