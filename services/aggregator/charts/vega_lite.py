"""What all Vega-Lite specifications begin with."""

from __future__ import annotations

from typing import Any

from shared import localized
from shared.languages import ENGLISH, current


def vega_lite(**parts: Any) -> dict[str, Any]:
    """A specification (version 5) of these parts, whose axes write numbers as the language does.

    Said in the specification itself (`config.locale`), so that whoever draws it does the same.
    """
    specification = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", **parts}
    if current() == ENGLISH:
        return specification  # as Vega writes them by itself
    decimal, thousands = localized.number("."), localized.number(",")
    marks = {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    return {**specification, "config": {"locale": {"number": marks}}}
