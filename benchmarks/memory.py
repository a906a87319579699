"""Resident memory of each service: idle after its start, and at the peak of the load."""

from __future__ import annotations

import time

from benchmarks.broadsheet import Broadsheet
from benchmarks.figures import megabytes, table
from benchmarks.throughput import Work
from benchmarks.usage import pss_bytes

_QUIET_SECONDS = 8.0
"""After the start, so that the renderer's child is warm."""


def measure_idle(broadsheet: Broadsheet) -> dict[str, int]:
    """Bytes (PSS) of each service and of the servers, before any request."""
    time.sleep(_QUIET_SECONDS)
    return pss_bytes({**broadsheet.services(), **broadsheet.servers()})


def report(idle: dict[str, int], works: list[Work]) -> str:
    """For people."""
    ours = [work for work in works if work.side == "Broadsheet"]
    services = list(ours[0].peak_bytes) if ours else [*idle][:5]
    rows = [
        [
            name,
            megabytes(idle[name]),
            *(megabytes(work.peak_bytes.get(name, 0)) for work in ours),
        ]
        for name in services
    ]
    together = ["all five", megabytes(sum(idle[name] for name in services))]
    rows.append(together + [megabytes(work.peak_together_bytes) for work in ours])
    header = ["service", "idle", *(f"peak, {work.format}" for work in ours)]
    return table("Memory (PSS, child processes included)", header, rows)
