"""Keeps the roll-ups of every source that has a writer, from time to time, in the background."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import asyncpg
import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy import select

from services.aggregator.rollups.rolling import writing
from services.aggregator.settings import AddressOf, AggregatorSettings
from shared.housekeeping import Housekeeping
from shared.store import tables
from shared.store.engine import Store

log = structlog.get_logger(__name__)

DAYS = Counter("broadsheet_rollups_days", "Days looked at for roll-ups", ["source", "outcome"])
DAYS_MISSING = Gauge("broadsheet_rollups_days_missing", "Days not rolled up yet", ["source"])
LAST_PASS = Gauge(
    "broadsheet_rollups_last_pass_timestamp_seconds",
    "When a source's roll-ups were last up to date",
    ["source"],
)

_JOB = "roll-ups"
_MUCH = 20
"""Days written in one pass, after which the tables are tidied."""


@dataclass(frozen=True)
class WriterAddress:
    """A source whose roll-ups may be written."""

    name: str
    """The variable that holds the reader's address: the same for tenants that share a source."""
    address: str
    search_path: str | None


def writer_variable(url_variable: str) -> str:
    """`BROADSHEET_SOURCE_STUDIO_WRITER_URL` for `BROADSHEET_SOURCE_STUDIO_URL`."""
    return f"{url_variable.removesuffix('_URL')}_WRITER_URL"


@asynccontextmanager
async def kept(
    store: Store,
    settings: AggregatorSettings,
    address_of: AddressOf,
    housekeeping: Housekeeping,
) -> AsyncIterator[None]:
    """Inside the block every source is looked after, at once and then at every interval."""
    interval = settings.rollup_interval_seconds
    housekeeping.add(_JOB, "days written", interval)
    look = partial(
        _look_after_all, store, address_of, timedelta(hours=settings.rollup_settle_hours)
    )

    async def keep() -> None:
        while True:
            # Where it fails reports go on from rows; the next pass tries again.
            await housekeeping.run(_JOB, look)
            await asyncio.sleep(interval)

    keeping = asyncio.create_task(keep(), name=_JOB)
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def _look_after_all(store: Store, address_of: AddressOf, settle: timedelta) -> int:
    return sum(
        [await bring_up_to_date(source, settle) for source in await writers(store, address_of)]
    )


async def writers(store: Store, address_of: AddressOf) -> list[WriterAddress]:
    """Of all tenants' sources, each once, those that have a writer in the environment."""
    columns = tables.sources.c
    async with store.quiet_housekeeping() as connection:
        rows = await connection.execute(
            select(columns.url_variable, columns.options).where(columns.kind == "postgres")
        )
        registered = [(row.url_variable, row.options.get("search_path")) for row in rows]
    return [
        WriterAddress(variable, address, search_path)
        for variable, search_path in _once(registered)
        if (address := address_of(writer_variable(variable)))
    ]


def _once(registered: Iterable[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    return sorted(set(registered), key=str)


async def bring_up_to_date(source: WriterAddress, settle: timedelta) -> int:
    """Roll up what is due of one source, unless another process is at it or nobody can now.

    Returns how many days were written.
    """
    began = time.monotonic()
    try:
        async with writing(source.address, source.search_path) as writer:
            if writer is None or not await writer.prepare():
                return 0
            written = changed = 0
            due = await writer.due(settle)
            missing = sum(one.is_new for one in due)
            for one in due:
                DAYS_MISSING.labels(source.name).set(missing)
                wrote = await writer.roll(one)
                missing -= one.is_new
                written += wrote
                changed += wrote and not one.is_new
                outcome = "new" if one.is_new else "changed" if wrote else "unchanged"
                DAYS.labels(source.name, outcome).inc()
            DAYS_MISSING.labels(source.name).set(missing)
            if written > _MUCH:
                await writer.tidy()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        # Without the address, which has a password in it.
        log.warning("roll-ups not kept", source=source.name, reason=str(error) or repr(error))
        return 0
    LAST_PASS.labels(source.name).set_to_current_time()
    if written:
        log.info(
            "rolled up",
            source=source.name,
            days=written,
            changed_late=changed,
            seconds=round(time.monotonic() - began, 1),
        )
    return written
