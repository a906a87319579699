"""`/api/v1/export`, `/import`: definitions and schedules as one file, for version control."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.api.guards import allow
from services.api.planning import exchange
from services.api.planning.cadence_bodies import BEFORE_CADENCES
from services.api.principals import Principal
from services.api.roles import Action
from services.api.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["definitions", "schedules"], route_class=StrictRoute)


@router.get("/export", summary="Export definitions and schedules")
async def export_all(
    request: Request, principal: Annotated[Principal, Depends(allow(Action.SEE_DEFINITIONS))]
) -> exchange.ExportView:
    """All of them, as `/import` takes them."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        return await exchange.exported(connection)


@router.post("/import", summary="Import definitions and schedules", dependencies=[BEFORE_CADENCES])
async def import_file(
    body: exchange.Exchange,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.IMPORT))],
    dry_run: Annotated[bool, Query(description="Tell what would change, and change nothing.")] = (
        False
    ),
) -> exchange.ImportView:
    """All or nothing. Names are the keys: what is there already is changed, the same file twice
    changes nothing, and what the file does not name stays as it is."""
    state = request.app.state
    # Read before the transaction: nothing else is asked for within one.
    await state.catalogue.types()
    async with state.store.tenant(principal.tenant_id) as connection:
        return await exchange.imported(
            connection, principal, body, state.catalogue, dry_run=dry_run
        )
