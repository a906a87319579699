"""Asking an address outside whether it wants reports, and what it says (double opt-in)."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.api import audit
from services.api.principals import Principal
from services.api.problems import Problem
from services.api.run_store import SERVICE
from shared import mail_runs
from shared.blobs import BlobStore
from shared.recipient_policy import CONFIRMATION, AddressStatus, canonical
from shared.signed_ids import SignedIds
from shared.store import tables

CONFIRMATION_KIND = "confirm-address"
PATH = "/confirm"
"""Where the links of these mails lie below the api's address."""
ANSWER_WITHIN = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(hours=1)

_table = tables.confirmed_addresses
_TENANT = text("SELECT tenant_of_confirmation(:id)")


async def ask(
    connection: AsyncConnection,
    blobs: BlobStore,
    principal: Principal,
    address: str,
    *,
    signed: SignedIds,
    public_url: str,
) -> RowMapping:
    """Send the address a mail with a link, unless it has confirmed; its row.

    Problem 409 where it has declined, or was asked just now.
    """
    query = select(_table).where(_table.c.address == canonical(address)).with_for_update()
    before = (await connection.execute(query)).mappings().first()
    if before is not None:
        if before["status"] == AddressStatus.CONFIRMED:
            return before
        _ensure_may_ask(before)
    identifier = uuid7() if before is None else before["id"]
    studio = await connection.scalar(select(tables.tenants.c.name))
    run_id = await mail_runs.add(
        connection,
        blobs,
        tenant_id=principal.tenant_id,
        report_type=CONFIRMATION,
        mail=mail_of(
            str(studio), f"{public_url.rstrip('/')}{PATH}/{signed.signed(identifier)}", address
        ),
        addresses=[address],
        requested_by=principal.sub,
        service=SERVICE,
    )
    values = {
        "status": AddressStatus.ASKED,
        "asked_by": principal.sub,
        "asked_at": func.now(),
        "run_id": run_id,
        "answered_at": None,
    }
    written = await connection.execute(
        insert(_table)
        .values(id=identifier, tenant_id=principal.tenant_id, address=canonical(address), **values)
        .on_conflict_do_update(index_elements=["tenant_id", "address"], set_=values)
        .returning(_table)
    )
    await audit.record(
        connection, principal, "address.asked", f"address/{canonical(address)}", report=str(run_id)
    )
    row: RowMapping = written.mappings().one()
    return row


def _ensure_may_ask(before: RowMapping) -> None:
    if before["status"] == AddressStatus.DECLINED:
        raise Problem(
            409,
            f"{before['address']} has said not to want reports: it is asked again only after an "
            "administrator has removed that answer",
        )
    again = before["asked_at"] + ASK_AGAIN_AFTER
    if datetime.now(UTC) < again:
        raise Problem(
            409,
            f"{before['address']} was asked already; it can be asked again at {again:%H:%M} UTC",
        )


async def tenant_of(connection: AsyncConnection, identifier: UUID) -> UUID | None:
    """Whose question it is; asked without a tenant."""
    found: UUID | None = await connection.scalar(_TENANT, {"id": identifier})
    return found


async def question(connection: AsyncConnection, identifier: UUID) -> RowMapping:
    """What was asked; Problem 404 where nothing was, 410 once it is too late to say."""
    row = (
        (await connection.execute(select(_table).where(_table.c.id == identifier)))
        .mappings()
        .first()
    )
    if row is None:
        raise Problem(404, "there is no such question: look whether the link was copied whole")
    too_late = row["asked_at"] + ANSWER_WITHIN <= datetime.now(UTC)
    if row["status"] == AddressStatus.ASKED and too_late:
        raise Problem(410, "this question has expired: whoever sent it can ask again")
    return row


async def answer(connection: AsyncConnection, identifier: UUID, said: AddressStatus) -> RowMapping:
    """Keep what the address has said; it may change its mind with the same link."""
    await question(connection, identifier)
    written = await connection.execute(
        update(_table)
        .where(_table.c.id == identifier)
        .values(status=said, answered_at=func.now())
        .returning(_table)
    )
    row: RowMapping = written.mappings().one()
    return row


async def forget(connection: AsyncConnection, address: str) -> bool:
    """Remove the address with what it has said; False where it was not asked."""
    removed = await connection.execute(delete(_table).where(_table.c.address == canonical(address)))
    return removed.rowcount == 1


def mail_of(studio: str, link: str, address: str) -> Mapping[str, str]:
    """The question as a mail: subject, plain text and HTML."""
    subject = f"{studio} would like to send you reports"
    opening = f"{studio} would like to send reports to {address}."
    ask_for = "If you want them, open this page and say so:"
    otherwise = (
        "If not, say so there, or do nothing: you will get no reports and this question ends by "
        f"itself after {ANSWER_WITHIN.days} days."
    )
    quoted = html.escape(link)
    return {
        "subject": " ".join(subject.split())[:200],
        "text": f"{opening}\n\n{ask_for}\n{link}\n\n{otherwise}\n",
        "html": (
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="light dark">'
            f"<title>{html.escape(subject)}</title></head>"
            '<body style="margin:0;padding:28px;max-width:600px;font:16px/24px '
            "'Open Sans','Segoe UI',Helvetica,Arial,sans-serif\">"
            f'<p style="margin:0">{html.escape(opening)}</p>'
            f'<p style="margin:18px 0 0">{html.escape(ask_for)}</p>'
            f'<p style="margin:18px 0"><a href="{quoted}" style="display:inline-block;'
            "padding:10px 22px;border-radius:8px;background:#1f5fbf;color:#ffffff;"
            'text-decoration:none;font-weight:600">Answer</a></p>'
            f'<p style="margin:0;font-size:14px;line-height:20px;word-break:break-all">{quoted}</p>'
            f'<p style="margin:18px 0 0">{html.escape(otherwise)}</p></body></html>'
        ),
    }
