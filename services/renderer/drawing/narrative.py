"""The words of a report, laid out from a template by xhtml2pdf.

The template leaves a slot wherever something else is drawn (tiles, charts, tables): slots are
`<pdf:spacer>` elements, which nothing in a document can forge because every value is escaped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.platypus import Flowable, Spacer
from xhtml2pdf.config.resources import (
    ResourceAccessPolicy,
)
from xhtml2pdf.context import pisaContext
from xhtml2pdf.document import pisaStory

from services.renderer.drawing.fonts import FAMILY, REGULAR, plain
from services.renderer.drawing.logo import WIDEST
from services.renderer.drawing.paragraphs import Lines
from services.renderer.presentation import one_line
from services.renderer.templating import template
from shared.document import ReportDocument

STYLE = Path(__file__).parents[1] / "templates" / "narrative.css"
SLOT = '<pdf:spacer height="1pt" />'
BESIDE_LOGO = 2
"""Paragraphs at the beginning, the name and the title, that leave room for the logo."""
GAP = 20.0
"""Points between them and the logo."""
LONGEST_LINE = 520.0
"""Points; more than 120 letters to a line are hard to follow."""
NOTHING_FROM_ELSEWHERE = ResourceAccessPolicy.server(None, allow_remote=False)

Slot = Callable[[], list[Flowable]]


class _Context(pisaContext):  # type: ignore[misc]  # xhtml2pdf ships no types
    """Parses the one stylesheet once per process; it is the same for every report."""

    def parseCSS(self) -> None:
        parsed = _parsed_style()
        for name in ("css", "cssDefault", "cssPositionalTags", "cssAttributeNames",
                     "cssCustomNames"):  # fmt: skip
            setattr(self, name, getattr(parsed, name))
        self.cssBuilder, self.cssParser = parsed.cssBuilder, parsed.cssParser
        self.cssCascade = parsed.cssCascade


@cache
def _parsed_style() -> pisaContext:
    context = pisaContext()
    context.addDefaultCSS(STYLE.read_text())
    context.parseCSS()
    return context


def narrate(
    document: ReportDocument, slots: list[list[Flowable]], available_width: float
) -> list[Flowable]:
    """The story: the template's paragraphs, with `slots` in the places it leaves, in order."""
    others: dict[str, str] = {}

    def line(text: str) -> str:
        """On one line; writing that xhtml2pdf would not set right is held back."""
        text = one_line(text)
        if plain(text):
            return text
        key = hashlib.sha256(text.encode()).hexdigest()
        others[key] = text
        return key

    html = template("narrative.html").render(document=document, slot=SLOT, line=line)
    context = _Context()
    context.registerFont(REGULAR, [FAMILY.lower()])
    context.resource_policy = NOTHING_FROM_ELSEWHERE
    pisaStory(html, context=context, default_css=" ")
    story: list[Flowable] = []
    waiting = iter(slots)
    beside_logo = BESIDE_LOGO if document.house_style.logo is not None else 0
    for flowable in context.story:
        if _is_slot(flowable):
            story.extend(next(waiting))
        else:
            taken = WIDEST + GAP if beside_logo > 0 else 0.0
            beside_logo -= 1
            story.append(_paragraph(flowable, others, available_width, taken))
    left = list(waiting)
    assert not left, f"the template leaves {len(left)} slots too few"
    return story


def _paragraph(
    laid_out: Any, others: Mapping[str, str], available_width: float, taken: float
) -> Flowable:
    """The paragraph, its lines not too long to be read; one of `others` set in its style."""
    style = laid_out.style
    style.rightIndent = max(taken, available_width - LONGEST_LINE)
    key = "".join(fragment.text for fragment in laid_out.frags)
    return Lines(others[key], style) if key in others else laid_out


def _is_slot(flowable: Any) -> bool:
    return type(flowable) is Spacer and flowable.height == 1
