"""One PDF of 50 to 100,000 rows by Broadsheet and by the usual tools, in CPU seconds."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec

from benchmarks.figures import megabytes, table
from benchmarks.pdf.one_tool import TOOLS
from deploy.local.places import CHECKOUT

OURS = "broadsheet"
ROWS = (50, 1_000, 10_000, 100_000)
MOST_ROWS = {OURS: 100_000, "xhtml2pdf": 10_000, "weasyprint": 10_000, "chromium": 10_000}
"""Beyond these a tool takes hours or all of the memory."""
QUICK_ROWS = 1_000
RENDERS = 60
"""In one process, whose memory is to stay flat."""
NICENESS = ["nice", "-n", "5"]


@dataclass(frozen=True)
class Drawn:
    """What one tool took for one number of rows."""

    tool: str
    rows: int
    seconds: float
    """CPU, the median of the drawings."""
    peak_bytes: int
    """Of the tool's own process; Chromium's are not in it."""
    growth_bytes: int
    """From the third part of the drawings to the last one."""


def missing() -> list[str]:
    """Tools that are not on this machine, each with what brings it."""
    found = []
    if find_spec("weasyprint") is None:
        found.append("weasyprint (uv pip install -r requirements-bench.lock)")
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        found.append("chromium (apt install chromium)")
    return found


def measure(*, quick: bool) -> list[Drawn]:
    """Every tool that is here, the quickest first: xhtml2pdf takes minutes for 10,000 rows."""
    absent = {entry.split()[0] for entry in missing()}
    tools = [tool for tool in (OURS, "chromium", "weasyprint", "xhtml2pdf") if tool not in absent]
    assert set(tools) <= set(TOOLS)
    works = [
        _drawn(tool, rows, times=5 if rows <= QUICK_ROWS else 1)
        for rows in ROWS
        for tool in tools
        if rows <= (QUICK_ROWS if quick else MOST_ROWS[tool])
    ]
    return [*works, _drawn(OURS, 60, times=RENDERS)]


def report(works: list[Drawn]) -> str:
    """For people."""
    by_rows = [work for work in works if work.rows in ROWS]
    ours = {work.rows: work.seconds for work in by_rows if work.tool == OURS}
    rows = [
        [
            f"{work.rows:,}",
            work.tool,
            f"{work.seconds:.2f} s",
            f"{work.seconds / ours[work.rows]:.1f}",
            "–" if work.tool == "chromium" else megabytes(work.peak_bytes),
        ]
        for work in by_rows
    ]
    header = ["rows", "tool", "CPU", "times ours", "peak memory"]
    (many,) = (work for work in works if work not in by_rows)
    left_out = "".join(f"\nleft out, not installed: {entry}" for entry in missing())
    return (
        table("One PDF, CPU of the drawing alone", header, rows)
        + f"\n{RENDERS} renders in one process: "
        + f"{megabytes(many.growth_bytes)} more after the last than after the first third"
        + left_out
    )


def _drawn(tool: str, rows: int, times: int) -> Drawn:
    """Measured in a process of its own, so that no tool warms another's caches."""
    command = [*NICENESS, sys.executable, "-m", "benchmarks.pdf.one_tool", tool, str(rows)]
    ended = subprocess.run(
        [*command, str(times)], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    found = json.loads(ended.stdout.splitlines()[-1])
    resident = found["resident_bytes"]
    return Drawn(
        tool=tool,
        rows=rows,
        seconds=statistics.median(found["seconds"]),
        peak_bytes=found["peak_bytes"],
        growth_bytes=resident[-1] - resident[len(resident) // 3],
    )
