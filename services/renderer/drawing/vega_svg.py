"""Draws the SVG that Vega writes: groups, paths, lines, rectangles, texts and clipping.

Vega uses a small, plain part of SVG (every style is an attribute, no stylesheets, no units but
px). A general reader spends ten times as long on it and draws labels that Vega has hidden
(`opacity="0"`). What is not known here is refused, never left out silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

from reportlab.lib.colors import (
    Color,
    HexColor,
    toColor,
)
from reportlab.platypus import Flowable
from svglib.utils import (
    bezier_arc_from_end_points,
    convert_quadratic_to_cubic_path,
    normalise_svg_path,
)

from services.renderer.drawing.fonts import REGULAR, STRONG, draw, width
from services.renderer.drawing.marks import NAMESPACE, NOTHING, has_marks, is_mark
from shared.errors import PermanentError

DRAWN_SIZE = 0.94
"""Of the measured type size: Open Sans is that much wider than Liberation Sans."""
CAPS = {"butt": 0, "round": 1, "square": 2}
JOINS = {"miter": 0, "round": 1, "bevel": 2}

Style = dict[str, str]
"""The attributes an element has, its ancestors' included."""
INHERITED = (
    "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap",
    "stroke-linejoin", "stroke-miterlimit", "font-size", "font-weight", "text-anchor",
)  # fmt: skip


class VegaPicture(Flowable):  # type: ignore[misc]  # ReportLab ships no types
    """One picture, `width` points wide."""

    def __init__(self, svg: Element, width: float) -> None:
        super().__init__()
        self._root = svg
        box = self._root.attrib["viewBox"].replace(",", " ").split()
        self._left, self._top, view_width, view_height = map(float, box)
        self._factor = width / view_width
        self.width, self.height = width, view_height * self._factor
        self._shapes_of_marks = 0
        """Drawn so far. The picture counts as drawn when there are some, if it has any."""
        self._in_marks = False
        self._clips = {clip.attrib["id"]: clip for clip in self._root.iter(NAMESPACE + "clipPath")}

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas = self.canv
        canvas.saveState()
        canvas.transform(self._factor, 0, 0, -self._factor, 0, self.height)
        canvas.translate(-self._left, -self._top)
        self._draw_children(self._root, {"fill": "black"}, 1.0)
        canvas.restoreState()
        if self._shapes_of_marks == 0 and has_marks(self._root):
            raise PermanentError("chart_blank", "a chart with marks came out blank")

    def _draw_children(self, parent: Any, style: Style, opacity: float) -> None:
        for element in parent:
            self._draw_element(element, style, opacity)

    def _draw_element(self, element: Any, style: Style, opacity: float) -> None:
        attributes = element.attrib
        opacity *= float(attributes.get("opacity", 1))
        if opacity == 0 or attributes.get("display") == "none":
            return
        style = {**style, **{name: attributes[name] for name in INHERITED if name in attributes}}
        kind = element.tag.removeprefix(NAMESPACE)
        if kind in ("defs", "title", "desc", "clipPath"):
            return
        canvas = self.canv
        moves = "transform" in attributes or "clip-path" in attributes
        if moves:
            canvas.saveState()
            _transform(canvas, attributes.get("transform", ""))
            self._clip(attributes.get("clip-path"))
        match kind:
            case "g" | "svg" | "a":
                outside, self._in_marks = self._in_marks, self._in_marks or is_mark(element)
                self._draw_children(element, style, opacity)
                self._in_marks = outside
            case "path" | "line" | "rect" | "circle" | "ellipse":
                self._draw_shape(kind, attributes, style, opacity)
            case "text":
                self._draw_text(element, style, opacity)
            case _:
                raise PermanentError(
                    "chart_not_drawn", f"a chart uses <{kind}>, which cannot be printed"
                )
        if moves:
            canvas.restoreState()

    def _clip(self, reference: str | None) -> None:
        if reference is None:
            return
        clip = self._clips[reference.removeprefix("url(#").removesuffix(")")]
        outline = self.canv.beginPath()
        for shape in clip:
            _trace(outline, shape.tag.removeprefix(NAMESPACE), shape.attrib)
        self.canv.clipPath(outline, stroke=0, fill=0)

    def _draw_shape(
        self, kind: str, attributes: dict[str, str], style: Style, opacity: float
    ) -> None:
        fill = _colour(style.get("fill", "none"))
        stroke = _colour(style.get("stroke", "none"))
        if kind == "line":
            fill = None
        outline = self.canv.beginPath()
        if not _trace(outline, kind, attributes) or (fill is None and stroke is None):
            return
        canvas = self.canv
        canvas.saveState()
        if fill is not None:
            canvas.setFillColor(fill, opacity * float(attributes.get("fill-opacity", 1)))
        if stroke is not None:
            canvas.setStrokeColor(stroke, opacity * float(attributes.get("stroke-opacity", 1)))
            canvas.setLineWidth(float(style.get("stroke-width", 1)))
            canvas.setLineCap(CAPS[style.get("stroke-linecap", "butt")])
            canvas.setLineJoin(JOINS[style.get("stroke-linejoin", "miter")])
            canvas.setMiterLimit(float(style.get("stroke-miterlimit", 4)))
            dashes = [float(part) for part in _numbers(style.get("stroke-dasharray", ""))]
            if any(dashes):
                canvas.setDash(dashes, float(style.get("stroke-dashoffset", 0)))
        self._shapes_of_marks += self._in_marks
        canvas.drawPath(outline, stroke=stroke is not None, fill=fill is not None)
        canvas.restoreState()

    def _draw_text(self, element: Any, style: Style, opacity: float) -> None:
        colour = _colour(style.get("fill", "none"))
        if colour is None:
            return
        self._shapes_of_marks += self._in_marks
        canvas = self.canv
        canvas.saveState()
        canvas.scale(1, -1)
        canvas.setFillColor(colour, opacity * float(element.attrib.get("fill-opacity", 1)))
        for text, x, y, font, size in text_lines(element, style):
            draw(canvas, x, y, text, font, size)
        canvas.restoreState()


