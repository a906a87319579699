"""`/api/v1/dead-letters`: a tenant's messages that no consumer could take, for administrators."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import cursors
from services.api.guards import allow
from services.api.principals import Principal
from services.api.problems import Problem
from services.api.roles import Action
from services.api.run_store import SERVICE
from services.api.strict_route import StrictRoute
from shared import replaying
from shared.replaying import NotPossible
from shared.store import tables

router = APIRouter(prefix="/api/v1/dead-letters", tags=["dead letters"], route_class=StrictRoute)

Status = Literal["parked", "replayed", "discarded"]
Reader = Annotated[Principal, Depends(allow(Action.SEE_DEAD_LETTERS))]
Handler = Annotated[Principal, Depends(allow(Action.HANDLE_DEAD_LETTERS))]

_table = tables.dead_letters
_LISTED = [column for column in _table.c if column.name not in ("payload", "headers")]


class DeadLetterSummary(BaseModel):
    """A message in a list."""

    id: UUID
    parked_at: datetime
    status: Status
    stage: str | None = Field(description="Whose it is: aggregate, render or deliver.")
    queue: str
    reason: str = Field(description="RabbitMQ's word.")
    reason_in_words: str
    tries: int = Field(description="How often a consumer was handed it.")
    event_type: str | None
    message_id: str | None
    size: int = Field(description="Octets.")


class DeadLetterView(DeadLetterSummary):
    """A message, whole."""

    report: UUID | None = Field(description="What it is about, if that can be read.")
    headers: dict[str, Any]
    payload: str | None = Field(description="As text; null where it is none.")
    payload_base64: str = Field(description="Its octets.")


class DeadLetterPage(BaseModel):
    """Messages, newest first."""

    items: list[DeadLetterSummary]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page.")


class ReplayedView(BaseModel):
    """What came of a replay."""

    follows: str = Field(description="What is done now, in words.")
    message: DeadLetterView


@router.get("", summary="List dead letters")
async def list_dead_letters(
    request: Request,
    principal: Reader,
    status: Status | None = "parked",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> DeadLetterPage:
    """This tenant's alone. Messages that name no tenant are the operator's (`broadsheet
    dead-letters`)."""
    size = func.length(_table.c.payload).label("size")
    query = select(*_LISTED, size).where(_table.c.status == status)
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows, next_cursor = await cursors.page_of(
            connection, query, (_table.c.parked_at, _table.c.id), limit=limit, cursor=cursor
        )
    items = [DeadLetterSummary(**_summary(row, row["size"])) for row in rows]
    return DeadLetterPage(items=items, next_cursor=next_cursor)


@router.get("/{message_id}", summary="One dead letter")
async def get_dead_letter(message_id: str, request: Request, principal: Reader) -> DeadLetterView:
    """With its headers and its contents."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        return _view(await _row_of(connection, message_id))


@router.post("/{message_id}/replay", summary="Replay a dead letter")
async def replay(message_id: str, request: Request, principal: Handler) -> ReplayedView:
    """Mend the cause first. What failed for it goes on at the stage that gave it up: a query, a
    rendering from the snapshot that there is, or a delivery."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await _row_of(connection, message_id)
        try:
            follows = await replaying.replay(connection, row, actor=principal.sub, service=SERVICE)
        except NotPossible as error:
            raise Problem(409, str(error)) from None
        return ReplayedView(follows=follows, message=_view(await _row_of(connection, message_id)))


@router.post("/{message_id}/discard", summary="Discard a dead letter")
async def discard(message_id: str, request: Request, principal: Handler) -> DeadLetterView:
    """It stays to be looked at, and is listed no more."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await _row_of(connection, message_id)
        try:
            await replaying.discard(connection, row, actor=principal.sub)
        except NotPossible as error:
            raise Problem(409, str(error)) from None
        return _view(await _row_of(connection, message_id))


async def _row_of(connection: AsyncConnection, text: str) -> RowMapping:
    """The locked row; Problem 404 when this tenant has none."""
    try:
        query = select(_table).where(_table.c.id == UUID(text)).with_for_update()
    except ValueError:
        raise Problem(404, "there is no such message") from None
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise Problem(404, "there is no such message")
    return row


def _summary(row: RowMapping, size: int) -> dict[str, Any]:
    consumer = replaying.consumer_of(row["queue"])
    return {
        "stage": replaying.STAGE_OF.get(consumer.name) if consumer else None,
        "reason_in_words": replaying.REASONS.get(row["reason"], "see RabbitMQ's documentation"),
        "tries": replaying.tries_of(row),
        "size": size,
        **{
            name: row[name]
            for name in (
                "id", "parked_at", "status", "queue", "reason", "event_type", "message_id"
            )
        },
    }  # fmt: skip


def _view(row: RowMapping) -> DeadLetterView:
    payload, event = bytes(row["payload"]), replaying.event_of(row)
    try:
        as_text = payload.decode()
    except UnicodeDecodeError:
        as_text = None
    return DeadLetterView(
        **_summary(row, len(payload)),
        report=None if event is None else event.run_id,
        headers=row["headers"],
        payload=as_text,
        payload_base64=b64encode(payload).decode(),
    )
