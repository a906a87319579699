"""What a program finds in the Parquet file."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from services.renderer.formats import formats
from shared.document import Cell, Column, Kind, Section, Table
from tests.documents import cut_document, document, every_kind


def file(wanted: Any) -> Any:
    return pq.ParquetFile(io.BytesIO(formats["parquet"].render(wanted).content))


def column(kind: Kind, *cells: Cell, places: int | None = None) -> Any:
    """The one column of a table of one."""
    table = Table(
        name="t",
        title="t",
        columns=(Column(name="c", title="c", kind=kind, places=places),),
        rows=tuple((cell,) for cell in cells),
    )
    return file(document(sections=(Section(title="x", tables=(table,)),))).read().column("c")


def test_each_kind_has_its_type() -> None:
    schema = file(every_kind()).schema_arrow
    assert dict(zip(schema.names, schema.types, strict=True)) == {
        "label": pa.string(),
        "count": pa.int64(),
        "hours": pa.decimal128(38, 2),
        "exact": pa.decimal128(38, 6),
        "share": pa.decimal128(38, 1),
        "day": pa.date32(),
        "seen": pa.timestamp("us", "Europe/Berlin"),
        "active": pa.bool_(),
    }


def test_a_file_says_what_it_is_and_what_its_columns_mean() -> None:
    found = file(cut_document(3, 10))
    told = {
        key.decode().removeprefix("broadsheet."): value.decode()
        for key, value in found.schema_arrow.metadata.items()
    }
    assert told["title"] == "Delivery summary"
    assert (told["first_day"], told["last_day"]) == ("2026-10-01", "2026-10-31")
    assert told["timezone"] == "Europe/Berlin"
    assert told["as_of"] == "2026-11-02T08:14:30+00:00"
    assert (told["rows"], told["available_rows"]) == ("3", "10")
    assert told["cut"] == "first 3 of 10 rows"
    hours = found.schema_arrow.field("gpu_hours").metadata
    assert (hours[b"title"], hours[b"unit"], hours[b"kind"]) == (b"GPU time", b"h", b"decimal")


def test_an_empty_table_keeps_its_types() -> None:
    assert column(Kind.DECIMAL, places=2).type == pa.decimal128(38, 2)
    assert column(Kind.DATE).type == pa.date32()


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (Kind.INTEGER, (1, "many")),
        (Kind.INTEGER, (1, True)),
        (Kind.DECIMAL, ("1.5", "n/a")),
        (Kind.DECIMAL, ("1.5", "NaN")),
        (Kind.DATE, ("2026-10-01", "October")),
        (Kind.INSTANT, ("2026-10-01T00:00:00+00:00", "2026-10-01T00:00:00")),
        (Kind.BOOLEAN, (True, "yes")),
        (Kind.TEXT, ("a", 5)),
    ],
)
def test_a_column_with_a_stranger_in_it_is_kept_as_texts(
    kind: Kind, cells: tuple[Cell, ...]
) -> None:
    found = column(kind, *cells, None)
    assert found.type == pa.string()
    texts = ["true" if cell is True else str(cell) for cell in cells]
    assert found.to_pylist() == [*texts, None]


def test_no_digit_is_lost() -> None:
    beyond = 2**63
    assert column(Kind.INTEGER, beyond, -1).to_pylist() == [Decimal(beyond), Decimal(-1)]
    long = "1234567890123456789012345678901234567890.5"
    found = column(Kind.DECIMAL, long, "0.25")
    assert found.type == pa.decimal256(76, 2)
    assert found.to_pylist() == [Decimal(long), Decimal("0.25")]
    longer = "9" * 80
    assert column(Kind.DECIMAL, longer).to_pylist() == [longer]


def test_an_instant_is_the_same_instant() -> None:
    (found,) = column(Kind.INSTANT, "2026-10-25T02:30:00.123456+02:00").to_pylist()
    assert found.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, 0, 123456, tzinfo=UTC)
