"""What every format makes of a table whose rows lie beside the document."""

from __future__ import annotations

import io

import pytest

from services.renderer.formats import (
    Files,
    PagedFormat,
    Rendered,
    StreamedFormat,
    adjusted,
    formats,
    render_whole,
    write_whole,
)
from services.renderer.formats.stored_tables import BATCH_ROWS, first_rows
from shared.document import ReportDocument, StoredRows
from shared.errors import PermanentError
from shared.format_options import FormatOptions
from tests.documents import cut_document, document, every_kind, two_tables
from tests.file_readers import at_the_wall, expected, read
from tests.stored_tables import of_rows, stored

ROWS = BATCH_ROWS + 1
DOCUMENTS = {
    "usual": of_rows(document(), ROWS),
    "every_kind": of_rows(every_kind(), ROWS),
    "two_tables": two_tables(),
    "cut": cut_document(1_000, 48_120),
}
STREAMED = sorted(name for name, format_ in formats.items() if isinstance(format_, StreamedFormat))

every_document = pytest.mark.parametrize("which", DOCUMENTS)
every_streamed = pytest.mark.parametrize("name", STREAMED)


def written(name: str, wanted: ReportDocument, files: Files) -> Rendered:
    format_ = formats[name]
    assert isinstance(format_, StreamedFormat)
    out = io.BytesIO()
    told = write_whole(format_, wanted, files, out)
    return Rendered(out.getvalue(), told.rows, told.media_type, told.extension)


def test_each_format_streams_or_says_how_many_rows_it_shows() -> None:
    for format_ in formats.values():
        assert isinstance(format_, StreamedFormat | PagedFormat), format_.name


@pytest.mark.parametrize(
    ("name", "which"),
    # Reading a workbook takes seconds, and the other columns are among those of every kind.
    [(n, w) for n in STREAMED for w in DOCUMENTS if (n, w) != ("xlsx", "usual")],
)
def test_every_stored_value_is_read_back_as_it_was(name: str, which: str) -> None:
    wanted = DOCUMENTS[which]
    lean, files = stored(wanted)
    tables = [expected(table) for table in wanted.tables]
    if name == "xlsx":
        tables = [at_the_wall(rows, wanted.period.timezone) for rows in tables]
    assert read(name, written(name, lean, files), wanted) == tables


@every_document
@pytest.mark.parametrize("name", ["csv", "json", "ndjson"])
def test_stored_rows_and_rows_in_the_document_give_the_same_bytes(name: str, which: str) -> None:
    lean, files = stored(DOCUMENTS[which])
    zone = lean.period.timezone
    held = lean.with_tables(lambda table: first_rows(table, files, table.row_count, zone))
    assert held.row_count == DOCUMENTS[which].row_count
    assert written(name, lean, files) == render_whole(formats[name], held)


@pytest.mark.parametrize("name", sorted({*STREAMED} - {"parquet", "json", "ndjson"}))
def test_stored_rows_follow_the_options_too(name: str) -> None:
    options = FormatOptions(neutralise_formulas=False, csv_byte_order_mark=True)
    lean, files = stored(DOCUMENTS["every_kind"])
    zone = lean.period.timezone
    held = lean.with_tables(lambda table: first_rows(table, files, table.row_count, zone))
    out = io.BytesIO()
    chosen = adjusted(formats[name], options)
    assert isinstance(chosen, StreamedFormat)
    write_whole(chosen, lean, files, out)
    assert out.getvalue() == render_whole(chosen, held).content
    assert out.getvalue() != written(name, lean, files).content


@every_document
@every_streamed
def test_the_same_snapshot_gives_the_same_bytes(name: str, which: str) -> None:
    lean, files = stored(DOCUMENTS[which])
    assert written(name, lean, files) == written(name, lean, files)


@every_streamed
def test_a_file_without_all_rows_is_refused(name: str) -> None:
    lean, files = stored(document())

    def one_more(told: StoredRows | None) -> StoredRows:
        assert told is not None
        return told.model_copy(update={"count": told.count + 1})

    wrong = lean.with_tables(
        lambda table: table.model_copy(update={"stored": one_more(table.stored)})
    )
    with pytest.raises(PermanentError, match="file_not_whole"):
        written(name, wrong, files)


def test_the_parquet_file_is_the_snapshots_own() -> None:
    lean, files = stored(document())
    (file,) = files.values()
    made = written("parquet", lean, files).content
    file.seek(0)
    assert made == file.read()


def test_what_is_shown_of_a_large_table_are_its_first_rows() -> None:
    wanted = DOCUMENTS["usual"]
    lean, files = stored(wanted)
    (table,) = lean.tables
    shown = first_rows(table, files, BATCH_ROWS - 5, "Europe/Berlin")
    (whole,) = wanted.tables
    assert shown.rows == whole.rows[: BATCH_ROWS - 5]
    assert shown.cut == f"first {BATCH_ROWS - 5:,} of {ROWS:,} rows"
    page = render_whole(formats["html"], lean.with_tables(lambda t: first_rows(t, files, 3, "UTC")))
    assert f"first 3 of {ROWS:,} rows" in page.content.decode()


def test_a_limit_and_a_ceiling_together_tell_how_many_there_were_at_first() -> None:
    lean, files = stored(DOCUMENTS["cut"])
    (table,) = lean.tables
    assert first_rows(table, files, 10, "UTC").cut == "first 10 of 48,120 rows"
    assert first_rows(table, files, 5_000, "UTC").cut == "first 1,000 of 48,120 rows"
    everything = table.model_copy(update={"available_rows": None})
    assert first_rows(everything, files, 1_000, "UTC").cut is None
