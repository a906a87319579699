"""A table held in the document as Arrow columns and as a Parquet file.

The types are those of `shared.arrow_tables`, wider where a figure needs it: an integer beyond int64
becomes a decimal, a decimal beyond decimal128(38, places) a decimal256(76, places). A column with a
cell that is not of its kind is kept as texts: nothing is lost, nothing guessed.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from services.renderer.formats.packing import unique
from shared.arrow_tables import arrow_type, parquet_writer, schema
from shared.document import Cell, Column, Kind, ReportDocument, Table

DIGITS_128, DIGITS_256 = 38, 76

# The child may start no thread once it is locked, and needs none for a few columns.
pa.set_cpu_count(1)
pa.set_io_thread_count(1)


def write_parquet(table: Table, document: ReportDocument, out: BinaryIO) -> int:
    """Write the file; the rows that are found when its footer is read back."""
    rows = arrow_table(table, document)
    buffer = io.BytesIO()
    with parquet_writer(buffer, rows.schema) as writer:
        writer.write_table(rows)
    out.write(buffer.getbuffer())
    return row_count(buffer)


def row_count(file: BinaryIO) -> int:
    """By the footer of a Parquet file."""
    file.seek(0)
    return int(pq.ParquetFile(file).metadata.num_rows)


def arrow_table(table: Table, document: ReportDocument) -> Any:
    """The table as a `pyarrow.Table`, its columns' titles, units and kinds as metadata."""
    names = unique(column.name for column in table.columns)
    arrays = [
        _array([row[index] for row in table.rows], column, document.period.timezone)
        for index, column in enumerate(table.columns)
    ]
    types = [array.type for array in arrays]
    return pa.Table.from_arrays(arrays, schema=schema(table, document, names, types))


def _array(cells: Sequence[Cell], column: Column, timezone: str) -> Any:
    type_ = arrow_type(column, timezone)
    try:
        match column.kind:
            case Kind.INTEGER:
                return _integers(cells)
            case Kind.DECIMAL | Kind.PERCENT:
                return _decimals([_decimal(cell) for cell in cells], column.places or 0)
            case Kind.DATE:
                return pa.array([_day(cell) for cell in cells], type_)
            case Kind.INSTANT:
                return pa.array([_instant(cell) for cell in cells], type_)
            case Kind.BOOLEAN:
                return pa.array([_boolean(cell) for cell in cells], type_)
    except (ValueError, InvalidOperation):
        pass
    return pa.array([_text(cell) for cell in cells], pa.string())


def _integers(cells: Sequence[Cell]) -> Any:
    for cell in cells:
        if isinstance(cell, bool | str):
            raise ValueError("not an integer")
    if all(cell is None or -(2**63) <= int(cell) < 2**63 for cell in cells):
        return pa.array(cells, pa.int64())
    return _decimals([_decimal(cell) for cell in cells], 0)


def _decimals(values: Sequence[Decimal | None], places: int) -> Any:
    whole = 1
    for value in values:
        if value is None:
            continue
        exponent = value.as_tuple().exponent
        assert isinstance(exponent, int)  # `_decimal` lets finite ones through alone
        places = max(places, -exponent)
        whole = max(whole, value.adjusted() + 1)
    if whole + places <= DIGITS_128:
        return pa.array(values, pa.decimal128(DIGITS_128, places))
    if whole + places <= DIGITS_256:
        return pa.array(values, pa.decimal256(DIGITS_256, places))
    raise ValueError("more digits than Arrow has")


def _decimal(cell: Cell) -> Decimal | None:
    if cell is None:
        return None
    if isinstance(cell, bool) or not (value := Decimal(cell)).is_finite():
        raise ValueError("not a decimal")
    return value


def _day(cell: Cell) -> date | None:
    if cell is None:
        return None
    if not isinstance(cell, str):
        raise ValueError("not a day")
    return date.fromisoformat(cell)


def _instant(cell: Cell) -> datetime | None:
    if cell is None:
        return None
    if not isinstance(cell, str) or (moment := datetime.fromisoformat(cell)).tzinfo is None:
        raise ValueError("not an instant")
    return moment


def _boolean(cell: Cell) -> bool | None:
    if cell is not None and not isinstance(cell, bool):
        raise ValueError("not a boolean")
    return cell


def _text(cell: Cell) -> str | None:
    match cell:
        case None | str():
            return cell
        case bool():
            return "true" if cell else "false"
    return str(cell)
