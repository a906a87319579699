"""A workbook of a million rows: ours beside XlsxWriter's mode of constant memory, and read back.

Both read the same Parquet file, each in a new process; XlsxWriter gets the same number formats.
"""

from __future__ import annotations

import io
import itertools
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from benchmarks.figures import megabytes, table
from shared.document import Column, Kind, ReportDocument, Section, StoredRows, Table
from shared.periods import Period

BATCH_ROWS = 16_384
ZONE = "Europe/Berlin"
COLUMNS = (
    Column(name="job", title="Job", kind=Kind.TEXT),
    Column(name="project", title="Project", kind=Kind.TEXT),
    Column(name="note", title="Note", kind=Kind.TEXT),
    Column(name="attempts", title="Attempts", kind=Kind.INTEGER),
    Column(name="gpu_seconds", title="GPU time", kind=Kind.DECIMAL, unit="s", places=3),
    Column(name="day", title="Day", kind=Kind.DATE),
    Column(name="finished", title="Finished", kind=Kind.INSTANT),
    Column(name="passed", title="Passed", kind=Kind.BOOLEAN),
)
NOTES = (None, "", "=1+1", " a space before", "R&D <take 2>", "0001", "Ωмега 影像 🎬", "-5")
"""Beside plain ones: what a file may take for something else."""
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
OPENPYXL_ROWS = 100_000

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Workbook:
    """One way of writing it."""

    name: str
    cpu_seconds: float
    """User and system, of the process that wrote."""
    peak_bytes: int
    """The most that process held."""
    grown_bytes: int
    """By how much that is more than before it began to write."""
    size: int
    rows_read_back: int
    """By python-calamine, every cell compared with what was given."""


@dataclass(frozen=True)
class Workbooks:
    """Both ways, and ours read by a second library."""

    ours: Workbook
    xlsxwriter: Workbook
    rows_read_by_openpyxl: int


