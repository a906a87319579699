"""Definitions in the store: queries and steps, in open transactions.

Every change makes a version; versions are never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.api import cursors
from services.api.planning.definitions import IN_VERSION, stored_fields
from services.api.principals import Principal
from services.api.problems import FieldError, Problem
from shared.store import tables

_definitions, _versions = tables.definitions, tables.definition_versions


def _select() -> Select[Any]:
    """Definitions with their current version."""
    return (
        select(
            _definitions,
            _definitions.c.current_version.label("version"),
            *(_versions.c[column] for column in IN_VERSION.values()),
        )
        .join(
            _versions,
            (_versions.c.definition_id == _definitions.c.id)
            & (_versions.c.version == _definitions.c.current_version),
        )
        .where(_definitions.c.deleted_at.is_(None))
    )


def missing() -> Problem:
    """404, the same for another tenant's and for none at all."""
    return Problem(404, "there is no such definition")


def definition_id_of(text: str) -> UUID:
    """An id from a path; what is none answers like a definition that is missing."""
    try:
        return UUID(text)
    except ValueError:
        raise missing() from None


async def definition_of(
    connection: AsyncConnection, definition_id: UUID, *, lock: bool = False
) -> RowMapping:
    """The definition with its current version; Problem 404 when this tenant has none."""
    query = _select().where(_definitions.c.id == definition_id)
    if lock:
        query = query.with_for_update(of=_definitions)
    row: RowMapping | None = (await connection.execute(query)).mappings().first()
    if row is None:
        raise missing()
    return row


async def definitions_named(
    connection: AsyncConnection, names: Iterable[str]
) -> dict[str, RowMapping]:
    """Those of these names, locked."""
    query = _select().where(_definitions.c.name.in_(sorted(set(names))))
    rows = await connection.execute(query.with_for_update(of=_definitions))
    return {row["name"]: row for row in rows.mappings()}


async def all_definitions(connection: AsyncConnection) -> list[RowMapping]:
    """By name."""
    rows = await connection.execute(_select().order_by(_definitions.c.name))
    return list(rows.mappings())


def which(
    *,
    owner: str | None = None,
    tag: str | None = None,
    report_type: str | None = None,
    search: str | None = None,
) -> list[ColumnElement[bool]]:
    """Conditions on definitions with their current version, for the filters that are given."""
    found: list[ColumnElement[bool]] = []
    if owner is not None:
        found.append(_definitions.c.owner == owner)
    if tag is not None:
        found.append(_definitions.c.tags.contains([tag]))
    if report_type is not None:
        found.append(_versions.c.report_type == report_type)
    if search is not None:
        found.append(_definitions.c.name.icontains(search, autoescape=True))
    return found


async def ids_of(
    connection: AsyncConnection, conditions: Sequence[ColumnElement[bool]], most: int
) -> list[UUID]:
    """Ids of at most so many."""
    query = _select().with_only_columns(_definitions.c.id).where(*conditions).limit(most)
    return list((await connection.scalars(query.order_by(_definitions.c.id))).all())


async def locked(connection: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, RowMapping]:
    """Those of these ids that there are, locked in the order of their ids."""
    query = _select().where(_definitions.c.id.in_(sorted(ids)))
    rows = await connection.execute(
        query.order_by(_definitions.c.id).with_for_update(of=_definitions)
    )
    return {row["id"]: row for row in rows.mappings()}


async def page_of(
    connection: AsyncConnection,
    conditions: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    cursor: str | None,
) -> tuple[list[RowMapping], str | None]:
    """Definitions, newest first, and the cursor of the next page."""
    query = _select().where(*conditions)
    place = (_definitions.c.created_at, _definitions.c.id)
    return await cursors.page_of(connection, query, place, limit=limit, cursor=cursor)


async def versions_of(connection: AsyncConnection, definition_id: UUID) -> list[RowMapping]:
    """All of them, newest first."""
    query = select(_versions).where(_versions.c.definition_id == definition_id)
    rows = await connection.execute(query.order_by(_versions.c.version.desc()))
    return list(rows.mappings())


async def add(connection: AsyncConnection, principal: Principal, stored: Mapping[str, Any]) -> UUID:
    """A new one, as `DefinitionBody.as_stored` gives it; Problem 409 where the name is taken."""
    definition_id = uuid7()
    values = {
        "id": definition_id,
        "tenant_id": principal.tenant_id,
        "owner": principal.sub,
        **_own(stored),
    }
    try:
        async with connection.begin_nested():
            await connection.execute(insert(_definitions).values(values))
    except IntegrityError:
        raise _taken(stored["name"]) from None
    await _add_version(connection, principal, definition_id, 1, stored, sorted(stored))
    return definition_id


async def change(
    connection: AsyncConnection, principal: Principal, row: RowMapping, stored: Mapping[str, Any]
) -> list[str]:
    """Have the locked definition say this, as a new version; which fields that changed.

    Where nothing changes no version is made. Problem 409 where the name is taken.
    """
    before = stored_fields(row)
    changed = sorted(name for name in before if before[name] != stored[name])
    if not changed:
        return []
    version = row["version"] + 1
    values = _own(stored) | {"current_version": version, "updated_at": func.now()}
    try:
        async with connection.begin_nested():
            await connection.execute(
                update(_definitions).where(_definitions.c.id == row["id"]).values(values)
            )
    except IntegrityError:
        raise _taken(stored["name"]) from None
    await _add_version(connection, principal, row["id"], version, stored, changed)
    return changed


async def transfer(connection: AsyncConnection, row: RowMapping, *, to: str) -> bool:
    """Give the locked one another owner; False: it is theirs. What it says stays, and its version
    with it."""
    if row["owner"] == to:
        return False
    await connection.execute(
        update(_definitions)
        .where(_definitions.c.id == row["id"])
        .values(owner=to, updated_at=func.now())
    )
    return True


async def delete(connection: AsyncConnection, row: RowMapping) -> None:
    """Its name is free again; its versions stay. Problem 409 while a schedule runs it."""
    schedules = tables.schedules
    using = (
        await connection.scalars(
            select(schedules.c.name)
            .where(schedules.c.definition_id == row["id"], schedules.c.deleted_at.is_(None))
            .order_by(schedules.c.name)
            .limit(4)
        )
    ).all()
    if using:
        names = ", ".join(repr(name) for name in using[:3]) + (" …" if len(using) > 3 else "")
        raise Problem(409, f"schedules run this definition ({names}): delete them first")
    await connection.execute(
        update(_definitions).where(_definitions.c.id == row["id"]).values(deleted_at=func.now())
    )


def _own(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {name: stored[name] for name in ("name", "tags", "retention_days")}


async def _add_version(
    connection: AsyncConnection,
    principal: Principal,
    definition_id: UUID,
    version: int,
    stored: Mapping[str, Any],
    changed: list[str],
) -> None:
    values = {column: stored[name] for name, column in IN_VERSION.items()}
    await connection.execute(
        insert(_versions).values(
            tenant_id=principal.tenant_id,
            definition_id=definition_id,
            version=version,
            created_by=principal.sub,
            changed=changed,
            **values,
        )
    )


def _taken(name: str) -> Problem:
    detail = f"there is a definition called {name!r} already: choose another name, or change it"
    return Problem(409, detail, errors=[FieldError(field="/name", detail=detail)])
