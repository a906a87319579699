"""The report that a tenant begins with, from its schedule to the administrators' inboxes."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pypdf
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.localized import day_range
from shared.store import tables
from shared.store.starters import give_usage_summary
from tests.e2e.reports import REPORTS, until_delivered
from tests.e2e.test_pipeline import mails_to
from tests.tenants import Tenant

NEW_YORK = ZoneInfo("America/New_York")


def last_monday_at_nine() -> datetime:
    """In New York, and over."""
    now = datetime.now(NEW_YORK)
    monday = now.replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    return monday if monday < now else monday - timedelta(days=7)


def first_run(client: httpx.Client) -> dict[str, Any]:
    """The first run of the tenant, once there is one."""
    deadline = time.monotonic() + 30
    while not (runs := client.get(REPORTS).json()["items"]):
        assert time.monotonic() < deadline, "no run was made"
        time.sleep(0.1)
    (run,) = runs
    return dict(run)


async def test_a_monday_that_was_missed_is_made_up_for_and_reaches_the_administrators(
    ada: httpx.Client, inbox: httpx.Client, tenant: Tenant, admin: AsyncEngine
) -> None:
    monday = last_monday_at_nine()
    to = {role: f"{role}-{uuid4().hex[:8]}@example.com" for role in ("admin", "author")}
    async with admin.begin() as connection:
        await give_usage_summary(connection, tenant.id, "ada")
        for role, address in to.items():
            await connection.execute(
                insert(tables.members).values(
                    tenant_id=tenant.id, sub=f"the {role}", email=address, role=role
                )
            )
        # As if nothing had run since.
        await connection.execute(
            update(tables.schedules)
            .where(tables.schedules.c.tenant_id == tenant.id)
            .values(next_run_at=monday.astimezone(UTC))
        )
    run = until_delivered(ada, first_run(ada))
    assert [(one["to"], one["status"]) for one in run["deliveries"]] == [(to["admin"], "sent")]
    assert not mails_to(inbox, to["author"])
    (mail,) = mails_to(inbox, to["admin"])
    (file,) = mail.iter_attachments()
    assert file.get_content_type() == "application/pdf"
    (page, *_) = pypdf.PdfReader(io.BytesIO(file.get_content())).pages
    told = page.extract_text()
    week = monday.date() - timedelta(days=7), monday.date() - timedelta(days=1)
    assert "Usage summary" in told
    assert day_range(*week) in told
    assert "Usage Summary, version 1" in told
