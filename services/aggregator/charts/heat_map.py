"""The hours of the week as a map: one field per hour, the darker the more."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from shared.document import Chart

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHADES = ("#EAF1F8", "#B9D3EA", "#7FB0D8", "#3F7FB5", "#1F4E79")
"""One hue, from light to dark: it reads the same in greys."""
_STEPS = (1, 2, 5, 10, 20)
"""Percent that one shade covers: as few as hold the largest figure."""


def hours_of_week(
    percentages: Mapping[tuple[int, int], Decimal],
    *,
    name: str,
    title: str,
    alternative_text: str,
) -> Chart:
    """`percentages` by (weekday from 0 for Monday, hour); what is missing stays white.

    Five shades up to the largest figure, so that a small part of the time can be told apart too.
    """
    largest = max(percentages.values(), default=Decimal(0))
    step = next((step for step in _STEPS if 5 * step >= largest), _STEPS[-1])
    classes = [
        f"under {step}%",
        *(f"{step * n} to {step * (n + 1)}%" for n in range(1, 4)),
        f"{step * 4}% and more",
    ]
    values = [
        {
            "weekday": WEEKDAYS[weekday],
            "hour": str(hour),
            "class": classes[min(4, max(0, int(value // step)))],
            # As a number for drawing alone; the table has the exact figure.
            "value": float(value),
        }
        for (weekday, hour), value in sorted(percentages.items())
    ]
    return Chart(
        name=name,
        title=title,
        alternative_text=alternative_text,
        specification={
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
            "data": {"values": values},
            "mark": {"type": "rect", "stroke": "#FFFFFF", "strokeWidth": 0.8},
            "encoding": {
                "x": {
                    "field": "hour",
                    "type": "ordinal",
                    "title": "Hour of the day",
                    "scale": {"domain": [str(hour) for hour in range(24)]},
                    "axis": {"labelAngle": 0, "labelOverlap": False},
                },
                "y": {
                    "field": "weekday",
                    "type": "ordinal",
                    "title": "Day of the week",
                    "scale": {"domain": list(WEEKDAYS)},
                },
                "color": {
                    "field": "class",
                    "type": "nominal",
                    "legend": {"title": None, "columns": 5},
                    "scale": {"domain": classes, "range": list(_SHADES)},
                },
            },
        },
    )
