"""A scheduler with a clock of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from services.aggregator.catalogue import publish_report_types
from services.aggregator.report_types import report_types
from shared.blobs import BlobStore
from shared.store import tables
from shared.store.engine import Store
from tests.scheduling import Scheduling
from tests.tenants import Tenant


@pytest.fixture
async def scheduling(
    tenant: Tenant,
    store: Store,
    blobs: BlobStore,
    admin: AsyncEngine,
    infra: LocalInfrastructure,
) -> Scheduling:
    """No schedule of another test is active meanwhile."""
    async with admin.begin() as connection:
        await connection.execute(update(tables.schedules).values(state="paused"))
        await publish_report_types(connection, report_types)
    return Scheduling(tenant, store, blobs, admin, Path(infra.places.blobs))
