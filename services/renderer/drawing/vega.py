"""Vega-Lite → Vega (kept without its data: the same report has the same chart next time) → SVG.

By vl-convert, which brings a JavaScript engine of 70 MB. So this runs in a process of its own and
imports nothing of the documents. Works without files once one chart was drawn.
"""

from __future__ import annotations

import json
import resource
from functools import cache, lru_cache
from typing import Any

import vl_convert

from services.renderer import palette
from services.renderer.drawing.room_for_names import (
    AXIS_SIZE,
    LEGEND_SIZE,
    TITLE_GAP,
    room_for_names,
)
from shared.series_colours import SERIES

HEIGHT = 138
"""Points, when the specification names no height and has no rows of its own."""
ROW_HEIGHT, AXIS_HEIGHT = 15, 38
"""Points of one lying bar, and of the axis below them."""
VEGA_LITE = "5.21"
MEASURED_FONT = "Liberation Sans"
"""vl-convert carries it in itself, so measuring a label opens no file."""

HOUSE_STYLE: dict[str, Any] = {
    "font": MEASURED_FONT,
    "background": None,
    "padding": 2,
    "view": {"stroke": None},
    "mark": {"color": palette.ACCENT},
    "bar": {"color": palette.ACCENT},
    "line": {"color": palette.ACCENT, "strokeWidth": 1.8},
    "area": {"color": palette.ACCENT, "opacity": 0.85},
    "point": {"color": palette.ACCENT},
    "range": {"category": list(SERIES)},
    "axis": {
        "labelColor": palette.MUTED,
        "labelFontSize": AXIS_SIZE,
        "titleColor": palette.MUTED,
        "titleFontSize": AXIS_SIZE,
        "titleFontWeight": "normal",
        "titlePadding": TITLE_GAP,
        "domainColor": palette.RULE,
        "tickColor": palette.RULE,
        "gridColor": "#E7EBEF",
        "gridWidth": 0.6,
        "tickSize": 3,
        "labelPadding": 4,
        "tickCount": 6,
    },
    "axisX": {"grid": False},
    "axisY": {"domain": False, "ticks": False},
    "legend": {
        "orient": "top",
        "title": None,
        "labelColor": palette.INK,
        "labelFontSize": LEGEND_SIZE,
        "symbolSize": 60,
        "titleOrient": "left",
        "titleFontSize": LEGEND_SIZE,
        "titleFontWeight": "normal",
        "titleColor": palette.INK,
        "offset": 8,
    },
    "header": {"labelFontSize": 8.5, "titleFontSize": 8.5, "labelColor": palette.INK},
    "title": {"fontSize": 9.5, "color": palette.INK, "anchor": "start"},
}


@lru_cache(maxsize=8)
def svg(specification_json: str, width: int) -> str:
    """A Vega-Lite specification (JSON) as SVG, `width` units wide; ValueError if it is none.

    Kept for a while: the same report is mostly drawn for several people at once.
    """
    _prepare()
    specification = json.loads(specification_json)
    data = specification.get("data")
    specification = {
        "height": _height(specification),
        **specification,
        "config": _merged(
            _merged(HOUSE_STYLE, room_for_names(specification, width)),
            specification.get("config", {}),
        ),
    }
    without_data = {**specification, "data": {"name": "rows"}}
    if isinstance(data, dict) and set(data) == {"values"}:
        vega = json.loads(_compiled(json.dumps(_styled(without_data, width), sort_keys=True)))
        for source in vega.get("data", ()):
            if source.get("name") == "rows":
                source["values"] = data["values"]
    else:
        vega = json.loads(_compiled(json.dumps(_styled(specification, width), sort_keys=True)))
    return vl_convert.vega_to_svg(json.dumps(vega), allowed_base_urls=[])


def png(svg: str) -> bytes:
    """An SVG without texts as a picture, in pixels as large as its `width` and `height` say.

    ValueError when it is none.
    """
    _prepare()
    return vl_convert.svg_to_png(svg)


@cache
def _prepare() -> None:
    """Load the library in such a way that it never needs a file again.

    It reads the machine's fonts when it first draws, and opens the one it uses each time it
    measures a label. With no descriptor to spare it finds none and keeps to those it carries
    itself: labels then take the same room on every machine, and none is opened later.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        vl_convert.svg_to_png('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@lru_cache(maxsize=64)
def _compiled(vega_lite: str) -> str:
    """The Vega specification (JSON) of a Vega-Lite one (JSON)."""
    return json.dumps(vl_convert.vegalite_to_vega(vega_lite, vl_version=VEGA_LITE))


def _styled(specification: dict[str, Any], width: int) -> dict[str, Any]:
    """As wide as asked for, unless it says how wide it is."""
    several = {"facet", "hconcat", "vconcat", "concat", "repeat"} & specification.keys()
    styled = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        **specification,
    }
    if several:
        del styled["height"]
    else:
        styled.setdefault("width", width)
        styled.setdefault("autosize", {"type": "fit", "contains": "padding"})
    return styled


def _height(specification: dict[str, Any]) -> int:
    """Of the whole chart: things one below the other each need their row."""
    down = specification.get("encoding", {}).get("y", {})
    values = (specification.get("data") or {}).get("values", ())
    if down.get("type") not in ("nominal", "ordinal") or "field" not in down:
        return HEIGHT
    rows = len({str(row.get(down["field"])) for row in values if isinstance(row, dict)})
    return rows * ROW_HEIGHT + AXIS_HEIGHT


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merged(old, value)
        else:
            merged[key] = value
    return merged
