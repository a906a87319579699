"""How many drawing processes there are, which of them ends for another, and who waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

import pytest

from services.renderer.isolation.child import SETTLED_SECONDS
from services.renderer.isolation.kinds import ChildKind
from services.renderer.isolation.processes import Processes
from shared.errors import TransientError

WARM, RARE, LETTERED = ChildKind.WARM, ChildKind.RARE, ChildKind.LETTERED


class FakeChild:
    """Lives until it is ended."""

    def __init__(self, kind: ChildKind) -> None:
        self.kind = kind
        self.alive, self.worn = True, False
        self.idle_since = 0.0

    def unused_for(self, seconds: float) -> bool:
        return time.monotonic() - self.idle_since > seconds

    async def end(self) -> None:
        self.alive = False


class Machine:
    """Where the children are started; counts those that live."""

    def __init__(self, most: int = 2) -> None:
        self.children: list[FakeChild] = []
        self.broken = False
        self.most_alive = 0
        self.processes = Processes(most, self.start)

    async def start(self, kind: ChildKind) -> Any:
        if self.broken:
            raise TransientError("renderer_not_started", "a drawing process did not start")
        self.children.append(FakeChild(kind))
        self.most_alive = max(self.most_alive, len(self.alive))
        return self.children[-1]

    @property
    def alive(self) -> list[ChildKind]:
        return [child.kind for child in self.children if child.alive]

    async def worked(self, kind: ChildKind) -> None:
        await self.processes.put_back(await self.processes.take(kind))

    def idle_for(self, seconds: float) -> None:
        for child in self.processes.idle:
            child.idle_since = time.monotonic() - seconds


async def soon(awaitable: Awaitable[Any]) -> Any:
    async with asyncio.timeout(5):
        return await awaitable


async def waits(task: asyncio.Task[Any]) -> bool:
    for _ in range(5):
        await asyncio.sleep(0)
    return not task.done()


async def test_idle_processes_of_all_kinds_together_keep_to_one_limit() -> None:
    machine = Machine(most=2)
    for kind in (WARM, RARE, LETTERED, RARE, WARM, LETTERED):
        await soon(machine.worked(kind))
        assert len(machine.alive) <= 2
    assert machine.most_alive == 2


async def test_the_one_unused_for_longest_ends_for_another_kind() -> None:
    machine = Machine(most=3)
    for kind in (WARM, RARE, LETTERED, WARM):
        await soon(machine.worked(kind))
    await soon(machine.worked(RARE))
    assert sorted(machine.alive) == sorted((WARM, RARE, LETTERED))
    narrow = Machine(most=2)
    for kind in (WARM, RARE, WARM, LETTERED):
        await soon(narrow.worked(kind))
    assert sorted(narrow.alive) == sorted((WARM, LETTERED))


async def test_a_process_is_used_again_by_documents_of_its_kind() -> None:
    machine = Machine(most=2)
    for _ in range(5):
        await soon(machine.worked(WARM))
        await soon(machine.worked(RARE))
    assert len(machine.children) == 2


async def test_two_formats_by_turns_do_not_end_each_others_process() -> None:
    """A second workbook waits for the first one's process; that of the PDF, just used, stays."""
    machine = Machine(most=2)
    await soon(machine.worked(WARM))
    rare = await soon(machine.processes.take(RARE))
    second = asyncio.create_task(machine.processes.take(RARE))
    assert await waits(second)
    assert machine.alive == [WARM, RARE]
    await machine.processes.put_back(rare)
    assert await soon(second) is rare


async def test_a_process_that_nobody_has_used_for_a_while_makes_room() -> None:
    machine = Machine(most=2)
    await soon(machine.worked(WARM))
    await soon(machine.processes.take(RARE))
    machine.idle_for(SETTLED_SECONDS + 1)
    await soon(machine.processes.take(RARE))
    assert machine.alive == [RARE, RARE]


async def test_a_kind_that_has_no_process_gets_the_next_place() -> None:
    machine = Machine(most=2)
    first = await soon(machine.processes.take(WARM))
    await soon(machine.processes.take(WARM))
    rare = asyncio.create_task(machine.processes.take(RARE))
    assert await waits(rare)
    await machine.processes.put_back(first)
    assert (await soon(rare)).kind is RARE
    assert sorted(machine.alive) == sorted((WARM, RARE))


async def test_a_large_export_takes_the_place_of_a_process() -> None:
    machine = Machine(most=2)
    await soon(machine.worked(WARM))
    await soon(machine.worked(RARE))
    async with machine.processes.room():
        assert machine.alive == [RARE]
        await soon(machine.worked(WARM))
        assert machine.alive == [WARM]
    first = await soon(machine.processes.take(WARM))
    await soon(machine.processes.take(RARE))
    assert first.alive
    assert len(machine.alive) == 2


async def test_a_worn_process_ends_and_frees_its_place() -> None:
    machine = Machine(most=2)
    child: Any = await soon(machine.processes.take(WARM))
    child.worn = True
    await machine.processes.put_back(child)
    assert machine.alive == []
    await soon(machine.worked(WARM))
    await soon(machine.worked(RARE))
    assert len(machine.alive) == 2


async def test_a_process_that_does_not_start_takes_no_place() -> None:
    machine = Machine(most=2)
    machine.broken = True
    for _ in range(3):
        with pytest.raises(TransientError):
            await soon(machine.processes.take(WARM))
    machine.broken = False
    await soon(machine.worked(WARM))
    await soon(machine.worked(RARE))
    assert len(machine.alive) == 2


async def test_who_stops_waiting_takes_no_place() -> None:
    machine = Machine(most=2)
    first = await soon(machine.processes.take(WARM))
    second = await soon(machine.processes.take(WARM))
    impatient = asyncio.create_task(machine.processes.take(WARM))
    assert await waits(impatient)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    await machine.processes.put_back(first)
    await machine.processes.put_back(second)
    assert await soon(machine.processes.take(WARM)) is second
    assert await soon(machine.processes.take(WARM)) is first


async def test_the_warm_process_outlives_an_hour_without_work() -> None:
    machine = Machine(most=3)
    await soon(machine.worked(WARM))
    await soon(machine.worked(RARE))
    machine.idle_for(3600)
    await machine.processes.retire(60)
    assert machine.alive == [WARM]
