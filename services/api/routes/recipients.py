"""`/api/v1/settings/recipients`, `/confirmed-addresses`: who may be sent a tenant's reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select, update

from services.api import audit, confirmations
from services.api.guards import allow
from services.api.principals import Principal
from services.api.problems import Problem
from services.api.report_requests import MailAddress
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared.errors import TransientError
from shared.recipient_policy import AddressStatus, RecipientPolicy, policy_of
from shared.store import tables

router = APIRouter(prefix="/api/v1", tags=["administration"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(allow(Action.SEE_SETTINGS))]
Changer = Annotated[Principal, Depends(allow(Action.CHANGE_SETTINGS))]


class AddressBody(BaseModel):
    """An address to be asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: MailAddress


class AddressView(BaseModel):
    """An address that was asked whether it wants reports."""

    address: str
    status: AddressStatus
    asked_by: str
    asked_at: datetime
    answered_at: datetime | None
    report: str = Field(description="The run whose delivery is the mail that asked.")


@router.get("/settings/recipients", summary="Who may be sent reports")
async def get_policy(request: Request, principal: Reader) -> RecipientPolicy:
    """Members' own addresses are always allowed."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        return await policy_of(connection)


@router.put("/settings/recipients", summary="Change who may be sent reports")
async def put_policy(
    body: RecipientPolicy, request: Request, principal: Changer
) -> RecipientPolicy:
    """Asked from now on when a recipient is saved, and again when a report is sent: what was
    saved before is kept, and not sent to whom the policy no longer allows."""
    table = tables.tenant_settings
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        await connection.execute(
            update(table)
            .where(table.c.tenant_id == principal.tenant_id)
            .values(recipient_policy=body.model_dump(mode="json"), updated_at=func.now())
        )
        await audit.record(
            connection,
            principal,
            "recipient_policy.changed",
            "settings",
            **body.model_dump(mode="json"),
        )
    request.app.state.gatekeeper.forget()
    return body


@router.get("/confirmed-addresses", summary="Addresses that were asked")
async def list_addresses(request: Request, principal: Reader) -> list[AddressView]:
    """Those that confirmed, declined or have not answered, by address."""
    table = tables.confirmed_addresses
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows = (await connection.execute(select(table).order_by(table.c.address))).mappings()
        return [_view(dict(row)) for row in rows]


@router.post("/confirmed-addresses", status_code=202, summary="Ask an address to confirm")
async def ask(body: AddressBody, request: Request, principal: Changer) -> AddressView:
    """It gets a mail with a link, and no report before it has said yes there."""
    state = request.app.state
    if not state.settings.public_url:
        raise Problem(
            409, "the mail could have no link: the operator has to set BROADSHEET_PUBLIC_URL"
        )
    try:
        async with state.store.tenant(principal.tenant_id) as connection:
            row = await confirmations.ask(
                connection,
                state.blobs,
                principal,
                body.address,
                signed=state.confirmations,
                public_url=state.settings.public_url,
            )
    except TransientError:
        raise Problem(
            503, "the storage does not answer: try again", headers={"Retry-After": "5"}
        ) from None
    return _view(dict(row))


@router.delete(
    "/confirmed-addresses/{address:path}", status_code=204, summary="Forget what an address said"
)
async def forget(
    address: Annotated[str, Path(min_length=1, max_length=254)],
    request: Request,
    principal: Changer,
) -> None:
    """It counts as never asked."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        if not await confirmations.forget(connection, address):
            raise Problem(404, "this address was not asked")
        await audit.record(connection, principal, "address.forgotten", f"address/{address}")


def _view(row: dict[str, object]) -> AddressView:
    return AddressView.model_validate(
        {name: row[name] for name in AddressView.model_fields if name != "report"}
        | {"report": str(row["run_id"])}
    )