def measure(rows: int) -> Workbooks:
    """Write the same rows both ways; ValueError when something is not read back as it was."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "given.parquet"
        _in_new_process(_write_parquet, given, rows)
        found = []
        for name, write in (("Broadsheet", _ours), ("XlsxWriter", _xlsxwriter)):
            file = Path(folder) / f"{name}.xlsx"
            cpu, before, peak = _in_new_process(_measured, write, given, file)
            read = _in_new_process(_read_by_calamine, file, rows)
            size = file.stat().st_size
            found.append(Workbook(name, cpu, peak, peak - before, size, read))
        ours = Path(folder) / "Broadsheet.xlsx"
        read = _in_new_process(_read_by_openpyxl, ours, min(rows, OPENPYXL_ROWS))
    return Workbooks(found[0], found[1], read)


def report(found: Workbooks, rows: int) -> str:
    """The table."""
    ratio = found.xlsxwriter.cpu_seconds / found.ours.cpu_seconds
    lines = [
        [
            one.name,
            f"{one.cpu_seconds:.1f} s",
            megabytes(one.peak_bytes),
            megabytes(one.grown_bytes),
            megabytes(one.size),
            f"{one.rows_read_back:,}",
        ]
        for one in (found.ours, found.xlsxwriter)
    ]
    return table(
        f"A workbook of {rows:,} rows and {len(COLUMNS)} columns: {ratio:.1f} times less CPU; "
        f"openpyxl read {found.rows_read_by_openpyxl:,} rows of ours back",
        ("written by", "CPU", "peak memory", "of it for writing", "file", "rows read back"),
        lines,
    )


def _in_new_process(function: Callable[..., _Result], *arguments: Any) -> _Result:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def _measured(
    write: Callable[[Path, Path], None], given: Path, file: Path
) -> tuple[float, int, int]:
    """CPU seconds; the most memory held before and at the end (bytes)."""
    # Loaded before the clock starts, and a few rows written: libraries are loaded once a process.
    few = given.with_suffix(".few.parquet")
    if not few.exists():
        _write_parquet(few, 10)
    write(few, file)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.process_time()
    write(given, file)
    cpu = time.process_time() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    return cpu, before.ru_maxrss * 1024, after.ru_maxrss * 1024


def _rows(count: int) -> Iterator[tuple[Any, ...]]:
    """The rows by number: texts as they are, instants in UTC with milliseconds."""
    for number in range(count):
        note = NOTES[number % 97] if number % 97 < len(NOTES) else f"scene {number * 7919 % 65_537}"
        yield (
            f"{number:07}",
            f"Project {number * 31 % 40}",
            note,
            number % 5,
            None if number % 89 == 0 else Decimal(number * 104_729 % 9_999_991) / 1000,
            date(2026, 1, 1) + timedelta(days=number % 300),
            BEGIN + timedelta(milliseconds=number * 25_919),
            number % 3 > 0,
        )


def _write_parquet(file: Path, count: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = (
        pa.string(), pa.string(), pa.string(), pa.int64(), pa.decimal128(38, 3), pa.date32(),
        pa.timestamp("us", "UTC"), pa.bool_(),
    )  # fmt: skip
    schema = pa.schema(zip((column.name for column in COLUMNS), types, strict=True))
    rows = _rows(count)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(itertools.islice(rows, BATCH_ROWS)):
            arrays = map(pa.array, zip(*some, strict=True), types)
            writer.write_batch(pa.record_batch(list(arrays), schema=schema))


def _batches(given: Path) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(given) as file:
        yield from file.iter_batches(BATCH_ROWS, use_threads=False)


def _ours(given: Path, file: Path) -> None:
    import pyarrow.parquet as pq

    from services.renderer.spreadsheet.workbook import draw_workbook

    jobs = Table(
        name="jobs",
        title="Jobs",
        columns=COLUMNS,
        rows=(),
        stored=StoredRows(
            file=given.name, sha256="", size=0, count=pq.read_metadata(given).num_rows
        ),
    )
    with file.open("w+b") as out:
        draw_workbook(_document(jobs), lambda _: _batches(given), out)


def _document(jobs: Table) -> ReportDocument:
    period = Period(first_day=date(2026, 1, 1), last_day=date(2026, 10, 31), timezone=ZONE)
    return ReportDocument(
        type="generation_jobs",
        title="Generation jobs",
        period=period,
        previous_period=period.previous,
        as_of=BEGIN,
        generated_at=BEGIN,
        tenant="Lighthouse Studio",
        summary=(),
        kpis=(),
        sections=(Section(title="Jobs", tables=(jobs,)),),
    )


def _xlsxwriter(given: Path, file: Path) -> None:
    """As its documentation advises for large files, one method per type."""
    import xlsxwriter

    zone = ZoneInfo(ZONE)
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    book.add_worksheet("Summary")
    sheet = book.add_worksheet("Jobs")
    formats = [
        book.add_format({"num_format": number_format})
        for number_format in (
            "@", "@", "@", "#,##0", '#,##0.000 "s"', "d mmm yyyy", "yyyy-mm-dd hh:mm:ss.000",
            "General",
        )
    ]  # fmt: skip
    text, _, _, whole, decimal, day, instant, truth = formats
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [column.title for column in COLUMNS])
    row = 0
    for batch in _batches(given):
        for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row += 1
            for column in range(3):
                if cells[column] is not None:
                    sheet.write_string(row, column, cells[column], text)
            sheet.write_number(row, 3, cells[3], whole)
            if cells[4] is not None:
                sheet.write_number(row, 4, cells[4], decimal)
            sheet.write_datetime(row, 5, cells[5], day)
            local = cells[6].astimezone(zone).replace(tzinfo=None)
            sheet.write_datetime(row, 6, local, instant)
            sheet.write_boolean(row, 7, cells[7], truth)
    book.close()


def _expected(count: int) -> Iterator[list[Any]]:
    """The rows as a spreadsheet has them: figures as doubles, local times."""
    zone = ZoneInfo(ZONE)
    for *texts, attempts, gpu, day, finished, passed in _rows(count):
        yield [
            *texts,
            attempts,
            None if gpu is None else float(gpu),
            day,
            finished.astimezone(zone).replace(tzinfo=None),
            passed,
        ]


def _read_by_calamine(file: Path, count: int) -> int:
    """The rows, every cell of them compared; it does not tell an empty text from no value."""
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_path(file).get_sheet_by_name("Jobs")
    rows = itertools.islice(sheet.iter_rows(), 1, 1 + count)
    return _compared(rows, count, nothing="")


def _read_by_openpyxl(file: Path, count: int) -> int:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(file.read_bytes()), read_only=True)
    rows = book["Jobs"].iter_rows(min_row=2, max_row=1 + count, values_only=True)
    return _compared(rows, count, nothing=None)


def _compared(rows: Iterator[Any], count: int, *, nothing: str | None) -> int:
    read = 0
    for row, meant in zip(rows, _expected(count), strict=True):
        found = [
            cell.date() if isinstance(cell, datetime) and place == 5 else cell
            for place, cell in enumerate(row)
        ]
        wanted = [
            nothing if cell is None or (cell == "" and nothing == "") else cell for cell in meant
        ]
        if found != wanted:
            raise ValueError(f"row {read + 1} was read as {found}, it is {wanted}")
        read += 1
    return read
