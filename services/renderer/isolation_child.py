"""The child process that draws: warms up, gives up its rights, then draws until stdin ends.

    python -m services.renderer.isolation_child CPU_SECONDS MEMORY_BYTES KIND FORMAT_MODULE...

`ChildKind` says which kinds there are. A document whose letters need more fonts than this one has
is answered with the status `more_fonts_needed`.

What a document can reach after `lock_in`, by rules of the kernel that need no privileges and
hold for every thread and library in the process:

- no file, socket or pipe: RLIMIT_NOFILE is 0, so no descriptor can be opened, while those that
  are open stay (getrlimit(2)); RLIMIT_FSIZE 0 and RLIMIT_CORE 0 besides;
- no further process or thread: RLIMIT_NPROC 0 (which the kernel does not apply to root);
- no more memory than the limit (RLIMIT_DATA: the address space would be the wrong measure,
  V8 reserves far more than it uses);
- no new privileges, and none left if it had some: capabilities are dropped;
- no life of its own: it dies with the service (PR_SET_PDEATHSIG).

This holds documents, not foreign machine code: calls that need no descriptor (unlink, kill) are
left to the rights of the service's user.

Whatever is needed later must therefore be loaded before: each format draws a sample, and the
timezones, which Python reads from files when they are first named, are all kept.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import math
import os
import resource
import signal
import struct
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import BinaryIO
from zoneinfo import ZoneInfo, available_timezones

from services.renderer.child_kinds import ChildKind
from services.renderer.drawing import more_fonts
from services.renderer.formats.format import Format, adjusted, formats, render_whole
from shared.document import (
    Chart,
    Column,
    Direction,
    Kind,
    Kpi,
    ReportDocument,
    Section,
    Table,
    Verdict,
)
from shared.errors import WorkError
from shared.format_options import FormatOptions
from shared.house_style import HouseStyle, Logo, Picture
from shared.periods import Period
from shared.priority import let_niceness_count

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CAPABILITY_VERSION_3 = 0x20080522
NICENESS = 3
SMALLEST_PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)
"""One pixel, so that what reads pictures is loaded."""


def main(cpu_limit: int, memory_limit: int, kind: ChildKind, format_modules: list[str]) -> None:
    """Serve requests from stdin on stdout; ends when stdin does."""
    requests, answers = _private_pipes()
    _die_with_parent()
    _drop_privileges()
    for module in format_modules:
        importlib.import_module(module)
    isolated = [format_ for format_ in formats.values() if format_.isolated]
    warm = kind is not ChildKind.RARE
    sample = sample_document()
    if kind is ChildKind.LETTERED:
        more_fonts.load()
        sample = sample.model_copy(update={"title": more_fonts.SAMPLE})
    zones = _warm_up([format_ for format_ in isolated if format_.kept_warm is warm], sample)
    lock_in(memory_limit)
    _send(answers, {"status": "ready", "zones": len(zones)}, b"")
    while (name := _receive(requests)) is not None:
        options, document = _receive(requests), _receive(requests)
        if options is None or document is None:
            return
        _allow_cpu(cpu_limit)
        status, content = _rendered(name.decode(), options, document)
        _send(answers, status, content)


def lock_in(memory_limit: int) -> None:
    """Give up everything but computing, up to `memory_limit` octets of data."""
    os.nice(NICENESS)
    let_niceness_count()
    for limit, value in (
        (resource.RLIMIT_DATA, memory_limit),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _allow_cpu(seconds: int) -> None:
    """Let the kernel end this process (SIGXCPU) once it computed for so long from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    end = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))


