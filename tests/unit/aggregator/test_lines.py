"""Lines that a reader can tell apart."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

from services.aggregator.charts.lines import lines
from services.aggregator.scope.grain import Bucket, Grain, buckets
from services.renderer.drawing import vega
from shared.document import Chart
from shared.periods import Period

SVG = "{http://www.w3.org/2000/svg}"
DAYS = buckets(
    Period(first_day=date(2026, 10, 1), last_day=date(2026, 10, 3), timezone="UTC"), Grain.DAY
)


YEAR = buckets(
    Period(first_day=date(2025, 11, 22), last_day=date(2026, 11, 21), timezone="UTC"), Grain.MONTH
)


def chart(
    *series: str,
    of: Sequence[Bucket] = DAYS,
    grain: Grain = Grain.DAY,
    changes: Mapping[str, str] | None = None,
) -> Chart:
    return lines(
        {(name, bucket.key): Decimal(2) for name in series for bucket in of},
        name="c",
        title="C",
        alternative_text="Lines.",
        buckets=of,
        grain=grain,
        series=series,
        value_title="Days",
        changes=changes,
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


def test_each_month_is_named_below_the_line_however_wide_the_chart() -> None:
    drawn = chart("Pass rate", of=YEAR, grain=Grain.MONTH, changes={YEAR[3].key: "1"})
    for width in range(474, 492):
        svg = vega.svg(json.dumps(drawn.specification), width)
        below = re.search(r"role-axis-label.*?</g>", svg, re.DOTALL)
        assert below
        months = re.findall("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec", below[0])
        assert sorted(months) == sorted(f"{bucket.first_day:%b}" for bucket in YEAR), width


def test_the_number_of_a_change_stands_above_the_line() -> None:
    drawn = chart("Pass rate", of=YEAR, grain=Grain.MONTH, changes={YEAR[3].key: "A"})
    root = ElementTree.fromstring(vega.svg(json.dumps(drawn.specification), 480))
    (number,) = (text for text in root.iter(SVG + "text") if text.text == "A")
    place = re.fullmatch(r"translate\(.*,(.*)\)", number.attrib["transform"])
    assert place
    assert float(place[1]) < 0
