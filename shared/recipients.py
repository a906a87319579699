"""Who a schedule sends to: addresses, and everybody of a role, who are known only when it fires.

`schedules.deliver_to` is a list of `{"channel": "email", "to": "someone@example.com"}` and
`{"channel": "email", "role": "admin"}`. The latter are the members of exactly that role who are
active and have an address at that moment: who joins gets the next report, who left does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store import tables

MemberRole = Literal["viewer", "author", "admin"]


class EverybodyOfRole(BaseModel):
    """All active members of exactly that role, each at the address that the tenant knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Literal["email"]
    role: MemberRole


@dataclass(frozen=True)
class Addressed:
    """Recipients of which each has an address."""

    deliver_to: list[Any]
    """As stored, with addresses in place of roles. What is no recipient stays as it is."""
    missing: str | None = None
    """Why nobody is left, though somebody was meant."""


def addressed(deliver_to: list[Any], addresses: Mapping[str, Collection[str]]) -> Addressed:
    """Put members in place of roles. `addresses`: of the tenant's active members, by role.

    A mailbox that is there already is not added again: everybody gets one mail.
    """
    named = [entry for entry in deliver_to if _role(entry) is None]
    # Mailboxes that differ in case alone are one and the same wherever people have them.
    known = {str(entry["to"]).casefold() for entry in named if _has_address(entry)}
    roles = list(dict.fromkeys(role for entry in deliver_to if (role := _role(entry))))
    for role in roles:
        for address in addresses.get(role, ()):
            if address.casefold() not in known:
                known.add(address.casefold())
                named.append({"channel": "email", "to": address})
    if roles and not named:
        return Addressed([], f"sent to nobody: no active {' or '.join(roles)} has an address")
    return Addressed(named)


def _role(entry: object) -> MemberRole | None:
    try:
        return EverybodyOfRole.model_validate(entry).role
    except ValueError:
        return None


def _has_address(entry: object) -> bool:
    return isinstance(entry, Mapping) and "to" in entry


async def member_addresses(
    connection: AsyncConnection, tenant_ids: Iterable[UUID]
) -> dict[UUID, dict[str, list[str]]]:
    """Addresses of active members by tenant and role, in the order of their `sub`."""
    members = tables.members
    found = await connection.execute(
        select(members.c.tenant_id, members.c.role, members.c.email)
        .where(
            members.c.tenant_id.in_(set(tenant_ids)),
            members.c.active,
            members.c.email.is_not(None),
        )
        .order_by(members.c.tenant_id, members.c.sub)
    )
    addresses: dict[UUID, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for member in found:
        addresses[member.tenant_id][member.role].append(member.email)
    return {tenant_id: dict(by_role) for tenant_id, by_role in addresses.items()}


def names_roles(deliver_to: object) -> bool:
    """Whether members have to be looked up for it."""
    return isinstance(deliver_to, list) and any(_role(entry) for entry in deliver_to)
