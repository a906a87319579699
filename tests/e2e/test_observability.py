"""What people who run it see: one trace for each report, log lines, metrics."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid6 import uuid7

from shared.store import tables
from tests.e2e.reports import REPORTS, WAIT, until_delivered
from tests.otlp_collector import CollectedSpan, Collector
from tests.processes import PATIENCE, SERVICES, Fleet
from tests.running_api import body
from tests.schedules import new_schedule, this_minute
from tests.tenants import Tenant

MAILED = [{"channel": "email", "to": "bob@example.com"}]
SERVER, PRODUCER, CONSUMER = 2, 4, 5
"""Kinds of spans, as OTLP numbers them."""


def mailed(client: httpx.Client, **headers: str) -> dict[str, Any]:
    """A finished report, and its mail sent."""
    answer = client.post(REPORTS, json=body(deliver_to=MAILED), headers={**WAIT, **headers})
    assert answer.status_code == 200, answer.text
    return until_delivered(client, answer.json())


async def scheduled(client: httpx.Client, admin: AsyncEngine, tenant: Tenant) -> dict[str, Any]:
    """The same, of a schedule that is due."""
    earlier = completed(client)
    await new_schedule(admin, tenant, next_run_at=this_minute(), deliver_to=tuple(MAILED))
    (run,) = until(lambda: completed(client) - earlier, "a run")
    return until_delivered(client, {"id": run})


def completed(client: httpx.Client) -> set[str]:
    """The ids of the tenant's completed reports."""
    return {run["id"] for run in client.get(f"{REPORTS}?status=completed").json()["items"]}


def until(found: Callable[[], Any], what: str) -> Any:
    """What is found, once there is something."""
    deadline = time.monotonic() + PATIENCE
    while not (something := found()):
        assert time.monotonic() < deadline, f"still not there: {what}"
        time.sleep(0.1)
    return something


# Traces


def test_a_report_is_one_trace_from_the_request_to_the_mail(
    ada: httpx.Client, collector: Collector
) -> None:
    trace_id, caller = uuid4().hex, "00f067aa0ba902b7"
    mailed(ada, traceparent=f"00-{trace_id}-{caller}-01")

    spans = whole_trace(collector, trace_id)

    (request,) = (span for span in spans if span.kind == SERVER)
    assert (request.service, request.parent_id) == ("broadsheet-api", caller)
    assert_every_stage_goes_back_to(request, spans)


async def test_a_scheduled_report_is_one_trace_from_its_schedule_to_the_mail(
    ada: httpx.Client, admin: AsyncEngine, tenant: Tenant, collector: Collector
) -> None:
    run = await scheduled(ada, admin, tenant)
    spans = whole_trace(collector, await trace_of(admin, run))

    (due,) = (span for span in spans if not span.parent_id)
    assert (due.service, due.name) == ("broadsheet-scheduler", "schedule due")
    assert_every_stage_goes_back_to(due, spans)


async def test_a_report_that_waited_for_a_signal_is_one_trace_through_all_five_services(
    ada: httpx.Client, admin: AsyncEngine, tenant: Tenant, collector: Collector
) -> None:
    earlier = completed(ada)
    waits = {"signal": "warehouse-loaded", "not_later_than": "23:59", "fallback": "skip"}
    await new_schedule(
        admin,
        tenant,
        next_run_at=this_minute(),
        deliver_to=tuple(MAILED),
        columns={"readiness": waits},
    )
    trace_id, caller = uuid4().hex, "00f067aa0ba902b7"
    given = ada.post(
        "/api/v1/signals/warehouse-loaded",
        headers={"traceparent": f"00-{trace_id}-{caller}-01"},
    )
    assert given.status_code == 202, given.text
    (run,) = until(lambda: completed(ada) - earlier, "a run")
    until_delivered(ada, {"id": run})

    spans = whole_trace(collector, trace_id)

    assert {span.service for span in spans} == {f"broadsheet-{name}" for name in SERVICES}
    (request,) = (span for span in spans if span.kind == SERVER)
    assert (request.service, request.parent_id) == ("broadsheet-api", caller)
    (due,) = (span for span in spans if span.name == "schedule due")
    assert (due.service, due.parent_id) == ("broadsheet-scheduler", request.span_id)
    assert_every_stage_goes_back_to(request, spans)


async def trace_of(admin: AsyncEngine, run: dict[str, Any]) -> str:
    async with admin.connect() as connection:
        traceparent = await connection.scalar(
            select(tables.runs.c.traceparent).where(tables.runs.c.id == UUID(run["id"]))
        )
    return str(traceparent).split("-")[1]


def assert_every_stage_goes_back_to(first: CollectedSpan, spans: list[CollectedSpan]) -> None:
    by_id = {span.span_id: span for span in spans}
    # By whichever relay was first: on a busy machine that is another service's at times.
    assert any("report.requested" in span.name and span.kind == PRODUCER for span in spans)
    for name in ("aggregator", "renderer", "mailer"):
        span = next(
            span for span in spans if span.service == f"broadsheet-{name}" and span.kind == CONSUMER
        )
        while span.parent_id in by_id:
            span = by_id[span.parent_id]
        assert span is first, f"{name} hangs on {span}"


def whole_trace(collector: Collector, trace_id: str) -> list[CollectedSpan]:
    """The trace, once each worker has told of a message it consumed."""
    workers = {f"broadsheet-{name}" for name in ("aggregator", "renderer", "mailer")}

    def consumed() -> bool:
        spans = collector.trace(trace_id)
        return {span.service for span in spans if span.kind == CONSUMER} >= workers

    until(consumed, f"every worker in {trace_id}")
    time.sleep(0.5)  # for what the others are about to tell
    return collector.trace(trace_id)


