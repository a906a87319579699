"""Lists in pages, latest first. A cursor is the time and id of the last entry given out."""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.problems import field_problem

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_CURSOR = struct.Struct(">q16s")
_CURSOR_LENGTH = _CURSOR.size * 4 // 3


async def page_of(
    connection: AsyncConnection,
    query: Select[Any],
    place: tuple[ColumnElement[Any], ColumnElement[Any]],
    *,
    limit: int,
    cursor: str | None,
) -> tuple[list[RowMapping], str | None]:
    """At most `limit` rows of the query, and the cursor of the next page; None: there is none.

    `place`: the columns by which it is ordered, an instant and an id, under their own names.
    """
    wanted = query.order_by(*(column.desc() for column in place)).limit(limit + 1)
    if cursor is not None:
        wanted = wanted.where(tuple_(*place) < tuple_(*place_of(cursor)))
    rows = list((await connection.execute(wanted)).mappings())
    if len(rows) <= limit:
        return rows, None
    at, identifier = (rows[limit - 1][column.key] for column in place)
    return rows[:limit], cursor_after(at, identifier)


def cursor_after(created_at: datetime, entry_id: UUID) -> str:
    """The cursor of what comes after that entry of a list."""
    microseconds = (created_at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(_CURSOR.pack(microseconds, entry_id.bytes)).decode()


def place_of(cursor: str) -> tuple[datetime, UUID]:
    """Where a list goes on; Problem 422 for what no page gave out."""
    try:
        if len(cursor) != _CURSOR_LENGTH:  # the decoder lets odd padding pass
            raise ValueError(cursor)
        microseconds, entry_id = _CURSOR.unpack(base64.b64decode(cursor, b"-_", validate=True))
        return _EPOCH + timedelta(microseconds=microseconds), UUID(bytes=entry_id)
    except (ValueError, struct.error, OverflowError):
        raise field_problem("cursor", "this is not a cursor that a page gave out") from None
