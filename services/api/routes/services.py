"""`/api/v1/services`: how the services are, what waits in their queues, and their housekeeping."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from services.api.guards import allow
from services.api.principals import Principal
from services.api.roles import Action
from services.api.service_health import (
    Instance,
    InstanceState,
    Job,
    JobState,
    Service,
    ServiceState,
    jobs_of,
    latest_outbox,
    latest_queues,
    services_of,
)
from services.api.strict_route import StrictRoute
from shared.heartbeat import KEPT_FOR
from shared.instances import QueueReading
from shared.states import Lane
from shared.store import tables
from shared.topology import CONSUMPTIONS

router = APIRouter(prefix="/api/v1/services", tags=["administration"], route_class=StrictRoute)

_MOST_OF_ONE = 100
"""Processes of a service that are told of, those heard of last."""
_LANES = {
    consumption.queue_name(lane): (consumption.name, lane)
    for consumption in CONSUMPTIONS
    for lane in Lane
}


class InstanceView(BaseModel):
    """One process of a service."""

    id: UUID
    process: str = Field(description="Host and process id.")
    state: InstanceState
    failing: list[str] = Field(description="What it needs and could not use.")
    started_at: datetime
    heard_at: datetime = Field(description="Its last heartbeat.")
    stopped_at: datetime | None
    silent_after_seconds: float = Field(
        description="Without a heartbeat for so long it counts as silent."
    )


class ServiceView(BaseModel):
    """A service by its processes."""

    name: str
    state: ServiceState
    heard_at: datetime | None = Field(description="The last heartbeat of any of its processes.")
    instances: list[InstanceView] = Field(
        description="Those heard of last first. One that ended is told of for an hour, and for as "
        "long as none follows it."
    )


class QueueView(BaseModel):
    """One queue of the broker."""

    name: str
    consumer: str = Field(description="Who reads it.")
    lane: Lane | None = Field(description="null: the queue has none.")
    ready: int = Field(description="Messages that no process has in hand.")
    consumers: int = Field(description="Processes that read it.")


class QueuesView(BaseModel):
    """All queues, as a scheduler saw them."""

    at: datetime
    queues: list[QueueView]


class OutboxView(BaseModel):
    """Events that are due and not with the broker yet, as a scheduler saw them."""

    at: datetime
    due: int
    age_seconds: float = Field(description="Of the oldest; 0 where there is none.")


class JobView(BaseModel):
    """A housekeeping job, whichever process ran it last."""

    service: str
    name: str
    state: JobState
    what: str = Field(description="What its numbers count.")
    every_seconds: float
    last_run: datetime | None = Field(description="When it last began, of runs that ended well.")
    seconds: float | None = Field(description="How long that run took.")
    did: int | None = Field(description="How much that run did; null: it only looks.")
    did_in_all: int = Field(
        description="By all processes that are heard of since each began; else by the last one."
    )


class ServicesView(BaseModel):
    """The installation: the same for every tenant, and nothing in it is of one."""

    at: datetime = Field(description="Now, by the clock of all these times but `last_run`.")
    services: list[ServiceView]
    queues: QueuesView | None = Field(description="null: no scheduler has told of them.")
    outbox: OutboxView | None = Field(description="null: no scheduler has told of it.")
    jobs: list[JobView]


@router.get("", summary="How the services are")
async def see_services(
    request: Request, principal: Annotated[Principal, Depends(allow(Action.SEE_SERVICES))]
) -> ServicesView:
    """Each service's health by the heartbeats of its processes, the depths of the queues, and what
    housekeeping did. Counts are of the whole installation. Why something failed is in the logs."""
    now, instances = await _instances(request)
    services = services_of(instances)
    outbox = latest_outbox(services)
    queues = latest_queues(services)
    return ServicesView(
        at=now,
        services=[_service(each) for each in services],
        queues=queues and _queues(queues),
        outbox=outbox and OutboxView(**outbox.model_dump()),
        jobs=[_job(each) for each in jobs_of(services, now)],
    )


async def _instances(request: Request) -> tuple[datetime, list[Instance]]:
    """The store's time, and the processes that are worth telling of."""
    table = tables.service_instances
    place = (
        func.row_number().over(partition_by=table.c.service, order_by=table.c.heard_at.desc())
    ).label("place")
    numbered = select(table, place).subquery()
    query = select(numbered, func.now().label("now")).where(
        (numbered.c.place == 1)
        | ((numbered.c.place <= _MOST_OF_ONE) & (numbered.c.heard_at > func.now() - KEPT_FOR))
    )
    async with request.app.state.store.no_tenant() as connection:
        rows = (await connection.execute(query)).mappings().all()
        now: datetime = rows[0]["now"] if rows else await connection.scalar(select(func.now()))
    return now, [Instance.of(row, now) for row in rows]


def _service(service: Service) -> ServiceView:
    heard = [each.heard_at for each in service.instances]
    return ServiceView(
        name=service.name,
        state=service.state,
        heard_at=max(heard, default=None),
        instances=[
            InstanceView(
                id=each.id,
                process=each.process,
                state=each.state,
                failing=list(each.failing),
                started_at=each.started_at,
                heard_at=each.heard_at,
                stopped_at=each.stopped_at,
                silent_after_seconds=each.silent_after.total_seconds(),
            )
            for each in service.instances
        ],
    )


def _queues(reading: QueueReading) -> QueuesView:
    return QueuesView(
        at=reading.at,
        queues=[
            QueueView(
                name=depth.name,
                consumer=_consumer(depth.name),
                lane=_LANES[depth.name][1] if depth.name in _LANES else None,
                ready=depth.ready,
                consumers=depth.consumers,
            )
            for depth in reading.queues
        ],
    )


def _consumer(queue: str) -> str:
    return _LANES[queue][0] if queue in _LANES else queue.removeprefix("broadsheet.")


def _job(job: Job) -> JobView:
    return JobView(
        service=job.service,
        name=job.name,
        state=job.state,
        what=job.last.what,
        every_seconds=job.last.every_seconds,
        last_run=job.last.last_run,
        seconds=job.last.seconds,
        did=job.last.did,
        did_in_all=job.did_in_all,
    )
