"""The scheduler's composition root."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from services.scheduler import SERVICE
from services.scheduler.delivery_notices import tell_of_deliveries
from services.scheduler.firing import fire_due_schedules
from services.scheduler.gauges import Gauges
from services.scheduler.lost_messages import ask_again
from services.scheduler.outcomes import take_note_of_outcomes
from services.scheduler.parking import on_dead_letter
from services.scheduler.reaper import reap
from services.scheduler.retention import expire_files, forget_events
from services.scheduler.settings import SchedulerSettings
from services.scheduler.signals import on_signal
from services.scheduler.timezones import follow_timezone_rules
from services.scheduler.waiting import let_go_of_waiting
from shared.housekeeping import Housekeeping, Job
from shared.instances import Report
from shared.service import Service
from shared.topology import DEAD_LETTER_QUEUE, SIGNALS_QUEUE


def create_service(settings: SchedulerSettings) -> Service:
    """The scheduler, ready to be served. Any number may run: none is the leader."""
    service = Service(SERVICE, settings, sweep_outbox_every=settings.outbox_sweep_seconds)
    store = service.store
    housekeeping = Housekeeping()
    service.add_route("/housekeeping", housekeeping.answer)
    gauges = Gauges(store, service.broker)
    service.report = lambda: Report(
        jobs=housekeeping.reports(), queues=gauges.queues, outbox=gauges.outbox
    )
    housekeeping.add("outbox", "events published", settings.outbox_sweep_seconds)
    service.relay.on_pass(partial(housekeeping.note, "outbox"))

    @asynccontextmanager
    async def ticks() -> AsyncIterator[None]:
        # However late a tick is, it takes place: else a busy start would put off by ten minutes
        # what is to be done at once.
        never_missed = {"misfire_grace_time": None, "coalesce": True}
        scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=never_missed)

        def every(seconds: float, job: Job, name: str, what: str, *, at_once: bool = False) -> None:
            housekeeping.add(name, what, seconds)
            scheduler.add_job(
                partial(housekeeping.run, name, job),
                "interval",
                seconds=seconds,
                id=name,
                name=name,
                **({"next_run_time": datetime.now(UTC)} if at_once else {}),
            )

        every(
            settings.schedule_tick_seconds,
            partial(fire_due_schedules, store, service.blobs, share=settings.bulk_share),
            "schedules",
            "runs made of due schedules",
        )
        every(
            settings.schedule_tick_seconds,
            partial(let_go_of_waiting, store, service.blobs, share=settings.bulk_share),
            "waiting occurrences",
            "runs made of occurrences that had waited",
        )
        every(
            settings.outcome_tick_seconds,
            partial(take_note_of_outcomes, store, service.blobs),
            "outcomes",
            "occurrences whose run has ended",
        )
        every(
            settings.outcome_tick_seconds * 5,
            partial(tell_of_deliveries, store, service.blobs, settings.public_url),
            "delivery notices",
            "deliveries whose report's owner was told that they did not arrive",
        )
        every(
            settings.retention_tick_seconds,
            partial(follow_timezone_rules, store),
            "time zones",
            "schedules computed anew",
            at_once=True,
        )
        every(
            settings.reaper_tick_seconds,
            partial(reap, store, settings),
            "reaper",
            "leases that had expired",
        )
        every(
            settings.message_lost_after_seconds / 10,
            partial(ask_again, store, settings),
            "lost messages",
            "pieces of work asked for again",
        )
        every(
            settings.gauge_tick_seconds,
            gauges.observe_outbox,
            "outbox gauge",
            "looks only",
        )
        every(
            settings.gauge_tick_seconds,
            gauges.observe_queues,
            "queue gauges",
            "looks only",
        )
        every(
            settings.retention_tick_seconds,
            partial(expire_files, store, service.blobs, lease_seconds=settings.lease_seconds),
            "files",
            "runs whose files are past their retention",
        )
        every(
            settings.retention_tick_seconds,
            partial(forget_events, store, settings),
            "events",
            "rows of outbox and inbox past their time",
        )
        scheduler.start()
        yield
        scheduler.shutdown(wait=False)

    service.during(ticks)
    service.consumers.add_raw(DEAD_LETTER_QUEUE, partial(on_dead_letter, store=store))
    service.consumers.add_raw(SIGNALS_QUEUE, partial(on_signal, store=store))
    return service
