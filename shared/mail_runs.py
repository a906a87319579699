"""Mails that are not reports: each is a run of its own that is complete when it is made.

Its one file is the mail's body, and from there on it is delivered like any report, with the
ledger's leases, attempts and states (decision 0019).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from shared import outbox, run_requests
from shared.blobs import BlobStore
from shared.dedup_keys import artifact_key
from shared.events import DeliveryDue
from shared.periods import Period
from shared.run_requests import Recipient, RunRequest
from shared.states import ArtifactStatus, DeliveryStatus, Lane, RunStatus
from shared.store import tables
from shared.topology import DELIVERER

_FILE = "notice.mail.json"


async def add(
    connection: AsyncConnection,
    blobs: BlobStore,
    *,
    tenant_id: UUID,
    report_type: str,
    mail: Mapping[str, Any],
    addresses: Sequence[str],
    requested_by: str,
    service: str,
) -> UUID:
    """Have the mail sent to each address once the transaction commits; the run's id.

    `report_type`: what the run says it is; no aggregator knows it, and none needs to. `mail`:
    `subject`, `text` and `html`, in the form of the renderer's mails.
    """
    today = datetime.now(UTC).date()
    request = RunRequest(
        tenant_id=tenant_id,
        report_type=report_type,
        source="",
        period=Period(first_day=today, last_day=today, timezone="UTC"),
        parameters={},
        formats=(),
        lane=Lane.INTERACTIVE,
        requested_by=requested_by,
        role="admin",
        recipients=tuple(Recipient("email", address) for address in addresses),
    )
    body = json.dumps(mail, ensure_ascii=False).encode()
    key = artifact_key(tenant_id, request.id, 0, _FILE)
    await blobs.put_new(key, body)
    now = datetime.now(UTC)
    new = run_requests.new_run(request, service=service)
    complete = {"status": RunStatus.COMPLETED, "started_at": now, "completed_at": now, "as_of": now}
    await connection.execute(insert(tables.runs), new.run | complete)
    await connection.execute(
        insert(tables.artifacts).values(
            id=uuid7(),
            tenant_id=tenant_id,
            run_id=request.id,
            format="mail",
            internal=True,
            status=ArtifactStatus.RENDERED,
            media_type="application/json",
            file_name=_FILE,
            blob_key=key,
            sha256=hashlib.sha256(body).hexdigest(),
            size=len(body),
            rows=0,
            rendered_at=now,
        )
    )
    await connection.execute(insert(tables.deliveries), list(new.deliveries))
    due = [
        DeliveryDue(
            run_id=request.id,
            tenant_id=tenant_id,
            lane=request.lane,
            delivery_id=delivery["id"],
            channel=delivery["channel"],
        )
        for delivery in new.deliveries
        if delivery["status"] == DeliveryStatus.PENDING
    ]
    await outbox.add_for(connection, DELIVERER, *due, source=service)
    return request.id
