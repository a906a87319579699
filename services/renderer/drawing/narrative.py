"""The words of a report, laid out from a template by xhtml2pdf.

The template leaves a slot wherever something else is drawn (tiles, charts, tables): slots are
`<pdf:spacer>` elements, which nothing in a document can forge because every value is escaped.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from reportlab.platypus import Flowable, Spacer
from xhtml2pdf.config.resources import (
    ResourceAccessPolicy,
)
from xhtml2pdf.context import pisaContext
from xhtml2pdf.document import pisaStory

from services.renderer.drawing.fonts import FAMILY, REGULAR
from services.renderer.templating import template
from shared.document import ReportDocument

STYLE = Path(__file__).parents[1] / "templates" / "narrative.css"
SLOT = '<pdf:spacer height="1pt" />'
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


def narrate(document: ReportDocument, slots: list[list[Flowable]]) -> list[Flowable]:
    """The story: the template's paragraphs, with `slots` in the places it leaves, in order."""
    html = template("narrative.html").render(document=document, slot=SLOT)
    context = _Context()
    context.registerFont(REGULAR, [FAMILY.lower()])
    context.resource_policy = NOTHING_FROM_ELSEWHERE
    pisaStory(html, context=context, default_css=" ")
    story: list[Flowable] = []
    waiting = iter(slots)
    for flowable in context.story:
        if _is_slot(flowable):
            story.extend(next(waiting))
        else:
            story.append(flowable)
    left = list(waiting)
    assert not left, f"the template leaves {len(left)} slots too few"
    return story


def _is_slot(flowable: Any) -> bool:
    return type(flowable) is Spacer and flowable.height == 1
