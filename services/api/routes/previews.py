"""`/api/v1/previews`, `…/report-types/{name}/names`: what somebody wants to see before asking."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from services.api import audit
from services.api.guards import allow, ensure_allowed
from services.api.passing_runs import passing_document
from services.api.principals import Principal
from services.api.problems import Problem
from services.api.report_requests import DocumentBody, preview_request
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared.document import ReportDocument
from shared.periods import Period
from shared.run_requests import LOOK_UP, RunRequest
from shared.states import Lane, Occasion

router = APIRouter(prefix="/api/v1", tags=["reports"], route_class=StrictRoute)

Author = Annotated[Principal, Depends(allow(Action.REQUEST_REPORT))]
_NAMES_ARE_FRESH_SECONDS = 300
"""Projects and scene types come slowly; whoever knows a newer name can type it."""


class NamesView(BaseModel):
    """The names that a filter can be set to."""

    names: list[str] = Field(description="In order, a thousand at most.")
    there_are: int = Field(description="How many the source has.")


class KnownNamesView(BaseModel):
    """By filter."""

    as_of: datetime = Field(description="The instant whose data they are of.")
    filters: dict[str, NamesView] = Field(description="By the name of the parameter.")


@router.post(
    "/previews",
    summary="See what a report would say",
    response_class=Response,
    responses={200: {"model": ReportDocument}},
)
async def preview(body: DocumentBody, request: Request, principal: Author) -> Response:
    """The document itself, at once or within seconds; no file is made, nobody is sent anything, and
    the run is in no list. A request that is given up takes its run along. Of a large table,
    `stored` says how many rows there are; they are not sent."""
    state = request.app.state
    wanted = await preview_request(body, principal, state.catalogue)
    run_id, content = await passing_document(request, principal, wanted)
    async with state.store.tenant(principal.tenant_id) as connection:
        await audit.record(connection, principal, "report.read", f"report/{run_id}")
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get("/report-types/{name}/names", summary="What a report's filters can be set to")
async def known_names(
    name: Annotated[str, Path(max_length=63, pattern=r"^[a-z0-9_]+$")],
    request: Request,
    principal: Author,
) -> KnownNamesView:
    """The names that the source has, read at most five minutes ago."""
    offered = (await request.app.state.catalogue.types()).get(name)
    if offered is None:
        raise Problem(404, f"there is no report type {name!r}")
    ensure_allowed(principal, name, {})
    today = datetime.now(UTC).astimezone(ZoneInfo(principal.timezone)).date()
    _, content = await passing_document(
        request,
        principal,
        RunRequest(
            tenant_id=principal.tenant_id,
            report_type=LOOK_UP,
            source=offered.source,
            period=Period(first_day=today, last_day=today, timezone=principal.timezone),
            parameters={"of": name},
            formats=(),
            lane=Lane.INTERACTIVE,
            occasion=Occasion.LOOK_UP,
            requested_by=principal.sub,
            role=principal.role,
            freshness_seconds=_NAMES_ARE_FRESH_SECONDS,
        ),
    )
    found = ReportDocument.model_validate_json(content)
    return KnownNamesView(
        as_of=found.as_of,
        filters={
            table.name: NamesView(
                names=[str(row[0]) for row in table.rows],
                there_are=table.available_rows or len(table.rows),
            )
            for table in found.tables
        },
    )
