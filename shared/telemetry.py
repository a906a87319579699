"""Logs, metrics and traces, the same in every service.

Logs are JSON lines with run, tenant and trace id. Metrics are Prometheus', served at
`/metrics`. Traces are OpenTelemetry's: off unless an OTLP endpoint is set, but a W3C
`traceparent` travels with every event either way, so logs of one report share a trace id.
"""

from __future__ import annotations

import logging
import random
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import context as trace_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Histogram

RUNS = Counter("broadsheet_runs", "Runs that reached a status", ["type", "status"])
STAGE_SECONDS = Histogram(
    "broadsheet_stage_seconds",
    "Time from claiming a stage to its commit",
    ["stage"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
SNAPSHOTS_SHARED = Counter(
    "broadsheet_snapshots_shared", "Runs that took the snapshot of an identical one"
)
EVENTS_PUBLISHED = Counter("broadsheet_events_published", "Events confirmed by the broker")
EVENTS_RETRIED = Counter("broadsheet_events_retried", "Events put back for later", ["consumer"])
OCCURRENCES = Counter(
    "broadsheet_schedule_occurrences",
    "Nominal fires of schedules, by what became of them",
    ["status"],
)
DELIVERIES = Counter("broadsheet_deliveries", "Delivery attempts", ["channel", "outcome"])

_propagator = TraceContextTextMapPropagator()
_tracing = threading.Event()
"""Spans are sent somewhere."""


def configure_logging(service: str, level: str) -> None:
    """JSON lines on standard output, for our own loggers and for every library's."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace_id,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.EventRenamer("message"),
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Their "info" is a line per connection or per tick; what matters comes as a warning.
    for chatty in ("aio_pika", "aiormq", "apscheduler", "faststream"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    structlog.contextvars.bind_contextvars(service=service)


def configure_tracing(service: str, otlp_endpoint: str | None) -> bool:
    """Send spans to the endpoint; returns whether tracing is on."""
    if not otlp_endpoint:
        return False
    # Imported here: the SDK and the exporter cost memory that idle services need not spend.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": f"broadsheet-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=otlp_endpoint)))
    trace.set_tracer_provider(provider)
    _tracing.set()
    return True


def current_trace_headers() -> dict[str, str]:
    """The W3C trace headers of the work under way; empty outside of any."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier


def trace_context_of(headers: Mapping[str, Any]) -> Context:
    """The trace context that the headers carry; an empty one when they carry none."""
    carrier = {
        key: value
        for key in ("traceparent", "tracestate")
        if isinstance(value := headers.get(key), str)
    }
    return _propagator.extract(carrier, context=Context())


def new_trace() -> Context:
    """The context of a trace that begins here, with ids alone: logs and events carry them."""
    span = trace.SpanContext(
        trace_id=random.getrandbits(128) or 1,
        span_id=random.getrandbits(64) or 1,
        is_remote=False,
        trace_flags=trace.TraceFlags(0),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(span), Context())


@contextmanager
def begun(name: str, cause: Mapping[str, Any]) -> Iterator[None]:
    """Inside the block something is done that nobody waits for, as a span of that name when
    tracing is on. It goes on with the trace of what caused it, or else begins one."""
    context = trace_context_of(cause)
    if _tracing.is_set():
        with trace.get_tracer("broadsheet").start_as_current_span(name, context=context):
            yield
        return
    token = trace_context.attach(context or new_trace())
    try:
        yield
    finally:
        trace_context.detach(token)


@contextmanager
def continued(headers: Mapping[str, Any]) -> Iterator[None]:
    """Go on, inside the block, with the trace that the headers carry."""
    token = trace_context.attach(trace_context_of(headers))
    try:
        yield
    finally:
        trace_context.detach(token)


@contextmanager
def publishing(what: str, headers: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Inside the block a message is on its way: gives the headers it is to have.

    With tracing on it has a span of its own, whose trace goes on from that of `headers`.
    """
    if not _tracing.is_set():
        yield headers
        return
    with trace.get_tracer("broadsheet").start_as_current_span(
        f"{what} publish", context=trace_context_of(headers), kind=trace.SpanKind.PRODUCER
    ):
        yield {**headers, **current_trace_headers()}


def trace_id() -> str | None:
    """The current trace's id as 32 hex digits."""
    span = trace.get_current_span().get_span_context()
    return trace.format_trace_id(span.trace_id) if span.is_valid else None


def _add_trace_id(
    logger: Any, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if (current := trace_id()) is not None:
        event["trace_id"] = current
    return event
