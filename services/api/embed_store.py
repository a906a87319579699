"""Embedded widgets in the store: what each allows, and until when."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field
from sqlalchemy import RowMapping, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.problems import Problem
from shared.store import tables

EMBED_KIND = "widget-embed"
"""What their addresses are signed as (`shared.signed_ids`)."""
PATH = "/embed"
"""Where they lie below the api's address."""
MOST_ORIGINS = 10
LONGEST_DAYS = 366
_SEEN_EVERY = timedelta(hours=1)
_MOST_LISTED = 500

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_DEFAULT_PORTS = {"http": 80, "https": 443}

_embeds = tables.widget_embeds
_TENANT = text("SELECT tenant_of_embed(:embed)")


class EmbedState(StrEnum):
    """What an embedded widget is good for."""

    OPEN = "open"
    """It shows its figures."""
    EXPIRED = "expired"
    """Its time is over."""
    REVOKED = "revoked"
    """Somebody took it back."""


_OVER = {
    EmbedState.EXPIRED: "the time of this figure is over: ask whoever put it here for a new one",
    EmbedState.REVOKED: "this figure was taken back: ask whoever put it here",
}


def origin_of(written: str) -> str:
    """`https://wiki.example.com` of what somebody wrote, as a browser writes it (RFC 6454).

    ValueError says what is wrong. Nothing passes that would end the directive that it stands in.
    """
    try:
        parts = urlsplit(written.strip())
        port = parts.port
    except ValueError:
        raise ValueError(_WANTED) from None
    host = parts.hostname or ""
    more = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in _DEFAULT_PORTS or more or not _HOST.fullmatch(host):
        raise ValueError(_WANTED)
    shown = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


_WANTED = (
    "give where the page lies, with https:// or http:// and without a path, such as "
    "https://wiki.example.com (letters beyond ASCII as xn--…)"
)

Origin = Annotated[str, Field(max_length=300), AfterValidator(origin_of)]


def state_of(embed: RowMapping, now: datetime) -> EmbedState:
    """What it is good for at that moment."""
    if embed["revoked_at"] is not None:
        return EmbedState.REVOKED
    return EmbedState.EXPIRED if embed["expires_at"] <= now else EmbedState.OPEN


def over(state: EmbedState) -> Problem:
    """410, with what became of it."""
    return Problem(410, _OVER[state], kind="embed-over")


async def tenant_of(connection: AsyncConnection, embed_id: UUID) -> UUID | None:
    """Whose it is; asked without a tenant."""
    found: UUID | None = await connection.scalar(_TENANT, {"embed": embed_id})
    return found


async def embed_of(connection: AsyncConnection, embed_id: UUID) -> RowMapping | None:
    """Its row."""
    return await _one(connection, select(_embeds).where(_embeds.c.id == embed_id))


async def embeds_of(connection: AsyncConnection, widget: str | None) -> list[RowMapping]:
    """The tenant's, newest first; of one widget, if one is named."""
    query = select(_embeds).order_by(_embeds.c.created_at.desc(), _embeds.c.id).limit(_MOST_LISTED)
    if widget is not None:
        query = query.where(_embeds.c.widget == widget)
    return list((await connection.execute(query)).mappings().all())


async def note_use(connection: AsyncConnection, embed_id: UUID) -> None:
    """It was shown; written down once an hour at most, however many look at it."""
    last = _embeds.c.last_used_at
    await connection.execute(
        update(_embeds)
        .where(_embeds.c.id == embed_id, or_(last.is_(None), last < func.now() - _SEEN_EVERY))
        .values(last_used_at=func.now())
    )


async def revoke(connection: AsyncConnection, embed_id: UUID) -> RowMapping:
    """Take it back; its row as it was before. Problem 404 where the tenant has none such."""
    row = await _one(connection, select(_embeds).where(_embeds.c.id == embed_id).with_for_update())
    if row is None:
        raise missing()
    if row["revoked_at"] is None:
        await connection.execute(
            update(_embeds).where(_embeds.c.id == embed_id).values(revoked_at=func.now())
        )
    return row


def missing() -> Problem:
    """404, the same for one of another tenant and for none at all."""
    return Problem(404, "there is no such embedded widget")


async def _one(connection: AsyncConnection, query: Any) -> RowMapping | None:
    found: RowMapping | None = (await connection.execute(query)).mappings().first()
    return found
