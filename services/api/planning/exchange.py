"""Definitions and schedules as a file has them: names are the keys, what is usual is left out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.catalogue import Catalogue
from services.api.guards import ensure_own
from services.api.planning import definition_store, saving, schedule_store
from services.api.planning.definitions import DefinitionBody, stored_fields
from services.api.planning.labels import Name
from services.api.planning.schedule_checks import ensure_fit, ensure_room
from services.api.planning.schedules import (
    ScheduleBody,
    ScheduleFields,
    in_order,
    schedule_fields,
    stored_before,
)
from services.api.principals import Principal
from services.api.problems import FieldError, Problem, fields_problem
from services.api.report_requests import Body, offered_for
from services.api.roles import Action
from shared.conditions import Always
from shared.languages import ENGLISH
from shared.store import tables


class NamedSchedule(ScheduleFields):
    """A schedule that names its definition."""

    definition: Name = Field(description="The name of a definition, of the file or saved before.")


class Exchange(Body):
    """What a file says. What it does not name stays as it is."""

    definitions: list[DefinitionBody] = Field(default_factory=list, max_length=1000)
    schedules: list[NamedSchedule] = Field(default_factory=list, max_length=1000)


class ExportView(BaseModel):
    """All definitions and schedules, by name; what is usual is left out."""

    definitions: list[dict[str, Any]]
    schedules: list[dict[str, Any]]


class ImportedView(BaseModel):
    """What became of one entry, or would become of it."""

    kind: Literal["definition", "schedule"]
    name: str
    action: Literal["added", "changed", "unchanged"]
    before: dict[str, Any] | None = Field(description="As an export has it; null: there was none.")
    after: dict[str, Any]


class ImportView(BaseModel):
    """What became of each entry, in the order of the file."""

    dry_run: bool
    entries: list[ImportedView]


async def exported(connection: AsyncConnection) -> ExportView:
    """All there are."""
    definitions = await definition_store.all_definitions(connection)
    schedules = await schedule_store.all_schedules(connection)
    # Thousands of schedules take seconds, in which others are answered too.
    return await asyncio.to_thread(_export, definitions, schedules)


def _export(definitions: Sequence[RowMapping], schedules: Sequence[RowMapping]) -> ExportView:
    return ExportView(
        definitions=[definition_entry(row) for row in definitions],
        schedules=[schedule_entry(row) for row in schedules],
    )


def definition_entry(row: RowMapping) -> dict[str, Any]:
    """As a file has it."""
    order = DefinitionBody.model_fields
    stored = stored_fields(row)
    if stored["language"] == ENGLISH:
        del stored["language"]
    kept = {name: value for name, value in stored.items() if value not in ({}, [], None)}
    return {name: kept[name] for name in ("name", *order) if name in kept}


def schedule_entry(row: RowMapping) -> dict[str, Any]:
    """As a file has it; what no request of today could have written is given as it is stored."""
    try:
        said = ScheduleBody.model_validate(schedule_fields(row))
    except ValidationError:
        return schedule_fields(row) | {"definition": row["definition_name"]}
    fields = said.model_dump(mode="json", exclude_none=True) | {
        "misfire": said.misfire.model_dump(mode="json", exclude_defaults=True)
    }
    if said.burst is not None:
        fields["burst"] = said.burst.model_dump(mode="json", exclude_defaults=True)
    if isinstance(said.condition, Always):
        del fields["condition"]
    entry = {
        "name": said.name,
        "definition": row["definition_name"],
        "cadence": in_order(fields["cadence"]),
    }
    rest = {name: value for name, value in fields.items() if value not in ([], {}, 0)}
    return entry | {name: value for name, value in rest.items() if name not in entry}


async def imported(
    connection: AsyncConnection,
    principal: Principal,
    file: Exchange,
    catalogue: Catalogue,
    *,
    dry_run: bool,
) -> ImportView:
    """Have everything be as the file says, or nothing: a Problem names the entry and its field.

    A dry run checks and tells the same, and leaves all as it was.
    """
    _ensure_each_once(file)
    async with connection.begin_nested() as savepoint:
        entries = [
            *await _definitions(connection, principal, file.definitions, catalogue),
            *await _schedules(connection, principal, file.schedules, catalogue),
        ]
        if dry_run:
            await savepoint.rollback()
    return ImportView(dry_run=dry_run, entries=entries)


async def _definitions(
    connection: AsyncConnection,
    principal: Principal,
    wanted: Sequence[DefinitionBody],
    catalogue: Catalogue,
) -> list[ImportedView]:
    there = await definition_store.definitions_named(connection, [one.name for one in wanted])
    entries = []
    for index, body in enumerate(wanted):
        try:
            await offered_for(body, principal, catalogue)
            before = there.get(body.name)
            if before is None:
                row = await saving.add_definition(connection, principal, body)
            else:
                row = await _changed_definition(connection, principal, before, body)
        except Problem as problem:
            raise _within(problem, "definitions", index, body.name) from None
        entries.append(
            _told(
                "definition",
                body.name,
                None if before is None else definition_entry(before),
                definition_entry(row),
            )
        )
    return entries


async def _changed_definition(
    connection: AsyncConnection, principal: Principal, before: RowMapping, body: DefinitionBody
) -> RowMapping:
    if stored_fields(before) == body.as_stored(principal.timezone):
        return before
    ensure_own(principal, Action.CHANGE_DEFINITION, before["owner"])
    return await saving.change_definition(connection, principal, before, body)


async def _schedules(
    connection: AsyncConnection,
    principal: Principal,
    wanted: Sequence[NamedSchedule],
    catalogue: Catalogue,
) -> list[ImportedView]:
    offered = await catalogue.types()
    there = await schedule_store.schedules_named(connection, [one.name for one in wanted])
    definitions = tables.definitions
    known = {
        row.name: row.id
        for row in await connection.execute(
            select(definitions.c.name, definitions.c.id).where(definitions.c.deleted_at.is_(None))
        )
    }
    new = sum(1 for one in wanted if one.name not in there)
    if new:
        await ensure_room(connection, new)
    entries = []
    for index, named in enumerate(wanted):
        before = there.get(named.name)
        try:
            body = _resolved(named, known)
            await ensure_fit(connection, principal, body, offered, before)
            if before is None:
                row = await saving.add_schedule(connection, principal, body)
            else:
                if stored_before(before) != body.as_stored():
                    ensure_own(principal, Action.CHANGE_SCHEDULE, before["owner"])
                row = await saving.change_schedule(connection, principal, before, body)
        except Problem as problem:
            raise _within(problem, "schedules", index, named.name) from None
        entries.append(
            _told(
                "schedule",
                named.name,
                None if before is None else schedule_entry(before),
                schedule_entry(row),
            )
        )
    return entries


def _resolved(named: NamedSchedule, known: Mapping[str, Any]) -> ScheduleBody:
    if named.definition not in known:
        detail = f"there is no definition called {named.definition!r}, here or saved before"
        raise fields_problem([FieldError(field="/definition", detail=detail)])
    fields = {name: getattr(named, name) for name in ScheduleFields.model_fields}
    return ScheduleBody(definition=known[named.definition], **fields)


def _told(
    kind: Literal["definition", "schedule"],
    name: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> ImportedView:
    action: Literal["added", "changed", "unchanged"] = "added"
    if before is not None:
        action = "unchanged" if before == after else "changed"
    return ImportedView(kind=kind, name=name, action=action, before=before, after=after)


def _ensure_each_once(file: Exchange) -> None:
    errors = [
        *_twice("definitions", [entry.name for entry in file.definitions]),
        *_twice("schedules", [entry.name for entry in file.schedules]),
    ]
    if errors:
        raise fields_problem(errors)


def _twice(kind: str, names: Sequence[str]) -> Iterator[FieldError]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield FieldError(field=f"/{kind}/{index}/name", detail=f"{name!r} stands twice")


def _within(problem: Problem, kind: str, index: int, name: str) -> Problem:
    """The same problem, told of an entry of the file."""
    place = f"/{kind}/{index}"
    errors = [
        FieldError(
            field=f"{place}{error['field']}" if error["field"].startswith("/") else error["field"],
            detail=error["detail"],
        )
        for error in problem.errors
    ]
    return Problem(
        problem.status,
        f"{name!r}: {problem.detail}",
        kind=problem.kind,
        errors=errors,
        headers=problem.headers,
    )
