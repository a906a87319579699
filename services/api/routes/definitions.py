"""`/api/v1/definitions`: reports saved under a name, in versions."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.api import audit
from services.api.destinations.named import destination_errors
from services.api.etags import IfMatch, ensure_match, etag
from services.api.following import checked_key, preferred
from services.api.guards import allow, ensure_own
from services.api.planning import definition_store as store
from services.api.planning import saving
from services.api.planning.bodies import changed
from services.api.planning.bursts import ensure_burst
from services.api.planning.definitions import (
    AS_SAVED,
    DefinitionBody,
    DefinitionChange,
    DefinitionPage,
    DefinitionRunBody,
    DefinitionView,
    VersionView,
    definition_summary,
    definition_view,
    stored_fields,
    version_view,
)
from services.api.planning.owners import HandOver, ensure_can_own
from services.api.planning.runs_by_hand import accepted_by_hand, run_by_hand
from services.api.planning.selections import (
    BulkView,
    DefinitionsHandOver,
    chosen_definitions,
    for_each,
)
from services.api.principals import Principal
from services.api.problems import fields_problem
from services.api.recipient_checks import ensure_may_receive
from services.api.report_requests import offered_for, recipient_errors
from services.api.representations import RunView
from services.api.roles import Action
from services.api.routes.reports import NAME
from services.api.strict_route import StrictRoute
from shared.run_requests import Recipient

router = APIRouter(prefix="/api/v1/definitions", tags=["definitions"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(allow(Action.SEE_DEFINITIONS))]
Changer = Annotated[Principal, Depends(allow(Action.CHANGE_DEFINITION))]
Giver = Annotated[Principal, Depends(allow(Action.TRANSFER_DEFINITION))]


@router.post("", status_code=201, summary="Save a definition")
async def add_definition(
    body: DefinitionBody,
    request: Request,
    response: Response,
    principal: Annotated[Principal, Depends(allow(Action.SAVE_DEFINITION))],
) -> DefinitionView:
    """Checked as a request for the report would be. Its owner is whoever saves it."""
    state = request.app.state
    await offered_for(body, principal, state.catalogue)
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await saving.add_definition(connection, principal, body)
    response.headers["ETag"] = etag(row["version"])
    response.headers["Location"] = f"{state.settings.public_url}/api/v1/definitions/{row['id']}"
    return definition_view(row)


@router.get("", summary="List definitions")
async def list_definitions(
    request: Request,
    principal: Reader,
    owner: Annotated[str | None, Query(max_length=200)] = None,
    tag: Annotated[str | None, Query(max_length=50)] = None,
    type: Annotated[str | None, Query(max_length=63, pattern=NAME)] = None,
    q: Annotated[str | None, Query(max_length=100, description="Part of its name.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> DefinitionPage:
    """Newest first; `next_cursor` leads to the following page."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows, next_cursor = await store.page_of(
            connection,
            store.which(owner=owner, tag=tag, report_type=type, search=q),
            limit=limit,
            cursor=cursor,
        )
    return DefinitionPage(items=[definition_summary(row) for row in rows], next_cursor=next_cursor)


@router.post("/transfer", summary="Hand over many definitions")
async def transfer_many(body: DefinitionsHandOver, request: Request, principal: Giver) -> BulkView:
    """For instance all of somebody who leaves: `{"owner": "eve", "to": "bob"}`. Schedules are
    handed over by themselves."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        await ensure_can_own(connection, principal, body.to)
        ids = await chosen_definitions(connection, body)
        return await for_each(
            connection,
            principal,
            "definition",
            ids,
            await store.locked(connection, ids),
            action=Action.TRANSFER_DEFINITION,
            step=partial(store.transfer, to=body.to),
            audited="definition.handed_over",
            nothing_to_do=f"it is {body.to}'s already",
        )


@router.get("/{definition_id}", summary="One definition")
async def get_definition(
    definition_id: str, request: Request, response: Response, principal: Reader
) -> DefinitionView:
    """What it says now; `ETag` is for a change of it."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.definition_of(connection, store.definition_id_of(definition_id))
    response.headers["ETag"] = etag(row["version"])
    return definition_view(row)


