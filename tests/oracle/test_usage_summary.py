"""Every figure of `usage_summary` against an independent computation over the same rows."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from shared.document import ReportDocument, Verdict
from tests.oracle.awkward_periods import (
    EACH_ZONE,
    ZONES,
    halves,
    named,
    periods,
    periods_with_a_grain,
)
from tests.oracle.loaded_studio import LoadedStudio
from tests.oracle.plain import before_is_covered, buckets, fixed
from tests.oracle.question import Question
from tests.oracle.told import (
    assert_movement,
    cells,
    drawn,
    kpi_value,
    rows_of,
    table_of,
)
from tests.oracle.usage_summary_oracle import Expected, expected, users

REPORT = "usage_summary"
MOST_ROWS = 1_000


@pytest.mark.parametrize("timezone", EACH_ZONE)
async def test_every_figure(the_studio: LoadedStudio, until: date, timezone: str) -> None:
    cut = 0
    for period, grain in periods_with_a_grain(until, timezone):
        document = await the_studio.report(REPORT, period, grain=grain)
        check(document, the_studio, grain)
        cut += table_of(document, "by_day").available_rows is not None
    assert cut, "some periods have more days and types than the table has rows"


@pytest.mark.parametrize(
    "part",
    [
        {"event_types": ["view"]},
        {"event_types": ["comment", "share"], "devices": ["phone", "tablet"]},
        {"devices": ["desktop"]},
    ],
    ids=str,
)
async def test_every_figure_of_a_part(
    the_studio: LoadedStudio, until: date, part: dict[str, Any]
) -> None:
    for period in periods(until):
        check(await the_studio.report(REPORT, period, grain="month", **part), the_studio, **part)


def check(
    document: ReportDocument, the_studio: LoadedStudio, grain: str = "month", **part: Any
) -> None:
    events = the_studio.rows.usage_events
    truth = expected(events, Question.of(document, {}, grain), **part)
    compared = before_is_covered(document, (event.occurred_at for event in events))
    assert rows_of(document, "by_type") == truth.table_by(
        "event_type", "All types", compared=compared
    )
    # Without the last column: each row is one kind of device.
    by_device = truth.table_by("device", "All devices", compared=compared)
    assert rows_of(document, "by_device") == [row[:-1] for row in by_device]
    by_day = truth.table_by_day
    table = table_of(document, "by_day")
    assert list(table.rows) == by_day[:MOST_ROWS]
    assert table.available_rows == (len(by_day) if len(by_day) > MOST_ROWS else None)
    bars = {
        (value["bucket"], value["series"]): value["count"]
        for values in drawn(document).values()
        for value in values
    }
    # What people read says codes in words.
    assert bars == {(at, name.replace("_", " ")): n for (at, name), n in truth.bars.items()}
    for chart in (chart for section in document.sections for chart in section.charts):
        axis = chart.specification["encoding"]["x"]["scale"]["domain"]
        assert axis == list(buckets(document.period.first_day, document.period.last_day, grain))
    check_kpis(document, truth, compared=compared)
    check_users_sentence(document, truth, compared=compared)


def check_kpis(document: ReportDocument, truth: Expected, *, compared: bool) -> None:
    now, before = (
        {
            "events": len(half),
            "users": len(users(half)),
            "events_per_user": Fraction(len(half), len(users(half))) if half else None,
            "devices": len({event.device for event in half}),
        }
        for half in (truth.now, truth.before)
    )
    assert [kpi.name for kpi in document.kpis] == list(now)
    for kpi in document.kpis:
        earlier = before[kpi.name] if compared else None
        assert (kpi.value, kpi.previous) == (_told(now[kpi.name]), _told(earlier))
        assert_movement(kpi, now[kpi.name], earlier, Verdict.NEUTRAL)


def _told(figure: Fraction | int | None) -> Decimal | None:
    if isinstance(figure, Fraction):
        return Decimal(fixed(figure, 1))
    return None if figure is None else Decimal(figure)


def check_users_sentence(document: ReportDocument, truth: Expected, *, compared: bool) -> None:
    """Who was there in both periods is told where both of them are whole."""
    now, before = users(truth.now), users(truth.before)
    told = [
        found
        for one in document.summary
        if (found := re.search(r"; (none|[\d,]+) of them in", one))
    ]
    ended = document.as_of >= document.period.ends_at
    assert bool(told) == bool(compared and ended and now and before)
    for found in told:
        assert found[1] == (f"{len(now & before):,}" if now & before else "none")
        gone = rf", {len(before - now):,} others? in the earlier one alone" if before - now else ""
        assert re.search(rf" in both periods{gone}\.$", found.string)


async def test_a_limit_cuts_the_table_by_day_and_nothing_else(
    the_studio: LoadedStudio, until: date
) -> None:
    period = named("a month", until)
    whole = await the_studio.report(REPORT, period)
    rows = table_of(whole, "by_day").rows
    for limit in (1, 7, len(rows) - 1, len(rows), len(rows) + 1):
        document = await the_studio.report(REPORT, period, limit=limit)
        table = table_of(document, "by_day")
        assert table.rows == rows[:limit]
        assert table.available_rows == (len(rows) if limit < len(rows) else None)
        assert document.kpis == whole.kpis
        assert cells(document, "by_type") == cells(whole, "by_type")
        said = f"The table by day has the newest {limit:,} of {len(rows):,} rows"
        assert any(told.startswith(said) for told in document.summary) is (limit < len(rows))


async def test_halves_of_a_period_add_up_to_it(the_studio: LoadedStudio, until: date) -> None:
    for period in periods(until):
        if period.days < 2:
            continue
        head, tail = [counts(await the_studio.report(REPORT, half)) for half in halves(period)]
        assert counts(await the_studio.report(REPORT, period)) == head + tail


@pytest.mark.parametrize(("parameter", "table"), [("event_types", "type"), ("devices", "device")])
async def test_filters_partition_the_events(
    the_studio: LoadedStudio, until: date, parameter: str, table: str
) -> None:
    period = named("half a year", until, "America/New_York")
    whole = await the_studio.report(REPORT, period)
    names = cells(whole, f"by_{table}")
    assert len(names) > 1
    parts: Counter[str] = Counter()
    for name in names:
        part = await the_studio.report(REPORT, period, **{parameter: [name]})
        assert kpi_value(part, "events") == names[name][0]
        parts += counts(part)
    assert parts == counts(whole)


async def test_no_user_is_named(the_studio: LoadedStudio, until: date) -> None:
    told = (await the_studio.report(REPORT, named("a month", until))).model_dump_json()
    everybody = users(the_studio.rows.usage_events)
    assert everybody
    assert not [name for name in everybody if name in told]


async def test_another_timezone_loses_no_event(the_studio: LoadedStudio, until: date) -> None:
    for timezone in ZONES:
        document = await the_studio.report(
            REPORT, named("long before to long after", until, timezone)
        )
        happened = sum(e.occurred_at < document.as_of for e in the_studio.rows.usage_events)
        assert kpi_value(document, "events") == happened


def counts(document: ReportDocument) -> Counter[str]:
    """Events by type."""
    found = {name: int(str(row[0])) for name, row in cells(document, "by_type").items()}
    return +Counter(found)
