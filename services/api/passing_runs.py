"""Previews and look-ups: runs that one request waits for, and that go when it does.

The api never asks a source itself. What somebody wants to see at once is a run through the same
pipeline, in the lane of people who wait, without files; the answer is its document.
"""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

from fastapi import Request
from sqlalchemy import RowMapping, func, select

from services.api import run_store
from services.api.news import next_news
from services.api.principals import Principal
from services.api.problems import Problem
from services.api.run_store import SERVICE
from services.api.snapshots import document_of
from shared import runs
from shared.run_requests import RunRequest, work_key_of
from shared.runs import Run
from shared.states import FINAL_RUN_STATUSES
from shared.store import tables


async def passing_document(
    request: Request, principal: Principal, wanted: RunRequest
) -> tuple[UUID, bytes]:
    """The run, and its ReportDocument as JSON; cancelled once nobody waits for it any more.

    What an equal run has read within `freshness_seconds` is taken as it is. Problem 503 where
    the source cannot be read, or not in time; 429 where too much is under way.
    """
    state = request.app.state
    row = await _read_before(request, wanted)
    if row is None:
        async with state.backlog.room_for_one(principal):
            await state.intake.take(principal, wanted)
        row = await _once_read(request, wanted)
    return row["id"], await document_of(row, state.blobs)


async def _read_before(request: Request, wanted: RunRequest) -> RowMapping | None:
    """The latest equal run whose data are fresh enough and still kept.

    Equal by its work key: everything that the data depend on, the role of who asks included.
    """
    if not wanted.freshness_seconds:
        return None
    table = tables.runs
    query = (
        select(table)
        .where(
            table.c.work_key == work_key_of(wanted),
            table.c.snapshot_key.is_not(None),
            table.c.deleted_at.is_(None),
            table.c.files_expired_at.is_(None),
            table.c.started_at > func.now() - timedelta(seconds=wanted.freshness_seconds),
        )
        .order_by(table.c.started_at.desc())
        .limit(1)
    )
    async with request.app.state.store.tenant(wanted.tenant_id) as connection:
        found: RowMapping | None = (await connection.execute(query)).mappings().first()
    return found


async def _once_read(request: Request, wanted: RunRequest) -> RowMapping:
    """The run, once its data are read."""
    state = request.app.state
    patience = state.settings.preview_seconds
    until = time.monotonic() + patience
    row = None
    try:
        with state.news.about(wanted.id) as event:
            while (left := until - time.monotonic()) > 0 and not await request.is_disconnected():
                async with state.store.tenant(wanted.tenant_id) as connection:
                    row = await run_store.row_of(connection, wanted.id)
                if row["snapshot_key"] is not None:
                    return row
                if row["status"] in FINAL_RUN_STATUSES:
                    raise Problem(503, _why(row), headers={"Retry-After": "10"})
                await next_news(event, left)
        raise Problem(
            503,
            f"the source was not read within {patience:g} s: ask for the report itself, "
            "which may take longer",
            headers={"Retry-After": "60"},
        )
    finally:
        if row is None or (row["snapshot_key"] is None and row["status"] not in FINAL_RUN_STATUSES):
            await _give_up(request, wanted)


def _why(row: RowMapping) -> str:
    error = row["error"]
    return error["message"] if error else f"its data were not read: the run is {row['status']}"


async def _give_up(request: Request, wanted: RunRequest) -> None:
    """Nobody waits for it: whoever works on it finds its lease gone."""
    async with request.app.state.store.tenant(wanted.tenant_id) as connection:
        row = await run_store.row_of(connection, wanted.id, lock=True)
        if row["snapshot_key"] is None:
            await runs.cancel(connection, Run.of(row), service=SERVICE)
