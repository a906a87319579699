"""Which part of a report's time is read from roll-ups, and which from the rows themselves.

A UTC day is read from roll-ups as a whole where the report cuts nothing inside it; by quarters of
an hour where all of its cuts lie on quarters, as the midnights of every timezone have since 1972;
else from its rows. What is not rolled up yet is read from its rows, too, and so is a day of which
the source tells that rows have changed since.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.aggregator.rollups.layout import CHANGES, SUFFIX, VERSION, is_changed
from services.aggregator.sources import SourceSession
from shared.periods import Period

LONGEST_RAW = 7
"""Days. Shorter periods are read from their rows, which are few, and as fresh as can be."""

_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Instants = Sequence[datetime]

# Only what the reader may read counts: without the right it is as if there were none.
_SCHEMA = """
SELECT quote_ident(nspname) AS schema,
       coalesce(has_table_privilege(to_regclass(quote_ident(nspname) || $2), 'SELECT'), false)
           AS told
  FROM pg_namespace
 WHERE nspname = current_schema() || $1::text
   AND CASE WHEN has_schema_privilege(oid, 'USAGE')
            THEN has_table_privilege(to_regclass(quote_ident(nspname) || '.layout'), 'SELECT') END
"""


@dataclass(frozen=True)
class Division:
    """A stretch of time in parts that do not overlap and leave nothing out."""

    begin: datetime
    end: datetime
    raw: tuple[tuple[datetime, datetime], ...]
    """To be read from rows; half open."""
    whole: tuple[datetime, ...] = ()
    """UTC days, by their first instants, to be read as one."""
    cut: tuple[datetime, ...] = ()
    """UTC days to be read by quarters; only those of [begin, end)."""

    @property
    def rolled(self) -> bool:
        """Whether any of it is read from roll-ups."""
        return bool(self.whole or self.cut)

    def is_raw(self, column: str) -> str:
        """The SQL condition that an instant lies where rows are read."""
        spans = (
            f"{column} >= {_literal(begin)} AND {column} < {_literal(end)}"
            for begin, end in self.raw
        )
        return f"({' OR '.join(spans) or 'false'})"

    def is_rolled(self, fine: str) -> str:
        """The SQL condition on a table of roll-ups with days and with quarters, called `fine`."""
        return (
            f"(level = 'day' AND day = ANY ({literals(self.whole)})"
            f" OR level = '{fine}' AND day = ANY ({literals(self.cut)})"
            f" AND quarter >= {_literal(self.begin)} AND quarter < {_literal(self.end)})"
        )

    @property
    def is_whole(self) -> str:
        """The SQL condition on a table of roll-ups that has days alone."""
        return f"day = ANY ({literals(self.whole)})"


@dataclass(frozen=True)
class Rollups:
    """What the source has, as far as one report's transaction sees."""

    schema: str = ""
    """Quoted for SQL."""
    days: Mapping[str, Mapping[datetime, datetime | None]] = field(default_factory=dict)
    """By relation the days that are rolled up, and when the earliest began of what ended then."""
    changed: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    """By relation the days whose sums are no longer those of their rows: not among `days`."""
    compared_at: datetime | None = None
    """From when on late changes of some day may be missing; None where none can be."""

    def division(
        self, relation: str, cuts: Iterable[datetime], *, by_quarters: bool = True
    ) -> Division:
        """From the first to the last of `cuts`: no part that is read as one has a cut inside."""
        instants = _ordered(cuts)
        whole, cut = [], []
        for day in self._within(relation, instants):
            inside = _inside(instants, day)
            if not inside:
                whole.append(day)
            elif by_quarters and on_quarters(inside):
                cut.append(day)
        return _division(instants, whole, cut)

    def whole_days(self, relation: str, cuts: Iterable[datetime]) -> Division:
        """The same with whole days alone, on which nothing ended that began before the last cut."""
        instants = _ordered(cuts)
        days = self.days.get(relation, {})
        whole = []
        for day in self._within(relation, instants):
            earliest = days[day]
            since = instants[max(0, bisect_right(instants, day) - 1)]
            if not _inside(instants, day) and (earliest is None or earliest >= since):
                whole.append(day)
        return _division(instants, whole, [])

    def everything(self, relation: str, end: datetime) -> Division:
        """All time up to `end`, with whole days alone."""
        whole = [day for day in sorted(self.days.get(relation, {})) if day + _DAY <= end]
        # Nothing is earlier than what can be written down.
        return _division([datetime.min.replace(tzinfo=UTC), end], whole, [])

    def _within(self, relation: str, instants: Instants) -> list[datetime]:
        """The days that have any of it, in order."""
        days = self.days.get(relation, {})
        return sorted(day for day in days if instants[0] - _DAY < day < instants[-1])


NO_ROLLUPS = Rollups()


def together(division: Division, rows: str, rollups: str) -> str:
    """A query of both parts of a division, which have the same columns.

    The second is left out where it is of nothing: a source may have no roll-ups at all.
    """
    return f"{rows} UNION ALL {rollups}" if division.rolled else rows


async def rollups_for(source: SourceSession, period: Period) -> Rollups:
    """Those of the source; none for a short period, or where there are none of this layout."""
    if period.days <= LONGEST_RAW:
        return NO_ROLLUPS
    found = await source.fetch(_SCHEMA, SUFFIX, f".{CHANGES}")
    if not found:
        return NO_ROLLUPS
    schema, told = found[0]["schema"], found[0]["told"]
    rows = await source.fetch(
        f"SELECT relation, day, earliest_start, verified_at,"
        f" {is_changed(schema) if told else 'false'} AS changed"
        f" FROM {schema}.days d WHERE EXISTS (SELECT FROM {schema}.layout WHERE version = $1)",
        VERSION,
    )
    days: dict[str, dict[datetime, datetime | None]] = {}
    changed: dict[str, list[datetime]] = {}
    for row in rows:
        if row["changed"]:
            changed.setdefault(row["relation"], []).append(row["day"])
        else:
            days.setdefault(row["relation"], {})[row["day"]] = row["earliest_start"]
    compared = None if told else min((row["verified_at"] for row in rows), default=None)
    return Rollups(schema, days, changed, compared)


def on_quarters(instants: Iterable[datetime]) -> bool:
    """Whether each is a whole number of quarters of an hour (UTC)."""
    return all((instant - _EPOCH) % _QUARTER == timedelta() for instant in instants)


def literals(instants: Instants) -> str:
    """An SQL array of them."""
    listed = ",".join(instant.astimezone(UTC).isoformat() for instant in instants)
    return f"'{{{listed}}}'::timestamptz[]"


def _ordered(cuts: Iterable[datetime]) -> list[datetime]:
    return sorted(set(cuts))


def _inside(instants: Instants, day: datetime) -> Instants:
    return instants[bisect_right(instants, day) : bisect_left(instants, day + _DAY)]


def _division(instants: Instants, whole: Sequence[datetime], cut: Sequence[datetime]) -> Division:
    begin, end = instants[0], instants[-1]
    raw = []
    at = begin
    for day in sorted([*whole, *cut]):
        if day > at:
            raw.append((at, day))
        at = max(at, day + _DAY)
    if at < end:
        raw.append((at, end))
    return Division(begin, end, tuple(raw), tuple(whole), tuple(cut))


def _literal(instant: datetime) -> str:
    if instant.year == 1:
        return "timestamptz '-infinity'"
    return f"timestamptz '{instant.astimezone(UTC).isoformat()}'"
