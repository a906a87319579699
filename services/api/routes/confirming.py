"""`/confirm/{token}`: somebody outside says whether they want a tenant's reports.

Looking changes nothing: programs that look into mails open every link. The buttons do.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import RowMapping, select

from services.api import confirmations
from services.api.pages import page
from services.api.pages.refusals import refused
from services.api.problems import Problem, field_problem
from services.api.strict_route import read_body
from shared import audit
from shared.recipient_policy import AddressStatus
from shared.store import tables

router = APIRouter(prefix=confirmations.PATH, tags=["confirming"])

Token = Annotated[str, Path(max_length=200, description="The question's signed id.")]
_ANSWERS = {"yes": AddressStatus.CONFIRMED, "no": AddressStatus.DECLINED}


@router.head("/{token}", include_in_schema=False)
@router.get("/{token}", summary="A question to an address outside", response_class=Response)
async def show(token: Token, request: Request) -> Response:
    """A page with two buttons."""
    try:
        identifier, tenant_id = await _found(request, token)
        async with request.app.state.store.tenant(tenant_id) as connection:
            row = await confirmations.question(connection, identifier)
            studio = await connection.scalar(select(tables.tenants.c.name))
    except Problem as problem:
        return refused(request, problem)
    return _page(row, str(studio), token)


@router.post("/{token}", summary="Answer it", response_class=Response)
async def answer(token: Token, request: Request) -> Response:
    """`answer=yes` or `answer=no`, as a form."""
    try:
        identifier, tenant_id = await _found(request, token)
        body = await read_body(request, request.app.state.settings.body_seconds)
        said = _ANSWERS.get(parse_qs(body.decode("utf-8", "replace")).get("answer", [""])[0])
        if said is None:
            raise field_problem("answer", "give yes or no")
        async with request.app.state.store.tenant(tenant_id) as connection:
            row = await confirmations.answer(connection, identifier, said)
            studio = await connection.scalar(select(tables.tenants.c.name))
            entry = audit.entry(
                tenant_id,
                "somebody with the link",
                f"address.{said}",
                f"address/{row['address']}",
                address=request.client.host if request.client else None,
                program=request.headers.get("user-agent", "")[:200],
            )
            await audit.record(connection, entry)
    except Problem as problem:
        return refused(request, problem)
    return _page(row, str(studio), token)


async def _found(request: Request, token: str) -> tuple[UUID, UUID]:
    """The question's id and whose it is; Problem 404 or 429."""
    state = request.app.state
    identifier: UUID | None = state.confirmations.read(token)
    if identifier is not None:
        state.link_limiter.count(str(identifier))
        async with state.store.no_tenant() as connection:
            tenant_id = await confirmations.tenant_of(connection, identifier)
        if tenant_id is not None:
            return identifier, tenant_id
    raise Problem(404, "there is no such question: look whether the link was copied whole")


def _page(row: RowMapping, studio: str, token: str) -> Response:
    return page(
        "confirm.html", studio=studio, address=row["address"], said=row["status"], action=token
    )
