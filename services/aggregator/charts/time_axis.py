"""The axis of time under a chart: one place per bucket, labelled as often as fits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.aggregator.scope.grain import Bucket, Grain
from services.aggregator.wording.messages import say
from shared import localized
from shared.narrowing import Marks, Narrowing

_MOST_LABELS = {Grain.DAY: 31, Grain.WEEK: 18, Grain.MONTH: 18}
"""How many labels fit under the axis of a printed page."""
_STEPS = {Grain.MONTH: (1, 2, 3, 6, 12)}
"""A step through months divides the year, so that the same months are labelled each year."""


def time_axis(buckets: Sequence[Bucket], grain: Grain) -> dict[str, Any]:
    """The x encoding of the field `bucket`, which holds the buckets' keys."""
    return {
        "field": "bucket",
        "type": "ordinal",
        "title": say("grain-title", grain=grain),
        # Named in full: a bucket without any row keeps its place.
        "scale": {"domain": [bucket.key for bucket in buckets]},
        "axis": _axis(buckets, grain),
    }


def days_of(buckets: Sequence[Bucket]) -> Marks:
    """What the marks of each bucket are of: its days."""
    return {
        "bucket": {
            bucket.key: Narrowing(first_day=bucket.first_day, last_day=bucket.last_day)
            for bucket in buckets
        }
    }


def _axis(buckets: Sequence[Bucket], grain: Grain) -> dict[str, Any]:
    """Some buckets labelled, as many as fit; short labels, on several lines.

    A larger unit (the month under days, the year under months) stands where it changes, and
    the number of days under a bucket that the period's edge has cut.
    """
    wanted = -(-len(buckets) // _MOST_LABELS[grain])
    step = next((s for s in _STEPS.get(grain, ()) if s >= wanted), wanted)
    kept = list(range(0, len(buckets), step))
    if buckets[-1].cut and kept[-1] < len(buckets) - 1:
        # The label before it would run into it.
        kept[-1 if len(kept) > 1 else len(kept) :] = [len(buckets) - 1]
    labels: dict[str, list[str]] = {}
    before: date | None = None
    for bucket in (buckets[index] for index in kept):
        labels[bucket.key] = _label(bucket, before, grain)
        before = bucket.first_day
    return {
        # The labels say what they are; a line of its own would be lost to the page.
        "title": None,
        "values": list(labels),
        "tickCount": len(labels),
        "labelAngle": 0,
        "labelOverlap": False,
        # Keys are ISO dates, weeks and months: nothing a reader wrote gets into the expression.
        "labelExpr": f"({json.dumps(labels, ensure_ascii=True)})[datum.value]",
    }


def _label(bucket: Bucket, before: date | None, grain: Grain) -> list[str]:
    first = bucket.first_day
    cut = [say("counted-days", count=bucket.days)] if bucket.cut else []
    new_year = before is None or before.year != first.year
    match grain:
        case Grain.WEEK:
            return [say("axis-week", week=str(first.isocalendar().week)), *cut]
        case Grain.MONTH:
            return [localized.short_month(first), *([str(first.year)] if new_year else []), *cut]
    new_month = new_year or before is None or before.month != first.month
    return [str(first.day), *([localized.short_month(first)] if new_month else [])]
