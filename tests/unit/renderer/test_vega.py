"""Where the chart library puts names, in a page as wide as the PDF's and a phone's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any
from xml.etree import ElementTree

import pytest

from services.renderer.drawing import vega

SVG = "{http://www.w3.org/2000/svg}"
WIDE = (
    "真鍮の動物園と長い名前の計画書",
    "夜明けの灯台守の物語と海の歌",
    "갯벌 합창단의 긴 여름 이야기",
    "山",
)
BARS: dict[str, Any] = {
    "data": {"values": [{"who": name, "n": 1} for name in WIDE]},
    "mark": "bar",
    "encoding": {
        "y": {"field": "who", "type": "nominal", "title": "Project"},
        "x": {"field": "n", "type": "quantitative", "title": "Hours"},
        "color": {"field": "who", "type": "nominal", "scale": {"domain": list(WIDE)}},
    },
}
"""In the legend and beside an axis, as names of projects and people are."""


Draw = Callable[[dict[str, Any], int], ElementTree.Element]


@pytest.fixture(scope="module")
def drawn() -> Iterator[Draw]:
    """In a process of its own, as the service draws: in one that has drawn by other means the
    library may have found the machine's fonts, and measures by those.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:

        def draw(specification: dict[str, Any], width: int) -> ElementTree.Element:
            svg = process.submit(vega.svg, json.dumps(specification), width)
            return ElementTree.fromstring(svg.result())

        yield draw


def of_role(parent: ElementTree.Element, role: str) -> list[ElementTree.Element]:
    return [group for group in parent.iter(SVG + "g") if role in group.get("class", "").split()]


def moved(element: ElementTree.Element) -> float:
    """By how many units to the right."""
    found = re.match(r"translate\((-?[\d.]+),", element.get("transform", ""))
    return float(found[1]) if found else 0.0


def length(text: str, size: float) -> float:
    """At least, as any typeface draws it: each of these letters is as wide as the type is high."""
    return size * sum(letter not in " …" for letter in text)


@pytest.mark.parametrize("width", [482, 320])
def test_a_wide_name_in_the_legend_ends_before_the_next_mark(drawn: Draw, width: int) -> None:
    (legend,) = of_role(drawn(BARS, width), "role-legend-entry")
    (scope,) = of_role(legend, "role-scope")
    rows: dict[str, list[tuple[float, float]]] = {}
    for entry in scope:
        (label,) = of_role(entry, "role-legend-label")
        text = label[0]
        across, down = re.findall(r"[\d.]+", entry.attrib["transform"])
        begins = float(across) + moved(text)
        rows.setdefault(down, []).append((float(across), begins + length(text.text or "", 8.5)))
    assert sum(map(len, rows.values())) == len(WIDE)
    for row in rows.values():
        ends = [end for _, end in row]
        nexts = [begin for begin, _ in row[1:]]
        assert all(end < begin for end, begin in zip(ends, nexts, strict=False))


@pytest.mark.parametrize(
    "name", ["The Admiral of the Northern Sea", "真" * 20, "Ж" * 20, "MAY WE GO HOME", "O"]
)
@pytest.mark.parametrize("width", [482, 320, 200])
def test_no_name_of_the_legend_is_outside_of_the_picture(
    drawn: Draw, name: str, width: int
) -> None:
    names = [f"{number} {name}" for number in range(8)]
    bars = {
        "data": {"values": [{"who": who, "day": day, "n": 1} for day, who in enumerate(names)]},
        "mark": "bar",
        "encoding": {
            "x": {"field": "day", "type": "ordinal"},
            "y": {"field": "n", "type": "quantitative", "title": "Characters"},
            "color": {"field": "who", "type": "nominal", "scale": {"domain": names}},
        },
    }
    root = drawn(bars, width)
    (legend,) = of_role(root, "role-legend-entry")
    (scope,) = of_role(legend, "role-scope")
    labels = [(moved(entry), label[0].text or "") for entry in scope
              for label in of_role(entry, "role-legend-label")]  # fmt: skip
    assert len(labels) == len(names)
    outside = next(moved(group) for group in root.iter(SVG + "g") if moved(group))
    for across, text in labels:
        widest = {"真": 1.0, "M": 0.68}.get(text[2:3], 0.5)
        assert outside + across + 14 + 8.5 * widest * len(text) <= width + 8


def test_a_wide_name_beside_an_axis_ends_before_the_axis_title(drawn: Draw) -> None:
    root = drawn(BARS, 482)
    (labels,) = (group for group in of_role(root, "role-axis-label") if len(group) == len(WIDE))
    (title,) = (text for text in root.iter(SVG + "text") if text.text == "Project")
    longest = max(length(text.text or "", 8) for text in labels)
    # They end where the first of them begins to count, right before the axis.
    assert moved(labels[0]) - longest > moved(title)
