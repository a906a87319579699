"""Who may be sent reports: a tenant's own choice, asked when an address is saved, and when used.

Of e-mail alone: what other channels reach are destinations, which administrators save. Members'
own addresses are always allowed, because an administrator gave them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Annotated

import idna
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store import tables

CONFIRMATION = "address_confirmation"
"""The type of the runs that ask an address whether it wants reports; they may be sent to any."""

_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9-]{2,63}")


class Others(StrEnum):
    """What holds for addresses that the policy does not name."""

    ALLOWED = "allowed"
    """They may be sent reports."""
    CONFIRMED = "confirmed"
    """They may once they have said, over a link in a mail, that they want to."""
    REFUSED = "refused"
    """They may not."""


class AddressStatus(StrEnum):
    """What somebody outside has said about getting reports."""

    ASKED = "asked"
    """Nothing yet."""
    CONFIRMED = "confirmed"
    """That they want them."""
    DECLINED = "declined"
    """That they do not, and are not to be asked again."""


def canonical(address: str) -> str:
    """The address as addresses are compared: no capitals, the domain in its ASCII form."""
    local_part, _, domain = address.rpartition("@")
    return f"{local_part.casefold()}@{_ascii(domain)}"


def _ascii(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except idna.IDNAError:
        return domain.casefold()


def _is_domain(text: str) -> str:
    wildcard, name = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    domain = _ascii(name)
    if not _DOMAIN.fullmatch(domain) or len(domain) > 253:
        raise ValueError(f"{text!r} is no domain: give one like studio.example or *.studio.example")
    return wildcard + domain


def _is_address(text: str) -> str:
    local_part, at, domain = text.rpartition("@")
    if not at or not local_part or not text.isprintable() or " " in text:
        raise ValueError(f"{text!r} is no e-mail address")
    _is_domain(domain)
    return canonical(text)


class RecipientPolicy(BaseModel):
    """Which addresses may be sent reports, besides members' own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    others: Others = Field(
        Others.ALLOWED,
        description="What holds for addresses that are not named here: `allowed`, `confirmed` "
        "(once they have confirmed by mail that they want reports) or `refused`.",
    )
    domains: tuple[Annotated[str, Field(max_length=253), AfterValidator(_is_domain)], ...] = Field(
        (), max_length=200, description="`*.studio.example` is every name below studio.example."
    )
    addresses: tuple[Annotated[str, Field(max_length=254), AfterValidator(_is_address)], ...] = (
        Field((), max_length=1000)
    )

    def names(self, address: str) -> bool:
        """Whether the policy itself allows this address."""
        if self.others is Others.ALLOWED:
            return True
        known = canonical(address)
        domain = known.rpartition("@")[2]
        return known in self.addresses or any(
            domain.endswith(entry[1:]) if entry.startswith("*.") else domain == entry
            for entry in self.domains
        )


async def refusals(
    connection: AsyncConnection, policy: RecipientPolicy, addresses: Collection[str]
) -> dict[str, str]:
    """Why each of the addresses that may not be sent reports may not; the tenant's transaction."""
    unnamed = [address for address in addresses if not policy.names(address)]
    if not unnamed:
        return {}
    members, said = tables.members, tables.confirmed_addresses
    of_members = set(
        await connection.scalars(
            select(func.lower(members.c.email)).where(
                members.c.active,
                func.lower(members.c.email).in_([address.lower() for address in unnamed]),
            )
        )
    )
    found = await connection.execute(
        select(said.c.address, said.c.status).where(
            said.c.address.in_([canonical(address) for address in unnamed])
        )
    )
    statuses = {row.address: row.status for row in found}
    refused = {}
    for address in unnamed:
        why = _why_not(policy.others, statuses.get(canonical(address)))
        if why is not None and address.lower() not in of_members:
            refused[address] = why
    return refused


def _why_not(others: Others, status: str | None) -> str | None:
    if status == AddressStatus.DECLINED:
        return "has said not to want reports of this organisation"
    if others is Others.REFUSED:
        return "is not among the recipients that this organisation allows"
    if status == AddressStatus.CONFIRMED:
        return None
    if status == AddressStatus.ASKED:
        return "was asked whether to send reports there, and has not answered yet"
    return "is not among this organisation's recipients and was not asked to confirm"


async def policy_of(connection: AsyncConnection) -> RecipientPolicy:
    """The policy of the transaction's tenant."""
    kept = await connection.scalar(select(tables.tenant_settings.c.recipient_policy))
    return RecipientPolicy.model_validate(kept or {})
