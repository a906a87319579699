"""What every registered format keeps, one suite over all of them."""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser

import pypdf
import pytest

from services.renderer.formats import Format, Rendered, formats, register, render_whole
from services.renderer.isolation.pool import RenderPool
from shared.document import ReportDocument
from shared.errors import PermanentError
from tests.documents import (
    cut_document,
    document,
    document_of_rows,
    empty_document,
    every_kind,
    two_tables,
)
from tests.file_readers import Rows, at_the_wall, calamine, csv_records, expected, members, read

DOCUMENTS = {
    "usual": document(),
    "empty": empty_document(),
    "long": document_of_rows(300),
    "every_kind": every_kind(),
    "two_tables": two_tables(),
    "no_table": document(sections=()),
    "cut": cut_document(1_000, 48_120),
}
CUT = "first 1,000 of 48,120 rows"
READ_BACK = ("csv", "json", "ndjson", "parquet", "xlsx")

every_format = pytest.mark.parametrize("name", sorted(formats))
every_document = pytest.mark.parametrize("which", DOCUMENTS)
offered = sorted(name for name, format_ in formats.items() if not format_.internal)

Get = Callable[[str, str], tuple[Rendered, Rendered]]


async def _rendered_by_new_processes() -> dict[tuple[str, str], Rendered | BaseException]:
    """Every document in every format, as the service renders it: from the snapshot's bytes."""
    pool = RenderPool(1, cpu_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=100)

    async def one(name: str, wanted: ReportDocument) -> Rendered:
        format_, content = formats[name], wanted.model_dump_json().encode()
        if format_.isolated:
            return await pool.render(name, content, kept_warm=format_.kept_warm)
        return render_whole(format_, ReportDocument.model_validate_json(content))

    keys = [(name, which) for name in formats for which in DOCUMENTS]
    try:
        results = await asyncio.gather(
            *(one(name, DOCUMENTS[which]) for name, which in keys), return_exceptions=True
        )
    finally:
        await pool.close()
    return dict(zip(keys, results, strict=True))


@pytest.fixture(scope="module")
def get() -> Get:
    """A document in a format, twice: by processes that know nothing of each other."""
    runs = [asyncio.run(_rendered_by_new_processes()) for _ in range(2)]

    def rendered(name: str, which: str) -> tuple[Rendered, Rendered]:
        first, second = (run[name, which] for run in runs)
        for result in (first, second):
            if isinstance(result, BaseException):
                raise result
        assert isinstance(first, Rendered)
        assert isinstance(second, Rendered)
        return first, second

    return rendered


@every_format
def test_it_says_what_it_is(name: str) -> None:
    format_: Format = formats[name]
    assert format_.name == name
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert re.fullmatch(r"[a-z]+/[\w.+-]+(; [\w=-]+)*", format_.media_type)
    assert re.fullmatch(r"[a-z0-9.]+", format_.extension)
    assert format_.title


@every_document
@every_format
def test_the_same_document_gives_the_same_bytes(name: str, which: str, get: Get) -> None:
    first, second = get(name, which)
    assert first == second


@every_document
@pytest.mark.parametrize("name", offered)
def test_the_rows_it_counts_are_the_documents(name: str, which: str, get: Get) -> None:
    rendered, _ = get(name, which)
    assert rendered.rows == DOCUMENTS[which].row_count
    # Rows that are lines may be none at all; any other file is never empty.
    assert rendered.content or (name, which) == ("ndjson", "empty")


@every_document
@pytest.mark.parametrize("name", READ_BACK)
def test_every_value_is_read_back_as_it_was(name: str, which: str, get: Get) -> None:
    wanted = DOCUMENTS[which]
    tables: list[Rows] = [expected(table) for table in wanted.tables]
    if name == "xlsx":
        tables = [at_the_wall(rows, wanted.period.timezone) for rows in tables]
    found = read(name, get(name, which)[0], wanted)
    assert found == tables
    assert [[list(map(type, row)) for row in rows] for rows in found] == [
        [list(map(type, row)) for row in rows] for rows in tables
    ]


@every_document
def test_a_page_shows_every_row(which: str, get: Get) -> None:
    wanted = DOCUMENTS[which]
    rows = _page_rows(get("html", which)[0].content.decode())
    assert rows == [len(table.rows) for table in wanted.tables if table.rows]


def _page_rows(page: str) -> list[int]:
    """Rows in the body of each table of a page."""
    found: list[int] = []

    class Reader(HTMLParser):
        inside = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "table":
                found.append(0)
            if tag == "tbody":
                self.inside = True
            if tag == "tr" and self.inside and ("class", "total") not in attrs:
                found[-1] += 1

        def handle_endtag(self, tag: str) -> None:
            self.inside = self.inside and tag != "tbody"

    Reader().feed(page)
    return found


