"""`/api/v1/members`, `/settings`, `/audit`: what a tenant's administrators look after."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool
from sqlalchemy import RowMapping, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.api import audit
from services.api.guards import allow
from services.api.principals import MAX_SUB, Principal
from services.api.problems import FieldError, Problem
from services.api.report_requests import MailAddress
from services.api.roles import Action, Role
from services.api.strict_route import StrictRoute
from shared.bursts import MOST_ROWS
from shared.house_style import HouseStyle
from shared.periods import TimezoneName
from shared.store import tables

router = APIRouter(prefix="/api/v1", tags=["administration"], route_class=StrictRoute)


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("control characters are not allowed")
    return value


# `:path` in the routes, because a `sub` may well be an address with slashes.
Sub = Annotated[
    str,
    Path(min_length=1, max_length=MAX_SUB, description="The `sub` of its tokens."),
    AfterValidator(_printable),
]


class MemberBody(BaseModel):
    """What an administrator says about a member."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    email: MailAddress | None = None
    team: str | None = Field(None, max_length=100)
    active: bool = Field(True, strict=True)


class MemberView(BaseModel):
    """A member."""

    sub: str
    email: str | None
    role: Role
    team: str | None
    active: bool
    created_at: datetime


class SettingsBody(BaseModel):
    """What an administrator says about the tenant; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: TimezoneName | None = None
    retention_days: int | None = Field(None, ge=1, le=3660, strict=True)
    max_backlog: int | None = Field(None, ge=1, le=1_000_000, strict=True)
    freshness_seconds: int | None = Field(
        None,
        ge=0,
        le=3600,
        strict=True,
        description="Identical reports asked for within so many seconds share one query; 0: never.",
    )
    schedule_minimum_minutes: int | None = Field(
        None, ge=1, le=1440, strict=True, description="How far apart a schedule's fires have to be."
    )
    schedule_failure_limit: int | None = Field(
        None,
        ge=1,
        le=100,
        strict=True,
        description="Failed runs in a row after which a schedule is disabled.",
    )
    max_schedules: int | None = Field(None, ge=0, le=1_000_000, strict=True)
    max_runs_per_hour: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        strict=True,
        description="Runs of definitions and schedules that people start by hand.",
    )
    max_burst_rows: int | None = Field(
        None, ge=0, le=MOST_ROWS, strict=True, description="Recipients of a burst."
    )
    reviewer_productivity: StrictBool | None = Field(
        None,
        description="Whether the report of that name may be asked for: figures of how reviewers "
        "work, by team.",
    )
    reviewer_productivity_by_person: StrictBool | None = Field(
        None,
        description="Whether it may also show single people, where a request asks for them.",
    )


class SettingsView(BaseModel):
    """The tenant's settings."""

    timezone: str
    retention_days: int
    max_backlog: int
    freshness_seconds: int
    schedule_minimum_minutes: int
    schedule_failure_limit: int
    max_schedules: int
    max_runs_per_hour: int
    max_burst_rows: int
    reviewer_productivity: bool
    reviewer_productivity_by_person: bool


class AuditEntry(BaseModel):
    """Who did what."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]


@router.get("/members", summary="List members")
async def list_members(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_MEMBERS))],
) -> list[MemberView]:
    """By `sub`."""
    table = tables.members
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows = (await connection.execute(select(table).order_by(table.c.sub))).mappings().all()
    return [MemberView.model_validate(dict(row)) for row in rows]


@router.put("/members/{sub:path}", summary="Add or change a member")
async def put_member(
    sub: Sub,
    body: MemberBody,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.CHANGE_MEMBERS))],
) -> MemberView:
    """A member's role caps the role of its tokens; an inactive one is refused."""
    _ensure_not_self(principal, sub, keeps_admin=body.active and body.role is Role.ADMIN)
    values = body.model_dump()
    table = tables.members
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = (
            (
                await connection.execute(
                    insert(table)
                    .values(tenant_id=principal.tenant_id, sub=sub, **values)
                    .on_conflict_do_update(
                        index_elements=["tenant_id", "sub"],
                        set_={**values, "updated_at": func.now()},
                    )
                    .returning(table)
                )
            )
            .mappings()
            .one()
        )
        await audit.record(connection, principal, "member.changed", f"member/{sub}", **values)
    request.app.state.gatekeeper.forget()
    return MemberView.model_validate(dict(row))


