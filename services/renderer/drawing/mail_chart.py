"""A chart as a PNG for a mail: mail programmes show no SVG.

The same picture as in PDF and HTML, its letters as outlines of the typeface: what makes the PNG
knows other fonts, and none for most writing.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont
from PIL import Image
from reportlab.pdfbase import pdfmetrics

from services.renderer.drawing.charts import chart_picture, chart_svg
from services.renderer.drawing.fonts import lettered, register_fonts, runs
from services.renderer.drawing.marks import NAMESPACE, has_figures
from services.renderer.drawing.vega_svg import INHERITED, Style, text_lines
from shared.document import Chart, ReportDocument

DRAWN_WIDTH = 330
"""Units, as many as a telephone's screen has pixels: labels of 8 can just be read there."""
MARGIN = 6
"""Units of paper around it."""
SHOWN_WIDTH = 584
"""CSS pixels of a mail's column."""
DENSITY = 2
"""Pixels of the picture to one of CSS, for sharp screens."""
COLOURS = 128
"""Those of the chart, and what softens the edges of its letters."""


def main_chart(document: ReportDocument) -> Chart | None:
    """The first that has something to show."""
    charts = (chart for section in document.sections for chart in section.charts)
    return next((chart for chart in charts if has_figures(chart.specification)), None)


def chart_png(chart: Chart) -> bytes:
    """`SHOWN_WIDTH` × `DENSITY` pixels wide, on white; the same chart gives the same bytes.

    PermanentError when it cannot be drawn; MoreFontsNeeded as in `lettered`.
    """
    register_fonts()
    with lettered(chart.texts()):
        root = chart_svg(chart, DRAWN_WIDTH)
        _outline_texts(root, {})
    _put_on_paper(root)
    return _small(chart_picture(root))


def _put_on_paper(root: Element) -> None:
    """White all around, also where a mail programme is dark, and as large as the picture is."""
    left, top, width, height = map(float, root.attrib["viewBox"].replace(",", " ").split())
    box = (left - MARGIN, top - MARGIN, width + 2 * MARGIN, height + 2 * MARGIN)
    root.set("viewBox", " ".join(f"{number:g}" for number in box))
    sides = dict(zip(("x", "y", "width", "height"), (f"{number:g}" for number in box), strict=True))
    across = SHOWN_WIDTH * DENSITY
    root.attrib.update(width=f"{across}", height=f"{across * box[3] / box[2]:g}")
    root.insert(0, Element(f"{NAMESPACE}rect", {**sides, "fill": "white"}))


def _small(png: bytes) -> bytes:
    """In the few colours that a chart has, each pixel one octet: a tenth of the size."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    few = picture.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def _outline_texts(element: Element, style: Style) -> None:
    style = {
        **style,
        **{name: element.attrib[name] for name in INHERITED if name in element.attrib},
    }
    if element.tag == f"{NAMESPACE}text":
        d = "".join(
            _outline(text, x, -y, font, size)
            for text, x, y, font, size in text_lines(element, style)
        )
        # It keeps its colour, its opacity and its place.
        element.tag, element.text = f"{NAMESPACE}path", None
        element[:] = []
        element.set("d", d)
        return
    for child in element:
        _outline_texts(child, style)


def _outline(text: str, x: float, y: float, font: str, size: float) -> str:
    """Path data (SVG 1.1, section 8.3) of a line of text that begins at (x, y)."""
    d = ""
    for name, part in runs(text, font):
        face = pdfmetrics.getFont(name).face
        glyphs, order = _glyphs(face)
        scale = size / face.unitsPerEm
        for character in part:
            pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.2f}")
            glyph = glyphs[order[face.charToGlyph.get(ord(character), 0)]]
            glyph.draw(TransformPen(pen, (scale, 0, 0, -scale, x, y)))
            d += pen.getCommands()
            x += glyph.width * scale
    return d


@lru_cache(maxsize=16)
def _glyphs(face: Any) -> tuple[Any, list[str]]:
    """The outlines by name, and the names by number."""
    font = TTFont(io.BytesIO(face._ttf_data), lazy=True, recalcTimestamp=False)
    return font.getGlyphSet(), font.getGlyphOrder()
