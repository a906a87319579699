"""How the time of each report type grows with the data: a picture of what `reports` found."""

from __future__ import annotations

import math
from typing import Any

import vl_convert

from benchmarks.reports import LENGTHS, TYPES, Reported
from services.renderer import palette
from services.renderer.drawing.vega import VEGA_LITE
from shared.series_colours import SERIES

AIMS = {30: 2.0, 400: 3.0}
"""Seconds from request to PDF at scale 100, by days."""
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "stroke")


def picture(found: list[Reported]) -> str:
    """An SVG: seconds over scale, both logarithmic, one panel for each length of time.

    Each line reads roll-ups where there are any; the dashed rule is the aim.
    """
    return vl_convert.vegalite_to_svg(specification(found), vl_version=VEGA_LITE)


def specification(found: list[Reported]) -> dict[str, Any]:
    """The chart's Vega-Lite specification."""
    scales = sorted({one.scale for one in found})
    return {
        "background": "white",
        "padding": 8,
        "config": {
            "font": "Liberation Sans, Arial, sans-serif",
            "view": {"stroke": None},
            "axis": {"labelColor": palette.MUTED, "titleColor": palette.MUTED},
        },
        "hconcat": [_panel(found, days, scales) for days in LENGTHS],
    }


def _panel(found: list[Reported], days: int, scales: list[float]) -> dict[str, Any]:
    rows = [
        {"type": one.type, "scale": one.scale, "seconds": one.rollups_seconds}
        for one in found
        if one.days == days and math.isfinite(one.rollups_seconds)
    ]
    colours = {"domain": list(TYPES), "range": list(SERIES[: len(TYPES)])}
    seconds = {"type": "log", "domain": [0.02, 10]}
    return {
        "title": f"{days} days",
        "width": 260,
        "height": 220,
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "line", "point": {"size": 50, "filled": True}},
                "encoding": {
                    "x": {
                        "field": "scale",
                        "type": "quantitative",
                        "scale": {"type": "log"},
                        "axis": {"values": scales, "title": "scale (100: ten million jobs)"},
                    },
                    "y": {
                        "field": "seconds",
                        "type": "quantitative",
                        "scale": seconds,
                        "axis": {
                            "title": "seconds from request to PDF",
                            "values": [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
                            "gridColor": "#E7EBEF",
                        },
                    },
                    "color": {"field": "type", "type": "nominal", "scale": colours, "title": None},
                    "shape": {
                        "field": "type",
                        "type": "nominal",
                        "scale": {"domain": list(TYPES), "range": list(_SHAPES[: len(TYPES)])},
                        "title": None,
                    },
                },
            },
            {
                "data": {"values": [{"aim": AIMS[days]}]},
                "mark": {"type": "rule", "strokeDash": [4, 3], "color": palette.MUTED},
                "encoding": {"y": {"field": "aim", "type": "quantitative", "scale": seconds}},
            },
        ],
    }
