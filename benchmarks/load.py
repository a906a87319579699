"""The clients, as a process of their own: `python -m benchmarks.load` with an Order on stdin.

Answers with a JSON object on stdout: `answers`, one per request, and `cpu_share`, the part of
one core that asking took. Above about 0.5 the clients would measure themselves.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import uvloop

from benchmarks.http_client import Answer, Connection
from benchmarks.wanted import body
from deploy.local.places import CHECKOUT

REPORTS = "/api/v1/reports"
GIVEN_UP_AFTER_SECONDS = 30.0


@dataclass(frozen=True)
class Order:
    """What the clients are to do."""

    scenario: str
    """A key of SCENARIOS."""
    url: str
    tokens: Sequence[str]
    """One per client."""
    format: str
    requests: int
    """All clients' together; for `each_second`, of each client."""
    today: str


@dataclass(frozen=True)
class Asked:
    """How one request went."""

    seconds: float
    """Until the answer, or until the run was seen to be completed."""
    status: int
    """0: no answer in 30 seconds, or the connection broke."""
    retry_after: bool = False
    timeline_seconds: float = 0.0
    """From `created_at` to `completed_at`, by the store's clock."""


@dataclass(frozen=True)
class Result:
    """What came of an order."""

    answers: list[Asked]
    cpu_share: float


def ask(order: Order) -> Result:
    """Have a process of its own carry the order out."""
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(asdict(order)),
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        check=True,
    )
    said = json.loads(ended.stdout)
    return Result([Asked(**answer) for answer in said["answers"]], said["cpu_share"])


async def _waiting(order: Order) -> list[Asked]:
    """One after another, each with `Prefer: wait`."""
    async with Connection(order.url, order.tokens[0]) as connection:
        return [await _completed(connection, order, n) for n in range(order.requests)]


async def _following(order: Order) -> list[Asked]:
    """One after another, each followed by server-sent events to its end."""
    async with Connection(order.url, order.tokens[0]) as connection:
        asked = []
        for number in range(order.requests):
            began = time.perf_counter()
            accepted = await connection.post(REPORTS, _body(order, number))
            seen = await connection.follow(f"{REPORTS}/{accepted.json()['id']}/events")
            asked.append(_outcome(began, 200, seen[-1]))
        return asked


async def _together(order: Order) -> list[Asked]:
    """All at once, each with `Prefer: wait` on a connection of its own."""

    async def one(number: int) -> Asked:
        async with Connection(order.url, order.tokens[number % len(order.tokens)]) as connection:
            return await _completed(connection, order, number)

    return list(await asyncio.gather(*(one(number) for number in range(order.requests))))


async def _hurrying(order: Order) -> list[Asked]:
    """As fast as they are accepted, by as many clients as there are tokens."""
    numbers = iter(range(order.requests))

    async def client(token: str) -> list[Asked]:
        async with Connection(order.url, token) as connection:
            return [await _accepted(connection, order, number) for number in numbers]

    return _flat(await asyncio.gather(*(client(token) for token in order.tokens)))


async def _each_second(order: Order) -> list[Asked]:
    """Every client asks once a second, at a moment of its own, whether or not it was answered."""

    async def client(index: int, token: str) -> list[Asked]:
        async with Connection(order.url, token) as connection:
            start = asyncio.get_running_loop().time() + random.random()
            asked = []
            for number in range(order.requests):
                await asyncio.sleep(start + number - asyncio.get_running_loop().time())
                asked.append(await _accepted(connection, order, index + number))
            return asked

    return _flat(await asyncio.gather(*(client(*pair) for pair in enumerate(order.tokens))))


async def _burst(order: Order) -> list[Asked]:
    """Every client asks once, all at the same instant, on connections not yet opened."""

    async def client(index: int, token: str) -> Asked:
        async with Connection(order.url, token) as connection:
            return await _accepted(connection, order, index)

    return list(await asyncio.gather(*(client(*pair) for pair in enumerate(order.tokens))))


SCENARIOS: dict[str, Callable[[Order], Awaitable[list[Asked]]]] = {
    "waiting": _waiting,
    "following": _following,
    "together": _together,
    "hurrying": _hurrying,
    "each_second": _each_second,
    "burst": _burst,
}


async def _completed(connection: Connection, order: Order, number: int) -> Asked:
    began = time.perf_counter()
    answer = await connection.post(REPORTS, _body(order, number), prefer="wait=30")
    return _outcome(began, answer.status, answer.json())


async def _accepted(connection: Connection, order: Order, number: int) -> Asked:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(GIVEN_UP_AFTER_SECONDS):
            answer = await connection.post(REPORTS, _body(order, number))
    except (OSError, EOFError, TimeoutError):
        answer = Answer(0, {}, b"")
    return Asked(time.perf_counter() - began, answer.status, "retry-after" in answer.headers)


def _outcome(began: float, status: int, report: dict[str, Any]) -> Asked:
    seconds = time.perf_counter() - began
    if report["status"] != "completed":
        raise RuntimeError(f"a report is {report['status']}: {report.get('error')}")
    ended, created = (
        datetime.fromisoformat(report[name]) for name in ("completed_at", "created_at")
    )
    return Asked(seconds, status, timeline_seconds=(ended - created).total_seconds())


def _body(order: Order, number: int) -> dict[str, Any]:
    return body(number, order.format, date.fromisoformat(order.today))


def _flat(lists: Sequence[list[Asked]]) -> list[Asked]:
    return [asked for part in lists for asked in part]


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _main() -> None:
    order = Order(**json.load(sys.stdin))
    began, cpu = time.perf_counter(), _cpu()
    answers = uvloop.run(_run(order))
    share = (_cpu() - cpu) / (time.perf_counter() - began)
    json.dump({"answers": [asdict(asked) for asked in answers], "cpu_share": share}, sys.stdout)


async def _run(order: Order) -> list[Asked]:
    return await SCENARIOS[order.scenario](order)


if __name__ == "__main__":
    _main()
