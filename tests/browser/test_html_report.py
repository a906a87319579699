"""The HTML report in a real browser, where there is one: Chromium or Chrome, without a window."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
from pathlib import Path

import pypdf
import pytest

from deploy import page as page_build
from deploy.local.infrastructure import LocalInfrastructure
from services.renderer.drawing.report import draw_report
from services.renderer.drawing.web_page import draw_page
from shared.document import Column, Kind, ReportDocument, Section, Table
from tests.browsers import BROWSER, BROWSER_ARGUMENTS, driven
from tests.documents import document, document_of_rows, empty_document
from tests.october import REPORTS, october

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no browser on this machine")


def printed(wanted: ReportDocument, folder: Path) -> pypdf.PdfReader:
    """The pages that the browser prints."""
    (folder / "report.html").write_bytes(draw_page(wanted)[0])
    assert BROWSER is not None
    subprocess.run(
        [
            BROWSER,
            "--headless=new",
            *BROWSER_ARGUMENTS,
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={folder / 'report.pdf'}",
            (folder / "report.html").as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return pypdf.PdfReader(folder / "report.pdf")


def lies_across(reader: pypdf.PdfReader) -> bool:
    width, height = reader.pages[0].mediabox[2:]
    return bool(width > height)


def texts(reader: pypdf.PdfReader) -> list[str]:
    # Browsers print "fi" as one letter.
    return [unicodedata.normalize("NFKC", page.extract_text()) for page in reader.pages]


def running_texts(reader: pypdf.PdfReader) -> list[str]:
    """On one line: where a cell is broken depends on the machine's fonts."""
    return [" ".join(text.split()) for text in texts(reader)]


def test_a_long_table_prints_with_its_header_on_each_page_and_one_total(tmp_path: Path) -> None:
    pages = running_texts(printed(document_of_rows(120), tmp_path))
    assert len(pages) > 2
    with_rows = [page for page in pages if "Project 1" in page]
    assert all("GPU time (h)" in page for page in with_rows)
    assert sum(page.count("Total") for page in pages) == 1
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page


def numbered(number: int, rows: int, columns: int) -> Table:
    """A table that says in each row and in its total which one it is."""
    return Table(
        name=f"t{number}",
        title=f"Table {number}.",
        columns=(
            Column(name="row", title=f"Header {number}.", kind=Kind.TEXT),
            *(Column(name=f"c{n}", title=f"At {n}", kind=Kind.INSTANT) for n in range(columns)),
        ),
        rows=tuple(
            (f"Row {number}.{row}.", *("2026-10-30T17:45+01:00",) * columns)
            for row in range(1, rows + 1)
        ),
        total=(f"Total {number}.", *(None,) * columns),
    )


@pytest.mark.parametrize("columns", [2, 8], ids=["upright", "across"])
def test_no_total_and_no_header_is_printed_alone(tmp_path: Path, columns: int) -> None:
    """Tables of many lengths one below the other: their ends lie anywhere on a page."""
    lengths = [*range(11, 47, 3), *range(40, 10, -3)]
    tables = tuple(numbered(n, rows, columns) for n, rows in enumerate(lengths))
    reader = printed(document(sections=(Section(title="All", tables=tables),)), tmp_path)
    assert lies_across(reader) is (columns == 8)
    pages = running_texts(reader)
    for number, rows in enumerate(lengths):
        (with_total,) = (page for page in pages if f"Total {number}." in page)
        assert f"Row {number}.{rows}." in with_total
        for page in pages:
            assert (f"Header {number}." in page) is (f"Row {number}." in page)


def test_nobody_is_kept_from_reading_it(tmp_path: Path) -> None:
    """No rule of axe is broken, WCAG 2.2 AA among them; on a screen and on a phone."""
    axe = page_build.tool("axe-core/axe.min.js").read_text(encoding="utf-8")
    wanted = {"usual": document(), "empty": empty_document()}
    with driven() as browser:
        for name, each in wanted.items():
            (tmp_path / name).with_suffix(".html").write_bytes(draw_page(each)[0])
            for width in (1280, 360):
                page = browser.new_page(viewport={"width": width, "height": 800})
                page.goto((tmp_path / f"{name}.html").as_uri())
                page.evaluate(axe)
                broken = page.evaluate("async () => (await axe.run()).violations")
                assert [(rule["id"], rule["nodes"][0]["html"]) for rule in broken] == [], name
                page.close()


USUAL = ("generation_jobs", "gpu_utilization")
"""One that lies across and one that stands upright; a browser takes seconds for each."""


@pytest.fixture(scope="module")
def reports(infra: LocalInfrastructure) -> dict[str, ReportDocument]:
    return october(infra, scale=0.2)


@pytest.mark.parametrize(
    "name",
    [
        *USUAL,
        *(pytest.param(name, marks=pytest.mark.long) for name in REPORTS if name not in USUAL),
    ],
)
def test_a_report_prints_as_well_as_its_pdf(
    name: str, reports: dict[str, ReportDocument], tmp_path: Path
) -> None:
    drawn = pypdf.PdfReader(io.BytesIO(draw_report(reports[name])[0]))
    reader = printed(reports[name], tmp_path)
    assert abs(len(reader.pages) - len(drawn.pages)) <= 1
    assert lies_across(reader) is lies_across(drawn)
    # The notes stand together, with something above them.
    (with_notes,) = (page for page in texts(reader) if re.search(r"^Notes$", page, re.MULTILINE))
    above, _, below = with_notes.partition("\nNotes\n")
    assert above.strip()
    assert all(note[:40] in below for note in reports[name].notes)
