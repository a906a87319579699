"""Usage as the source tells it; its answers grow with event types times days."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
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

# $5 is the first instant that counts as now; what is before it is the previous period. Events are
# counted by user first, by hashing: to tell users apart among all events would sort those.
_SUMS = f"""
SELECT now, event_type, device,
       grouping(event_type) = 0 AS of_type, grouping(device) = 0 AS of_device,
       sum(events)::bigint AS events,
       count(DISTINCT user_name COLLATE "C") AS users, count(DISTINCT device) AS devices
  FROM (SELECT occurred_at >= $5 AS now, event_type, device, user_name, count(*) AS events
        {_SELECTED}
         GROUP BY 1, 2, 3, 4) e
 GROUP BY GROUPING SETS ((now), (now, event_type), (now, device))
"""  # of constants

# As in the sums.
_USERS = f"""
SELECT count(*) FILTER (WHERE now AND before) AS returned,
       count(*) FILTER (WHERE before AND NOT now) AS gone,
       (SELECT min(occurred_at) FROM usage_events) AS first_event
  FROM (SELECT bool_or(occurred_at >= $5) AS now, bool_or(occurred_at < $5) AS before
        {_SELECTED}
         GROUP BY user_name) u
"""  # of constants

# $5: the first instants of the days, in order.
_BY_DAY = f"""
SELECT width_bucket(occurred_at, $5::timestamptz[]) AS position, event_type, count(*) AS events
{_SELECTED}
 GROUP BY 1, 2
"""

# The same for the days of the table alone: to tell users apart is what costs.
_USERS_BY_DAY = f"""
SELECT width_bucket(occurred_at, $5::timestamptz[]) AS position, event_type,
       count(DISTINCT user_name COLLATE "C") AS users, count(DISTINCT device) AS devices
{_SELECTED}
 GROUP BY 1, 2
"""


async def read(
    source: SourceSession,
    scope: Scope,
    event_types: tuple[str, ...],
    devices: tuple[str, ...],
    limit: int,
) -> Figures:
    """Everything the document needs; `limit` is how many rows the table by day may have."""
    begin, end, previous = scope.period.starts_at, scope.progress.ends_at, scope.starts[0]
    wanted = (event_types, devices)
    sums = await source.fetch(_SUMS, previous, end, *wanted, begin)
    (users,) = await source.fetch(_USERS, previous, end, *wanted, begin)
    days = [scope.period.first_day + timedelta(days=n) for n in range(scope.period.days)]
    midnights = [local_midnight(day, scope.period.timezone) for day in days]
    by_day = {
        (days[row["position"] - 1], row["event_type"]): row["events"]
        for row in await source.fetch(_BY_DAY, begin, end, *wanted, midnights)
    }
    # The newest day first, and within a day the most frequent type.
    ranked = sorted(by_day, key=lambda key: (-key[0].toordinal(), -by_day[key], key[1]))[:limit]
    apart: dict[tuple[date, str], Mapping[str, Any]] = {}
    if ranked:
        since = local_midnight(ranked[-1][0], scope.period.timezone)
        apart = {
            (days[row["position"] - 1], row["event_type"]): row
            for row in await source.fetch(_USERS_BY_DAY, since, end, *wanted, midnights)
        }
    return Figures(
        scope=scope,
        now=_half([row for row in sums if row["now"]]),
        before=_half([row for row in sums if not row["now"]]),
        over_time=_over_time(scope, by_day),
        rows=[
            DayRow(*key, Tally(by_day[key], apart[key]["users"], apart[key]["devices"]))
            for key in ranked
        ],
        found=len(by_day),
        returned=users["returned"],
        gone=users["gone"],
        first_event=users["first_event"],
        filters=(
            await asked_for(source, "event type", event_types, "event_type", "usage_events"),
            await asked_for(source, "kind of device", devices, "device", "usage_events"),
        ),
    )


def _over_time(scope: Scope, by_day: Mapping[tuple[date, str], int]) -> dict[tuple[str, str], int]:
    """Events by (event type, bucket key)."""
    first_days = [bucket.first_day for bucket in scope.buckets]
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for (day, event_type), events in by_day.items():
        sums[event_type, scope.buckets[bisect_right(first_days, day) - 1].key] += events
    return sums


def _half(rows: Sequence[Mapping[str, Any]]) -> Half:
    whole = [_tally(row) for row in rows if not row["of_type"] and not row["of_device"]]
    return Half(
        total=whole[0] if whole else Tally(),
        types={row["event_type"]: _tally(row) for row in rows if row["of_type"]},
        devices={row["device"]: _tally(row) for row in rows if row["of_device"]},
    )


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(row["events"], row["users"], row["devices"])
