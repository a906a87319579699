"""What has to hold of a schedule before it is saved, beyond the shape of each field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.catalogue import OfferedType
from services.api.destinations.named import destination_errors
from services.api.guards import ensure_allowed
from services.api.planning.bursts import ensure_burst
from services.api.planning.schedules import ScheduleBody, stored_before
from services.api.principals import Principal
from services.api.problems import FieldError, Problem, field_problem, fields_problem
from services.api.recipient_checks import ensure_may_receive
from services.api.report_requests import recipient_errors
from shared.cadence import Cadence, refusals
from shared.conditions import unknown_figure
from shared.store import tables


async def own_days_of(connection: AsyncConnection) -> dict[date, str]:
    """The tenant's own days off, with their names."""
    table = tables.tenant_holidays
    rows = await connection.execute(select(table.c.day, table.c.name))
    return {row.day: row.name for row in rows}


async def cadence_errors(connection: AsyncConnection, cadence: Cadence) -> list[FieldError]:
    """What stands against the cadence in this tenant: it never fires, or too often."""
    minimum = await connection.scalar(select(tables.tenant_settings.c.schedule_minimum_minutes))
    found = refusals(
        cadence,
        after=datetime.now(UTC),
        own_days=await own_days_of(connection),
        minimum=timedelta(minutes=minimum or 0),
    )
    return [
        FieldError(field=f"/cadence/{refused.field}", detail=refused.detail) for refused in found
    ]


async def ensure_fit(
    connection: AsyncConnection,
    principal: Principal,
    body: ScheduleBody,
    offered: Mapping[str, OfferedType],
    before: RowMapping | None = None,
) -> None:
    """Problem 422 names every field that does not fit, 403 a report that is switched off.

    `before`: the schedule that is to change; a cadence that stays is not looked at again.
    """
    definition = await _definition(connection, body.definition)
    if definition is None:
        raise field_problem("/definition", f"there is no definition {body.definition}")
    ensure_allowed(principal, definition["report_type"], definition["parameters"])
    report_type = offered.get(definition["report_type"])
    errors = [
        *recipient_errors(body.deliver_to, "/deliver_to"),
        *await destination_errors(connection, body.deliver_to, "/deliver_to"),
        *_condition_errors(body, report_type),
    ]
    if before is None or stored_before(before)["cadence"] != body.as_stored()["cadence"]:
        errors += await cadence_errors(connection, body.cadence)
    if report_type is not None:
        errors += await ensure_burst(
            connection,
            principal,
            body.burst,
            report_type,
            definition["parameters"],
            definition["language"],
            before=before["burst"] if before is not None else None,
        )
    if errors:
        raise fields_problem(errors)
    await ensure_may_receive(connection, principal, body.deliver_to)


def _condition_errors(body: ScheduleBody, report_type: OfferedType | None) -> Iterator[FieldError]:
    if report_type is None:
        detail = "no aggregator offers this definition's report type any more: choose another"
        yield FieldError(field="/definition", detail=detail)
    elif (wrong := unknown_figure(body.condition, report_type.kpis)) is not None:
        yield FieldError(field="/condition/kpi", detail=wrong)


async def _definition(connection: AsyncConnection, definition_id: UUID) -> RowMapping | None:
    definitions, versions = tables.definitions, tables.definition_versions
    query = (
        select(versions)
        .join(
            definitions,
            (definitions.c.id == versions.c.definition_id)
            & (definitions.c.current_version == versions.c.version),
        )
        .where(definitions.c.id == definition_id, definitions.c.deleted_at.is_(None))
        # Nobody deletes it before the schedule is saved.
        .with_for_update(of=definitions, read=True)
    )
    row: RowMapping | None = (await connection.execute(query)).mappings().first()
    return row


async def ensure_room(connection: AsyncConnection, more: int = 1) -> None:
    """Problem 403 where the tenant would have more schedules than it may."""
    settings, schedules = tables.tenant_settings, tables.schedules
    # Locked, so that of two at once one counts the other.
    most = await connection.scalar(select(settings.c.max_schedules).with_for_update())
    there = await connection.scalar(
        select(func.count()).select_from(schedules).where(schedules.c.deleted_at.is_(None))
    )
    if most is not None and (there or 0) + more > most:
        detail = (
            f"your organisation has {there} schedules and may have {most} (`max_schedules`): "
            "delete some, or have an administrator raise the limit"
        )
        raise Problem(
            403,
            detail,
            kind="quota",
            errors=[FieldError(field="max_schedules", detail=f"{most} schedules at most")],
        )
