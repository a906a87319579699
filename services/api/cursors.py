"""Where a list goes on: the time and id of the last entry that was given out, as one word."""

from __future__ import annotations

import base64
import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.api.problems import field_problem

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_CURSOR = struct.Struct(">q16s")
_CURSOR_LENGTH = _CURSOR.size * 4 // 3


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
