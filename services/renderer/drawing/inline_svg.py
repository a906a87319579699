"""Vega's SVG made fit to stand inside an HTML page.

Only the elements and attributes that a picture needs are taken over: no link, no script, nothing
that fetches, no roles of its own (the figure around it has the words). Ids get a prefix, because
every picture of a page numbers its own from 0. What is not known here is refused, never left out
silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any
from xml.etree import ElementTree

from services.renderer.drawing.charts import chart_svg
from shared.document import Chart
from shared.errors import PermanentError

NAMESPACE = "{http://www.w3.org/2000/svg}"
SHAPES = {"path", "line", "rect", "text", "tspan", "circle", "ellipse"}
GROUPS = {"svg", "g", "a", "defs", "clipPath", "linearGradient", "radialGradient", "stop"}
SILENT = {"title", "desc"}
KEPT = {
    "clip-path", "cx", "cy", "d", "dx", "dy", "fill", "fill-opacity", "font-size", "font-style",
    "font-weight", "gradientUnits", "height", "id", "offset", "opacity", "r", "rx", "ry",
    "stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset",
    "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-opacity", "stroke-width",
    "text-anchor", "transform", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip
NOTHING = {"", "M0,0h0v0h0Z"}
"""Paths that draw nothing; Vega writes many."""


def inline_chart(chart: Chart, width: int, prefix: str) -> str:
    """The chart as an `<svg>` element, drawn `width` units wide and as large as its place.

    PermanentError when it cannot be drawn, or came out blank though it has figures.
    """
    # Vega wrote it, there is no DTD in it.
    root = ElementTree.fromstring(chart_svg(chart, width))  # noqa: S314
    if not _has_marks(root) and _has_figures(chart.specification):
        raise PermanentError("chart_blank", f"chart {chart.name!r} came out blank")
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


def _has_marks(root: Any) -> bool:
    """Whether anything but axes, legends and titles is drawn."""
    for group in root.iter(NAMESPACE + "g"):
        if "role-mark" in group.attrib.get("class", "").split():
            for shape in group.iter():
                tag = shape.tag.removeprefix(NAMESPACE)
                empty = tag == "path" and shape.attrib.get("d", "") in NOTHING
                if tag in SHAPES and not empty:
                    return True
    return False


def _has_figures(specification: Any) -> bool:
    return any(
        isinstance(value, int | float) and not isinstance(value, bool)
        for row in _rows(specification)
        for value in row.values()
    )


def _rows(specification: Any) -> Iterator[dict[str, Any]]:
    if isinstance(specification, dict):
        values = specification.get("values")
        if isinstance(values, list):
            yield from (row for row in values if isinstance(row, dict))
        for name, part in specification.items():
            if name in ("data", "layer", "spec", "hconcat", "vconcat", "concat"):
                yield from _rows(part)
    elif isinstance(specification, list):
        for part in specification:
            yield from _rows(part)
