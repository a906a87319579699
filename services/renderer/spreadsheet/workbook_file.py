"""The workbook's zip: what XlsxWriter made, with the rows of the tables streamed into it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import IO, BinaryIO

from shared.errors import PermanentError

CHUNK = 1 << 20
FASTEST = 1
"""Of zlib's levels: the others take several times as long for a quarter less."""
HUGE = 1 << 30
"""Bytes from which on a sheet may outgrow what a zip holds without the extension Zip64. It is
used for these alone, since some programs offer to repair a workbook that has it."""

AddRows = Callable[[bytes, IO[bytes]], int]
"""From a sheet's XML without rows to one that has them; returns how many those are."""


def fill_workbook(
    shell: BinaryIO, out: BinaryIO, sheets: Mapping[str, tuple[int, AddRows]]
) -> dict[str, int]:
    """Copies the workbook `shell` to `out`, rows added to some of its sheets; their row counts.

    `sheets`: by a member's name its size as estimated (bytes) and what adds its rows, in the
    order of the members. The bytes rest on the contents alone: all dates are 1 January 1980.
    """
    counts = {}
    with (
        zipfile.ZipFile(shell) as made,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=FASTEST) as archive,
    ):
        for name in made.namelist():
            size, add = sheets.get(name, (0, None))
            try:
                with archive.open(name, "w", force_zip64=size > HUGE) as entry:
                    if add is None:
                        entry.write(made.read(name))
                    else:
                        counts[name] = add(made.read(name), entry)
            except RuntimeError as error:
                # By zipfile, for a member that came out larger than its header can say.
                raise PermanentError(
                    "file_too_large", f"a sheet has become too large ({error}): ask for CSV"
                ) from None
    return counts


def rows_read_back(out: BinaryIO, member: str) -> int:
    """How many rows a sheet of the finished file has; PermanentError when it is damaged."""
    mark, rows, kept = b"<row ", 0, b""
    out.seek(0)
    try:
        with zipfile.ZipFile(out) as archive, archive.open(member) as entry:
            # Read to its end, where its checksum is compared.
            while chunk := entry.read(CHUNK):
                chunk = kept + chunk
                rows += chunk.count(mark)
                kept = chunk[1 - len(mark) :]
    except (zipfile.BadZipFile, zlib.error) as error:
        raise PermanentError("file_not_whole", f"the workbook is damaged: {error}") from None
    return rows