# Logs


async def test_the_log_lines_of_a_report_name_it_its_tenant_and_its_trace(
    ada: httpx.Client, admin: AsyncEngine, tenant: Tenant, fleet: Fleet
) -> None:
    asked = mailed(ada)
    fired = await scheduled(ada, admin, tenant)
    said = {
        name: [json.loads(line) for line in fleet[name].log.read_text().splitlines()]
        for name in SERVICES
    }
    for run, first in ((asked, "api"), (fired, "scheduler")):
        trace_id = await trace_of(admin, run)
        for name in (first, "aggregator", "renderer", "mailer"):
            lines = [line for line in said[name] if line.get("run_id") == run["id"]]
            assert lines, f"{name} says nothing of it"
            for line in lines:
                assert line["service"] == name
                assert line["tenant"] == str(tenant.id)
                assert line["trace_id"] == trace_id or name == "api", line
        (took,) = (
            line["duration_ms"]
            for line in said["renderer"]
            if line.get("run_id") == run["id"] and line["message"] == "stage done"
        )
        assert took >= 0


# Health and metrics


def test_every_process_says_that_it_lives_and_is_ready(fleet: Fleet) -> None:
    for name in SERVICES:
        for question in ("live", "ready"):
            answer = httpx.get(f"{fleet[name].url}/health/{question}", trust_env=False)
            assert answer.status_code == 200, (name, question, answer.text)


async def test_the_scheduler_tells_what_it_did_by_itself(
    ada: httpx.Client, admin: AsyncEngine, tenant: Tenant, fleet: Fleet
) -> None:
    def jobs() -> dict[str, Any]:
        url = f"{fleet['scheduler'].url}/housekeeping"
        told: dict[str, Any] = httpx.get(url, trust_env=False).json()["jobs"]
        return told

    before = jobs()["schedules"]["did_in_all"]
    await scheduled(ada, admin, tenant)
    until(lambda: jobs()["schedules"]["did_in_all"] == before + 1, "the run it made")
    assert {"waiting occurrences", "outcomes", "reaper", "lost messages", "files"} <= set(jobs())
    assert jobs()["outbox"]["did_in_all"] > 0, "some events"
    assert all(job["error"] is None for job in jobs().values())


def measured(fleet: Fleet, name: str, sample: str, **labels: str) -> float:
    """A figure that the service tells; 0 while it has none of these labels."""
    text = httpx.get(f"{fleet[name].url}/metrics", trust_env=False).text
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            if one.name == sample and labels.items() <= one.labels.items():
                return one.value
    return 0.0


def test_what_a_report_does_is_counted_and_timed(ada: httpx.Client, fleet: Fleet) -> None:
    about_type = {"type": "delivery_summary"}
    counts = {
        ("api", "broadsheet_runs_total", ("status", "requested")): about_type,
        ("aggregator", "broadsheet_runs_total", ("status", "aggregated")): about_type,
        ("renderer", "broadsheet_runs_total", ("status", "completed")): about_type,
        ("aggregator", "broadsheet_stage_seconds_count", ("stage", "aggregate")): {},
        ("renderer", "broadsheet_stage_seconds_count", ("stage", "render")): {},
        ("mailer", "broadsheet_stage_seconds_count", ("stage", "deliver")): {},
        ("mailer", "broadsheet_deliveries_total", ("outcome", "sent")): {"channel": "email"},
    }

    def read() -> list[float]:
        return [
            measured(fleet, name, sample, **{label[0]: label[1]}, **more)
            for (name, sample, label), more in counts.items()
        ]

    before = read()
    run = mailed(ada)
    expected = [count + 1 for count in before]
    until(lambda: read() == expected, f"one more of each than {before}, not {read()}")

    (delivered,) = (line for line in run["timeline"] if line["stage"] == "delivered")
    assert delivered["service"] == "mailer"
    assert delivered["duration_ms"] >= 0


def test_what_waits_in_a_queue_is_told(ada: httpx.Client, fleet: Fleet) -> None:
    queue = {"queue": "broadsheet.aggregator.interactive"}
    fleet["aggregator"].pause()
    try:
        for _ in range(40):  # more than the paused one has taken in hand
            assert ada.post(REPORTS, json=body()).status_code == 202
        until(lambda: measured(fleet, "scheduler", "broadsheet_queue_depth", **queue), "its depth")
    finally:
        fleet["aggregator"].resume()
    until(lambda: measured(fleet, "scheduler", "broadsheet_queue_depth", **queue) == 0, "none")


async def test_what_nobody_publishes_grows_old_and_is_told(
    admin: AsyncEngine, tenant: Tenant, fleet: Fleet
) -> None:
    outbox = tables.outbox
    event = {
        "id": uuid7(),
        "tenant_id": tenant.id,
        "event_id": uuid4(),
        "event_type": "report.delivered.v1",
        "run_id": uuid4(),
        "exchange": "broadsheet.reports",
        "routing_key": "report.delivered.interactive",
        "headers": {},
        "payload": "{}",
        "available_at": datetime.now(UTC) + timedelta(seconds=1),
    }
    async with admin.begin() as connection:
        await connection.execute(insert(outbox).values(event))
    async with admin.begin() as connection:
        # Whoever holds the row keeps every relay from it.
        await connection.execute(
            select(outbox.c.id).where(outbox.c.id == event["id"]).with_for_update()
        )
        until(
            lambda: (
                measured(fleet, "scheduler", "broadsheet_outbox_age_seconds") > 1
                and measured(fleet, "scheduler", "broadsheet_outbox_due") >= 1
            ),
            "an age of more than a second",
        )
    until(lambda: measured(fleet, "scheduler", "broadsheet_outbox_due") == 0, "none due")
