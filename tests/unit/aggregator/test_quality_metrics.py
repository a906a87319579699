"""What a quality report says of given figures, word by word: noise is never sold as improvement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.aggregator.report_types import ReportRequest
from services.aggregator.report_types.quality_metrics import QualityMetricsParameters, document
from services.aggregator.report_types.quality_metrics.figures import (
    Attempts,
    Change,
    Checked,
    Figures,
    Kind,
)
from services.aggregator.report_types.quality_metrics.findings import interval_words, points
from services.aggregator.report_types.quality_metrics.queries import windows
from services.aggregator.scope.filters import Asked, Filters
from services.aggregator.scope.grain import Grain, buckets
from services.aggregator.scope.progress import Progress
from services.aggregator.scope.scope import Scope
from services.aggregator.statistics.intervals import Difference
from shared.document import Kpi, ReportDocument, Table, Verdict
from shared.periods import Period

OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Europe/Berlin")
LATER = datetime(2026, 11, 20, 9, tzinfo=UTC)
MID_OCTOBER = datetime(2026, 10, 10, 12, 5, tzinfo=UTC)
CHANGED = datetime(2026, 10, 14, 8, tzinfo=UTC)


def found(passed: int, **failures: int) -> dict[str | None, int]:
    counts: dict[str | None, int] = {None: passed}
    counts.update(failures)
    return counts


def change(title: str, before: Mapping[str | None, int], after: Mapping[str | None, int]) -> Change:
    reach = timedelta(days=28)
    return Change(CHANGED, title, CHANGED - reach, CHANGED + reach, before, after)


def figures(
    now: Mapping[str | None, int] | None = None,
    before: Mapping[str | None, int] | None = None,
    *,
    changes: Sequence[Change] = (),
    kinds: Mapping[str, Checked] | None = None,
    as_of: datetime = LATER,
    **over: Any,
) -> Figures:
    """`now` lies in the first week; `kinds` by scene type."""
    cut = buckets(OCTOBER, Grain.WEEK)
    return Figures(
        scope=Scope(OCTOBER, as_of, Grain.WEEK, cut, filters=over.pop("filters", Filters())),
        findings={cut[0].key: now} if now else {},
        findings_before=before or {},
        kinds={Kind("A", name, "hd"): checked for name, checked in (kinds or {}).items()},
        kinds_before={},
        attempts={cut[0].key: over.pop("attempts", Attempts(100, 12))},
        attempts_before=over.pop("attempts_before", Attempts(100, 15)),
        changes=changes,
        first_check=over.pop("first_check", datetime(2020, 1, 1, tzinfo=UTC)),
        **over,
    )


def report(of: Figures, **parameters: Any) -> ReportDocument:
    request = ReportRequest(
        period=of.scope.period,
        parameters=QualityMetricsParameters(**parameters),
        tenant="Lighthouse Studio",
        generated_at=LATER,
    )
    return document(of, request)


def kpi(of: ReportDocument, name: str) -> Kpi:
    return next(kpi for kpi in of.kpis if kpi.name == name)


def table(of: ReportDocument, name: str) -> Table:
    return next(table for table in of.tables if table.name == name)


MANY = figures(
    found(9300, flicker=500, hand_anatomy=200),
    found(9000, flicker=800, hand_anatomy=200),
    failed=7,
    cancelled=1,
)
FEW = figures(found(93, flicker=5, hand_anatomy=2), found(90, flicker=8, hand_anatomy=2))


def test_many_checks_bear_a_difference() -> None:
    assert report(MANY).summary == (
        "93% of 10,000 automatic checks passed, 3.0 points above the 90% in the 31 days before "
        "(95% interval +2.2 to +3.8).",
        "Each first attempt was followed by 0.12 repeats on average, after 0.15 in the period "
        "before.",
        "The commonest failure was flicker: 500 of 700 failed checks (71.4%).",
        "The largest movement was flicker, which fell from 8% to 5% of the checks.",
    )


def test_the_same_shares_of_few_checks_bear_none() -> None:
    assert report(FEW).summary == (
        "93% of 100 automatic checks passed, which cannot be told from the 90% of 100 in the 31 "
        "days before: the 95% interval of the difference is −5.1 to +11.2 points.",
        "Each first attempt was followed by 0.12 repeats on average, after 0.15 in the period "
        "before.",
        "The commonest failure was flicker: 5 of 7 failed checks (71.4%).",
        "No failure became clearly more or less frequent than in the period before.",
    )


def test_noise_is_neither_good_nor_bad() -> None:
    many, few = kpi(report(MANY), "pass_rate"), kpi(report(FEW), "pass_rate")
    assert (many.value, many.previous) == (few.value, few.previous)
    assert many.change_points == few.change_points == Decimal("3.0")
    assert many.verdict is Verdict.GOOD
    assert few.verdict is Verdict.NEUTRAL


def test_retries_are_judged_by_their_number_too() -> None:
    few = kpi(report(FEW), "mean_retries")
    assert (few.value, few.previous) == (Decimal("0.12"), Decimal("0.15"))
    assert few.verdict is Verdict.NEUTRAL
    many = figures(
        found(1), found(1), attempts=Attempts(10_000, 1200), attempts_before=Attempts(10_000, 1500)
    )
    assert kpi(report(many), "mean_retries").verdict is Verdict.GOOD


def test_each_failure_has_its_trend() -> None:
    rows = {row[0]: row for row in table(report(MANY), "failures").rows}
    assert rows["flicker"][1:6] == (500, "71.4", "5.0", 800, "8.0")
    assert rows["flicker"][6] == "-3.00"
    assert rows["flicker"][-1] == "better"
    assert rows["hand_anatomy"][6] == "0.00"
    assert rows["hand_anatomy"][-1] == "unclear"
    assert {row[-1] for row in table(report(FEW), "failures").rows} == {"unclear"}


def test_a_change_that_helped() -> None:
    helped = change(
        "Phoneme-aligned lip sync",
        found(2000, lip_sync=400, flicker=50),
        found(2300, lip_sync=60, flicker=55),
    )
    assert report(figures(found(1), found(1), changes=[helped])).summary[-1] == (
        "After “Phoneme-aligned lip sync” (14 October 2026, 10:00) the pass rate rose from 81.6% "
        "of 2,450 checks to 95.2% of 2,415: +13.6 points, 95% interval +11.9 to +15.4; lip sync "
        "fell from 16.3% to 2.5%."
    )


def test_a_change_whose_effect_may_be_noise_is_said_to_be_unclear() -> None:
    renamed = change("Export presets renamed", found(900, flicker=100), found(920, flicker=90))
    told = report(figures(found(1), found(1), changes=[renamed]))
    assert told.summary[-1] == (
        "The change “Export presets renamed” (14 October 2026, 10:00) made no clear difference: "
        "90% of 1,000 checks passed before it and 91.1% of 1,010 after, 95% interval −1.5 to +3.7 "
        "points."
    )
    assert {row[-1] for row in table(told, "around_changes").rows} == {"unclear"}


def test_a_failure_that_moved_is_told_though_the_pass_rate_did_not() -> None:
    mixed = change(
        "New sampler",
        found(9000, flicker=100, hand_anatomy=900),
        found(9000, flicker=300, hand_anatomy=700),
    )
    sentence = report(figures(found(1), found(1), changes=[mixed])).summary[-1]
    assert sentence.endswith(
        "points; but hand anatomy fell from 9% to 7% and flicker rose from 1% to 3%."
    )


def test_a_change_without_checks_on_one_side_says_so() -> None:
    fresh = change("Just now", found(10), {})
    told = report(figures(found(1), found(1), changes=[fresh]))
    assert told.summary[-1] == (
        "Of “Just now” (14 October 2026, 10:00) nothing can be said: 10 checks before it and no "
        "checks after it."
    )
    assert table(told, "around_changes").rows[0][-1] == "no comparison"


def test_the_charts_carry_the_numbers_of_the_table_of_changes() -> None:
    helped = change("X", found(20, flicker=4), found(23, flicker=6))
    told = report(figures(found(9, flicker=1), found(1), changes=[helped]))
    assert table(told, "workflow_changes").rows[0][:2] == ("1", "X")
    charts = [chart for section in told.sections for chart in section.charts]
    assert [chart.name for chart in charts] == ["pass_rate", "failures"]
    for chart in charts:
        (rule, text) = chart.specification["layer"][1:]
        assert rule["data"]["values"] == [{"bucket": "2026-W42", "text": "1"}]
        assert text["data"] == rule["data"]
    assert told.sections[0].text == ("The upright rule marks a workflow change: 1 is “X”.",)
    twice = report(figures(found(9, flicker=1), found(1), changes=[helped, helped]))
    assert twice.sections[0].text == (
        "Upright rules mark workflow changes: 1 is “X” and 2 is “X”.",
    )


def test_what_passes_clearly_least_often_is_named() -> None:
    kinds = {
        "crowd": Checked(800, 1000, 0, 0),
        "dialogue": Checked(1880, 2000, 0, 0),
        "action": Checked(930, 1000, 0, 0),
    }
    told = report(figures(found(3610, flicker=390), found(1), kinds=kinds)).summary
    assert (
        "Of the scene types crowd passes least often: 80% of 1,000 checks, against 93.7% of the "
        "others." in told
    )
    close = {"crowd": Checked(92, 100, 0, 0), "dialogue": Checked(188, 200, 0, 0)}
    told = report(figures(found(280, flicker=20), found(1), kinds=close)).summary
    assert not any("least often" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("now", "before", "as_of", "headline"),
    [
        (None, found(7), LATER, "No automatic check was made in this period; the 31 days before "
         "had 7."),
        (None, None, MID_OCTOBER, "No automatic check was made so far; the 31 days before had "
         "none."),
        (found(1), None, LATER, "100% of 1 automatic check passed; the 31 days before had none to "
         "compare with."),
        (None, None, datetime(2026, 9, 1, tzinfo=UTC), "The period has not begun, so nothing was "
         "checked in it."),
    ],
)  # fmt: skip
def test_headlines(
    now: dict[str | None, int] | None,
    before: dict[str | None, int] | None,
    as_of: datetime,
    headline: str,
) -> None:
    assert report(figures(now, before, as_of=as_of)).summary[0] == headline


def test_unknown_names_are_said_first() -> None:
    nothing = Filters(resolution_tiers=Asked("resolution tier", unknown=("8k",)))
    assert report(figures(filters=nothing)).summary == (
        "There is nothing to report: the source has no resolution tier named 8k.",
    )


def test_what_was_left_out_is_noted() -> None:
    notes = report(MANY).notes
    assert "In no pass rate, for there was no result to check: 7 failed jobs." in notes
    assert "Not counted as attempts, because cancelled before they began: 1 job." in notes


def test_points_have_their_sign() -> None:
    assert points(Decimal("0.0584")) == "+5.8"
    assert points(Decimal("-0.004")) == "−0.4"
    assert points(Decimal("0.0001")) == "0.0"


def test_an_interval_shows_that_it_leaves_out_zero() -> None:
    near = Difference(Decimal("0.01"), Decimal("0.0002"), Decimal("0.0198"))
    assert interval_words(near) == "+0.02 to +1.98"
    around = Difference(Decimal("0.01"), Decimal("-0.0002"), Decimal("0.0198"))
    assert interval_words(around) == "0.0 to +2.0"


def test_a_change_is_never_compared_past_another_one() -> None:
    october = Progress(OCTOBER, datetime(2026, 11, 5, tzinfo=UTC))
    days = [datetime(2026, 10, day, tzinfo=UTC) for day in (2, 12, 20)]
    found = windows([(at, str(at.day)) for at in days], october)
    assert [(each.begins, each.ends) for each in found] == [
        (datetime(2026, 9, 4, tzinfo=UTC), days[1]),
        (days[0], days[2]),
        (days[1], october.as_of),
    ]


def test_changes_near_the_period_are_shown_and_those_far_off_are_not() -> None:
    october = Progress(OCTOBER, LATER)
    # The period ends at 23:00 UTC on 31 October and began at 22:00 UTC on 30 September.
    edges = {
        datetime(2026, 9, 2, 21, 59, tzinfo=UTC): False,
        datetime(2026, 9, 2, 22, tzinfo=UTC): True,
        datetime(2026, 10, 20, tzinfo=UTC): True,
        datetime(2026, 11, 19, 9, tzinfo=UTC): True,
        datetime(2026, 11, 28, 23, tzinfo=UTC): False,
    }
    shown = {each.changed_at for each in windows([(at, "x") for at in edges], october)}
    assert shown == {at for at, near in edges.items() if near}


def test_failures_that_the_chart_has_no_room_for_are_noted() -> None:
    told = report(figures(found(50, **{f"failure_{n}": n + 1 for n in range(10)}), found(1)))
    assert "The chart of failures draws the 8 commonest of 10; its table has all." in told.notes
    assert len(table(told, "failures").rows) == 10
