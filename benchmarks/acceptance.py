"""How soon a request is accepted (202) while everything is busy, and how it is refused."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from benchmarks.broadsheet import Broadsheet
from benchmarks.figures import milliseconds, percentile, table
from benchmarks.http_client import Connection
from benchmarks.load import Result

_FORMAT = "csv"
_SMALL_BACKLOG = 100
_USUAL_BACKLOG = 10_000


@dataclass(frozen=True)
class Acceptance:
    """How one crowd was answered."""

    what: str
    answers: dict[str, int]
    """How many by status; `none` is a time-out or a broken connection."""
    p50_seconds: float
    p95_seconds: float
    longest_seconds: float
    refused_without_retry_after: int
    client_cpu_share: float
    """Of one core: what asking itself took."""


def measure(broadsheet: Broadsheet, clients: int, seconds: int) -> list[Acceptance]:
    """A steady crowd, a burst, and a crowd that asks for more than it may have under way."""
    found = []
    asked = broadsheet.ask("each_second", _FORMAT, seconds, clients)
    found.append(_acceptance(f"{clients} clients, each once a second for {seconds} s", asked))
    broadsheet.settle()
    for name in ("a burst", "a second burst"):
        found.append(
            _acceptance(f"{name}: {clients} at once", broadsheet.ask("burst", _FORMAT, 1, clients))
        )
        broadsheet.settle()
    asyncio.run(_limit_backlog(broadsheet, _SMALL_BACKLOG))
    try:
        asked = broadsheet.ask("each_second", _FORMAT, min(seconds, 5), clients)
    finally:
        asyncio.run(_limit_backlog(broadsheet, _USUAL_BACKLOG))
    what = f"{clients} clients a second with a backlog of {_SMALL_BACKLOG} at most"
    found.append(_acceptance(what, asked))
    broadsheet.settle()
    return found


async def _limit_backlog(broadsheet: Broadsheet, most: int) -> None:
    stack = broadsheet.stack
    async with Connection(stack.api_url, stack.token()) as connection:
        answer = await connection.patch("/api/v1/settings", {"max_backlog": most})
    if answer.status != 200:
        raise RuntimeError(f"the backlog's limit was not taken: {answer.body.decode()}")


def _acceptance(what: str, result: Result) -> Acceptance:
    times = [answer.seconds for answer in result.answers]
    statuses = Counter(str(answer.status or "none") for answer in result.answers)
    return Acceptance(
        what,
        dict(statuses),
        percentile(times, 0.5),
        percentile(times, 0.95),
        max(times),
        sum(answer.status == 429 and not answer.retry_after for answer in result.answers),
        result.cpu_share,
    )


def report(found: list[Acceptance]) -> str:
    """For people."""
    rows = [
        [
            one.what,
            ", ".join(f"{count} × {status}" for status, count in sorted(one.answers.items())),
            milliseconds(one.p50_seconds),
            milliseconds(one.p95_seconds),
            milliseconds(one.longest_seconds),
            str(one.refused_without_retry_after),
            f"{one.client_cpu_share:.0%}",
        ]
        for one in found
    ]
    header = [
        "who asks",
        "answers",
        "p50",
        "p95",
        "longest",
        "429 without Retry-After",
        "clients' CPU",
    ]
    return table("Time to accept", header, rows)
