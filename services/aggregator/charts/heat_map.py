"""The hours of the week as a map: one field per hour, the darker the more."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from services.aggregator.charts.vega_lite import vega_lite
from services.aggregator.wording.messages import say
from shared import localized
from shared.document import Chart

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
    weekdays = [localized.weekday(number) for number in range(7)]
    step = next((step for step in _STEPS if 5 * step >= largest), _STEPS[-1])
    classes = [
        say("class-under", share=localized.share(f"{step}")),
        *(
            say("class-from-to", first=f"{step * n}", share=localized.share(f"{step * (n + 1)}"))
            for n in range(1, 4)
        ),
        say("class-and-more", share=localized.share(f"{step * 4}")),
    ]
    values = [
        {
            "weekday": weekdays[weekday],
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
        specification=vega_lite(
            data={"values": values},
            mark={"type": "rect", "stroke": "#FFFFFF", "strokeWidth": 0.8},
            encoding={
                "x": {
                    "field": "hour",
                    "type": "ordinal",
                    "title": say("hour-of-the-day"),
                    "scale": {"domain": [str(hour) for hour in range(24)]},
                    "axis": {"labelAngle": 0, "labelOverlap": False},
                },
                "y": {
                    "field": "weekday",
                    "type": "ordinal",
                    "title": say("day-of-the-week"),
                    "scale": {"domain": weekdays},
                },
                "color": {
                    "field": "class",
                    "type": "nominal",
                    "legend": {"title": None, "columns": 5},
                    "scale": {"domain": classes, "range": list(_SHADES)},
                },
            },
        ),
    )
