"""What a usage summary says of given figures, word by word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pypdf import PdfReader

from services.aggregator.report_types import ReportRequest
from services.aggregator.report_types.usage_summary import UsageSummaryParameters
from services.aggregator.report_types.usage_summary.document import document
from services.aggregator.report_types.usage_summary.figures import DayRow, Figures, Half, Tally
from services.aggregator.scope.filters import Asked
from services.aggregator.scope.grain import Grain, buckets
from services.aggregator.scope.scope import Scope
from services.renderer.drawing.report import draw_report
from shared.document import Direction, Kpi, ReportDocument, Verdict
from shared.periods import Period

WEEK = Period(first_day=date(2026, 11, 9), last_day=date(2026, 11, 15), timezone="America/New_York")
MONDAY_AT_NINE = datetime(2026, 11, 16, 14, tzinfo=UTC)
IN_THE_WEEK = datetime(2026, 11, 12, 17, 5, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def half(types: Mapping[str, int], users: int, devices: Mapping[str, int] | None = None) -> Half:
    total = sum(types.values())
    by_device = {"desktop": total} if devices is None else devices
    return Half(
        total=Tally(total, users, len(by_device)),
        types={name: Tally(events, min(users, events), 1) for name, events in types.items()},
        devices={name: Tally(events, min(users, events), 1) for name, events in by_device.items()},
    )


NONE = Half()


def figures(
    by_day: Mapping[str, Mapping[int, int]],
    users: int = 0,
    before: Half = NONE,
    *,
    devices: Mapping[str, int] | None = None,
    as_of: datetime = MONDAY_AT_NINE,
    **over: Any,
) -> Figures:
    """`by_day`: for each event type, how many events on which day of the week (from 0)."""
    cut = buckets(WEEK, Grain.DAY)
    sums = {name: sum(counts.values()) for name, counts in by_day.items()}
    rows = [
        DayRow(cut[at].first_day, name, Tally(count, 1, 1))
        for name, counts in by_day.items()
        for at, count in counts.items()
    ]
    fields: dict[str, Any] = {
        "rows": rows,
        "found": len(rows),
        "returned": 0,
        "gone": 0,
        "first_event": LONG_AGO,
        **over,
    }
    return Figures(
        scope=Scope(WEEK, as_of, Grain.DAY, cut),
        now=half(sums, users, devices) if sums else NONE,
        before=before,
        over_time={
            (name, cut[at].key): count
            for name, counts in by_day.items()
            for at, count in counts.items()
        },
        **fields,
    )


def report(found: Figures, **parameters: Any) -> ReportDocument:
    request = ReportRequest(
        period=found.scope.period,
        parameters=UsageSummaryParameters(**parameters),
        tenant="Lighthouse Studio",
        generated_at=MONDAY_AT_NINE,
    )
    return document(found, request)


def kpi(found: ReportDocument, name: str) -> Kpi:
    return next(kpi for kpi in found.kpis if kpi.name == name)


USUAL = figures(
    {
        "view": {0: 40, 1: 60, 2: 40, 3: 40, 4: 40, 6: 30},
        "play": {0: 20, 1: 30, 2: 10, 4: 20},
        "comment": {1: 12},
    },
    87,
    half({"view": 150, "play": 110, "share": 9}, 83),
    devices={"desktop": 300, "phone": 42},
    returned=73,
    gone=10,
)


def test_the_summary_of_a_usual_week() -> None:
    assert report(USUAL).summary == (
        "342 events were recorded, 27.1% more than in the 7 days before.",
        "87 users were active, 4.8% more than in the 7 days before; 73 of them in both periods, "
        "10 others in the earlier one alone.",
        "The largest movement was view, which rose from 150 to 250.",
        "There was no share at all, after 9 in the period before: it is worth a look.",
        "Of the events, 73.1% were of type view and 87.7% came from desktop.",
        "The busiest day was 10 November 2026 with 102 events, 29.8% of the total.",
        "Nothing was recorded on 14 November 2026.",
    )


def test_the_headline_figures_of_a_usual_week() -> None:
    found = report(USUAL)
    events = kpi(found, "events")
    assert (events.value, events.previous) == (Decimal(342), Decimal(269))
    assert (events.direction, events.change_percent) == (Direction.UP, Decimal("27.1"))
    assert kpi(found, "users").value == 87
    assert kpi(found, "devices").value == 2
    each = kpi(found, "events_per_user")
    assert (each.value, each.previous) == (Decimal("3.9"), Decimal("3.2"))
    # More events may be more work or more trouble.
    assert all(kpi.verdict is Verdict.NEUTRAL for kpi in found.kpis)


def test_the_tables_of_a_usual_week() -> None:
    by_type, by_device, by_day = report(USUAL).tables
    assert by_type.rows == (
        ("view", 250, 150, "66.7", "73.1", 87, 1),
        ("play", 80, 110, "-27.3", "23.4", 80, 1),
        ("comment", 12, 0, None, "3.5", 12, 1),
        ("share", 0, 9, "-100.0", "0.0", 0, 0),
    )
    assert by_type.total == ("All types", 342, 269, "27.1", "100.0", 87, 2)
    assert by_device.rows[1] == ("phone", 42, 0, None, "12.3", 42)
    assert by_device.total == ("All devices", 342, 269, "27.1", "100.0", 87)
    assert by_day.rows[0] == ("2026-11-09", "view", 40, 1, 1)
    assert by_day.available_rows is None


def test_the_table_by_day_goes_on_over_as_many_pages_as_it_needs() -> None:
    names = [f"type {number:03}" for number in range(1_000)]
    found = figures({name: {0: 1} for name in names}, 5)
    pages = [
        page.extract_text() for page in PdfReader(BytesIO(draw_report(report(found))[0])).pages
    ]
    listed = [name for page in pages for name in re.findall(r"9 Nov 2026 (type \d{3})", page)]
    assert listed == names
    assert len(pages) > 20
    with_rows = [page for page in pages if "9 Nov 2026 type" in page]
    assert all("Day" in page and "Event type" in page for page in with_rows)


def test_rows_that_are_left_out_are_told_with_both_numbers() -> None:
    found = report(figures({"view": {0: 1, 1: 1}}, 2, found=2_176))
    assert found.summary[-1] == (
        "The table by day has the newest 2 of 2,176 rows; all other figures are of the whole "
        "period."
    )
    assert found.tables[-1].cut == "first 2 of 2,176 rows"


@pytest.mark.parametrize(
    ("now", "before", "headline"),
    [
        (1, 0, "1 event was recorded, after none in the 7 days before."),
        (2, 2, "2 events were recorded, as many as in the 7 days before."),
        (1, 3, "1 event was recorded, 66.7% fewer than in the 7 days before."),
        (0, 3, "No events were recorded in this period, after 3 in the 7 days before."),
        (0, 0, "No events were recorded in this period, and none in the 7 days before."),
    ],
)
def test_headlines(now: int, before: int, headline: str) -> None:
    found = figures({"view": {2: now}} if now else {}, now, half({"view": before}, 1))
    assert report(found).summary[0] == headline


def test_one_user_is_told_in_the_singular() -> None:
    found = report(figures({"view": {2: 1}}, 1, half({"view": 1}, 1), returned=0, gone=1))
    assert found.summary[1] == (
        "1 user was active, as many as in the 7 days before; none of them in both periods, "
        "1 other in the earlier one alone."
    )


def test_a_difference_that_chance_makes_is_no_movement() -> None:
    before = half({"view": 150, "play": 100}, 80)
    for views, told in ((180, False), (190, True)):
        found = report(figures({"view": {0: views}, "play": {0: 100}}, 80, before))
        assert any("largest movement was view" in one for one in found.summary) is told


def test_days_without_an_event_are_told_where_some_would_be_expected() -> None:
    there_are_few = report(figures({"view": {0: 10, 2: 10}}, 3))
    assert not any(one.startswith("Nothing was recorded") for one in there_are_few.summary)
    found = report(figures({"view": {0: 10, 2: 11, 3: 9, 4: 8}}, 3))
    assert found.summary[-1] == (
        "Nothing was recorded on 10 November 2026, 14 November 2026 and 15 November 2026."
    )


def test_a_running_week_is_set_against_a_whole_one_and_judged_by_nothing() -> None:
    found = report(
        figures({"view": {0: 9}}, 4, half({"view": 30, "play": 30}, 9), as_of=IN_THE_WEEK)
    )
    assert found.summary == (
        "9 events have been recorded so far; the whole 7 days before had 60.",
        "4 users have been active so far.",
    )
    assert any("reach up to 12 November 2026, 12:05" in note for note in found.notes)


def test_a_week_that_has_not_begun_is_empty_and_says_so() -> None:
    found = report(figures({}, as_of=datetime(2026, 9, 1, tzinfo=UTC)))
    assert found.summary == ("The period has not begun, so no event has been recorded in it.",)
    assert not any(section.charts for section in found.sections)
    assert found.row_count == 0


def test_a_period_before_that_the_data_cover_in_part_is_in_no_figure() -> None:
    found = report(
        figures(
            {"view": {0: 9}}, 4, half({"view": 1}, 1), first_event=datetime(2026, 11, 6, tzinfo=UTC)
        )
    )
    assert found.summary[0] == (
        "9 events were recorded; the data do not cover all of the 7 days before, so there is no "
        "comparison."
    )
    assert found.summary[1] == "4 users were active."
    assert found.tables[0].rows == (("view", 9, None, None, "100.0", 4, 1),)
    assert kpi(found, "events").previous is None


def test_an_empty_source_is_told() -> None:
    found = report(figures({}, first_event=None))
    assert "The source has no events at all." in found.notes
    assert [table.total for table in found.tables] == [None, None, None]


def test_names_that_do_not_exist_are_told_first() -> None:
    filters = (Asked("event type", unknown=("sing",)), Asked("kind of device"))
    assert report(figures({}, filters=filters)).summary == (
        "There is nothing to report: the source has no event type named sing.",
    )
    some = (Asked("event type", ("view",), ("sing",)), Asked("kind of device", ("phone",)))
    found = report(figures({"view": {0: 1}}, 1, filters=some))
    assert found.summary[1] == "The source has no event type named sing."
    assert (
        "Only what was asked for is counted: event type view; kind of device phone." in found.notes
    )


counts = st.dictionaries(
    st.sampled_from(["view", "play", "sign_in"]),
    st.dictionaries(st.integers(0, 6), st.integers(1, 300), min_size=1),
)
before_counts = st.dictionaries(
    st.sampled_from(["view", "play", "share", "comment"]), st.integers(1, 900)
)


@given(
    counts,
    before_counts,
    st.integers(1, 40),
    st.sampled_from([MONDAY_AT_NINE, IN_THE_WEEK]),
    st.sampled_from([LONG_AGO, datetime(2026, 11, 6, tzinfo=UTC)]),
    st.integers(0, 2),
)
def test_whatever_the_figures_the_report_holds_together(
    by_day: dict[str, dict[int, int]],
    before: dict[str, int],
    users: int,
    as_of: datetime,
    first_event: datetime,
    gone: int,
) -> None:
    earlier = half(before, users) if before else NONE
    found = report(figures(by_day, users, earlier, as_of=as_of, first_event=first_event, gone=gone))
    by_type, _, table_by_day = found.tables
    total = sum(sum(days.values()) for days in by_day.values())
    assert kpi(found, "events").value == total
    assert sum(int(row[1] or 0) for row in by_type.rows) == total
    assert sum(int(row[2] or 0) for row in table_by_day.rows) == total
    for sentence in (*found.summary, *found.notes):
        assert re.fullmatch(r"[A-Z0-9].*\.", sentence)
        assert not re.search(r"\b1 (events|users|others)\b|\b0 events\b|None|NaN", sentence)
    assert len(set(found.summary)) == len(found.summary)


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": 0},
        {"limit": 1_001},
        {"limit": 1.5},
        {"event_types": [""]},
        {"event_types": "view"},
        {"devices": ["a\nb"]},
        {"projects": ["Saltmarsh Choir"]},
        {"grain": "hour"},
    ],
    ids=str,
)
def test_parameters_that_make_no_sense_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        UsageSummaryParameters.model_validate(parameters)
