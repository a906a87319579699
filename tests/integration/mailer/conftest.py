"""A mailer's desk: deliveries of completed runs, tried one by one against a real store."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid6 import uuid7

from deploy.local.infrastructure import LocalInfrastructure
from services.mailer.app import deliverer_of
from services.mailer.channels import Channel, channels
from services.mailer.destinations import Destinations
from services.mailer.outgoing import Outgoing, outgoing
from services.mailer.settings import MailerSettings
from shared.blobs import BlobStore
from shared.dedup_keys import artifact_key
from shared.events import DeliveryDue
from shared.run_requests import Recipient
from shared.secret_box import SecretBox
from shared.settings import ServiceSettings
from shared.share_links import Links
from shared.states import ArtifactStatus, DeliveryStatus, Lane, RunStatus
from shared.store import tables
from shared.store.engine import Store
from tests.mailing import Mailing, Post, mailing, smtp_settings
from tests.outgoing_messages import TO_THIS_MACHINE
from tests.pipeline import Pipeline
from tests.s3_server import s3_server
from tests.smtp_server import Script, SmtpServer
from tests.tenants import Tenant

PUBLIC_URL = "https://reports.studio.example"


class Desk:
    """One tenant's destinations and deliveries."""

    def __init__(
        self,
        tenant: Tenant,
        pipeline: Pipeline,
        store: Store,
        admin: AsyncEngine,
        blobs: BlobStore,
        settings: MailerSettings,
        way_out: Outgoing,
    ) -> None:
        self.tenant = tenant
        self._pipeline = pipeline
        self._store = store
        self._admin = admin
        self._blobs = blobs
        self._settings = settings
        self.box = SecretBox(settings.secret_keys)
        self.channels: dict[str, Channel] = {
            name: kind.from_environment(way_out)
            for name, kind in channels.items()
            if kind.destination is not None
        }

    async def destination(self, channel: str, name: str = "archive", **settings: Any) -> UUID:
        """Saved as the api would."""
        destination = channels[channel].destination
        assert destination is not None
        fields = destination.model_json_schema()["properties"]
        secrets = {key: value for key, value in settings.items() if "writeOnly" in str(fields[key])}
        identifier = uuid7()
        async with self._admin.begin() as connection:
            await connection.execute(
                insert(tables.destinations).values(
                    id=identifier,
                    tenant_id=self.tenant.id,
                    name=name,
                    channel=channel,
                    settings={k: v for k, v in settings.items() if k not in secrets},
                    secrets=self.box.seal(secrets, identifier) if secrets else None,
                    secret_names=sorted(secrets),
                    created_by="ada",
                )
            )
        return identifier

    async def delivery(
        self, channel: str, files: Mapping[str, bytes], name: str = "archive"
    ) -> UUID:
        """The delivery of a completed run with these files, by format."""
        run_id = await self._pipeline.request(Recipient(channel, name), formats=tuple(files))
        for format_, content in files.items():
            key = artifact_key(self.tenant.id, run_id, 0, f"report.{format_}")
            await self._blobs.put_new(key, content)
            async with self._admin.begin() as connection:
                await connection.execute(
                    insert(tables.artifacts).values(
                        id=uuid7(),
                        tenant_id=self.tenant.id,
                        run_id=run_id,
                        format=format_,
                        status=ArtifactStatus.RENDERED,
                        media_type="application/octet-stream",
                        file_name=f"delivery_summary 2026-10.{format_}",
                        blob_key=key,
                        sha256=hashlib.sha256(content).hexdigest(),
                        size=len(content),
                        rows=1,
                    )
                )
        async with self._admin.begin() as connection:
            await connection.execute(
                update(tables.runs)
                .where(tables.runs.c.id == run_id)
                .values(
                    status=RunStatus.COMPLETED,
                    completed_at=func.now(),
                    as_of=func.now(),
                    snapshot_sha256="0" * 64,
                )
            )
        return UUID(str((await self._pipeline.delivery(run_id))["id"]))

    async def attempt(self, delivery_id: UUID) -> RowMapping:
        """Try it once; the ledger's row afterwards."""
        deliverer = deliverer_of(
            self._store,
            self._blobs,
            self._settings,
            self.channels,
            Destinations(self._store, self._blobs, self.box, Links.of(self._settings)),
            owner="the test's mailer",
            smtp=smtp_settings(25),
        )
        row = await self.row(delivery_id)
        await deliverer.attempt(
            DeliveryDue(
                run_id=row["run_id"],
                tenant_id=self.tenant.id,
                lane=Lane.INTERACTIVE,
                delivery_id=delivery_id,
                channel=row["channel"],
            )
        )
        return await self.row(delivery_id)

    async def row(self, delivery_id: UUID) -> RowMapping:
        """The delivery as it stands."""
        table = tables.deliveries
        async with self._admin.connect() as connection:
            found = await connection.execute(select(table).where(table.c.id == delivery_id))
            return found.mappings().one()

    async def attempts(self, delivery_id: UUID) -> list[RowMapping]:
        """Its attempts, in order."""
        table = tables.delivery_attempts
        async with self._admin.connect() as connection:
            found = await connection.execute(
                select(table).where(table.c.delivery_id == delivery_id).order_by(table.c.number)
            )
            return list(found.mappings().all())

    async def saved(self, identifier: UUID) -> RowMapping:
        """A destination as it stands."""
        table = tables.destinations
        async with self._admin.connect() as connection:
            found = await connection.execute(select(table).where(table.c.id == identifier))
            return found.mappings().one()

    async def clear_up(self) -> None:
        """Nothing is left for the workers of other tests."""
        async with self._admin.begin() as connection:
            await connection.execute(
                update(tables.deliveries)
                .where(
                    tables.deliveries.c.tenant_id == self.tenant.id,
                    tables.deliveries.c.status.in_(
                        (DeliveryStatus.PENDING, DeliveryStatus.DEFERRED)
                    ),
                )
                .values(status=DeliveryStatus.CANCELLED)
            )
            ours = tables.outbox.c.tenant_id == self.tenant.id
            await connection.execute(tables.outbox.delete().where(ours))


