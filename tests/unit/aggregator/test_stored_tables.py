"""Large tables on their way into the snapshot."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from services.aggregator.report_types.streamed_table import Query, StreamedTable
from services.aggregator.stored_tables import store_tables
from shared.blobs import FolderBlobs
from shared.document import Column, Kind, ReportDocument, Section, Table
from shared.errors import PermanentError
from tests.documents import document

FOLDER = "tenant/run/0/"
COLUMNS = (
    Column(name="label", title="Label", kind=Kind.TEXT),
    Column(name="hours", title="Hours", kind=Kind.DECIMAL, places=2, unit="h"),
)


class Rows:
    """A session that streams these labels, two at a time."""

    as_of = datetime(2026, 11, 2, tzinfo=UTC)

    def __init__(self, *labels: str | None) -> None:
        self._labels = labels
        self.asked: list[str] = []

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Mapping[str, Any]]:
        raise AssertionError("nothing is fetched")

    async def stream(
        self, sql: str, *arguments: object, schema: Any, into: Callable[[Any], None]
    ) -> None:
        self.asked.append(sql)
        for at in range(0, len(self._labels), 2):
            labels = self._labels[at : at + 2]
            into(pa.table([labels, pa.array([1.5] * len(labels))], names=["label", "hours"]))


def with_table(expected: int, available: int | None = None) -> ReportDocument:
    table = StreamedTable(
        name="list",
        title="The list",
        columns=COLUMNS,
        rows=(),
        query=Query("SELECT"),
        expected=expected,
        available_rows=available,
    )
    return document(sections=(Section(title="All", tables=(table,)),))


async def stored(
    folder: Path, found: ReportDocument, session: Rows, most_rows: int = 100
) -> ReportDocument:
    blobs = FolderBlobs(folder)
    return await store_tables(found, session, blobs=blobs, folder=FOLDER, most_rows=most_rows)


def visible(folder: Path) -> list[Path]:
    return [path for path in (folder / FOLDER).rglob("*") if not path.name.startswith(".")]


async def test_the_document_names_the_file_and_vouches_for_it(tmp_path: Path) -> None:
    found = await stored(tmp_path, with_table(3, available=9), Rows("0001", "", None))
    (table,) = ReportDocument.model_validate_json(found.model_dump_json()).tables
    assert type(table) is Table
    assert (table.rows, table.row_count, table.cut) == ((), 3, "first 3 of 9 rows")
    assert table.stored is not None
    content = (tmp_path / FOLDER / table.stored.file).read_bytes()
    assert table.stored.sha256 == hashlib.sha256(content).hexdigest()
    assert table.stored.size == len(content)
    file = pq.ParquetFile(tmp_path / FOLDER / table.stored.file)
    assert file.read().column("label").to_pylist() == ["0001", "", None]
    assert file.schema_arrow.field("hours").type == pa.decimal128(38, 2)
    assert file.schema_arrow.field("hours").metadata[b"unit"] == b"h"
    assert file.schema_arrow.metadata[b"broadsheet.cut"] == b"first 3 of 9 rows"
    assert found.row_count == 3
    assert found.available_row_count == 9


async def test_a_document_without_large_tables_is_left_as_it_is(tmp_path: Path) -> None:
    session = Rows()
    whole = document()
    assert await stored(tmp_path, whole, session) is whole
    assert session.asked == []


@pytest.mark.parametrize("labels", [("a", "b"), ("a", "b", "c", "d")])
async def test_rows_that_were_not_counted_are_refused(
    tmp_path: Path, labels: tuple[str, ...]
) -> None:
    with pytest.raises(PermanentError, match="3 rows were counted"):
        await stored(tmp_path, with_table(3), Rows(*labels))
    assert list((tmp_path / FOLDER).iterdir()) == []


async def test_more_rows_than_allowed_are_refused_before_they_are_read(tmp_path: Path) -> None:
    session = Rows()
    with pytest.raises(PermanentError, match="101 rows match") as refused:
        await stored(tmp_path, with_table(101), session)
    assert refused.value.code == "too_many_rows"
    assert session.asked == []


async def test_what_a_dead_attempt_left_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    await stored(tmp_path, with_table(2), Rows("of", "before"))  # and died before its document
    found = await stored(tmp_path, with_table(2), Rows("of", "now"))
    (table,) = found.tables
    assert table.stored is not None
    rows = pq.read_table(tmp_path / FOLDER / table.stored.file)
    assert rows.column("label").to_pylist() == ["of", "now"]


async def test_a_process_killed_while_it_writes_leaves_nothing_that_is_seen(
    tmp_path: Path,
) -> None:
    program = textwrap.dedent(
        """
        import asyncio, os, signal, sys
        from pathlib import Path
        from tests.unit.aggregator.test_stored_tables import Rows, stored, with_table

        class Doomed(Rows):
            async def stream(self, *arguments, into, **options):
                def write_and_die(rows):
                    into(rows)
                    os.kill(os.getpid(), signal.SIGKILL)
                await super().stream(*arguments, into=write_and_die, **options)

        asyncio.run(stored(Path(sys.argv[1]), with_table(4), Doomed("a", "b", "c", "d")))
        """
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, tmp_path], cwd=Path(__file__).parents[3], check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert list((tmp_path / FOLDER).iterdir()), "it died in the middle"
    assert visible(tmp_path) == []
    await FolderBlobs(tmp_path).delete_prefix("tenant/run/")
    assert not (tmp_path / "tenant/run").exists()


@pytest.mark.parametrize("service", ["aggregator", "renderer"])
def test_a_service_loads_arrow_only_when_a_large_table_comes(service: str) -> None:
    program = f"import sys, services.{service}.app; sys.exit('pyarrow' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[3], check=True)
