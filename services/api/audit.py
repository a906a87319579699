"""The audit log: who did what, written in the transaction of the deed itself."""

from __future__ import annotations

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
    await connection.execute(
        _INSERT,
        {
            "tenant_id": principal.tenant_id,
            "actor": principal.sub,
            "action": action,
            "subject": subject,
            "details": details,
        },
    )
