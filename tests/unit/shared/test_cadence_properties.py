"""For any cadence, zone and day: what fires is what an independent walk of the clock finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise, takewhile
from typing import Any

import holidays
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.cadence import CADENCE, fires, next_fire, preview
from tests.cadence_oracle import Facts, expected, is_last_of_month, is_nth_weekday

ZONES = {
    "America/New_York": 2026,
    "Europe/Dublin": 2026,  # winter time is the exception there, not summer time
    "Australia/Lord_Howe": 2026,  # half an hour
    "Africa/Casablanca": 2026,  # back for Ramadan
    "Asia/Kathmandu": 2026,  # a quarter of an hour off
    "America/St_Johns": 2010,  # changed at one minute past midnight
    "Pacific/Apia": 2011,  # had no 30 December
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Case:
    """A cadence as JSON, and the same as plain facts."""

    json: dict[str, Any]
    facts: Facts
    own_days: dict[date, str]


clock = st.builds(
    time,
    # Where clocks change, and where they do not.
    st.one_of(st.sampled_from([0, 1, 2, 3, 23]), st.integers(0, 23)),
    st.one_of(st.sampled_from([0, 1, 30]), st.integers(0, 59)),
)

Days = tuple[dict[str, Any], Callable[[date], bool]]


def _month_day(value: Any) -> Callable[[date], bool]:
    if isinstance(value, int):
        return lambda day: day.day == value
    if value == "last":
        return is_last_of_month
    return lambda day: is_nth_weekday(day, value["nth"], WEEKDAYS.index(value["weekday"]))


month_days = st.one_of(
    st.integers(1, 31),
    st.just("last"),
    st.fixed_dictionaries(
        {
            "nth": st.sampled_from([1, 2, 3, 4, 5, "last"]),
            "weekday": st.sampled_from(WEEKDAYS),
        }
    ),
)


@st.composite
def calendar_days(draw: st.DrawFn) -> Days:
    kind = draw(st.sampled_from(["daily", "weekly", "monthly", "quarterly", "yearly"]))
    if kind == "daily":
        return {"kind": kind}, lambda _day: True
    if kind == "weekly":
        days = draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1))
        return {"kind": kind, "days": sorted(days)}, lambda day: WEEKDAYS[day.weekday()] in days
    wanted = draw(month_days)
    fits = _month_day(wanted)
    if kind == "monthly":
        return {"kind": kind, "day": wanted}, fits
    if kind == "quarterly":
        of = draw(st.integers(1, 3))
        return (
            {"kind": kind, "month": of, "day": wanted},
            lambda day: (day.month - 1) % 3 == of - 1 and fits(day),
        )
    month = draw(st.integers(1, 12))
    if isinstance(wanted, int):
        wanted = min(wanted, 28)
        fits = _month_day(wanted)
    return (
        {"kind": kind, "month": month, "day": wanted},
        lambda day: day.month == month and fits(day),
    )


@st.composite
def cron_field(draw: st.DrawFn, low: int, high: int) -> tuple[str, frozenset[int]]:
    """A field's text and what it means, made side by side."""
    everything = range(low, high + 1)
    match draw(st.sampled_from(["one", "star", "step", "range", "range step", "list"])):
        case "star":
            return "*", frozenset(everything)
        case "step":
            step = draw(st.integers(1, high))
            return f"*/{step}", frozenset(everything[::step])
        case "range" | "range step" as shape:
            begin = draw(st.integers(low, high))
            end = draw(st.integers(begin, high))
            if shape == "range" or begin == end:
                return f"{begin}-{end}", frozenset(range(begin, end + 1))
            step = draw(st.integers(1, 7))
            return f"{begin}-{end}/{step}", frozenset(range(begin, end + 1, step))
        case "list":
            values = draw(st.sets(st.integers(low, high), min_size=2, max_size=4))
            return ",".join(map(str, sorted(values))), frozenset(values)
        case _:
            value = draw(st.integers(low, high))
            return str(value), frozenset({value})


@st.composite
def cron(draw: st.DrawFn) -> tuple[dict[str, Any], frozenset[int], Callable[[date], bool], bool]:
    minute, minutes = draw(cron_field(0, 59))
    hour, hours = draw(cron_field(0, 23))
    dom, days = draw(cron_field(1, 28))
    month, months = draw(cron_field(1, 12))
    dow, weekdays = draw(cron_field(0, 7))
    either = not dom.startswith("*") and not dow.startswith("*")

    def on(day: date) -> bool:
        by_number = day.day in days if dom != "*" else True
        sunday_first = (day.weekday() + 1) % 7
        by_weekday = sunday_first in {number % 7 for number in weekdays}
        fits = (by_number or by_weekday) if either else (by_number and by_weekday)
        return day.month in months and fits

    if dom.startswith("*/"):
        # Steps count from the field's first to its last value, which is 31.
        days = frozenset(range(1, 32)[:: int(dom[2:])])
    return (
        {"kind": "cron", "expression": f"{minute} {hour} {dom} {month} {dow}"},
        frozenset(h * 60 + m for h in hours for m in minutes),
        on,
        minute.startswith("*") or hour.startswith("*"),
    )


