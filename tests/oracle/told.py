"""What a document tells, taken out of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from shared.document import Cell, Direction, Kpi, ReportDocument, Table, Verdict
from tests.oracle.plain import buckets, change, fixed


def table_of(document: ReportDocument, name: str) -> Table:
    (table,) = (table for table in document.tables if table.name == name)
    return table


def rows_of(document: ReportDocument, name: str) -> list[tuple[Cell, ...]]:
    """The rows of one table, the total last."""
    return all_rows(table_of(document, name))


def all_rows(table: Table) -> list[tuple[Cell, ...]]:
    return [*table.rows, *([table.total] if table.total else [])]


OF_THE_PERIOD_BEFORE = {
    "change_percent", "difference_points", "high_points", "low_points", "median_change_percent",
    "previous", "previous_active_percent", "previous_checks", "previous_gpu_hours",
    "previous_median_days", "previous_median_hours", "previous_pass_percent",
    "previous_rate_percent", "reading",
}  # fmt: skip
"""Columns that say nothing where the data do not cover that period."""


def comparable(
    table: Table, expected: Sequence[tuple[Cell, ...]], *, judged: bool
) -> list[tuple[Cell, ...]]:
    """The rows that a table should have; `judged`: whether the period before is covered."""
    names = [column.name for column in table.columns]
    return [
        tuple(
            None if name in OF_THE_PERIOD_BEFORE and not judged else cell
            for name, cell in zip(names, row, strict=True)
        )
        for row in expected
    ]


def over_time(document: ReportDocument, grain: str) -> list[tuple[Cell, ...]]:
    """The rows of that table by their bucket's key, once their days are seen to be right."""
    period = document.period
    covered = buckets(period.first_day, period.last_day, grain)
    days = {key: (str(of[0]), str(of[-1])) for key, of in covered.items()}
    days["Whole period"] = str(period.first_day), str(period.last_day)
    found = []
    for key, *more in rows_of(document, "over_time"):
        if grain != "day":
            assert tuple(more[:2]) == days[str(key)]
            del more[:2]
        found.append((key, *more))
    return found


def cells(document: ReportDocument, name: str) -> dict[str, tuple[Cell, ...]]:
    """The other cells of each row of one table by the first; without the total."""
    return {str(row[0]): row[1:] for row in table_of(document, name).rows}


def kpi_value(document: ReportDocument, name: str) -> Decimal | None:
    (kpi,) = (kpi for kpi in document.kpis if kpi.name == name)
    return kpi.value


def drawn(document: ReportDocument) -> dict[str, list[dict[str, Any]]]:
    """The values of each chart by its name."""
    charts = (chart for section in document.sections for chart in section.charts)
    return {chart.name: chart.specification["data"]["values"] for chart in charts}


def assert_change(
    kpi: Kpi, now: Fraction | int | None, before: Fraction | int | None
) -> str | None:
    """By how much it moved: in percent, or in points where it is in percent (both times 100)."""
    percent = points = None
    if kpi.unit != "%":
        percent = change(now, before)
    elif now is not None and before is not None:
        points = fixed(Fraction(now - before), 1)
    for told, truth in ((kpi.change_percent, percent), (kpi.change_points, points)):
        assert told == (None if truth is None else Decimal(truth))
    return percent or points


def assert_movement(
    kpi: Kpi, now: Fraction | int | None, before: Fraction | int | None, more: Verdict
) -> None:
    """Its direction, percentage and verdict, where `more` is the verdict of a rise."""
    percent = assert_change(kpi, now, before)
    if now is None or before is None:
        assert (kpi.direction, kpi.verdict) == (Direction.UNKNOWN, Verdict.NEUTRAL)
    elif now == before:
        assert (kpi.direction, kpi.verdict) == (Direction.FLAT, Verdict.NEUTRAL)
    elif percent is not None and not Decimal(percent):
        assert kpi.verdict is Verdict.NEUTRAL  # it prints as no change
    elif now > before:
        assert (kpi.direction, kpi.verdict) == (Direction.UP, more)
    else:
        less = {Verdict.BAD: Verdict.GOOD, Verdict.GOOD: Verdict.BAD}.get(more, more)
        assert (kpi.direction, kpi.verdict) == (Direction.DOWN, less)
