"""Publishes the formats this renderer knows, for the api to validate against."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.renderer.formats import Format
from shared.store import tables


async def publish_formats(connection: AsyncConnection, formats: Mapping[str, Format]) -> None:
    """Write the row of each format that clients may ask for anew."""
    for name, format_ in sorted(formats.items()):
        if format_.internal:
            continue
        values = {
            "title": format_.title,
            "media_type": format_.media_type,
            "extension": format_.extension,
        }
        await connection.execute(
            insert(tables.formats)
            .values(name=name, **values)
            .on_conflict_do_update(
                index_elements=["name"], set_={**values, "published_at": func.now()}
            )
        )