@pytest.mark.parametrize("name", offered)
def test_what_a_limit_has_cut_is_said(name: str, get: Get) -> None:
    rendered, _ = get(name, "cut")
    in_the_name = "." + CUT.replace(",", "").replace(" ", "-")
    match name:
        case "pdf":
            pages = pypdf.PdfReader(io.BytesIO(rendered.content)).pages
            assert CUT in pages[0].extract_text()
        case "html":
            assert CUT in rendered.content.decode()
        case "xlsx":
            first, second = (
                " ".join(str(cell) for row in calamine(rendered.content, index) for cell in row)
                for index in (0, 1)
            )
            assert CUT in first
            assert CUT.capitalize() in second
        case "json":
            (table,) = ReportDocument.model_validate_json(rendered.content).tables
            assert (len(table.rows), table.available_rows) == (1_000, 48_120)
        case _:
            # Such files have no room for a remark: it goes into their name.
            assert f".{rendered.extension}" == f"{in_the_name}.{formats[name].extension}"


@pytest.mark.parametrize("name", ["csv", "ndjson", "parquet"])
def test_several_tables_come_as_a_zip_that_says_what_is_in_it(name: str, get: Get) -> None:
    rendered, _ = get(name, "two_tables")
    assert (rendered.media_type, rendered.extension) == ("application/zip", f"{name}.zip")
    with zipfile.ZipFile(io.BytesIO(rendered.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["about.txt", f"by_project.{name}", f"by_project_2.{name}"]
        about = archive.read("about.txt").decode()
    assert "Delivery summary, 1–31 October 2026 (Europe/Berlin)" in about
    assert "Data as of 2026-11-02T08:14:30+00:00" in about
    assert f"by_project.{name}: Delivered characters by project, 4 rows" in about
    assert f"by_project_2.{name}: Delivered characters by project, 0 rows" in about


@pytest.mark.parametrize("name", ["csv", "ndjson", "parquet"])
def test_a_report_without_a_table_is_no_error(name: str, get: Get) -> None:
    rendered, _ = get(name, "no_table")
    assert members(rendered) == []


def test_no_csv_field_begins_a_formula(get: Get) -> None:
    for line in csv_records(get("csv", "every_kind")[0].content):
        for field, _ in line:
            assert not field.startswith(("=", "+", "@", "\t", "\r", "\n"))
            assert not field.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", field)


def test_no_workbook_has_a_formula_or_leads_elsewhere(get: Get) -> None:
    for which in DOCUMENTS:
        with zipfile.ZipFile(io.BytesIO(get("xlsx", which)[0].content)) as archive:
            for member in archive.namelist():
                xml = archive.read(member)
                assert b"<f>" not in xml or member.startswith("xl/charts/")
                assert b"<f " not in xml
                assert b'TargetMode="External"' not in xml
                assert "vba" not in member.lower()


@pytest.mark.parametrize("name", [name for name in offered if formats[name].isolated])
async def test_a_long_table_stays_within_the_memory_of_a_process(name: str) -> None:
    long = document_of_rows(20_000)
    pool = RenderPool(1, cpu_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=9)
    try:
        kept_warm = formats[name].kept_warm
        rendered = await pool.render(name, long.model_dump_json().encode(), kept_warm=kept_warm)
    finally:
        await pool.close()
    assert rendered.rows == 20_000


def test_clients_are_offered_these() -> None:
    assert set(offered) == {"pdf", "html", "xlsx", "csv", "json", "ndjson", "parquet"}


def test_two_formats_of_one_name_fail_at_import() -> None:
    with pytest.raises(ValueError, match="two formats are named 'csv'"):
        register(type(formats["csv"]))


@pytest.mark.parametrize("found", [Rendered(b"", 4), Rendered(b"a row less", 3)])
def test_a_file_that_lacks_rows_is_refused(found: Rendered) -> None:
    class Lossy(type(formats["csv"])):  # type: ignore[misc]  # whatever class it is
        def render(self, document: ReportDocument) -> Rendered:
            return found

    with pytest.raises(PermanentError, match="file") as refused:
        render_whole(Lossy(), document())
    assert refused.value.code == "file_not_whole"


def test_the_service_itself_loads_no_drawing_library() -> None:
    """They take 60 MB and more, which only the drawing processes pay."""
    script = (
        "import sys, services.renderer.formats, services.renderer.isolation.pool;"
        "print([m for m in ('reportlab', 'xhtml2pdf', 'vl_convert', 'PIL', 'svglib', 'pyarrow',"
        " 'xlsxwriter') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stderr
