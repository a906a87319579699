"""When a schedule fires: what each kind means, days off, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.cadence import CADENCE, fires, next_fire, preview, refusals
from shared.validation_words import all_in_words

BERLIN = "Europe/Berlin"
NINE: dict[str, Any] = {"time": "09:00", "timezone": "UTC"}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def cron(expression: str, timezone: str = "UTC") -> dict[str, Any]:
    return {"kind": "cron", "expression": expression, "timezone": timezone}


def comes(cadence: dict[str, Any], after: str, count: int) -> list[str]:
    """The next local times, as `YYYY-MM-DD HH:MM`; `after` is UTC."""
    coming = fires(CADENCE.validate_python(cadence), instant(after))
    found = (next(coming).nominal_local_time for _ in range(count))
    return [local.strftime("%Y-%m-%d %H:%M") for local in found]


def shown(
    cadence: dict[str, Any], after: str, count: int, own: dict[date, str] | None = None
) -> list[tuple[str, str | None]]:
    lines = preview(CADENCE.validate_python(cadence), count, instant(after), own or {})
    return [(f"{line.on}{'' if line.fire else ' no'}", line.note) for line in lines]


@pytest.mark.parametrize(
    ("day", "weekday"),
    [("0", 6), ("1", 0), ("2", 1), ("6", 5), ("7", 6), ("SUN", 6), ("MON", 0)],
)
def test_one_is_monday_and_both_zero_and_seven_are_sunday(day: str, weekday: int) -> None:
    for fire in comes(cron(f"0 9 * * {day}"), "2026-11-18 00:00", 3):
        assert datetime.fromisoformat(fire).weekday() == weekday


def test_with_both_kinds_of_day_either_is_enough() -> None:
    # 13 November 2026 is a Friday; the 20th and 27th are Fridays that are not the 13th.
    assert comes(cron("0 9 13 * FRI"), "2026-11-12 00:00", 3) == [
        "2026-11-13 09:00",
        "2026-11-20 09:00",
        "2026-11-27 09:00",
    ]
    assert comes(cron("0 9 13 * MON"), "2026-11-12 00:00", 3) == [
        "2026-11-13 09:00",
        "2026-11-16 09:00",
        "2026-11-23 09:00",
    ]


def test_a_weekly_one_comes_on_each_of_its_days() -> None:
    weekly = {**NINE, "kind": "weekly", "days": ["friday", "monday"]}
    assert comes(weekly, "2026-11-18 00:00", 3) == [
        "2026-11-20 09:00",
        "2026-11-23 09:00",
        "2026-11-27 09:00",
    ]


def test_months_without_a_31st_are_left_out_and_the_preview_says_so() -> None:
    assert shown({**NINE, "kind": "monthly", "day": 31}, "2027-01-15 00:00", 2) == [
        ("2027-01-31T09:00", None),
        ("2027-02 no", "February 2027 has no day 31"),
        ("2027-03-31T09:00", None),
    ]


def test_the_last_day_is_there_in_every_month() -> None:
    assert comes({**NINE, "kind": "monthly", "day": "last"}, "2028-01-15 00:00", 3) == [
        "2028-01-31 09:00",
        "2028-02-29 09:00",
        "2028-03-31 09:00",
    ]


def test_an_nth_weekday_is_counted_from_the_first_of_the_month_and_the_last_from_its_end() -> None:
    second_tuesday = {**NINE, "kind": "monthly", "day": {"nth": 2, "weekday": "tuesday"}}
    assert comes(second_tuesday, "2026-11-01 00:00", 2) == ["2026-11-10 09:00", "2026-12-08 09:00"]
    last_friday = {**NINE, "kind": "monthly", "day": {"nth": "last", "weekday": "friday"}}
    assert comes(last_friday, "2026-11-01 00:00", 2) == ["2026-11-27 09:00", "2026-12-25 09:00"]
    fifth_monday = {**NINE, "kind": "monthly", "day": {"nth": 5, "weekday": "monday"}}
    assert shown(fifth_monday, "2026-11-28 00:00", 2)[1] == (
        "2026-12 no",
        "December 2026 has no fifth Monday",
    )


def test_a_quarterly_one_counts_its_month_within_the_quarter() -> None:
    assert comes({**NINE, "kind": "quarterly", "month": 2, "day": 10}, "2026-11-20 00:00", 3) == [
        "2027-02-10 09:00",
        "2027-05-10 09:00",
        "2027-08-10 09:00",
    ]


def test_the_29th_of_february_comes_in_the_years_that_have_it() -> None:
    leap_day = {**NINE, "kind": "yearly", "month": 2, "day": 29}
    assert comes(leap_day, "2095-03-01 00:00", 3) == [
        "2096-02-29 09:00",
        "2104-02-29 09:00",  # 2100 is none
        "2108-02-29 09:00",
    ]
    assert ("2027-02 no", "February 2027 has no day 29") in shown(leap_day, "2026-11-20 00:00", 1)


def test_nothing_fires_before_the_start_or_after_the_end_and_both_days_count() -> None:
    few = {**NINE, "kind": "daily", "start": "2026-12-01", "end": "2026-12-03"}
    coming = fires(CADENCE.validate_python(few), instant("2026-11-20 00:00"))
    assert [fire.nominal_local_time.day for fire in coming] == [1, 2, 3]


def test_a_time_that_the_clocks_jump_over_fires_once_right_after_the_gap() -> None:
    # In Berlin 02:00 to 02:59 of 29 March 2026 do not exist.
    daily = {"kind": "daily", "time": "02:30", "timezone": BERLIN}
    for cadence in (daily, cron("30 2 * * *", BERLIN), cron("0,30 2 * * *", BERLIN)):
        of_that_day = [
            fire.at_utc
            for fire in fires_of_day(cadence, "2026-03-28 12:00")
            if fire.nominal_local_time.date() == date(2026, 3, 29)
        ]
        assert of_that_day == [instant("2026-03-29 01:00")], cadence
    assert shown(daily, "2026-03-28 12:00", 1) == [
        ("2026-03-29T02:30", "the clocks jump over 02:30: it fires when they read 03:00")
    ]


def fires_of_day(cadence: dict[str, Any], after: str) -> list[Any]:
    coming = fires(CADENCE.validate_python(cadence), instant(after))
    return [next(coming) for _ in range(4)]


def test_a_time_that_comes_twice_fires_the_first_time_alone() -> None:
    # In Berlin 02:00 to 02:59 of 25 October 2026 come twice, first in summer time (UTC+2).
    daily = CADENCE.validate_python({"kind": "daily", "time": "02:30", "timezone": BERLIN})
    first = next_fire(daily, instant("2026-10-24 12:00"))
    assert first is not None
    assert (first.at_utc, first.fold) == (instant("2026-10-25 00:30"), 0)
    after = next_fire(daily, first.at_utc)
    assert after is not None
    assert after.at_utc == instant("2026-10-26 01:30")


def test_what_counts_in_hours_goes_through_a_repeated_hour_twice() -> None:
    hourly = fires(CADENCE.validate_python(cron("0 * * * *", BERLIN)), instant("2026-10-24 23:30"))
    found = [next(hourly) for _ in range(3)]
    assert [fire.at_utc.hour for fire in found] == [0, 1, 2]
    assert [(fire.nominal_local_time.hour, fire.fold) for fire in found] == [(2, 0), (2, 1), (3, 0)]


def test_the_same_wall_clock_is_another_instant_on_either_side_of_a_change() -> None:
    daily = CADENCE.validate_python({"kind": "daily", "time": "09:00", "timezone": BERLIN})
    before = next_fire(daily, instant("2026-10-24 00:00"))
    after = next_fire(daily, instant("2026-10-25 12:00"))
    assert before is not None
    assert after is not None
    assert (before.at_utc.hour, after.at_utc.hour) == (7, 8)


def test_a_day_that_a_place_left_out_fires_when_the_next_one_begins() -> None:
    apia = {"kind": "daily", "time": "09:00", "timezone": "Pacific/Apia"}
    lines = shown(apia, "2011-12-29 20:00", 2)
    assert lines == [
        (
            "2011-12-30T09:00",
            "the clocks jump over 09:00: it fires when they read 00:00 on Saturday 2011-12-31",
        ),
        ("2011-12-31T09:00", None),
    ]


CHRISTMAS = {date(2026, 12, 28): "Studio closed"}
"""A Monday; 25 December 2026 is a Friday."""


def business_days(on_day_off: str, country: str | None = "DE") -> dict[str, Any]:
    return {
        **NINE,
        "kind": "daily",
        "business_days": {"country": country, "on_day_off": on_day_off},
    }


def test_days_off_are_left_out_each_with_its_reason() -> None:
    assert shown(business_days("skip"), "2026-12-24 12:00", 1, CHRISTMAS) == [
        ("2026-12-25 no", "Christmas Day (DE)"),
        ("2026-12-26 no", "Second Day of Christmas (DE)"),
        ("2026-12-27 no", "Sunday"),
        ("2026-12-28 no", "Studio closed"),
        ("2026-12-29T09:00", None),
    ]


def test_fires_of_days_off_fall_together_with_those_of_the_business_day_they_move_to() -> None:
    assert shown(business_days("after"), "2026-12-24 12:00", 2, CHRISTMAS) == [
        (
            "2026-12-29T09:00",
            "moved from Friday 2026-12-25, Saturday 2026-12-26, Sunday 2026-12-27, "
            "Monday 2026-12-28",
        ),
        ("2026-12-30T09:00", None),
    ]
    before = {**business_days("before"), "kind": "monthly", "day": 27}
    assert shown(before, "2026-12-20 12:00", 1, CHRISTMAS) == [
        ("2026-12-24T09:00", "moved from Sunday 2026-12-27")
    ]


def test_a_fire_that_would_move_out_of_the_schedules_dates_is_left_out() -> None:
    ending = {**business_days("after"), "kind": "monthly", "day": 27, "end": "2026-12-27"}
    ((on, note),) = shown(ending, "2026-12-20 12:00", 1, CHRISTMAS)
    assert on == "2026-12-27 no"
    assert note == "Sunday, and 2026-12-29 lies outside the schedule's dates"


def test_a_countrys_weekend_is_its_own() -> None:
    # 20 November 2026 is a Friday.
    assert shown(business_days("skip", "SA"), "2026-11-20 00:00", 1)[:2] == [
        ("2026-11-20 no", "Friday"),
        ("2026-11-21 no", "Saturday"),
    ]
    assert shown(business_days("skip", None), "2026-11-20 00:00", 1) == [("2026-11-20T09:00", None)]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("60 * * * *", "minute '60': use 0 to 59"),
        ("*/0 * * * *", "minute '*/0': use 0 to 59, or steps from 1"),
        ("0 24 * * *", "hour '24': use 0 to 23"),
        ("0 9 32 * *", "day of the month '32': use 1 to 31"),
        ("0 9 * 13 *", "month '13': use 1 to 12"),
        ("0 9 * * 8", "day of the week '8': use 0 to 7"),
        ("0 9 L * *", "use the cadence `monthly`"),
        ("0 9 * * 1#2", "use the cadence `monthly`"),
        ("0 0 9 * * *", "has not five fields"),
        ("0 9 * *", "has not five fields"),
        ("@reboot", "has not five fields"),
        ("", "has not five fields"),
        ("a b c d e", "minute 'a'"),
        ("0 9 31 2 *", "never comes"),
        ("0 9 30 2 *", "never comes"),
        ("0 9 31 4,6 *", "never comes"),
    ],
)
def test_a_cron_expression_that_means_nothing_is_refused_with_its_field(
    expression: str, words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        CADENCE.validate_python(cron(expression))
    assert words in all_in_words(refused.value)
    assert refused.value.errors()[0]["loc"] == ("cron", "expression")


@pytest.mark.parametrize("zone", ["Mars/X", "../../etc/passwd", "/etc/passwd", "localtime", ""])
def test_a_timezone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError, match="use an IANA name") as refused:
        CADENCE.validate_python({**NINE, "kind": "daily", "timezone": zone})
    assert refused.value.errors()[0]["loc"] == ("daily", "timezone")


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"end": "2026-01-01", "start": "2026-01-02"}, "end", "give 2026-01-02 or later"),
        ({"time": "24:00"}, "time", "HH:MM"),
        ({"time": "9:00"}, "time", "HH:MM"),
        ({"time": "09:00:30"}, "time", "HH:MM"),
        ({"day": 32}, "day", "from 1 to 31"),
        ({"day": "first"}, "day", "from 1 to 31"),
        ({"day": {"nth": 6, "weekday": "monday"}}, "day", "nth is 1 to 5"),
        ({"month": 13}, "month", "at most 12"),
        ({"month": 2, "day": 30}, "day", "give 1 to 29"),
        ({"every": 2}, "every", "unknown field"),
        ({"business_days": {"country": "XX"}}, "country", "two letters such as DE"),
        ({"business_days": {"country": "DE", "subdivision": "ZZ"}}, "subdivision", "BE"),
        ({"business_days": {"subdivision": "BE"}}, "subdivision", "name the country"),
    ],
    ids=str,
)
def test_what_is_wrong_is_refused_with_the_field_and_how_to_mend_it(
    wrong: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        CADENCE.validate_python({**NINE, "kind": "yearly", "month": 1, "day": 1} | wrong)
    (error,) = refused.value.errors()
    assert error["loc"][-1] == field
    assert words in all_in_words(refused.value)


@pytest.mark.parametrize("kind", [{"kind": "hourly"}, {}])
def test_an_unknown_kind_is_answered_with_the_known_ones(kind: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        CADENCE.validate_python(NINE | kind)
    words = all_in_words(refused.value)
    assert "'kind'" in words
    assert not kind or "'daily', 'weekly', 'monthly', 'quarterly', 'yearly', 'cron'" in words


def refused_now(cadence: dict[str, Any], minimum: int = 5) -> dict[str, str]:
    found = refusals(
        CADENCE.validate_python(cadence),
        after=instant("2026-11-20 12:00"),
        own_days={},
        minimum=timedelta(minutes=minimum),
    )
    return {refusal.field: refusal.detail for refusal in found}


def test_a_cadence_below_the_tenants_minimum_interval_is_refused() -> None:
    assert "every 2 minutes" in refused_now(cron("*/2 * * * *"))["expression"]
    assert "no less than 5 minutes" in refused_now(cron("*/2 * * * *"))["expression"]
    # Twice a day, two minutes apart, over midnight.
    assert "every 2 minutes" in refused_now(cron("59,1 23,0 * * *"))["expression"]
    assert refused_now(cron("*/5 * * * *")) == {}
    assert refused_now({**NINE, "kind": "daily"}, minimum=1440) == {}
    assert "kind" in refused_now({**NINE, "kind": "daily"}, minimum=1441)


def test_the_clocks_going_back_bring_no_fires_too_close_together() -> None:
    # Around 25 October the hour from 02:00 comes twice; by the wall clock nothing is closer.
    cadence = CADENCE.validate_python(cron("*/30 * * * *", BERLIN))
    found = refusals(
        cadence,
        after=instant("2026-10-24 12:00"),
        own_days={},
        minimum=timedelta(minutes=30),
    )
    assert list(found) == []


def test_a_cadence_that_never_fires_is_refused() -> None:
    over = {**NINE, "kind": "weekly", "days": ["monday"], "end": "2026-11-22"}
    assert "give a later end" in refused_now(over)["end"]
    christmas = {
        **NINE,
        "kind": "yearly",
        "month": 12,
        "day": 25,
        "business_days": {"country": "DE"},
    }
    assert "move its fires" in refused_now(christmas)["business_days"]


def test_a_cadence_reads_what_it_writes() -> None:
    for given in (
        {**NINE, "kind": "monthly", "day": {"nth": "last", "weekday": "friday"}},
        {**business_days("after"), "start": "2026-12-01", "end": "2027-12-01"},
        cron("*/5 9-17 * * 1-5", BERLIN),
    ):
        cadence = CADENCE.validate_python(given)
        written = CADENCE.dump_python(cadence, mode="json", exclude_defaults=False)
        assert CADENCE.validate_python(written) == cadence
        assert written | given == {**written, **given}
