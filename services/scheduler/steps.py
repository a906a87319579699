"""What one due schedule comes to: the rows to write, or why it fires no more. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from services.scheduler import SERVICE
from services.scheduler.plan import Misfires, instant_of, plan, spread_of
from shared import audit, telemetry
from shared.cadence import CADENCE, Cadence, Fire, timezone_rules
from shared.cadence.days_off import OwnDays
from shared.conditions import CONDITION, Always
from shared.consent import Consent, refusal
from shared.periods import timezone_named
from shared.planned_runs import planned_run
from shared.readiness import Readiness
from shared.run_requests import NewRun, Recipient, new_run
from shared.states import Lane, MisfirePolicy, Occasion, OccurrenceStatus, ScheduleState
from shared.validation_words import all_in_words

Key = tuple[UUID, datetime, int]
"""By which an occurrence is known: schedule, nominal local time, fold."""

_RECIPIENTS: TypeAdapter[list[Recipient]] = TypeAdapter(list[Recipient])
_MAY_ASK = ("author", "admin")


@dataclass
class Step:
    """What is written about one schedule."""

    schedule: Mapping[str, Any]
    values: dict[str, Any]
    """New values of its row."""
    occurrences: list[dict[str, Any]] = field(default_factory=list)
    runs: list[NewRun] = field(default_factory=list)
    audited: list[dict[str, Any]] = field(default_factory=list)
    lane: Lane = Lane.BULK
    """Which its runs go through."""

    @property
    def reason(self) -> str | None:
        """Why it fires no more; None: it goes on."""
        reason: str | None = self.values.get("state_reason")
        return reason


class CannotBeFiredError(Exception):
    """Something that a schedule, or its definition, says."""


def step(
    schedule: Mapping[str, Any],
    own_days: OwnDays,
    *,
    now: datetime,
    known: Set[Key],
    lane: Lane = Lane.BULK,
) -> Step:
    """What becomes of a schedule that is due, or new. `known`: occurrences that are settled."""
    try:
        return _step(schedule, own_days, now=now, known=known, lane=lane)
    except CannotBeFiredError as error:
        return switched_off(schedule, f"cannot be fired: {error}")


def _step(
    schedule: Mapping[str, Any],
    own_days: OwnDays,
    *,
    now: datetime,
    known: Set[Key],
    lane: Lane,
) -> Step:
    try:
        cadence = CADENCE.validate_python(schedule["cadence"])
        readiness = readiness_of(schedule)
    except ValidationError as error:
        _cannot(all_in_words(error))
    spread = spread_of(schedule["id"], schedule["jitter_seconds"])
    planned = plan(
        cadence,
        own_days,
        first=_first(schedule, cadence, now, spread),
        now=now,
        misfires=Misfires(
            policy=MisfirePolicy(schedule["misfire_policy"]),
            grace=timedelta(seconds=schedule["misfire_grace_seconds"]),
            most=schedule["misfire_most"],
        ),
        spread=spread,
    )
    due = (*planned.caught_up, *planned.on_time)
    if due and (refused := owner_refusal(schedule)):
        return _held(schedule, due, refused, known)
    found = Step(schedule, _next(planned.upcoming, spread), lane=lane)
    for fire in planned.missed:
        if key(schedule, fire) not in known:
            row = occurrence(schedule, fire, OccurrenceStatus.MISSED, late(schedule, fire, now))
            found.occurrences.append(row)
    for fire in due:
        if key(schedule, fire) in known:
            continue
        caught_up = fire in planned.caught_up
        if readiness is not None:
            row = occurrence(schedule, fire, OccurrenceStatus.WAITING, caught_up=caught_up)
            row["wait_until"] = readiness.wait_until(fire, cadence.timezone)
            row["reason"] = f"for the signal {readiness.signal!r}"
            found.occurrences.append(row)
        else:
            fire_now(found, cadence, fire, caught_up=caught_up)
    return found


def _first(
    schedule: Mapping[str, Any], cadence: Cadence, now: datetime, spread: timedelta
) -> datetime:
    """The instant from which on it is looked at: of the fire that was planned, or from now on."""
    if schedule["next_run_at"] is None:
        return now + timedelta(microseconds=1)
    if schedule["next_nominal"] is None:
        planned: datetime = schedule["next_run_at"]
        return planned - spread
    return instant_of(schedule["next_nominal"], schedule["next_fold"], cadence.timezone)


def _next(upcoming: Fire | None, spread: timedelta) -> dict[str, Any]:
    values = {
        "state": ScheduleState.ACTIVE,
        "state_reason": None,
        "next_run_at": None,
        "next_nominal": None,
        "next_fold": 0,
        "timezone_rules": timezone_rules(),
    }
    if upcoming is None:
        return values | {"state": ScheduleState.ENDED, "state_reason": "it never comes again"}
    return values | {
        "next_run_at": upcoming.at_utc + spread,
        "next_nominal": upcoming.nominal_local_time,
        "next_fold": upcoming.fold,
    }


def fire_now(
    found: Step,
    cadence: Cadence,
    fire: Fire,
    *,
    caught_up: bool,
    banner: str | None = None,
    traceparent: str | None = None,
) -> dict[str, Any]:
    """Add the run of that fire, or why there is none; returns the occurrence's row.

    `traceparent`: of what let it go; without, the fire begins a trace of its own.
    """
    schedule = found.schedule
    refused = refusal(
        schedule["report_report_type"], schedule["report_parameters"], Consent.of(dict(schedule))
    )
    if refused is not None:
        # Not switched off: it fires again as soon as the tenant allows it.
        row = occurrence(schedule, fire, OccurrenceStatus.SKIPPED, refused.detail)
        found.occurrences.append(row)
        return row
    with telemetry.begun("schedule due", {"traceparent": traceparent}):
        run = _run(schedule, cadence, fire, lane=found.lane, caught_up=caught_up, banner=banner)
    row = occurrence(
        schedule,
        fire,
        OccurrenceStatus.FIRED,
        schedule.get("sent_to_nobody"),
        caught_up=caught_up,
    )
    row["run_id"] = run.run["id"]
    found.occurrences.append(row)
    found.runs.append(run)
    found.audited.append(
        audit.entry(
            schedule["tenant_id"],
            SERVICE,
            "report.requested",
            f"report/{run.run['id']}",
            type=run.run["report_type"],
            recipients=[delivery["recipient"] for delivery in run.deliveries],
            schedule=str(schedule["id"]),
            owner=schedule["owner"],
        )
    )
    return row


def _run(
    schedule: Mapping[str, Any],
    cadence: Cadence,
    fire: Fire,
    *,
    lane: Lane,
    caught_up: bool,
    banner: str | None,
) -> NewRun:
    if schedule["definition_deleted_at"] is not None:
        _cannot("its definition was deleted")
    try:
        recipients = _RECIPIENTS.validate_python(schedule["deliver_to"])
        condition = None
        if schedule["condition"] is not None:
            asked = CONDITION.validate_python(schedule["condition"])
            if not isinstance(asked, Always):
                condition = CONDITION.dump_python(asked, mode="json")
        return new_run(
            planned_run(
                schedule,
                tenant_id=schedule["tenant_id"],
                today=_today(schedule, cadence, fire),
                requested_by=schedule["owner"],
                role="author",
                lane=lane,
                occasion=Occasion.CAUGHT_UP if caught_up else Occasion.SCHEDULE,
                recipients=recipients,
                burst=schedule["burst"],
                schedule_id=schedule["id"],
                condition=condition,
                banner=banner,
            ),
            service=SERVICE,
        )
    except ValidationError as error:
        _cannot(all_in_words(error))
    except (ValueError, LookupError, TypeError, ArithmeticError) as error:
        _cannot(str(error) or type(error).__name__)


def _today(schedule: Mapping[str, Any], cadence: Cadence, fire: Fire) -> Any:
    """The day that the report's period counts from: the nominal one, not the one it ran on."""
    timezone = schedule["report_timezone"]
    if timezone == cadence.timezone:
        return fire.nominal_local_time.date()
    return fire.at_utc.astimezone(timezone_named(timezone)).date()


