"""A correction as its recipient sees it: two mails, and what the second says of the first."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import asyncpg
import httpx

from deploy.local.infrastructure import LocalInfrastructure
from tests.e2e.conftest import LOADED, point_source_to
from tests.e2e.reports import REPORTS, WAIT, finished, until_delivered
from tests.tenants import Tenant

LATE = 25
"""Characters that turn out to be delivered much later than it was said."""
MOVED = """
WITH late AS (
    SELECT id FROM studio.characters
     WHERE (delivered_at AT TIME ZONE 'UTC')::date BETWEEN $1 AND $2 ORDER BY id LIMIT $3)
UPDATE studio.characters SET delivered_at = delivered_at + interval '400 days'
 WHERE id IN (SELECT id FROM late) RETURNING id
"""
BACK = """
UPDATE studio.characters SET delivered_at = delivered_at - interval '400 days' WHERE id = ANY($1)
"""


@contextmanager
def late_deliveries(url: str, days: dict[str, str]) -> Iterator[None]:
    """So many fewer were delivered in those days, until the block ends."""

    async def asked(query: str, *values: Any) -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            return [row["id"] for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()

    period = [datetime.fromisoformat(days[end]).date() for end in ("from", "to")]
    ids = asyncio.run(asked(MOVED, *period, LATE))
    assert len(ids) == LATE
    try:
        yield
    finally:
        asyncio.run(asked(BACK, ids))


def mails(inbox: httpx.Client, to: str) -> list[EmailMessage]:
    """Those of that recipient, in the order in which they came."""
    found = [
        message_from_bytes(inbox.get(f"/api/messages/{one['id']}/raw").content, policy=default)
        for one in inbox.get("/api/messages").json()
    ]
    return [mail for mail in reversed(found) if mail["To"] == to]


def shown(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def test_who_got_the_first_gets_the_second_which_says_so_in_its_subject_and_its_first_line(
    ada: httpx.Client,
    infra: LocalInfrastructure,
    tenant: Tenant,
    inbox: httpx.Client,
    loaded_studio: str,
) -> None:
    asyncio.run(point_source_to(infra, tenant, LOADED))
    to = f"someone@{tenant.slug}.example.com"
    today = datetime.now(UTC).date()
    days = {
        "from": (today - timedelta(days=31)).isoformat(),
        "to": (today - timedelta(days=2)).isoformat(),
    }
    first = finished(
        ada,
        formats=["pdf"],
        period=days,
        timezone="UTC",
        deliver_to=[{"channel": "email", "to": to}],
    )
    until_delivered(ada, first)

    with late_deliveries(loaded_studio, days):
        answer = ada.post(
            f"{REPORTS}/{first['id']}/supersede",
            json={"reason": "25 clips were delivered later than reported"},
            headers=WAIT,
        )
        assert answer.status_code == 200, answer.text
        until_delivered(ada, answer.json())

    earlier, later = mails(inbox, to)
    assert later["Subject"] == f"Corrected: {earlier['Subject']}"
    assert later["Message-ID"] != earlier["Message-ID"]
    said = re.search(
        r"Corrected: this replaces the report made on [^.]+\. "
        r"Characters delivered: ([\d,]+) → ([\d,]+)[;.]",
        shown(later, "plain"),
    )
    assert said, shown(later, "plain")
    was, now = (int(figure.replace(",", "")) for figure in said.groups())
    assert was - now == LATE
    assert f"Characters delivered: {was:,} (" in shown(earlier, "plain")
    assert f"Characters delivered: {now:,} (" in shown(later, "plain")
    for kind in ("plain", "html"):
        text = shown(later, kind)
        assert text.count(said.group(0)) == 1
        assert "Reason of the correction: 25 clips were delivered later than reported" in text
    assert [part.get_content_type() for part in later.iter_attachments()] == ["application/pdf"]
