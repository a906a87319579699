"""Deletes what has passed its retention: files first in the ledger, then in storage."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import delete, func, select, update

from services.scheduler.settings import SchedulerSettings
from shared.blobs import BlobStore
from shared.dedup_keys import run_prefix
from shared.errors import TransientError
from shared.states import ArtifactStatus
from shared.store import tables
from shared.store.engine import Store

log = structlog.get_logger(__name__)

BATCH = 100


async def expire_files(store: Store, blobs: BlobStore) -> int:
    """Remove all files that are past their retention; returns of how many runs."""
    expired = 0
    while (batch := await _expire_batch(store, blobs)) > 0:
        expired += batch
    return expired


async def _expire_batch(store: Store, blobs: BlobStore) -> int:
    """Remove the files of some runs past their tenant's retention, or deleted.

    Also of failed and cancelled runs, whose workers may have left some. The rows say `expired`
    before a file goes, and only a run whose files are gone is marked so: a death in between
    leaves nothing that the next look does not find.
    """
    runs, artifacts, settings = tables.runs, tables.artifacts, tables.tenant_settings
    kept_until = func.now() - func.make_interval(0, 0, 0, settings.c.retention_days)
    past = (
        select(runs.c.id)
        .join(settings, settings.c.tenant_id == runs.c.tenant_id)
        .where(
            runs.c.files_removed_at.is_(None),
            (runs.c.completed_at < kept_until) | runs.c.deleted_at.is_not(None),
        )
        .limit(BATCH)
    )
    async with store.housekeeping() as connection:
        rows = (
            await connection.execute(
                select(runs.c.id, runs.c.tenant_id)
                .where(runs.c.id.in_(past))
                .with_for_update(skip_locked=True)
            )
        ).all()
        ids = [row.id for row in rows]
        await connection.execute(
            update(artifacts)
            .where(artifacts.c.run_id.in_(ids))
            .values(status=ArtifactStatus.EXPIRED)
        )
    for row in rows:
        try:
            await blobs.delete_prefix(run_prefix(row.tenant_id, row.id))
        except TransientError as error:
            log.warning("files not removed yet", run_id=str(row.id), reason=error.message)
            ids.remove(row.id)
    async with store.housekeeping() as connection:
        await connection.execute(
            update(runs).where(runs.c.id.in_(ids)).values(files_removed_at=func.now())
        )
    if rows:
        log.info("files expired", runs=len(rows))
    return len(rows)


async def forget_events(store: Store, settings: SchedulerSettings) -> None:
    """Delete published events and remembered ones that nobody will ask about again."""
    outbox, inbox = tables.outbox, tables.inbox
    async with store.housekeeping() as connection:
        await connection.execute(
            delete(outbox).where(
                outbox.c.published_at < func.now() - timedelta(days=settings.outbox_keep_days)
            )
        )
        await connection.execute(
            delete(inbox).where(
                inbox.c.processed_at < func.now() - timedelta(days=settings.inbox_keep_days)
            )
        )
