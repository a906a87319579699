"""Whoever asked for a report is told once that it did not arrive, and by nobody for ever."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scheduler.delivery_notices import REPORT_TYPE, tell_of_deliveries
from shared.blobs import BlobStore
from shared.states import DeliveryStatus, RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.pipeline import Pipeline

URL = "https://reports.studio.example"


async def ended(admin: AsyncEngine, pipeline: Pipeline, statuses: dict[str, str]) -> UUID:
    """A completed report whose deliveries stand so."""
    run_id = await pipeline.request(*statuses)
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.runs)
            .where(tables.runs.c.id == run_id)
            .values(status=RunStatus.COMPLETED, completed_at=func.now())
        )
        for address, status in statuses.items():
            await connection.execute(
                update(tables.deliveries)
                .where(
                    tables.deliveries.c.run_id == run_id, tables.deliveries.c.recipient == address
                )
                .values(status=status, answer="550 no", finished_at=func.now())
            )
    return run_id


async def notices(pipeline: Pipeline) -> list[Any]:
    return [run for run in await pipeline.runs() if run["report_type"] == REPORT_TYPE]


async def test_the_one_who_asked_is_told_once_of_all_with_the_reason_and_a_link(
    store: Store, blobs: BlobStore, admin: AsyncEngine, pipeline: Pipeline
) -> None:
    async with admin.begin() as connection:
        await connection.execute(
            insert(tables.members).values(
                tenant_id=pipeline.tenant.id, sub="tests", email="owner@example.com", role="author"
            )
        )
    waiting = await ended(
        admin, pipeline, {"x@example.com": "failed", "y@example.com": DeliveryStatus.DEFERRED}
    )
    run_id = await ended(
        admin,
        pipeline,
        {"a@example.com": "sent", "b@example.com": "failed", "c@example.com": "uncertain"},
    )

    for _ in range(3):
        await tell_of_deliveries(store, blobs, URL)

    (notice,) = await notices(pipeline)
    (delivery,) = await pipeline.deliveries(notice["id"])
    assert delivery["recipient"] == "owner@example.com"
    artifact = (await pipeline.artifacts(notice["id"]))["mail"]
    mail = json.loads(await blobs.get(artifact["blob_key"]))
    assert mail["subject"] == "Broadsheet: delivery summary did not reach 2 recipients"
    assert "b@example.com: failed. 550 no" in mail["text"]
    assert "a@example.com" not in mail["text"]
    assert f"{URL}/api/v1/reports/{run_id}" in mail["text"]
    untold = {row["recipient"]: row["told_at"] for row in await pipeline.deliveries(waiting)}
    assert untold["x@example.com"] is None, "one of them is under way yet"


async def test_that_a_notice_did_not_arrive_is_told_to_nobody(
    store: Store, blobs: BlobStore, admin: AsyncEngine, pipeline: Pipeline
) -> None:
    async with admin.begin() as connection:
        await connection.execute(
            insert(tables.members).values(
                tenant_id=pipeline.tenant.id, sub="root", email="admin@example.com", role="admin"
            )
        )
    await ended(admin, pipeline, {"b@example.com": "failed"})
    await tell_of_deliveries(store, blobs, URL)
    (notice,) = await notices(pipeline)
    async with admin.begin() as connection:
        await connection.execute(
            update(tables.deliveries)
            .where(tables.deliveries.c.run_id == notice["id"])
            .values(status="failed", finished_at=func.now())
        )
    await tell_of_deliveries(store, blobs, URL)
    assert len(await notices(pipeline)) == 1
    assert (await pipeline.delivery(notice["id"]))["recipient"] == "admin@example.com"
