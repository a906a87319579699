"""The aggregator's settings."""

from __future__ import annotations

import os
from collections.abc import Callable

from pydantic import Field

from shared.settings import ServiceSettings


class AggregatorSettings(ServiceSettings):
    """Beside these, one variable per registered source holds its address, for instance
    `BROADSHEET_SOURCE_STUDIO_URL`; the source's row names the variable. With `_WRITER_URL` in
    place of `_URL` it holds the address for the role that keeps the source's roll-ups, if any."""

    source_statement_seconds: float = Field(default=60.0, gt=0)
    """How long one query may take."""
    source_max_rows: int = Field(default=1_000_000, ge=1)
    """How many rows one query may return into memory before the run fails."""
    table_max_rows: int = Field(default=10_000_000, ge=1)
    """How many rows a table may have that is streamed into the snapshot."""
    source_pool_size: int = Field(default=4, ge=1)
    """Connections to each source at most."""
    rollup_interval_seconds: float = Field(default=60.0, gt=0)
    """How often roll-ups are brought up to date, where a source has a writer."""
    rollup_settle_hours: float = Field(default=6.0, gt=0)
    """How long after its end (UTC) a day is rolled up: most late changes have come by then."""


def address_in_environment(variable: str) -> str | None:
    """The address of a source, from the environment."""
    return os.environ.get(variable)


AddressOf = Callable[[str], str | None]
"""Where source addresses come from; tests pass a dictionary's `get`."""
