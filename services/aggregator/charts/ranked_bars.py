"""Things beside each other (workers, scene types, hours): one lying bar each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from services.aggregator.charts.vega_lite import vega_lite
from shared.document import Chart
from shared.narrowing import Narrowing
from shared.series_colours import SERIES

MOST_BARS = 24
"""More do not fit on half a page; the caller says in words what is left out."""


def ranked_bars(
    figures: Sequence[tuple[str, Decimal | int]],
    *,
    name: str,
    title: str,
    alternative_text: str,
    subject_title: str,
    value_title: str,
    value_format: str = ",.1~f",
    narrows: Mapping[str, Narrowing] | None = None,
) -> Chart:
    """`figures` from the top down, in the order given; names are unique.

    `subject_title` ("Worker") is what one bar is; `value_title` names the axis with its unit.
    `narrows`: what each of them is of, where the report can be narrowed down to it.
    """
    if len(figures) > MOST_BARS:
        raise ValueError(f"{len(figures)} bars do not fit: draw {MOST_BARS} at most")
    return Chart(
        name=name,
        title=title,
        alternative_text=alternative_text,
        specification=vega_lite(
            data={
                # As numbers for drawing alone; the table has the exact figures.
                "values": [
                    {"subject": subject, "value": float(value)} for subject, value in figures
                ]
            },
            mark={"type": "bar", "color": SERIES[0]},
            encoding={
                "y": {
                    "field": "subject",
                    "type": "nominal",
                    "title": subject_title,
                    "sort": None,
                    "axis": {"labelLimit": 160},
                },
                "x": {
                    "field": "value",
                    "type": "quantitative",
                    "title": value_title,
                    "axis": {"format": value_format},
                },
            },
        ),
        narrows={"subject": dict(narrows)} if narrows else {},
    )