@router.delete("/members/{sub:path}", status_code=204, summary="Remove a member")
async def delete_member(
    sub: Sub,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.CHANGE_MEMBERS))],
) -> None:
    """Tokens that name it go on to work with the role they carry: to shut somebody out, make
    the member inactive instead."""
    _ensure_not_self(principal, sub, keeps_admin=False)
    table = tables.members
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        removed = await connection.execute(delete(table).where(table.c.sub == sub))
        if removed.rowcount == 0:
            raise Problem(404, "there is no such member")
        await audit.record(connection, principal, "member.removed", f"member/{sub}")
    request.app.state.gatekeeper.forget()


def _ensure_not_self(principal: Principal, sub: str, *, keeps_admin: bool) -> None:
    if sub == principal.sub and not keeps_admin:
        detail = "you cannot take away your own role: ask another administrator"
        raise Problem(409, detail, errors=[FieldError(field="sub", detail=detail)])


@router.get("/settings", summary="The tenant's settings")
async def get_settings(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_SETTINGS))],
) -> SettingsView:
    """Timezone, retention, limits, and what may be reported about people."""
    table = tables.tenant_settings
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = (await connection.execute(select(table))).mappings().one()
    return _settings_view(row)


@router.patch("/settings", summary="Change the tenant's settings")
async def change_settings(
    body: SettingsBody,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.CHANGE_SETTINGS))],
) -> SettingsView:
    """Those named, and no other; they take effect within seconds."""
    table = tables.tenant_settings
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = (
            (
                await connection.execute(
                    update(table)
                    .where(table.c.tenant_id == principal.tenant_id)
                    .values(**body.model_dump(exclude_none=True), updated_at=func.now())
                    .returning(table)
                )
            )
            .mappings()
            .one()
        )
        view = _settings_view(row)
        await audit.record(
            connection, principal, "settings.changed", "settings", **view.model_dump()
        )
    request.app.state.gatekeeper.forget()
    return view


def _settings_view(row: RowMapping) -> SettingsView:
    return SettingsView.model_validate({name: row[name] for name in SettingsView.model_fields})


@router.get("/settings/house-style", summary="How the tenant's reports look")
async def get_house_style(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_SETTINGS))],
) -> HouseStyle:
    """Paper, logo, colours, footer."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        kept = await connection.scalar(select(tables.tenant_settings.c.house_style))
    return HouseStyle.model_validate(kept or {})


@router.put("/settings/house-style", summary="Change how the tenant's reports look")
async def put_house_style(
    body: HouseStyle,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.CHANGE_SETTINGS))],
) -> HouseStyle:
    """Reports asked for from now on look like this; finished ones stay as they are."""
    table = tables.tenant_settings
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        await connection.execute(
            update(table)
            .where(table.c.tenant_id == principal.tenant_id)
            .values(house_style=body.model_dump(mode="json"), updated_at=func.now())
        )
        # A snapshot holds the style it was made with: no later report shares it.
        await connection.execute(
            update(tables.runs)
            .where(tables.runs.c.work_key.is_not(None), tables.runs.c.snapshot_key.is_not(None))
            .values(work_key=None)
        )
        await audit.record(
            connection,
            principal,
            "house_style.changed",
            "settings",
            **body.model_dump(mode="json", exclude={"logo": {"data"}}),
        )
    return body


@router.get("/audit", summary="The audit log")
async def list_audit(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_AUDIT))],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> list[AuditEntry]:
    """Newest first; `before` (an entry's id) leads to older ones."""
    table = tables.audit
    query = select(table).order_by(table.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(table.c.id < before)
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [AuditEntry.model_validate(dict(row)) for row in rows]
