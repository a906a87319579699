"""Demo studios in databases of their own, beside the one that the whole test session shares."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from deploy.demo import ensure_demo_source, load
from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.postgres import ensure_database, url_as
from services.aggregator.rollups.keeper import WriterAddress
from services.aggregator.sources import Limits, Source, source_kinds

LIMITS = Limits(statement_seconds=30, max_rows=100_000, pool_size=2)


@contextmanager
def studio(infra: LocalInfrastructure, *, scale: float, seed: int, until: date) -> Iterator[str]:
    """A database with those rows, dropped afterwards: its URL as an administrator."""
    name = f"studio_{uuid4().hex[:8]}"
    url = urlunsplit(urlsplit(infra.admin_database_url)._replace(path=f"/{name}"))
    ensure_database(url)
    # Roles belong to the whole server, so the reader keeps the password it has there.
    ensure_demo_source(url, infra.places.secret("studio"), infra.places.secret("studio_writer"))
    load(url, scale, seed, until)
    yield url
    asyncio.run(_drop(infra.admin_database_url, name))


def studio_source(infra: LocalInfrastructure, admin_url: str, limits: Limits = LIMITS) -> Source:
    """The source as the aggregator opens it: with the reader's rights."""
    url = url_as(admin_url, "studio_reader", infra.places.secret("studio"))
    return source_kinds["postgres"](url, {"search_path": "studio"}, limits)


def studio_writer(infra: LocalInfrastructure, admin_url: str) -> WriterAddress:
    """The same source as the one who keeps its roll-ups."""
    url = url_as(admin_url, "studio_writer", infra.places.secret("studio_writer"))
    return WriterAddress("studio", url, "studio")


async def _drop(admin_url: str, name: str) -> None:
    connection = await asyncpg.connect(admin_url)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()
