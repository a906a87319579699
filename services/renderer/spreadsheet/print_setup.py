"""How a sheet prints: the tenant's paper, who and what above, the tenant's own line below."""

from __future__ import annotations

from typing import Any

from services.renderer.presentation import instant, one_line
from services.renderer.words import words
from shared.document import ReportDocument
from shared.house_style import Paper

_PAPERS = {Paper.A4: 9, Paper.LETTER: 1}
"""By the numbers of ECMA-376 part 1, 18.3.1.63."""
LONGEST = 255
"""Characters of a header or a footer, marks included (Excel specifications and limits)."""


def set_up_print(sheet: Any, document: ReportDocument, title: str) -> None:
    """Of each page of the sheet; it is as wide as the paper. `title` says what is on the sheet."""
    house, zone = document.house_style, document.period.timezone
    sheet.set_paper(_PAPERS[house.paper])
    sheet.fit_to_pages(1, 0)
    tenant = _words(document.tenant, 80)
    sheet.set_header(f"&L{_words(title, LONGEST - len(tenant) - 10)}&R{tenant}")
    as_of = "&R" + words("as-of", at=instant(document.as_of, zone))
    page = "&L" + words("page-of-pages", page="&P", pages="&N")
    own = _words(house.footer, LONGEST - len(as_of) - len(page) - 2)
    sheet.set_footer(page + (f"&C{own}" if own else "") + as_of)


def _words(text: str, longest: int) -> str:
    """On one line; an ampersand would begin a mark (18.3.1.39)."""
    words = one_line(text).replace("&", "&&")
    if len(words) > longest:
        words = words[: longest - 1].rstrip("&") + "…"
    # Digits would be taken for the size of type that a mark before them may have.
    return f" {words}" if words[:1].isdigit() else words
