"""From due schedules to runs: one per nominal fire, however many schedulers look."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import ColumnElement, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduler import SERVICE
from shared import audit, telemetry
from shared.cadence import CADENCE, Fire, fires, next_fire
from shared.consent import Consent, refusal
from shared.format_options import FormatOptions
from shared.periods import Preset, preset_period, timezone_named
from shared.run_requests import Recipient, RunRequest, create_run
from shared.states import Lane, OccurrenceStatus, ScheduleState
from shared.store import tables
from shared.store.engine import Store, store_is_away
from shared.validation_words import all_in_words

log = structlog.get_logger(__name__)

BATCH = 100

_UNFIREABLE = (
    *(ValueError, LookupError, TypeError, ArithmeticError, NoResultFound),
    DBAPIError,  # the store refuses what the schedule says, such as a recipient named twice
)
"""What is wrong with a schedule rather than with the moment."""


async def fire_due_schedules(store: Store) -> int:
    """Turn every due schedule into a run; returns how many runs were created.

    Due rows are claimed with SKIP LOCKED, so schedulers share the work; the UNIQUE nominal
    time keeps a fire single whatever happens. After a pause of the whole system a schedule
    fires once, for the nominal time it missed first, and goes on from now.
    """
    fired = 0
    while True:
        async with store.housekeeping() as connection:
            now, due = await _claim_due(connection)
            for schedule in due:
                with telemetry.begun("schedule due"):
                    fired += await _fire_or_switch_off(connection, schedule, now)
        if len(due) < BATCH:
            return fired


async def _claim_due(connection: AsyncConnection) -> tuple[datetime, list[RowMapping]]:
    schedules = tables.schedules
    now = await connection.scalar(select(func.clock_timestamp()))
    assert isinstance(now, datetime)
    rows = await connection.execute(
        select(schedules)
        .where(
            schedules.c.state == ScheduleState.ACTIVE,
            schedules.c.deleted_at.is_(None),
            # NULL: new, its first fire is not computed yet.
            (schedules.c.next_run_at <= now) | schedules.c.next_run_at.is_(None),
        )
        .order_by(schedules.c.next_run_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return now, list(rows.mappings().all())


async def _fire_or_switch_off(
    connection: AsyncConnection, schedule: RowMapping, now: datetime
) -> int:
    """Fire one; a schedule that cannot be fired must not keep the others from it."""
    try:
        async with connection.begin_nested():
            return await _fire(connection, schedule, now)
    except _UNFIREABLE as error:
        if store_is_away(error):
            raise
        reason = all_in_words(error) if isinstance(error, ValidationError) else str(error)
        problem = f"cannot be fired: {reason or type(error).__name__}"
        log.error("schedule switched off", schedule_id=str(schedule["id"]), reason=problem)
        await connection.execute(
            update(tables.schedules)
            .where(tables.schedules.c.id == schedule["id"])
            .values(state=ScheduleState.DISABLED, state_reason=problem)
        )
        await audit.record(
            connection,
            audit.entry(
                schedule["tenant_id"],
                SERVICE,
                "schedule.switched_off",
                f"schedule/{schedule['id']}",
                reason=problem,
            ),
        )
        return 0


async def _fire(connection: AsyncConnection, schedule: RowMapping, now: datetime) -> int:
    fired = 0
    cadence = CADENCE.validate_python(schedule["cadence"])
    if schedule["next_run_at"] is not None:
        just_before = schedule["next_run_at"] - timedelta(microseconds=1)
        fire = next(fires(cadence, just_before))
        fired = await _create_run(connection, schedule, fire)
    upcoming = next_fire(cadence, after=now)
    moved_on: dict[str, Any] = (
        {"state": ScheduleState.ENDED}
        if upcoming is None
        else {
            "next_run_at": upcoming.at_utc,
            "next_nominal": upcoming.nominal_local_time,
            "next_fold": upcoming.fold,
        }
    )
    await connection.execute(
        update(tables.schedules).where(tables.schedules.c.id == schedule["id"]).values(moved_on)
    )
    return fired


async def _create_run(connection: AsyncConnection, schedule: RowMapping, fire: Fire) -> int:
    occurrences = tables.occurrences
    is_new = await connection.scalar(
        insert(occurrences)
        .values(
            tenant_id=schedule["tenant_id"],
            schedule_id=schedule["id"],
            nominal_local_time=fire.nominal_local_time,
            fold=fire.fold,
            status=OccurrenceStatus.FIRED,
            due_at=fire.at_utc,
        )
        .on_conflict_do_nothing()
        .returning(occurrences.c.schedule_id)
    )
    if is_new is None:
        return 0
    version = await _definition_version(connection, schedule)
    refused = refusal(version["report_type"], version["parameters"], Consent.of(dict(version)))
    if refused is not None:
        # Not switched off: it fires again as soon as the tenant allows it.
        await connection.execute(
            update(occurrences)
            .where(*_this_one(schedule, fire))
            .values(status=OccurrenceStatus.SKIPPED, reason=refused.detail)
        )
        log.warning(
            "schedule skipped",
            schedule_id=str(schedule["id"]),
            nominal=fire.nominal_local_time.isoformat(),
            tenant=str(schedule["tenant_id"]),
            reason=refused.detail,
        )
        return 0
    created = await create_run(
        connection,
        RunRequest(
            tenant_id=schedule["tenant_id"],
            report_type=version["report_type"],
            source=version["source"],
            # Of the nominal time, not of the moment it ran; today is the report's, whose
            # timezone may not be the schedule's.
            period=preset_period(
                Preset(version["preset"]),
                fire.at_utc.astimezone(timezone_named(version["timezone"])).date(),
                version["timezone"],
            ),
            parameters=version["parameters"],
            formats=tuple(version["formats"]),
            format_options=FormatOptions.model_validate(version["format_options"]),
            lane=Lane.BULK,
            requested_by=schedule["owner"],
            role="author",
            recipients=tuple(_recipients(schedule["deliver_to"])),
            definition_id=schedule["definition_id"],
            definition_version=version["version"],
            schedule_id=schedule["id"],
            freshness_seconds=version["freshness_seconds"],
        ),
        service=SERVICE,
    )
    await connection.execute(
        update(occurrences).where(*_this_one(schedule, fire)).values(run_id=created.run["id"])
    )
    await audit.record(
        connection,
        audit.entry(
            schedule["tenant_id"],
            SERVICE,
            "report.requested",
            f"report/{created.run['id']}",
            type=version["report_type"],
            recipients=[recipient.to for recipient in _recipients(schedule["deliver_to"])],
            schedule=str(schedule["id"]),
            owner=schedule["owner"],
        ),
    )
    log.info(
        "schedule fired",
        schedule_id=str(schedule["id"]),
        run_id=str(created.run["id"]),
        nominal=fire.nominal_local_time.isoformat(),
        tenant=str(schedule["tenant_id"]),
    )
    return 1


def _this_one(schedule: RowMapping, fire: Fire) -> tuple[ColumnElement[bool], ...]:
    """The occurrence of that fire."""
    occurrences = tables.occurrences
    return (
        occurrences.c.schedule_id == schedule["id"],
        occurrences.c.nominal_local_time == fire.nominal_local_time,
        occurrences.c.fold == fire.fold,
    )


async def _definition_version(connection: AsyncConnection, schedule: RowMapping) -> RowMapping:
    definitions = tables.definitions
    versions = tables.definition_versions
    settings = tables.tenant_settings
    return (
        (
            await connection.execute(
                select(
                    versions,
                    tables.report_types.c.source,
                    func.coalesce(settings.c.freshness_seconds, 0).label("freshness_seconds"),
                    *(settings.c[field.name] for field in fields(Consent)),
                )
                .join(
                    definitions,
                    (definitions.c.id == versions.c.definition_id)
                    & (definitions.c.current_version == versions.c.version),
                )
                .join(tables.report_types, tables.report_types.c.name == versions.c.report_type)
                .outerjoin(settings, settings.c.tenant_id == versions.c.tenant_id)
                .where(definitions.c.id == schedule["definition_id"])
            )
        )
        .mappings()
        .one()
    )


def _recipients(deliver_to: list[dict[str, Any]]) -> list[Recipient]:
    return [Recipient(entry["channel"], entry["to"]) for entry in deliver_to]
