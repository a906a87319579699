"""`/api/v1/reports/{id}/render`: further formats of a completed report, without a query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import audit, run_store
from services.api.catalogue import OfferedType
from services.api.following import IdempotencyKey, Prefer, checked_key, preferred, view
from services.api.guards import allow, ensure_allowed
from services.api.principals import Principal
from services.api.problems import Problem, fields_problem, key_reused
from services.api.report_requests import FormatNames, format_errors
from services.api.representations import RunView
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared.dedup_keys import body_hash
from shared.store import tables

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=StrictRoute)


class FormatsBody(BaseModel):
    """Formats to be added to a completed report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    formats: FormatNames
    slice: UUID | None = Field(None, description="A part of a burst's report; null: the whole.")


@router.post(
    "/{run_id}/render",
    status_code=202,
    response_model=RunView,
    summary="Add formats to a completed report",
    responses={200: {"model": RunView, "description": "All of them are there."}},
)
async def add_formats(
    run_id: str,
    body: FormatsBody,
    request: Request,
    response: Response,
    principal: Annotated[Principal, Depends(allow(Action.ADD_FORMAT))],
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> RunView:
    """Rendered from the snapshot of all its other files: the source is not asked again, and
    nothing is delivered. What is there already stays; what failed is tried again.

    `Idempotency-Key` and `Prefer: wait=N` as for a new report; keys count for this call alone.
    """
    state = request.app.state
    key = checked_key(idempotency_key)
    identifier = run_store.run_id_of(run_id)
    offered = await state.catalogue.types()
    async with (
        state.backlog.room_for_one(principal),
        state.store.tenant(principal.tenant_id) as connection,
    ):
        row = await run_store.row_of(connection, identifier, lock=True)
        if key is None or await _is_new(connection, row, body, key):
            ensure_allowed(principal, row["report_type"], row["parameters"])
            _ensure_offered(row, body, offered)
            new = await run_store.ask_for_formats(connection, row, body.formats, body.slice)
            if new:
                subject = f"report/{identifier}"
                await audit.record(
                    connection, principal, "report.formats_added", subject, formats=new
                )
    current = await view(request, principal, identifier)
    if current.is_settled:
        response.status_code = 200
    return await preferred(request, response, principal, current, prefer)


async def _is_new(
    connection: AsyncConnection, row: RowMapping, body: FormatsBody, key: str
) -> bool:
    """Whether the key came for the first time; Problem 409 when it stood for something else."""
    table = tables.format_requests
    wanted = {
        "run_id": row["id"],
        "body_sha256": body_hash(body.model_dump(mode="json", exclude_none=True)),
    }
    first = await connection.execute(
        insert(table)
        .values(tenant_id=row["tenant_id"], idempotency_key=key, **wanted)
        .on_conflict_do_nothing()
        .returning(table.c.run_id)
    )
    if first.first() is not None:
        return True
    earlier = (
        (await connection.execute(select(table).where(table.c.idempotency_key == key)))
        .mappings()
        .one()
    )
    if {name: earlier[name] for name in wanted} != wanted:
        raise key_reused(f"belongs to formats of report {earlier['run_id']}")
    return False


def _ensure_offered(row: RowMapping, body: FormatsBody, offered: Mapping[str, OfferedType]) -> None:
    report_type = offered.get(row["report_type"])
    if report_type is None:
        raise Problem(409, f"no aggregator offers {row['report_type']} any more")
    if errors := list(format_errors(body.formats, report_type)):
        raise fields_problem(errors)
