"""The audit log: who did what, written in the transaction of the deed itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.principals import Principal
from shared.store import tables

_INSERT = insert(tables.audit)


async def record(
    connection: AsyncConnection,
    principal: Principal,
    action: str,
    subject: str,
    **details: Any,
) -> None:
    """Add a row. `action` is `noun.verb`, for instance `report.requested`."""
    await record_all(connection, [entry(principal, action, subject, **details)])


def entry(principal: Principal, action: str, subject: str, **details: Any) -> dict[str, Any]:
    """A row, to be recorded."""
    return {
        "tenant_id": principal.tenant_id,
        "actor": principal.sub,
        "action": action,
        "subject": subject,
        "details": details,
    }


async def record_all(connection: AsyncConnection, entries: Sequence[dict[str, Any]]) -> None:
    """Add rows."""
    await connection.execute(_INSERT, entries)
