"""Studios that are loaded once for all oracles, which only read them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from datetime import date
from functools import cache

import pytest

from deploy.demo.generate import generate_tables
from deploy.local.infrastructure import LocalInfrastructure
from tests.oracle.awkward_periods import AHEAD, LEAP_SPRING
from tests.oracle.loaded_studio import Loaded, LoadedStudio
from tests.studio import studio, studio_source

SEED = 11


@pytest.fixture(scope="session")
def load_once(infra: LocalInfrastructure) -> Iterator[Callable[[float, date], Loaded]]:
    """Loads a studio of a scale up to a day, or gives the one that is loaded already."""
    with ExitStack() as databases:

        @cache
        def load(scale: float, until: date) -> Loaded:
            url = databases.enter_context(studio(infra, scale=scale, seed=SEED, until=until))
            return url, generate_tables(scale, SEED, until)

        yield load


@pytest.fixture(
    scope="module",
    params=[LEAP_SPRING, pytest.param(AHEAD, marks=pytest.mark.long)],
    ids=["leap_spring", "ahead"],
)
def until(request: pytest.FixtureRequest) -> date:
    """The data's last day."""
    day: date = request.param
    return day


@pytest.fixture(scope="module")
def scale() -> float:
    """About 31,000 jobs. A module whose oracle needs long for so many sets its own."""
    return 0.3


@pytest.fixture(scope="module")
def loaded(load_once: Callable[[float, date], Loaded], scale: float, until: date) -> Loaded:
    """The studio of that scale up to that day."""
    return load_once(scale, until)


@pytest.fixture
async def the_studio(infra: LocalInfrastructure, loaded: Loaded) -> AsyncIterator[LoadedStudio]:
    """The same, opened."""
    url, rows = loaded
    source = studio_source(infra, url)
    yield LoadedStudio(source, rows)
    await source.close()
