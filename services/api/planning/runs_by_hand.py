"""Having a saved report made now: by its definition, or as its schedule would."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.accepting import accepted_run, earlier_run
from services.api.guards import ensure_allowed
from services.api.planning import definition_store
from services.api.principals import Principal
from services.api.problems import FieldError, Problem
from services.api.representations import RunView
from shared.dedup_keys import body_hash
from shared.planned_runs import current_versions, planned_run, version_columns
from shared.run_requests import Recipient, RunRequest
from shared.states import Lane, Occasion
from shared.store import tables
from shared.store.indexed_states import is_in_state

_HOUR = timedelta(hours=1)


async def run_by_hand(
    connection: AsyncConnection,
    principal: Principal,
    definition_id: UUID,
    *,
    recipients: list[Recipient],
    burst: dict[str, Any] | None = None,
    on: date | None = None,
    schedule_id: UUID | None = None,
    idempotency_key: str | None,
) -> RunRequest:
    """The run of the definition's current version, in the name of whoever asks.

    `on`: the day from which its period counts; today, in the report's timezone, where it is None.
    A person asked for it: no condition of a schedule keeps it from being sent. Problem 404 for a
    definition that is missing, 403 for a report that the tenant has switched off, 409 for one that
    cannot be made any more.
    """
    version = await _version_of(connection, definition_id)
    ensure_allowed(principal, version["report_report_type"], version["report_parameters"])
    asked: dict[str, Any] = {
        "definition": str(definition_id),
        "schedule": str(schedule_id) if schedule_id else None,
        "deliver_to": [[recipient.channel, recipient.to] for recipient in recipients],
        "on": on.isoformat() if on else None,
    }
    if burst:
        asked["burst"] = burst
    today = on or datetime.now(UTC).astimezone(ZoneInfo(version["report_timezone"])).date()
    try:
        return planned_run(
            {str(name): value for name, value in version.items()},
            tenant_id=principal.tenant_id,
            today=today,
            requested_by=principal.sub,
            role=principal.role,
            # Hundreds of parts are no work that somebody waits for.
            lane=Lane.BULK if burst else Lane.INTERACTIVE,
            occasion=Occasion.BY_HAND,
            recipients=recipients,
            burst=burst,
            schedule_id=schedule_id,
            idempotency_key=idempotency_key,
            body_sha256=body_hash(asked) if idempotency_key else None,
        )
    except (LookupError, ValueError) as error:
        raise Problem(409, f"this definition cannot be run: {error}") from None


async def accepted_by_hand(request: Request, principal: Principal, wanted: RunRequest) -> RunView:
    """Store the run, unless it is there already; Problem 429 past the tenant's quota."""
    earlier = await earlier_run(request, principal, wanted)
    if earlier is not None:
        return earlier
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        await _ensure_within_quota(connection, principal)
    return await accepted_run(request, principal, wanted)


async def _ensure_within_quota(connection: AsyncConnection, principal: Principal) -> None:
    """Problem 429 once people of the tenant have started as many runs within an hour as it may."""
    runs = tables.runs
    most = await connection.scalar(select(tables.tenant_settings.c.max_runs_per_hour))
    begun = (
        (
            await connection.execute(
                select(
                    func.count().label("runs"),
                    func.min(runs.c.created_at).label("first"),
                    func.now().label("now"),
                ).where(
                    runs.c.tenant_id == principal.tenant_id,
                    is_in_state(runs.c.occasion, Occasion.BY_HAND),
                    runs.c.created_at > func.now() - _HOUR,
                )
            )
        )
        .mappings()
        .one()
    )
    if most is None or begun["runs"] < most:
        return
    wait = 3600
    if begun["first"] is not None:
        wait = max(1, round((begun["first"] + _HOUR - begun["now"]).total_seconds()))
    raise Problem(
        429,
        f"your organisation has started {begun['runs']} runs of definitions and schedules within "
        f"an hour, and {most} is the limit (`max_runs_per_hour`): try again in {wait} s",
        kind="quota",
        errors=[
            FieldError(field="max_runs_per_hour", detail=f"{most} runs by hand within an hour")
        ],
        headers={"Retry-After": str(wait)},
    )


async def _version_of(connection: AsyncConnection, definition_id: UUID) -> RowMapping:
    definitions = tables.definitions
    query = (
        select(*version_columns())
        .select_from(current_versions())
        .where(definitions.c.id == definition_id, definitions.c.deleted_at.is_(None))
    )
    row: RowMapping | None = (await connection.execute(query)).mappings().first()
    if row is None:
        raise definition_store.missing()
    return row
