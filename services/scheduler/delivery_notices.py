"""Tells whoever asked for a report, once, that it did not reach somebody.

A mail for all of a report's recipients whom it did not reach, as soon as nothing of it is under way
any more, or an hour after the first one was given up. What is told is marked in the same commit.
"""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduler import SERVICE
from shared import mail_runs
from shared.blobs import BlobStore
from shared.states import NOT_ARRIVED, UNDER_WAY
from shared.store import tables
from shared.store.engine import Store
from shared.store.indexed_states import is_in_one_of

log = structlog.get_logger(__name__)

REPORT_TYPE = "delivery_notice"
AT_LATEST = timedelta(hours=1)
BATCH = 20
"""Reports in one transaction."""
NAMED = 20
"""Recipients that a mail names."""

_deliveries, _runs, _members = tables.deliveries, tables.runs, tables.members
_UNTOLD = (_deliveries.c.told_at.is_(None), is_in_one_of(_deliveries.c.status, NOT_ARRIVED))


async def tell_of_deliveries(store: Store, blobs: BlobStore, public_url: str) -> int:
    """Write the mails that are due; of how many deliveries."""
    told = 0
    while True:
        async with store.housekeeping() as connection:
            rows = await _untold(connection)
            by_run: dict[UUID, list[RowMapping]] = defaultdict(list)
            for row in rows:
                by_run[row["run_id"]].append(row)
            for of_run in by_run.values():
                await _tell(connection, blobs, of_run, public_url)
            await connection.execute(
                update(_deliveries)
                .where(_deliveries.c.id.in_([row["id"] for row in rows]))
                .values(told_at=func.now())
            )
        told += len(rows)
        if len(by_run) < BATCH:
            return told


async def _untold(connection: AsyncConnection) -> Sequence[RowMapping]:
    other = _deliveries.alias("other")
    under_way = (
        select(other.c.id)
        .where(other.c.run_id == _runs.c.id, other.c.status.in_(UNDER_WAY))
        .exists()
    )
    waited = (
        select(func.min(_deliveries.c.finished_at))
        .where(_deliveries.c.run_id == _runs.c.id, *_UNTOLD)
        .correlate(_runs)
        .scalar_subquery()
    )
    due = (
        select(_runs.c.id)
        .where(
            select(_deliveries.c.id)
            .where(_deliveries.c.run_id == _runs.c.id, *_UNTOLD)
            .correlate(_runs)
            .exists(),
            ~under_way | (waited < func.now() - AT_LATEST),
        )
        .order_by(_runs.c.id)
        .limit(BATCH)
    )
    found = await connection.execute(
        select(_deliveries, _runs.c.report_type, _runs.c.requested_by)
        .join(_runs, _runs.c.id == _deliveries.c.run_id)
        .where(_deliveries.c.run_id.in_(due), *_UNTOLD)
        .order_by(_deliveries.c.id)
        .with_for_update(of=_deliveries, skip_locked=True)
    )
    return found.mappings().all()


async def _tell(
    connection: AsyncConnection, blobs: BlobStore, rows: Sequence[RowMapping], public_url: str
) -> None:
    """Whoever asked for the report, or else the administrators; nobody where none has an address.

    Mails of services, such as these, are asked for by nobody: that they did not arrive is told to
    nobody, or it would go on for ever.
    """
    first = rows[0]
    if first["requested_by"] == SERVICE:
        return
    active = (
        _members.c.tenant_id == first["tenant_id"],
        _members.c.active,
        _members.c.email.is_not(None),
    )
    mine = select(_members.c.email).where(*active, _members.c.sub == first["requested_by"])
    addresses = list(await connection.scalars(mine))
    if not addresses:
        admins = select(_members.c.email).where(*active, _members.c.role == "admin")
        addresses = list(await connection.scalars(admins))
    if not addresses:
        return
    await mail_runs.add(
        connection,
        blobs,
        tenant_id=first["tenant_id"],
        report_type=REPORT_TYPE,
        mail=mail_of(first["report_type"], first["run_id"], rows, public_url),
        addresses=addresses,
        requested_by=SERVICE,
        service=SERVICE,
    )
    log.info("told of deliveries", run_id=str(first["run_id"]), deliveries=len(rows))


def mail_of(
    report_type: str, run_id: UUID, rows: Sequence[RowMapping], public_url: str
) -> dict[str, str]:
    """Subject, plain text and HTML; `rows` of `deliveries`."""
    name = report_type.replace("_", " ")
    how_many = "one recipient" if len(rows) == 1 else f"{len(rows)} recipients"
    subject = f"Broadsheet: {name} did not reach {how_many}"
    opening = f"A report of yours ({name}) did not reach {how_many}, as far as anybody can tell."
    lines = [f"{row['recipient']}: {row['status']}. {row['answer'] or ''}".strip() for row in rows]
    if len(lines) > NAMED:
        lines = [*lines[:NAMED], f"and {len(lines) - NAMED} more"]
    link = f"{public_url.rstrip('/')}/api/v1/reports/{run_id}" if public_url else ""
    closing = f"Look at it, or have it sent again: broadsheet deliveries list --report {run_id}"
    text = "\n\n".join([opening, "\n".join(f"- {line}" for line in lines), closing, link])
    items = "".join(f'<li style="margin:6px 0 0">{html.escape(line)}</li>' for line in lines)
    at = f'<br><a href="{html.escape(link)}">{html.escape(link)}</a>' if link else ""
    return {
        "subject": subject[:200],
        "text": text.rstrip() + "\n",
        "html": (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark">'
            f"<title>{html.escape(subject)}</title></head>"
            '<body style="margin:0;padding:28px;max-width:600px;font:16px/24px '
            "'Open Sans','Segoe UI',Helvetica,Arial,sans-serif\">"
            f'<p style="margin:0">{html.escape(opening)}</p><ul>{items}</ul>'
            f'<p style="margin:18px 0 0">{html.escape(closing)}{at}</p></body></html>'
        ),
    }
