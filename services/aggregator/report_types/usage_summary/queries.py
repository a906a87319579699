"""Usage as the source tells it; its answers grow with event types times buckets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.aggregator.report_types.usage_summary.figures import DayRow, Figures, Half, Tally
from services.aggregator.scope.filters import asked_for
from services.aggregator.scope.scope import Scope
from services.aggregator.sources import SourceSession
from shared.periods import local_midnight

# In all of them $1 to $2 are the instants, $3 and $4 the event types and the kinds of device asked
# for; empty for all.
_SELECTED = """
  FROM usage_events
 WHERE occurred_at >= $1 AND occurred_at < $2
   AND (cardinality($3::text[]) = 0 OR event_type = ANY ($3))
   AND (cardinality($4::text[]) = 0 OR device = ANY ($4))
"""

_TALLY = """
       count(*) AS events, count(DISTINCT user_name) AS users, count(DISTINCT device) AS devices
"""

# $5 is the first instant that counts as now; what is before it is the previous period.
_SUMS = f"""
SELECT now, event_type, device,
       grouping(event_type) = 0 AS of_type, grouping(device) = 0 AS of_device,
{_TALLY}
  FROM (SELECT occurred_at >= $5 AS now, event_type, device, user_name {_SELECTED}) e
 GROUP BY GROUPING SETS ((now), (now, event_type), (now, device))
"""  # of constants

# $5: the first instants of the buckets, in order.
_OVER_TIME = f"""
SELECT width_bucket(occurred_at, $5::timestamptz[]) AS position, event_type, count(*) AS events
{_SELECTED}
 GROUP BY 1, 2
"""

# $5: the first instants of the days, in order; $6: how many rows. The window counts the rows that
# there are before the limit.
_BY_DAY = f"""
SELECT width_bucket(occurred_at, $5::timestamptz[]) AS position, event_type,
{_TALLY}, count(*) OVER () AS found
{_SELECTED}
 GROUP BY 1, 2
 ORDER BY 1 DESC, events DESC, event_type COLLATE "C"
 LIMIT $6
"""

# $5 as in the sums.
_USERS = f"""
SELECT count(*) FILTER (WHERE now AND before) AS returned,
       count(*) FILTER (WHERE before AND NOT now) AS gone,
       (SELECT min(occurred_at) FROM usage_events) AS first_event
  FROM (SELECT bool_or(occurred_at >= $5) AS now, bool_or(occurred_at < $5) AS before
        {_SELECTED}
         GROUP BY user_name) u
"""  # of constants


async def read(
    source: SourceSession,
    scope: Scope,
    event_types: tuple[str, ...],
    devices: tuple[str, ...],
    limit: int,
) -> Figures:
    """Everything the document needs; `limit` is how many rows the table by day may have."""
    begin, end, starts = scope.period.starts_at, scope.progress.ends_at, scope.starts
    wanted = (event_types, devices)
    sums = await source.fetch(_SUMS, starts[0], end, *wanted, begin)
    over_time = await source.fetch(_OVER_TIME, begin, end, *wanted, starts[1:])
    days = [scope.period.first_day + timedelta(days=n) for n in range(scope.period.days)]
    midnights = [local_midnight(day, scope.period.timezone) for day in days]
    rows = await source.fetch(_BY_DAY, begin, end, *wanted, midnights, limit)
    (users,) = await source.fetch(_USERS, starts[0], end, *wanted, begin)
    return Figures(
        scope=scope,
        now=_half([row for row in sums if row["now"]]),
        before=_half([row for row in sums if not row["now"]]),
        over_time={
            (row["event_type"], scope.buckets[row["position"] - 1].key): row["events"]
            for row in over_time
        },
        rows=[DayRow(days[row["position"] - 1], row["event_type"], _tally(row)) for row in rows],
        found=rows[0]["found"] if rows else 0,
        returned=users["returned"],
        gone=users["gone"],
        first_event=users["first_event"],
        filters=(
            await asked_for(source, "event type", event_types, "usage_events", "event_type"),
            await asked_for(source, "kind of device", devices, "usage_events", "device"),
        ),
    )


def _half(rows: Sequence[Mapping[str, Any]]) -> Half:
    whole = [_tally(row) for row in rows if not row["of_type"] and not row["of_device"]]
    return Half(
        total=whole[0] if whole else Tally(),
        types={row["event_type"]: _tally(row) for row in rows if row["of_type"]},
        devices={row["device"]: _tally(row) for row in rows if row["of_device"]},
    )


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(row["events"], row["users"], row["devices"])
