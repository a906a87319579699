"""Whether a tenant's policy lets reports go to the recipients that a request names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.principals import Principal
from services.api.problems import MOST_ERRORS, FieldError, Problem
from services.api.report_requests import RecipientBody
from shared.recipient_policy import Others, refusals
from shared.recipients import EverybodyOfRole
from shared.store.engine import Store

_MEND = {
    Others.CONFIRMED: "have an administrator ask the address to confirm "
    "(POST /api/v1/confirmed-addresses), or name it in PUT /api/v1/settings/recipients",
    Others.REFUSED: "have an administrator name the address or its domain in "
    "PUT /api/v1/settings/recipients",
}


async def ensure_may_receive(
    connection: AsyncConnection,
    principal: Principal,
    recipients: Sequence[RecipientBody | EverybodyOfRole],
    place: str = "/deliver_to",
) -> None:
    """Problem 403 names every recipient that the tenant's policy does not allow, and why.

    `place`: where the list lies in the body. Members by role are always allowed.
    """
    policy = principal.recipient_policy
    fields = {entry.to: f"{place}/{index}/to" for index, entry in _not_named(principal, recipients)}
    refused = await refusals(connection, policy, fields)
    if not refused:
        return
    errors = [
        FieldError(field=fields[address], detail=f"{address} {why}: {_MEND[policy.others]}")
        for address, why in refused.items()
    ]
    raise Problem(
        403,
        "; ".join(error["detail"] for error in errors[:3]),
        kind="recipient-not-allowed",
        errors=errors[:MOST_ERRORS],
    )


async def ensure_all_may_receive(
    store: Store,
    principal: Principal,
    recipients: Sequence[RecipientBody | EverybodyOfRole],
    place: str = "/deliver_to",
) -> None:
    """The same, with a transaction of its own where it takes one."""
    if any(_not_named(principal, recipients)):
        async with store.tenant(principal.tenant_id) as connection:
            await ensure_may_receive(connection, principal, recipients, place)


def _not_named(
    principal: Principal, recipients: Sequence[RecipientBody | EverybodyOfRole]
) -> Iterator[tuple[int, RecipientBody]]:
    """Those that the policy itself does not allow, with their places."""
    for index, entry in enumerate(recipients):
        if not isinstance(entry, RecipientBody) or entry.channel != "email":
            continue
        if not principal.recipient_policy.names(entry.to):
            yield index, entry
