"""A mailer's deliverer in this process, over a real store and storage, and runs for it to mail."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid6 import uuid7

from services.mailer.app import deliverer_of
from services.mailer.channels.email import EmailChannel
from services.mailer.channels.smtp.settings import SmtpSettings, Tls
from services.mailer.destinations import Destinations
from services.mailer.settings import MailerSettings
from shared.blobs import BlobStore
from shared.dedup_keys import artifact_key
from shared.events import DeliveryDue
from shared.secret_box import SecretBox
from shared.settings import ServiceSettings
from shared.share_links import Links
from shared.states import ArtifactStatus, Lane, RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.pipeline import Pipeline
from tests.smtp_server import SmtpServer

Post = Callable[..., AbstractAsyncContextManager[tuple["Mailing", SmtpServer]]]
"""Opens a server that does as a `Script` says, and a mailer with those settings for it."""

PUBLIC_URL = "https://reports.studio.example"
KEY = "not-a-real-key-Zr8vQm2xLw7TnB4cYf1Ks9"
FACTS = {"title": "Delivery summary", "period": "October 2026", "organisation": "Test Studio"}
MAIL = {
    "subject": "Delivery summary, October 2026",
    "html": "<html><body><p>45 characters</p><!--files--><p>end</p></body></html>",
    "text": "45 characters\n.\n..\n.hidden\n",
    "pictures": [],
    "facts": {**FACTS, "kpis": {"delivered": "45"}},
}


class Mailing:
    """Mails the runs of one tenant."""

    def __init__(
        self,
        pipeline: Pipeline,
        store: Store,
        admin: AsyncEngine,
        blobs: BlobStore,
        settings: ServiceSettings,
        smtp: SmtpSettings,
    ) -> None:
        self.pipeline = pipeline
        self._store = store
        self._admin = admin
        self.blobs = blobs
        self.channel = EmailChannel(smtp)
        mailer = MailerSettings.model_validate(
            settings.model_dump()
            | {"public_url": PUBLIC_URL, "link_key": KEY, "delivery_retry_base_seconds": 60}
        )
        self.deliverer = deliverer_of(
            store,
            blobs,
            mailer,
            {"email": self.channel},
            Destinations(store, blobs, SecretBox(mailer.secret_keys), Links.of(mailer)),
            owner="mailer@test:1",
            smtp=smtp,
        )

    async def completed(
        self,
        *addresses: str,
        files: dict[str, bytes] | None = None,
        options: dict[str, Any] | None = None,
        mail: dict[str, Any] | None = None,
    ) -> UUID:
        """A run that is complete: the files by their format, and the mail's texts."""
        files = {"pdf": b"%PDF-1.7 forty-five"} if files is None else files
        run_id = await self.pipeline.request(*addresses, formats=tuple(files))
        tenant_id = self.pipeline.tenant.id
        stored = {name: (False, content) for name, content in files.items()}
        stored["mail"] = (True, json.dumps(mail or MAIL).encode())
        async with self._admin.begin() as connection:
            for name, (internal, content) in stored.items():
                key = artifact_key(tenant_id, run_id, 0, f"{name}.{name}")
                await self.blobs.put_new(key, content)
                await connection.execute(
                    insert(tables.artifacts).values(
                        id=uuid7(),
                        tenant_id=tenant_id,
                        run_id=run_id,
                        format=name,
                        internal=internal,
                        status=ArtifactStatus.RENDERED,
                        media_type="application/pdf" if name == "pdf" else "text/csv",
                        file_name=f"delivery_summary.{name}",
                        blob_key=key,
                        sha256=hashlib.sha256(content).hexdigest(),
                        size=len(content),
                        rows=1,
                    )
                )
            await connection.execute(
                update(tables.runs)
                .where(tables.runs.c.id == run_id)
                .values(
                    status=RunStatus.COMPLETED,
                    started_at=func.now(),
                    completed_at=func.now(),
                    delivery_options=options or {},
                )
            )
        return run_id

    async def attempt(self, run_id: UUID) -> Sequence[Any]:
        """One attempt at each delivery of the run that waits; the rows of all, by recipient."""
        due = [
            DeliveryDue(
                run_id=run_id,
                tenant_id=row["tenant_id"],
                lane=Lane.INTERACTIVE,
                delivery_id=row["id"],
                channel=row["channel"],
                resends=row["resends"],
            )
            for row in await self.pipeline.deliveries(run_id)
        ]
        await asyncio.gather(*(self.deliverer.attempt(event) for event in due))
        rows = await self.pipeline.deliveries(run_id)
        return sorted(rows, key=lambda row: str(row["recipient"]))

    async def suppressed(self) -> dict[str, str]:
        """Who gets no mail, and why."""
        table = tables.suppressions
        async with self._admin.connect() as connection:
            rows = await connection.execute(
                select(table.c.address, table.c.reason).where(
                    table.c.tenant_id == self.pipeline.tenant.id
                )
            )
            return {row.address: row.reason for row in rows}


def smtp_settings(port: int, **other: Any) -> SmtpSettings:
    """To a server on this machine, impatiently."""
    return SmtpSettings.model_validate(
        {
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_tls": Tls.NONE,
            "smtp_timeout_seconds": 2,
            "smtp_final_timeout_seconds": 2,
            "mail_from": "reports@studio.example",
            **other,
        }
    )


@asynccontextmanager
async def mailing(
    port: int,
    pipeline: Pipeline,
    store: Store,
    admin: AsyncEngine,
    blobs: BlobStore,
    settings: ServiceSettings,
    **smtp: Any,
) -> AsyncIterator[Mailing]:
    """Until the block ends."""
    made = Mailing(pipeline, store, admin, blobs, settings, smtp_settings(port, **smtp))
    try:
        yield made
    finally:
        await made.channel.close()
