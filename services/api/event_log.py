"""A tenant's events in the order in which they were published, as the outbox keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.cursors import cursor_after, place_of
from shared.store import tables
from shared.topology import REPORTS

MOST_AT_ONCE = 200
_OVERLAP = timedelta(seconds=5)
"""How late a relay's commit may show what it published: so far back each look begins."""

_outbox = tables.outbox


@dataclass
class EventLog:
    """Where a reader stands; each call of `next_events` goes on from there."""

    since: datetime
    """Events that were published before this are not read."""
    kind: str | None
    """Only events of that name, or below it: `report` is all, `report.failed` one."""
    _seen: dict[UUID, datetime] = field(default_factory=dict)
    """Those that were read already, of the time that each look goes back."""

    async def next_events(self, connection: AsyncConnection) -> list[RowMapping]:
        """What was published since, oldest first; the transaction's tenant's alone."""
        query = (
            select(_outbox)
            .where(
                _outbox.c.exchange == REPORTS.name,
                _outbox.c.published_at >= self.since,
                _outbox.c.id.not_in(list(self._seen)),
            )
            .order_by(_outbox.c.published_at, _outbox.c.id)
            .limit(MOST_AT_ONCE)
        )
        if self.kind is not None:
            query = query.where(_outbox.c.event_type.startswith(f"{self.kind}.", autoescape=True))
        rows = list((await connection.execute(query)).mappings())
        self._note(rows)
        return rows

    def _note(self, rows: Sequence[RowMapping]) -> None:
        for row in rows:
            self._seen[row["id"]] = row["published_at"]
        if rows:
            self.since = max(self.since, rows[-1]["published_at"] - _OVERLAP)
            self._seen = {id_: at for id_, at in self._seen.items() if at >= self.since}


async def log_after(
    connection: AsyncConnection, last_event_id: str | None, kind: str | None
) -> EventLog:
    """From now on, or from the event whose place a reader names; Problem 422 for what is none.

    Rather a few events twice than one lost: it goes back as far as commits may be late.
    """
    if last_event_id is not None:
        at, event = place_of(last_event_id)
        return EventLog(at - _OVERLAP, kind, {event: at})
    now: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return EventLog(now, kind)


def place_in_the_log(row: RowMapping) -> str:
    """What a reader names to go on after this event."""
    return cursor_after(row["published_at"], row["id"])


def cloud_event(row: RowMapping, payload: Any) -> dict[str, Any]:
    """The event as CloudEvents 1.0 writes it in JSON; `payload` is its body, read."""
    headers = row["headers"]
    attributes = {
        name.removeprefix("cloudEvents_"): value
        for name, value in headers.items()
        if name.startswith("cloudEvents_")
    }
    return {**attributes, "datacontenttype": "application/json", "data": payload}
