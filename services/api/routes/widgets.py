"""`/api/v1/widgets`: the figures that matter, each of the latest report of its type."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from services.api.guards import allow
from services.api.principals import Principal
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from services.api.widget_views import WidgetView, latest_runs
from services.api.widgets import WidgetName

router = APIRouter(prefix="/api/v1/widgets", tags=["widgets"], route_class=StrictRoute)


@router.get("", summary="The latest figures")
async def list_widgets(
    request: Request, principal: Annotated[Principal, Depends(allow(Action.SEE_REPORTS))]
) -> list[WidgetView]:
    """A key figure with its trend per widget, of the latest completed report of its type that was
    not narrowed down to a part of the studio, whatever its period."""
    state = request.app.state
    async with state.store.tenant(principal.tenant_id) as connection:
        runs = await latest_runs(connection, WidgetName)
    return [await state.widgets.view(name, runs.get(name)) for name in WidgetName]
