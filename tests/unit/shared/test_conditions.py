"""Whether a scheduled report is worth sending, and the words that say why not."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from shared.conditions import CONDITION, content_hash, decide, unknown_figure
from shared.document import Direction, Kpi, ReportDocument, Verdict
from tests.documents import document


def kpi(name: str, value: str | None, unit: str) -> Kpi:
    return Kpi(
        name=name,
        title="Pass rate",
        value=None if value is None else Decimal(value),
        previous=None,
        unit=unit,
        places=1,
        direction=Direction.UNKNOWN,
        change_percent=None,
        verdict=Verdict.NEUTRAL,
    )


def with_kpi(value: str | None, unit: str = "%") -> ReportDocument:
    return document().model_copy(update={"kpis": (kpi("pass_rate", value, unit),)})


def below(value: Any) -> Any:
    return CONDITION.validate_python(
        {"kind": "kpi", "kpi": "pass_rate", "compare": "<", "value": value}
    )


def test_a_figure_in_percent_is_compared_as_a_share() -> None:
    decision = decide(below(0.9), with_kpi("93.1"), None)
    assert (decision.holds, decision.figure) == (False, "Pass rate 93.1 % is not below 90 %")
    assert decide(below("0.9"), with_kpi("89.9"), None).holds


def test_any_other_figure_is_compared_as_it_is() -> None:
    decision = decide(below(2), with_kpi("1.5", "h"), None)
    assert (decision.holds, decision.figure) == (True, "Pass rate 1.5 h is below 2 h")
    said = decide(below(2), with_kpi("1.5", "rate"), None).figure
    assert said == "Pass rate 1.5 is below 2", "nobody says it twice"
    said = decide(below(2), with_kpi("1.5", "s"), None).figure
    assert said == "Pass rate 1.5 s is below 2 s", "a letter of the title is no unit"


@pytest.mark.parametrize(
    ("compare", "holds"),
    [("<", False), ("<=", True), (">", False), (">=", True), ("==", True), ("!=", False)],
)
def test_every_comparison_means_what_it_says(compare: str, holds: bool) -> None:
    condition = CONDITION.validate_python(
        {"kind": "kpi", "kpi": "pass_rate", "compare": compare, "value": 0.9}
    )
    assert decide(condition, with_kpi("90.0"), None).holds is holds


def test_a_figure_that_is_not_there_decides_for_sending() -> None:
    assert decide(below(0.9), with_kpi(None), None).holds
    assert decide(below(0.9), document().model_copy(update={"kpis": ()}), None).holds


def test_without_rows_nothing_is_sent_if_rows_are_asked_for() -> None:
    if_rows = CONDITION.validate_python({"kind": "if_rows"})
    full = document()
    assert full.row_count > 0
    assert decide(if_rows, full, None).holds
    empty = full.with_tables(lambda table: table.model_copy(update={"rows": (), "stored": None}))
    decision = decide(if_rows, empty, None)
    assert (decision.holds, decision.figure) == (False, "0 rows")


def test_what_shows_the_same_as_the_last_one_sent_is_not_sent() -> None:
    if_changed = CONDITION.validate_python({"kind": "if_changed"})
    first = with_kpi("90.0")
    later = first.model_copy(
        update={"as_of": first.as_of.replace(year=2031), "summary": ("Other words.",)}
    )
    assert decide(if_changed, first, None).holds
    assert not decide(if_changed, later, content_hash(first)).holds
    assert decide(if_changed, with_kpi("90.1"), content_hash(first)).holds


def test_an_unknown_figure_is_refused_with_the_known_ones() -> None:
    assert unknown_figure(below(0.9), ("pass_rate",)) is None
    refused = unknown_figure(below(0.9), ("checks", "mean_retries"))
    assert refused == "this report has no key figure 'pass_rate'; it has checks, mean_retries"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "sometimes"},
        {"kind": "kpi", "kpi": "pass_rate", "compare": "~", "value": 1},
        {"kind": "kpi", "kpi": "pass_rate", "compare": "<", "value": "NaN"},
        {"kind": "kpi", "kpi": "", "compare": "<", "value": 1},
        {"kind": "if_rows", "value": 1},
    ],
    ids=str,
)
def test_a_condition_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CONDITION.validate_python(wrong)
