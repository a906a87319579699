"""`python -m benchmarks [--quick] [--only PART …]`: measures, prints tables, writes var/bench/."""

from __future__ import annotations

import argparse
import json
import shutil
import time
from dataclasses import asdict, dataclass, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import (
    acceptance,
    broadsheet,
    bursting,
    delivery,
    exports,
    growth,
    latency,
    lateness,
    memory,
    neighbours,
    reports,
    schedules,
    throughput,
    workbook,
)
from benchmarks.celery_chain import workers
from benchmarks.machine import machine
from benchmarks.page import measured as page
from benchmarks.pdf import comparison
from deploy.local.places import CHECKOUT

PARTS = (
    *("memory", "latency", "lateness", "acceptance", "throughput", "pdf", "schedules"),
    *("neighbours", "bursting", "delivery", "workbook", "exports", "page", "reports"),
)
RESULTS = CHECKOUT / "var" / "bench"
GROWTH = RESULTS / "growth.svg"
"""Of `reports`; the one of docs/performance.md is such a one."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    latency_requests: int = 50
    clients: int = 200
    client_seconds: int = 20
    lateness_seconds: int = 60
    neighbours_runs: int = 10_000
    """Scheduled runs that drain while others want something."""
    neighbours_requests: int = 100
    reports: int = 1000
    """Of each format by each side and turn."""
    turns: int = 1
    burst_slices: tuple[int, ...] = (12, 90)
    burst_recipients: int = 1000
    recipients: int = 1000
    """Of one report by mail."""
    workbook_rows: int = 1_000_000
    export_turns: int = 5
    export_scale: int = 10
    """Of the demo studio: a million rows at 10."""
    page_turns: int = 9
    """How often each page is opened."""
    page_rows: int = 100_000
    """In the list of runs, and in a report's table."""
    scales: tuple[float, ...] = (1, 10)
    """Of the demo data, for each report type by itself."""


QUICK = Sizes(
    latency_requests=20,
    lateness_seconds=15,
    neighbours_runs=1000,
    neighbours_requests=20,
    client_seconds=5,
    reports=200,
    burst_slices=(12,),
    burst_recipients=100,
    recipients=200,
    workbook_rows=100_000,
    export_turns=1,
    export_scale=1,
    page_turns=3,
    page_rows=20_000,
    scales=(1,),
)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute and a half, rough figures")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART",
                        help=", ".join(PARTS))  # fmt: skip
    parser.add_argument("--turns", type=int, default=1, help="of throughput: by turns this often")
    parser.add_argument("--largest", action="store_true", help="of reports: scale 100, too")
    arguments = parser.parse_args()
    sizes = QUICK if arguments.quick else Sizes(turns=arguments.turns)
    if arguments.largest:
        sizes = replace(sizes, scales=(*sizes.scales, 100))
    began = time.monotonic()
    state_dir = RESULTS / "stack"
    shutil.rmtree(state_dir, ignore_errors=True)
    parts = set(arguments.only)
    found: dict[str, Any] = {}
    if "pdf" in parts:
        found["pdf"] = comparison.measure(quick=arguments.quick)
        _say(comparison.report(found["pdf"]))
    if "schedules" in parts:
        found["schedules"] = schedules.measure(RESULTS / "schedules")
        _say(schedules.report(found["schedules"]))
    if "neighbours" in parts:
        found["neighbours"] = neighbours.measure(
            RESULTS / "neighbours", sizes.neighbours_runs, sizes.neighbours_requests
        )
        _say(neighbours.report(found["neighbours"]))
    if "delivery" in parts:
        found["delivery"] = delivery.measure(RESULTS / "delivery", sizes.recipients, 20)
        _say(delivery.report(found["delivery"]))
    try:
        if parts - {"pdf", "schedules", "neighbours", "delivery"}:
            with broadsheet.running(state_dir) as running:
                print(f"ready after {time.monotonic() - began:.0f} s\n", flush=True)
                found |= _measure(running, sizes, parts)
    finally:
        shutil.rmtree(state_dir, ignore_errors=True)
    file = _write(found, sizes)
    print(f"{time.monotonic() - began:.0f} s in all; as JSON: {file.relative_to(CHECKOUT)}")


def _measure(running: broadsheet.Broadsheet, sizes: Sizes, parts: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "memory" in parts:
        found["idle_bytes"] = memory.measure_idle(running)
    running.ask("waiting", "pdf", 10)
    if "latency" in parts:
        found["latency"] = latency.measure(running, sizes.latency_requests)
        _say(latency.report(found["latency"], sizes.latency_requests))
    if "lateness" in parts:
        found["lateness"] = lateness.measure(running, sizes.lateness_seconds)
        _say(lateness.report(found["lateness"]))
    if "acceptance" in parts:
        found["acceptance"] = acceptance.measure(running, sizes.clients, sizes.client_seconds)
        _say(acceptance.report(found["acceptance"]))
    if "throughput" in parts:
        with workers.running(running.stack.infrastructure, running.today) as chain:
            works = throughput.measure(running, chain, sizes.reports, sizes.turns, ("csv", "pdf"))
        found["throughput"] = works
        found["ratios"] = throughput.ratios(works)
        _say(throughput.report(works))
    if "bursting" in parts:
        found["bursting"] = bursting.measure(running, sizes.burst_slices, sizes.burst_recipients)
        _say(bursting.report(found["bursting"]))
    if "workbook" in parts:
        found["workbook"] = workbook.measure(sizes.workbook_rows)
        _say(workbook.report(found["workbook"], sizes.workbook_rows))
    if "exports" in parts:
        # Late: it loads another studio.
        found["exports"] = exports.measure(running, sizes.export_turns, sizes.export_scale)
        _say(exports.report(found["exports"]))
    if "page" in parts:  # the same
        found["page"] = page.measure(running, sizes.page_rows, sizes.page_rows, sizes.page_turns)
        _say(page.report(found["page"]))
    if "reports" in parts:  # the last, for the same reason
        found["reports"] = reports.measure(running, sizes.scales)
        _say(reports.report(found["reports"]))
        GROWTH.write_text(growth.picture(found["reports"]))
    if "memory" in parts:
        _say(memory.report(found["idle_bytes"], found.get("throughput", [])))
    return found


def _say(text: str) -> None:
    print(text, flush=True)


def _write(found: dict[str, Any], sizes: Sizes) -> Path:
    RESULTS.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    file = RESULTS / f"{now:%Y-%m-%dT%H%M%S}.json"
    content = {"at": now.isoformat(), "machine": machine(), "sizes": asdict(sizes), **found}
    file.write_text(json.dumps(content, indent=2, default=_plain) + "\n")
    return file


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


if __name__ == "__main__":
    main()
