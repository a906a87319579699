"""Writing beyond Latin, Greek and Cyrillic, as the reader of the PDF finds it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import AsyncIterator

import pypdf
import pytest
import pytest_asyncio

from services.renderer.isolation.pool import RenderPool
from shared.document import ReportDocument
from tests.documents import bar_chart, document

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHINESE, JAPANESE, KOREAN = "北京光影工作室", "東京アニメ", "서울 스튜디오"
ARABIC, HEBREW = "مشروع النور", "פרויקט אור"
FROM_THE_LEFT = (CHINESE, JAPANESE, KOREAN, "Ωμέγα", "Жёлтый", "Łódź", "→ ✓ ▲")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[RenderPool]:
    """The real drawing processes, which can open no file once they work."""
    pool = RenderPool(1, cpu_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=1000)
    yield pool
    await pool.close()


async def pdf(pool: RenderPool, wanted: ReportDocument) -> bytes:
    return (await pool.render("pdf", wanted.model_dump_json().encode())).content


def text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def everywhere(name: str) -> ReportDocument:
    """The name as title, sentence, cell, legend, caption and note."""
    return document(
        title=name,
        tenant=name,
        summary=(f"{name}: 12.",),
        rows=[(name, 1, 2, "1.0", "2", "2026-10-01")],
        charts=[bar_chart([name, "other"])],
        notes=(name,),
    )


@pytest.mark.parametrize("name", FROM_THE_LEFT)
async def test_a_name_is_printed_wherever_it_stands(pool: RenderPool, name: str) -> None:
    printed = text(await pdf(pool, everywhere(name)))
    # Title, header, tenant, sentence, legend, cell, note.
    assert printed.count(name) >= 7
    assert "\N{REPLACEMENT CHARACTER}" not in printed


@pytest.mark.parametrize("name", [ARABIC, HEBREW])
async def test_writing_from_the_right_is_found_by_readers(pool: RenderPool, name: str) -> None:
    content = await pdf(pool, everywhere(name))
    # This one gives each word as it is read, and the words as they stand, from the left.
    assert text(content).count(" ".join(reversed(name.split()))) >= 7
    program = shutil.which("pdftotext")
    if program is not None:
        found = subprocess.run([program, "-", "-"], input=content, capture_output=True, check=True)
        assert found.stdout.decode().count(name) >= 7


async def test_arabic_letters_are_joined(pool: RenderPool) -> None:
    """Joined, the letters of a word have other shapes than each of them alone."""
    joined, apart = [
        pypdf.PdfReader(io.BytesIO(await pdf(pool, everywhere(name)))) for name in ("نور", "ن و ر")
    ]
    assert shapes(joined) != shapes(apart)


def shapes(reader: pypdf.PdfReader) -> set[bytes]:
    """The Arabic fonts of the first page: the outlines that were put into the file."""
    page = reader.pages[0]
    fonts = page["/Resources"]["/Font"].values()  # type: ignore[index]
    return {
        font["/FontDescriptor"]["/FontFile2"].get_data()
        for font in fonts
        if "Arabic" in font["/BaseFont"]
    }


async def test_every_font_is_embedded_and_small(pool: RenderPool) -> None:
    content = await pdf(pool, everywhere(f"{CHINESE} {ARABIC} {HEBREW}"))
    names = set(re.findall(rb"/BaseFont /(\S+)", content))
    assert names
    assert all(re.match(rb"[A-Z]{6}\+", name) for name in names)
    assert content.count(b"/FontFile2") == len(names)
    assert len(content) < 150_000


async def test_what_no_font_has_is_seen_and_noted(pool: RenderPool) -> None:
    printed = text(await pdf(pool, everywhere("Reel 🎬")))
    assert "Reel \N{REPLACEMENT CHARACTER}" in printed
    assert "no font here has them: U+1F3AC." in printed


async def test_an_english_sentence_keeps_its_order_around_a_name_from_the_right(
    pool: RenderPool,
) -> None:
    wanted = document(summary=(f"{HEBREW} delivered 12 characters.",))
    runs = operands(pypdf.PdfReader(io.BytesIO(await pdf(pool, wanted))))
    # The name's run of letters comes first, from the left, and the full stop last.
    sentence = next(run for run in runs if "delivered 12 characters" in run)
    assert sentence.endswith(".")


def operands(reader: pypdf.PdfReader) -> list[str]:
    """What the first page's contents put down, run by run, in their order on the page."""
    contents = reader.pages[0].get_contents()
    assert contents is not None
    return [
        argument.decode("latin-1") if isinstance(argument, bytes) else str(argument)
        for arguments, operator in pypdf.generic.ContentStream(contents, reader).operations
        if operator == b"Tj"
        for argument in arguments
    ]


async def test_a_long_line_of_chinese_is_broken(pool: RenderPool) -> None:
    sentence = "光" * 200
    printed = text(await pdf(pool, document(summary=(sentence,))))
    assert printed.count("光") == 200
    assert sentence[:80] not in printed


async def test_the_same_document_gives_the_same_bytes_in_another_process(pool: RenderPool) -> None:
    wanted = everywhere(f"{JAPANESE} {ARABIC}")
    await pdf(pool, everywhere(CHINESE))
    other = RenderPool(1, cpu_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=9)
    try:
        assert await pdf(pool, wanted) == await pdf(other, wanted)
    finally:
        await other.close()
