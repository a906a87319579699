"""How figures, days and instants read."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.renderer import presentation
from services.renderer.presentation import column_texts, instant, number, one_line
from shared.document import Column, Direction, Kind, Kpi, Table, Verdict
from tests.documents import kpi


@pytest.mark.parametrize(
    ("value", "places", "unit", "reads"),
    [
        ("2", 0, "projects", "projects"),
        ("1", 0, "projects", "project"),
        ("1.0", 1, "days", "days"),
        ("1", 0, "ms", "ms"),
        (None, 0, "h", ""),
    ],
)
def test_a_unit_agrees_with_its_number(
    value: str | None, places: int, unit: str, reads: str
) -> None:
    assert presentation.kpi_unit(kpi("k", value, None, unit=unit, places=places)) == reads


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
    ("change", "points", "direction", "reads"),
    [
        ("12.5", None, Direction.UP, "12.5% up"),
        (None, "-2.3", Direction.DOWN, "2.3 points down"),
        (None, "0.0", Direction.UP, "less than 0.1 points up"),
        ("0.0", None, Direction.DOWN, "less than 0.1% down"),
        (None, None, Direction.UP, "up"),
        (None, "0.0", Direction.FLAT, "unchanged"),
    ],
)
def test_a_figure_in_percent_moves_by_points_and_others_by_percent(
    change: str | None, points: str | None, direction: Direction, reads: str
) -> None:
    kpi = Kpi(
        name="x",
        title="X",
        value=Decimal("78.1"),
        previous=Decimal("80.4"),
        unit="%" if points else "h",
        places=1,
        direction=direction,
        change_percent=None if change is None else Decimal(change),
        change_points=None if points is None else Decimal(points),
        verdict=Verdict.NEUTRAL,
    )
    assert presentation.kpi_change(kpi) == reads
    assert presentation.kpi_previous(kpi) == ("was 80.4%" if points else "was 80.4")


def test_columns_that_compare_with_nothing_are_left_out_of_pages() -> None:
    columns = (
        Column(name="team", title="Team", kind=Kind.TEXT),
        Column(name="before", title="Before", kind=Kind.INTEGER, compares=True),
        Column(name="change", title="Change", kind=Kind.PERCENT, compares=True),
        Column(name="oldest", title="Oldest", kind=Kind.INTEGER),
    )
    table = Table(
        name="t", title="T", columns=columns,
        rows=(("Day", None, None, None), ("Night", None, "2.5", None)),
        total=("Both", None, None, None),
    )  # fmt: skip
    shown = presentation.without_empty_comparisons(table)
    assert [column.name for column in shown.columns] == ["team", "change", "oldest"]
    assert shown.rows == (("Day", None, None), ("Night", "2.5", None))
    assert shown.total == ("Both", None, None)
    every = table.model_copy(update={"total": ("Both", 7, None, None)})
    assert presentation.without_empty_comparisons(every) == every


def test_codes_read_as_words_and_names_stay() -> None:
    code = Column(name="c", title="C", kind=Kind.TEXT, coded=True)
    name = Column(name="n", title="N", kind=Kind.TEXT)
    cells = ("close_up", "uhd", "lip_sync", "Lip_Sync", "8k", None)
    assert column_texts(cells, code, "UTC") == [
        "close-up", "UHD", "lip sync", "Lip_Sync", "8k", "–",
    ]  # fmt: skip
    assert column_texts(cells, name, "UTC")[:3] == ["close_up", "uhd", "lip_sync"]


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
