"""Destinations in the store: queries and steps, in open transactions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.api.offered_channels import OfferedChannel
from services.api.principals import Principal
from services.api.problems import FieldError, Problem
from shared.secret_box import CannotOpen, SecretBox
from shared.store import tables

_TABLE = tables.destinations


async def destination_named(
    connection: AsyncConnection, name: str, *, lock: bool = False
) -> RowMapping:
    """The destination; Problem 404 when this tenant has none of that name."""
    query = select(_TABLE).where(_TABLE.c.name == name)
    if lock:
        query = query.with_for_update()
    row: RowMapping | None = (await connection.execute(query)).mappings().first()
    if row is None:
        raise Problem(404, "there is no such destination")
    return row


async def all_destinations(connection: AsyncConnection) -> list[RowMapping]:
    """By name."""
    return list((await connection.execute(select(_TABLE).order_by(_TABLE.c.name))).mappings())


async def add(
    connection: AsyncConnection,
    principal: Principal,
    name: str,
    channel: OfferedChannel,
    settings: dict[str, Any],
    box: SecretBox,
    *,
    disabled: bool,
) -> RowMapping:
    """A new one; Problem 409 where the name is taken."""
    identifier = uuid7()
    values = {
        "id": identifier,
        "tenant_id": principal.tenant_id,
        "name": name,
        "channel": channel.name,
        "created_by": principal.sub,
        **_kept(identifier, channel, settings, box),
        **_switched(principal, disabled),
    }
    try:
        async with connection.begin_nested():
            await connection.execute(insert(_TABLE).values(values))
    except IntegrityError:
        detail = f"there is a destination {name!r} already: choose another name"
        raise Problem(409, detail, errors=[FieldError(field="/name", detail=detail)]) from None
    return await destination_named(connection, name)


async def change(
    connection: AsyncConnection,
    principal: Principal,
    row: RowMapping,
    channel: OfferedChannel,
    settings: dict[str, Any],
    box: SecretBox,
    *,
    disabled: bool,
) -> RowMapping:
    """Have the locked one say this."""
    values = _kept(row["id"], channel, settings, box)
    if disabled != (row["disabled_because"] is not None):
        values |= _switched(principal, disabled)
    await connection.execute(
        update(_TABLE)
        .where(_TABLE.c.id == row["id"])
        .values(
            **values,
            version=row["version"] + 1,
            updated_at=func.now(),
            # What was tested is not what is there now.
            test_asked_at=None,
            tested_at=None,
            test_outcome=None,
            test_host=None,
            test_answer=None,
        )
    )
    return await destination_named(connection, row["name"])


async def remove(connection: AsyncConnection, row: RowMapping) -> None:
    """Problem 409 while a schedule sends there; deliveries that wait are refused when due."""
    schedules = tables.schedules
    using = (
        await connection.scalars(
            select(schedules.c.name)
            .where(
                schedules.c.deleted_at.is_(None),
                schedules.c.deliver_to.contains([{"channel": row["channel"], "to": row["name"]}]),
            )
            .order_by(schedules.c.name)
            .limit(4)
        )
    ).all()
    if using:
        names = ", ".join(repr(name) for name in using[:3]) + (" …" if len(using) > 3 else "")
        raise Problem(409, f"schedules send to this destination ({names}): change them first")
    await connection.execute(delete(_TABLE).where(_TABLE.c.id == row["id"]))


def settings_of(row: RowMapping, box: SecretBox) -> dict[str, Any]:
    """All of them, the secrets among them; Problem 409 where these cannot be read."""
    try:
        secrets = box.open(row["secrets"], row["id"]) if row["secrets"] else {}
    except CannotOpen as error:
        detail = f"its secrets cannot be read ({error}): replace it whole, by PUT"
        raise Problem(409, detail) from None
    settings: dict[str, Any] = row["settings"] | secrets
    return settings


def _kept(
    identifier: Any, channel: OfferedChannel, settings: dict[str, Any], box: SecretBox
) -> dict[str, Any]:
    secrets = {
        name: value
        for name, value in settings.items()
        if name in channel.secret_names and value is not None
    }
    if secrets and not box:
        detail = "no secret can be kept: the operator has to set BROADSHEET_SECRET_KEYS first"
        raise Problem(503, detail)
    return {
        "settings": {
            name: value for name, value in settings.items() if name not in channel.secret_names
        },
        "secrets": box.seal(secrets, identifier) if secrets else None,
        "secret_names": sorted(secrets),
    }


def _switched(principal: Principal, disabled: bool) -> dict[str, Any]:
    return {
        "disabled_because": f"switched off by {principal.sub}" if disabled else None,
        "disabled_at": func.now() if disabled else None,
    }
