"""Share links: an address that gives one file of a report to whoever has it, for a while.

The address holds the link's id and a signature (HMAC-SHA-256), so none can be made up, and whoever
reads the store alone cannot open any. What the link allows stands in its row, so it can be revoked.
The same row gives the same address again, which keeps a mail the same at every attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from uuid import UUID

from sqlalchemy import Interval, RowMapping, bindparam, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from shared import audit
from shared.dedup_keys import link_id
from shared.errors import PermanentError
from shared.settings import LinkingSettings
from shared.signed_ids import SignedIds
from shared.store import tables

PATH = "/s"
"""Where links lie below the api's address."""
LONGEST = timedelta(days=90)
TICKET_SECONDS = 900
"""How long a download that was counted may be begun, or gone on with."""


@dataclass(frozen=True)
class NewLink:
    """A link to be made."""

    tenant_id: UUID
    artifact_id: UUID
    """The file: a row of `artifacts`."""
    run_id: UUID
    lifetime: timedelta
    """From now; `LONGEST` at most."""
    created_by: str
    """A member's `sub`, or the name of the service that makes it."""
    purpose: str | None = None
    """What it is made for, such as `delivery/<id>`: the same file for the same purpose has one
    link, which a further call gives a longer life. None: a link of its own each time."""
    password_hash: str | None = None
    max_downloads: int | None = None


_links = tables.share_links
_END = func.now() + bindparam("lifetime", type_=Interval)
_MAKE = (
    insert(_links)
    .values(expires_at=_END)
    .on_conflict_do_update(
        index_elements=["id"], set_={"expires_at": func.greatest(_links.c.expires_at, _END)}
    )
    .returning(_links, (_links.c.created_at == func.now()).label("is_new"))
)


async def make(connection: AsyncConnection, link: NewLink) -> RowMapping:
    """Write the link in the caller's transaction, and into the audit log; its row.

    `Links.page_url` and `Links.file_url` are its addresses.
    """
    if not timedelta(0) < link.lifetime <= LONGEST:
        raise ValueError(f"a link lives for {LONGEST.days} days at most, not for {link.lifetime}")
    made = await connection.execute(
        _MAKE,
        {
            "id": uuid7() if link.purpose is None else link_id(link.artifact_id, link.purpose),
            "tenant_id": link.tenant_id,
            "artifact_id": link.artifact_id,
            "run_id": link.run_id,
            "created_by": link.created_by,
            "purpose": link.purpose,
            "password_hash": link.password_hash,
            "max_downloads": link.max_downloads,
            "lifetime": link.lifetime,
        },
    )
    row: RowMapping = made.mappings().one()
    if row["is_new"]:
        entry = audit.entry(
            link.tenant_id,
            link.created_by,
            "link.created",
            f"link/{row['id']}",
            report=str(link.run_id),
            expires_at=row["expires_at"].isoformat(),
            purpose=link.purpose,
            password=link.password_hash is not None,
            max_downloads=link.max_downloads,
        )
        await audit.record(connection, entry)
    return row


class Links:
    """Makes and reads the addresses of links."""

    def __init__(self, keys: Sequence[str], public_url: str) -> None:
        """`keys`: the first signs; links that the others have signed work as well."""
        self._ids = SignedIds(keys, "share-link")
        self._base = public_url.rstrip("/")

    @classmethod
    def of(cls, settings: LinkingSettings) -> Self:
        """With the keys and the address of a service's settings."""
        return cls(settings.link_keys, settings.public_url)

    def ensure_reachable(self) -> None:
        """PermanentError where nobody could follow a link: the api's public address is not set."""
        if not self._base:
            raise PermanentError(
                "no_public_url",
                "a link was to be sent, and BROADSHEET_PUBLIC_URL does not say where the api is",
            )

    def page_url(self, link: UUID) -> str:
        """For people: a page that says what it is and gives the file on a click."""
        return f"{self._base}{PATH}/{self.token(link)}"

    def file_url(self, link: UUID) -> str:
        """For programs: the file itself, where neither password nor a limit stand before it."""
        return f"{self.page_url(link)}/file"

    def token(self, link: UUID) -> str:
        """What its addresses hold."""
        return self._ids.signed(link)

    def link_of(self, token: str) -> UUID | None:
        """The link that the token was made for; None where we did not make it."""
        return self._ids.read(token)

    def ticket(self, link: UUID) -> str:
        """Proof that a download of the link was allowed and counted just now."""
        return self._ids.dated(link)

    def is_ticket(self, ticket: str, link: UUID) -> bool:
        """Whether it is such a proof, not older than `TICKET_SECONDS`."""
        return self._ids.read_dated(ticket, TICKET_SECONDS) == link