def _rendered(name: str, options: bytes, document: bytes) -> tuple[dict[str, object], bytes]:
    try:
        format_ = adjusted(formats[name], FormatOptions.model_validate_json(options))
        rendered = render_whole(format_, ReportDocument.of_snapshot(document))
    except MemoryError:
        return {"status": "out_of_memory"}, b""
    except more_fonts.MoreFontsNeeded:
        return {"status": "more_fonts_needed"}, b""
    except WorkError as error:
        return {"status": "failed", "code": error.code, "message": error.message}, b""
    except Exception as error:
        # The one boundary of this process: whatever a library raises is told to the service.
        if "memory" in str(error).lower() and "alloc" in str(error).lower():
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


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """stdin and stdout for messages alone: what a library prints goes to stderr."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return requests, answers


def _receive(requests: BinaryIO) -> bytes | None:
    header = requests.read(4)
    if len(header) < 4:
        return None
    (length,) = struct.unpack(">I", header)
    return requests.read(length)


def _send(answers: BinaryIO, status: dict[str, object], content: bytes) -> None:
    for part in (json.dumps(status).encode(), content):
        answers.write(struct.pack(">I", len(part)))
        answers.write(part)
    answers.flush()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _drop_privileges() -> None:
    """Before any thread starts: both belong to a thread and are inherited (prctl(2))."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    libc.capset(ctypes.byref(header), ctypes.byref(none))


def _warm_up(isolated: list[Format], sample: ReportDocument) -> list[ZoneInfo]:
    """Render the sample in each format; returns the timezones, which must be kept."""
    zones = [ZoneInfo(name) for name in sorted(available_timezones())]
    for format_ in isolated:
        format_.render(sample)
    gc.collect()
    gc.freeze()  # what is loaded by now stays: the collector need not look at it again
    return zones


def sample_document() -> ReportDocument:
    """One of everything: kinds of cells, directions, a chart of bars and one of lines."""
    period = Period(first_day=date(2026, 1, 1), last_day=date(2026, 1, 31), timezone="UTC")
    kinds = list(Kind)
    cells = {
        Kind.TEXT: "Ωмега «é» " * 12,
        Kind.INTEGER: 1,
        Kind.DECIMAL: "1.5",
        Kind.PERCENT: "2.5",
        Kind.DATE: "2026-01-02",
        Kind.INSTANT: "2026-01-02T03:04:05+00:00",
        Kind.BOOLEAN: True,
    }
    row = tuple(cells[kind] for kind in kinds)
    values = [{"day": f"2026-01-0{day}", "n": day, "who": "ab"[day % 2]} for day in range(1, 8)]
    charts = tuple(
        Chart(
            name=mark,
            title=mark,
            alternative_text=mark,
            specification={
                "data": {"values": values},
                "mark": {"type": mark, "point": True} if mark == "line" else mark,
                "encoding": {
                    "x": {"field": "day", "type": "temporal"},
                    "y": {"field": "n", "type": "quantitative", "title": "n"},
                    "color": {"field": "who", "type": "nominal"},
                },
            },
        )
        for mark in ("bar", "line", "area")
    )
    table = Table(
        name="sample",
        title="Sample",
        columns=tuple(Column(name=kind, title=kind, kind=kind, unit="h") for kind in kinds),
        rows=(row,) * 60,
        total=row,
    )
    return ReportDocument(
        type="sample",
        title="Sample",
        period=period,
        previous_period=period.previous,
        as_of=datetime(2026, 2, 1, tzinfo=UTC),
        generated_at=datetime(2026, 2, 1, tzinfo=UTC),
        tenant="Sample",
        summary=("A sentence.", "Another one."),
        kpis=tuple(
            Kpi(
                name=direction,
                title=direction,
                value=Decimal(1),
                previous=Decimal(2),
                direction=direction,
                change_percent=Decimal("-50.0"),
                verdict=Verdict.BAD,
            )
            for direction in Direction
        ),
        sections=(Section(title="Sample", text=("Text.",), charts=charts, tables=(table,)),),
        notes=("A note.",),
        house_style=HouseStyle(logo=Logo(media_type=Picture.PNG, data=SMALLEST_PNG)),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), ChildKind(sys.argv[3]), sys.argv[4:])
