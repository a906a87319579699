"""Formats of one table per file: one table is the file itself, any other number is a zip.

What a limit has cut is said where such files have room for it: in the file's name, and in the
zip also in `about.txt`, beside title, period and as-of time.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from services.renderer import presentation
from services.renderer.formats.format import Rendered
from shared.document import ReportDocument, Table
from shared.errors import PermanentError

ABOUT = "about.txt"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Before it a zip has no dates (APPNOTE.TXT 4.4.6)."""
LONGEST_STEM = 80
"""Characters of a member's name before its extension."""


def packed(document: ReportDocument, extension: str, files: Sequence[bytes]) -> Rendered:
    """The tables' files, in the document's order, as the one file that a format is."""
    tables = document.tables
    if len(tables) == 1:
        cut = _cut_mark(tables[0])
        return Rendered(
            files[0], document.row_count, extension=f"{cut[1:]}.{extension}" if cut else None
        )
    stems = unique([_stem(table.name) for table in tables])
    names = [f"{stem}{_cut_mark(t)}.{extension}" for stem, t in zip(stems, tables, strict=True)]
    about = (ABOUT, _about(document, names).encode())
    content = zipped([about, *zip(names, files, strict=True)], document.generated_at)
    return Rendered(content, document.row_count, "application/zip", f"{extension}.zip")


def ensure_rows(found: int, table: Table) -> None:
    """PermanentError unless a file that was read back has the rows of its table."""
    if found != len(table.rows):
        raise PermanentError(
            "file_not_whole",
            f"table {table.name!r} has {len(table.rows):,} rows, its file {found:,}",
        )


def unique(names: Iterable[str]) -> list[str]:
    """The names; one that comes again (in whatever case) gets a number."""
    taken: set[str] = set()
    result = []
    for name in names:
        candidate, number = name, 2
        while candidate.casefold() in taken:
            candidate, number = f"{name}_{number}", number + 1
        taken.add(candidate.casefold())
        result.append(candidate)
    return result


def zipped(files: Iterable[tuple[str, bytes]], at: datetime) -> bytes:
    """A zip whose bytes rest on the files and on `at` alone, not on clock or machine."""
    out = io.BytesIO()
    moment = max(at.astimezone(UTC).timetuple()[:6], EARLIEST)
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, also where this runs elsewhere
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def _stem(name: str) -> str:
    """A table's name as part of a file's: no path, no dot."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:LONGEST_STEM] or "table"


def _cut_mark(table: Table) -> str:
    """For instance ".first-10000-of-48120-rows"; nothing when the table is whole."""
    text = presentation.rows_text(table)
    return "." + text.replace(",", "").replace(" ", "-") if text else ""


def _about(document: ReportDocument, names: Sequence[str]) -> str:
    zone = document.period.timezone
    lines = [
        f"{presentation.one_line(document.title)}, {presentation.days(document.period)} ({zone})",
        presentation.one_line(document.tenant),
        f"Data as of {document.as_of.isoformat()}, generated {document.generated_at.isoformat()}.",
        "",
    ]
    for name, table in zip(names, document.tables, strict=True):
        rows = presentation.rows_text(table) or presentation.row_count(table)
        lines.append(f"{name}: {presentation.one_line(table.title)}, {rows}")
    if not names:
        lines.append("This report has no tables.")
    return "\r\n".join(lines) + "\r\n"