@router.get("/{definition_id}/versions", summary="A definition's versions")
async def list_versions(
    definition_id: str, request: Request, principal: Reader
) -> list[VersionView]:
    """Newest first; a run names the version it was made of."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.definition_of(connection, store.definition_id_of(definition_id))
        versions = await store.versions_of(connection, row["id"])
    return [version_view(version) for version in versions]


@router.put("/{definition_id}", summary="Replace a definition")
async def put_definition(
    definition_id: str,
    body: DefinitionBody,
    request: Request,
    response: Response,
    principal: Changer,
    if_match: IfMatch = None,
) -> DefinitionView:
    """A new version; what is left out has its default. Where nothing changes none is made."""
    return await _change(definition_id, body, request, response, principal, if_match)


@router.patch("/{definition_id}", summary="Change a definition")
async def patch_definition(
    definition_id: str,
    body: DefinitionChange,
    request: Request,
    response: Response,
    principal: Changer,
    if_match: IfMatch = None,
) -> DefinitionView:
    """A new version; what is left out stays as it is."""
    return await _change(definition_id, body, request, response, principal, if_match)


async def _change(
    definition_id: str,
    body: DefinitionBody | DefinitionChange,
    request: Request,
    response: Response,
    principal: Principal,
    if_match: str | None,
) -> DefinitionView:
    state = request.app.state
    # Read before the transaction that changes: nothing may be asked for within one.
    await state.catalogue.types()
    identifier = store.definition_id_of(definition_id)
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await store.definition_of(connection, identifier, lock=True)
        ensure_own(principal, Action.CHANGE_DEFINITION, row["owner"])
        ensure_match(if_match, row["version"])
        whole = (
            body
            if isinstance(body, DefinitionBody)
            else changed(DefinitionBody, stored_fields(row), body)
        )
        await offered_for(whole, principal, state.catalogue)
        row = await saving.change_definition(connection, principal, row, whole)
    response.headers["ETag"] = etag(row["version"])
    return definition_view(row)


@router.post("/{definition_id}/transfer", summary="Hand over a definition")
async def transfer(
    definition_id: str, body: HandOver, request: Request, response: Response, principal: Giver
) -> DefinitionView:
    """Its new owner changes it from now on. No new version, and schedules of it stay whose they
    are."""
    identifier = store.definition_id_of(definition_id)
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await store.definition_of(connection, identifier, lock=True)
        ensure_own(principal, Action.TRANSFER_DEFINITION, row["owner"])
        await ensure_can_own(connection, principal, body.to)
        if await store.transfer(connection, row, to=body.to):
            await audit.record(
                connection,
                principal,
                "definition.handed_over",
                f"definition/{identifier}",
                to=body.to,
            )
            row = await store.definition_of(connection, identifier)
    response.headers["ETag"] = etag(row["version"])
    return definition_view(row)


@router.delete("/{definition_id}", status_code=204, summary="Delete a definition")
async def delete_definition(
    definition_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.DELETE_DEFINITION))],
    if_match: IfMatch = None,
) -> None:
    """Its runs stay. Refused while a schedule runs it; `If-Match` is looked at where it is sent."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        identifier = store.definition_id_of(definition_id)
        row = await store.definition_of(connection, identifier, lock=True)
        ensure_own(principal, Action.DELETE_DEFINITION, row["owner"])
        if if_match is not None:
            ensure_match(if_match, row["version"])
        await store.delete(connection, row)
        await audit.record(
            connection,
            principal,
            "definition.deleted",
            f"definition/{identifier}",
            name=row["name"],
        )


@router.post(
    "/{definition_id}/run",
    status_code=202,
    response_model=RunView,
    summary="Run a definition now",
    responses={200: {"model": RunView, "description": "Finished within `Prefer: wait`."}},
)
async def run_definition(
    definition_id: str,
    request: Request,
    response: Response,
    principal: Annotated[Principal, Depends(allow(Action.RUN_DEFINITION))],
    body: DefinitionRunBody = AS_SAVED,
    idempotency_key: Annotated[str | None, Header()] = None,
    prefer: Annotated[str | None, Header()] = None,
) -> Any:
    """The report of its current version, which the run names. `Idempotency-Key` and
    `Prefer: wait=N` as for any report."""
    errors = list(recipient_errors(body.deliver_to, "/deliver_to"))
    identifier = store.definition_id_of(definition_id)
    offered = await request.app.state.catalogue.types()
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        errors += await destination_errors(connection, body.deliver_to, "/deliver_to")
        if body.burst is not None:
            row = await store.definition_of(connection, identifier)
            report_type = offered.get(row["report_type"])
            if report_type is not None:
                errors += await ensure_burst(
                    connection,
                    principal,
                    body.burst,
                    report_type,
                    row["parameters"],
                    row["language"],
                )
        if errors:
            raise fields_problem(errors)
        await ensure_may_receive(connection, principal, body.deliver_to)
        wanted = await run_by_hand(
            connection,
            principal,
            identifier,
            recipients=[Recipient(entry.channel, entry.to) for entry in body.deliver_to],
            burst=body.burst.as_stored() if body.burst else None,
            on=body.on,
            idempotency_key=checked_key(idempotency_key),
        )
    accepted = await accepted_by_hand(request, principal, wanted)
    return await preferred(request, response, principal, accepted, prefer)
