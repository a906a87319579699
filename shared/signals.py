"""Signals: somebody says that data are there, which schedules may wait for (`shared.readiness`)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from shared import telemetry
from shared.store import tables


async def write_down(
    connection: AsyncConnection,
    tenant_id: UUID,
    name: str,
    *,
    sent_by: str,
    message_id: str | None,
    details: dict[str, Any],
) -> RowMapping | None:
    """Keep it, with the trace that it came in; its row, or None where `message_id` is known."""
    table = tables.signals
    written = await connection.execute(
        insert(table)
        .values(
            id=uuid7(),
            tenant_id=tenant_id,
            name=name,
            sent_by=sent_by,
            message_id=message_id,
            details=details,
            traceparent=telemetry.current_trace_headers().get("traceparent"),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "message_id"])
        .returning(table)
    )
    row: RowMapping | None = written.mappings().one_or_none()
    return row
