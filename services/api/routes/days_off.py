"""`/api/v1/settings/days-off`: a tenant's own days off, for schedules on business days."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, field_validator
from sqlalchemy import delete, func, insert, select, update

from services.api import audit
from services.api.guards import allow
from services.api.planning.schedule_store import FIRST_FIRE_ANEW
from services.api.principals import Principal
from services.api.report_requests import Body, Day
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared.states import ScheduleState
from shared.store import tables

router = APIRouter(
    prefix="/api/v1/settings/days-off", tags=["administration"], route_class=StrictRoute
)


class DayOff(Body):
    """One day."""

    day: Day
    name: str = Field(min_length=1, max_length=100, examples=["Company outing"])


class DaysOff(Body):
    """All of them: what is not named is no day off any more."""

    days: list[DayOff] = Field(max_length=1000)

    @field_validator("days")
    @classmethod
    def _each_once(cls, days: list[DayOff]) -> list[DayOff]:
        if len({entry.day for entry in days}) < len(days):
            raise ValueError("a day stands twice: name each once")
        return sorted(days, key=lambda entry: entry.day)


class DayOffView(BaseModel):
    """One day."""

    day: date
    name: str


class DaysOffView(BaseModel):
    """All of them, in order."""

    days: list[DayOffView]


@router.get("", summary="The tenant's own days off")
async def get_days_off(
    request: Request, principal: Annotated[Principal, Depends(allow(Action.SEE_SCHEDULES))]
) -> DaysOffView:
    """Beside public holidays, which a schedule's country brings."""
    table = tables.tenant_holidays
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows = await connection.execute(select(table.c.day, table.c.name).order_by(table.c.day))
        days = [DayOffView(day=row.day, name=row.name) for row in rows]
    return DaysOffView(days=days)


@router.put("", summary="Change the tenant's own days off")
async def put_days_off(
    body: DaysOff,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.CHANGE_SETTINGS))],
) -> DaysOffView:
    """Schedules on business days go by them from their next fire on."""
    table, schedules = tables.tenant_holidays, tables.schedules
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        await connection.execute(delete(table).where(table.c.tenant_id == principal.tenant_id))
        if body.days:
            await connection.execute(
                insert(table),
                [{"tenant_id": principal.tenant_id, **entry.model_dump()} for entry in body.days],
            )
        # What was planned by the old days is planned anew: the preview goes by the new ones.
        await connection.execute(
            update(schedules)
            .where(
                func.jsonb_typeof(schedules.c.cadence["business_days"]) == "object",
                schedules.c.state == ScheduleState.ACTIVE,
                schedules.c.next_run_at > func.now(),
            )
            .values(FIRST_FIRE_ANEW)
        )
        await audit.record(
            connection, principal, "days_off.changed", "settings", days=len(body.days)
        )
    return DaysOffView(days=[DayOffView(day=entry.day, name=entry.name) for entry in body.days])
