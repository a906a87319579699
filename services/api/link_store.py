"""Share links in the store: what one allows, and the steps that two callers cannot both make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, case, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.problems import Problem
from shared.states import ArtifactStatus
from shared.store import tables

MOST_WRONG_PASSWORDS = 5
"""Tries in a row, after which none is taken for `LOCKED_FOR`."""
LOCKED_FOR = timedelta(minutes=15)

_links = tables.share_links
_TENANT = text("SELECT tenant_of_link(:link)")


class LinkState(StrEnum):
    """What a link is good for."""

    OPEN = "open"
    """It gives its file."""
    EXPIRED = "expired"
    """Its time is over."""
    REVOKED = "revoked"
    """Somebody took it back."""
    USED_UP = "used_up"
    """Its file was fetched as often as was allowed."""
    GONE = "gone"
    """Its file is no longer kept."""


_GONE = {
    LinkState.EXPIRED: "this link has expired: ask whoever sent it for a new one",
    LinkState.REVOKED: "this link was revoked: ask whoever sent it",
    LinkState.USED_UP: "this link's file was fetched as often as was allowed: ask whoever sent it",
    LinkState.GONE: "this link's file is no longer kept: ask whoever sent it for a new one",
}


@dataclass(frozen=True)
class SharedFile:
    """A link with its file and the report it is of."""

    link: RowMapping
    artifact: RowMapping
    run: RowMapping

    @property
    def needs_opening(self) -> bool:
        """Whether a password or a count stands before the file."""
        return self.link["password_hash"] is not None or self.link["max_downloads"] is not None

    def state(self, now: datetime) -> LinkState:
        """What the link is good for at that moment."""
        return state_of(self.link, self.artifact["status"], now)


def state_of(link: RowMapping, artifact_status: str, now: datetime) -> LinkState:
    """What the link is good for at that moment."""
    if link["revoked_at"] is not None:
        return LinkState.REVOKED
    if link["expires_at"] <= now:
        return LinkState.EXPIRED
    if artifact_status != ArtifactStatus.RENDERED:
        return LinkState.GONE
    if link["max_downloads"] is not None and link["downloads"] >= link["max_downloads"]:
        return LinkState.USED_UP
    return LinkState.OPEN


def gone(state: LinkState) -> Problem:
    """410, with what became of the link."""
    return Problem(410, _GONE[state], kind="link-over")


async def tenant_of(connection: AsyncConnection, link_id: UUID) -> UUID | None:
    """Whose link it is; asked without a tenant."""
    found: UUID | None = await connection.scalar(_TENANT, {"link": link_id})
    return found


async def shared_file(connection: AsyncConnection, link_id: UUID) -> SharedFile | None:
    """The link with all that belongs to it."""
    link = await _one(connection, select(_links).where(_links.c.id == link_id))
    if link is None:
        return None
    artifacts, runs = tables.artifacts, tables.runs
    artifact = await _one(
        connection, select(artifacts).where(artifacts.c.id == link["artifact_id"])
    )
    run = await _one(connection, select(runs).where(runs.c.id == link["run_id"]))
    assert artifact is not None
    assert run is not None
    return SharedFile(link, artifact, run)


async def count_download(connection: AsyncConnection, link_id: UUID) -> bool:
    """Take one of the downloads that are left; False where there is none, or no link any more.

    Of two who ask for the last one, one gets it: the row is locked by its change.
    """
    counted = await connection.execute(
        update(_links)
        .where(
            _links.c.id == link_id,
            _links.c.revoked_at.is_(None),
            _links.c.expires_at > func.now(),
            _links.c.max_downloads.is_(None) | (_links.c.downloads < _links.c.max_downloads),
        )
        .values(downloads=_links.c.downloads + 1, last_used_at=func.now())
    )
    return counted.rowcount == 1


async def count_try(connection: AsyncConnection, link_id: UUID) -> None:
    """Count a password before it is looked at; Problem 429 where too many were wrong.

    Before, so that many at once are not more than were allowed.
    """
    tries = _links.c.wrong_passwords + 1
    lock = tries % MOST_WRONG_PASSWORDS == 0
    counted = await connection.execute(
        update(_links)
        .where(
            _links.c.id == link_id,
            func.coalesce(_links.c.locked_until, func.now()) <= func.now(),
        )
        .values(
            wrong_passwords=tries,
            locked_until=case((lock, func.now() + LOCKED_FOR), else_=None),
        )
    )
    if counted.rowcount == 1:
        return
    until = await connection.scalar(select(_links.c.locked_until).where(_links.c.id == link_id))
    wait = max(1, round((until - datetime.now(UTC)).total_seconds())) if until else 1
    raise Problem(
        429,
        f"too many wrong passwords: try again in {-(-wait // 60)} minutes",
        headers={"Retry-After": str(wait)},
    )


async def forget_tries(connection: AsyncConnection, link_id: UUID) -> None:
    """The password was right."""
    await connection.execute(
        update(_links).where(_links.c.id == link_id).values(wrong_passwords=0, locked_until=None)
    )


async def links_of(connection: AsyncConnection, run_id: UUID) -> list[RowMapping]:
    """A report's links, newest first, with their file's format, slice and status."""
    artifacts = tables.artifacts
    query = (
        select(
            _links,
            artifacts.c.format,
            artifacts.c.slice_id,
            artifacts.c.status.label("artifact_status"),
        )
        .join(artifacts, artifacts.c.id == _links.c.artifact_id)
        .where(_links.c.run_id == run_id)
        .order_by(_links.c.created_at.desc(), _links.c.id)
    )
    return list((await connection.execute(query)).mappings().all())


async def revoke(connection: AsyncConnection, run_id: UUID, link_id: UUID) -> RowMapping:
    """Take the link back, whatever it was good for; its row as it was before.

    Problem 404 where the report has no such link.
    """
    row = await _one(
        connection,
        select(_links).where(_links.c.id == link_id, _links.c.run_id == run_id).with_for_update(),
    )
    if row is None:
        raise Problem(404, "this report has no such link")
    if row["revoked_at"] is None:
        await connection.execute(
            update(_links).where(_links.c.id == link_id).values(revoked_at=func.now())
        )
    return row


async def _one(connection: AsyncConnection, query: Any) -> RowMapping | None:
    found: RowMapping | None = (await connection.execute(query)).mappings().first()
    return found
