"""Vega's SVG made fit to stand inside an HTML page.

Only the elements and attributes that a picture needs are taken over: no link, no script, nothing
that fetches, no roles of its own (the figure around it has the words). Ids get a prefix, because
every picture of a page numbers its own from 0. What is not known here is refused, never left out
silently.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from services.renderer.drawing.charts import chart_svg
from services.renderer.drawing.marks import NAMESPACE, NOTHING, SHAPES
from shared.document import Chart
from shared.errors import PermanentError

GROUPS = {"svg", "g", "a", "defs", "clipPath", "linearGradient", "radialGradient", "stop"}
SILENT = {"title", "desc"}
KEPT = {
    "clip-path", "cx", "cy", "d", "dx", "dy", "fill", "fill-opacity", "font-size", "font-style",
    "font-weight", "gradientUnits", "height", "id", "offset", "opacity", "r", "rx", "ry",
    "stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset",
    "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width",
    "text-anchor", "transform", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip


def inline_chart(chart: Chart, width: int, prefix: str) -> str:
    """The chart as an `<svg>` element, drawn `width` units wide and as large as its place.

    PermanentError when it cannot be drawn, or came out blank though it has figures.
    """
    root = chart_svg(chart, width)
    label = escape(chart.alternative_text)
    inside = "".join(_element(child, prefix) for child in root)
    box = escape(root.attrib["viewBox"])
    return f'<svg role="img" aria-label="{label}" viewBox="{box}">{inside}</svg>'


def _element(element: Any, prefix: str) -> str:
    attributes = element.attrib
    tag = element.tag.removeprefix(NAMESPACE)
    hidden = attributes.get("opacity") == "0" or attributes.get("display") == "none"
    if tag in SILENT or hidden or (tag == "path" and attributes.get("d", "") in NOTHING):
        return ""
    if tag not in SHAPES | GROUPS:
        raise PermanentError(
            "chart_not_drawn", f"a chart uses <{tag}>, which a page does not take over"
        )
    inside = escape(element.text or "") if tag in ("text", "tspan") else ""
    inside += "".join(_element(child, prefix) for child in element)
    kept = "".join(
        f' {name}="{escape(_referring(name, value, prefix))}"'
        for name, value in attributes.items()
        if name in KEPT
    )
    if tag in ("g", "a"):
        return f"<g{kept}>{inside}</g>" if inside else ""
    return f"<{tag}{kept}>{inside}</{tag}>" if inside else f"<{tag}{kept}/>"


def _referring(name: str, value: str, prefix: str) -> str:
    """An attribute's value, its own id or the one it refers to with the prefix."""
    if name == "id":
        return prefix + value
    if "url(" not in value:
        return value
    own = re.fullmatch(r"url\(#([\w-]+)\)", value)
    if own is None:
        raise PermanentError("chart_fetches", "a chart refers to something outside of it")
    return f"url(#{prefix}{own.group(1)})"