@pytest.fixture
async def way_out() -> AsyncIterator[Outgoing]:
    async with outgoing(TO_THIS_MACHINE) as guard:
        yield guard


@pytest.fixture
async def desk(
    infra: LocalInfrastructure,
    tenant: Tenant,
    pipeline: Pipeline,
    store: Store,
    admin: AsyncEngine,
    blobs: BlobStore,
    way_out: Outgoing,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Desk]:
    """A mailer's desk, that may reach this machine and write below the test's folder."""
    monkeypatch.setenv("BROADSHEET_FOLDER_ROOT", str(tmp_path))
    environment = infra.env_for("mailer") | {"BROADSHEET_PUBLIC_URL": PUBLIC_URL}
    names = {f"BROADSHEET_{name.upper()}": name for name in MailerSettings.model_fields}
    settings = MailerSettings.model_validate(
        {names[key]: value for key, value in environment.items() if key in names}
    )
    found = Desk(tenant, pipeline, store, admin, blobs, settings, way_out)
    yield found
    await found.clear_up()
    for channel in found.channels.values():
        await channel.close()


@pytest.fixture
def post(
    pipeline: Pipeline,
    store: Store,
    admin: AsyncEngine,
    blobs: BlobStore,
    settings: ServiceSettings,
) -> Post:
    """A mailer and its server."""

    @asynccontextmanager
    async def opened(
        script: Script | None = None, **smtp: Any
    ) -> AsyncIterator[tuple[Mailing, SmtpServer]]:
        async with SmtpServer(script) as server:
            start = partial(mailing, server.port, pipeline, store, admin, blobs, settings)
            async with start(**smtp) as made:
                yield made, server

    return opened


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with s3_server() as url:
        yield url
