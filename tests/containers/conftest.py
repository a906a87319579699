"""An engine with our five images and the stand-ins, and the composition of them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.containers import images
from deploy.containers.compose import Compose, composition
from deploy.containers.engine import NoEngine, engine

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def engine_environment() -> Iterator[dict[str, str]]:
    """Where `docker` reaches an engine; without one, everything here is skipped aloud."""
    try:
        with engine(CHECKOUT / "var/engine") as environment:
            images.ensure_stand_ins(environment)
            yield environment
    except NoEngine as reason:
        pytest.skip(f"CONTAINERS NOT TESTED: {reason}")


@pytest.fixture(scope="session")
def image_sizes(engine_environment: dict[str, str]) -> dict[str, int]:
    """The five images, built; bytes each."""
    return images.build_services(engine_environment, images.STAND_INS["PYTHON_IMAGE"])


@pytest.fixture(scope="session")
def compose(engine_environment: dict[str, str], image_sizes: dict[str, int]) -> Iterator[Compose]:
    """The composition, healthy."""
    images.docker(
        engine_environment,
        *("build", "-q", "-t", "broadsheet-demo", "--target", "demo"),
        *("-f", CHECKOUT / "deploy/Dockerfile", "--build-arg", "SERVICE=api"),
        *("--build-arg", f"PYTHON_IMAGE={images.STAND_INS['PYTHON_IMAGE']}", CHECKOUT),
    )
    names = ("API_PORT", "MAILBOX_PORT", "RABBITMQ_CONSOLE_PORT", "S3_CONSOLE_PORT")
    with composition(engine_environment, {name: _free_port() for name in names}) as running:
        yield running


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
