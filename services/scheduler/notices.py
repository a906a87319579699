"""Tells owners and administrators that a schedule fires no more, once, by mail.

A notice is a run of its own that is complete when it is made (`shared.mail_runs`, decision 0019).
"""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduler import SERVICE
from services.scheduler.steps import Step
from shared import mail_runs
from shared.blobs import BlobStore
from shared.states import (
    OccurrenceStatus,
    ScheduleState,
)
from shared.store import tables

log = structlog.get_logger(__name__)

REPORT_TYPE = "schedule_notice"
"""What the runs of notices say they are; no aggregator knows it, and none needs to."""
_CHANNEL = "email"


@dataclass(frozen=True)
class Notice:
    """What is to be told about one schedule."""

    tenant_id: UUID
    owner: str
    """The `sub` of whose schedule it is."""
    schedule: str
    """Its name."""
    text: str
    """What happened and what can be done, a sentence or two."""


def notices_of(steps: Iterable[Step]) -> list[Notice]:
    """What people have to be told of what was written: schedules stopped, occurrences held."""
    return [
        Notice(one.schedule["tenant_id"], one.schedule["owner"], one.schedule["name"], text)
        for one in steps
        if (text := _text(one)) is not None
    ]


def _text(one: Step) -> str | None:
    match one.values["state"]:
        case ScheduleState.HELD:
            return f"It is held, because {one.reason}."
        case ScheduleState.DISABLED:
            return f"It is switched off: {one.reason}. Mend what is wrong and resume it."
        case _:
            held = [
                row["reason"]
                for row in one.occurrences
                if row["status"] == OccurrenceStatus.HELD and row["reason"]
            ]
            return f"It waits: {held[-1]}. It goes on when the signal comes." if held else None


async def tell(connection: AsyncConnection, blobs: BlobStore, notices: Sequence[Notice]) -> int:
    """Write a mail to everybody concerned, in the transaction of what happened; how many.

    An owner gets what concerns their own schedules, each active administrator all of it. Who has
    no address gets nothing: the audit log and the schedule itself say it as well.
    """
    mails = 0
    by_tenant: dict[UUID, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_tenant[notice.tenant_id].append(notice)
    for tenant_id, concerning in by_tenant.items():
        for told, addresses in await _readers(connection, tenant_id, concerning):
            await mail_runs.add(
                connection,
                blobs,
                tenant_id=tenant_id,
                report_type=REPORT_TYPE,
                mail=mail_of(told),
                addresses=addresses,
                requested_by=SERVICE,
                service=SERVICE,
            )
            log.info(
                "notice written", tenant=str(tenant_id), schedules=len(told), to=len(addresses)
            )
            mails += len(addresses)
    return mails


async def _readers(
    connection: AsyncConnection, tenant_id: UUID, notices: Sequence[Notice]
) -> list[tuple[tuple[Notice, ...], list[str]]]:
    """Who reads which of them; those who read the same get the same mail."""
    members = tables.members
    found = await connection.execute(
        select(members.c.sub, members.c.role, members.c.email).where(
            members.c.tenant_id == tenant_id,
            members.c.active,
            members.c.email.is_not(None),
            (members.c.role == "admin") | members.c.sub.in_({notice.owner for notice in notices}),
        )
    )
    by_address: dict[str, set[Notice]] = defaultdict(set)
    for member in found:
        concerning = (one for one in notices if member.role == "admin" or one.owner == member.sub)
        by_address[member.email.lower()].update(concerning)
    readers: dict[tuple[Notice, ...], list[str]] = defaultdict(list)
    for address, read in sorted(by_address.items()):
        readers[tuple(one for one in notices if one in read)].append(address)
    return list(readers.items())


def mail_of(notices: Sequence[Notice]) -> Mapping[str, Any]:
    """Subject, plain text and HTML, in the form of the renderer's mails."""
    names = f"“{notices[0].schedule}”" if len(notices) == 1 else f"{len(notices)} schedules"
    subject = f"Broadsheet: {names} {'needs' if len(notices) == 1 else 'need'} attention"
    opening = "A schedule of yours or of your organisation needs attention."
    if len(notices) > 1:
        opening = f"{len(notices)} schedules of yours or of your organisation need attention."
    lines = [(one.schedule, one.text) for one in notices]
    text = "\n\n".join([opening, *(f"{name}\n{what}" for name, what in lines)]) + "\n"
    paragraphs = "".join(
        f'<p style="margin:18px 0 0"><strong>{html.escape(name)}</strong><br>'
        f"{html.escape(what)}</p>"
        for name, what in lines
    )
    return {
        "subject": " ".join(subject.split())[:200],
        "text": text,
        "html": (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{html.escape(subject)}</title></head>"
            '<body style="margin:0;padding:28px;max-width:600px;font:16px/24px '
            "'Open Sans','Segoe UI',Helvetica,Arial,sans-serif\">"
            f'<p style="margin:0">{html.escape(opening)}</p>{paragraphs}</body></html>'
        ),
    }
