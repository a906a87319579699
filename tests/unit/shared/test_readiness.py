"""Until when a schedule waits for its data."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from shared.cadence import CADENCE, next_fire
from shared.readiness import Fallback, Readiness


def until(time: str, not_later_than: str, after: str) -> datetime:
    cadence = CADENCE.validate_python({"kind": "daily", "time": time, "timezone": "Europe/Berlin"})
    fire = next_fire(cadence, datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert fire is not None
    readiness = Readiness.model_validate({"signal": "loaded", "not_later_than": not_later_than})
    return readiness.wait_until(fire, cadence.timezone)


def test_it_waits_until_a_local_time_of_the_nominal_day() -> None:
    assert until("06:00", "09:00", "2026-11-20") == datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_a_time_that_has_passed_is_the_next_days() -> None:
    assert until("22:00", "06:00", "2026-11-20") == datetime(2026, 11, 21, 5, tzinfo=UTC)


def test_it_waits_by_the_wall_clock_also_where_that_changes_meanwhile() -> None:
    # On 25 October 2026 Berlin is an hour further from nine than the night before.
    assert until("01:00", "09:00", "2026-10-24 12:00") == datetime(2026, 10, 25, 8, tzinfo=UTC)


def test_without_a_word_about_it_the_report_is_sent_and_says_that_it_may_be_stale() -> None:
    asked = Readiness.model_validate({"signal": "loaded", "not_later_than": "09:00"})
    assert asked.fallback is Fallback.SEND_STALE
    assert asked.not_ready() == "the signal 'loaded' had not come by 09:00"


@pytest.mark.parametrize(
    "wrong",
    [{"signal": "Has Spaces"}, {"signal": ""}, {"not_later_than": "25:00"}, {"fallback": "wait"}],
    ids=str,
)
def test_what_means_nothing_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Readiness.model_validate({"signal": "loaded", "not_later_than": "09:00"} | wrong)
