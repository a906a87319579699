"""What every registered format keeps, one suite over all of them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from services.renderer.formats import Format, Rendered, formats, register
from services.renderer.isolation import RenderPool
from shared.document import ReportDocument
from tests.documents import document, document_of_rows, empty_document

every_format = pytest.mark.parametrize("name", sorted(formats))
documents = pytest.mark.parametrize(
    "wanted", [document(), empty_document(), document_of_rows(300)], ids=["usual", "empty", "long"]
)


async def rendered(name: str, wanted: ReportDocument) -> Rendered:
    """As the service renders it: from the snapshot's bytes, isolated if the format asks."""
    format_ = formats[name]
    content = wanted.model_dump_json().encode()
    if not format_.isolated:
        return format_.render(ReportDocument.model_validate_json(content))
    pool = RenderPool(1, time_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=9)
    try:
        return await pool.render(name, content)
    finally:
        await pool.close()


@every_format
def test_it_says_what_it_is(name: str) -> None:
    format_: Format = formats[name]
    assert format_.name == name
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert re.fullmatch(r"[a-z]+/[\w.+-]+(; [\w=-]+)*", format_.media_type)
    assert re.fullmatch(r"[a-z0-9.]+", format_.extension)
    assert format_.title


@documents
@every_format
async def test_the_same_document_gives_the_same_bytes(name: str, wanted: ReportDocument) -> None:
    first = await rendered(name, wanted)
    assert first.content
    assert first == await rendered(name, wanted)


@documents
@every_format
async def test_the_rows_it_counts_are_the_documents(name: str, wanted: ReportDocument) -> None:
    if not formats[name].internal:
        assert (await rendered(name, wanted)).rows == wanted.row_count


def test_clients_are_offered_every_format() -> None:
    assert {n for n, format_ in formats.items() if not format_.internal} == {"pdf", "csv", "json"}


async def test_json_is_read_back_as_the_same_document() -> None:
    content = (await rendered("json", document())).content
    assert ReportDocument.model_validate_json(content) == document()


def test_two_formats_of_one_name_fail_at_import() -> None:
    with pytest.raises(ValueError, match="two formats are named 'csv'"):
        register(type(formats["csv"]))


def test_the_service_itself_loads_no_drawing_library() -> None:
    """They take 60 MB and more, which only the drawing processes pay."""
    script = (
        "import sys, services.renderer.formats, services.renderer.isolation;"
        "print([m for m in ('reportlab', 'xhtml2pdf', 'vl_convert', 'PIL', 'svglib')"
        " if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.stdout.strip() == "[]", found.stderr
