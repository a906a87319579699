"""A destination is tested: one small text file is sent there as a report would be."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import BinaryIO, cast

from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.mailer.channels import About, Channel, File, Message, Outcome, message_id
from services.mailer.destinations import Destinations
from shared.errors import PermanentError, TransientError
from shared.events import DestinationTestDue
from shared.store import tables
from shared.store.engine import Store
from shared.topology import DESTINATION_TESTER

WORDS = "This is a test by Broadsheet: reports that are sent to this destination arrive here."
_CONTENT = f"{WORDS}\n".encode()


async def on_destination_test_due(
    event: DestinationTestDue,
    *,
    store: Store,
    channels: Mapping[str, Channel],
    destinations: Destinations,
) -> None:
    """Send it once, and write what became of it."""
    row = await _taken(store, event)
    if row is None:
        return
    try:
        outcome = await _tried(event, row, channels, destinations)
    except (PermanentError, TransientError) as error:
        outcome = Outcome("refused", "", error.message)
    async with store.tenant(event.tenant_id) as connection:
        table = tables.destinations
        await connection.execute(
            update(table)
            # Not of one that was changed meanwhile: what was tested is no longer there.
            .where(table.c.id == row["id"], table.c.version == row["version"])
            .values(
                tested_at=func.clock_timestamp(),
                test_outcome=outcome.state,
                test_host=outcome.host,
                test_answer=outcome.answer,
            )
        )


async def _taken(store: Store, event: DestinationTestDue) -> RowMapping | None:
    """The destination, to one of those who have the message: a test is made once or not at all."""
    async with store.tenant(event.tenant_id) as connection:
        first_time = await connection.scalar(
            insert(tables.inbox)
            .values(tenant_id=event.tenant_id, consumer=DESTINATION_TESTER.name, event_id=event.id)
            .on_conflict_do_nothing()
            .returning(tables.inbox.c.event_id)
        )
        if first_time is None:
            return None
        table = tables.destinations
        query = select(table, tables.tenants.c.slug).join(
            tables.tenants, tables.tenants.c.id == table.c.tenant_id
        )
        found = await connection.execute(query.where(table.c.id == event.destination_id))
        row: RowMapping | None = found.mappings().first()
        return row


async def _tried(
    event: DestinationTestDue,
    row: RowMapping,
    channels: Mapping[str, Channel],
    destinations: Destinations,
) -> Outcome:
    channel = channels.get(row["channel"])
    if channel is None:
        raise PermanentError("unknown_channel", f"no mailer knows the channel {row['channel']}")
    message = Message(
        delivery_id=event.run_id,
        to=row["name"],
        subject="A test by Broadsheet",
        html="",
        text=WORDS,
        attachments=(),
        message_id=message_id(event.run_id, "test.invalid"),
        date=datetime.now(UTC),
        files=(
            File(
                format="txt",
                filename="broadsheet test.txt",
                media_type="text/plain; charset=utf-8",
                size=len(_CONTENT),
                sha256=hashlib.sha256(_CONTENT).hexdigest(),
                opened=_opened,
            ),
        ),
        destination=destinations.settings(channel, row),
        about=About(
            tenant=row["slug"],
            definition="test",
            report_type="test",
            run_id=event.run_id,
            event={"tenant_id": str(event.tenant_id), "destination": row["name"]},
            is_test=True,
        ),
    )
    return await channel.deliver(message)


@asynccontextmanager
async def _opened() -> AsyncIterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        file.write(_CONTENT)
        file.seek(0)
        yield cast(BinaryIO, file)
