"""The store as its administrator sees it, and runs in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import LocalInfrastructure
from shared.blobs import BlobStore, blob_store
from shared.settings import ServiceSettings
from shared.store.engine import Store
from tests.pipeline import Pipeline
from tests.tenants import Tenant


@pytest.fixture
def blobs(settings: ServiceSettings) -> BlobStore:
    """Where the files of runs are."""
    return blob_store(settings)


@pytest.fixture
def pipeline(
    tenant: Tenant, store: Store, admin: AsyncEngine, infra: LocalInfrastructure
) -> Pipeline:
    """Runs of the test's own tenant."""
    return Pipeline(tenant, store, admin, Path(infra.places.blobs))
