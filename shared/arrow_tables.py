"""A document's tables as Arrow and Parquet: the columns' types, and what a file says of itself.

| kind | Arrow type |
|---|---|
| text | string |
| integer | int64 |
| decimal, percent | decimal128(38, places) |
| date | date32 |
| instant | timestamp[us] in the report's timezone |
| boolean | bool |

Loading Arrow takes 45 MB: whoever imports this module does so where a large table is at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from shared.document import Column, Kind, ReportDocument, Table

DIGITS = 38
"""Of a decimal128."""


def arrow_type(column: Column, timezone: str) -> Any:
    """The column's `pyarrow.DataType`."""
    match column.kind:
        case Kind.TEXT:
            return pa.string()
        case Kind.INTEGER:
            return pa.int64()
        case Kind.DECIMAL | Kind.PERCENT:
            return pa.decimal128(DIGITS, column.places or 0)
        case Kind.DATE:
            return pa.date32()
        case Kind.INSTANT:
            return pa.timestamp("us", timezone)
        case Kind.BOOLEAN:
            return pa.bool_()


def schema(
    table: Table, document: ReportDocument, names: Iterable[str], types: Iterable[Any]
) -> Any:
    """A `pyarrow.Schema`: the columns' titles, units and kinds, and the report, as metadata."""
    fields = []
    for column, name, type_ in zip(table.columns, names, types, strict=True):
        told = {"title": column.title, "kind": column.kind.value}
        if column.unit is not None:
            told["unit"] = column.unit
        fields.append(pa.field(name, type_, metadata=told))
    return pa.schema(fields, metadata=_metadata(table, document))


def parquet_writer(file: IO[bytes], schema: Any) -> Any:
    """A `pyarrow.parquet.ParquetWriter`: version 2.6, zstd."""
    return pq.ParquetWriter(file, schema, compression="zstd", compression_level=1, version="2.6")


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
        "rows": table.row_count,
    }
    if table.cut is not None:
        about |= {"available_rows": table.available_rows, "cut": table.cut}
    return {f"broadsheet.{name}": str(value) for name, value in about.items()}
