"""The child process that draws charts for the others; ends when stdin does.

    python -m services.renderer.isolation.chart_child CPU_SECONDS MEMORY_BYTES

A request is two frames: what is wanted as JSON, and what it is made of. `{"svg": WIDTH}` wants a
specification (JSON) as SVG, so many units wide; `{"png": true}` an SVG as PNG. It is answered with
the status `drawn` and the picture. It imports nothing of the documents: the process is the chart
library and little more.
"""

from __future__ import annotations

import json
import sys

from services.renderer.drawing import vega
from services.renderer.isolation import locked

DAYS = [{"day": f"2026-01-0{day}", "n": day, "who": "ab"[day % 2]} for day in range(1, 8)]


def main(cpu_limit: int, memory_limit: int) -> None:
    """Warm up, give up all rights, draw."""
    pipes = locked.Pipes()
    locked.begin()
    for mark in ("bar", "line", "area"):
        vega.svg(json.dumps(sample_specification(mark)), 500)
    locked.let_go_of_libraries()
    locked.lock_in(memory_limit)
    pipes.send({"status": "ready"})
    while (request := pipes.receive(2)) is not None:
        locked.allow_cpu(cpu_limit)
        pipes.send(*_drawn(*request))


def _drawn(wanted: bytes, content: bytes) -> tuple[dict[str, object], bytes]:
    try:
        match json.loads(wanted):
            case {"svg": width}:
                return {"status": "drawn"}, vega.svg(content.decode(), width).encode()
            case _:
                return {"status": "drawn"}, vega.png(content.decode())
    except Exception as error:
        # The one boundary of this process: whatever the library raises is told to the service.
        if locked.out_of_memory(error):
            return {"status": "out_of_memory"}, b""
        message = (str(error) or type(error).__name__).splitlines()[0][:500]
        return {"status": "failed", "message": message}, b""


def sample_specification(mark: str) -> dict[str, object]:
    """With dates, figures and colours."""
    return {
        "data": {"values": DAYS},
        "mark": {"type": mark, "point": True} if mark == "line" else mark,
        "encoding": {
            "x": {"field": "day", "type": "temporal"},
            "y": {"field": "n", "type": "quantitative", "title": "n"},
            "color": {"field": "who", "type": "nominal"},
        },
    }


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
