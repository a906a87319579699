"""A chart's Vega-Lite specification as a grid: categories down, series across.

That is what a spreadsheet draws from. Bars, lines and areas over named or dated places are
understood, with what the report types use (stacking, colours, axes, layers of marks); of any
other specification there is no grid, and the workbook says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Number = int | float

_PLACES = {"ordinal", "nominal", "temporal"}
_MARKS = {"bar", "line", "area"}
_OF_MANY = {"facet", "hconcat", "vconcat", "concat", "repeat", "transform", "params"}
"""Top-level properties with which a specification is more than one plain picture."""


@dataclass(frozen=True)
class Grid:
    """What one chart shows."""

    mark: str
    """`bar`, `line` or `area`."""
    lying: bool
    """Bars that lie: the categories run down the page."""
    stacked: bool
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[Number | None, ...]], ...]
    """Name and one value per category; None is a gap."""
    colours: tuple[str, ...]
    """One per series, or none at all."""
    category_title: str | None
    value_title: str | None
    value_format: str
    """As spreadsheets write it."""


def grid(specification: Mapping[str, Any]) -> Grid | None:
    """The grid of the specification's bars, lines or areas; None when it has no such form."""
    if _OF_MANY & specification.keys():
        return None
    for layer in specification.get("layer", [specification]):
        whole = {**specification, **layer}
        whole["encoding"] = {**specification.get("encoding", {}), **layer.get("encoding", {})}
        if _mark(whole) in _MARKS and not _OF_MANY & layer.keys():
            return _of_one(whole)
    return None


def other_marks(specification: Mapping[str, Any]) -> bool:
    """Whether layers (rules, labels) lie over the bars or lines that the grid leaves out."""
    return len(specification.get("layer", ())) > 1


def _mark(specification: Mapping[str, Any]) -> str:
    mark = specification.get("mark", "")
    return str(mark.get("type", "")) if isinstance(mark, Mapping) else str(mark)


def _of_one(specification: Mapping[str, Any]) -> Grid | None:
    encoding: Mapping[str, Any] = specification["encoding"]
    rows = specification.get("data", {}).get("values")
    if not isinstance(rows, list) or {"x2", "y2", "row", "column", "facet"} & encoding.keys():
        return None
    x, y = encoding.get("x", {}), encoding.get("y", {})
    lying = y.get("type") in _PLACES
    place, measure = (y, x) if lying else (x, y)
    mark = _mark(specification)
    if place.get("type") not in _PLACES or measure.get("type") != "quantitative":
        return None
    if any("field" not in channel or {"aggregate", "bin"} & channel.keys() for channel in (x, y)):
        return None
    if lying and mark != "bar":
        return None
    colour = encoding.get("color", {})
    values: dict[tuple[str, str], Number | None] = {}
    for row in rows:
        name = str(row.get(colour["field"])) if "field" in colour else ""
        key = (name, str(row.get(place["field"])))
        value = row.get(measure["field"])
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            return None
        if key in values and mark != "bar":
            return None
        values[key] = value if key not in values else (values[key] or 0) + (value or 0)
    names = _in_order([name for name, _ in values], colour, as_given=True)
    categories = _in_order([category for _, category in values], place)
    grouped = {"xOffset", "yOffset"} & encoding.keys() or measure.get("stack", "zero") is None
    title = measure.get("title") or measure["field"]
    return Grid(
        mark=mark,
        lying=lying,
        stacked=mark != "line" and len(names) > 1 and not grouped,
        categories=tuple(categories),
        series=tuple(
            (name or str(title), tuple(values.get((name, place)) for place in categories))
            for name in names
        ),
        colours=_colours(specification, colour, names),
        category_title=place.get("title"),
        value_title=measure.get("title"),
        value_format=_number_format(measure.get("axis") or {}),
    )


def _in_order(
    found: Sequence[str], channel: Mapping[str, Any], *, as_given: bool = False
) -> list[str]:
    """Each once: in the order of the scale's domain, as they came, or sorted as Vega does."""
    names = list(dict.fromkeys(found))
    domain = (channel.get("scale") or {}).get("domain")
    if isinstance(domain, list):
        listed = [str(name) for name in domain]
        return [*listed, *(name for name in names if name not in listed)]
    if as_given or ("sort" in channel and channel["sort"] is None):
        return names
    return sorted(names)


def _colours(
    specification: Mapping[str, Any], colour: Mapping[str, Any], names: Sequence[str]
) -> tuple[str, ...]:
    shades = (colour.get("scale") or {}).get("range")
    if isinstance(shades, list) and len(shades) >= len(names):
        return tuple(str(shade) for shade in shades[: len(names)])
    mark = specification.get("mark")
    if isinstance(mark, Mapping) and "color" in mark and len(names) == 1:
        return (str(mark["color"]),)
    return ()


def _number_format(axis: Mapping[str, Any]) -> str:
    """Of a d3 format: ",d", ",.1f", ".0%" (https://d3js.org/d3-format); else General.

    Without d3's "~", which leaves zeros out at the end: Excel would keep the point.
    """
    text = str(axis.get("format", "")).replace("~", "")
    whole = "#,##0" if text.startswith(",") else "0"
    body = text.removeprefix(",")
    if body == "d":
        return whole
    if len(body) == 3 and body[0] == "." and body[1].isdigit() and body[2] in "f%":
        places = int(body[1])
        return whole + ("." + "0" * places if places else "") + ("%" if body[2] == "%" else "")
    return "General"