def text_lines(element: Any, style: Style) -> Iterator[tuple[str, float, float, str, float]]:
    """Of a text of one or more lines: what each says, where it begins (y upwards), its font and
    its size."""
    size = float(style.get("font-size", "11").removesuffix("px")) * DRAWN_SIZE
    bold = style.get("font-weight", "normal") in ("bold", "600", "700", "800", "900")
    font = STRONG if bold else REGULAR
    share = {"start": 0.0, "middle": 0.5, "end": 1.0}[style.get("text-anchor", "start")]
    y = 0.0
    for line in [element, *element]:
        y -= float(line.attrib.get("dy", 0))
        if line.text:
            yield line.text, -share * width(line.text, font, size), y, font, size


def _transform(canvas: Any, transform: str) -> None:
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", transform):
        numbers = [float(part) for part in _numbers(inside)]
        match name, numbers:
            case "translate", [x, y]:
                canvas.translate(x, y)
            case "translate", [x]:
                canvas.translate(x, 0)
            case "rotate", [angle]:
                canvas.rotate(angle)
            case "scale", [x, y]:
                canvas.scale(x, y)
            case "scale", [factor]:
                canvas.scale(factor, factor)
            case _:
                raise PermanentError(
                    "chart_not_drawn", f"a chart uses {name}(), which cannot be printed"
                )


def _numbers(text: str) -> list[str]:
    return re.findall(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?", text)


@lru_cache(maxsize=256)
def _colour(value: str) -> Color | None:
    if value in ("none", "transparent"):
        return None
    try:
        if re.fullmatch(r"#[0-9a-fA-F]{3}", value):
            return HexColor("#" + "".join(digit * 2 for digit in value[1:]))
        return HexColor(value) if value.startswith("#") else toColor(value.replace(" ", ""))
    except (ValueError, AttributeError):
        raise PermanentError(
            "chart_not_drawn", f"a chart uses the colour {value!r}, which cannot be printed"
        ) from None


def _trace(outline: Any, kind: str, attributes: dict[str, str]) -> bool:
    """Adds the shape to the outline; False when there is nothing to draw."""

    def at(name: str) -> float:
        return float(attributes.get(name, 0))

    match kind:
        case "line":
            outline.moveTo(at("x1"), at("y1"))
            outline.lineTo(at("x2"), at("y2"))
            return True
        case "rect":
            outline.rect(at("x"), at("y"), at("width"), at("height"))
            return at("width") > 0 and at("height") > 0
        case "circle" | "ellipse":
            across, down = at("rx") or at("r"), at("ry") or at("r")
            outline.ellipse(at("cx") - across, at("cy") - down, 2 * across, 2 * down)
            return across > 0 and down > 0
        case "path":
            return _trace_path(outline, attributes.get("d", ""))
    raise PermanentError("chart_not_drawn", f"a chart uses <{kind}>, which cannot be printed")


def _trace_path(outline: Any, d: str) -> bool:
    """SVG 1.1, section 8.3: path data, made absolute step by step."""
    if d in NOTHING:
        return False
    steps = normalise_svg_path(d)
    x = y = start_x = start_y = 0.0
    for operator, numbers in zip(steps[::2], steps[1::2], strict=True):
        assert isinstance(operator, str)
        assert isinstance(numbers, list)
        relative = operator.islower()
        ox, oy = (x, y) if relative else (0.0, 0.0)
        match operator.upper(), numbers:
            case "M", [a, b]:
                x, y = ox + a, oy + b
                start_x, start_y = x, y
                outline.moveTo(x, y)
            case "L", [a, b]:
                x, y = ox + a, oy + b
                outline.lineTo(x, y)
            case "H", [a]:
                x = ox + a
                outline.lineTo(x, y)
            case "V", [b]:
                y = oy + b
                outline.lineTo(x, y)
            case "C", [a, b, c, e, f, g]:
                outline.curveTo(ox + a, oy + b, ox + c, oy + e, ox + f, oy + g)
                x, y = ox + f, oy + g
            case "Q", [a, b, c, e]:
                _, one, two, end = convert_quadratic_to_cubic_path(
                    (x, y), (ox + a, oy + b), (ox + c, oy + e)
                )
                outline.curveTo(*one, *two, *end)
                x, y = ox + c, oy + e
            case "A", [rx, ry, turn, large, sweep, a, b]:
                to = (ox + a, oy + b)
                arcs = bezier_arc_from_end_points(x, y, rx, ry, turn, int(large), int(sweep), *to)
                for _, _, *rest in arcs:
                    outline.curveTo(*rest)
                x, y = to
            case "Z", _:
                outline.close()
                x, y = start_x, start_y
            case _:
                raise PermanentError(
                    "chart_not_drawn", f"a chart's path uses {operator}, which cannot be printed"
                )
    return True
