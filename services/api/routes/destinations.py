"""`/api/v1/destinations`: where reports may go that is no mailbox."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlalchemy import RowMapping, func, update
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid6 import uuid7

from services.api import audit
from services.api.destinations import store
from services.api.destinations.bodies import (
    DESTINATION_NAME,
    DestinationBody,
    DestinationChange,
    DestinationView,
    DestinationWhole,
    destination_view,
    merged,
)
from services.api.etags import IfMatch, ensure_match, etag
from services.api.guards import allow
from services.api.offered_channels import OfferedChannel
from services.api.principals import Principal
from services.api.problems import Problem, field_problem, fields_problem
from services.api.roles import Action
from services.api.strict_route import StrictRoute
from shared import outbox
from shared.events import DestinationTestDue
from shared.states import Lane
from shared.store import tables
from shared.topology import DESTINATION_TESTER

router = APIRouter(prefix="/api/v1/destinations", tags=["destinations"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(allow(Action.SEE_CHANNELS))]
Changer = Annotated[Principal, Depends(allow(Action.CHANGE_DESTINATIONS))]
Name = Annotated[str, Path(max_length=63, pattern=DESTINATION_NAME)]


@router.get("", summary="List destinations")
async def list_destinations(request: Request, principal: Reader) -> list[DestinationView]:
    """By name."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows = await store.all_destinations(connection)
    return [destination_view(row) for row in rows]


@router.get("/{name}", summary="One destination")
async def get_destination(
    name: Name, request: Request, response: Response, principal: Reader
) -> DestinationView:
    """What it says, without its secrets; `ETag` is for a change of it."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.destination_named(connection, name)
    response.headers["ETag"] = etag(row["version"])
    return destination_view(row)


@router.post("", status_code=201, summary="Save a destination")
async def add_destination(
    body: DestinationBody, request: Request, response: Response, principal: Changer
) -> DestinationView:
    """Checked by its channel's schema, and by what may be reached as far as that can be told
    without DNS. Nothing is sent: `POST …/test` does."""
    state = request.app.state
    channel = await _channel(request, body.channel)
    _ensure_fit(channel, body.settings)
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await store.add(
            connection,
            principal,
            body.name,
            channel,
            body.settings,
            state.secret_box,
            disabled=body.disabled,
        )
        await _note(connection, principal, "destination.added", row)
    response.headers["ETag"] = etag(row["version"])
    response.headers["Location"] = f"{state.settings.public_url}/api/v1/destinations/{body.name}"
    return destination_view(row)


@router.put("/{name}", summary="Replace a destination")
async def put_destination(
    name: Name,
    body: DestinationWhole,
    request: Request,
    response: Response,
    principal: Changer,
    if_match: IfMatch = None,
) -> DestinationView:
    """All of it, its secrets too: what is left out has its default. The channel stays."""
    channel = await _channel(request, body.channel)
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.destination_named(connection, name, lock=True)
        ensure_match(if_match, row["version"])
        if body.channel != row["channel"]:
            raise field_problem(
                "/channel",
                f"it is of {row['channel']}: save another destination for {body.channel}",
            )
        changed = await _changed(
            connection, request, principal, row, channel, body.settings, body.disabled
        )
    response.headers["ETag"] = etag(changed["version"])
    return destination_view(changed)


@router.patch("/{name}", summary="Change a destination")
async def patch_destination(
    name: Name,
    body: DestinationChange,
    request: Request,
    response: Response,
    principal: Changer,
    if_match: IfMatch = None,
) -> DestinationView:
    """What is left out stays as it is, secrets too."""
    state = request.app.state
    channels = await state.catalogue.channels()
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await store.destination_named(connection, name, lock=True)
        ensure_match(if_match, row["version"])
        channel = channels.get(row["channel"])
        if channel is None:
            raise Problem(409, f"no mailer knows the channel {row['channel']} any more")
        settings = store.settings_of(row, state.secret_box)
        if body.settings is not None:
            settings = merged(settings, body.settings, channel.settings_schema or {})
        disabled = row["disabled_because"] is not None if body.disabled is None else body.disabled
        changed = await _changed(connection, request, principal, row, channel, settings, disabled)
    response.headers["ETag"] = etag(changed["version"])
    return destination_view(changed)


@router.delete("/{name}", status_code=204, summary="Delete a destination")
async def delete_destination(
    name: Name, request: Request, principal: Changer, if_match: IfMatch = None
) -> None:
    """Its secrets go with it. Refused while a schedule sends there; `If-Match` is looked at where
    it is sent."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.destination_named(connection, name, lock=True)
        if if_match is not None:
            ensure_match(if_match, row["version"])
        await store.remove(connection, row)
        await _note(connection, principal, "destination.deleted", row)


@router.post("/{name}/test", status_code=202, summary="Test a destination")
async def test_destination(name: Name, request: Request, principal: Changer) -> DestinationView:
    """The mailer sends it one small text file as it would send a report; `last_test` of the
    destination says what became of it."""
    table = tables.destinations
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.destination_named(connection, name, lock=True)
        await connection.execute(
            update(table)
            .where(table.c.id == row["id"])
            .values(
                test_asked_at=func.now(),
                tested_at=None,
                test_outcome=None,
                test_host=None,
                test_answer=None,
            )
        )
        due = DestinationTestDue(
            run_id=uuid7(),
            tenant_id=principal.tenant_id,
            lane=Lane.INTERACTIVE,
            destination_id=row["id"],
        )
        await outbox.add_for(connection, DESTINATION_TESTER, due, source="api")
        await _note(connection, principal, "destination.tested", row)
        row = await store.destination_named(connection, name)
    return destination_view(row)


async def _channel(request: Request, name: str) -> OfferedChannel:
    """A channel that has destinations; Problem 422 names those there are."""
    channels = await request.app.state.catalogue.channels()
    if not channels:
        detail = "no mailer has published its channels yet: try again in a moment"
        raise Problem(503, detail, headers={"Retry-After": "2"})
    channel: OfferedChannel | None = channels.get(name)
    if channel is None or channel.validator is None:
        known = ", ".join(sorted(each.name for each in channels.values() if each.validator))
        what = "unknown channel" if channel is None else "there are no destinations of the channel"
        raise field_problem("/channel", f"{what} {name!r}: use one of {known}")
    return channel


def _ensure_fit(channel: OfferedChannel, settings: dict[str, Any]) -> None:
    errors = channel.settings_errors(settings)
    if errors:
        raise fields_problem(errors)


async def _changed(
    connection: AsyncConnection,
    request: Request,
    principal: Principal,
    row: RowMapping,
    channel: OfferedChannel,
    settings: dict[str, Any],
    disabled: bool,
) -> RowMapping:
    _ensure_fit(channel, settings)
    box = request.app.state.secret_box
    changed = await store.change(
        connection, principal, row, channel, settings, box, disabled=disabled
    )
    await _note(connection, principal, "destination.changed", changed)
    return changed


async def _note(
    connection: AsyncConnection, principal: Principal, action: str, row: RowMapping
) -> None:
    await audit.record(
        connection,
        principal,
        action,
        f"destination/{row['name']}",
        channel=row["channel"],
        version=row["version"],
        secrets=row["secret_names"],
    )
