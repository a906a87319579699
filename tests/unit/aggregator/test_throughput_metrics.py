"""What a throughput report says of given figures, word by word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from services.aggregator.report_types import ReportRequest
from services.aggregator.report_types.throughput_metrics import ThroughputParameters
from services.aggregator.report_types.throughput_metrics.document import document
from services.aggregator.report_types.throughput_metrics.figures import (
    Character,
    Figures,
    UnderWay,
)
from services.aggregator.scope.dimensions import Dimension
from services.aggregator.scope.filters import Asked, Filters
from services.aggregator.scope.grain import Grain, buckets
from services.aggregator.scope.scope import Scope
from services.aggregator.statistics.durations import DAY, Spread
from shared.document import Direction, Kpi, ReportDocument, Table, Verdict
from shared.periods import Period

OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Europe/Berlin")
NOVEMBER_2 = datetime(2026, 11, 2, 9, tzinfo=UTC)
MID_OCTOBER = datetime(2026, 10, 10, 12, 5, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def spread(count: int, median: float, p90: float | None = None) -> Spread:
    """In days; the mean a day over the median."""
    of = Fraction(str(median)) * DAY
    return Spread(count, of + DAY, of, of if p90 is None else Fraction(str(p90)) * DAY)


def character(name: str, days: float) -> Character:
    onboarded = datetime(2026, 10, 20, 22, 30, tzinfo=UTC) - timedelta(days=days)
    return Character(
        name, "Cold Harvest", "crowd", "hd", onboarded, onboarded + timedelta(days=days),
        int(days * DAY),
    )  # fmt: skip


def under_way(count: int, median: float, *, oldest: float = 40, overdue: int = 0) -> UnderWay:
    return UnderWay(spread(count, median), int(oldest * DAY), overdue)


def figures(
    now: Spread | None,
    before: Spread | None = None,
    *,
    scene_types: tuple[Mapping[str, Spread], Mapping[str, Spread]] = ({}, {}),
    projects: tuple[Mapping[str, Spread], Mapping[str, Spread]] = ({}, {}),
    as_of: datetime = NOVEMBER_2,
    filters: Filters | None = None,
    grain: Grain = Grain.DAY,
    **over: Any,
) -> Figures:
    fields: dict[str, Any] = {
        "over_time": {"2026-10-05": now} if now else {},
        "under_way": None,
        "under_way_before": None,
        "under_way_by_project": {},
        "first_delivery": LONG_AGO,
        **over,
    }
    return Figures(
        scope=Scope(
            OCTOBER, as_of, grain, buckets(OCTOBER, grain), Grain.AUTO, filters or Filters()
        ),
        now=now,
        before=before,
        now_by={Dimension.SCENE_TYPE: scene_types[0], Dimension.PROJECT: projects[0]},
        before_by={Dimension.SCENE_TYPE: scene_types[1], Dimension.PROJECT: projects[1]},
        **fields,
    )


def report(found: Figures) -> ReportDocument:
    request = ReportRequest(
        period=found.scope.period,
        parameters=ThroughputParameters(),
        tenant="Lighthouse Studio",
        generated_at=NOVEMBER_2,
    )
    return document(found, request)


def kpi(found: ReportDocument, name: str) -> Kpi:
    return next(kpi for kpi in found.kpis if kpi.name == name)


def table(found: ReportDocument, name: str) -> Table:
    return next(table for table in found.tables if table.name == name)


USUAL = figures(
    spread(40, 18, 30),
    spread(32, 16, 31),
    scene_types=(
        {"dialogue": spread(20, 12), "crowd": spread(16, 30), "action": spread(4, 90)},
        {"dialogue": spread(20, 12.5), "crowd": spread(12, 25)},
    ),
    projects=(
        {"Cold Harvest": spread(22, 24), "Harbour Street": spread(18, 15)},
        {"Cold Harvest": spread(20, 20), "Harbour Street": spread(12, 14)},
    ),
    under_way=under_way(12, 9.5, oldest=62, overdue=2),
    under_way_before=under_way(15, 8),
    under_way_by_project={"Cold Harvest": under_way(12, 9.5, oldest=62, overdue=2)},
    slowest=(character("Ada Quill", 45),),
    oldest=(character("Bo Fenn", 62),),
)


def test_the_summary_of_a_usual_month() -> None:
    assert report(USUAL).summary == (
        "The 40 characters delivered took a median of 18.0 days from onboarding to delivery, "
        "12.5% longer than in the 31 days before (16.0 days).",
        "The 90th percentile, which one in ten exceeds, was 30.0 days "
        "(31.0 in the 31 days before).",
        "The largest movement of a project was Cold Harvest, whose median rose from 20.0 to 24.0 "
        "days.",
        "Among scene types crowd took longest, with a median of 30.0 days, 2.5 times that of "
        "dialogue, the fastest.",
        "The slowest delivery was Ada Quill of Cold Harvest: 45.0 days, 2.5 times the median.",
        "12 characters were still under way when the period ended, at a median age of 9.5 days.",
        "2 of them were older than the 90th percentile of the deliveries: look at these first, "
        "above all at Bo Fenn of Cold Harvest with 62.0 days.",
    )


def test_longer_is_bad_and_shorter_is_good() -> None:
    found = report(USUAL)
    median, p90 = kpi(found, "median_turnaround"), kpi(found, "p90_turnaround")
    assert (median.value, median.previous) == (Decimal("18.0"), Decimal("16.0"))
    assert (median.change_percent, median.verdict) == (Decimal("12.5"), Verdict.BAD)
    assert (p90.direction, p90.verdict) == (Direction.DOWN, Verdict.GOOD)
    assert kpi(found, "characters_delivered").verdict is Verdict.GOOD
    assert kpi(found, "under_way").verdict is Verdict.NEUTRAL


def test_tables_rank_the_slowest_first_and_end_with_the_whole() -> None:
    found = table(report(USUAL), "by_scene_type")
    assert [row[0] for row in found.rows] == ["action", "crowd", "dialogue"]
    assert found.rows[1] == ("crowd", 16, "31.00", "30.00", "30.00", "25.00", "20.0")
    assert found.total == ("All together", 40, "19.00", "18.00", "30.00", "16.00", "12.5")


def test_what_is_under_way_is_in_no_turnaround() -> None:
    found = report(USUAL)
    assert table(found, "under_way").total == ("All together", 12, "9.50", "62.00", 2)
    assert any(
        note.startswith("Not in the turnaround, because not delivered: 12 characters")
        for note in found.notes
    )
    oldest = table(found, "oldest_under_way")
    assert (len(oldest.rows), oldest.available_rows) == (1, 12)


def test_days_in_tables_are_those_of_the_periods_timezone() -> None:
    (row,) = table(report(USUAL), "slowest_deliveries").rows
    # 22:30 UTC is the next day in Berlin.
    assert row == ("Ada Quill", "Cold Harvest", "crowd", "hd", "2026-09-06", "2026-10-21", "45.00")


@pytest.mark.parametrize(
    ("now", "before", "headline"),
    [
        (
            spread(1, 3),
            None,
            "The only character delivered took 3.0 days from onboarding to delivery; "
            "nothing was delivered in the 31 days before to compare with.",
        ),
        (
            spread(6, 3),
            spread(5, 3),
            "The 6 characters delivered took a median of 3.0 days from onboarding to delivery, "
            "as long as in the 31 days before (3.0 days).",
        ),
        (
            spread(6, 3),
            Spread(5, Fraction(1), 3 * DAY + Fraction(1, 2), Fraction(1)),
            "The 6 characters delivered took a median of 3.0 days from onboarding to delivery, "
            "less than 0.1% shorter than in the 31 days before (3.0 days).",
        ),
        (  # One that took long is no trend.
            spread(1, 27),
            spread(23, 15),
            "The only character delivered took 27.0 days from onboarding to delivery; "
            "in the 31 days before the median was 15.0 days.",
        ),
        (
            None,
            spread(1, 3),
            "No characters were delivered in this period, so there is no turnaround to report; "
            "in the 31 days before the median was 3.0 days.",
        ),
        (
            None,
            None,
            "No characters were delivered in this period, so there is no turnaround to report.",
        ),
    ],
)
def test_headlines(now: Spread | None, before: Spread | None, headline: str) -> None:
    assert report(figures(now, before)).summary[0] == headline


def test_few_deliveries_bear_no_sentences_about_parts() -> None:
    few = figures(
        spread(8, 10),
        spread(8, 5),
        scene_types=({"crowd": spread(4, 30), "action": spread(4, 3)}, {}),
        projects=(
            {"A": spread(4, 30), "B": spread(4, 3)},
            {"A": spread(4, 3), "B": spread(4, 3)},
        ),
        under_way=under_way(5, 9, overdue=2),
        oldest=(character("Bo Fenn", 62),),
    )
    assert report(few).summary[1:] == (
        "5 characters were still under way when the period ended, at a median age of 9.0 days.",
    )


def test_movements_that_tie_are_not_the_largest() -> None:
    tie = figures(
        spread(20, 10),
        spread(20, 10),
        projects=(
            {"A": spread(10, 12), "B": spread(10, 8)},
            {"A": spread(10, 10), "B": spread(10, 10)},
        ),
    )
    assert not any("largest" in sentence for sentence in report(tie).summary)


def test_one_that_waits_too_long_is_named() -> None:
    one = figures(
        spread(20, 10), under_way=under_way(1, 62, overdue=1), oldest=(character("Bo Fenn", 62),)
    )
    assert report(one).summary[-2:] == (
        "1 character was still under way when the period ended, at an age of 62.0 days.",
        "The oldest had been under way for longer than the 90th percentile of the deliveries and "
        "is worth a look: Bo Fenn of Cold Harvest, 62.0 days.",
    )


def test_a_running_period_says_so_far_and_compares_no_movement() -> None:
    running = figures(
        spread(40, 18, 30),
        spread(32, 16, 31),
        projects=(
            {"A": spread(20, 24), "B": spread(20, 15)},
            {"A": spread(20, 20), "B": spread(12, 14)},
        ),
        as_of=MID_OCTOBER,
        under_way=under_way(3, 9),
    )
    found = report(running)
    assert found.summary[0] == (
        "The 40 characters delivered so far took a median of 18.0 days from onboarding to "
        "delivery; in the 31 days before the median was 16.0 days."
    )
    assert found.summary[-1] == "3 characters are still under way, at a median age of 9.0 days."
    assert not any("largest" in sentence for sentence in found.summary)
    assert any("has not ended: its figures reach up to 10 October 2026, 14:05" in note
               for note in found.notes)  # fmt: skip
    # Days that have not begun are no gaps: 9 of the 10 that have.
    assert "9 days without a delivery have no point: the lines have a gap there." in found.notes


def test_an_empty_period_gives_a_whole_report() -> None:
    found = report(figures(None, spread(3, 5)))
    assert not any(section.charts for section in found.sections)
    assert kpi(found, "median_turnaround").value is None
    assert kpi(found, "median_turnaround").direction is Direction.UNKNOWN
    assert kpi(found, "characters_delivered").value == 0
    assert len(table(found, "over_time").rows) == 31
    assert table(found, "under_way").rows == ()


def test_a_period_that_has_not_begun_says_so() -> None:
    found = report(figures(None, as_of=datetime(2026, 9, 1, tzinfo=UTC)))
    assert found.summary == ("The period has not begun, so nothing has been delivered in it.",)


def test_names_that_do_not_exist_are_told_first() -> None:
    nothing = figures(None, filters=Filters(projects=Asked("project", (), ("Atlantis",))))
    assert report(nothing).summary == (
        "There is nothing to report: the source has no project named Atlantis.",
    )
    some = figures(spread(1, 3), filters=Filters(projects=Asked("project", ("A",), ("Mu",))))
    assert report(some).summary[1] == "The source has no project named Mu."
    assert [row[0] for row in table(report(some), "by_project").rows] == ["A"]


def test_the_chart_has_a_gap_where_nothing_was_delivered() -> None:
    (chart,) = report(USUAL).sections[0].charts
    values = chart.specification["data"]["values"]
    medians = {each["bucket"]: each["value"] for each in values if each["series"] == "Median"}
    assert medians["2026-10-05"] == 18.0
    assert medians["2026-10-06"] is None
    assert "median is 18.0 and the 90th percentile 30.0 days" in chart.alternative_text


@pytest.mark.parametrize(
    "parameters", [{"grain": "hour"}, {"scene_types": "crowd"}, {"workers": ["a"]}]
)
def test_parameters_that_make_no_sense_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ThroughputParameters.model_validate(parameters)
