"""Lines that a reader can tell apart."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

from services.aggregator.charts.lines import lines
from services.aggregator.scope.grain import Grain, buckets
from services.renderer.drawing import vega
from shared.document import Chart
from shared.periods import Period

SVG = "{http://www.w3.org/2000/svg}"
DAYS = buckets(
    Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 3), timezone="UTC"), Grain.DAY
)


def chart(*series: str) -> Chart:
    return lines(
        {(name, day.key): Decimal(2) for name in series for day in DAYS},
        name="c",
        title="C",
        alternative_text="Lines.",
        buckets=DAYS,
        grain=Grain.DAY,
        series=series,
        value_title="Days",
    )


def legend(of: Chart) -> list[tuple[str, str]]:
    """Of each entry of the legend its outline and its dashes, as drawn."""
    root = ElementTree.fromstring(vega.svg(json.dumps(of.specification), 400))
    symbols = (group for group in root.iter(SVG + "g") if "legend-symbol" in group.get("class", ""))
    return [
        (path.attrib["d"], path.get("stroke-dasharray", ""))
        for group in symbols
        for path in group.iter(SVG + "path")
    ]


def test_the_legend_shows_a_piece_of_each_line_with_its_dashes() -> None:
    found = legend(chart("Median", "Mean", "90th percentile"))
    assert len({dashes for _, dashes in found}) == 3
    assert all(set("AaCcQqZz").isdisjoint(outline) for outline, _ in found)


def test_a_single_line_needs_no_legend() -> None:
    assert legend(chart("Pass rate")) == []
