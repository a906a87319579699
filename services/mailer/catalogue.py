"""Publishes the channels this mailer knows, for the api to validate against."""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.mailer.channels import Channel
from shared.store import tables


async def publish_channels(
    connection: AsyncConnection, channels: Mapping[str, type[Channel]]
) -> None:
    """Write each channel's row anew; channels of other versions' mailers stay."""
    for name, channel in sorted(channels.items()):
        destination = channel.destination
        values = {
            "title": channel.title,
            "description": inspect.getdoc(channel) or "",
            "settings_schema": None if destination is None else destination.model_json_schema(),
        }
        await connection.execute(
            insert(tables.channels)
            .values(name=name, **values)
            .on_conflict_do_update(
                index_elements=["name"], set_={**values, "published_at": func.now()}
            )
        )
