"""Draws with one tool in a process of its own: `python -m benchmarks.pdf.one_tool TOOL ROWS TIMES`.

Prints JSON: the CPU seconds of each drawing, child processes included; how much memory the
process took at most; the file's bytes. What is imported or started once is not counted, but for
Chromium, which has a process for each file.
"""

from __future__ import annotations

import io
import json
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.pdf.report import document, plain_html

Draw = Callable[[], bytes]


def broadsheet(rows: int) -> Draw:
    """Our own drawing, as the renderer's child process does it, from the snapshot's bytes."""
    from services.renderer.drawing import vega
    from services.renderer.drawing.report import draw_report, prepare
    from shared.document import ReportDocument

    prepare()
    content = document(rows).model_dump_json().encode()
    draw_report(document(10))

    def draw() -> bytes:
        # Kept for whoever gets the same report; the next report has another chart.
        vega.svg.cache_clear()
        return draw_report(ReportDocument.of_snapshot(content))[0]

    return draw


def xhtml2pdf(rows: int) -> Draw:
    """One document with `<pdf:pagecount>`."""
    from xhtml2pdf import pisa

    logging.disable()
    html = plain_html(document(rows), margin_boxes=False)

    def draw() -> bytes:
        out = io.BytesIO()
        pisa.CreatePDF(html, dest=out)
        return out.getvalue()

    return draw


def weasyprint(rows: int) -> Draw:
    """As its documentation says, without options."""
    import weasyprint

    html = plain_html(document(rows), margin_boxes=True)
    weasyprint.HTML(string="<p>warm</p>").write_pdf()
    return lambda: bytes(weasyprint.HTML(string=html).write_pdf())


def chromium(rows: int) -> Draw:
    """Headless, tagged as it does by itself."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program is not None
    html = plain_html(document(rows), margin_boxes=True)

    def draw() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            page, out = Path(folder, "page.html"), Path(folder, "out.pdf")
            page.write_text(html)
            options = ["--headless", "--disable-gpu", "--no-sandbox", "--no-pdf-header-footer"]
            command = [program, *options, f"--user-data-dir={folder}/profile",
                       "--timeout=600000", f"--print-to-pdf={out}", page.as_uri()]  # fmt: skip
            subprocess.run(command, check=True, capture_output=True)
            return out.read_bytes()

    return draw


TOOLS: dict[str, Callable[[int], Draw]] = {
    "broadsheet": broadsheet,
    "xhtml2pdf": xhtml2pdf,
    "weasyprint": weasyprint,
    "chromium": chromium,
}


def cpu_seconds() -> float:
    """Of this process and of those it has waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def resident_bytes() -> int:
    """Memory this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(tool: str, rows: int, times: int) -> None:
    """Draw, and print what it took."""
    draw = TOOLS[tool](rows)
    seconds, resident = [], []
    for _ in range(times):
        before = cpu_seconds()
        size = len(draw())
        seconds.append(cpu_seconds() - before)
        resident.append(resident_bytes())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    found = {"seconds": seconds, "peak_bytes": peak, "resident_bytes": resident, "size": size}
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