def owner_refusal(schedule: Mapping[str, Any]) -> str | None:
    """Why nothing is made in the owner's name any more; None: they may ask for reports.

    Without a row among the members a person has the role of their token, as for the API.
    """
    owner = schedule["owner"]
    if schedule["owner_active"] is False:
        return f"its owner {owner} is inactive: hand it over, or make the member active again"
    if schedule["owner_role"] is not None and schedule["owner_role"] not in _MAY_ASK:
        return (
            f"its owner {owner} may not ask for reports any more (role {schedule['owner_role']}): "
            "hand it over, or change the role"
        )
    return None


def _held(schedule: Mapping[str, Any], due: tuple[Fire, ...], reason: str, known: Set[Key]) -> Step:
    """`next_run_at` stays: once somebody took it over, the misfire policy decides from there."""
    values = {name: schedule[name] for name in ("next_run_at", "next_nominal", "next_fold")} | {
        "state": ScheduleState.HELD,
        "state_reason": reason,
        "timezone_rules": schedule["timezone_rules"],
    }
    found = Step(schedule, values)
    found.occurrences = [
        occurrence(schedule, fire, OccurrenceStatus.HELD, reason)
        for fire in due
        if key(schedule, fire) not in known
    ]
    found.audited = [_state_changed(schedule, "schedule.held", reason)]
    return found


