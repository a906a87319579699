"""Whether a finished PDF is whole: it opens where readers open it, and has all of its pages.

A file of pages alone takes a fraction of a millisecond, so every file is looked at.
"""

from __future__ import annotations

import re

from shared.errors import PermanentError

ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf]) ?\r?\n")


def ensure_whole(pdf: bytes, pages: int) -> None:
    """PermanentError unless the cross-reference table leads to every object and every page.

    ISO 32000-1, section 7.5: a reader begins at the end, where `startxref` names the table.
    """
    tail = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", pdf[-64:])
    table = int(tail.group(1)) if tail else len(pdf)
    if not pdf.startswith(b"%PDF-1.") or not pdf.startswith(b"xref", table):
        raise PermanentError("file_not_whole", "the PDF has no beginning or no end")
    places = [int(found[1]) for found in ENTRY.finditer(pdf, table) if found[3] == b"n"]
    for number, place in enumerate(places, 1):
        if not pdf.startswith(b"%d 0 obj" % number, place):
            raise PermanentError("file_not_whole", f"the PDF lacks its object {number}")
    found = len(re.findall(rb"/Type /Page\b", pdf))
    if found != pages or b"/Count %d " % pages not in pdf:
        raise PermanentError("file_not_whole", f"the PDF has {found} pages of {pages}")