@st.composite
def cases(draw: st.DrawFn, zone: str, year: int) -> Case:
    minutes: frozenset[int]
    if draw(st.booleans()):
        json, on = draw(calendar_days())
        at = draw(clock)
        json = json | {"time": at.strftime("%H:%M")}
        minutes, by_the_hour = frozenset({at.hour * 60 + at.minute}), False
    else:
        json, minutes, on, by_the_hour = draw(cron())
    own: dict[date, str] = {}
    off: Callable[[date], bool] = lambda _day: False  # noqa: E731 (one of three, by case)
    rule = "skip"
    if draw(st.booleans()):
        country = draw(st.sampled_from([None, "US", "SA"]))
        rule = draw(st.sampled_from(["skip", "before", "after"]))
        own = {
            date(year, 1, 1) + timedelta(days=days): "closed"
            for days in draw(st.sets(st.integers(0, 364), max_size=5))
        }
        public = None if country is None else holidays.country_holidays(country)
        weekend = {None: {5, 6}, "US": {5, 6}, "SA": {4, 5}}[country]
        off = lambda day: (  # noqa: E731 (one of three, by case)
            day in own or day.weekday() in weekend or (public is not None and day in public)
        )
        json = json | {"business_days": {"country": country, "on_day_off": rule}}
    start, end = draw(
        st.sampled_from([(None, None), (date(year, 3, 1), None), (None, date(year, 11, 5))])
    )
    json = json | {"start": start and start.isoformat(), "end": end and end.isoformat()}
    first, last = start or date.min, end or date.max

    def within(day: date) -> bool:
        return first <= day <= last and on(day)

    if rule != "skip" and (start or end):
        # Moved out of its dates, a fire is left out; the oracle has no word for that.
        json = json | {"start": None, "end": None}
        within = on  # type: ignore[assignment] # the same, without the dates
    return Case(
        json=json | {"timezone": zone},
        facts=Facts(minutes=minutes, on=within, by_the_hour=by_the_hour, off=off, rule=rule),
        own_days=own,
    )


def _check(case: Case, zone: str, year: int) -> None:
    cadence = CADENCE.validate_python(case.json)
    begin = datetime(year, 1, 1, tzinfo=UTC) - timedelta(microseconds=1)
    from_then_on = fires(cadence, begin, case.own_days)
    found = list(takewhile(lambda fire: fire.at_utc.year == year, from_then_on))
    assert [(fire.nominal_local_time, fire.fold, fire.at_utc) for fire in found] == expected(
        case.facts, zone, year
    )
    keys = [(fire.nominal_local_time, fire.fold) for fire in found]
    assert len(set(keys)) == len(keys)
    # What the scheduler does: one at a time, each from the instant of the one before.
    for one, following in islice(pairwise(found), 50):
        assert next_fire(cadence, one.at_utc, case.own_days) == following
    shown = preview(cadence, 20, begin, case.own_days)
    in_that_year = [line.fire for line in shown if line.fire and line.fire.at_utc.year == year]
    assert in_that_year == found[:20]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("expression", "minutes", "by_the_hour"),
    [
        ("0,30 0-23 * * *", (0, 30), False),
        # Nothing of it fires where a gap ends, but what falls into the gap.
        ("10,40 0-23 * * *", (10, 40), False),
        ("*/15 * * * *", (0, 15, 30, 45), True),
    ],
    ids=["on the half hour", "off the half hour", "by real time"],
)
def test_every_change_of_the_clocks_in_a_year_is_as_a_walk_of_the_clock_finds_it(
    expression: str, minutes: tuple[int, ...], by_the_hour: bool, zone: str
) -> None:
    every = frozenset(hour * 60 + minute for hour in range(24) for minute in minutes)
    json = {"kind": "cron", "expression": expression, "timezone": zone}
    facts = Facts(minutes=every, on=lambda _day: True, by_the_hour=by_the_hour)
    _check(Case(json, facts, {}), zone, ZONES[zone])


def _property(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.mark.parametrize("zone", ZONES)
@_property(4)
@given(data=st.data())
def test_what_fires_in_a_year_is_what_a_walk_of_the_clock_finds(
    zone: str, data: st.DataObject
) -> None:
    _check(data.draw(cases(zone, ZONES[zone])), zone, ZONES[zone])


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("zone", ZONES)
@_property(200)
@given(data=st.data())
def test_what_fires_in_a_year_is_what_a_walk_finds_for_hundreds_of_cadences(
    zone: str, data: st.DataObject
) -> None:
    _check(data.draw(cases(zone, ZONES[zone])), zone, ZONES[zone])
