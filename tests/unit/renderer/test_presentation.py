"""How figures, days and instants read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from services.renderer import presentation
from services.renderer.presentation import column_texts, days, instant, number, one_line
from shared.document import Column, Kind
from shared.periods import Period


@pytest.mark.parametrize(
    ("value", "places", "reads"),
    [
        (Decimal("1234567.5"), None, "1,234,567.5"),
        (Decimal("-1234.565"), 2, "−1,234.56"),
        (Decimal("-0.001"), 2, "0.00"),
        (Decimal("1E+3"), 0, "1,000"),
        (Decimal("12345678901234567890123456789.015"), 2,
         "12,345,678,901,234,567,890,123,456,789.02"),
        (999, None, "999"),
        (-1000, None, "−1,000"),
    ],
)  # fmt: skip
def test_numbers(value: Decimal | int, places: int | None, reads: str) -> None:
    assert number(value, places) == reads


@pytest.mark.parametrize(
    ("first", "last", "reads"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "1–31 October 2026"),
        (date(2026, 9, 28), date(2026, 10, 4), "28 September – 4 October 2026"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 December 2025 – 4 January 2026"),
        (date(2026, 10, 1), date(2026, 10, 1), "1 October 2026"),
    ],
)
def test_periods(first: date, last: date, reads: str) -> None:
    assert days(Period(first_day=first, last_day=last, timezone="UTC")) == reads


def test_an_instant_names_the_offset_that_held_then() -> None:
    assert instant(datetime(2026, 7, 1, 12, tzinfo=UTC), "Europe/Berlin") == (
        "1 Jul 2026, 14:00 CEST"
    )
    assert instant(datetime(2026, 7, 1, 12, tzinfo=UTC), "America/Sao_Paulo") == (
        "1 Jul 2026, 09:00 UTC-03:00"
    )


def test_one_line_has_no_control_or_direction_changing_characters() -> None:
    assert one_line(" a\r\n\x00b\u2028c\u202ed\u2066e ") == "a b cde"


def test_a_total_without_its_figure_says_so_and_one_of_words_stays_blank() -> None:
    change = Column(name="change", title="Change", kind=Kind.PERCENT)
    team = Column(name="team", title="Team", kind=Kind.TEXT)
    assert presentation.total_text(None, change, "UTC") == "–"
    assert presentation.total_text("12.5", change, "UTC") == "12.5%"
    assert presentation.total_text(None, team, "UTC") == ""


def test_yes_and_no_stay_words_beside_ones_and_noughts() -> None:
    column = Column(name="c", title="C", kind=Kind.BOOLEAN)
    texts = column_texts((True, 1, None, 0, False, True), column, "UTC")
    assert texts == ["yes", "1", "–", "0", "no", "yes"]
