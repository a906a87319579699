"""Periods: whole local days in any zone, whatever its clocks do at midnight."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from deploy.local.places import CHECKOUT
from shared.periods import (
    MAX_DAYS,
    Period,
    Preset,
    local_midnight,
    months_later,
    preset_period,
    timezone_named,
    timezone_names,
)

ONE_DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
ZONES = st.sampled_from(sorted(timezone_names()))
DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))
# Where clocks have jumped over midnight, or back over it, or left out a day.
RESTLESS = st.sampled_from(
    [
        "Africa/Cairo",
        "America/Havana",
        "America/Nuuk",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Asia/Beirut",
        "Asia/Gaza",
        "Asia/Pyongyang",
        "Asia/Tehran",
        "Pacific/Apia",
        "Pacific/Kwajalein",
    ]
)


@given(zone=RESTLESS | ZONES, day=DAYS | st.dates(date(1970, 1, 1), date(2037, 12, 31)))
def test_a_day_begins_at_its_first_instant(zone: str, day: date) -> None:
    begins = local_midnight(day, zone)

    assert begins.tzinfo is UTC
    assert (begins - TICK).astimezone(ZoneInfo(zone)).date() < day
    assert begins.astimezone(ZoneInfo(zone)).date() >= day


@given(zone=RESTLESS | ZONES, day=DAYS, days=st.integers(1, 400), more=st.integers(1, 400))
def test_periods_that_follow_each_other_leave_no_gap_and_do_not_overlap(
    zone: str, day: date, days: int, more: int
) -> None:
    first = Period(first_day=day, last_day=day + (days - 1) * ONE_DAY, timezone=zone)
    second = Period(
        first_day=first.last_day + ONE_DAY,
        last_day=first.last_day + more * ONE_DAY,
        timezone=zone,
    )

    assert first.starts_at <= first.ends_at == second.starts_at <= second.ends_at
    assert first.days == days


@given(zone=ZONES, day=DAYS, days=st.integers(1, MAX_DAYS))
def test_the_previous_period_is_as_long_and_ends_where_this_one_begins(
    zone: str, day: date, days: int
) -> None:
    period = Period(first_day=day, last_day=day + (days - 1) * ONE_DAY, timezone=zone)

    assert period.previous.days == days
    assert period.previous.ends_at == period.starts_at
    assert period.previous.timezone == zone


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        # 00:00 to 01:00 is left out: the day begins at 01:00.
        ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3, tzinfo=UTC), 23),
        ("Asia/Beirut", date(2022, 3, 27), datetime(2022, 3, 26, 22, tzinfo=UTC), 23),
        ("Africa/Cairo", date(2024, 4, 26), datetime(2024, 4, 25, 22, tzinfo=UTC), 23),
        ("America/Havana", date(2024, 3, 10), datetime(2024, 3, 10, 5, tzinfo=UTC), 23),
        # From 00:00 back to 23:00: the day that ends has 25 hours.
        ("America/Sao_Paulo", date(2018, 2, 17), datetime(2018, 2, 17, 2, tzinfo=UTC), 25),
        ("Asia/Beirut", date(2022, 10, 29), datetime(2022, 10, 28, 21, tzinfo=UTC), 25),
        # From 01:00 back to 00:00: midnight comes twice, and the first counts.
        ("America/Havana", date(2024, 11, 3), datetime(2024, 11, 3, 4, tzinfo=UTC), 25),
        # From 00:01 back to 23:01 of the day before.
        ("America/St_Johns", date(2010, 11, 7), datetime(2010, 11, 7, 2, 30, tzinfo=UTC), 25),
        # The Friday that Samoa left out, and the days around it.
        ("Pacific/Apia", date(2011, 12, 29), datetime(2011, 12, 29, 10, tzinfo=UTC), 24),
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC), 0),
        ("Pacific/Apia", date(2011, 12, 31), datetime(2011, 12, 30, 10, tzinfo=UTC), 24),
        # Half an hour, by a change of the zone itself.
        ("Asia/Pyongyang", date(2018, 5, 4), datetime(2018, 5, 3, 15, 30, tzinfo=UTC), 23.5),
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
    ],
)
def test_days_on_which_clocks_jump_have_the_hours_that_passed(
    zone: str, day: date, begins: datetime, hours: float
) -> None:
    period = Period(first_day=day, last_day=day, timezone=zone)

    assert period.starts_at == begins
    assert period.ends_at - period.starts_at == timedelta(hours=hours)
    assert period.days == 1


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.TODAY, "2024-02-29", "2024-02-29"),
        (Preset.YESTERDAY, "2024-02-28", "2024-02-28"),
        (Preset.THIS_WEEK, "2024-02-26", "2024-03-03"),
        (Preset.LAST_WEEK, "2024-02-19", "2024-02-25"),
        (Preset.THIS_MONTH, "2024-02-01", "2024-02-29"),
        (Preset.LAST_MONTH, "2024-01-01", "2024-01-31"),
        (Preset.THIS_QUARTER, "2024-01-01", "2024-03-31"),
        (Preset.LAST_QUARTER, "2023-10-01", "2023-12-31"),
        (Preset.THIS_YEAR, "2024-01-01", "2024-12-31"),
        (Preset.LAST_YEAR, "2023-01-01", "2023-12-31"),
        (Preset.MONTH_TO_DATE, "2024-02-01", "2024-02-29"),
        (Preset.QUARTER_TO_DATE, "2024-01-01", "2024-02-29"),
        (Preset.YEAR_TO_DATE, "2024-01-01", "2024-02-29"),
        (Preset.LAST_7_DAYS, "2024-02-22", "2024-02-28"),
        (Preset.LAST_30_DAYS, "2024-01-30", "2024-02-28"),
        (Preset.LAST_90_DAYS, "2023-12-01", "2024-02-28"),
    ],
)
def test_what_each_preset_means_on_a_leap_day(preset: Preset, first: str, last: str) -> None:
    period = preset_period(preset, date(2024, 2, 29), "UTC")

    assert (str(period.first_day), str(period.last_day)) == (first, last)


def test_the_page_offers_each_preset_once() -> None:
    listed = CHECKOUT / "services/api/web/src/features/periods/presets.ts"
    offered = re.findall(r'value: "(\w+)", label: "', listed.read_text())
    assert sorted(offered) == sorted(Preset)


def test_every_preset_of_the_issue_is_there() -> None:
    assert {preset.value for preset in Preset} == {
        "today",
        "yesterday",
        *(f"{which}_{span}" for which in ("this", "last") for span in _SPANS),
        *(f"{span}_to_date" for span in ("month", "quarter", "year")),
        *(f"last_{days}_days" for days in (7, 30, 90)),
    }


_SPANS = ("week", "month", "quarter", "year")


@given(today=DAYS, zone=ZONES)
def test_what_presets_have_in_common(today: date, zone: str) -> None:
    periods = {preset: preset_period(preset, today, zone) for preset in Preset}
    for preset, period in periods.items():
        assert period.timezone == zone
        if preset.startswith("this_"):
            assert period.first_day <= today <= period.last_day
            last = periods[Preset(preset.replace("this_", "last_"))]
            assert last.last_day + ONE_DAY == period.first_day
        if preset.endswith("_to_date"):
            whole = periods[Preset(f"this_{preset.removesuffix('_to_date')}")]
            assert (period.first_day, period.last_day) == (whole.first_day, today)
        if preset.endswith("_days"):
            assert period.days == int(preset.split("_")[1])
            assert period.last_day == periods[Preset.YESTERDAY].last_day
    assert periods[Preset.THIS_WEEK].first_day.isoweekday() == 1
    assert periods[Preset.THIS_WEEK].days == periods[Preset.LAST_WEEK].days == 7
    for span, lengths in (("month", {28, 29, 30, 31}), ("quarter", {90, 91, 92})):
        assert {periods[Preset(f"{which}_{span}")].days for which in ("this", "last")} <= lengths


@given(day=st.dates(date(1900, 1, 1), date(2200, 1, 1)), months=st.integers(-1000, 1000))
def test_months_later_is_counted_month_by_month(day: date, months: int) -> None:
    expected = first = day.replace(day=1)
    for _ in range(abs(months)):
        if months > 0:
            expected = (expected + 31 * ONE_DAY).replace(day=1)
        else:
            expected = (expected - ONE_DAY).replace(day=1)

    assert months_later(first, months) == expected


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        Period(first_day=date(2026, 10, 2), last_day=date(2026, 10, 1), timezone="UTC")


def test_ten_years_are_the_longest_period() -> None:
    first = date(2016, 1, 1)
    longest = first + (MAX_DAYS - 1) * ONE_DAY

    assert Period(first_day=first, last_day=longest, timezone="UTC").days == MAX_DAYS
    with pytest.raises(ValidationError, match=f"ask for {MAX_DAYS} at most"):
        Period(first_day=first, last_day=longest + ONE_DAY, timezone="UTC")


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../../etc/passwd",
        "/usr/share/zoneinfo/UTC",
        "Europe",
        "Europe/",
        "Europe/Berlin/",
        "Europe//Berlin",
        "europe/berlin",
        "EUROPE/BERLIN",
        " Europe/Berlin",
        "Europe/Berlin\n",
        "Europe/\0Berlin",
        "Europe\\Berlin",
        "Mars/X",
        "+02:00",
        "localtime",
        "posixrules",
        "Factory",
        "posix/UTC",
        "right/UTC",
        "zone.tab",
        "Ümläut/X",
        "x" * 100_000,
    ],
)
def test_what_is_no_zone_is_refused_in_a_short_sentence(name: str) -> None:
    with pytest.raises(ValueError, match="unknown timezone") as refusal:
        timezone_named(name)

    assert len(str(refusal.value)) < 400


@given(zone=ZONES)
def test_every_zone_on_the_list_can_be_used(zone: str) -> None:
    assert timezone_named(zone).key == zone
