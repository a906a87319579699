"""Files past their retention go; the ledger stays."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from services.scheduler.retention import expire_files
from shared.blobs import FolderBlobs
from shared.dedup_keys import artifact_key, snapshot_key
from shared.lease import lease_end
from shared.states import ArtifactStatus, Occasion, RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.pipeline import Pipeline
from tests.schedules import new_definition
from tests.tenants import Tenant


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path)


@pytest.fixture
def pipeline(
    tenant: Tenant, store: Store, admin: AsyncEngine, infra: LocalInfrastructure, tmp_path: Path
) -> Pipeline:
    return Pipeline(tenant, store, admin, tmp_path)


async def _ended(
    admin: AsyncEngine,
    pipeline: Pipeline,
    blobs: FolderBlobs,
    status: RunStatus,
    *,
    days_ago: int,
) -> UUID:
    run_id = await pipeline.request()
    key = snapshot_key(pipeline.tenant.id, run_id, 0)
    await blobs.put_new(key, b"{}")
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.runs)
            .where(tables.runs.c.id == run_id)
            .values(
                status=status,
                completed_at=func.now() - text(f"interval '{days_ago} days'"),
                snapshot_key=key if status == RunStatus.COMPLETED else None,
            )
        )
    await pipeline.further_format(
        run_id,
        format="csv",
        status=ArtifactStatus.RENDERED,
        blob_key=key,
        sha256="0" * 64,
        size=2,
    )
    return run_id


@pytest.mark.parametrize("status", [RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED])
async def test_files_past_their_retention_go_and_the_rows_say_so(
    status: RunStatus, store: Store, admin: AsyncEngine, pipeline: Pipeline, blobs: FolderBlobs
) -> None:
    old = await _ended(admin, pipeline, blobs, status, days_ago=91)
    recent = await _ended(admin, pipeline, blobs, status, days_ago=89)
    await expire_files(store, blobs, lease_seconds=30, settled_s=0)
    assert pipeline.files(old) == set()
    assert pipeline.files(recent) == {"0/document.json"}
    (artifact,) = (await pipeline.artifacts(old)).values()
    assert artifact["status"] == ArtifactStatus.EXPIRED
    assert artifact["sha256"] == "0" * 64, "what it was can still be proved"
    (artifact,) = (await pipeline.artifacts(recent)).values()
    assert artifact["status"] == ArtifactStatus.RENDERED
    assert await removals(admin, pipeline) == [f"report/{old}"]


async def removals(admin: AsyncEngine, pipeline: Pipeline) -> list[str]:
    """What the audit log says of removed files."""
    async with admin.connect() as connection:
        found = await connection.scalars(
            select(tables.audit.c.subject).where(
                tables.audit.c.tenant_id == pipeline.tenant.id,
                tables.audit.c.action == "report.files_removed",
            )
        )
    return list(found)


async def test_what_a_worker_stores_that_was_paused_past_its_lease_goes_as_well(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, blobs: FolderBlobs
) -> None:
    old = await _ended(admin, pipeline, blobs, RunStatus.COMPLETED, days_ago=91)
    await expire_files(store, blobs, lease_seconds=30)
    assert pipeline.files(old) == set()
    assert await removals(admin, pipeline) == [], "it is looked for again before that is said"

    await blobs.put_new(artifact_key(pipeline.tenant.id, old, 0, "letter.mime"), b"late")
    assert pipeline.files(old) == {"files/0/letter.mime"}
    for _ in range(2):
        await expire_files(store, blobs, lease_seconds=30, settled_s=0)
    assert pipeline.files(old) == set()
    assert await removals(admin, pipeline) == [f"report/{old}"]


async def test_what_nobody_asked_for_as_a_report_is_kept_for_an_hour(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, blobs: FolderBlobs
) -> None:
    runs = tables.runs
    kept: dict[Occasion, bool] = {}
    for occasion in (Occasion.REQUEST, Occasion.PREVIEW, Occasion.LOOK_UP):
        run_id = await _ended(admin, pipeline, blobs, RunStatus.COMPLETED, days_ago=0)
        async with admin.begin() as connection:
            await connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(occasion=occasion, completed_at=func.now() - text("interval '61 minutes'"))
            )
        await expire_files(store, blobs, lease_seconds=30)
        kept[occasion] = bool(pipeline.files(run_id))
    assert kept == {Occasion.REQUEST: True, Occasion.PREVIEW: False, Occasion.LOOK_UP: False}


async def test_a_definitions_own_retention_comes_before_the_tenants(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, blobs: FolderBlobs
) -> None:
    short, long = [
        await _ended(admin, pipeline, blobs, RunStatus.COMPLETED, days_ago=days)
        for days in (10, 100)
    ]
    for run_id, days in ((short, 7), (long, 365)):
        definition = await new_definition(admin, pipeline.tenant)
        async with admin.begin() as connection:
            definitions, runs = tables.definitions, tables.runs
            await connection.execute(
                update(definitions)
                .where(definitions.c.id == definition)
                .values(retention_days=days)
            )
            await connection.execute(
                update(runs).where(runs.c.id == run_id).values(definition_id=definition)
            )
    await expire_files(store, blobs, lease_seconds=30)
    assert pipeline.files(short) == set()
    assert pipeline.files(long) == {"0/document.json"}


async def test_files_that_cannot_be_removed_now_are_removed_later_and_hold_up_no_others(
    store: Store,
    admin: AsyncEngine,
    pipeline: Pipeline,
    blobs: FolderBlobs,
    tmp_path: Path,
) -> None:
    stuck = await _ended(admin, pipeline, blobs, RunStatus.COMPLETED, days_ago=100)
    other = await _ended(admin, pipeline, blobs, RunStatus.COMPLETED, days_ago=100)
    folder = tmp_path / str(pipeline.tenant.id) / str(stuck)
    folder.rename(tmp_path / "aside")
    folder.write_bytes(b"")  # no folder: removing it as one fails, for root too

    await expire_files(store, blobs, lease_seconds=30, at_once=1)
    assert pipeline.files(other) == set()
    (artifact,) = (await pipeline.artifacts(stuck)).values()
    assert artifact["status"] == ArtifactStatus.EXPIRED, "nobody can fetch it meanwhile"

    folder.unlink()
    (tmp_path / "aside").rename(folder)
    await expire_files(store, blobs, lease_seconds=30)
    assert pipeline.files(stuck) == set()


async def test_files_stay_while_a_renderer_makes_one_more_and_then_all_go(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, blobs: FolderBlobs
) -> None:
    old = await _ended(admin, pipeline, blobs, RunStatus.COMPLETED, days_ago=91)
    waiting = await _ended(admin, pipeline, blobs, RunStatus.COMPLETED, days_ago=91)
    for run_id, seconds in ((old, 30), (waiting, -1)):
        await pipeline.further_format(run_id, lease_token=uuid4(), lease_until=lease_end(seconds))
    await expire_files(store, blobs, lease_seconds=30)
    assert pipeline.files(old) == {"0/document.json"}
    assert (await pipeline.run(old))["files_expired_at"] is None
    assert pipeline.files(waiting) == set()
    artifact = (await pipeline.artifacts(waiting))["xlsx"]
    assert (artifact["status"], artifact["lease_token"]) == (ArtifactStatus.EXPIRED, None)
    assert (await pipeline.run(waiting))["files_expired_at"] is not None


async def test_files_of_a_report_cancelled_and_deleted_go_once_its_worker_must_have_noticed(
    store: Store, admin: AsyncEngine, pipeline: Pipeline, blobs: FolderBlobs
) -> None:
    run_id = await _ended(admin, pipeline, blobs, RunStatus.CANCELLED, days_ago=0)
    deleted = update(tables.runs).where(tables.runs.c.id == run_id).values(deleted_at=func.now())
    async with admin.begin() as connection:
        await connection.execute(deleted)
    await expire_files(store, blobs, lease_seconds=30)
    assert pipeline.files(run_id) == {"0/document.json"}

    # What the late worker stored meanwhile goes with the rest.
    await blobs.put_new(f"{snapshot_key(pipeline.tenant.id, run_id, 0)}.late", b"{}")
    await expire_files(store, blobs, lease_seconds=0)
    assert pipeline.files(run_id) == set()
