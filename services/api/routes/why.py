"""`/api/v1/why`: why somebody did or did not get a scheduled report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.api.guards import allow
from services.api.planning.why import WhyView, why
from services.api.principals import Principal
from services.api.report_requests import Day
from services.api.roles import Action
from services.api.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1/why", tags=["schedules"], route_class=StrictRoute)


@router.get("", summary="Why did somebody (not) get a report?")
async def why_or_why_not(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_SCHEDULES))],
    recipient: Annotated[str, Query(min_length=1, max_length=254, description="An address.")],
    date: Annotated[Day, Query(description="YYYY-MM-DD, by each schedule's own clock.")],
) -> WhyView:
    """For every schedule that names the recipient: fired and sent, or skipped, missed, failed,
    held, paused or not due, and why."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        return await why(connection, recipient, date, datetime.now(UTC))
