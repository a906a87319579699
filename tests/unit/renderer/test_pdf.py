"""The PDF as its reader finds it: figures, pages, fonts, and nothing that should not be there."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pypdf
import pytest
import pytest_asyncio

from services.renderer.isolation.pool import RenderPool
from services.renderer.isolation.sample import SMALLEST_PNG
from shared.document import Chart, Column, Kind, ReportDocument, Section, Table
from shared.errors import PermanentError
from shared.house_style import HouseStyle, Logo, Paper, Picture
from shared.periods import Period
from tests.documents import (
    bar_chart,
    document,
    document_of_rows,
    empty_document,
    table,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[RenderPool]:
    """The real drawing process, locked in."""
    pool = RenderPool(1, cpu_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=1000)
    yield pool
    await pool.close()


async def pdf(pool: RenderPool, wanted: ReportDocument) -> pypdf.PdfReader:
    rendered = await pool.render("pdf", wanted.model_dump_json().encode())
    return pypdf.PdfReader(io.BytesIO(rendered.content))


def text(reader: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


async def test_every_figure_of_the_document_can_be_read(pool: RenderPool) -> None:
    printed = text(await pdf(pool, document()))
    for sentence in document().summary:
        assert sentence[:60] in printed
    for figure in ("45", "12.5% up · good", "16.0% up · bad", "was 8.1", "no earlier figure",
                   "1,208.75", "−12.5%", "66.7%", "1,717.25", "31 Oct 2026"):  # fmt: skip
        assert figure in printed
    for note in document().notes:
        assert note in printed


async def test_each_page_says_what_it_is_of_and_when(pool: RenderPool) -> None:
    reader = await pdf(pool, document_of_rows(150))
    assert len(reader.pages) > 3
    for number, page in enumerate(reader.pages, 1):
        printed = page.extract_text()
        assert "Delivery summary" in printed
        assert "1–31 October 2026 (Europe/Berlin)" in printed
        assert "Data as of 2 Nov 2026, 09:14 CET" in printed
        assert "Generated 2 Nov 2026, 09:15 CET" in printed
        assert re.search(rf"Page {number} of\s*{len(reader.pages)}\b", printed)


async def test_a_long_table_keeps_every_row_and_repeats_its_header(pool: RenderPool) -> None:
    reader = await pdf(pool, document_of_rows(500))
    printed = text(reader)
    assert [int(n) for n in re.findall(r"Project (\d+)\b", printed)] == list(range(1, 501))
    with_rows = [page for page in reader.pages if re.search(r"Project \d", page.extract_text())]
    assert all("Last delivery" in page.extract_text() for page in with_rows)


@pytest.mark.parametrize("rows", range(36, 44))
async def test_a_totals_row_never_stands_alone(pool: RenderPool, rows: int) -> None:
    reader = await pdf(pool, document_of_rows(rows))
    (page,) = (p.extract_text() for p in reader.pages if "Total" in p.extract_text())
    assert re.search(r"Project \d", page)


async def test_rendering_twice_gives_the_same_bytes_in_any_process(pool: RenderPool) -> None:
    content = document_of_rows(60).model_dump_json().encode()
    other = RenderPool(1, cpu_limit_s=60, memory_limit_bytes=1 << 30, recycle_after=9)
    first = await pool.render("pdf", content)
    again = await pool.render("pdf", content)
    elsewhere = await other.render("pdf", content)
    await other.close()
    assert first == again == elsewhere
    assert first.rows == 60


async def test_metadata_comes_from_the_document(pool: RenderPool) -> None:
    reader = await pdf(pool, document())
    found = reader.metadata
    assert found is not None
    assert found.title == "Delivery summary, 1–31 October 2026"
    assert found.author == "Lighthouse Studio"
    assert found.creation_date == datetime(2026, 11, 2, 8, 15, tzinfo=UTC)
    assert found.modification_date == found.creation_date
    outline = [str(entry.title) for entry in reader.outline if not isinstance(entry, list)]
    assert outline == ["Deliveries over time", "By project", "Notes"]


async def test_every_font_is_embedded(pool: RenderPool) -> None:
    rendered = await pool.render("pdf", document().model_dump_json().encode())
    fonts = re.findall(rb"/BaseFont /(\S+)", rendered.content)
    assert sorted(set(fonts)) == [b"AAAAAA+OpenSans", b"AAAAAA+OpenSans-Semibold"]
    assert rendered.content.count(b"/FontFile2") == 2


async def test_a_chart_is_drawn_in_vectors_with_text_that_can_be_selected(
    pool: RenderPool,
) -> None:
    reader = await pdf(pool, document())
    page = reader.pages[0]
    assert not page.images
    assert "Harbour Street" in page.extract_text()
    assert "31 Oct" in page.extract_text()
    contents = page.get_contents()
    assert contents is not None
    assert len(re.findall(rb"\sf\*?\s", contents.get_data())) > 3 * 20  # a bar per day and project


HOSTILE = (
    "<img src=file:///etc/passwd>",
    "</p><pdf:spacer height='1pt'/><h1>x",
    "{{ 7*7 }} {% include '/etc/passwd' %}",
    "&amp; <b>bold</b> \x00\x07\x1b[31m",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css>",
    "%PDF-1.4 (endstream) \\ )(",
    "\u202egnirts desrever",
    "Ωμέγα, Жёлтый, Łódź, İstanbul",
    "x" * 5000,
    "",
)


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_are_printed_as_they_are(pool: RenderPool, name: str) -> None:
    wanted = document(
        title=name,
        tenant=name,
        summary=(name, name),
        rows=[(name, 1, 1, "1.0", "1", "2026-10-01"), ("last", 1, 1, name, name, name)],
        charts=[bar_chart([name, "other"])],
        notes=(name,),
    )
    printed = text(await pdf(pool, wanted))
    assert "last" in printed
    plain = " ".join(re.sub(r"[\x00-\x1f\u202e]", " ", name).split())
    if len(plain) < 40:
        assert plain in printed.replace("\n", " ")
    assert "root:" not in printed


async def test_an_empty_period_is_a_page_that_says_so(pool: RenderPool) -> None:
    reader = await pdf(pool, empty_document())
    assert len(reader.pages) == 1
    printed = text(reader)
    assert "Nothing was delivered in this period." in printed
    assert "No rows in this period." in printed


async def test_a_document_without_anything_is_a_valid_page(pool: RenderPool) -> None:
    bare = document(summary=(), kpis=(), sections=(), notes=())
    assert "There is nothing to report for this period." in text(await pdf(pool, bare))


async def test_a_cut_table_says_how_much_is_missing(pool: RenderPool) -> None:
    full = document().tables[0]
    cut = Table(**{**dict(full), "available_rows": 48_120})
    printed = text(await pdf(pool, document(sections=(Section(title="S", tables=(cut,)),))))
    assert "first 4 of 48,120 rows" in printed


async def test_times_are_printed_in_the_periods_timezone_and_name_it(pool: RenderPool) -> None:
    """Kathmandu is at +05:45 and has no letters for a name; its file is read before lock-in."""
    period = Period(
        first_day=date(2026, 10, 1), last_day=date(2026, 10, 31), timezone="Asia/Kathmandu"
    )
    printed = text(await pdf(pool, document(period=period, previous_period=period.previous)))
    assert "Data as of 2 Nov 2026, 13:59 UTC+05:45" in printed
    assert "(Asia/Kathmandu)" in printed


async def test_a_table_of_many_columns_keeps_every_cell_on_the_page(pool: RenderPool) -> None:
    columns = tuple(Column(name=f"c{n}", title=f"C{n}", kind=Kind.INTEGER) for n in range(14))
    wide = Table(name="wide", title="Wide", columns=columns, rows=(tuple(range(100, 114)),) * 3)
    printed = text(await pdf(pool, document(sections=(Section(title="S", tables=(wide,)),))))
    assert printed.count("113") == 3


def chart(specification: dict[str, object]) -> Chart:
    return Chart(name="c", title="C", alternative_text="C", specification=specification)


@pytest.mark.parametrize(
    "specification",
    [
        {"mark": "bar", "data": {"url": "file:///etc/passwd"}},
        {"layer": [{"mark": "bar", "data": {"url": "http://127.0.0.1:9/data.json"}}]},
        {"mark": {"type": "image", "url": "http://127.0.0.1:9/a.png"}, "data": {"values": []}},
        {"mark": "nothing known", "data": {"values": []}},
    ],
)
async def test_a_chart_that_cannot_be_drawn_fails_the_report_and_says_why(
    pool: RenderPool, specification: dict[str, object]
) -> None:
    with pytest.raises(PermanentError, match="chart"):
        await pdf(pool, document(charts=[chart(specification)]))


@pytest.mark.parametrize("mark", ["bar", "line", "area", "point", "rule", "tick", "arc", "text"])
async def test_every_usual_mark_can_be_drawn(pool: RenderPool, mark: str) -> None:
    encoding = (
        {"theta": {"field": "n", "type": "quantitative"}, "color": {"field": "x"}}
        if mark == "arc"
        else {
            "x": {"field": "x", "type": "nominal", "title": "Axis title"},
            "y": {"field": "n", "type": "quantitative"},
            "text": {"field": "x"},
        }
    )
    values = [{"x": letter, "n": n} for n, letter in enumerate("abcd", 1)]
    wanted = chart({"mark": mark, "data": {"values": values}, "encoding": encoding})
    assert await pdf(pool, document(charts=[wanted]))


async def test_a_table_longer_than_its_type_is_measured_for_still_fits(pool: RenderPool) -> None:
    rows = [("short", 1, 1, "1.0", "1", None)] * 450
    rows.append(("word " * 300, 123456789012, 1, "1.0", "1", None))
    printed = text(await pdf(pool, document(rows=rows)))
    assert "123,456,789,012" in printed
    assert "…" in printed


async def test_two_tables_and_two_charts_share_a_section(pool: RenderPool) -> None:
    section = Section(
        title="Both",
        text=("A remark.",),
        charts=(bar_chart(), bar_chart(days=7)),
        tables=(table([("a", 1, 1, "1.0", "1", None)]), table([("b", 2, 1, "1.0", "1", None)])),
    )
    assert "A remark." in text(await pdf(pool, document(sections=(section,))))


async def test_a_table_of_many_columns_turns_the_page(pool: RenderPool) -> None:
    """Fifteen columns of names and times, as the list of jobs has them."""
    times = [Column(name=f"t{n}", title="Finished", kind=Kind.INSTANT) for n in range(4)]
    names = [Column(name=f"n{n}", title="Project", kind=Kind.TEXT) for n in range(6)]
    figures = [Column(name=f"f{n}", title="GPU time", kind=Kind.INTEGER) for n in range(5)]
    row = (*["The Paper Boat"] * 6, *["2026-10-02T03:04:05+00:00"] * 4, *[1_234_567] * 5)
    wide = Table(name="w", title="W", columns=(*names, *times, *figures), rows=(row,) * 60)
    reader = await pdf(pool, document(sections=(Section(title="S", tables=(wide,)),)))
    assert all(page.mediabox.width > page.mediabox.height for page in reader.pages)
    printed = text(reader)
    # No time and no figure is broken into two lines.
    assert printed.count("2 Oct 2026, 05:04 CEST") == 4 * 60
    assert printed.count("1,234,567") == 5 * 60


async def test_an_ordinary_report_stays_upright_on_the_tenant_s_paper(pool: RenderPool) -> None:
    sizes = {
        paper: (await pdf(pool, document(house_style=HouseStyle(paper=paper)))).pages[0].mediabox
        for paper in Paper
    }
    assert [round(float(n)) for n in sizes[Paper.A4][2:]] == [595, 842]
    assert [round(float(n)) for n in sizes[Paper.LETTER][2:]] == [612, 792]


@pytest.mark.parametrize("rows", range(4, 40, 3))
async def test_the_notes_are_on_one_page_and_below_something(pool: RenderPool, rows: int) -> None:
    notes = tuple(f"Remark number {n}, which says how things were counted." for n in range(6))
    wanted = document_of_rows(rows).model_copy(update={"notes": notes})
    pages = [page.extract_text() for page in (await pdf(pool, wanted)).pages]
    (with_notes,) = (page for page in pages if "Remark number" in page)
    above, _, below = with_notes.partition("\nNotes\n")
    assert re.search(r"Project \d", above)
    assert all(note in below for note in notes)
    (headed,) = (page for page in pages if re.search("^By project$", page, re.MULTILINE))
    assert "Project 1 1 " in headed


async def test_each_page_names_definition_and_snapshot(pool: RenderPool) -> None:
    wanted = document(definition="Weekly deliveries, version 3")
    content = wanted.model_dump_json().encode()
    printed = text(await pdf(pool, wanted))
    snapshot = hashlib.sha256(content).hexdigest()[:12]
    assert f"Weekly deliveries, version 3  ·  Snapshot {snapshot}" in printed


async def test_lying_bars_get_the_height_they_need(pool: RenderPool) -> None:
    """Twenty labels of eight points do not fit into the height of five."""
    names = [f"Worker number {n}" for n in range(20)]
    bars: dict[str, object] = {
        "mark": "bar",
        "data": {"values": [{"x": name, "n": n + 1} for n, name in enumerate(names)]},
        "encoding": {
            "y": {"field": "x", "type": "nominal", "axis": {"labelOverlap": True}},
            "x": {"field": "n", "type": "quantitative"},
        },
    }
    printed = text(await pdf(pool, document(charts=[chart(bars)])))
    assert all(name in printed for name in names)


@pytest.mark.parametrize("mark", ["bar", "line"])
async def test_a_chart_that_came_out_blank_fails_the_report(pool: RenderPool, mark: str) -> None:
    lost: dict[str, object] = {
        "mark": mark,
        "data": {"values": [{"x": "a", "n": 1}, {"x": "b", "n": 2}]},
        "transform": [{"filter": "datum.n > 100"}],
        "encoding": {
            "x": {"field": "x", "type": "nominal"},
            "y": {"field": "n", "type": "quantitative"},
        },
    }
    with pytest.raises(PermanentError, match="blank"):
        await pdf(pool, document(charts=[chart(lost)]))


async def test_the_tenant_s_logo_colour_and_footer_are_printed(pool: RenderPool) -> None:
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20">'
        '<circle cx="10" cy="10" r="9" fill="#7A3E9D"/></svg>'
    )
    logo = Logo(media_type=Picture.SVG, data=base64.b64encode(picture.encode()).decode())
    style = HouseStyle(logo=logo, colour="#0B6E4F", footer="For internal use")
    reader = await pdf(pool, document(house_style=style))
    contents = reader.pages[0].get_contents()
    assert contents is not None
    drawn = contents.get_data()
    assert b".478431 .243137 .615686 rg" in drawn
    assert b".043137 .431373 .309804 rg" in drawn
    assert "For internal use" in text(reader)
    assert not reader.pages[0].images


async def test_a_logo_of_pixels_is_a_picture_on_the_first_page(pool: RenderPool) -> None:
    logo = Logo(media_type=Picture.PNG, data=SMALLEST_PNG)
    reader = await pdf(pool, document(house_style=HouseStyle(logo=logo)))
    assert len(reader.pages[0].images) == 1


async def test_sixty_reports_leave_the_memory_of_their_process_as_it_was(pool: RenderPool) -> None:
    kinds = [document(), document_of_rows(120), document(charts=[bar_chart(days=5)])]
    contents = [wanted.model_dump_json().encode() for wanted in kinds]

    async def draw(times: int) -> int:
        """Bytes that the process holds afterwards."""
        for number in range(times):
            await pool.render("pdf", contents[number % len(contents)])
        (pid,) = pool.pids
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    warm = await draw(15)
    assert await draw(60) - warm < 8 << 20
