"""How far ahead of the drawing a backlog is aggregated."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from services.aggregator.pace import Pace
from shared.events import ReportRequested
from shared.states import Lane


class Drawing:
    """So many documents wait to be drawn; counts how often somebody looks."""

    def __init__(self, waiting: int) -> None:
        self.waiting = waiting
        self.looks = 0

    async def look(self) -> int:
        self.looks += 1
        return self.waiting


class Aggregating:
    """The runs that were begun, each of which is one more document to draw."""

    def __init__(self, drawing: Drawing, **pace: float) -> None:
        self._drawing = drawing
        self.begun: list[Lane] = []
        self.ask = Pace(drawing.look, ahead=10, look_again_seconds=0.01, **pace).kept_by(self._run)

    async def _run(self, event: ReportRequested) -> None:
        self.begun.append(event.lane)
        self._drawing.waiting += 1

    async def ask_for(self, *lanes: Lane) -> None:
        await asyncio.gather(*(self.ask(_requested(lane)) for lane in lanes))


def _requested(lane: Lane) -> ReportRequested:
    return ReportRequested(
        run_id=uuid4(),
        tenant_id=uuid4(),
        lane=lane,
        report_type="delivery_summary",
        formats=("pdf",),
    )


async def test_a_backlog_goes_so_far_ahead_and_no_further_until_something_is_drawn() -> None:
    drawing = Drawing(waiting=4)
    aggregating = Aggregating(drawing)
    backlog = asyncio.create_task(aggregating.ask_for(*[Lane.BACKLOG] * 9))
    await asyncio.sleep(0.05)
    assert len(aggregating.begun) == 6

    drawing.waiting -= 2
    await asyncio.sleep(0.05)
    assert len(aggregating.begun) == 8

    drawing.waiting = 0
    await backlog
    assert len(aggregating.begun) == 9


@pytest.mark.parametrize("lane", [Lane.INTERACTIVE, Lane.BULK])
async def test_no_other_lane_waits_for_drawing(lane: Lane) -> None:
    drawing = Drawing(waiting=1000)
    aggregating = Aggregating(drawing)
    backlog = asyncio.create_task(aggregating.ask_for(Lane.BACKLOG))
    await aggregating.ask_for(lane)
    assert aggregating.begun == [lane]

    drawing.waiting = 0
    await backlog


async def test_the_broker_is_not_asked_for_each_run() -> None:
    drawing = Drawing(waiting=0)
    aggregating = Aggregating(drawing)
    await aggregating.ask_for(*[Lane.BACKLOG] * 10)
    assert drawing.looks == 1


async def test_where_nobody_draws_a_backlog_goes_on_slowly() -> None:
    aggregating = Aggregating(Drawing(waiting=1000), at_most_seconds=0.05)
    await aggregating.ask_for(Lane.BACKLOG, Lane.BACKLOG)
    assert len(aggregating.begun) == 2


async def test_nothing_is_begun_while_the_broker_does_not_say() -> None:
    drawing = Drawing(waiting=0)
    away = True

    async def look() -> int:
        if away:
            raise ConnectionError("the broker is away")
        return drawing.waiting

    begun: list[ReportRequested] = []

    async def begin(event: ReportRequested) -> None:
        begun.append(event)

    ask = Pace(look, look_again_seconds=0.01).kept_by(begin)
    backlog = asyncio.ensure_future(ask(_requested(Lane.BACKLOG)))
    await asyncio.sleep(0.05)
    assert not begun

    away = False
    await backlog
    assert len(begun) == 1
