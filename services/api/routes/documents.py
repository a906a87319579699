"""`/api/v1/reports/{id}/document`: what a report says, to be shown on a screen.

It is the snapshot itself, of which every file was rendered. The rows of a large table lie beside
it in a Parquet file, which is sent as it is stored: whoever shows them reads what they show.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlalchemy import RowMapping

from services.api import audit, downloads, run_store
from services.api.guards import allow
from services.api.principals import Principal
from services.api.problems import Problem
from services.api.roles import Action
from services.api.snapshots import document_of
from services.api.strict_route import StrictRoute
from shared.dedup_keys import folder_of
from shared.document import ReportDocument

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=StrictRoute)

Reader = Annotated[Principal, Depends(allow(Action.DOWNLOAD))]
_JSON = "application/json"
_PARQUET = "application/vnd.apache.parquet"


@router.get(
    "/{run_id}/document",
    summary="What a report says",
    response_class=Response,
    responses={
        200: {"model": ReportDocument},
        304: {"description": "Not changed."},
    },
)
async def document(run_id: str, request: Request, principal: Reader) -> Response:
    """The snapshot's ReportDocument. A table with `stored` has its rows in
    `…/tables/{name}`. 404 until the snapshot is written, 410 once it is no longer kept."""
    state = request.app.state
    row = await _row(run_id, request, principal)
    etag = f'"{row["snapshot_sha256"]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    content = await document_of(row, state.blobs)
    async with state.store.tenant(principal.tenant_id) as connection:
        subject = f"report/{row['id']}"
        await audit.record(connection, principal, "report.read", subject)
    return Response(content, media_type=_JSON, headers=headers)


@router.get(
    "/{run_id}/tables/{name}",
    summary="The rows of a large table",
    response_class=Response,
    responses={
        200: {"content": {_PARQUET: {}}},
        206: {"description": "The range asked for."},
        304: {"description": "Not changed."},
    },
)
async def table_rows(
    run_id: str,
    name: Annotated[str, Path(max_length=63, pattern=r"^[a-z0-9_]+$")],
    request: Request,
    principal: Reader,
) -> Response:
    """As a Parquet file: of a table that the document says is `stored`. Supports `Range`."""
    row = await _row(run_id, request, principal)
    said = ReportDocument.model_validate_json(await document_of(row, request.app.state.blobs))
    found = next((each for each in said.tables if each.name == name), None)
    if found is None or found.stored is None:
        raise Problem(404, f"this report stores no rows of a table {name!r} apart")
    answer = downloads.answer(
        request.method,
        request.headers,
        {
            "sha256": found.stored.sha256,
            "size": found.stored.size,
            "file_name": f"{name}.parquet",
            "blob_key": folder_of(row["snapshot_key"]) + found.stored.file,
            "media_type": _PARQUET,
        },
    )
    if answer.length:
        async with request.app.state.store.tenant(principal.tenant_id) as connection:
            subject = f"report/{row['id']}"
            await audit.record(connection, principal, "report.read", subject, table=name)
    return await answer.response(request.app.state.blobs)


async def _row(run_id: str, request: Request, principal: Principal) -> RowMapping:
    """The run, once it has a snapshot that is still kept."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        row = await run_store.row_of(connection, run_store.run_id_of(run_id))
    if row["snapshot_key"] is None:
        raise Problem(404, f"this report has no document: it is {row['status']}")
    if row["deleted_at"] is not None or row["files_expired_at"] is not None:
        raise Problem(410, "the document of this report is no longer kept: ask for it anew")
    return row
