"""What a document tells, taken out of it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from shared.document import Cell, Direction, Kpi, ReportDocument, Table, Verdict
from tests.oracle.plain import change


def table_of(document: ReportDocument, name: str) -> Table:
    (table,) = (table for table in document.tables if table.name == name)
    return table


def rows_of(document: ReportDocument, name: str) -> list[tuple[Cell, ...]]:
    """The rows of one table, the total last."""
    return all_rows(table_of(document, name))


def all_rows(table: Table) -> list[tuple[Cell, ...]]:
    return [*table.rows, *([table.total] if table.total else [])]


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


def assert_movement(
    kpi: Kpi, now: Fraction | int | None, before: Fraction | int | None, more: Verdict
) -> None:
    """Its direction, percentage and verdict, where `more` is the verdict of a rise."""
    percent = change(now, before)
    assert kpi.change_percent == (None if percent is None else Decimal(percent))
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
