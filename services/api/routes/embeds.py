"""`/api/v1/embeds`: widgets that other sites may show, without a token of a member."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping, func, insert
from uuid6 import uuid7

from services.api import audit, embed_store
from services.api.embed_store import LONGEST_DAYS, MOST_ORIGINS, PATH, EmbedState, Origin
from services.api.guards import allow, ensure_own
from services.api.principals import Principal
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from services.api.widgets import WidgetName
from shared.store import tables

router = APIRouter(prefix="/api/v1/embeds", tags=["widgets"], route_class=StrictRoute)


def _each_once(origins: list[str]) -> list[str]:
    return list(dict.fromkeys(origins))


class EmbedBody(BaseModel):
    """A widget to be shown elsewhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    widget: WidgetName
    origins: Annotated[
        list[Origin],
        Field(
            min_length=1,
            max_length=MOST_ORIGINS,
            description="The sites whose pages may frame it, such as https://wiki.example.com.",
            examples=[["https://wiki.example.com"]],
        ),
        AfterValidator(_each_once),
    ]
    expires_in_days: int = Field(
        90, ge=1, le=LONGEST_DAYS, strict=True, description="How long it works."
    )


class EmbedView(BaseModel):
    """An embedded widget."""

    id: UUID
    widget: WidgetName
    url: str = Field(description="The page to be framed: whoever has it sees this widget alone.")
    origins: list[str]
    state: EmbedState
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To the hour.")
    created_by: str
    created_at: datetime


@router.post("", status_code=201, summary="Embed a widget elsewhere")
async def make_embed(
    body: EmbedBody,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.EMBED_WIDGET))],
) -> EmbedView:
    """Pages of these sites may show the widget, with whatever its latest figures are, until it
    expires or is revoked."""
    embeds = tables.widget_embeds
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        made = await connection.execute(
            insert(embeds)
            .values(
                id=uuid7(),
                tenant_id=principal.tenant_id,
                widget=body.widget,
                origins=body.origins,
                created_by=principal.sub,
                expires_at=func.now() + timedelta(days=body.expires_in_days),
            )
            .returning(embeds)
        )
        row = made.mappings().one()
        await audit.record(
            connection,
            principal,
            "embed.created",
            f"embed/{row['id']}",
            widget=body.widget,
            origins=body.origins,
            expires_at=row["expires_at"].isoformat(),
        )
    return _view(request, row)


@router.get("", summary="The embedded widgets")
async def list_embeds(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_EMBEDS))],
    widget: Annotated[WidgetName | None, Query(description="Of this one alone.")] = None,
) -> list[EmbedView]:
    """All there ever were, newest first, the latest 500."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows = await embed_store.embeds_of(connection, widget)
    return [_view(request, row) for row in rows]


@router.delete("/{embed_id}", status_code=204, summary="Revoke an embedded widget")
async def revoke_embed(
    embed_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.REVOKE_EMBED))],
) -> None:
    """From now on it answers 410, also where it is being shown."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await embed_store.revoke(connection, _embed_id_of(embed_id))
        ensure_own(principal, Action.REVOKE_EMBED, row["created_by"])
        if row["revoked_at"] is None:
            await audit.record(
                connection,
                principal,
                "embed.revoked",
                f"embed/{row['id']}",
                widget=row["widget"],
            )


def _embed_id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise embed_store.missing() from None


def _view(request: Request, row: RowMapping) -> EmbedView:
    state = request.app.state
    kept = {name: row[name] for name in EmbedView.model_fields if name in row}
    token = state.embed_ids.signed(row["id"])
    return EmbedView(
        **kept,
        url=f"{state.settings.public_url.rstrip('/')}{PATH}/{token}",
        state=embed_store.state_of(row, datetime.now(UTC)),
    )
