"""Formats of one table per file: one table is the file itself, any other number is a zip.

What a limit has cut is said where such files have room for it: in the file's name, and in the
zip also in `about.txt`, beside title, period and as-of time.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import BinaryIO, cast

from services.renderer import presentation
from services.renderer.formats.format import Written
from services.renderer.words import words
from shared.document import ReportDocument, Table
from shared.errors import PermanentError

ABOUT = "about.txt"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Before it a zip has no dates (APPNOTE.TXT 4.4.6)."""
LONGEST_STEM = 80
"""Characters of a member's name before its extension."""


def pack(
    document: ReportDocument,
    extension: str,
    out: BinaryIO,
    write: Callable[[Table, BinaryIO], int],
) -> Written:
    """Write the tables' files, in the document's order, as the one file that a format is.

    `write` writes one table's file and returns its rows; PermanentError when some are missing.
    """
    tables = document.tables
    if len(tables) == 1:
        rows = ensure_rows(write(tables[0], out), tables[0])
        cut = _cut_mark(tables[0])
        return Written(rows, extension=f"{cut[1:]}.{extension}" if cut else None)
    stems = unique([_stem(table.name) for table in tables])
    names = [f"{stem}{_cut_mark(t)}.{extension}" for stem, t in zip(stems, tables, strict=True)]
    rows = 0
    with zipfile.ZipFile(out, "w") as archive:
        with _member(archive, ABOUT, document.generated_at) as member:
            member.write(_about(document, names).encode())
        for name, table in zip(names, tables, strict=True):
            with _member(archive, name, document.generated_at) as member:
                rows += ensure_rows(write(table, member), table)
    return Written(rows, "application/zip", f"{extension}.zip")


def _member(archive: zipfile.ZipFile, name: str, at: datetime) -> BinaryIO:
    """A file of the zip to write; its bytes rest on `at`, not on clock or machine."""
    moment = max(at.astimezone(UTC).timetuple()[:6], EARLIEST)
    entry = zipfile.ZipInfo(name, moment)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, also where this runs elsewhere
    entry.external_attr = 0o644 << 16
    # How long it becomes is known when it is written; more than 2 GB have to be allowed for.
    return cast(BinaryIO, archive.open(entry, "w", force_zip64=True))


def ensure_rows(found: int, table: Table) -> int:
    """The rows that a file has; PermanentError unless they are as many as its table has."""
    if found != table.row_count:
        raise PermanentError(
            "file_not_whole",
            f"table {table.name!r} has {table.row_count:,} rows, its file {found:,}",
        )
    return found


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


def _stem(name: str) -> str:
    """A table's name as part of a file's: no path, no dot."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:LONGEST_STEM] or "table"


def _cut_mark(table: Table) -> str:
    """For instance ".first-10000-of-48120-rows"; nothing when the table is whole."""
    text = table.cut
    return "." + text.replace(",", "").replace(" ", "-") if text else ""


def _about(document: ReportDocument, names: Sequence[str]) -> str:
    zone = document.period.timezone
    lines = [
        f"{presentation.one_line(document.title)}, {presentation.days(document.period)} ({zone})",
        presentation.one_line(document.tenant),
        words(
            "as-of-and-generated",
            data=document.as_of.isoformat(),
            made=document.generated_at.isoformat(),
        ),
        "",
    ]
    for name, table in zip(names, document.tables, strict=True):
        rows = presentation.cut(table) or presentation.row_count(table)
        lines.append(f"{name}: {presentation.one_line(table.title)}, {rows}")
    if not names:
        lines.append(words("no-tables"))
    return "\r\n".join(lines) + "\r\n"
