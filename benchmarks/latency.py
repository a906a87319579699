"""From the request to the finished report: alone, and with many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchmarks.broadsheet import Broadsheet
from benchmarks.figures import milliseconds, percentile, table
from benchmarks.load import Asked

_WAYS = {
    "waiting": "alone, `Prefer: wait`",
    "following": "alone, server-sent events",
    "together": "all at once, `Prefer: wait`",
}


@dataclass(frozen=True)
class Latency:
    """Of one format, asked for in one way."""

    format: str
    way: str
    p50_seconds: float
    p95_seconds: float
    timeline_p50_seconds: float
    """By the store's clock: from `created_at` to `completed_at`."""
    timeline_p95_seconds: float


def measure(broadsheet: Broadsheet, requests: int) -> list[Latency]:
    """Each way, `requests` times."""
    found = []
    for format_name in ("csv", "pdf"):
        for scenario, way in _WAYS.items():
            answers = broadsheet.ask(scenario, format_name, requests).answers
            found.append(_latency(format_name, way, answers))
            broadsheet.settle()
    return found


def _latency(format_name: str, way: str, answers: list[Asked]) -> Latency:
    seen = [answer.seconds for answer in answers]
    timeline = [answer.timeline_seconds for answer in answers]
    return Latency(
        format_name,
        way,
        percentile(seen, 0.5),
        percentile(seen, 0.95),
        percentile(timeline, 0.5),
        percentile(timeline, 0.95),
    )


def report(found: list[Latency], requests: int) -> str:
    """For people."""
    rows: list[list[Any]] = [
        [
            one.format,
            one.way,
            milliseconds(one.p50_seconds),
            milliseconds(one.p95_seconds),
            milliseconds(one.timeline_p50_seconds),
            milliseconds(one.timeline_p95_seconds),
        ]
        for one in found
    ]
    header = ["format", "asked for", "p50", "p95", "p50 by timeline", "p95 by timeline"]
    return table(f"Request to finished report, {requests} requests each", header, rows)