def switched_off(schedule: Mapping[str, Any], problem: str) -> Step:
    """The schedule is disabled; it does not claim to have fired."""
    values = {
        name: schedule[name]
        for name in ("next_run_at", "next_nominal", "next_fold", "timezone_rules")
    }
    return Step(
        schedule,
        values | {"state": ScheduleState.DISABLED, "state_reason": problem},
        audited=[_state_changed(schedule, "schedule.switched_off", problem)],
    )


def _state_changed(schedule: Mapping[str, Any], action: str, reason: str) -> dict[str, Any]:
    return audit.entry(
        schedule["tenant_id"], SERVICE, action, f"schedule/{schedule['id']}", reason=reason
    )


def late(schedule: Mapping[str, Any], fire: Fire, now: datetime) -> str:
    """Why a fire was missed."""
    resumed = schedule["resumed_at"]
    if resumed is not None and fire.at_utc <= resumed:
        return f"the schedule was not active until {resumed:%Y-%m-%d %H:%M} UTC"
    return f"nothing was running then; noticed at {now:%Y-%m-%d %H:%M} UTC"


OCCURRENCE = (
    *("tenant_id", "schedule_id", "nominal_local_time", "fold", "due_at", "status"),
    *("reason", "caught_up", "wait_until", "signal_at", "run_id"),
)
"""The columns of what `occurrence` makes."""


def occurrence(
    schedule: Mapping[str, Any],
    fire: Fire,
    status: OccurrenceStatus,
    reason: str | None = None,
    *,
    caught_up: bool = False,
) -> dict[str, Any]:
    """A row of `schedule_occurrences`; without a run."""
    return dict.fromkeys(OCCURRENCE) | {
        "tenant_id": schedule["tenant_id"],
        "schedule_id": schedule["id"],
        "nominal_local_time": fire.nominal_local_time,
        "fold": fire.fold,
        "due_at": fire.at_utc,
        "status": status,
        "reason": reason,
        "caught_up": caught_up,
    }


def key(schedule: Mapping[str, Any], fire: Fire) -> Key:
    """By which that occurrence is known."""
    return (schedule["id"], fire.nominal_local_time, fire.fold)


def readiness_of(schedule: Mapping[str, Any]) -> Readiness | None:
    """What it waits for; ValidationError where that is no readiness."""
    stored = schedule["readiness"]
    return None if stored is None else Readiness.model_validate(stored)


def _cannot(why: str) -> NoReturn:
    raise CannotBeFiredError(why)
