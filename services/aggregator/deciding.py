"""Whether a run whose figures are known is sent: by its condition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.conditions import CONDITION, Decision, IfChanged, content_hash, decide
from shared.document import ReportDocument
from shared.runs import Run
from shared.states import RunStatus
from shared.store import tables


@dataclass(frozen=True)
class Decided:
    """What was decided, and what the run's row says of it."""

    holds: bool
    figure: str
    columns: dict[str, Any]


async def decide_on(
    connection: AsyncConnection, run: Run, document: ReportDocument
) -> Decided | None:
    """Whether the report is sent; None where nothing was to be decided."""
    if run.condition is None:
        return None
    condition = CONDITION.validate_python(run.condition)
    columns: dict[str, Any] = {}
    last_sent = None
    if isinstance(condition, IfChanged):
        last_sent = await _last_sent(connection, run)
        columns["content_sha256"] = content_hash(document)
    decision: Decision = decide(condition, document, last_sent)
    return Decided(decision.holds, decision.figure, columns | {"decision": decision.as_stored()})


async def _last_sent(connection: AsyncConnection, run: Run) -> str | None:
    """What the schedule's last completed report showed, where that is known."""
    runs = tables.runs
    found: str | None = await connection.scalar(
        select(runs.c.content_sha256)
        .where(
            runs.c.schedule_id == run.schedule_id,
            runs.c.status == RunStatus.COMPLETED,
            runs.c.content_sha256.is_not(None),
        )
        .order_by(runs.c.created_at.desc())
        .limit(1)
    )
    return found
