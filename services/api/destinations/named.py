"""Whether the destinations that recipients name are there."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.problems import FieldError
from services.api.report_requests import EMAIL, RecipientBody
from shared.recipients import EverybodyOfRole
from shared.store import tables
from shared.validation_words import shortened


def names_destinations(recipients: Iterable[RecipientBody | EverybodyOfRole]) -> bool:
    """Whether the store has to be asked about them."""
    return any(entry.channel != EMAIL for entry in recipients)


async def destination_errors(
    connection: AsyncConnection,
    recipients: Iterable[RecipientBody | EverybodyOfRole],
    place: str,
) -> list[FieldError]:
    """Recipients, in a list at `place` of the body, that nothing can be sent to."""
    named = [
        (index, entry)
        for index, entry in enumerate(recipients)
        if isinstance(entry, RecipientBody) and entry.channel != EMAIL
    ]
    if not named:
        return []
    channels, table = tables.channels, tables.destinations
    rows = await connection.execute(
        select(channels.c.name.label("channel"), table.c.name, table.c.disabled_because)
        .select_from(channels.outerjoin(table, table.c.channel == channels.c.name))
        .where(channels.c.settings_schema.is_not(None))
        .order_by(channels.c.name, table.c.name)
    )
    there: dict[str, dict[str, str | None]] = {}
    for row in rows:
        of_channel = there.setdefault(row.channel, {})
        if row.name is not None:
            of_channel[row.name] = row.disabled_because
    errors = []
    for index, entry in named:
        field, detail = "to", None
        of_channel = there.get(entry.channel, {})
        if entry.channel not in there:
            known = ", ".join(sorted({EMAIL, *there}))
            field, detail = "channel", f"unknown channel {entry.channel!r}: use one of {known}"
        elif entry.to not in of_channel:
            known = ", ".join(of_channel) or "none yet"
            detail = (
                f"there is no {entry.channel} destination {shortened(entry.to)!r} (there are: "
                f"{known}): an administrator saves one with POST /api/v1/destinations"
            )
        elif (because := of_channel[entry.to]) is not None:
            detail = f"the destination {entry.to} is disabled: {because}"
        if detail is not None:
            errors.append(FieldError(field=f"{place}/{index}/{field}", detail=detail))
    return errors
