"""Whether a chart shows anything: figures in its specification, marks in its picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

NAMESPACE = "{http://www.w3.org/2000/svg}"
SHAPES = {"path", "line", "rect", "text", "tspan", "circle", "ellipse"}
NOTHING = {"", "M0,0h0v0h0Z"}
"""Paths that draw nothing; Vega writes many."""


def has_marks(root: Any) -> bool:
    """Whether anything but axes, legends and titles is drawn."""
    for group in root.iter(NAMESPACE + "g"):
        if is_mark(group):
            for shape in group.iter():
                tag = shape.tag.removeprefix(NAMESPACE)
                empty = tag == "path" and shape.attrib.get("d", "") in NOTHING
                if tag in SHAPES and not empty:
                    return True
    return False


def has_figures(specification: Any) -> bool:
    """Whether there is a number to be drawn in the data that a chart brings along."""
    return any(
        isinstance(value, int | float) and not isinstance(value, bool)
        for row in _rows(specification)
        for value in row.values()
    )


def is_mark(group: Any) -> bool:
    """Whether a group holds the marks themselves, by the class that Vega gives it."""
    return "role-mark" in group.attrib.get("class", "").split()


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
