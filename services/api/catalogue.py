"""The report types and formats on offer, as aggregators and renderers published them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from sqlalchemy import select

from services.api.problems import MOST_ERRORS, FieldError, pointer
from shared.store import tables
from shared.store.engine import Store
from shared.validation_words import shortened

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
    kpis: tuple[str, ...]
    """Names of its key figures, for conditions of schedules."""
    parameters_schema: dict[str, Any]
    validator: Draft202012Validator

    def parameter_errors(self, parameters: dict[str, Any]) -> list[FieldError]:
        """What is wrong with the parameters: one entry per field, in the schema's order."""
        found: dict[str, FieldError] = {}
        # Of a long list of wrong things the first say enough.
        for error in islice(self.validator.iter_errors(parameters), MOST_ERRORS):
            for path, detail in _places(error):
                field = pointer(("parameters", *path))
                found.setdefault(field, FieldError(field=field, detail=detail[:300]))
        return list(found.values())


def _places(error: ValidationError) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where the error lies and what it says: at the field itself, where it is about fields."""
    path = tuple(error.absolute_path)
    # Any: which kind of value each of these is follows from the keyword that failed.
    schema: Any = error.schema
    instance: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            known = schema.get("properties", {})
            for name in sorted(instance.keys() - known.keys())[:MOST_ERRORS]:
                yield (*path, name), f"unknown parameter: use one of {', '.join(known)}"
        case "required":
            for name in wanted:
                if name not in instance:
                    yield (*path, name), "this is required"
        case "type":
            yield path, f"give {_kinds(wanted)}"
        case "enum":
            yield path, f"use one of {', '.join(map(str, wanted))}"
        case "anyOf":
            # What it takes beside a type: the rule of the one alternative that has rules.
            rules = [inner for inner in error.context or () if inner.validator != "type"]
            kinds = [_kinds(inner.validator_value) for inner in error.context or ()]
            if rules:
                yield from _places(rules[0])
            else:
                yield path, f"give {' or '.join(kinds)}"
        case _:
            # The library's sentences begin with the whole value, however long.
            value = repr(instance)
            yield path, error.message.replace(value, shortened(value))


_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object with named fields",
    "string": "a text",
}


def _kinds(wanted: Any) -> str:
    """Of a schema's `type`: a name, or a list of them."""
    names = [wanted] if isinstance(wanted, str) else wanted
    return " or ".join(_KINDS[name] for name in names)


@dataclass(frozen=True)
class _Offer:
    types: dict[str, OfferedType]
    formats: frozenset[str]
    read_at: float


class Catalogue:
    """What is on offer, read again every ten seconds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offer: _Offer | None = None

    async def types(self) -> dict[str, OfferedType]:
        """The report types by name; their formats are those some renderer makes."""
        return (await self._current()).types

    async def formats(self) -> frozenset[str]:
        """The names of all formats."""
        return (await self._current()).formats

    async def _current(self) -> _Offer:
        now = time.monotonic()
        offer = self._offer
        # One with nothing in it is not remembered: the workers are just starting.
        if not offer or not offer.types or not offer.formats or offer.read_at < now - _REMEMBERED:
            offer = self._offer = await self._read(now)
        return offer

    async def _read(self, now: float) -> _Offer:
        async with self._store.no_tenant() as connection:
            formats = frozenset(await connection.scalars(select(tables.formats.c.name)))
            rows = (
                await connection.execute(
                    select(tables.report_types).order_by(tables.report_types.c.name)
                )
            ).all()
        return _Offer(
            types={
                row.name: OfferedType(
                    name=row.name,
                    title=row.title,
                    description=row.description,
                    source=row.source,
                    formats=tuple(name for name in row.formats if name in formats),
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
            read_at=now,
        )
