"""The child process that draws documents: warms up, gives up its rights, draws until stdin ends.

    python -m services.renderer.isolation.drawing_child CPU_SECONDS MEMORY_BYTES KIND MODULE...

`ChildKind` says which kinds there are; the modules register what can be rendered. A document whose
letters need more fonts than this process has is answered with the status `more_fonts_needed`.
Charts are drawn by another process, which it asks through the service.

Whatever is needed later must be loaded before it is locked in: each of those draws a sample, and
the timezones, which Python reads from files when they are first named, are all kept, as are the
words of all languages.
"""

from __future__ import annotations

import importlib
import json
import sys
from zoneinfo import ZoneInfo, available_timezones

from services.renderer import words
from services.renderer.drawing import charts, more_fonts
from services.renderer.formats.format import Format, adjusted, formats, render_whole
from services.renderer.isolation import locked
from services.renderer.isolation.kinds import ChildKind
from services.renderer.isolation.sample import SampleCharts, sample_document
from services.renderer.isolation.without_pypdf import leave_out_pypdf
from shared import allocator
from shared.document import ReportDocument
from shared.errors import WorkError
from shared.format_options import FormatOptions

LARGE = 1 << 20
"""Bytes of a document after which the memory it took is given back."""


def main(cpu_limit: int, memory_limit: int, kind: ChildKind, format_modules: list[str]) -> None:
    """Serve requests from stdin on stdout; ends when stdin does."""
    pipes = locked.Pipes()
    locked.begin()
    leave_out_pypdf()
    for module in format_modules:
        importlib.import_module(module)
    # Importing a module may register others' formats as well, which nobody asks this process for.
    ours = [
        format_
        for format_ in formats.values()
        if format_.isolated and type(format_).__module__.startswith(tuple(format_modules))
    ]
    warm = kind is not ChildKind.RARE
    sample = sample_document()
    if kind is ChildKind.LETTERED:
        more_fonts.load()
        sample = sample.model_copy(update={"title": more_fonts.SAMPLE})
    zones = _warm_up([format_ for format_ in ours if format_.kept_warm is warm], sample)
    charts.draw_by(_ChartsElsewhere(pipes))
    allocator.give_back()
    locked.lock_in(memory_limit)
    pipes.send({"status": "ready", "zones": len(zones)})
    while (request := pipes.receive(3)) is not None:
        name, options, document = request
        locked.allow_cpu(cpu_limit)
        pipes.send(*_rendered(name.decode(), options, document))
        if len(document) > LARGE:
            allocator.give_back()


def _rendered(name: str, options: bytes, document: bytes) -> tuple[dict[str, object], bytes]:
    try:
        format_ = adjusted(formats[name], FormatOptions.model_validate_json(options))
        rendered = render_whole(format_, ReportDocument.of_snapshot(document))
    except more_fonts.MoreFontsNeeded:
        return {"status": "more_fonts_needed"}, b""
    except WorkError as error:
        return {"status": "failed", "code": error.code, "message": error.message}, b""
    except Exception as error:
        # The one boundary of this process: whatever a library raises is told to the service.
        if locked.out_of_memory(error):
            return {"status": "out_of_memory"}, b""
        message = f"{type(error).__name__}: {error}"[:500]
        return {"status": "failed", "code": "render_failed", "message": message}, b""
    status = {
        "status": "rendered",
        "rows": rendered.rows,
        "media_type": rendered.media_type,
        "extension": rendered.extension,
    }
    return status, rendered.content


class _ChartsElsewhere:
    """The chart library, in the process that draws for all; ValueError when it cannot."""

    def __init__(self, pipes: locked.Pipes) -> None:
        self._pipes = pipes

    def svg(self, specification_json: str, width: int, /) -> str:
        return self._asked({"svg": width}, specification_json).decode()

    def png(self, svg: str, /) -> bytes:
        return self._asked({"png": True}, svg)

    def _asked(self, wanted: dict[str, object], content: str) -> bytes:
        self._pipes.send({"status": "chart_needed", "wanted": wanted}, content.encode())
        answer = self._pipes.receive(2)
        if answer is None:
            raise SystemExit  # the service is gone
        status, picture = json.loads(answer[0]), answer[1]
        match status["status"]:
            case "drawn":
                return picture
            case "out_of_memory":
                raise MemoryError
        raise ValueError(status["message"])


WHEN_A_TEMPLATE_FAILS = "jinja2.debug"
"""Jinja imports it then, to tell the template's line."""


def _warm_up(isolated: list[Format], sample: ReportDocument) -> list[ZoneInfo]:
    """Render the sample in each format; returns the timezones, which must be kept."""
    charts.draw_by(SampleCharts())
    zones = [ZoneInfo(name) for name in sorted(available_timezones())]
    for format_ in isolated:
        format_.render(sample)
    words.load()
    if "jinja2" in sys.modules:
        importlib.import_module(WHEN_A_TEMPLATE_FAILS)
    return zones


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), ChildKind(sys.argv[3]), sys.argv[4:])
