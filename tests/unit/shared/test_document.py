"""The document's own rules: what a comparison says, and which tables are refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.document import Column, Direction, Kind, ReportDocument, Table, Verdict, compare
from tests.documents import document, empty_document

figures = st.integers(-(10**9), 10**9) | st.decimals(
    -(10**6), 10**6, places=2, allow_nan=False, allow_infinity=False
)


@given(figures, figures)
def test_a_comparison_agrees_with_the_figures(now: int | Decimal, before: int | Decimal) -> None:
    value, previous = Decimal(now), Decimal(before)
    direction, percent, verdict = compare(value, previous, more_is=Verdict.GOOD)
    if value == previous:
        assert (direction, verdict) == (Direction.FLAT, Verdict.NEUTRAL)
    elif value > previous:
        assert (direction, verdict) == (Direction.UP, Verdict.GOOD)
    else:
        assert (direction, verdict) == (Direction.DOWN, Verdict.BAD)
    if previous == 0:
        assert percent is None
    else:
        assert percent is not None
        exact = (Fraction(value) - Fraction(previous)) / abs(Fraction(previous)) * 100
        assert abs(Fraction(percent) - exact) <= Fraction(1, 20)
        assert percent.as_tuple().exponent == -1
        # Never a percentage against the arrow; a very small one rounds to zero.
        assert percent >= 0 if value >= previous else percent <= 0


@given(figures, figures)
def test_the_same_movement_is_bad_where_less_is_better(
    now: int | Decimal, before: int | Decimal
) -> None:
    more_is_bad = compare(Decimal(now), Decimal(before), more_is=Verdict.BAD)
    more_is_good = compare(Decimal(now), Decimal(before), more_is=Verdict.GOOD)
    assert more_is_bad[:2] == more_is_good[:2]
    turned = {Verdict.GOOD: Verdict.BAD, Verdict.BAD: Verdict.GOOD}
    assert more_is_bad[2] == turned.get(more_is_good[2], Verdict.NEUTRAL)
    assert compare(Decimal(now), Decimal(before), more_is=Verdict.NEUTRAL)[2] is Verdict.NEUTRAL


@given(figures)
def test_without_one_of_the_figures_there_is_no_comparison(figure: int | Decimal) -> None:
    unknown = (Direction.UNKNOWN, None, Verdict.NEUTRAL)
    assert compare(None, Decimal(figure), more_is=Verdict.GOOD) == unknown
    assert compare(Decimal(figure), None, more_is=Verdict.GOOD) == unknown
    assert compare(None, None, more_is=Verdict.GOOD) == unknown


def test_from_zero_there_is_a_direction_but_no_percentage() -> None:
    rise = compare(Decimal(3), Decimal(0), more_is=Verdict.GOOD)
    assert rise == (Direction.UP, None, Verdict.GOOD)
    assert compare(Decimal(0), Decimal(0), more_is=Verdict.GOOD)[0] is Direction.FLAT


def test_a_table_is_rectangular() -> None:
    columns = (Column(name="a", title="A", kind=Kind.TEXT),)
    with pytest.raises(ValidationError, match="does not have 1 cells"):
        Table(name="t", title="T", columns=columns, rows=(("x", 1),))
    with pytest.raises(ValidationError, match="totals row"):
        Table(name="t", title="T", columns=columns, rows=(("x",),), total=())


@pytest.mark.parametrize("wanted", [document(), empty_document()], ids=["usual", "empty"])
def test_a_document_survives_its_own_json(wanted: ReportDocument) -> None:
    assert ReportDocument.model_validate_json(wanted.model_dump_json()) == wanted


def test_the_totals_row_is_not_counted() -> None:
    assert (
        document(
            rows=[("A", 1, 1, None, "0.00", None)], total=("T", 1, 1, None, "0.00", None)
        ).row_count
        == 1
    )
