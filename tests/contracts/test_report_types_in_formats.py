"""Every report type in every format that it offers: the same rows, the same as-of time."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import pypdf
import pytest

from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.report_types import ReportRequest, report_types
from services.renderer.formats import Rendered, formats, render_whole
from services.renderer.isolation.pool import RenderPool
from shared.document import ReportDocument
from shared.periods import Period
from tests.file_readers import at_the_wall, expected, in_words, read
from tests.studio import studio, studio_source

UNTIL = date(2026, 11, 2)
AS_OF = datetime(2026, 11, 2, 8, 14, 30, tzinfo=UTC)
PERIODS = {
    "usual": (date(2026, 10, 1), date(2026, 10, 31)),
    "running": (date(2026, 11, 1), date(2026, 11, 30)),
    "empty": (date(2001, 1, 1), date(2001, 1, 31)),
}
INLINE = sorted(report_types.keys() - {"generation_jobs"})
"""Types whose documents hold all their rows; `generation_jobs` has tests of its own for streams."""
READ_BACK = ("csv", "json", "ndjson", "parquet", "xlsx")

every_type = pytest.mark.parametrize("name", INLINE)
every_period = pytest.mark.parametrize("when", PERIODS)

Get = Callable[[str, str], tuple[ReportDocument, dict[str, Rendered]]]


async def _documents(
    infra: LocalInfrastructure, database: str
) -> dict[tuple[str, str], ReportDocument]:
    found = {}
    source = studio_source(infra, database)
    try:
        async with source.snapshot() as session:
            session.as_of = AS_OF
            for name in INLINE:
                for when, (first, last) in PERIODS.items():
                    request = ReportRequest(
                        period=Period(first_day=first, last_day=last, timezone="Europe/Berlin"),
                        parameters=report_types[name].parameters(),
                        tenant="Lighthouse Studio",
                        generated_at=AS_OF,
                    )
                    found[name, when] = await report_types[name].build(session, request)
    finally:
        await source.close()
    return found


async def _rendered(
    documents: dict[tuple[str, str], ReportDocument],
) -> dict[tuple[str, str], dict[str, Rendered]]:
    pool = RenderPool(1, cpu_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=1_000)

    async def one(name: str, document: ReportDocument) -> Rendered:
        format_, snapshot = formats[name], document.model_dump_json().encode()
        if format_.isolated:
            return await pool.render(name, snapshot, kept_warm=format_.kept_warm)
        return render_whole(format_, ReportDocument.model_validate_json(snapshot))

    try:
        return {
            key: {name: await one(name, document) for name in report_types[document.type].formats}
            for key, document in documents.items()
        }
    finally:
        await pool.close()


@pytest.fixture(scope="module")
def get(infra: LocalInfrastructure) -> Get:
    with studio(infra, scale=0.02, seed=3, until=UNTIL) as database:
        documents = asyncio.run(_documents(infra, database))
    files = asyncio.run(_rendered(documents))
    return lambda name, when: (documents[name, when], files[name, when])


@every_period
@every_type
def test_all_its_files_have_the_rows_of_one_document(name: str, when: str, get: Get) -> None:
    document, files = get(name, when)
    assert files.keys() == set(report_types[name].formats)
    assert {file.rows for file in files.values()} == {document.row_count}
    rows = [expected(table) for table in document.tables]
    for format_name in READ_BACK:
        wanted = rows
        if format_name == "xlsx":
            wanted = [
                in_words(at_the_wall(cells, document.period.timezone), table)
                for cells, table in zip(rows, document.tables, strict=True)
            ]
        assert read(format_name, files[format_name], document) == wanted, format_name


@every_period
@every_type
def test_what_is_read_says_title_period_and_as_of_time(name: str, when: str, get: Get) -> None:
    document, files = get(name, when)
    pdf = pypdf.PdfReader(io.BytesIO(files["pdf"].content))
    pages = [" ".join(page.extract_text().split()) for page in pdf.pages]
    web_page = files["html"].content.decode()
    for shown in (*pages, web_page):
        assert document.title in shown
        assert "2 Nov 2026, 09:14" in shown
    assert [f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, 1)] == [
        True for _ in pages
    ]
    back = ReportDocument.model_validate_json(files["json"].content)
    assert (back.as_of, back.period) == (AS_OF, document.period)


@every_type
def test_a_period_without_data_is_a_whole_report(name: str, get: Get) -> None:
    document, files = get(name, "empty")
    assert document.summary[0].startswith("No")
    assert document.summary[0] in " ".join(
        " ".join(page.extract_text().split())
        for page in pypdf.PdfReader(io.BytesIO(files["pdf"].content)).pages
    )
