"""What a drawing process can reach, how it ends, and who is served first."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from services.renderer.isolation.errors import (
    RenderFailed,
    RenderOutOfMemory,
    RenderStarved,
    RenderTimeout,
)
from services.renderer.isolation.pool import FORMATS_MODULE, RenderPool
from shared.errors import PermanentError, TransientError
from shared.states import Lane
from tests.documents import document

PROBES = "tests.unit.renderer.probes"


@asynccontextmanager
async def pool(size: int = 1, **over: Any) -> AsyncIterator[RenderPool]:
    settings = {
        "cpu_limit_s": 20.0,
        "memory_limit_bytes": 512 << 20,
        "recycle_after": 100,
        "format_modules": (PROBES,),
        **over,
    }
    pool = RenderPool(size, **settings)
    try:
        yield pool
    finally:
        await pool.close()


def saying(title: str) -> bytes:
    return document(title=title).model_dump_json().encode()


async def pid(pool: RenderPool) -> int:
    return int((await pool.render("misbehave", saying("fine"))).content)


async def reached() -> Any:
    """By a process that has everything loaded which real formats need."""
    async with pool(format_modules=(FORMATS_MODULE, PROBES)) as probing:
        return json.loads((await probing.render("reach", saying("reach"))).content)


async def test_a_document_reaches_no_file_no_network_and_no_program() -> None:
    found = (await reached())["found"]
    assert found == dict.fromkeys(found, "OSError") | {"raise the limit": "ValueError"}
    assert not Path("/tmp/broadsheet-probe").exists()


async def test_a_drawing_process_knows_none_of_the_services_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BROADSHEET_DATABASE_URL", "postgresql://user:secret@host/db")
    environment = (await reached())["environment"]
    assert set(environment) <= {
        "PATH", "LANG", "LC_CTYPE", "TZ", "PYTHONPATH", "MALLOC_ARENA_MAX",
        "ARROW_DEFAULT_MEMORY_POOL",
    }  # fmt: skip
    assert "secret" not in json.dumps(environment)
    assert environment["TZ"] == "UTC"


async def test_drawing_is_nicer_than_the_service() -> None:
    assert (await reached())["nice"] == os.nice(0) + 3


async def test_what_computes_too_long_is_ended_and_the_next_document_is_drawn() -> None:
    async with pool(cpu_limit_s=1.0, time_limit_s=120.0) as strict:
        first = await pid(strict)
        with pytest.raises(RenderTimeout, match="more than 1 s of computing: ask for a shorter"):
            await strict.render("misbehave", saying("spin"))
        assert not Path(f"/proc/{first}").exists()
        assert await pid(strict) != first


async def test_what_only_waits_is_ended_and_worth_another_try() -> None:
    async with pool(time_limit_s=1.0) as strict:
        first = await pid(strict)
        with pytest.raises(RenderStarved, match="not done after 1 s: the machine was busy"):
            await strict.render("misbehave", saying("hang"))
        assert not Path(f"/proc/{first}").exists()
        assert await pid(strict) != first


async def test_what_was_computed_for_other_documents_does_not_count() -> None:
    async with pool(cpu_limit_s=2.0) as strict:
        first = await pid(strict)
        for _ in range(6):
            await strict.render("misbehave", saying("work half a second"))
        assert await pid(strict) == first


async def test_what_takes_too_much_memory_is_refused_and_the_next_document_is_drawn() -> None:
    async with pool() as strict:
        with pytest.raises(RenderOutOfMemory, match="more than 512 MB"):
            await strict.render("misbehave", saying("grow"))
        assert await pid(strict)


async def test_a_report_that_takes_too_much_memory_is_refused_and_the_next_one_is_drawn() -> None:
    """A real page, by a process that has as much as the smallest setting gives it."""
    small, large = document(), document(notes=("far too much " * 3_000_000,))
    async with pool(memory_limit_bytes=128 << 20, format_modules=(FORMATS_MODULE,)) as strict:
        before = await strict.render("html", small.model_dump_json().encode())
        with pytest.raises(RenderOutOfMemory, match="drawing html took more than 128 MB: ask for"):
            await strict.render("html", large.model_dump_json().encode())
        assert await strict.render("html", small.model_dump_json().encode()) == before
        assert before.rows == small.row_count


async def test_a_process_killed_from_outside_is_worth_another_try() -> None:
    async with pool() as shared:
        with pytest.raises(TransientError, match="signal 9"):
            await shared.render("misbehave", saying("killed"))
        assert await pid(shared)


async def test_a_process_killed_while_idle_is_replaced_unnoticed() -> None:
    async with pool() as shared:
        first = await pid(shared)
        os.kill(first, 9)
        async with asyncio.timeout(20):
            while Path(f"/proc/{first}").exists():
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)  # reaped; the pool is told by a callback of the loop
        assert await pid(shared) != first


async def test_a_crash_is_the_documents_fault_and_says_so() -> None:
    async with pool() as shared:
        with pytest.raises(RenderFailed, match="ended with code -6"):
            await shared.render("misbehave", saying("crash"))
        assert await pid(shared)


async def test_an_error_while_drawing_names_its_reason_and_keeps_the_process() -> None:
    async with pool() as shared:
        first = await pid(shared)
        with pytest.raises(RenderFailed, match="RuntimeError: a reason"):
            await shared.render("misbehave", saying("raise"))
        assert await pid(shared) == first


async def test_what_a_library_prints_does_not_disturb_the_answers() -> None:
    async with pool() as shared:
        assert await shared.render("misbehave", saying("print"))
        assert await pid(shared)


async def test_an_unknown_format_and_a_damaged_document_are_refused() -> None:
    async with pool() as shared:
        for name, content in (("unheard_of", saying("fine")), ("misbehave", b"{")):
            with pytest.raises(PermanentError):
                await shared.render(name, content)


async def test_a_process_is_replaced_after_its_share_of_documents() -> None:
    async with pool(recycle_after=2) as shared:
        pids = [await pid(shared) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


async def test_spare_processes_end_when_there_is_nothing_to_do() -> None:
    async with pool(size=2, idle_after_s=0.4) as shared:
        await shared.start()
        await asyncio.gather(pid(shared), pid(shared), shared.render("misbehave", saying("fine")))
        async with asyncio.timeout(20):
            while len(shared.pids) != 1:
                await asyncio.sleep(0.05)


async def test_a_rare_format_has_a_process_of_its_own_that_is_not_kept() -> None:
    async with pool(idle_after_s=0.4) as shared:
        await shared.start()
        warm = await pid(shared)
        rendered = await shared.render("rare", saying("fine"), kept_warm=False)
        again = await shared.render("rare", saying("fine"), kept_warm=False)
        assert rendered == again
        assert int(rendered.content) != warm
        assert (rendered.media_type, rendered.extension) == ("text/plain", "txt")
        async with asyncio.timeout(20):
            while Path(f"/proc/{int(rendered.content)}").exists():
                await asyncio.sleep(0.05)
        assert shared.pids == (warm,)


async def test_closing_ends_every_process() -> None:
    async with pool() as shared:
        child = await pid(shared)
    assert not Path(f"/proc/{child}").exists()


async def test_a_cancelled_document_frees_its_place() -> None:
    async with pool() as shared:
        await pid(shared)
        hanging = asyncio.create_task(shared.render("misbehave", saying("hang")))
        await asyncio.sleep(0.3)
        hanging.cancel()
        with suppress(asyncio.CancelledError):
            await hanging
        assert await pid(shared)


async def test_bulk_work_leaves_one_place_to_people() -> None:
    async with pool(size=2) as shared:
        bulk = [
            asyncio.create_task(shared.render("misbehave", saying("hang"), lane=Lane.BULK))
            for _ in range(3)
        ]
        await asyncio.sleep(0)
        # Bulk work hangs for ever; a process takes its time to start on a busy machine.
        async with asyncio.timeout(60):
            assert await pid(shared)
        for task in bulk:
            task.cancel()
        await asyncio.gather(*bulk, return_exceptions=True)


async def test_people_are_served_before_bulk_work_that_came_first() -> None:
    served: list[str] = []

    async def ask(who: str, lane: Lane) -> None:
        await shared.render("misbehave", saying("fine"), lane=lane)
        served.append(who)

    async with pool() as shared:
        await pid(shared)
        async with asyncio.TaskGroup() as group:
            for who, lane in (*((name, Lane.BULK) for name in "abc"), ("me", Lane.INTERACTIVE)):
                group.create_task(ask(who, lane))
    assert served == ["a", "me", "b", "c"]


async def test_the_drawing_process_dies_with_the_service() -> None:
    script = f"""
import asyncio
from services.renderer.isolation.pool import FORMATS_MODULE, RenderPool
from tests.documents import document
async def main():
    pool = RenderPool(1, cpu_limit_s=20, memory_limit_bytes=512 << 20, recycle_after=9,
                      format_modules=({PROBES!r},))
    await pool.render("misbehave", document(title="fine").model_dump_json().encode())
    print(pool.pids[0], flush=True)
    await pool.render("misbehave", document(title="spin").model_dump_json().encode())
asyncio.run(main())
"""
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    assert service.stdout is not None
    child = int(await service.stdout.readline())
    await asyncio.sleep(0.2)
    service.kill()
    await service.wait()
    async with asyncio.timeout(5):
        while Path(f"/proc/{child}/stat").exists() and _runs(child):
            await asyncio.sleep(0.05)


def _runs(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False
