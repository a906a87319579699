"""The scheduler's composition root."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from services.scheduler import SERVICE
from services.scheduler.firing import fire_due_schedules
from services.scheduler.gauges import observe_outbox, observe_queues
from services.scheduler.lost_messages import ask_again
from services.scheduler.outcomes import take_note_of_outcomes
from services.scheduler.parking import on_dead_letter
from services.scheduler.reaper import reap
from services.scheduler.retention import expire_files, forget_events
from services.scheduler.settings import SchedulerSettings
from services.scheduler.timezones import follow_timezone_rules
from services.scheduler.waiting import let_go_of_waiting
from shared.service import Service
from shared.topology import DEAD_LETTER_QUEUE

log = structlog.get_logger(__name__)


def create_service(settings: SchedulerSettings) -> Service:
    """The scheduler, ready to be served. Any number may run: none is the leader."""
    service = Service(SERVICE, settings, sweep_outbox_every=settings.outbox_sweep_seconds)
    store = service.store

    @asynccontextmanager
    async def ticks() -> AsyncIterator[None]:
        scheduler = AsyncIOScheduler(timezone="UTC")

        def every(
            seconds: float, job: Callable[[], Awaitable[Any]], name: str, *, at_once: bool = False
        ) -> None:
            scheduler.add_job(
                partial(_tick, name, job),
                "interval",
                seconds=seconds,
                id=name,
                name=name,
                **({"next_run_time": datetime.now(UTC)} if at_once else {}),
            )

        every(
            settings.schedule_tick_seconds,
            partial(fire_due_schedules, store, service.blobs),
            "schedules",
        )
        every(
            settings.schedule_tick_seconds,
            partial(let_go_of_waiting, store, service.blobs),
            "waiting occurrences",
        )
        every(
            settings.outcome_tick_seconds,
            partial(take_note_of_outcomes, store, service.blobs),
            "outcomes",
        )
        every(
            settings.retention_tick_seconds,
            partial(follow_timezone_rules, store),
            "time zones",
            at_once=True,
        )
        every(settings.reaper_tick_seconds, partial(reap, store, settings), "reaper")
        every(
            settings.message_lost_after_seconds / 10,
            partial(ask_again, store, settings),
            "lost messages",
        )
        every(settings.gauge_tick_seconds, partial(observe_outbox, store), "outbox gauge")
        every(settings.gauge_tick_seconds, partial(observe_queues, service.broker), "queue gauges")
        every(
            settings.retention_tick_seconds,
            partial(expire_files, store, service.blobs, lease_seconds=settings.lease_seconds),
            "files",
        )
        every(settings.retention_tick_seconds, partial(forget_events, store, settings), "events")
        scheduler.start()
        yield
        scheduler.shutdown(wait=False)

    service.during(ticks)
    service.consumers.add_raw(DEAD_LETTER_QUEUE, partial(on_dead_letter, store=store))
    return service


async def _tick(name: str, job: Callable[[], Awaitable[Any]]) -> None:
    """Run a job; what fails now is tried again at the next tick."""
    try:
        await job()
    except Exception as error:
        log.warning("tick failed", tick=name, reason=repr(error))
