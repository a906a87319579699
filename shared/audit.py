"""The audit log: who did what, written in the transaction of the deed itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store import tables
from shared.store.many_rows import add_all


def entry(tenant_id: UUID, actor: str, action: str, subject: str, **details: Any) -> dict[str, Any]:
    """A row, to be recorded. `action` is `noun.verb`, for instance `report.requested`.

    `actor` is a member's `sub`, or the name of the service that acts of itself.
    """
    return {
        "tenant_id": tenant_id,
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": details,
    }


async def record(connection: AsyncConnection, *entries: dict[str, Any]) -> None:
    """Add rows that `entry` made."""
    await add_all(connection, tables.audit, entries)
