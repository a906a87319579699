"""Addresses that get no mail of a tenant: who unsubscribed, and to whom mail came back for good."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from shared import audit
from shared.recipient_policy import canonical
from shared.store import tables

UNSUBSCRIBE_KIND = "unsubscribe"
"""Of the signed ids (of deliveries) in the links."""
UNSUBSCRIBE_PATH = "/unsubscribe"
"""Where those links lie below the api's address."""


class Reason(StrEnum):
    """Why nothing is sent to an address."""

    UNSUBSCRIBED = "unsubscribed"
    """They said so, with the link of a mail."""
    BOUNCED = "bounced"
    """There is no such mailbox, said their server."""
    ADDED = "added"
    """An administrator said so."""


_table = tables.suppressions
_WORDS = {
    Reason.UNSUBSCRIBED: "has unsubscribed",
    Reason.BOUNCED: "is no mailbox any more: mail to it came back",
    Reason.ADDED: "is on the suppression list",
}


async def add(
    connection: AsyncConnection,
    *,
    tenant_id: UUID,
    address: str,
    reason: Reason,
    detail: str,
    by: str,
    delivery_id: UUID | None = None,
) -> bool:
    """Send the address nothing from now on; False where that holds already. Audited.

    In the tenant's transaction.
    """
    key = canonical(address)
    added = await connection.execute(
        insert(_table)
        .values(
            id=uuid7(),
            tenant_id=tenant_id,
            address=key,
            reason=reason,
            detail=detail[:500],
            delivery_id=delivery_id,
            created_by=by,
        )
        .on_conflict_do_nothing()
        .returning(_table.c.id)
    )
    if added.first() is None:
        return False
    about: dict[str, Any] = {"reason": reason, "detail": detail[:500]}
    if delivery_id is not None:
        about["delivery"] = str(delivery_id)
    await audit.record(
        connection, audit.entry(tenant_id, by, "suppression.added", f"address/{key}", **about)
    )
    return True


async def refusals(connection: AsyncConnection, addresses: Collection[str]) -> dict[str, str]:
    """Why nothing is sent to those of the addresses that are on the tenant's list."""
    keys = {address: canonical(address) for address in addresses}
    found = await connection.execute(
        select(_table.c.address, _table.c.reason, _table.c.created_at).where(
            _table.c.address.in_(set(keys.values()))
        )
    )
    listed = {row.address: row for row in found}
    return {
        address: f"{_WORDS[Reason(row.reason)]} (since {row.created_at:%Y-%m-%d})"
        for address, key in keys.items()
        if (row := listed.get(key)) is not None
    }
