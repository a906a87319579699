"""What is on offer: report types, formats and channels, as those who have them published them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator
from sqlalchemy import select

from services.api.offered_channels import OfferedChannel, format_checker
from services.api.problems import MOST_ERRORS, FieldError, pointer
from services.api.schema_words import places
from shared.egress import EgressRules
from shared.store import tables
from shared.store.engine import Store

_REMEMBERED = 10.0
"""Seconds."""


@dataclass(frozen=True)
class OfferedType:
    """A report type that can be asked for."""

    name: str
    title: str
    description: str
    source: str
    formats: tuple[str, ...]
    languages: tuple[str, ...]
    """BCP 47 tags of those that it can be written in."""
    kpis: tuple[str, ...]
    """Names of its key figures, for conditions of schedules."""
    parameters_schema: dict[str, Any]
    validator: Draft202012Validator

    def parameter_errors(self, parameters: dict[str, Any]) -> list[FieldError]:
        """What is wrong with the parameters: one entry per field, in the schema's order."""
        found: dict[str, FieldError] = {}
        # Of a long list of wrong things the first say enough.
        for error in islice(self.validator.iter_errors(parameters), MOST_ERRORS):
            for path, detail in places(error):
                field = pointer(("parameters", *path))
                found.setdefault(field, FieldError(field=field, detail=detail[:300]))
        return list(found.values())


@dataclass(frozen=True)
class _Offer:
    types: dict[str, OfferedType]
    formats: frozenset[str]
    channels: dict[str, OfferedChannel]
    read_at: float


class Catalogue:
    """What is on offer, read again every ten seconds."""

    def __init__(self, store: Store, rules: EgressRules) -> None:
        self._store = store
        self._checker = format_checker(rules)
        self._offer: _Offer | None = None
        self._reading: asyncio.Task[_Offer] | None = None

    async def types(self) -> dict[str, OfferedType]:
        """The report types by name; their formats are those some renderer makes."""
        return (await self._current()).types

    async def formats(self) -> frozenset[str]:
        """The names of all formats."""
        return (await self._current()).formats

    async def channels(self) -> dict[str, OfferedChannel]:
        """The channels by name."""
        return (await self._current()).channels

    async def _current(self) -> _Offer:
        now = time.monotonic()
        offer = self._offer
        # One with nothing in it is not remembered: the workers are just starting.
        whole = offer and offer.types and offer.formats and offer.channels
        if offer and whole and offer.read_at >= now - _REMEMBERED:
            return offer
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_anew(now))
        # Once for all who wait: of a crowd each would read it. One who goes away leaves it to them.
        return await asyncio.shield(self._reading)

    async def _read_anew(self, now: float) -> _Offer:
        try:
            offer = self._offer = await self._read(now)
            return offer
        finally:
            self._reading = None

    async def _read(self, now: float) -> _Offer:
        async with self._store.no_tenant() as connection:
            formats = frozenset(await connection.scalars(select(tables.formats.c.name)))
            rows = (
                await connection.execute(
                    select(tables.report_types).order_by(tables.report_types.c.name)
                )
            ).all()
            channels = await connection.execute(
                select(tables.channels).order_by(tables.channels.c.name)
            )
        return _Offer(
            types={
                row.name: OfferedType(
                    name=row.name,
                    title=row.title,
                    description=row.description,
                    source=row.source,
                    formats=tuple(name for name in row.formats if name in formats),
                    languages=tuple(row.languages),
                    kpis=tuple(row.kpis),
                    parameters_schema=row.parameters_schema,
                    validator=Draft202012Validator(
                        row.parameters_schema,
                        format_checker=Draft202012Validator.FORMAT_CHECKER,
                    ),
                )
                for row in rows
            },
            formats=formats,
            channels={
                row["name"]: OfferedChannel.of(row, self._checker) for row in channels.mappings()
            },
            read_at=now,
        )
