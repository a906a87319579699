"""Why somebody did or did not get a scheduled report, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from services.api.planning.executions import outcome_of
from shared.cadence import Cadence, PreviewLine, preview
from shared.periods import local_midnight, timezone_named
from shared.states import DeliveryStatus, ScheduleState

Verdict = Literal["sent", "under way", "not sent", "not due", "due"]

_MOMENT = timedelta(microseconds=1)
_STANDS: dict[str, str] = {
    ScheduleState.PAUSED: "paused",
    ScheduleState.HELD: "held",
    ScheduleState.DISABLED: "disabled",
    ScheduleState.ENDED: "at its end",
}


@dataclass(frozen=True)
class Answer:
    """Of one schedule, or of one of its executions on the day that was asked about."""

    verdict: Verdict
    words: str


def of_execution(
    row: Mapping[str, Any],
    delivery: Mapping[str, Any] | None,
    zone: str,
    *,
    in_burst: bool = False,
) -> Answer:
    """`row` as in `executions`; `delivery` to the one who asks, None where there is none.

    `in_burst`: the schedule's recipients get parts of its report, and are known once it is
    aggregated.
    """
    when = _begin(row, zone)
    outcome, reason = outcome_of(row)
    if outcome in ("waiting", "held"):
        return Answer("under way", f"due {when} and {outcome}: {reason}")
    if outcome in ("skipped", "missed") and row["run_id"] is None:
        return Answer("not sent", f"due {when} and {outcome}: {reason}")
    if outcome == "skipped":
        return Answer("not sent", f"fired {when}, and its condition did not hold: {reason}")
    if outcome == "failed":
        return Answer("not sent", f"fired {when}, and its report failed: {reason}")
    if outcome == "cancelled":
        return Answer("not sent", f"fired {when}, and somebody cancelled its report")
    if delivery is None and in_burst and outcome == "running":
        return Answer("under way", f"fired {when}; its parts are being made ({row['run_status']})")
    if delivery is None:
        return Answer("not sent", f"fired {when}, and this recipient was not on its list then")
    if outcome == "running":
        return Answer("under way", f"fired {when}; its report is under way ({row['run_status']})")
    verdict, words = _delivered(delivery, zone)
    part = f"; their part ({_part(delivery['chosen'])})" if delivery.get("slice_id") else ";"
    return Answer(
        verdict, f"fired {when}; report completed {_at(row['completed_at'], zone)}{part} {words}"
    )


def without_execution(
    schedule: Mapping[str, Any],
    cadence: Cadence,
    day: date,
    own_days: Mapping[date, str],
    now: datetime,
) -> Answer:
    """Nothing is written down about that day: it was not due, or it is not there yet.

    `schedule`: its row; `now`: an aware instant.
    """
    zone = cadence.timezone
    begins = local_midnight(day, zone)
    lines = preview(cadence, 1, begins - _MOMENT, own_days)
    of_day = [line for line in lines if line.on.startswith(day.isoformat())]
    due = next((line for line in of_day if line.fire is not None), None)
    rests = _rests(schedule, zone)
    if due is None:
        return Answer("not due", _not_due(day, lines, of_day) + (f"; {rests}" if rests else ""))
    assert due.fire is not None
    note = f" ({due.note})" if due.note else ""
    what = f"due at {due.fire.nominal_local_time:%H:%M} ({zone}){note}"
    at = due.fire.at_utc
    if schedule["deleted_at"] is not None and at >= schedule["deleted_at"]:
        return Answer("not sent", f"{what}, and deleted {_at(schedule['deleted_at'], zone)}")
    if rests and (at >= schedule["state_since"] or at > now):
        return Answer("not sent", f"{what}, but {rests}")
    if at > now:
        return Answer("due", f"{what}, which is still to come")
    if at < schedule["created_at"]:
        return Answer("not due", f"not there yet: it was saved {_at(schedule['created_at'], zone)}")
    if at < schedule["updated_at"]:
        return Answer(
            "not sent",
            f"no fire is written down; it was changed {_at(schedule['updated_at'], zone)}, and "
            f"as it is now it would have been {what}",
        )
    return Answer("under way", f"{what}, and no scheduler has acted on it yet")


def _begin(row: Mapping[str, Any], zone: str) -> str:
    nominal = row["nominal_local_time"]
    if nominal is None:
        return f"by hand by {row['requested_by']} {_at(row['due_at'], zone)}"
    again = ", the second time" if row["fold"] else ""
    late = ", caught up later" if row["caught_up"] else ""
    return f"at {nominal:%H:%M} ({zone}{again}{late})"


def _delivered(delivery: Mapping[str, Any], zone: str) -> tuple[Verdict, str]:
    said = f" ({delivery['answer']})" if delivery["answer"] else ""
    match DeliveryStatus(delivery["status"]):
        case DeliveryStatus.SENT:
            return "sent", f"sent {_at(delivery['finished_at'], zone)}{said}"
        case DeliveryStatus.UNCERTAIN:
            return "sent", "sent whole, and the answer never came: it may have arrived"
        case DeliveryStatus.FAILED:
            return "not sent", f"its delivery failed {_at(delivery['finished_at'], zone)}{said}"
        case DeliveryStatus.BOUNCED:
            return "not sent", f"sent, and it came back{said}"
        case DeliveryStatus.SUPPRESSED:
            return "not sent", f"nothing is sent to this recipient{said}"
        case DeliveryStatus.DEFERRED:
            again = _at(delivery["next_attempt_at"], zone)
            return "under way", f"not taken for now{said}; tried again {again}"
        case DeliveryStatus.CANCELLED:
            return "not sent", f"its delivery was cancelled{said}"
        case DeliveryStatus.PENDING | DeliveryStatus.SENDING:
            return "under way", "it is being sent"


def _part(chosen: Mapping[str, Any]) -> str:
    """For instance "projects: The Paper Admiral"."""
    return (
        "; ".join(
            f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
            for name, value in chosen.items()
        )
        or "the whole"
    )


def _not_due(day: date, lines: tuple[PreviewLine, ...], of_day: list[PreviewLine]) -> str:
    that_day = f"{day:%A} {day.isoformat()}"
    upcoming = next((line for line in lines if line.fire is not None), None)
    if upcoming is None or upcoming.fire is None:
        following = "it never comes again"
    elif day in upcoming.fire.moved_from:
        return f"{that_day} is a day off; moved to {_day_of(upcoming.on)}"
    else:
        following = f"next on {_day_of(upcoming.on)}"
    left_out = next((line.note for line in of_day if line.fire is None), None)
    if left_out is not None:
        return f"skipped on {that_day}: {left_out}; {following}"
    no_such_day = next((line.note for line in lines if line.on == f"{day:%Y-%m}"), None)
    because = f" ({no_such_day})" if no_such_day else ""
    return f"not due on {that_day}{because}; {following}"


def _day_of(on: str) -> str:
    local = datetime.fromisoformat(on)
    return f"{local:%A} {local:%Y-%m-%d at %H:%M}"


def _rests(schedule: Mapping[str, Any], zone: str) -> str | None:
    """Why it does not fire, now; None: it does."""
    stands = _STANDS.get(schedule["state"])
    if stands is None:
        return None
    reason = f" ({schedule['state_reason']})" if schedule["state_reason"] else ""
    return f"{stands} since {_at(schedule['state_since'], zone, word='')}{reason}"


def _at(instant: datetime | None, zone: str, *, word: str = "at ") -> str:
    """By the schedule's own clock."""
    if instant is None:
        return f"{word}a time that is not known"
    return f"{word}{instant.astimezone(timezone_named(zone)):%Y-%m-%d %H:%M:%S}"
