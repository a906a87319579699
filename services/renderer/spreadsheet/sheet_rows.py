"""The rows of a table's sheets, streamed: from record batches to XML, never all of them at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter.utility import xl_col_to_name

from services.renderer.formats.arrow_texts import content
from services.renderer.presentation import cut_sentence
from services.renderer.spreadsheet.cell_columns import ColumnWriter, Look, cell_xml
from services.renderer.spreadsheet.cells import Value, remarks, value
from services.renderer.spreadsheet.table_sheets import (
    AS_TEXT,
    FIRST_ROW,
    REMARKS,
    TOTAL_AS_TEXT,
    TOTAL_USUAL,
    USUAL,
    WARNINGS,
    Part,
)
from services.renderer.words import words
from shared.document import Table
from shared.errors import PermanentError

ROWS_AT_ONCE, BYTES_AT_ONCE = 16_384, 4 << 20
"""Of a batch; its XML takes about five times as much memory, several times over."""


CELL_BYTES, BYTES_PER_BYTE = 70, 3
"""Of XML: what a cell takes besides its value, and what a byte of a value may become."""


class Supply:
    """Record batches, dealt out by a number of rows."""

    def __init__(self, batches: Iterable[Any]) -> None:
        self._batches = iter(batches)
        self._left: Any = None

    def take(self, count: int) -> Iterator[Any]:
        """The next `count` rows, or as many as there are, in batches of a bearable size."""
        while count:
            batch = next(self._batches, None) if self._left is None else self._left
            if batch is None:
                return
            size = min(count, _bearable(batch))
            self._left = batch.slice(size) if size < batch.num_rows else None
            if size:
                count -= size
                yield batch.slice(0, size)


def first_rows(batches: Iterable[Any], count: int) -> Any:
    """The first `count` rows as a `pyarrow.Table`, however they come; None if there are none."""
    found = list(Supply(batches).take(count))
    return pa.Table.from_batches(found).combine_chunks() if found else None


def _bearable(batch: Any) -> int:
    rows: int = batch.num_rows
    by_bytes: int = rows * BYTES_AT_ONCE // max(batch.nbytes, 1)
    return min(rows, ROWS_AT_ONCE, max(by_bytes, 1))


def expected_size(sample: Any, part: Part) -> int:
    """About how many bytes of XML a sheet will take, by the table's first rows."""
    if sample is None or not sample.num_rows:
        return 0
    of_values: int = BYTES_PER_BYTE * sample.nbytes // sample.num_rows
    return part.count * (CELL_BYTES * len(sample.columns) + of_values)


def write_rows(
    shell: bytes,
    out: IO[bytes],
    *,
    table: Table,
    table_parts: Sequence[Part],
    index: int,
    supply: Supply,
    timezone: str,
    guard_formulas: bool,
) -> int:
    """Writes the sheet of a table's part; returns its rows in all, the header among them.

    `shell` is its XML as `prepare_sheet` made it: the rows take the place of the patterns.
    `guard_formulas` marks texts that look like formulas.
    """
    styles: dict[int, list[int]] = {}
    for row, style in re.findall(rb'<c r="[A-Z]+(\d+)" s="(\d+)"/>', shell):
        styles.setdefault(int(row) - 1, []).append(int(style))
    patterns = re.search(rb'<row r="(?!1")', shell)
    assert patterns is not None
    # The dimension is that of the patterns, and one may leave it out (18.3.1.35).
    out.write(re.sub(rb"<dimension [^>]*/>", b"", shell[: patterns.start()]))
    part = table_parts[index]
    found: Counter[str] = Counter()
    looks = _looks(styles, USUAL, AS_TEXT if guard_formulas else USUAL)
    writers = [
        ColumnWriter(column, xl_col_to_name(place), look, timezone)
        for place, (column, look) in enumerate(zip(table.columns, looks, strict=True))
    ]
    last = FIRST_ROW
    for batch in supply.take(part.count):
        out.write(_rows_xml(batch, last, writers, found))
        last += batch.num_rows
    if last - FIRST_ROW != part.count:
        raise PermanentError(
            "file_not_whole",
            f"table {table.name!r} has {part.first + last - FIRST_ROW:,} rows "
            f"instead of {table.row_count:,}",
        )
    below: list[str] = []
    last += 1
    if index == len(table_parts) - 1 and table.total is not None:
        # A row apart, so that sorting and filtering leave it where it is.
        looks = _looks(styles, TOTAL_USUAL, TOTAL_AS_TEXT if guard_formulas else TOTAL_USUAL)
        below.append(_total_xml(table, last + 1, looks, timezone, found))
        last += 2
    lines = [(WARNINGS, line) for line in _limits(table, table_parts, index)]
    lines += [(REMARKS, line) for line in remarks(found)]
    for row, (pattern, line) in enumerate(lines, last + 1):
        (style,) = styles[pattern]
        cell = cell_xml(f"A{row}", Value(line), Look(style, style))
        below.append(f'<row r="{row}">{cell}</row>')
    out.write("".join(below).encode())
    out.write(shell[shell.index(b"</sheetData>") :])
    return FIRST_ROW + part.count + len(below)


def _total_xml(
    table: Table, row: int, looks: Sequence[Look], timezone: str, found: Counter[str]
) -> str:
    cells = []
    assert table.total is not None
    for index, (cell, column, look) in enumerate(
        zip(table.total, table.columns, looks, strict=True)
    ):
        written = value(cell, column, timezone)
        reference = f"{xl_col_to_name(index)}{row}"
        # The line above a total goes on over an empty cell.
        blank = f'<c r="{reference}" s="{look.usual}"/>'
        cells.append(cell_xml(reference, written, look) or blank)
        # A total's label in a column of figures is no surprise.
        if written.remark and written.remark != "kind":
            found[written.remark] += 1
    return f'<row r="{row}">{"".join(cells)}</row>'


def _limits(table: Table, table_parts: Sequence[Part], index: int) -> list[str]:
    """What is not on this sheet."""
    said = []
    if len(table_parts) > 1:
        part = table_parts[index]
        said.append(words("sheet-rows", first=part.first + 1, last=part.after, all=table.row_count))
        if index + 1 < len(table_parts):
            said.append(words("sheet-continues", sheet=table_parts[index + 1].sheet_name))
    if told := cut_sentence(table):
        said.append(told)
    return said


def _rows_xml(
    batch: Any, after: int, writers: Sequence[ColumnWriter], found: Counter[str]
) -> memoryview:
    """The rows of a batch that follow row `after` (counted from 1); remarks go to `found`."""
    numbers = pc.cast(pa.array(range(after + 1, after + 1 + batch.num_rows)), pa.string())
    columns = []
    for values, writer in zip(batch.columns, writers, strict=True):
        cells, remarked = writer.cells(values, numbers)
        columns.append(cells)
        found.update(remarked)
    return content(pc.binary_join_element_wise('<row r="', numbers, '">', *columns, "</row>", ""))


def _looks(styles: dict[int, list[int]], usual: int, as_text: int) -> list[Look]:
    pairs = zip(styles.get(usual, ()), styles.get(as_text, ()), strict=True)
    return [Look(*pair) for pair in pairs]
