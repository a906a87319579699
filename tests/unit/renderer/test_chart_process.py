"""Charts come from one process that all drawing processes share."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import vl_convert

from services.renderer.isolation.child import SETTLED_SECONDS
from services.renderer.isolation.errors import RenderFailed
from services.renderer.isolation.pool import RenderPool
from shared.document import Chart, ReportDocument
from tests.documents import document


@asynccontextmanager
async def pool(size: int = 1, idle_after_s: float = 60.0) -> AsyncIterator[RenderPool]:
    pool = RenderPool(
        size,
        cpu_limit_s=60,
        memory_limit_bytes=512 << 20,
        recycle_after=100,
        idle_after_s=idle_after_s,
    )
    try:
        yield pool
    finally:
        await pool.close()


def loading_the_chart_library() -> list[int]:
    """Processes of this test run that have vl-convert in memory."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == os.getpid() and "vl_convert" in (folder / "maps").read_text():
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def library_bytes(pid: int, name: str) -> int:
    """How much of a library's file the process has in memory."""
    found, counts = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        fields = line.split()
        if "-" in fields[0]:
            counts = name in line
        elif counts and fields[0] == "Rss:":
            found += int(fields[1]) << 10
    return found


def content(report: ReportDocument) -> bytes:
    return report.model_dump_json().encode()


async def test_two_documents_at_once_share_the_process_that_draws_charts() -> None:
    async with pool(size=2) as shared:
        pages = await asyncio.gather(*(shared.render("pdf", content(document())) for _ in range(2)))
        assert pages[0] == pages[1]
        assert len(shared.pids) == 2
        (charts,) = loading_the_chart_library()
        assert charts not in shared.pids
        # What both hold besides is small: no reader of PDFs, and half of the chart library.
        for drawing in shared.pids:
            assert "cryptography" not in Path(f"/proc/{drawing}/maps").read_text()
        assert (
            library_bytes(charts, "vl_convert")
            < Path(vl_convert.__file__).parent.joinpath("vl_convert.abi3.so").stat().st_size * 0.6
        )
        os.kill(charts, 9)
        async with asyncio.timeout(20):
            while loading_the_chart_library():
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)  # reaped; the pool is told by a callback of the loop
        assert await shared.render("pdf", content(document())) == pages[0]
        assert loading_the_chart_library() != [charts]
    assert not loading_the_chart_library()


async def test_where_no_chart_is_drawn_no_process_waits_for_one() -> None:
    async with pool(idle_after_s=0.4) as shared:
        await shared.start()
        page = await shared.render("pdf", content(document()))
        assert loading_the_chart_library()
        async with asyncio.timeout(20):
            while loading_the_chart_library():
                await asyncio.sleep(0.05)
        assert len(shared.pids) == 1
        assert await shared.render("pdf", content(document())) == page


async def test_a_large_export_ends_a_chart_process_that_is_not_used() -> None:
    async with pool() as shared:
        await shared.render("pdf", content(document()))
        async with shared.writing():
            assert loading_the_chart_library(), "it was used a moment ago"
        await asyncio.sleep(SETTLED_SECONDS + 0.1)
        async with shared.writing():
            assert not loading_the_chart_library()


async def test_a_chart_that_cannot_be_drawn_is_named_and_the_next_report_is_drawn() -> None:
    good = document()
    (section, *others) = good.sections
    chart = Chart(
        name="broken",
        title="Broken",
        alternative_text="Broken",
        specification={"data": {"values": [{"n": 1}]}, "mark": "no such mark"},
    )
    bad = good.model_copy(
        update={"sections": (section.model_copy(update={"charts": (chart,)}), *others)}
    )
    async with pool() as shared:
        with pytest.raises(RenderFailed, match="chart 'broken'") as refused:
            await shared.render("html", content(bad))
        assert refused.value.code == "chart_not_drawn"
        assert (await shared.render("html", content(good))).rows == good.row_count
