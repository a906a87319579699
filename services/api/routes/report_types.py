"""`/api/v1/report-types`: what can be asked for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from services.api.catalogue import OfferedType
from services.api.guards import allow
from services.api.principals import Principal
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared.consent import refusal

router = APIRouter(prefix="/api/v1/report-types", tags=["report types"], route_class=StrictRoute)


class ReportTypeView(BaseModel):
    """A report type."""

    name: str
    title: str
    description: str
    formats: list[str]
    languages: list[str] = Field(
        description="BCP 47 tags of those in which its reports can be written."
    )
    kpis: list[str] = Field(
        description="Names of its key figures, which conditions of schedules may compare."
    )
    available: bool = Field(description="False: the tenant has it switched off.")
    unavailable_because: str | None = Field(description="And who can change that.")
    parameters_schema: dict[str, Any] = Field(description="JSON Schema (2020-12) of `parameters`.")


@router.get("", summary="List report types")
async def list_report_types(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_REPORT_TYPES))],
) -> list[ReportTypeView]:
    """Each with its formats and the schema of its parameters."""
    types = await request.app.state.catalogue.types()
    return [_view(offered, principal) for offered in types.values()]


def _view(offered: OfferedType, principal: Principal) -> ReportTypeView:
    refused = refusal(offered.name, {}, principal.consent)
    return ReportTypeView(
        name=offered.name,
        title=offered.title,
        description=offered.description,
        formats=list(offered.formats),
        languages=list(offered.languages),
        kpis=list(offered.kpis),
        available=refused is None,
        unavailable_because=None if refused is None else refused.detail,
        parameters_schema=offered.parameters_schema,
    )
