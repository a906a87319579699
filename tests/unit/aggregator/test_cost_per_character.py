"""What a cost report says of given figures, word by word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from services.aggregator.report_types import ReportRequest
from services.aggregator.report_types.cost_per_character import CostParameters
from services.aggregator.report_types.cost_per_character.document import document
from services.aggregator.report_types.cost_per_character.figures import Character, Cost, Figures
from services.aggregator.report_types.cost_per_character.rate import Rate
from services.aggregator.report_types.cost_per_character.sentences import mean_at_earlier_mix
from services.aggregator.scope.dimensions import Dimension
from services.aggregator.scope.filters import Asked, Filters
from services.aggregator.scope.grain import Grain, buckets
from services.aggregator.scope.scope import Scope
from services.aggregator.statistics.durations import DAY, HOUR
from shared.document import Direction, Kpi, ReportDocument, Table, Verdict
from shared.periods import Period

OCTOBER = Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Europe/Berlin")
NOVEMBER_2 = datetime(2026, 11, 2, 9, tzinfo=UTC)
MID_OCTOBER = datetime(2026, 10, 10, 12, 5, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
EUROS = Rate(Decimal("2.40"), "EUR")


def cost(count: int, hours: float, **over: int) -> Cost:
    """So many characters with so many GPU hours each; a tenth of it repeated."""
    gpu = round(count * hours * HOUR)
    fields = {"repeated": gpu // 10, "workers": gpu + count * HOUR, "to_delivery": count * 9 * DAY}
    return Cost(count=count, gpu=gpu, **{**fields, **over})


def figures(
    now: Cost | None,
    before: Cost | None = None,
    *,
    scene_types: tuple[Mapping[str, Cost], Mapping[str, Cost]] = ({}, {}),
    as_of: datetime = NOVEMBER_2,
    filters: Filters | None = None,
    rate: Rate | None = None,
    dearest: tuple[Character, ...] = (),
) -> Figures:
    cut = buckets(OCTOBER, Grain.WEEK)
    return Figures(
        scope=Scope(OCTOBER, as_of, Grain.WEEK, cut, Grain.AUTO, filters or Filters()),
        rate=rate,
        now=now,
        before=before,
        now_by={Dimension.SCENE_TYPE: scene_types[0]},
        before_by={Dimension.SCENE_TYPE: scene_types[1]},
        over_time={cut[1].key: now} if now else {},
        first_delivery=LONG_AGO,
        first_job=datetime(2026, 9, 20, 8, tzinfo=UTC),
        dearest=dearest,
    )


def report(found: Figures, **parameters: Any) -> ReportDocument:
    request = ReportRequest(
        period=found.scope.period,
        parameters=CostParameters(**parameters),
        tenant="Lighthouse Studio",
        generated_at=NOVEMBER_2,
    )
    return document(found, request)


def kpi(found: ReportDocument, name: str) -> Kpi:
    return next(kpi for kpi in found.kpis if kpi.name == name)


def table(found: ReportDocument, name: str) -> Table:
    return next(table for table in found.tables if table.name == name)


def dear(hours: int) -> Character:
    delivered = datetime(2026, 10, 20, 22, 30, tzinfo=UTC)
    return Character("Ada Quill", "Cold Harvest", "crowd", "uhd", delivered, 12, hours * HOUR)


# 20 at 10 and 20 at 50 hours; before, 30 at 10 and 10 at 40.
USUAL: dict[str, Any] = {
    "now": cost(40, 30),
    "before": cost(40, 17.5),
    "scene_types": (
        {"dialogue": cost(20, 10), "crowd": cost(20, 50)},
        {"dialogue": cost(30, 10), "crowd": cost(10, 40)},
    ),
    "dearest": (dear(120),),
}


def test_the_summary_of_a_usual_month() -> None:
    assert report(figures(**USUAL)).summary == (
        "The 40 characters delivered took 30.0 GPU hours each on average, 71.4% more than in the "
        "31 days before (17.5).",
        "The dearest scene type was crowd with 50.0 GPU hours per character, 5.0 times those of "
        "dialogue, the cheapest.",
        "With the scene types in the proportions of the period before, it would have been 20.0 "
        "GPU hours, 14.3% more than then.",
        "The largest movement of a scene type was crowd, which rose from 40.0 to 50.0 GPU hours "
        "per character.",
        "Repeated attempts took 10% of the GPU time (10% in the 31 days before).",
        "The dearest character was Ada Quill of Cold Harvest with 120.0 GPU hours, 4.0 times the "
        "mean: it is worth a look.",
    )


def test_money_is_told_where_a_rate_is_given_and_nowhere_else() -> None:
    with_money = report(figures(**USUAL, rate=EUROS))
    assert with_money.summary[1] == (
        "At 2.40 EUR per GPU hour that is 72.00 EUR each and 2,880.00 EUR in all."
    )
    assert with_money.kpis[0].name == "cost_per_character"
    assert (with_money.kpis[0].value, with_money.kpis[0].unit) == (Decimal("72.00"), "EUR")
    assert kpi(with_money, "cost").value == Decimal("2880.00")
    by_type = table(with_money, "by_scene_type")
    assert (by_type.columns[-1].name, by_type.columns[-1].unit) == ("cost", "EUR")
    assert [row[-1] for row in by_type.rows] == ["120.00", "24.00"]
    without = report(figures(**USUAL))
    assert "EUR" not in without.model_dump_json()
    assert not any("cost" in kpi.name for kpi in without.kpis)


def test_dearer_is_bad() -> None:
    found = report(figures(**USUAL))
    gpu = kpi(found, "gpu_hours_per_character")
    assert (gpu.direction, gpu.change_percent, gpu.verdict) == (
        Direction.UP,
        Decimal("71.4"),
        Verdict.BAD,
    )
    assert kpi(found, "gpu_hours").verdict is Verdict.NEUTRAL


def test_the_dearest_scene_type_comes_first() -> None:
    found = table(report(figures(**USUAL)), "by_scene_type")
    assert found.rows == (
        ("crowd", 20, "50.00", "51.00", "9.00", "10.0", "40.00", "25.0"),
        ("dialogue", 20, "10.00", "11.00", "9.00", "10.0", "10.00", "0.0"),
    )
    assert found.total == ("All together", 40, "30.00", "31.00", "9.00", "10.0", "17.50", "71.4")


def test_where_earlier_jobs_are_missing_nothing_is_compared() -> None:
    cut = figures(
        **{**USUAL, "before": cost(40, 17.5, cut_short=2)},
    )
    found = report(cut)
    assert found.summary[0] == (
        "The 40 characters delivered took 30.0 GPU hours each on average; the source lacks too "
        "many earlier jobs for a comparison."
    )
    assert not any("movement" in s or "proportions" in s for s in found.summary)
    assert kpi(found, "gpu_hours_per_character").verdict is Verdict.NEUTRAL
    assert (
        "Too low: the source's first job is of 20 September 2026, 10:00, and 2 of the 40 of the "
        "period before were onboarded before it. What they had used by then is not known and not "
        "counted."
    ) in found.notes


def test_a_single_straggler_is_told_and_stops_no_comparison() -> None:
    found = report(figures(**{**USUAL, "now": cost(40, 30, cut_short=1)}))
    assert "71.4% more" in found.summary[0]
    assert any(" 1 of the 40 of this period were " in note for note in found.notes)


def test_whole_data_bear_no_warning() -> None:
    assert not any(note.startswith("Too low") for note in report(figures(**USUAL)).notes)


@pytest.mark.parametrize(
    ("now", "before", "headline"),
    [
        (
            cost(1, 3),
            None,
            "The only character delivered took 3.0 GPU hours; "
            "nothing was delivered in the 31 days before to compare with.",
        ),
        (
            cost(6, 3),
            cost(5, 3),
            "The 6 characters delivered took 3.0 GPU hours each on average, "
            "as much as in the 31 days before (3.0).",
        ),
        (
            cost(6, 3),
            cost(5, 0),
            "The 6 characters delivered took 3.0 GPU hours each on average, "
            "after none in the 31 days before.",
        ),
        (  # A mean of a handful is no trend.
            cost(6, 3),
            cost(4, 9),
            "The 6 characters delivered took 3.0 GPU hours each on average; "
            "in the 31 days before it was 9.0.",
        ),
        (
            None,
            cost(1, 3),
            "No characters were delivered in this period, so there is no cost of one to report; "
            "in the 31 days before it was 3.0 GPU hours.",
        ),
        (
            None,
            None,
            "No characters were delivered in this period, so there is no cost of one to report.",
        ),
    ],
)
def test_headlines(now: Cost | None, before: Cost | None, headline: str) -> None:
    assert report(figures(now, before)).summary[0] == headline


def test_an_empty_period_gives_a_whole_report() -> None:
    found = report(figures(None, rate=EUROS), gpu_hour_rate="2.40", currency="EUR")
    assert not any(section.charts for section in found.sections)
    assert kpi(found, "cost_per_character").value is None
    assert kpi(found, "cost").value == 0
    assert kpi(found, "repeated_percent").value is None


def test_characters_without_any_job_count_and_are_told() -> None:
    found = report(figures(cost(4, 0, without_jobs=4)))
    assert (
        "4 characters without any finished job were delivered; they count, with no time."
        in found.notes
    )
    assert kpi(found, "gpu_hours_per_character").value == 0
    assert not any("Repeated" in sentence for sentence in found.summary)


def test_a_running_period_is_set_beside_a_whole_one_without_movements() -> None:
    found = report(figures(**USUAL, as_of=MID_OCTOBER))
    assert found.summary[0] == (
        "The 40 characters delivered so far took 30.0 GPU hours each on average; in the 31 days "
        "before it was 17.5."
    )
    assert not any("movement" in s or "proportions" in s for s in found.summary)


def test_a_period_that_has_not_begun_says_so() -> None:
    found = report(figures(None, as_of=datetime(2026, 9, 1, tzinfo=UTC)))
    assert found.summary == ("The period has not begun, so nothing has been delivered in it.",)


def test_names_that_do_not_exist_are_told_first() -> None:
    nothing = Filters(scene_types=Asked("scene type", (), ("opera",)))
    assert report(figures(None, filters=nothing)).summary == (
        "There is nothing to report: the source has no scene type named opera.",
    )


def test_the_mix_is_not_reckoned_with_scene_types_that_are_missing_now() -> None:
    parts = ({"crowd": cost(20, 50)}, {"crowd": cost(10, 40), "dialogue": cost(1, 10)})
    assert mean_at_earlier_mix(figures(cost(20, 50), cost(11, 37), scene_types=parts)) is None


counts = st.dictionaries(
    st.sampled_from(["crowd", "dialogue", "action"]), st.integers(5, 90), min_size=1
)


@given(counts, st.integers(1, 100))
def test_with_an_equal_mix_nothing_comes_from_proportions(
    by_type: dict[str, int], factor: int
) -> None:
    now = {
        name: cost(count * factor, index + 1) for index, (name, count) in enumerate(by_type.items())
    }
    before = {name: cost(count, 7) for name, count in by_type.items()}
    whole = Fraction(sum(c.gpu for c in now.values()), sum(c.count for c in now.values()))
    found = figures(cost(5, 1), cost(5, 1), scene_types=(now, before))
    assert mean_at_earlier_mix(found) == whole


VALIDATOR = Draft202012Validator(CostParameters.model_json_schema())


@pytest.mark.parametrize(
    ("rate", "exact"),
    [
        ("2.40", "2.40"),
        (2.4, "2.4"),
        (3, "3"),
        ("0.0001", "0.0001"),
        (0.0001, "0.0001"),
        ("999999.999", "999999.999"),
        ("0000.5", "0000.5"),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_a_rate_is_taken_as_it_is_written(rate: object, exact: str) -> None:
    given = {"gpu_hour_rate": rate, "currency": "EUR"}
    asked = CostParameters.model_validate(given)
    assert asked.rate == Rate(Decimal(exact), "EUR")
    assert not list(VALIDATOR.iter_errors(given))
    stored = asked.model_dump(mode="json")
    assert CostParameters.model_validate(stored) == asked
    assert not list(VALIDATOR.iter_errors(stored))


@pytest.mark.parametrize(
    "parameters",
    [
        {"gpu_hour_rate": "2.40"},
        {"currency": "EUR"},
        {"gpu_hour_rate": "2.40", "currency": None},
        {"gpu_hour_rate": None, "currency": "EUR"},
        {"gpu_hour_rate": "2.40", "currency": "eur"},
        {"gpu_hour_rate": "2.40", "currency": "EURO"},
        *(
            {"gpu_hour_rate": rate, "currency": "EUR"}
            for rate in (
                0, "0", "0.00", -1, "-1", 1_000_000, "1000000", "1e3", "2,40", "", " 2", "٢", True,
                0.00009, "0.00009", "0.0000", "0.000", "NaN", "Infinity",
            )
        ),
    ],
)  # fmt: skip
def test_the_class_and_its_schema_refuse_the_same(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CostParameters.model_validate(parameters)
    assert list(VALIDATOR.iter_errors(parameters))
