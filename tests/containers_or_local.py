"""Broker and database for the tests: containers where an engine answers, else local ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from deploy.local.infrastructure import LocalInfrastructure
from shared.settings import ServiceSettings

POSTGRES_IMAGE = os.environ.get("BROADSHEET_TEST_POSTGRES_IMAGE", "postgres:18")
RABBITMQ_IMAGE = os.environ.get("BROADSHEET_TEST_RABBITMQ_IMAGE", "rabbitmq:4")


@contextmanager
def infrastructure(state_dir: Path) -> Iterator[LocalInfrastructure]:
    """Ready and migrated; everything in `state_dir` and gone afterwards."""
    with ExitStack() as stack:
        if engine_answers() and not os.environ.get("BROADSHEET_AMQP_URL"):
            urls = stack.enter_context(_containers())
            stack.enter_context(patch.dict(os.environ, urls))
        yield stack.enter_context(LocalInfrastructure(state_dir))


def settings_of(infra: LocalInfrastructure) -> ServiceSettings:
    """What every service there is given."""
    environment = infra.env_for("api")
    names = {f"BROADSHEET_{name.upper()}": name for name in ServiceSettings.model_fields}
    return ServiceSettings.model_validate(
        {names[key]: value for key, value in environment.items() if key in names}
    )


def engine_answers() -> bool:
    """Whether a container engine can be used, and has the images or may pull them."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=2)
        client.ping()
    except DockerException:
        return False
    client.close()
    return True


@contextmanager
def _containers() -> Iterator[dict[str, str]]:
    from testcontainers.postgres import PostgresContainer
    from testcontainers.rabbitmq import RabbitMqContainer

    with (
        PostgresContainer(POSTGRES_IMAGE, driver=None) as postgres,
        RabbitMqContainer(RABBITMQ_IMAGE) as rabbitmq,
    ):
        parameters = rabbitmq.get_connection_params()
        yield {
            "BROADSHEET_DATABASE_URL": postgres.get_connection_url(),
            "BROADSHEET_AMQP_URL": (
                f"amqp://{rabbitmq.username}:{rabbitmq.password}@"
                f"{parameters.host}:{parameters.port}/"
            ),
        }
