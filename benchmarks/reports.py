"""Each report type over a month and over a year, from rows and from roll-ups, as data grow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any
from urllib.request import urlopen

import asyncpg

from benchmarks.broadsheet import Broadsheet
from benchmarks.figures import table
from benchmarks.http_client import Connection
from deploy.demo import load

TYPES = (
    "delivery_summary",
    "throughput_metrics",
    "gpu_utilization",
    "quality_metrics",
    "cost_per_character",
    "reviewer_productivity",
    "usage_summary",
)
LENGTHS = (30, 400)
_ZONES = ("Europe/Berlin", "Europe/Paris", "Europe/Madrid")
"""One for each turn: equal days, and no two requests that could share a run."""
_LONG_SECONDS = 10.0
"""What takes longer is measured once."""
_ROLLED_UP_SECONDS = 3600.0

_TIMES = """
SELECT status, extract(epoch FROM completed_at - created_at)::float8 AS seconds, error
  FROM runs WHERE id = $1::uuid
"""


@dataclass(frozen=True)
class Reported:
    """One report type over one length of time at one scale; medians in seconds."""

    scale: float
    type: str
    days: int
    rows_seconds: float
    """From `report.requested` to `report.rendered` as PDF, by the store's clock, all of it read
    from rows."""
    rollups_seconds: float
    """The same where roll-ups may be read."""


def measure(broadsheet: Broadsheet, scales: Iterable[float]) -> list[Reported]:
    """At each scale: loads it, waits for its roll-ups, and measures."""
    found: list[Reported] = []
    admin_url = broadsheet.stack.infrastructure.admin_database_url
    for scale in scales:
        load(admin_url, scale=scale, seed=1)
        _wait_for_rollups(broadsheet, time.time())
        found += measure_loaded(broadsheet, scale, admin_url, broadsheet.today)
    return found


def measure_loaded(
    broadsheet: Broadsheet, scale: float, source_admin_url: str, until: date
) -> list[Reported]:
    """Of a studio that is loaded and rolled up."""
    return asyncio.run(_measure(broadsheet, scale, source_admin_url, until))


async def _measure(
    broadsheet: Broadsheet, scale: float, source_admin_url: str, until: date
) -> list[Reported]:
    store = await asyncpg.connect(broadsheet.stack.infrastructure.admin_database_url)
    source = await asyncpg.connect(source_admin_url)
    found = []
    try:
        async with Connection(broadsheet.stack.api_url, broadsheet.stack.token()) as api:
            answer = await api.patch("/api/v1/settings", {"reviewer_productivity": True})
            if answer.status != 200:
                raise RuntimeError(f"the report was not switched on: {answer.body.decode()}")
            for days in LENGTHS:
                for name in TYPES:
                    # A reader that may not see roll-ups reads rows.
                    await source.execute("REVOKE USAGE ON SCHEMA studio_rollups FROM studio_reader")
                    rows = await _median(api, store, name, until, days)
                    await source.execute("GRANT USAGE ON SCHEMA studio_rollups TO studio_reader")
                    rollups = await _median(api, store, name, until, days)
                    found.append(Reported(scale, name, days, rows, rollups))
    finally:
        await source.close()
        await store.close()
    return found


async def _median(api: Connection, store: Any, name: str, until: date, days: int) -> float:
    """Of one request for each zone, after one more that warms the caches."""
    taken = []
    for zone in (_ZONES[0], *_ZONES):
        last = until - timedelta(days=1)
        asked = await api.post(
            "/api/v1/reports",
            {
                "type": name,
                "formats": ["pdf"],
                "fresh": True,  # read from the source each time
                "period": {
                    "from": (last - timedelta(days=days - 1)).isoformat(),
                    "to": last.isoformat(),
                },
                "timezone": zone,
            },
        )
        if asked.status != 202:
            raise RuntimeError(f"{name}: {asked.body.decode()}")
        taken.append(await _seconds(store, asked.json()["id"]))
        if taken[-1] > _LONG_SECONDS:
            return taken[-1]
    return median(taken[1:])


async def _seconds(store: Any, run: str) -> float:
    while True:
        row = await store.fetchrow(_TIMES, run)
        if row["status"] == "completed":
            return float(row["seconds"])
        if row["status"] == "failed":
            # The source's statement timeout, where there is too much to read.
            return float("inf")
        await asyncio.sleep(0.02)


def _wait_for_rollups(broadsheet: Broadsheet, since: float) -> None:
    """Until the aggregator says that nothing is missing, at some time after `since`."""
    port = broadsheet.stack.infrastructure.http_port("aggregator")
    deadline = time.monotonic() + _ROLLED_UP_SECONDS
    passes: set[float] = set()
    while time.monotonic() < deadline:
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            metrics = answer.read().decode()
        passes |= {at for at in _values(metrics, "last_pass_timestamp_seconds") if at > since}
        # One pass may have begun before the rows were there; a second has not.
        if len(passes) > 1 and not any(_values(metrics, "days_missing")):
            return
        time.sleep(1)
    raise RuntimeError("the roll-ups were not made within an hour")


def _values(metrics: str, name: str) -> list[float]:
    begin = f"broadsheet_rollups_{name}{{"
    return [float(line.split()[-1]) for line in metrics.splitlines() if line.startswith(begin)]


def report(found: list[Reported]) -> str:
    """For people: a line for each report type and length, and under it how time grows."""
    scales = sorted({one.scale for one in found})
    header = ["report type", "days"]
    for scale in scales:
        header += [f"rows, scale {scale:g}", f"roll-ups, scale {scale:g}"]
    lines = []
    for days in LENGTHS:
        for name in TYPES:
            line = [f"`{name}`", str(days)]
            for scale in scales:
                one = next(
                    each for each in found if (each.scale, each.type, each.days)
                    == (scale, name, days)
                )  # fmt: skip
                line += [_told(one.rows_seconds), _told(one.rollups_seconds)]
            lines.append(line)
    return table("From request to PDF, medians in seconds", header, lines)


def _told(seconds: float) -> str:
    return "over 60" if seconds == float("inf") else f"{seconds:.2f}"
