"""`usage_summary`, once more: event by event in plain Python, from the generated rows.

Nothing of the report type is used: an event's day is read off the clock of the period's timezone,
and who was there is a set of names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from deploy.demo.rows import UsageEvent
from shared.document import Cell
from tests.oracle.plain import bucket_of, change, share
from tests.oracle.question import Question


@dataclass
class Expected:
    """What the report should say."""

    now: list[UsageEvent] = field(default_factory=list)
    before: list[UsageEvent] = field(default_factory=list)
    bars: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    """Events by (bucket's ISO name, event type)."""
    days: dict[tuple[date, str], list[UsageEvent]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def table_by(self, attribute: str, total: str, *, compared: bool) -> list[tuple[Cell, ...]]:
        """The rows by `event_type` or `device`, the most frequent first and the total last."""
        names = {getattr(event, attribute) for event in (*self.now, *self.before)}
        rows = []
        for name in names:
            these, those = (
                [event for event in half if getattr(event, attribute) == name]
                for half in (self.now, self.before)
            )
            rows.append(self._row(name, these, those, compared))
        rows.sort(key=lambda row: (-int(row[1] or 0), str(row[0])))
        if rows:
            rows.append(self._row(total, self.now, self.before, compared))
        return rows

    def _row(
        self, name: str, these: Sequence[UsageEvent], those: Sequence[UsageEvent], compared: bool
    ) -> tuple[Cell, ...]:
        return (
            name,
            len(these),
            len(those) if compared else None,
            change(len(these), len(those)) if compared else None,
            share(len(these), len(self.now)),
            len(users(these)),
            len({event.device for event in these}),
        )

    @property
    def table_by_day(self) -> list[tuple[Cell, ...]]:
        """All its rows: the newest day first, then the most frequent type, then by name."""
        ranked = sorted(
            self.days.items(), key=lambda row: (-row[0][0].toordinal(), -len(row[1]), row[0][1])
        )
        return [
            (str(day), name, len(events), len(users(events)), len({e.device for e in events}))
            for (day, name), events in ranked
        ]


def users(events: Iterable[UsageEvent]) -> set[str]:
    return {event.user_name for event in events}


def expected(
    events: Iterable[UsageEvent],
    question: Question,
    event_types: Collection[str] = (),
    devices: Collection[str] = (),
) -> Expected:
    truth = Expected()
    for event in events:
        if event.occurred_at >= question.as_of:
            continue
        if event_types and event.event_type not in event_types:
            continue
        if devices and event.device not in devices:
            continue
        day = question.day(event.occurred_at)
        half = question.half(day)
        if half == 0:
            truth.now.append(event)
            truth.bars[bucket_of(day, question.grain), event.event_type] += 1
            truth.days[day, event.event_type].append(event)
        elif half == 1:
            truth.before.append(event)
    return truth
