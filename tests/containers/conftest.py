"""An engine with our five images and those they run beside, and the composition of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.containers.compose import (
    PORTS,
    Compose,
    compose_here,
    compose_in_a_container,
    composition,
)
from deploy.containers.engine import Engine, NoEngine, engine
from deploy.containers.images import Images, ensure_images, first_compose_here
from deploy.local.ports import is_free

CHECKOUT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of them waits for images to be made, which have limits of their own."""
    for item in items:
        if "tests/containers/" in item.path.as_posix():
            item.add_marker(pytest.mark.timeout(1500), append=False)


@pytest.fixture(scope="session")
def container_engine() -> Iterator[Engine]:
    """One that answers, or one of our own; without one, everything here is skipped aloud."""
    try:
        with engine(CHECKOUT / "var/engine") as running:
            yield running
    except NoEngine as reason:
        pytest.skip(f"CONTAINERS NOT TESTED: {reason}")


@pytest.fixture(scope="session")
def images(container_engine: Engine) -> Images:
    """The public ones, or stand-ins."""
    try:
        return ensure_images(container_engine)
    except NoEngine as reason:
        pytest.skip(f"CONTAINERS NOT TESTED: {reason}")


@pytest.fixture(scope="session")
def built(container_engine: Engine, images: Images) -> None:
    """Our images, built by this machine's Compose."""
    Compose(container_engine, images, compose_here(), ports={}).build()


# Where this machine's own Compose is of the second generation there is no other to test.
GENERATIONS: dict[str, Callable[[Engine], list[str]]] = {
    "this machine's Compose": lambda _: compose_here()
}
if first_compose_here():
    GENERATIONS["Compose 2"] = compose_in_a_container


@pytest.fixture(scope="module", params=GENERATIONS)
def compose(
    request: pytest.FixtureRequest, container_engine: Engine, images: Images, built: None
) -> Iterator[Compose]:
    """The composition, up and healthy, by one Compose and then by the other."""
    command = GENERATIONS[request.param](container_engine)
    with composition(container_engine, images, command, _free_ports()) as running:
        yield running


def _free_ports() -> dict[str, int]:
    # Below those that the system gives to clients: a service takes its port only at its start.
    free = (port for port in random.sample(range(20_000, 30_000), 1000) if is_free(port))
    return dict(zip(PORTS, free, strict=False))
