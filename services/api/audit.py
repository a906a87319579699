"""What a principal did, for the audit log."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.principals import Principal
from shared import audit


async def record(
    connection: AsyncConnection, principal: Principal, action: str, subject: str, **details: Any
) -> None:
    """Add a row. `action` is `noun.verb`, for instance `report.requested`."""
    await audit.record(connection, entry(principal, action, subject, **details))


def entry(principal: Principal, action: str, subject: str, **details: Any) -> dict[str, Any]:
    """A row, to be recorded."""
    return audit.entry(principal.tenant_id, principal.sub, action, subject, **details)
