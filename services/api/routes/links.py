"""`/api/v1/reports/{id}/links`: give a file to people who have no token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy import RowMapping

from services.api import audit, link_store, run_store
from services.api.guards import allow, ensure_own
from services.api.link_store import LinkState
from services.api.principals import Principal
from services.api.problems import Problem
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared import share_links
from shared.share_links import Links, NewLink
from shared.store import tables

router = APIRouter(prefix="/api/v1/reports/{run_id}/links", tags=["links"], route_class=StrictRoute)

_LONGEST_HOURS = round(share_links.LONGEST.total_seconds() / 3600)


class LinkBody(BaseModel):
    """A link to be made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str = Field(max_length=30, description="Which file of the report.")
    slice: UUID | None = Field(None, description="A part of a burst's report.")
    expires_in_hours: int = Field(
        7 * 24, ge=1, le=_LONGEST_HOURS, strict=True, description="How long it works."
    )
    password: SecretStr | None = Field(
        None,
        min_length=8,
        max_length=200,
        description="Asked for before the file is given; send it by another way than the link.",
    )
    max_downloads: int | None = Field(
        None, ge=1, le=1_000_000, strict=True, description="How often the file is given."
    )


class LinkView(BaseModel):
    """A link to a file."""

    id: UUID
    url: str = Field(description="For people: a page with a button.")
    file_url: str = Field(
        description="For programs: GET gives the file; where there is a password or a limit, POST "
        "first (`password=…`) and follow the redirect."
    )
    format: str
    slice: UUID | None = Field(description="The part of a burst's report; null: the whole.")
    state: LinkState
    expires_at: datetime
    revoked_at: datetime | None
    has_password: bool
    max_downloads: int | None
    downloads: int
    last_used_at: datetime | None
    created_by: str
    purpose: str | None = Field(description="What a service made it for, such as a delivery.")
    created_at: datetime


@router.post("", status_code=201, summary="Share a file by link")
async def make_link(
    run_id: str,
    body: LinkBody,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SHARE_REPORT))],
) -> LinkView:
    """Whoever has the link gets the file, without a token, until it expires or is revoked."""
    state = request.app.state
    hashed = None
    if body.password is not None:
        hashed = await state.passwords.hashed(body.password.get_secret_value())
    async with state.store.tenant(principal.tenant_id) as connection:
        artifact = await run_store.artifact_of(
            connection, run_store.run_id_of(run_id), body.format, body.slice
        )
        link = await share_links.make(
            connection,
            NewLink(
                tenant_id=principal.tenant_id,
                artifact_id=artifact["id"],
                run_id=artifact["run_id"],
                lifetime=timedelta(hours=body.expires_in_hours),
                created_by=principal.sub,
                password_hash=hashed,
                max_downloads=body.max_downloads,
            ),
        )
    return _view(link, artifact, artifact["status"], state.links)


@router.get("", summary="The links to a report's files")
async def list_links(
    run_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.SEE_LINKS))],
) -> list[LinkView]:
    """All there ever were, newest first; those that deliveries made among them."""
    state = request.app.state
    async with state.store.tenant(principal.tenant_id) as connection:
        run = await run_store.row_of(connection, run_store.run_id_of(run_id))
        rows = await link_store.links_of(connection, run["id"])
    return [_view(row, row, row["artifact_status"], state.links) for row in rows]


@router.delete("/{link_id}", status_code=204, summary="Revoke a link")
async def revoke_link(
    run_id: str,
    link_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.REVOKE_LINK))],
) -> None:
    """From now on it answers 410."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        run = await run_store.row_of(connection, run_store.run_id_of(run_id))
        row = await link_store.revoke(connection, run["id"], _link_id_of(link_id))
        ensure_own(principal, Action.REVOKE_LINK, row["created_by"])
        if row["revoked_at"] is None:
            await audit.record(
                connection, principal, "link.revoked", f"link/{row['id']}", report=str(run["id"])
            )


def _link_id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Problem(404, "this report has no such link") from None


def _view(link: RowMapping, file: RowMapping, artifact_status: str, links: Links) -> LinkView:
    kept = {name: link[name] for name in _KEPT}
    return LinkView(
        **kept,
        url=links.page_url(link["id"]),
        file_url=links.file_url(link["id"]),
        format=file["format"],
        slice=file["slice_id"],
        state=link_store.state_of(link, artifact_status, datetime.now(UTC)),
        has_password=link["password_hash"] is not None,
    )


_KEPT = frozenset(LinkView.model_fields) & frozenset(tables.share_links.c.keys())
