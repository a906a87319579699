"""Scheduled work beside somebody who waits, in one process."""

from __future__ import annotations

import asyncio

from shared.giving_way import AT_MOST_SECONDS, QUICK_SECONDS, InHand, give_way
from shared.states import Lane


async def _steps(in_hand: InHand, lane: Lane, taken: list[str], count: int = 3) -> None:
    with in_hand.work(lane):
        for _ in range(count):
            await give_way()
            taken.append(lane)
            await asyncio.sleep(0)


async def test_scheduled_work_takes_no_step_while_somebody_waits() -> None:
    in_hand, taken = InHand(), list[str]()
    with in_hand.work(Lane.INTERACTIVE):
        bulk = asyncio.create_task(_steps(in_hand, Lane.BULK, taken))
        await _steps(in_hand, Lane.INTERACTIVE, taken)
        assert taken == [Lane.INTERACTIVE] * 3
    await bulk
    assert taken == [Lane.INTERACTIVE] * 3 + [Lane.BULK] * 3


async def test_it_waits_for_the_last_of_several() -> None:
    in_hand, taken = InHand(), list[str]()
    with in_hand.work(Lane.INTERACTIVE):
        with in_hand.work(Lane.INTERACTIVE):
            backlog = asyncio.create_task(_steps(in_hand, Lane.BACKLOG, taken))
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        assert not taken
    await backlog
    assert len(taken) == 3


async def test_it_goes_on_slowly_where_somebody_always_waits() -> None:
    in_hand, taken = InHand(), list[str]()
    with in_hand.work(Lane.INTERACTIVE):
        await _steps(in_hand, Lane.BULK, taken)
    assert taken == [Lane.BULK] * 3


async def test_what_takes_long_holds_nothing_up_for_as_long() -> None:
    in_hand, taken = InHand(), list[str]()
    with in_hand.work(Lane.INTERACTIVE):
        await asyncio.sleep(QUICK_SECONDS + 0.1)
        began = asyncio.get_running_loop().time()
        await _steps(in_hand, Lane.BULK, taken, count=40)
        assert asyncio.get_running_loop().time() - began < 40 * AT_MOST_SECONDS / 2


async def test_what_belongs_to_no_message_waits_for_nobody() -> None:
    in_hand = InHand()

    async def housekeeping() -> None:
        async with asyncio.timeout(0.1):
            await give_way()

    task = asyncio.create_task(housekeeping())
    with in_hand.work(Lane.INTERACTIVE):
        await task
