"""Broker and database for the tests: containers where an engine answers, else local ones."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from unittest.mock import patch

from deploy.local.infrastructure import LocalInfrastructure
from shared.settings import ServiceSettings

POSTGRES_IMAGE = "postgres:18"
RABBITMQ_IMAGE = "rabbitmq:4"


@contextmanager
def infrastructure(state_dir: Path) -> Iterator[LocalInfrastructure]:
    """Ready and migrated; everything in `state_dir` and gone afterwards."""
    with ExitStack() as stack:
        if not os.environ.get("BROADSHEET_AMQP_URL") and (images := _images()):
            stack.enter_context(patch.dict(os.environ, stack.enter_context(_containers(*images))))
        yield stack.enter_context(LocalInfrastructure(state_dir))


def settings_of(infra: LocalInfrastructure) -> ServiceSettings:
    """What every service there is given."""
    environment = infra.env_for("api")
    names = {f"BROADSHEET_{name.upper()}": name for name in ServiceSettings.model_fields}
    return ServiceSettings.model_validate(
        {names[key]: value for key, value in environment.items() if key in names}
    )


def _images() -> tuple[str, str] | None:
    """The broker's and the database's image; None where no container can be had.

    Images that the environment names are used, or the tests fail.
    """
    rabbitmq = os.environ.get("BROADSHEET_TEST_RABBITMQ_IMAGE")
    postgres = os.environ.get("BROADSHEET_TEST_POSTGRES_IMAGE")
    images = (rabbitmq or RABBITMQ_IMAGE, postgres or POSTGRES_IMAGE)
    if rabbitmq or postgres or all(_can_be_had(image) for image in images):
        return images
    return None


def _can_be_had(image: str) -> bool:
    """Whether a container engine answers that has this image or can pull it."""
    import docker
    from docker.errors import DockerException, ImageNotFound

    try:
        with closing(docker.from_env(timeout=2)) as client:
            client.ping()
        with closing(docker.from_env(timeout=120)) as client:
            try:
                client.images.get(image)
            except ImageNotFound:
                client.images.pull(image)
    except (DockerException, OSError):
        return False
    return True


@contextmanager
def _containers(rabbitmq_image: str, postgres_image: str) -> Iterator[dict[str, str]]:
    """A broker and a database from these images; the variables that name them."""
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.core.container import DockerContainer

    # Not the library's own RabbitMqContainer: that needs another AMQP client beside ours.
    broker = (
        DockerContainer(rabbitmq_image)
        .with_env("RABBITMQ_DEFAULT_USER", "test")
        .with_env("RABBITMQ_DEFAULT_PASS", "test")
        .with_exposed_ports(5672)
    )
    with PostgresContainer(postgres_image, driver=None) as postgres, broker:
        host, port = broker.get_container_host_ip(), broker.get_exposed_port(5672)
        _wait_for_amqp(host, port)
        yield {
            "BROADSHEET_DATABASE_URL": postgres.get_connection_url(),
            "BROADSHEET_AMQP_URL": f"amqp://test:test@{host}:{port}/",
        }


def _wait_for_amqp(host: str, port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((host, port), timeout=2) as connection:
            connection.settimeout(2)
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            if connection.recv(1) == b"\x01":
                return
        time.sleep(0.3)
    raise TimeoutError("the broker's container does not answer")
