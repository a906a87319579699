"""One chart of most report types: counts or amounts per bucket of time, stacked by series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.aggregator.charts.time_axis import days_of, time_axis
from services.aggregator.charts.vega_lite import vega_lite
from services.aggregator.scope.grain import Bucket, Grain
from shared.document import Chart
from shared.narrowing import Narrowing
from shared.series_colours import OTHERS, SERIES

MOST_SERIES = len(SERIES)
"""More cannot be told apart by colour; the smallest are then drawn as one, in grey."""

# Vega sets ticks between 0 and 1 all the same where the highest bar is 1: they say nothing.
_WHOLE = {
    "format": ",d",
    "tickMinStep": 1,
    "labelExpr": "datum.value % 1 ? '' : datum.label",
}


def stacked_bars(
    counts: Mapping[tuple[str, str], float],
    *,
    name: str,
    title: str,
    alternative_text: str,
    buckets: Sequence[Bucket],
    grain: Grain,
    series: Sequence[str],
    series_title: str,
    others: str,
    value_title: str,
    whole: bool = True,
    narrows: Mapping[str, Narrowing] | None = None,
) -> Chart:
    """`counts` by (series, bucket key); what is missing counts zero.

    Not `whole`: amounts, rounded for drawing alone; the report's tables have the exact ones.

    `series` in the order of stack and legend, most important first. `series_title` ("Project")
    is what one of them is, `others` ("Other projects") what those are that are not told apart;
    `value_title` ("Characters delivered") names the upright axis. `narrows`: what each series is
    of, where the report can be narrowed down to it.
    """
    shown, rest = _drawn(series, others)
    drawn = [*shown, rest] if rest else shown
    colours = [*SERIES[: len(shown)], OTHERS] if rest else list(SERIES[: len(shown)])
    return Chart(
        name=name,
        title=title,
        alternative_text=alternative_text,
        specification=vega_lite(
            data={"values": _values(counts, buckets, series, shown, rest)},
            # The white line parts neighbours whose colours come out alike on paper.
            mark={"type": "bar", "stroke": "#FFFFFF", "strokeWidth": 0.4},
            encoding={
                "x": time_axis(buckets, grain),
                "y": {
                    "field": "count",
                    "type": "quantitative",
                    "title": value_title,
                    "axis": _WHOLE if whole else {"format": ",~r"},
                },
                "color": {
                    "field": "series",
                    "type": "nominal",
                    "title": series_title,
                    "legend": {"title": None},
                    "scale": {"domain": drawn, "range": colours},
                },
                "order": {"field": "rank", "type": "quantitative"},
            },
        ),
        narrows={
            **days_of(buckets),
            "series": {entry: narrows[entry] for entry in shown if narrows and entry in narrows},
        },
    )


def _drawn(series: Sequence[str], others: str) -> tuple[list[str], str | None]:
    """The series drawn on their own, and what the rest is called where there is one."""
    if len(series) <= MOST_SERIES:
        return list(series), None
    shown = list(series[: MOST_SERIES - 1])
    while others in shown:
        others += " "
    return shown, others


def _values(
    counts: Mapping[tuple[str, str], float],
    buckets: Sequence[Bucket],
    series: Sequence[str],
    shown: Sequence[str],
    others: str | None,
) -> list[dict[str, str | float]]:
    """The bars' parts in order of time and rank; parts of height zero are left out."""
    rest = series[len(shown) :]
    values: list[dict[str, str | float]] = []
    for bucket in buckets:
        parts = [(entry, counts.get((entry, bucket.key), 0)) for entry in shown]
        if others:
            parts.append((others, sum(counts.get((entry, bucket.key), 0) for entry in rest)))
        values += [
            {"bucket": bucket.key, "series": entry, "count": count, "rank": rank}
            for rank, (entry, count) in enumerate(parts)
            if count
        ]
    return values
