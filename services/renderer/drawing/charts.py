"""Charts: a Vega-Lite specification as vector shapes for the page.

`vega` makes SVG of it, mostly in another process; `vega_svg` puts that on a page as strokes and
fills, `inline_svg` inside a page of HTML.
"""

from __future__ import annotations

import json
from typing import Any, Protocol
from xml.etree import ElementTree

from services.renderer.drawing.marks import has_figures, has_marks
from services.renderer.presentation import without_controls
from shared.document import Chart
from shared.errors import PermanentError


class Drawer(Protocol):
    """What the chart library does; ValueError when it cannot."""

    def svg(self, specification_json: str, width: int, /) -> str:
        """Of a Vega-Lite specification, `width` units wide."""
        ...

    def png(self, svg: str, /) -> bytes:
        """Of an SVG without texts, as large as it says."""
        ...


_elsewhere: Drawer | None = None


def draw_by(drawer: Drawer) -> None:
    """Have this process' charts drawn so; else it loads the chart library itself."""
    global _elsewhere
    _elsewhere = drawer


def _drawer() -> Drawer:
    if _elsewhere is not None:
        return _elsewhere
    # Imported here: the library takes 70 MB.
    from services.renderer.drawing import vega

    return vega


def chart_svg(chart: Chart, width: float) -> ElementTree.Element:
    """The chart as Vega's SVG, `width` units wide.

    PermanentError when it cannot be drawn, or came out blank though it has figures.
    """
    refuse_fetching(chart.specification)
    try:
        specification = json.dumps(_without_controls(chart.specification))
        svg = _drawer().svg(specification, round(width))
    except ValueError as error:
        raise PermanentError(
            "chart_not_drawn", f"chart {chart.name!r}: {str(error).splitlines()[0]}"
        ) from None
    # Vega wrote it, there is no DTD in it.
    root = ElementTree.fromstring(svg)  # noqa: S314
    if has_figures(chart.specification) and not has_marks(root):
        raise PermanentError("chart_blank", f"chart {chart.name!r} came out blank")
    return root


def chart_picture(root: ElementTree.Element) -> bytes:
    """A chart's SVG as a PNG; its texts have to be outlines by now. PermanentError as above."""
    try:
        return _drawer().png(ElementTree.tostring(root, encoding="unicode"))
    except ValueError as error:
        raise PermanentError("chart_not_drawn", str(error).splitlines()[0]) from None


def _without_controls(value: Any) -> Any:
    """The same specification; a control character in a label would end the chart library."""
    if isinstance(value, str):
        return without_controls(value)
    if isinstance(value, dict):
        return {_without_controls(key): _without_controls(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_controls(part) for part in value]
    return value


def refuse_fetching(value: Any) -> None:
    """PermanentError when a specification asks for data or pictures from elsewhere."""
    if isinstance(value, dict):
        if "url" in value and "values" not in value:
            raise PermanentError(
                "chart_fetches", "a chart asks for data from elsewhere: put it inline"
            )
        for key, part in value.items():
            if key != "values":
                refuse_fetching(part)
    elif isinstance(value, list):
        for part in value:
            refuse_fetching(part)
