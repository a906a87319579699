"""A figure over time that does not add up (a median, a rate): one line for each series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.aggregator.charts.stacked_bars import MOST_SERIES
from services.aggregator.charts.time_axis import days_of, time_axis
from services.aggregator.charts.vega_lite import vega_lite
from services.aggregator.scope.grain import Bucket, Grain
from shared.document import Chart
from shared.series_colours import SERIES

DASHES: tuple[list[int], ...] = ([], [6, 3], [2, 2], [8, 3, 2, 3])
"""Lines differ in more than colour, so that a print in greys tells them apart."""

LEGEND = {"title": None, "symbolType": "stroke", "symbolSize": 360, "symbolStrokeWidth": 1.8}
"""A piece of each line, long enough to tell its dashes. A single line needs none: the axis names
what it shows."""


def lines(
    figures: Mapping[tuple[str, str], Decimal],
    *,
    name: str,
    title: str,
    alternative_text: str,
    buckets: Sequence[Bucket],
    grain: Grain,
    series: Sequence[str],
    value_title: str,
    value_format: str = ",.1~f",
    from_zero: bool = True,
    changes: Mapping[str, str] | None = None,
) -> Chart:
    """`figures` by (series, bucket key); what is missing is a gap in the line, never a zero.

    At most `MOST_SERIES` series, in the order of the legend. `value_title` names the upright
    axis with its unit. `changes`: bucket keys at which something changed, and the short text that
    stands there beside an upright rule, such as the number under which a table explains it.
    """
    if len(series) > MOST_SERIES:
        raise ValueError(f"{len(series)} lines cannot be told apart: draw {MOST_SERIES} at most")
    drawn = list(series)
    encoding = {
        "x": _time(buckets, grain),
        "y": {
            "field": "value",
            "type": "quantitative",
            "title": value_title,
            "axis": {"format": value_format},
            "scale": {"zero": from_zero},
        },
        "color": {
            "field": "series",
            "type": "nominal",
            "legend": LEGEND if len(drawn) > 1 else None,
            "scale": {"domain": drawn, "range": list(SERIES[: len(drawn)])},
        },
        "strokeDash": {
            "field": "series",
            "type": "nominal",
            "legend": None,
            "scale": {
                "domain": drawn,
                "range": [DASHES[index % len(DASHES)] for index in range(len(drawn))],
            },
        },
    }
    values = [
        {
            "bucket": bucket.key,
            "series": entry,
            # As a number for drawing alone; the table has the exact figure. A gap keeps its place.
            "value": None
            if (figure := figures.get((entry, bucket.key))) is None
            else float(figure),
        }
        for entry in drawn
        for bucket in buckets
    ]
    line: dict[str, Any] = {
        "data": {"values": values},
        "mark": {
            "type": "line",
            "strokeWidth": 1.8,
            "point": {"size": 14},
            "invalid": "break-paths-show-domains",
        },
        "encoding": encoding,
    }
    layers = [line, *_rules(changes or {}, buckets, grain)]
    return Chart(
        name=name,
        title=title,
        alternative_text=alternative_text,
        specification=vega_lite(**(line if len(layers) == 1 else {"layer": layers})),
        narrows=days_of(buckets),
    )


def _time(buckets: Sequence[Bucket], grain: Grain) -> dict[str, Any]:
    """The axis of time, with points on it.

    Rules would ask for bands without a gap between them: the first of these begins a hair before
    the axis at some widths, by rounding, and Vega then leaves its label out.
    """
    x = time_axis(buckets, grain)
    return {**x, "scale": {**x["scale"], "type": "point", "padding": 0.5}}


def _rules(
    changes: Mapping[str, str], buckets: Sequence[Bucket], grain: Grain
) -> list[dict[str, Any]]:
    """Rules with their texts, in order of time."""
    if not changes:
        return []
    keys = [bucket.key for bucket in buckets if bucket.key in changes]
    data = {"values": [{"bucket": key, "text": changes[key]} for key in keys]}
    x = _time(buckets, grain)
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": "#555555", "strokeDash": [3, 3]},
            "encoding": {"x": x},
        },
        {
            "data": data,
            # Above the chart, where no line runs through it.
            "mark": {"type": "text", "baseline": "bottom", "dy": -4, "fontSize": 9},
            "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "text", "type": "nominal"}},
        },
    ]
