"""The api in this process, over a real store, with no broker and no workers beside it.

What workers would do to a run, a test does here: `finish` stores a file and completes it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import jwt
from fastapi import FastAPI
from sqlalchemy import RowMapping, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from uuid6 import uuid7

from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.catalogue import publish_report_types
from services.aggregator.report_types import report_types
from services.api.app import create_app
from services.api.settings import ApiSettings
from services.mailer.catalogue import publish_channels
from services.mailer.channels import channels
from services.renderer.catalogue import publish_formats
from services.renderer.formats import formats
from shared.blobs import blob_store
from shared.dedup_keys import artifact_key
from shared.states import FINAL_RUN_STATUSES, ArtifactStatus, RunStatus
from shared.store import tables
from shared.store.engine import Store, asyncpg_url
from tests.tenants import Tenant, new_tenant

OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}
NOBODY_LISTENS = "amqp://guest:guest@127.0.0.1:1/"
"""So that nothing these tests ask for reaches the workers of others."""


def body(**fields: Any) -> dict[str, Any]:
    """A good request for a report; any field can be replaced."""
    return {"type": "delivery_summary", "formats": ["csv"], "period": OCTOBER, **fields}


MONDAYS = {"kind": "weekly", "days": ["monday"], "time": "09:00", "timezone": "America/New_York"}


def definition(**fields: Any) -> dict[str, Any]:
    """A good definition, with a name of its own; any field can be replaced."""
    return {
        "name": f"deliveries {uuid7()}",
        "type": "delivery_summary",
        "formats": ["csv"],
        "preset": "last_week",
        **fields,
    }


def schedule(definition_id: str, **fields: Any) -> dict[str, Any]:
    """A good schedule of that definition, with a name of its own; any field can be replaced."""
    return {
        "name": f"mondays {uuid7()}",
        "definition": definition_id,
        "cadence": MONDAYS,
        "deliver_to": [{"channel": "email", "to": "someone@example.com"}],
        **fields,
    }


def api_settings(infra: LocalInfrastructure, **other: Any) -> ApiSettings:
    """What the local stack gives the api, without a broker."""
    environment = infra.env_for("api") | {"BROADSHEET_AMQP_URL": NOBODY_LISTENS}
    names = {f"BROADSHEET_{name.upper()}": name for name in ApiSettings.model_fields}
    values = {names[key]: value for key, value in environment.items() if key in names}
    return ApiSettings.model_validate(values | {"public_url": "", "inbox_url": "", **other})


def claims(tenant: str, role: str = "admin", sub: str = "ada", **other: Any) -> dict[str, Any]:
    """What a good token says; a claim set to None is left out."""
    now = int(time.time())
    every = {
        "iss": "broadsheet",
        "aud": "broadsheet-api",
        "sub": sub,
        "tenant": tenant,
        "role": role,
        "iat": now,
        "exp": now + 3600,
        **other,
    }
    return {name: value for name, value in every.items() if value is not None}


class RunningApi:
    """The api, and hands in its store."""

    def __init__(
        self, app: FastAPI, settings: ApiSettings, admin: AsyncEngine, admin_url: str
    ) -> None:
        self.app = app
        self.settings = settings
        self.admin = admin
        self.blobs = blob_store(settings)
        self._admin_url = admin_url
        self._tenants: list[UUID] = []

    async def new_tenant(self, **about: Any) -> Tenant:
        """A tenant of the test's own."""
        tenant = await new_tenant(self._admin_url, **about)
        self._tenants.append(tenant.id)
        return tenant

    def token(self, of: Mapping[str, Any]) -> str:
        """A token that says so, signed with the api's own secret."""
        return jwt.encode(dict(of), self.settings.jwt_key.get_secret_value(), algorithm="HS256")

    def client(
        self, tenant: Tenant | None = None, role: str = "admin", sub: str = "ada"
    ) -> httpx.AsyncClient:
        """Somebody of the tenant; without one, somebody with no token."""
        headers = {}
        if tenant is not None:
            headers["Authorization"] = f"Bearer {self.token(claims(tenant.slug, role, sub))}"
        return httpx.AsyncClient(
            # As a server would: what the application raises is for its log alone.
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url="http://api.test",
            headers=headers,
        )

    async def rows(self, table: Table, condition: Any) -> list[RowMapping]:
        """What the store holds, seen by its administrator."""
        async with self.admin.connect() as connection:
            query = select(table).where(condition).order_by(*table.primary_key.columns)
            return list((await connection.execute(query)).mappings().all())

    async def audit(self, tenant: Tenant) -> list[RowMapping]:
        """The tenant's audit log, oldest first."""
        return await self.rows(tables.audit, tables.audit.c.tenant_id == tenant.id)

    async def change(self, run_id: str, **values: Any) -> None:
        """Set columns of a run, as some service would have."""
        async with self.admin.begin() as connection:
            await connection.execute(
                update(tables.runs).where(tables.runs.c.id == UUID(run_id)).values(**values)
            )

    async def change_delivery(self, delivery_id: str, **values: Any) -> None:
        """Set columns of a delivery, as the mailer would have."""
        table = tables.deliveries
        async with self.admin.begin() as connection:
            await connection.execute(
                update(table).where(table.c.id == UUID(delivery_id)).values(**values)
            )

    async def finish(
        self,
        run_id: str,
        content: bytes = b"project,delivered\r\n",
        *,
        file_name: str = "delivery_summary 2026-10.csv",
    ) -> str:
        """Complete the run with one CSV file; returns its sha256."""
        (run,) = await self.rows(tables.runs, tables.runs.c.id == UUID(run_id))
        key = artifact_key(run["tenant_id"], run["id"], 0, file_name)
        await self.blobs.put_new(key, content)
        sha256 = hashlib.sha256(content).hexdigest()
        async with self.admin.begin() as connection:
            await connection.execute(
                insert(tables.artifacts).values(
                    id=uuid7(),
                    tenant_id=run["tenant_id"],
                    run_id=run["id"],
                    format="csv",
                    status=ArtifactStatus.RENDERED,
                    media_type="text/csv; charset=utf-8",
                    file_name=file_name,
                    blob_key=key,
                    sha256=sha256,
                    size=len(content),
                    rows=1,
                )
            )
        await self.change(run_id, status=RunStatus.COMPLETED, completed_at=func.now())
        return sha256

    async def clear_up(self) -> None:
        """Leave nothing that the workers of other tests would take up."""
        async with self.admin.begin() as connection:
            ours = tables.outbox.c.tenant_id.in_(self._tenants)
            await connection.execute(delete(tables.outbox).where(ours))
            await connection.execute(
                update(tables.runs)
                .where(
                    tables.runs.c.tenant_id.in_(self._tenants),
                    tables.runs.c.status.not_in(sorted(FINAL_RUN_STATUSES)),
                )
                .values(status=RunStatus.CANCELLED, completed_at=func.now())
            )


@asynccontextmanager
async def running_api(infra: LocalInfrastructure, **other: Any) -> AsyncIterator[RunningApi]:
    """The api until the block ends; `other` are settings of its own."""
    settings = api_settings(infra, **other)
    store = Store.connect(settings, application_name="broadsheet-test")
    async with store.no_tenant() as connection:
        await publish_report_types(connection, report_types)
        await publish_formats(connection, formats)
        await publish_channels(connection, channels)
    await store.close()
    app = create_app(settings)
    admin = create_async_engine(asyncpg_url(infra.admin_database_url))
    async with app.router.lifespan_context(app):
        api = RunningApi(app, settings, admin, infra.admin_database_url)
        yield api
        await api.clear_up()
    await admin.dispose()
