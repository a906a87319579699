"""Deletes what has passed its retention: files first in the ledger, then in storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import Row, Uuid, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from services.scheduler import SERVICE
from services.scheduler.settings import SchedulerSettings
from shared import audit
from shared.blobs import BlobStore
from shared.dedup_keys import run_prefix
from shared.errors import TransientError
from shared.lease import RELEASED
from shared.states import ArtifactStatus, Occasion
from shared.store import tables
from shared.store.engine import Store

log = structlog.get_logger(__name__)

BATCH = 100
SETTLED_S = 3600.0
"""Seconds for which the files of a run are looked for again: a worker that was paused past its
lease stores what it had in hand when it goes on, though nobody waits for it any more."""
_PASSING = sorted(occasion for occasion in Occasion if occasion.is_passing)
_PASSING_HOURS = 1
"""How long the data of previews and look-ups are kept."""

_attempts, _deliveries = tables.delivery_attempts, tables.deliveries
_FORGET_HEADS = (
    update(_attempts)
    .where(
        _attempts.c.delivery_id == _deliveries.c.id,
        _deliveries.c.run_id == func.any(bindparam("run_ids", type_=ARRAY(Uuid))),
        _attempts.c.content_head.is_not(None),
    )
    .values(content_head=None)
)
"""What was sent to each recipient by themselves, which lies in no file."""


async def expire_files(
    store: Store,
    blobs: BlobStore,
    *,
    lease_seconds: float,
    settled_s: float = SETTLED_S,
    at_once: int = BATCH,
) -> int:
    """Remove all files that are past their retention; returns of how many runs none is left.

    A run that ended less than `lease_seconds` ago waits: the worker of a cancelled one may still
    be at it, and would store its file after the others went. Files go at the first call, and what
    was stored late at those of the next `settled_s`; only then they count as removed. `at_once`
    runs in one transaction. Each is looked at once in a call: one whose files cannot be removed now
    waits for the next.
    """
    expired, looked_at = 0, UUID(int=0)
    while batch := await _note_as_expired(store, looked_at, lease_seconds, settled_s, at_once):
        expired += await _remove_files(store, blobs, batch)
        looked_at = batch[-1].id
    if expired:
        log.info("files expired", runs=expired)
    return expired


async def _note_as_expired(
    store: Store, after: UUID, lease_seconds: float, settled_s: float, at_once: int
) -> Sequence[Row[UUID, UUID, bool]]:
    """The next runs (id, tenant_id, settled) past their definition's or tenant's retention, or
    deleted; and those that nobody asked for as reports, after an hour.

    Also failed and cancelled ones, whose workers may have left files. The rows say `expired`
    before a file goes, and only a run whose files are gone is marked so: a death in between
    leaves nothing that the next look does not find. `settled`: noted so at least `settled_s` ago.
    """
    runs, artifacts, settings = tables.runs, tables.artifacts, tables.tenant_settings
    user = runs.alias("user_of_it")
    definitions = tables.definitions
    days = func.coalesce(definitions.c.retention_days, settings.c.retention_days)
    kept_until = func.now() - func.make_interval(0, 0, 0, days)
    noted_at = func.coalesce(runs.c.files_expired_at, func.now())
    settled = noted_at <= func.now() - func.make_interval(0, 0, 0, 0, 0, 0, settled_s)
    passing_until = func.now() - timedelta(hours=_PASSING_HOURS)
    past = (
        select(runs.c.id, runs.c.tenant_id, settled.label("settled"))
        .join(settings, settings.c.tenant_id == runs.c.tenant_id)
        .outerjoin(definitions, definitions.c.id == runs.c.definition_id)
        .where(
            runs.c.id > after,
            runs.c.files_removed_at.is_(None),
            # Another run uses its snapshot.
            ~select(user.c.id)
            .where(user.c.snapshot_of == runs.c.id, user.c.files_expired_at.is_(None))
            .exists(),
            # A renderer is at it and would leave a file behind.
            ~select(artifacts.c.id)
            .where(
                artifacts.c.run_id == runs.c.id,
                artifacts.c.lease_until > func.clock_timestamp(),
            )
            .exists(),
            (runs.c.completed_at < kept_until)
            | runs.c.deleted_at.is_not(None)
            | (runs.c.occasion.in_(_PASSING) & (runs.c.completed_at < passing_until)),
            runs.c.completed_at < func.now() - func.make_interval(0, 0, 0, 0, 0, 0, lease_seconds),
        )
        .order_by(runs.c.id)
        .limit(at_once)
        .with_for_update(of=runs, skip_locked=True)
    )
    async with store.housekeeping() as connection:
        found = (await connection.execute(past)).all()
        ids = [run.id for run in found]
        await connection.execute(
            update(runs)
            .where(runs.c.id.in_(ids))
            .values(files_expired_at=func.coalesce(runs.c.files_expired_at, func.now()))
        )
        await connection.execute(
            update(artifacts)
            .where(artifacts.c.run_id.in_(ids))
            .values(status=ArtifactStatus.EXPIRED, **RELEASED)
        )
    return found


async def _remove_files(
    store: Store, blobs: BlobStore, batch: Sequence[Row[UUID, UUID, bool]]
) -> int:
    """Remove their files, and say so in the ledger of those that are settled; how many are.

    Those of which a mailer sends something wait: it would find no file, or leave what it wrote of
    the mail after the others went. Nobody begins any more, because they are noted as expired.
    """
    removed, settled = [], []
    in_hand = await _in_mailers_hands(store, [run.id for run in batch])
    for run in batch:
        if run.id in in_hand:
            continue
        try:
            await blobs.delete_prefix(run_prefix(run.tenant_id, run.id))
        except TransientError as error:
            log.warning("files not removed yet", run_id=str(run.id), reason=error.message)
        else:
            removed.append(run.id)
            if run.settled:
                settled.append(run)
    async with store.housekeeping() as connection:
        await connection.execute(
            update(tables.runs)
            .where(tables.runs.c.id.in_([run.id for run in settled]))
            .values(files_removed_at=func.now())
        )
        await connection.execute(_FORGET_HEADS, {"run_ids": removed})
        await audit.record(
            connection,
            *(
                audit.entry(run.tenant_id, SERVICE, "report.files_removed", f"report/{run.id}")
                for run in settled
            ),
        )
    return len(settled)


async def _in_mailers_hands(store: Store, run_ids: Sequence[UUID]) -> set[UUID]:
    async with store.housekeeping() as connection:
        found = await connection.scalars(
            select(_deliveries.c.run_id).where(
                _deliveries.c.run_id.in_(run_ids),
                _deliveries.c.lease_until > func.clock_timestamp(),
            )
        )
    return set(found)


async def forget_events(store: Store, settings: SchedulerSettings) -> int:
    """Delete published events, remembered ones and signals that nobody will ask about again.

    Returns how many rows.
    """
    outbox, inbox, signals = tables.outbox, tables.inbox, tables.signals
    outbox_days = timedelta(days=settings.outbox_keep_days)
    inbox_days = timedelta(days=settings.inbox_keep_days)
    async with store.housekeeping() as connection:
        deleted = [
            await connection.execute(
                delete(outbox).where(outbox.c.published_at < func.now() - outbox_days)
            ),
            await connection.execute(
                delete(inbox).where(inbox.c.processed_at < func.now() - inbox_days)
            ),
            await connection.execute(
                delete(signals).where(signals.c.received_at < func.now() - inbox_days)
            ),
        ]
    return sum(rows.rowcount for rows in deleted)
