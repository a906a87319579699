"""What files say by themselves is in the language of the document, and data are the same in all."""

from __future__ import annotations

import io
import json
import re

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from services.renderer.formats import formats, render_whole
from services.renderer.words import words
from shared.document import ReportDocument
from shared.languages import LANGUAGES, written_in
from tests.documents import document, empty_document

OCTOBER, NOTHING = document(), empty_document()
FIXED = (
    *("Executive summary", "Key figures", "Notes", "Compared with", "days in", "Data as of"),
    *("Generated", "Snapshot", "Page 1", "was ", " up", " down", "good", "bad", "unchanged"),
    *("no comparison", "no earlier figure", "No rows", "Nothing to", "There is nothing"),
    *("Figure", "This period", "Verdict", "Direction", "Sheets", " rows", "Summary", "Chart data"),
)
"""Of the English catalogue; nothing in the sample documents has them."""


def german(of: ReportDocument) -> ReportDocument:
    return in_language(of, "de")


def in_language(of: ReportDocument, language: str) -> ReportDocument:
    return of.model_copy(update={"language": language})


def told(name: str, of: ReportDocument) -> str:
    content = render_whole(formats[name], of).content
    match name:
        case "pdf":
            return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        case "xlsx":
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            cells = [
                str(cell)
                for sheet in book.sheet_names
                for row in book.get_sheet_by_name(sheet).to_python()
                for cell in row
            ]
            return "\n".join([*book.sheet_names, *cells])
        case "mail":
            mail: dict[str, str] = json.loads(content)
            return re.sub(r"<style>.*?</style>", "", mail["html"], flags=re.DOTALL) + mail["text"]
    return re.sub(r"<style>.*?</style>", "", content.decode(), flags=re.DOTALL)


@pytest.mark.parametrize("of", [OCTOBER, NOTHING], ids=["october", "nothing"])
@pytest.mark.parametrize("name", ["pdf", "html", "xlsx", "mail"])
@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_no_fixed_word_is_left_in_english(language: str, name: str, of: ReportDocument) -> None:
    english, other = told(name, of), told(name, in_language(of, language))
    # Or by the language itself: a page is one in French, too.
    said_anyhow = {*filter(None, of.texts()), words.file(language).read_text("utf-8")}
    said_anyhow.add("Page 1" if language == "fr" else "")
    for word in FIXED:
        if not any(word in text for text in said_anyhow):
            assert word not in re.sub(r'class="[^"]*"|style="[^"]*"|id="[^"]*"', "", other), word
    assert english != other
    with written_in(language):
        assert words("summary") in other or name == "mail"


@pytest.mark.parametrize("name", ["csv", "json", "ndjson", "parquet"])
def test_data_files_have_the_same_figures_in_every_language(name: str) -> None:
    english = render_whole(formats[name], OCTOBER).content
    other = render_whole(formats[name], german(OCTOBER)).content
    if name == "json":
        assert json.loads(other).pop("language") == "de"
        fields = [json.loads(content) for content in (english, other)]
        assert [field.pop("language", None) for field in fields] == [None, "de"]
        for field in fields:
            field.pop("snapshot_sha256", None)
        assert fields[0] == fields[1]
    elif name == "csv":
        assert english == other


def test_who_hears_a_page_is_told_its_language() -> None:
    assert '<html lang="de">' in told("html", german(OCTOBER))
    pdf = render_whole(formats["pdf"], german(OCTOBER)).content
    assert str(PdfReader(io.BytesIO(pdf)).root_object["/Lang"]) == "de"


def test_figures_and_days_are_written_as_the_language_does() -> None:
    shown = told("html", german(OCTOBER))
    assert "1.–31. Oktober 2026" in shown
    assert re.search(r"\d,\d\N{NO-BREAK SPACE}%", shown)
    assert "2. Nov. 2026, 09:14 CET" in shown
