"""Whose definitions and schedules may be: schedules run in their owner's name."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.principals import MAX_SUB, Principal
from services.api.problems import field_problem
from services.api.report_requests import Body
from services.api.roles import Role
from shared.store import tables


class HandOver(Body):
    """Who is to own it from now on."""

    to: Annotated[str, Field(min_length=1, max_length=MAX_SUB)] = Field(
        description="The `sub` of a member who may ask for reports."
    )


async def ensure_can_own(connection: AsyncConnection, principal: Principal, to: str) -> None:
    """Problem 422 unless that one may own it: a member who may ask for reports, or whoever asks."""
    known = await connection.scalar(select(tables.members.c.sub).where(tables.members.c.sub == to))
    if known is None and to != principal.sub:
        raise field_problem(
            "/to", f"there is no member {to!r}: an administrator adds one with PUT /members/{to}"
        )
    if (refused := await owner_refusal(connection, to)) is not None:
        raise field_problem("/to", f"{refused}: choose somebody else")


async def owner_refusal(connection: AsyncConnection, owner: str) -> str | None:
    """Why no report is made in that one's name; None: nothing speaks against it.

    Without a row among the members a person has the role of their token, as for all of the API.
    """
    members = tables.members
    found = (
        await connection.execute(
            select(members.c.role, members.c.active).where(members.c.sub == owner)
        )
    ).first()
    if found is None:
        return None
    if not found.active:
        return f"{owner} is inactive"
    if not Role(found.role).includes(Role.AUTHOR):
        return f"{owner} may not ask for reports (role {found.role})"
    return None
