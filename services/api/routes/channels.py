"""`/api/v1/channels`: the ways that reports go out by."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from services.api.guards import allow
from services.api.principals import Principal
from services.api.roles import Action
from services.api.strict_route import StrictRoute

router = APIRouter(prefix="/api/v1/channels", tags=["destinations"], route_class=StrictRoute)


class ChannelView(BaseModel):
    """A channel."""

    name: str = Field(description="What `deliver_to[].channel` names.")
    title: str
    description: str
    settings_schema: dict[str, Any] | None = Field(
        description="JSON Schema (2020-12) of the `settings` of its destinations; null: its "
        "recipients have addresses of their own. Fields that are `writeOnly` are secrets."
    )


@router.get("", summary="List channels")
async def list_channels(
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_CHANNELS))],
) -> list[ChannelView]:
    """Each with what its destinations have to say."""
    channels = await request.app.state.catalogue.channels()
    return [
        ChannelView(
            name=channel.name,
            title=channel.title,
            description=channel.description,
            settings_schema=channel.settings_schema,
        )
        for channel in channels.values()
    ]
