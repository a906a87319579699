"""What a tenant begins with: a saved report and its schedule, to look at, change or throw away.

Given once: their ids are derived from the tenant's, so what was renamed or deleted does not come
back.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import audit
from shared.dedup_keys import starter_id
from shared.store import tables

USAGE_SUMMARY = "Usage Summary"
WEEKLY_USAGE_SUMMARY = "Weekly Usage Summary e-mail"
ACTOR = "broadsheet"
"""Who is said to have made them."""
_TIMEZONE = "America/New_York"


async def give_usage_summary(connection: AsyncConnection, tenant_id: UUID, owner: str) -> bool:
    """The definition and its schedule, once; whether they are new.

    For a tenant whose source `studio` has usage events. The schedule is `owner`'s, and goes to
    whoever is an administrator when it fires.
    """
    definition_id = starter_id(tenant_id, USAGE_SUMMARY)
    schedule_id = starter_id(tenant_id, WEEKLY_USAGE_SUMMARY)
    made = await connection.scalar(
        upsert(tables.definitions)
        .values(id=definition_id, tenant_id=tenant_id, name=USAGE_SUMMARY, owner=owner)
        # Also where one of that name is there already: it is the tenant's own.
        .on_conflict_do_nothing()
        .returning(tables.definitions.c.id)
    )
    if made is None:
        return False
    await connection.execute(
        insert(tables.definition_versions).values(
            tenant_id=tenant_id,
            definition_id=definition_id,
            version=1,
            report_type="usage_summary",
            formats=["pdf"],
            preset="last_7_days",
            timezone=_TIMEZONE,
            parameters={"limit": 1000},
        )
    )
    await connection.execute(
        upsert(tables.schedules)
        .values(
            id=schedule_id,
            tenant_id=tenant_id,
            definition_id=definition_id,
            name=WEEKLY_USAGE_SUMMARY,
            # `shared.cadence.Weekly`; not imported, because migrations come without its libraries.
            cadence={
                "kind": "weekly",
                "days": ["monday"],
                "time": "09:00",
                "timezone": _TIMEZONE,
            },
            deliver_to=[{"channel": "email", "role": "admin"}],
            owner=owner,
        )
        .on_conflict_do_nothing()
    )
    await audit.record(
        connection,
        audit.entry(tenant_id, ACTOR, "definition.added", f"definition/{definition_id}"),
        audit.entry(tenant_id, ACTOR, "schedule.added", f"schedule/{schedule_id}"),
    )
    return True
