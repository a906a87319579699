"""`/embed/{token}`: one widget, framed by pages of other sites, for people who have no token.

It needs no cookie and sets none. What the token allows stands in its row: which widget, whose
pages may frame it, and until when.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import RowMapping

from services.api import embed_store
from services.api.embed_store import PATH, EmbedState
from services.api.page.files import document_response
from services.api.pages.refusals import refused
from services.api.problems import Problem
from services.api.widget_views import WidgetView, latest_runs
from services.api.widgets import WidgetName

router = APIRouter(prefix=PATH, tags=["widgets"])

_TITLES = {404: "There is no such figure", 410: "No longer shown", 429: "Please wait"}

Token = Annotated[str, Path(max_length=200, description="The embedded widget's signed id.")]


@router.head("/{token}", include_in_schema=False)
@router.get("/{token}", summary="An embedded widget", response_class=Response)
async def show(token: Token, request: Request) -> Response:
    """A small page to be framed by the sites that the token names, and by no other."""
    framed_by: tuple[str, ...] = ()
    try:
        embed = await _looked_up(request, token)
        framed_by = tuple(embed["origins"])
        _ensure_open(embed)
        document: str | None = request.app.state.embed_document
        if document is None:
            raise Problem(404, "this api has no page: BROADSHEET_PAGE_DIR is not set")
    except Problem as problem:
        return refused(request, problem, titles=_TITLES, framed_by=framed_by)
    return document_response(document, framed_by=framed_by)


@router.get("/{token}/figures", summary="The figures of an embedded widget")
async def figures(token: Token, request: Request, response: Response) -> WidgetView:
    """Of its one widget, as they are now. 410 once it has expired or was revoked."""
    embed = await _looked_up(request, token)
    _ensure_open(embed)
    state, name = request.app.state, WidgetName(embed["widget"])
    async with state.store.tenant(embed["tenant_id"]) as connection:
        runs = await latest_runs(connection, [name])
        await embed_store.note_use(connection, embed["id"])
    response.headers.update(
        {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex, nofollow",
        }
    )
    view: WidgetView = await state.widgets.view(name, runs.get(name))
    return view


async def _looked_up(request: Request, token: str) -> RowMapping:
    """The row behind the token; Problem 404 or 429 says why there is none."""
    state = request.app.state
    embed_id: UUID | None = state.embed_ids.read(token)
    if embed_id is None:
        raise _no_such()
    state.link_limiter.count(f"embed/{embed_id}")
    async with state.store.no_tenant() as connection:
        tenant_id = await embed_store.tenant_of(connection, embed_id)
    if tenant_id is None:
        raise _no_such()
    async with state.store.tenant(tenant_id) as connection:
        embed = await embed_store.embed_of(connection, embed_id)
    if embed is None:
        raise _no_such()
    return embed


def _ensure_open(embed: RowMapping) -> None:
    """Problem 410 once its time is over, or somebody took it back."""
    good_for = embed_store.state_of(embed, datetime.now(UTC))
    if good_for is not EmbedState.OPEN:
        raise embed_store.over(good_for)


def _no_such() -> Problem:
    # The same for one that was never made and for one whose signature is wrong.
    return Problem(404, "there is no such figure: look whether its address was copied whole")
