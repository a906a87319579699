"""What a delivery summary says of given figures, word by word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
from services.aggregator.report_types.delivery_summary import (
    DeliverySummary,
    DeliverySummaryParameters,
    Figures,
    YearBefore,
    document,
)
from services.aggregator.scope.filters import Asked, Filters
from services.aggregator.scope.grain import Grain, buckets
from services.aggregator.scope.scope import Scope
from services.renderer.drawing.report import draw_report
from shared.document import Direction, Kpi, ReportDocument, Verdict
from shared.periods import Period

OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Europe/Berlin")
NOVEMBER_2 = datetime(2026, 11, 2, 9, tzinfo=UTC)
MID_OCTOBER = datetime(2026, 10, 10, 12, 5, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def figures(
    delivered: Mapping[str, Mapping[int, int]],
    previous: Mapping[str, int] | None = None,
    *,
    period: Period = OCTOBER,
    as_of: datetime = NOVEMBER_2,
    grain: Grain = Grain.DAY,
    asked_grain: Grain = Grain.AUTO,
    only: tuple[str, ...] = (),
    unknown: tuple[str, ...] = (),
    **over: Any,
) -> Figures:
    """`delivered`: for each project, how many characters in which bucket (counted from 0)."""
    cut = buckets(period, grain)
    fields: dict[str, Any] = {
        "in_production": 0,
        "in_production_before": 0,
        "first_delivery": LONG_AGO,
        **over,
    }
    return Figures(
        scope=Scope(
            period, as_of, grain, cut, asked_grain, Filters(Asked("project", only, unknown))
        ),
        delivered={
            (name, cut[at].key): count
            for name, by_bucket in delivered.items()
            for at, count in by_bucket.items()
        },
        previous=previous or {},
        **fields,
    )


def report(found: Figures, **parameters: Any) -> ReportDocument:
    request = ReportRequest(
        period=found.scope.period,
        parameters=DeliverySummaryParameters(**parameters),
        tenant="Lighthouse Studio",
        generated_at=NOVEMBER_2,
    )
    return document(found, request)


def kpi(found: ReportDocument, name: str) -> Kpi:
    return next(kpi for kpi in found.kpis if kpi.name == name)


THREE_PROJECTS = figures(
    {"Northern Lights": {0: 12, 9: 9}, "The Paper Boat": {3: 14}, "Harbour Street": {30: 10}},
    {"Northern Lights": 18, "The Paper Boat": 16, "Harbour Street": 6, "Cold Harvest": 3},
    in_production=7,
    in_production_before=9,
)


def test_the_summary_of_a_usual_month() -> None:
    assert report(THREE_PROJECTS).summary == (
        "45 characters were delivered across 3 projects, 4.7% more than in the 31 days before.",
        "The largest movement was Harbour Street, which rose from 6 to 10.",
        "Cold Harvest delivered nothing after 3 in the period before: it is worth a look.",
        "The busiest day was 4 October 2026 with 14 characters, 31.1% of the total.",
        "7 characters were still in production when the period ended.",
    )


def test_a_usual_month_of_six_projects_is_one_page() -> None:
    names = ("Northern Lights", "The Paper Boat", "Harbour Street", "Nébuleuse", "Fjord", "Osk")
    found = figures(
        {name: dict.fromkeys(range(at, 31, 3), 1 + at) for at, name in enumerate(names)},
        dict.fromkeys(names, 30),
        in_production=143,
        in_production_before=108,
    )
    assert len(PdfReader(BytesIO(draw_report(report(found))[0])).pages) == 1


def test_the_table_of_a_usual_month() -> None:
    (table,) = report(THREE_PROJECTS).tables
    assert table.rows == (
        ("Northern Lights", 21, 18, "16.7", "46.7"),
        ("The Paper Boat", 14, 16, "-12.5", "31.1"),
        ("Harbour Street", 10, 6, "66.7", "22.2"),
        ("Cold Harvest", 0, 3, "-100.0", "0.0"),
    )
    assert table.total == ("All projects", 45, 43, "4.7", "100.0")


def test_the_headline_figures_of_a_usual_month() -> None:
    found = report(THREE_PROJECTS)
    delivered = kpi(found, "characters_delivered")
    assert (delivered.value, delivered.previous) == (Decimal(45), Decimal(43))
    assert delivered.change_percent == Decimal("4.7")
    assert (delivered.direction, delivered.verdict) == (Direction.UP, Verdict.GOOD)
    per_day = kpi(found, "delivered_per_day")
    assert (per_day.value, per_day.previous) == (Decimal("1.45"), Decimal("1.39"))
    # Of the exact rates: of the printed ones it would be 4.3.
    assert per_day.change_percent == Decimal("4.7")
    assert kpi(found, "projects_delivering").value == 3
    in_production = kpi(found, "in_production")
    assert (in_production.value, in_production.previous) == (Decimal(7), Decimal(9))
    assert in_production.verdict is Verdict.NEUTRAL


@pytest.mark.parametrize(
    ("now", "before", "headline"),
    [
        (1, 0, "1 character was delivered for A, after none in the 31 days before."),
        (1, 1, "1 character was delivered for A, as many as in the 31 days before."),
        (2, 1, "2 characters were delivered for A, 100% more than in the 31 days before."),
        (1, 3, "1 character was delivered for A, 66.7% fewer than in the 31 days before."),
        (0, 2, "No characters were delivered in this period, after 2 in the 31 days before."),
        (0, 0, "No characters were delivered in this period, and none in the 31 days before."),
        (
            10_001,
            10_000,
            "10,001 characters were delivered for A, 1 more than in the 31 days before.",
        ),
        (
            5000,
            3,
            "5,000 characters were delivered for A, 166,566.7% more than in the 31 days before.",
        ),
    ],
)
def test_headlines(now: int, before: int, headline: str) -> None:
    found = report(figures({"A": {5: now}} if now else {}, {"A": before} if before else {}))
    assert found.summary[0] == headline


def test_a_single_day_is_compared_with_the_day_before() -> None:
    day = Period(first_day=date(2026, 10, 5), last_day=date(2026, 10, 5), timezone="UTC")
    assert report(figures({"A": {0: 6}}, {"A": 3}, period=day)).summary == (
        "6 characters were delivered for A, 100% more than on the day before.",
    )


def test_an_empty_period_gives_a_whole_report_that_says_so() -> None:
    found = report(figures({}, {"A": 4}))
    assert found.summary == (
        "No characters were delivered in this period, after 4 in the 31 days before.",
    )
    (table,) = found.tables
    assert table.rows == (("A", 0, 4, "-100.0", None),)
    assert not any(section.charts for section in found.sections)
    assert kpi(found, "characters_delivered").direction is Direction.DOWN


def test_where_nothing_ever_happened_the_table_is_empty() -> None:
    found = report(figures({}, first_delivery=None))
    (table,) = found.tables
    assert (table.rows, table.total) == ((), None)
    assert "The source has no deliveries at all." in found.notes
    assert all(kpi.change_percent is None for kpi in found.kpis)


def test_two_that_moved_alike_are_not_the_largest() -> None:
    found = report(figures({"A": {0: 5}, "B": {1: 1}}, {"A": 3, "B": 3}))
    assert not any("largest" in sentence for sentence in found.summary)


def test_no_movement_is_claimed_where_nothing_was_before() -> None:
    found = report(figures({"A": {0: 5}, "B": {1: 1}}))
    assert not any("movement" in sentence for sentence in found.summary)


def test_a_project_that_fell_silent_is_named_once() -> None:
    found = report(figures({"A": {0: 5}}, {"A": 5, "B": 9, "C": 1, "D": 2}))
    assert found.summary[1:3] == (
        "The largest movement was B, which fell from 9 to 0.",
        "C and D also delivered nothing after 3 in the period before, taken together: "
        "they are worth a look.",
    )


def test_the_leader_is_told_from_half_of_all_on() -> None:
    sentence = "A alone accounts for 50% of the deliveries."
    assert sentence in report(figures({"A": {0: 5}, "B": {1: 3}, "C": {1: 2}})).summary
    assert not any(
        "alone" in s for s in report(figures({"A": {0: 4}, "B": {1: 5, 0: 1}, "C": {1: 3}})).summary
    )


def test_days_that_tie_are_not_the_busiest() -> None:
    found = report(figures({"A": {0: 5, 1: 5}}))
    assert not any("busiest" in sentence for sentence in found.summary)


def test_a_running_period_is_not_called_worse_than_a_whole_one() -> None:
    running = figures(
        {"A": {0: 4}, "B": {2: 1}},
        {"A": 20, "B": 3},
        as_of=MID_OCTOBER,
        in_production=1,
    )
    found = report(running)
    assert found.summary == (
        "5 characters have been delivered across 2 projects so far; "
        "the whole 31 days before had 23.",
        "A alone accounts for 80% of the deliveries.",
        "The busiest day was 1 October 2026 with 4 characters, 80% of the total.",
        "1 character is still in production.",
    )
    delivered = kpi(found, "characters_delivered")
    assert (delivered.direction, delivered.verdict) == (Direction.DOWN, Verdict.NEUTRAL)
    # Ten days have begun: 5 in 10 days against 23 in 31.
    per_day = kpi(found, "delivered_per_day")
    assert (per_day.value, per_day.previous) == (Decimal("0.50"), Decimal("0.74"))
    assert any(
        "has not ended: its figures reach up to 10 October 2026, 14:05" in note
        for note in found.notes
    )


def test_a_running_period_that_is_ahead_already_is_good() -> None:
    found = report(figures({"A": {0: 9}}, {"A": 3}, as_of=MID_OCTOBER))
    assert kpi(found, "characters_delivered").verdict is Verdict.GOOD


def test_a_period_that_has_not_begun_says_so_and_nothing_else() -> None:
    found = report(figures({}, {"A": 3}, as_of=datetime(2026, 9, 1, tzinfo=UTC)))
    assert found.summary == ("The period has not begun, so nothing has been delivered in it.",)
    delivered = kpi(found, "characters_delivered")
    assert (delivered.direction, delivered.previous) == (Direction.UNKNOWN, None)
    assert found.tables[0].rows == (("A", 0, None, None, None),)


def test_of_two_that_delivered_as_much_none_alone_has_the_most() -> None:
    told = report(figures({"A": {0: 2}, "B": {1: 2}}, {})).summary
    assert not any("alone accounts" in sentence for sentence in told)
    told = report(figures({"A": {0: 3}, "B": {1: 2}}, {})).summary
    assert "A alone accounts for 60% of the deliveries." in told


def test_a_running_period_says_how_many_days_it_has_where_some_are_to_come() -> None:
    told = report(figures({"A": {0: 2}}, {}, as_of=MID_OCTOBER)).notes
    assert "Deliveries per day are of 10 of the period's 31 days." in told
    last_day = datetime(2026, 10, 31, 12, tzinfo=UTC)
    told = report(figures({"A": {0: 2}}, {}, as_of=last_day)).notes
    assert not any(note.startswith("Deliveries per day") for note in told)


def test_a_project_that_does_not_exist_is_told_first_when_nothing_is_left() -> None:
    found = report(figures({}, unknown=("Atlantis",)), projects=("Atlantis",))
    assert found.summary == (
        "There is nothing to report: the source has no project named Atlantis.",
    )


def test_one_that_does_not_exist_is_told_beside_those_that_do() -> None:
    some = figures({"A": {0: 1}}, only=("A", "B"), unknown=("Atlantis", "Mu"))
    found = report(some, projects=("A", "B", "Atlantis", "Mu"))
    assert found.summary[1] == "The source has no projects named Atlantis and Mu."
    # Asked for by name, so it appears although it has delivered nothing.
    (table,) = found.tables
    assert [row[0] for row in table.rows] == ["A", "B"]


def test_cut_weeks_are_named() -> None:
    found = report(figures({"A": {0: 1}}, grain=Grain.WEEK))
    assert any(
        note.startswith(
            "The bars of week 40 (1–4 October 2026) and week 44 (26–31 October 2026) cover fewer"
        )
        for note in found.notes
    )


def test_a_grain_too_fine_to_draw_is_made_coarser_and_told() -> None:
    years = Period(first_day=date(2025, 1, 1), last_day=date(2026, 12, 31), timezone="UTC")
    coarser = figures({"A": {0: 1}}, period=years, grain=Grain.WEEK, asked_grain=Grain.DAY)
    found = report(coarser, grain=Grain.DAY)
    assert any("by week: by day, as asked for, it would have more" in note for note in found.notes)


def test_data_that_begin_late_are_told() -> None:
    found = report(figures({"A": {0: 1}}, first_delivery=datetime(2026, 9, 20, 8, tzinfo=UTC)))
    assert any("first delivery is of 20 September 2026, 10:00" in note for note in found.notes)


amounts = st.dictionaries(
    st.sampled_from("ABCDEFGHIJ"),
    st.dictionaries(st.integers(0, 30), st.integers(1, 50)),
    max_size=10,
)
totals = st.dictionaries(st.sampled_from("ABCDEFGHIJ"), st.integers(1, 500), max_size=10)


@given(amounts, totals, st.sampled_from([NOVEMBER_2, MID_OCTOBER]), st.integers(0, 9))
def test_whatever_the_figures_the_report_holds_together(
    delivered: dict[str, dict[int, int]],
    previous: dict[str, int],
    as_of: datetime,
    in_production: int,
) -> None:
    found = report(figures(delivered, previous, as_of=as_of, in_production=in_production))
    (table,) = found.tables
    if table.total:
        assert table.total[1] == sum(int(row[1] or 0) for row in table.rows)
        assert table.total[2] == sum(int(row[2] or 0) for row in table.rows)
    amounts_told = [(-int(row[1] or 0), str(row[0])) for row in table.rows]
    assert amounts_told == sorted(amounts_told)
    assert {row[0] for row in table.rows} == {n for n in delivered if delivered[n]} | set(previous)
    for sentence in found.summary:
        assert re.fullmatch(r"[A-Z0-9].*\.", sentence)
        assert not re.search(
            r"\b1 (characters|projects|days)\b|\b0 (characters|projects)\b", sentence
        )
    assert len(set(found.summary)) == len(found.summary)


class CannedSession:
    """Answers the queries in turn, and keeps what was asked."""

    def __init__(self, *answers: Sequence[Mapping[str, Any]]) -> None:
        self.as_of = NOVEMBER_2
        self._answers = list(answers)
        self.asked: list[tuple[object, ...]] = []

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Mapping[str, Any]]:
        self.asked.append(arguments)
        return self._answers.pop(0)


async def test_positions_that_the_source_answers_become_days() -> None:
    session = CannedSession(
        [{"name": "A"}],
        [
            {"project": "A", "position": 1, "delivered": 8},
            {"project": "A", "position": 2, "delivered": 3},
            {"project": "A", "position": 32, "delivered": 4},
        ],
        [{"at_end": 2, "at_beginning": 1, "first_delivery": LONG_AGO}],
        [{"project": "A", "position": 1, "delivered": 5}],
    )
    request = ReportRequest(
        period=OCTOBER,
        parameters=DeliverySummaryParameters(projects=("A", "Atlantis")),
        tenant="Lighthouse Studio",
        generated_at=NOVEMBER_2,
    )
    found = await DeliverySummary().build(session, request)
    (chart,) = found.sections[0].charts
    drawn = [(value["bucket"], value["count"]) for value in chart.specification["data"]["values"]]
    assert drawn == [("2026-10-01", 3), ("2026-10-31", 4)]
    assert found.tables[0].rows == (("A", 7, 8, "-12.5", "100.0", 5, "40.0"),)
    assert "The source has no project named Atlantis." in found.summary
    # One instant for the previous period, one for each day: 1 October begins in summer time.
    starts = session.asked[1][3]
    assert isinstance(starts, list)
    assert len(starts) == 32
    assert starts[1] == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert session.asked[1][5] == datetime(2026, 10, 31, 23, tzinfo=UTC)
    # A year before, October ended in winter time as well.
    assert session.asked[3][4:] == (
        datetime(2025, 9, 30, 22, tzinfo=UTC),
        datetime(2025, 10, 31, 23, tzinfo=UTC),
    )


async def test_a_year_that_the_data_do_not_reach_is_not_asked_for() -> None:
    late = datetime(2025, 10, 1, 8, tzinfo=UTC)
    session = CannedSession([], [{"at_end": 0, "at_beginning": 0, "first_delivery": late}])
    request = ReportRequest(
        period=OCTOBER,
        parameters=DeliverySummaryParameters(),
        tenant="Lighthouse Studio",
        generated_at=NOVEMBER_2,
    )
    found = await DeliverySummary().build(session, request)
    assert [column.name for column in found.tables[0].columns][-1] == "share_percent"
    assert (
        "There is no comparison with a year before: the source's first delivery is of "
        "1 October 2025, 10:00."
    ) in found.notes


A_YEAR_BEFORE = Period(
    first_day=date(2025, 10, 1), last_day=date(2025, 10, 31), timezone="Europe/Berlin"
)


@pytest.mark.parametrize(
    ("now", "earlier", "sentence"),
    [
        (9, 6, "A year before, 1–31 October 2025, 6 were delivered: this period has 50% more "
               "than that."),
        (6, 6, "A year before, 1–31 October 2025, 6 were delivered: this period has as many as "
               "that."),
        (3, 1, "A year before, 1–31 October 2025, 1 was delivered: this period has 200% more "
               "than that."),
        (3, 0, "A year before, 1–31 October 2025, none were delivered."),
        (0, 3, "A year before, 1–31 October 2025, 3 were delivered."),
    ],
)  # fmt: skip
def test_the_year_before_gets_a_sentence_and_two_columns(
    now: int, earlier: int, sentence: str
) -> None:
    year = YearBefore(A_YEAR_BEFORE, {"Z": earlier} if earlier else {})
    found = report(figures({"A": {0: now}} if now else {}, {"A": 1}, year_before=year))
    assert found.summary[1] == sentence
    assert "A year before is 1–31 October 2025." in found.notes
    (table,) = found.tables
    assert [column.name for column in table.columns][-2:] == ["year_before", "year_change_percent"]
    assert table.total is not None
    assert table.total[5] == sum(int(row[5] or 0) for row in table.rows) == earlier
    # What only a year before delivered does not make the one other project the largest mover.
    assert not any("largest movement" in each for each in found.summary)


def test_a_running_period_is_not_measured_against_a_whole_one_of_the_year_before() -> None:
    year = YearBefore(A_YEAR_BEFORE, {"A": 30})
    found = report(figures({"A": {0: 9}}, {"A": 9}, as_of=MID_OCTOBER, year_before=year))
    assert found.summary[1] == "A year before, the whole of 1–31 October 2025 had 30."


def test_a_project_named_twice_counts_once() -> None:
    assert DeliverySummaryParameters(projects=("A", "B", "A")).projects == ("A", "B")


@pytest.mark.parametrize(
    "parameters",
    [
        {"grain": "hour"},
        {"grain": None},
        {"projects": "A"},
        {"projects": [""]},
        {"projects": ["a\x00b"]},
        {"projects": ["a\nb"]},
        {"projects": ["x" * 201]},
        {"projects": [1]},
        {"projects": [str(number) for number in range(101)]},
        {"project": ["A"]},
        {"scene_types": "crowd"},
        {"resolution_tiers": [1]},
    ],
)
def test_parameters_that_make_no_sense_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DeliverySummaryParameters.model_validate(parameters)
