"""Saving definitions and schedules that have been checked, with their lines in the audit log."""

from __future__ import annotations

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import audit
from services.api.planning import definition_store, schedule_store
from services.api.planning.bursts import burst_in_words
from services.api.planning.definitions import DefinitionBody
from services.api.planning.recipients import in_words
from services.api.planning.schedules import ScheduleBody
from services.api.principals import Principal


async def add_definition(
    connection: AsyncConnection, principal: Principal, body: DefinitionBody
) -> RowMapping:
    """The new one; Problem 409 where the name is taken."""
    stored = body.as_stored(principal.timezone)
    identifier = await definition_store.add(connection, principal, stored)
    row = await definition_store.definition_of(connection, identifier)
    await audit.record(
        connection,
        principal,
        "definition.added",
        f"definition/{identifier}",
        name=row["name"],
        type=row["report_type"],
    )
    return row


async def change_definition(
    connection: AsyncConnection, principal: Principal, row: RowMapping, body: DefinitionBody
) -> RowMapping:
    """The locked one as it is afterwards; Problem 409 where the name is taken."""
    stored = body.as_stored(principal.timezone)
    fields = await definition_store.change(connection, principal, row, stored)
    if not fields:
        return row
    changed = await definition_store.definition_of(connection, row["id"])
    await audit.record(
        connection,
        principal,
        "definition.changed",
        f"definition/{row['id']}",
        version=changed["version"],
        changed=fields,
    )
    return changed


async def add_schedule(
    connection: AsyncConnection, principal: Principal, body: ScheduleBody
) -> RowMapping:
    """The new one; Problem 409 where the name is taken."""
    identifier = await schedule_store.add(connection, principal, body)
    row = await schedule_store.schedule_of(connection, identifier)
    await audit.record(
        connection,
        principal,
        "schedule.added",
        f"schedule/{identifier}",
        name=row["name"],
        definition=str(row["definition_id"]),
        recipients=in_words(body.deliver_to),
        **({"burst": burst_in_words(body.burst)} if body.burst else {}),
    )
    return row


async def change_schedule(
    connection: AsyncConnection, principal: Principal, row: RowMapping, body: ScheduleBody
) -> RowMapping:
    """The locked one as it is afterwards; Problem 409 where the name is taken."""
    columns = await schedule_store.change(connection, row, body)
    if not columns:
        return row
    changed = await schedule_store.schedule_of(connection, row["id"])
    await audit.record(
        connection,
        principal,
        "schedule.changed",
        f"schedule/{row['id']}",
        version=changed["version"],
        changed=columns,
    )
    return changed
