"""The HTML report in a real browser, where there is one: Chromium or Chrome, without a window."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pypdf
import pytest

from services.renderer.drawing.web_page import draw_page
from tests.documents import document_of_rows

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no browser on this machine")


def printed(page: bytes, folder: Path) -> list[str]:
    """The texts of the pages that the browser prints."""
    (folder / "report.html").write_bytes(page)
    assert BROWSER is not None
    subprocess.run(
        [
            BROWSER,
            "--headless=new",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
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
    return [page.extract_text() for page in pypdf.PdfReader(folder / "report.pdf").pages]


def test_a_long_table_prints_with_its_header_on_each_page_and_one_total(tmp_path: Path) -> None:
    content, _ = draw_page(document_of_rows(120))
    pages = printed(content, tmp_path)
    assert len(pages) > 2
    with_rows = [page for page in pages if "Project 1" in page]
    assert all("GPU time (h)" in page for page in with_rows)
    assert sum(page.count("Total") for page in pages) == 1
    # The total never stands alone.
    assert "Project 120" in next(page for page in pages if "Total" in page)
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in " ".join(page.split())
