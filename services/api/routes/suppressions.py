"""`/api/v1/suppressions`, `/bounces` and `/unsubscribe/{token}`: who gets no mail any more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as PathField
from pydantic import BaseModel, Field
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import audit, bounces, cursors, delivery_store
from services.api.bounces import Bounce, NoBounce
from services.api.guards import allow
from services.api.pages import page
from services.api.pages.refusals import refused
from services.api.principals import Principal
from services.api.problems import Problem, field_problem
from services.api.report_requests import Body, MailAddress
from services.api.roles import Action
from services.api.strict_route import StrictRoute, read_body
from shared import suppression
from shared.recipient_policy import canonical
from shared.states import DeliveryStatus
from shared.store import tables
from shared.suppression import UNSUBSCRIBE_PATH, Reason

BOUNCES_PATH = "/api/v1/bounces"
"""Notifications may bring back the whole mail; what they say stands before it."""

router = APIRouter(prefix="/api/v1", tags=["suppressions"], route_class=StrictRoute)
unsubscribing = APIRouter(prefix=UNSUBSCRIBE_PATH, tags=["unsubscribing"])

Token = Annotated[str, PathField(max_length=200, description="A delivery's signed id.")]
_table = tables.suppressions
_TENANT = text("SELECT tenant_of_delivery(:id)")


class SuppressionBody(Body):
    """An address that is to get no mail."""

    address: MailAddress
    detail: str = Field("", max_length=500, description="Why, for whoever looks later.")


class SuppressionView(BaseModel):
    """An address that gets no mail."""

    address: str
    reason: Reason
    detail: str
    delivery: UUID | None = Field(description="The one that it came of.")
    created_by: str
    created_at: datetime


class SuppressionPage(BaseModel):
    """Addresses, latest first."""

    items: list[SuppressionView]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page.")


class BounceView(BaseModel):
    """What became of a notification."""

    delivery: UUID
    status: DeliveryStatus
    suppressed: bool = Field(description="Whether the address gets no mail any more.")


@router.get("/suppressions", summary="Addresses that get no mail")
async def list_suppressions(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_SUPPRESSIONS))],
    address: Annotated[str | None, Query(max_length=320)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> SuppressionPage:
    """Who unsubscribed, to whom mail came back, and whom administrators added."""
    query = select(_table)
    if address is not None:
        query = query.where(_table.c.address == canonical(address))
    place = (_table.c.created_at, _table.c.id)
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows, following = await cursors.page_of(
            connection, query, place, limit=limit, cursor=cursor
        )
    return SuppressionPage(
        items=[
            SuppressionView.model_validate({**row, "delivery": row["delivery_id"]}) for row in rows
        ],
        next_cursor=following,
    )


@router.post("/suppressions", status_code=204, summary="Send an address no mail")
async def add_suppression(
    body: SuppressionBody,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.CHANGE_SUPPRESSIONS))],
) -> None:
    """From now on, whatever names it; one that is there already stays as it is."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        await suppression.add(
            connection,
            tenant_id=principal.tenant_id,
            address=body.address,
            reason=Reason.ADDED,
            detail=body.detail,
            by=principal.sub,
        )


@router.delete(
    "/suppressions/{address:path}", status_code=204, summary="Send an address mail again"
)
async def remove_suppression(
    address: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.CHANGE_SUPPRESSIONS))],
) -> None:
    """What was not sent meanwhile is not sent later: `POST /deliveries/{id}/resend` does that."""
    key = canonical(address)
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        removed = await connection.execute(delete(_table).where(_table.c.address == key))
        if removed.rowcount == 0:
            raise Problem(404, "this address is not on the list")
        await audit.record(connection, principal, "suppression.removed", f"address/{key}")


