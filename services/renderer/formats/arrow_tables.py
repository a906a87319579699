"""A report's table as Arrow columns and as a Parquet file. Imported by a child process alone.

| kind | Arrow type |
|---|---|
| text | string |
| integer | int64; decimal where a figure is larger |
| decimal, percent | decimal128(38, places); decimal256(76, places) where that is too narrow |
| date | date32 |
| instant | timestamp[us] in the report's timezone |
| boolean | bool |

A column with a cell that is not of its kind is kept as texts: nothing is lost, nothing guessed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from services.renderer import presentation
from services.renderer.formats.packing import ensure_rows, unique
from shared.document import Cell, Column, Kind, ReportDocument, Table

DIGITS_128, DIGITS_256 = 38, 76

# The child may start no thread once it is locked, and needs none for a few columns.
pa.set_cpu_count(1)
pa.set_io_thread_count(1)


def parquet_file(table: Table, document: ReportDocument) -> bytes:
    """The file; PermanentError when reading its footer back finds other rows."""
    sink = pa.BufferOutputStream()
    pq.write_table(arrow_table(table, document), sink, compression="zstd", version="2.6")
    buffer = sink.getvalue()
    ensure_rows(pq.ParquetFile(pa.BufferReader(buffer)).metadata.num_rows, table)
    return bytes(buffer.to_pybytes())


def arrow_table(table: Table, document: ReportDocument) -> Any:
    """The table as a `pyarrow.Table`, its columns' titles, units and kinds as metadata."""
    names = unique(column.name for column in table.columns)
    fields, arrays = [], []
    for index, (name, column) in enumerate(zip(names, table.columns, strict=True)):
        array = _array([row[index] for row in table.rows], column, document.period.timezone)
        told = {"title": column.title, "kind": column.kind.value}
        if column.unit is not None:
            told["unit"] = column.unit
        fields.append(pa.field(name, array.type, metadata=told))
        arrays.append(array)
    schema = pa.schema(fields, metadata=_metadata(table, document))
    return pa.Table.from_arrays(arrays, schema=schema)


def _metadata(table: Table, document: ReportDocument) -> dict[str, str]:
    about: dict[str, object] = {
        "type": document.type,
        "title": document.title,
        "table": table.name,
        "table_title": table.title,
        "tenant": document.tenant,
        "first_day": document.period.first_day.isoformat(),
        "last_day": document.period.last_day.isoformat(),
        "timezone": document.period.timezone,
        "as_of": document.as_of.isoformat(),
        "generated_at": document.generated_at.isoformat(),
        "parameters": json.dumps(document.parameters, ensure_ascii=False, sort_keys=True),
        "rows": len(table.rows),
    }
    if cut := presentation.rows_text(table):
        about |= {"available_rows": table.available_rows, "cut": cut}
    return {f"broadsheet.{name}": str(value) for name, value in about.items()}


def _array(cells: Sequence[Cell], column: Column, timezone: str) -> Any:
    try:
        match column.kind:
            case Kind.INTEGER:
                return _integers(cells)
            case Kind.DECIMAL | Kind.PERCENT:
                return _decimals([_decimal(cell) for cell in cells], column.places or 0)
            case Kind.DATE:
                return pa.array([_day(cell) for cell in cells], pa.date32())
            case Kind.INSTANT:
                return pa.array([_instant(cell) for cell in cells], pa.timestamp("us", timezone))
            case Kind.BOOLEAN:
                return pa.array([_boolean(cell) for cell in cells], pa.bool_())
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
