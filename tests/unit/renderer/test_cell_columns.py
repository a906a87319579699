"""Cells that are written a column at a time: the same as if each were written by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.renderer.spreadsheet.cell_columns import ColumnWriter, Look, cell_of, cell_xml
from services.renderer.spreadsheet.cells import value
from shared.document import Column, Kind

ZONE = "Europe/Berlin"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOOK = Look(usual=3, as_text=4)

texts = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="=+-@\t\r\n _x0041<>&\"'\x00\x07\ufffe", max_size=12),
)
INSTANTS = st.integers(-(71 * 365 * 86_400 * 2_000), 230 * 365 * 86_400 * 2_000).map(
    lambda halves: EPOCH + timedelta(milliseconds=halves / 2)
) | st.integers(-(2**51), 2**52).map(lambda micros: EPOCH + timedelta(microseconds=micros))
KINDS: dict[str, tuple[Kind, pa.DataType, st.SearchStrategy[Any]]] = {
    "text": (Kind.TEXT, pa.string(), texts),
    "text of many parts": (Kind.TEXT, pa.large_string(), texts),
    "coded text": (Kind.TEXT, pa.dictionary(pa.int32(), pa.string()), texts),
    "integer": (Kind.INTEGER, pa.int64(), st.integers(-(2**63) + 1, 2**63 - 1)),
    "small integer": (Kind.INTEGER, pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    "large integer": (Kind.INTEGER, pa.decimal128(38, 0), st.integers(-(10**37), 10**37)),
    "decimal": (
        Kind.DECIMAL,
        pa.decimal128(38, 6),
        st.decimals(-(10**30), 10**30, places=6),
    ),
    "wide decimal": (Kind.DECIMAL, pa.decimal256(76, 9), st.decimals(-(10**40), 10**40, places=9)),
    "percent": (Kind.PERCENT, pa.decimal128(38, 3), st.decimals(-(10**13), 10**13, places=3)),
    "date": (Kind.DATE, pa.date32(), st.dates()),
    "instant": (
        Kind.INSTANT,
        pa.timestamp("us", "UTC"),
        INSTANTS,
    ),
    "boolean": (Kind.BOOLEAN, pa.bool_(), st.booleans()),
}


def comparable(cell: str) -> tuple[str, str, Decimal | str]:
    """A cell's look and its value; "1.50" is the number 1.5."""
    opening, mark, rest = cell.partition("<v>")
    if not mark:
        return cell, "", ""
    return opening, "v", Decimal(rest.removesuffix("</v></c>"))


@pytest.mark.parametrize("which", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_column_is_what_its_cells_are(which: str, data: st.DataObject) -> None:
    kind, type_, cells = KINDS[which]
    values = data.draw(st.lists(st.none() | cells, min_size=1, max_size=6))
    column = Column(name="c", title="c", kind=kind)
    array = pa.array([Decimal(v) if which == "large integer" and v is not None else v
                      for v in values], type_)  # fmt: skip
    # A batch is often a part of a longer one.
    array = pa.concat_arrays([array, array]).slice(1, len(values))
    rows = [str(row) for row in range(2, 2 + len(array))]
    written, remarked = ColumnWriter(column, "C", LOOK, ZONE).cells(array, pa.array(rows))
    singly = [value(cell_of(one), column, ZONE) for one in array.to_pylist()]
    assert list(map(comparable, written.to_pylist())) == [
        comparable(cell_xml(f"C{row}", one, LOOK)) for row, one in zip(rows, singly, strict=True)
    ]
    assert +remarked == {
        key: sum(one.remark == key for one in singly)
        for key in {one.remark for one in singly}
        if key is not None
    }


def cells(kind: Kind, array: Any) -> list[str]:
    writer = ColumnWriter(Column(name="c", title="c", kind=kind), "A", LOOK, ZONE)
    written, _ = writer.cells(array, pa.array([str(row) for row in range(1, 1 + len(array))]))
    found: list[str] = written.to_pylist()
    return found


def test_every_millisecond_has_a_number_of_its_own() -> None:
    """A spreadsheet's number has room for it: read back, it is the same millisecond."""
    begin = datetime(2099, 12, 31, 22, tzinfo=UTC)
    moments = [begin + timedelta(milliseconds=step) for step in range(2_000)]
    found = cells(Kind.INSTANT, pa.array(moments, pa.timestamp("us", "UTC")))
    numbers = [float(cell.partition("<v>")[2].removesuffix("</v></c>")) for cell in found]
    zero = datetime(1899, 12, 30, tzinfo=UTC)
    back = [zero + timedelta(milliseconds=round(number * 86_400_000)) for number in numbers]
    assert back == [moment + timedelta(hours=1) for moment in moments]


def test_no_value_is_no_cell_and_an_empty_text_is_one() -> None:
    empty, nothing = cells(Kind.TEXT, pa.array(["", None]))
    assert empty == '<c r="A1" s="3" t="inlineStr"><is><t></t></is></c>'
    assert nothing == ""


def test_what_looks_like_a_formula_has_the_style_of_texts() -> None:
    given_ = ["=1+1", "+1", "-1", "@a", "\tb", "\rc", "\nd", "a=1", " =1", ""]
    styles = [cell.partition(' s="')[2][0] for cell in cells(Kind.TEXT, pa.array(given_))]
    assert styles == ["4"] * 7 + ["3"] * 3


def test_a_day_is_counted_from_the_end_of_1899() -> None:
    array = pa.array([date(1900, 3, 1), date(1970, 1, 1), date(9999, 12, 31)], pa.date32())
    assert [cell.partition("<v>")[2][:-8] for cell in cells(Kind.DATE, array)] == [
        "61", "25569", "2958465",
    ]  # fmt: skip
