"""Who a schedule sends to, as requests say it and as it stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.problems import Problem
from services.api.report_requests import RecipientBody
from shared.recipients import EverybodyOfRole, addressed, member_addresses, names_roles
from shared.run_requests import Recipient


def _kind(entry: object) -> str:
    by_role = isinstance(entry, Mapping) and "role" in entry
    return "everybody" if by_role or isinstance(entry, EverybodyOfRole) else "address"


Recipients = Annotated[
    list[
        Annotated[
            Annotated[RecipientBody, Tag("address")] | Annotated[EverybodyOfRole, Tag("everybody")],
            Discriminator(_kind),
        ]
    ],
    Field(
        max_length=100,
        description="Who gets the files: an address (`to`), or all active members who have exactly "
        "that `role`, and an address, when it fires.",
    ),
]


def in_words(recipients: Sequence[RecipientBody | EverybodyOfRole]) -> list[str]:
    """For the audit log: addresses, and "every admin"."""
    return [
        entry.to if isinstance(entry, RecipientBody) else f"every {entry.role}"
        for entry in recipients
    ]


async def recipients_now(connection: AsyncConnection, schedule: RowMapping) -> list[Recipient]:
    """Its recipients by their addresses; Problem 409 where it names roles that nobody has."""
    deliver_to: list[Any] = schedule["deliver_to"]
    tenant_id = schedule["tenant_id"]
    addresses = {}
    if names_roles(deliver_to):
        addresses = (await member_addresses(connection, [tenant_id])).get(tenant_id, {})
    found = addressed(deliver_to, addresses)
    if found.missing:
        raise Problem(
            409,
            f"it would be {found.missing}: give a member one, or have the schedule name addresses",
        )
    return [Recipient(entry["channel"], entry["to"]) for entry in found.deliver_to]
