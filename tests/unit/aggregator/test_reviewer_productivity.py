"""What the report on reviews says of given figures, word by word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.aggregator.report_types import ReportRequest
from services.aggregator.report_types.reviewer_productivity import ReviewerProductivityParameters
from services.aggregator.report_types.reviewer_productivity.document import document
from services.aggregator.report_types.reviewer_productivity.figures import (
    BEFORE,
    EVERY_TEAM,
    NOW,
    TOGETHER,
    Figures,
    Measures,
    People,
    Waiting,
)
from services.aggregator.scope.filters import Asked
from services.aggregator.scope.grain import Grain, buckets
from services.aggregator.scope.progress import Progress
from shared.document import Kpi, ReportDocument, Table, Verdict
from shared.periods import Period

OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Europe/Berlin")
NOVEMBER_2 = datetime(2026, 11, 2, 9, tzinfo=UTC)
MID_OCTOBER = datetime(2026, 10, 10, 12, 5, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
HOUR = 3_600_000
WEEKS = [bucket.key for bucket in buckets(OCTOBER, Grain.WEEK)]


def measures(reviews: int, hours: float, *, people: int = 3, **over: int) -> Measures:
    fields = {
        "approved": reviews - reviews // 4,
        "segments": reviews * 10,
        "notes": reviews * 5,
        "median": int(hours * HOUR),
        "ninetieth": int(hours * HOUR * 4),
        **over,
    }
    return Measures(reviews=reviews, people=people, **fields)


def report(
    found: Mapping[tuple[str, str], Measures] | None = None,
    waiting: Mapping[str, Waiting] | None = None,
    *,
    as_of: datetime = NOVEMBER_2,
    people: People | None = None,
    teams_together: int = 0,
    filters: tuple[Asked, ...] = (),
    first_decision: datetime | None = LONG_AGO,
) -> ReportDocument:
    figures = Figures(
        progress=Progress(OCTOBER, as_of),
        grain=Grain.WEEK,
        buckets=buckets(OCTOBER, Grain.WEEK),
        measures=found or {},
        waiting=waiting or {},
        teams_together=teams_together,
        people=people,
        first_decision=first_decision,
        filters=filters,
    )
    request = ReportRequest(
        period=OCTOBER,
        parameters=ReviewerProductivityParameters(by_person=people is not None),
        tenant="Lighthouse Studio",
        generated_at=NOVEMBER_2,
    )
    return document(figures, request)


def kpi(found: ReportDocument, name: str) -> Kpi:
    return next(kpi for kpi in found.kpis if kpi.name == name)


def table(found: ReportDocument, name: str) -> Table:
    return next(table for table in found.tables if table.name == name)


OCTOBERS_END = datetime(2026, 10, 31, 23, tzinfo=UTC)
USUAL = {
    (NOW, EVERY_TEAM): measures(100, 10, people=9),
    (BEFORE, EVERY_TEAM): measures(80, 8, people=8),
    (NOW, "Day"): measures(60, 5.5),
    (NOW, "Night"): measures(40, 44),
    (BEFORE, "Day"): measures(50, 5),
    (BEFORE, "Night"): measures(30, 20),
    (WEEKS[0], EVERY_TEAM): measures(50, 9),
    (WEEKS[1], EVERY_TEAM): measures(50, 12),
    (WEEKS[0], "Day"): measures(30, 5),
    (WEEKS[1], "Day"): measures(30, 6),
    (WEEKS[0], "Night"): measures(36, 40),
    (WEEKS[1], "Night"): measures(4, 90),
}
WAITING = {
    "Day": Waiting(at_beginning=6, at_end=3, oldest=OCTOBERS_END - timedelta(hours=2)),
    "Night": Waiting(at_beginning=4, at_end=17, oldest=OCTOBERS_END - timedelta(days=9.5)),
}


def test_the_summary_of_a_usual_month() -> None:
    assert report(USUAL, WAITING).summary == (
        "100 reviews were decided by 9 people in 2 teams, 25% more than in the 31 days before.",
        "Half were decided within 10 hours of the request, nine in ten within 40 hours; in the "
        "period before, 8 hours and 32 hours.",
        "The slowest team is Night: its median of 44 hours is 8.0 times that of Day, the fastest "
        "(5.5 hours).",
        "It decided 40% of the reviews and has 85% of those that wait.",
        "The largest movement was Night, whose median rose from 20 hours to 44 hours.",
        "25 of 100 reviews (25%) were rejected, after 25% in the period before.",
        "20 reviews were waiting when the period ended, after 10 when it began; the oldest had "
        "waited for 9.5 days.",
    )


def test_a_handful_of_reviews_is_compared_with_nothing() -> None:
    few = {(NOW, EVERY_TEAM): measures(10, 4, people=3), (BEFORE, EVERY_TEAM): measures(4, 24)}
    found = report(few)
    assert found.summary[1:] == (
        "Half were decided within 4 hours of the request, nine in ten within 16 hours.",
        "2 of 10 reviews (20%) were rejected.",
    )
    for name in ("median_hours", "ninetieth_hours", "approved_percent"):
        assert kpi(found, name).verdict is Verdict.NEUTRAL
        assert kpi(found, name).previous is not None


def test_the_headline_figures_of_a_usual_month() -> None:
    found = report(USUAL, WAITING)
    median = kpi(found, "median_hours")
    assert (median.value, median.previous) == (Decimal("10.0"), Decimal("8.0"))
    assert (median.change_percent, median.verdict) == (Decimal("25.0"), Verdict.BAD)
    assert kpi(found, "approved_percent").value == Decimal("75.0")
    assert kpi(found, "notes_per_segment").value == Decimal("0.50")
    waiting = kpi(found, "reviews_waiting")
    assert (waiting.value, waiting.previous, waiting.verdict) == (
        Decimal(20),
        Decimal(10),
        Verdict.BAD,
    )


def test_the_teams_come_slowest_first_with_what_waits() -> None:
    found = table(report(USUAL, WAITING), "by_team")
    assert found.rows == (
        ("Night", 40, 10, "75.0", "44.0", "176.0", "0.50", "20.0", 17, "228.0"),
        ("Day", 60, 15, "75.0", "5.5", "22.0", "0.50", "5.0", 3, "2.0"),
    )
    assert found.total == (
        *("All teams", 100, 25, "75.0", "10.0", "40.0", "0.50", "8.0", 20, "228.0"),
    )


def test_a_line_has_a_gap_where_a_team_decided_a_handful() -> None:
    found = report(USUAL)
    chart = found.sections[1].charts[0]
    drawn = {
        (value["series"], value["bucket"]): value["value"]
        for value in chart.specification["data"]["values"]
    }
    assert drawn["Night", WEEKS[0]] == 40
    assert drawn["Night", WEEKS[1]] is None
    assert {team for team, _ in drawn} == {"Day", "Night"}
    assert any(note.startswith("A team's line has a gap") for note in found.notes)


def test_where_no_team_has_enough_reviews_the_line_is_of_all_together() -> None:
    few = {key: measures for key, measures in USUAL.items() if key[1] == EVERY_TEAM}
    few |= {(NOW, "Day"): measures(8, 3), (WEEKS[0], "Day"): measures(4, 3)}
    found = report(few)
    values = found.sections[1].charts[0].specification["data"]["values"]
    assert [value["value"] for value in values if value["value"]] == [9, 12]
    assert {value["series"] for value in values} == {"All teams"}
    assert any(note.startswith("The line is of all teams together") for note in found.notes)


def test_teams_that_are_about_as_fast_are_not_told_apart() -> None:
    alike = {**USUAL, (NOW, "Night"): measures(40, 8.2)}
    assert not any("slowest" in sentence for sentence in report(alike).summary)
    few = {**USUAL, (NOW, "Night"): measures(9, 44)}
    assert not any("slowest" in sentence for sentence in report(few).summary)


def test_of_one_persons_reviews_nothing_is_told_but_their_number() -> None:
    one = measures(7, 12, people=1)
    found = report({(NOW, EVERY_TEAM): one, (NOW, TOGETHER): one}, teams_together=1)
    assert found.summary == (
        "7 reviews were decided by 1 person in 1 team, after none in the 31 days before.",
        "One person decided them alone, so nothing more is told of them.",
    )
    assert kpi(found, "reviews_decided").value == 7
    for name in ("median_hours", "ninetieth_hours", "approved_percent", "notes_per_segment"):
        assert kpi(found, name).value is None
    (row,) = table(found, "by_team").rows
    assert row == ("Teams counted together", 7, *[None] * 6, 0, None)
    assert any(note.startswith("Where one person alone decided") for note in found.notes)
    assert not any(section.charts for section in found.sections)


def test_people_come_by_name_and_those_with_few_reviews_are_counted() -> None:
    people = People(
        alone={
            ("Night", "Zoë"): measures(6, 1, people=1),
            ("Day", "Yan"): measures(5, 9, people=1),
            ("Day", "Bo"): measures(8, 3, people=1),
        },
        others={"Day": measures(7, 2, people=2)},
        few=2,
        with_them=1,
        unseen=1,
    )
    found = report(USUAL, people=people)
    rows = table(found, "by_person").rows
    assert [row[:3] for row in rows] == [
        ("Day", "Bo", 8),
        ("Day", "Yan", 5),
        ("Day", "Others, counted together", 7),
        ("Night", "Zoë", 6),
    ]
    assert rows[1][5] == "9.0"
    said = " ".join(found.notes)
    assert "because of fewer than 5 reviews: 2 people." in said
    assert "so that nobody's figures can be worked out: 1 person." in said
    assert "Teams that are too small for that" in said


def test_without_being_asked_for_there_is_no_table_of_people() -> None:
    assert [table.name for table in report(USUAL).tables] == ["by_team", "over_time"]


def test_a_team_that_is_called_like_all_of_them_is_told_apart() -> None:
    odd = {(NOW, EVERY_TEAM): measures(20, 5), (NOW, "All teams"): measures(20, 5)}
    found = table(report(odd), "by_team")
    assert found.total is not None
    assert found.rows[0][0] == "All teams"
    assert found.total[0] != "All teams"


def test_a_running_period_is_set_against_a_whole_one() -> None:
    late = {"Day": Waiting(at_end=1, oldest=MID_OCTOBER - timedelta(minutes=34))}
    found = report(USUAL, late, as_of=MID_OCTOBER)
    assert found.summary[0] == (
        "100 reviews have been decided by 9 people in 2 teams so far; the whole 31 days before "
        "had 80."
    )
    assert found.summary[-1] == (
        "1 review is waiting for a decision; the oldest has waited for 34 minutes."
    )


def test_an_empty_period_gives_a_whole_report_that_says_so() -> None:
    found = report({(BEFORE, EVERY_TEAM): measures(4, 3)})
    assert found.summary == (
        "No reviews were decided in this period, after 4 in the 31 days before.",
    )
    assert kpi(found, "median_hours").value is None
    assert kpi(found, "median_hours").previous == Decimal("3.0")
    assert (table(found, "by_team").rows, table(found, "by_team").total) == ((), None)
    assert len(table(found, "over_time").rows) == len(WEEKS)


def test_a_period_that_has_not_begun_says_so_and_nothing_else() -> None:
    found = report(as_of=datetime(2026, 9, 1, tzinfo=UTC))
    assert found.summary == ("The period has not begun, so no review has been decided in it.",)


def test_names_that_do_not_exist_are_told_first() -> None:
    filters = (Asked("project", unknown=("Atlantis",)), Asked("scene type"))
    assert report(filters=filters).summary == (
        "There is nothing to report: the source has no project named Atlantis.",
    )
    some = (Asked("project", ("A",), ("Atlantis",)),)
    assert report(USUAL, filters=some).summary[1] == "The source has no project named Atlantis."


@st.composite
def anything(draw: st.DrawFn) -> dict[tuple[str, str], Measures]:
    """Measures of any groups, within what a source can answer."""
    found = {}
    groups = st.sampled_from([EVERY_TEAM, TOGETHER, "Day", "Night", "Dawn"])
    for when in (NOW, BEFORE, *WEEKS):
        for team in draw(st.sets(groups)):
            reviews = draw(st.integers(1, 60))
            found[when, team] = measures(
                reviews,
                draw(st.floats(0, 400)),
                people=draw(st.integers(1, 4)),
                approved=draw(st.integers(0, reviews)),
                notes=draw(st.integers(0, 100)),
            )
    return found


@given(anything(), st.integers(0, 30), st.sampled_from([NOVEMBER_2, MID_OCTOBER]))
def test_whatever_the_figures_the_report_holds_together(
    found: dict[tuple[str, str], Measures], waiting: int, as_of: datetime
) -> None:
    oldest = MID_OCTOBER - timedelta(hours=5) if waiting else None
    made = report(found, {"Day": Waiting(3, waiting, oldest)}, as_of=as_of)
    for sentence in (*made.summary, *made.notes):
        assert re.fullmatch(r"[A-Z0-9].*\.", sentence)
        assert "\x00" not in sentence
        assert not re.search(
            r"(?<![.,\d])(1 (reviews|people|teams|hours|days)|0 reviews)\b", sentence
        )
    for row in table(made, "by_team").rows:
        assert "\x00" not in str(row[0])
    for key, row in zip(WEEKS, table(made, "over_time").rows, strict=True):
        cell = found.get((key, EVERY_TEAM), Measures())
        assert (row[0], row[3]) == (key, cell.reviews)
        assert (row[4] is None) is (cell.people <= 1)


@pytest.mark.parametrize(
    "parameters", [{"by_person": "yes please"}, {"teams": ["Day"]}, {"grain": "hour"}], ids=str
)
def test_parameters_that_make_no_sense_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ReviewerProductivityParameters.model_validate(parameters)
