"""How long reports of a type usually take: the median of the tenant's latest ones."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.states import FINAL_RUN_STATUSES, Occasion, RunStatus
from shared.store import tables

_LATEST = 20


class Estimates:
    """Medians per tenant and report type, read again after `remembered_seconds`."""

    def __init__(self, remembered_seconds: float = 10.0) -> None:
        self._remembered_seconds = remembered_seconds
        self._usual: dict[tuple[UUID, str], tuple[float, float | None]] = {}

    async def eta_seconds(self, connection: AsyncConnection, run: RowMapping) -> float | None:
        """Seconds until the run is likely to be complete.

        None when it is final, when nothing is known, and once it takes longer than usual.
        """
        if run["status"] in FINAL_RUN_STATUSES:
            return None
        key = (run["tenant_id"], run["report_type"])
        now = time.monotonic()
        read_at, usual = self._usual.get(key, (-self._remembered_seconds, None))
        if now - read_at >= self._remembered_seconds:
            # Noted first, so that of many requests at once only one asks.
            self._usual[key] = (now, usual)
            usual = await _median_seconds(connection, run["report_type"])
            self._usual[key] = (now, usual)
        if usual is None:
            return None
        began = run["created_at"]
        if run["generation"]:
            began = await connection.scalar(select(_begun(run["id"], began)))
        left = usual - float((datetime.now(UTC) - began).total_seconds())
        return round(left, 3) if left > 0 else None


def _begun(run_id: Any, created_at: Any) -> ColumnElement[datetime]:
    """When the run was last asked for: at first, or by a retry, which the timeline notes."""
    again = (
        select(func.max(tables.timeline.c.at))
        .where(tables.timeline.c.run_id == run_id, tables.timeline.c.stage == "requested")
        .scalar_subquery()
    )
    return func.coalesce(again, created_at)


async def _median_seconds(connection: AsyncConnection, report_type: str) -> float | None:
    runs, bursts = tables.runs, tables.run_bursts
    latest = (
        select(
            func.extract("epoch", runs.c.completed_at - _begun(runs.c.id, runs.c.created_at)).label(
                "seconds"
            )
        )
        .where(
            runs.c.report_type == report_type,
            runs.c.status == RunStatus.COMPLETED,
            # A preview makes no files.
            runs.c.occasion != Occasion.PREVIEW,
            # A burst takes as long as its slices do, and says nothing about a report.
            ~select(bursts.c.run_id).where(bursts.c.run_id == runs.c.id).exists(),
        )
        .order_by(runs.c.completed_at.desc())
        .limit(_LATEST)
        .subquery()
    )
    median: Any = await connection.scalar(
        select(func.percentile_cont(0.5).within_group(latest.c.seconds))
    )
    return float(median) if median is not None else None
