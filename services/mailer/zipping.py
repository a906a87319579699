"""Several files of a report as one ZIP file: the same files give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from services.mailer.channels import Attachment

_ANY_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that the format knows; a true one would tell apart what is the same."""


def zipped(files: Sequence[Attachment], filename: str) -> Attachment:
    """The files in one; of two with the same name the second is numbered."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        names: set[str] = set()
        for number, file in enumerate(files, 1):
            name = file.filename if file.filename not in names else f"{number}-{file.filename}"
            names.add(name)
            entry = ZipInfo(name, _ANY_DATE)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.content)
    return Attachment(filename, "application/zip", packed.getvalue())
