"""`/api/v1/deliveries`: the ledger of what was sent to whom, and what people do about it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from services.api import audit, delivery_store, run_store, sent_content
from services.api.delivery_views import (
    DeliveredTo,
    DeliveryDetails,
    DeliveryPage,
    delivery_details,
    delivery_view,
    listed_delivery,
)
from services.api.destinations.named import destination_errors
from services.api.guards import allow, ensure_own
from services.api.principals import Principal
from services.api.problems import fields_problem
from services.api.recipient_checks import ensure_may_receive
from services.api.report_requests import Body, RecipientBody, recipient_errors
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared.run_requests import Recipient
from shared.states import DeliveryStatus

router = APIRouter(prefix="/api/v1", tags=["deliveries"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(allow(Action.SEE_DELIVERIES))]


class RecipientsBody(Body):
    """Further recipients of a completed report."""

    deliver_to: Annotated[
        list[RecipientBody],
        Field(min_length=1, max_length=100, description="Who gets the files as well."),
    ]


class ResolutionBody(Body):
    """What became of a delivery of which nobody could tell."""

    outcome: Literal["arrived", "did_not_arrive"] = Field(
        description="What somebody found out, for instance by asking the recipient."
    )
    note: str | None = Field(None, max_length=500, description="For the audit log.")


@router.get("/deliveries", summary="List deliveries")
async def list_deliveries(
    request: Request,
    principal: Reader,
    recipient: Annotated[
        str | None, Query(max_length=320, description="The whole address; case does not count.")
    ] = None,
    status: DeliveryStatus | None = None,
    channel: Annotated[str | None, Query(max_length=30)] = None,
    run: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> DeliveryPage:
    """Newest first; `next_cursor` leads to the following page and stays right as more come."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows, next_cursor = await delivery_store.page_of(
            connection,
            recipient=recipient,
            status=status,
            channel=channel,
            run_id=run,
            limit=limit,
            cursor=cursor,
        )
    return DeliveryPage(items=[listed_delivery(row) for row in rows], next_cursor=next_cursor)


@router.get("/deliveries/{delivery_id}", summary="One delivery")
async def get_delivery(delivery_id: str, request: Request, principal: Reader) -> DeliveryDetails:
    """With every attempt: when, to which host, what was answered, and when it is tried again."""
    return await _details(request, principal, delivery_store.delivery_id_of(delivery_id))


@router.get(
    "/deliveries/{delivery_id}/content",
    summary="What was sent",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
async def get_content(
    delivery_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.FETCH_DELIVERY))],
    attempt: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Its number; the latest one's else.")
    ] = None,
) -> Response:
    """The exact bytes that went over the wire; e-mail: the message as it was sent.

    410 with their sha256 once the report's files are no longer kept. Whoever fetches them is
    written into the audit log.
    """
    state = request.app.state
    identifier = delivery_store.delivery_id_of(delivery_id)
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await delivery_store.row_of(connection, identifier)
        ensure_own(principal, Action.FETCH_DELIVERY, row["requested_by"])
        attempts = await delivery_store.attempts_of(connection, identifier)
        sent = sent_content.of(row, attempts, attempt)
        await audit.record(
            connection,
            principal,
            "delivery.content_fetched",
            f"delivery/{identifier}",
            attempt=sent["number"],
            sha256=sent["content_sha256"],
        )
    return await sent_content.response(state.blobs, sent)


@router.post("/deliveries/{delivery_id}/resend", status_code=202, summary="Send it again")
async def resend(
    delivery_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.RESEND_DELIVERY))],
) -> DeliveryDetails:
    """Whatever became of it, also at once instead of at its next attempt.

    What was taken once goes out with a new Message-ID, else mail programmes would drop it as a
    copy; what is uncertain with the same, so that they may.
    """
    state = request.app.state
    identifier = delivery_store.delivery_id_of(delivery_id)
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await delivery_store.row_of(connection, identifier, lock=True)
        ensure_own(principal, Action.RESEND_DELIVERY, row["requested_by"])
        await delivery_store.send_again(connection, row)
        await audit.record(
            connection,
            principal,
            "delivery.sent_again",
            f"delivery/{identifier}",
            recipient=row["recipient"],
            was=row["status"],
        )
    return await _details(request, principal, identifier)


@router.post("/deliveries/{delivery_id}/resolve", summary="Say what became of it")
async def resolve(
    delivery_id: str,
    body: ResolutionBody,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.RESOLVE_DELIVERY))],
) -> DeliveryDetails:
    """Of a delivery that is `uncertain`: it becomes `sent` or `failed`."""
    state = request.app.state
    identifier = delivery_store.delivery_id_of(delivery_id)
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await delivery_store.row_of(connection, identifier, lock=True)
        ensure_own(principal, Action.RESOLVE_DELIVERY, row["requested_by"])
        await delivery_store.resolve(
            connection, row, arrived=body.outcome == "arrived", who=principal.sub
        )
        await audit.record(
            connection,
            principal,
            "delivery.resolved",
            f"delivery/{identifier}",
            recipient=row["recipient"],
            **body.model_dump(exclude_none=True),
        )
    return await _details(request, principal, identifier)


@router.post(
    "/reports/{run_id}/deliver", status_code=202, summary="Deliver it to further recipients"
)
async def deliver(
    run_id: str,
    body: RecipientsBody,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.DELIVER_REPORT))],
) -> DeliveredTo:
    """A completed report, from the files that it has: nothing is queried or rendered again.

    Who is a recipient already gets nothing twice: `POST /deliveries/{id}/resend` does that.
    """
    state = request.app.state
    identifier = run_store.run_id_of(run_id)
    errors = list(recipient_errors(body.deliver_to, "/deliver_to"))
    async with state.store.tenant(principal.tenant_id) as connection:
        errors += await destination_errors(connection, body.deliver_to, "/deliver_to")
        if errors:
            raise fields_problem(errors)
        row = await run_store.row_of(connection, identifier)
        ensure_own(principal, Action.DELIVER_REPORT, row["requested_by"])
        await ensure_may_receive(connection, principal, body.deliver_to)
        rows, new = await delivery_store.deliver_to(
            connection,
            identifier,
            [Recipient(entry.channel, entry.to) for entry in body.deliver_to],
        )
        if new:
            await audit.record(
                connection, principal, "report.delivered_to", f"report/{identifier}", recipients=new
            )
    return DeliveredTo(run=identifier, deliveries=[delivery_view(row) for row in rows])


async def _details(request: Request, principal: Principal, identifier: UUID) -> DeliveryDetails:
    state = request.app.state
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await delivery_store.row_of(connection, identifier)
        attempts = await delivery_store.attempts_of(connection, identifier)
    return delivery_details(row, attempts, public_url=state.settings.public_url)
