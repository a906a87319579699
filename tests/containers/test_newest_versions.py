"""Integration tests against the broker and the database that docker-compose.yml names."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy.containers.commands import run
from deploy.containers.engine import Engine
from deploy.containers.images import Images

pytestmark = pytest.mark.containers

CHECKOUT = Path(__file__).parents[2]
CHOSEN = ("test_relay.py", "test_lease.py", "test_reaper.py", "test_row_level_security.py")
"""What rests most on how the two behave: confirms, returns, locks, clocks and policies."""


def test_the_outbox_leases_and_policies_work_there(
    container_engine: Engine, images: Images
) -> None:
    printed = run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
            *(Path("tests/integration") / name for name in CHOSEN),
        ],
        seconds=300,
        environment={
            **container_engine.environment,
            "BROADSHEET_TEST_POSTGRES_IMAGE": images.postgres,
            "BROADSHEET_TEST_RABBITMQ_IMAGE": images.rabbitmq,
            # The library's own tidier is an image that would have to be pulled.
            "TESTCONTAINERS_RYUK_DISABLED": "true",
        },
        folder=CHECKOUT,
    )
    assert " passed" in printed
    assert "skipped" not in printed