@router.post("/bounces", summary="Say that a mail came back")
async def take_bounce(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.REPORT_BOUNCE))],
) -> BounceView:
    """The body is the notification as it arrived (RFC 3464, `message/rfc822`), which names the
    delivery by the Message-ID of what it brings back; of a large one the beginning is read, where
    that stands. The delivery becomes `bounced`; where there
    is no such mailbox the address gets no further mail."""
    state = request.app.state
    content = await read_body(request, state.settings.body_seconds)
    try:
        bounce = bounces.read(content)
    except NoBounce as error:
        raise field_problem("", str(error)) from None
    async with state.store.tenant(principal.tenant_id) as connection:
        return await _note(connection, principal, bounce)


async def _note(connection: AsyncConnection, principal: Principal, bounce: Bounce) -> BounceView:
    row = await delivery_store.row_of(connection, bounce.delivery_id, lock=True)
    if row["channel"] != "email":
        # Receivers of webhooks know the ids of their deliveries, too.
        raise delivery_store.missing()
    if row["copies"] != bounce.copy:
        # Known before somebody wanted another one, of which it says nothing.
        return BounceView(delivery=row["id"], status=row["status"], suppressed=False)
    if row["status"] in (DeliveryStatus.SENT, DeliveryStatus.UNCERTAIN):
        await delivery_store.bounced(connection, row, f"{bounce.status} {bounce.words}")
        await audit.record(
            connection,
            principal,
            "delivery.bounced",
            f"delivery/{row['id']}",
            recipient=row["recipient"],
            status=bounce.status,
        )
    if bounce.has_no_mailbox:
        await suppression.add(
            connection,
            tenant_id=principal.tenant_id,
            address=row["recipient"],
            reason=Reason.BOUNCED,
            detail=f"{bounce.status} {bounce.words}",
            by=principal.sub,
            delivery_id=row["id"],
        )
    now = await delivery_store.row_of(connection, bounce.delivery_id)
    return BounceView(delivery=row["id"], status=now["status"], suppressed=bounce.has_no_mailbox)


@unsubscribing.head("/{token}", include_in_schema=False)
@unsubscribing.get("/{token}", summary="Whether to get no more mail", response_class=Response)
async def show(token: Token, request: Request) -> Response:
    """A page with a button. Looking changes nothing: programs that look into mails open links."""
    try:
        _, tenant_id, address = await _recipient(request, token)
        return await _page(request, tenant_id, address, token, done=False)
    except Problem as problem:
        return refused(request, problem)


@unsubscribing.post("/{token}", summary="Get no more mail", response_class=Response)
async def unsubscribe(token: Token, request: Request) -> Response:
    """The button, and the one click of mail programmes (RFC 8058). Twice does no harm."""
    try:
        delivery_id, tenant_id, address = await _recipient(request, token)
        # Whatever it says: the link alone decides, as RFC 8058 section 3.1 wants.
        await read_body(request, request.app.state.settings.body_seconds)
        async with request.app.state.store.tenant(tenant_id) as connection:
            await suppression.add(
                connection,
                tenant_id=tenant_id,
                address=address,
                reason=Reason.UNSUBSCRIBED,
                detail=request.headers.get("user-agent", ""),
                by="somebody with the link",
                delivery_id=delivery_id,
            )
        return await _page(request, tenant_id, address, token, done=True)
    except Problem as problem:
        return refused(request, problem)


async def _recipient(request: Request, token: str) -> tuple[UUID, UUID, str]:
    """The delivery, its tenant and its recipient; Problem 404 or 429."""
    state = request.app.state
    identifier: UUID | None = state.unsubscribing.read(token)
    if identifier is not None:
        state.link_limiter.count(str(identifier))
        async with state.store.no_tenant() as connection:
            tenant_id = await connection.scalar(_TENANT, {"id": identifier})
        if tenant_id is not None:
            async with state.store.tenant(tenant_id) as connection:
                row = await delivery_store.row_of(connection, identifier)
            return identifier, tenant_id, row["recipient"]
    raise Problem(404, "there is no such mail: look whether the link was copied whole")


async def _page(
    request: Request, tenant_id: UUID, address: str, token: str, *, done: bool
) -> Response:
    async with request.app.state.store.tenant(tenant_id) as connection:
        studio = await connection.scalar(select(tables.tenants.c.name))
    return page("unsubscribe.html", studio=studio, address=address, action=token, done=done)
