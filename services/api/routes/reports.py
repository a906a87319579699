"""`/api/v1/reports`: ask for reports, follow them, fetch their files."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from structlog.contextvars import bind_contextvars

from services.api import audit, downloads, run_store
from services.api.accepting import ask_for_report
from services.api.failed_slices import failed_slices_again
from services.api.following import (
    MAX_WAIT_SECONDS,
    IdempotencyKey,
    Prefer,
    checked_key,
    preferred,
    view,
)
from services.api.guards import allow, ensure_allowed, ensure_own, still_allowed
from services.api.news import next_news
from services.api.principals import Principal
from services.api.problems import Problem, problem_content
from services.api.report_requests import ReportBody
from services.api.representations import RunPage, RunView, run_summary
from services.api.roles import Action
from services.api.run_store import SERVICE
from services.api.strict_route import StrictRoute
from shared import runs, telemetry
from shared.dedup_keys import artifacts_prefix, run_prefix
from shared.errors import TransientError
from shared.run_requests import create_run
from shared.runs import Run
from shared.states import RunStatus

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=StrictRoute)

NAME = r"^[a-z0-9_]+$"
"""How report types and formats are called."""
Reader = Annotated[Principal, Depends(allow(Action.SEE_REPORTS))]


@router.post(
    "",
    status_code=202,
    response_model=RunView,
    summary="Ask for a report",
    responses={200: {"model": RunView, "description": "Finished within `Prefer: wait`."}},
)
async def request_report(
    body: ReportBody,
    request: Request,
    response: Response,
    principal: Annotated[Principal, Depends(allow(Action.REQUEST_REPORT))],
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
    cache_control: Annotated[str | None, Header()] = None,
) -> RunView:
    """Accepted is stored: the run is worked on whatever dies next.

    The same `Idempotency-Key` with the same body gives the same run; with another body, 409.
    `Prefer: wait=N` (30 at most) answers 200 with the finished run if it finishes in time.
    `Cache-Control: no-cache` means the same as `"fresh": true`.
    """
    key = checked_key(idempotency_key)
    fresh = "no-cache" in (cache_control or "").lower()
    accepted = await ask_for_report(request, principal, body, key=key, fresh=fresh)
    bind_contextvars(run_id=str(accepted.id))
    return await preferred(request, response, principal, accepted, prefer)


@router.get("", summary="List reports")
async def list_reports(
    request: Request,
    principal: Reader,
    status: RunStatus | None = None,
    type: Annotated[str | None, Query(max_length=63, pattern=NAME)] = None,
    requested_by: Annotated[str | None, Query(max_length=200)] = None,
    schedule: UUID | None = None,
    definition: UUID | None = None,
    q: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Found in the type's name, in who asked, in the reason of a failure, or "
            "at the beginning of the id.",
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> RunPage:
    """Newest first; `next_cursor` leads to the following page and stays right as runs come in."""
    wanted = run_store.RunFilter(
        status=status,
        report_type=type,
        requested_by=requested_by,
        schedule_id=schedule,
        definition_id=definition,
        text=q,
    )
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        rows, next_cursor = await run_store.page_of(connection, wanted, limit=limit, cursor=cursor)
    return RunPage(items=[run_summary(row) for row in rows], next_cursor=next_cursor)


@router.get("/{run_id}", summary="One report")
async def get_report(
    run_id: str,
    request: Request,
    principal: Reader,
) -> RunView:
    """The run, its files, its deliveries and what happened to it so far."""
    return await view(request, principal, run_store.run_id_of(run_id))


@router.head("/{run_id}/download", include_in_schema=False)
@router.get(
    "/{run_id}/download",
    summary="Download a file",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {}}},
        206: {"description": "The range asked for."},
        304: {"description": "Not changed."},
    },
)
async def download(
    run_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.DOWNLOAD))],
    format: Annotated[str, Query(max_length=30, pattern=NAME)],
    slice: Annotated[UUID | None, Query(description="A part of a burst's report.")] = None,
) -> Response:
    """ETag is the content's sha256. Supports `If-None-Match`, `Range` and `If-Range`."""
    state = request.app.state
    async with state.store.tenant(principal.tenant_id) as connection:
        artifact = await run_store.artifact_of(
            connection, run_store.run_id_of(run_id), format, slice
        )
        answer = downloads.answer(request.method, request.headers, dict(artifact))
        newer = await run_store.superseded_by(connection, artifact["run_id"])
        if newer is not None:
            # RFC 5829 section 3.3.
            address = f"{state.settings.public_url}/api/v1/reports/{newer}"
            answer.headers["Link"] = f'<{address}>; rel="successor-version"'
        if answer.length:
            subject = f"report/{artifact['run_id']}"
            of = {"slice": str(slice)} if slice else {}
            await audit.record(
                connection, principal, "report.downloaded", subject, format=format, **of
            )

    async def still_there() -> None:
        async with state.store.tenant(principal.tenant_id) as connection:
            await run_store.artifact_of(connection, artifact["run_id"], format, slice)

    return await downloads.sent(answer, state.blobs, still_there)


async def _existing(run_id: str, request: Request, principal: Reader) -> UUID:
    """The run's id, once it is certain that there is one: a stream has no status to say so."""
    identifier = run_store.run_id_of(run_id)
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        await run_store.status_of(connection, identifier)
    return identifier


@router.get("/{run_id}/events", response_class=EventSourceResponse, summary="Follow a report live")
async def follow(
    identifier: Annotated[UUID, Depends(_existing)], request: Request, principal: Reader
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `status`, with the run, whenever something changed; `end` once it is
    completed, failed, cancelled or skipped and no further format of it is being made; `refused`,
    with the problem, once the token has expired or its member may see reports no longer."""
    last: dict[str, Any] | None = None
    with request.app.state.news.about(identifier) as event:
        while True:
            try:
                principal = await still_allowed(request, Action.SEE_REPORTS)
            except Problem as problem:
                yield ServerSentEvent(event="refused", data=problem_content(request, problem))
                return
            current = await view(request, principal, identifier)
            changed = current.model_dump(mode="json", by_alias=True, exclude={"eta_seconds"})
            if changed != last:
                last = changed
                yield ServerSentEvent(
                    event="status", data=current.model_dump(mode="json", by_alias=True)
                )
            if current.is_settled:
                yield ServerSentEvent(event="end", data={"status": current.status})
                return
            await next_news(event, MAX_WAIT_SECONDS)


@router.post("/{run_id}/cancel", summary="Cancel a report")
async def cancel(
    run_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.CANCEL_REPORT))],
) -> RunView:
    """Whoever works on it finds its lease gone and writes nothing."""
    state = request.app.state
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await run_store.row_of(connection, run_store.run_id_of(run_id), lock=True)
        ensure_own(principal, Action.CANCEL_REPORT, row["requested_by"])
        if row["status"] != RunStatus.CANCELLED:
            if not await runs.cancel(connection, Run.of(row), service=SERVICE):
                raise Problem(409, f"this report is {row['status']} and cannot be cancelled")
            await audit.record(connection, principal, "report.cancelled", f"report/{row['id']}")
    return await view(request, principal, row["id"])


@router.post("/{run_id}/retry", status_code=202, summary="Retry a failed report")
async def retry(
    run_id: str,
    request: Request,
    response: Response,
    principal: Annotated[Principal, Depends(allow(Action.RETRY_REPORT))],
) -> RunView:
    """Starts from the beginning: a new query, a new snapshot.

    Of a completed burst, the slices that failed are made again for their recipients alone, by a
    new run, which is answered.
    """
    state = request.app.state
    async with (
        state.backlog.room_for_one(principal),
        state.store.tenant(principal.tenant_id) as connection,
    ):
        row = await run_store.row_of(connection, run_store.run_id_of(run_id), lock=True)
        ensure_own(principal, Action.RETRY_REPORT, row["requested_by"])
        ensure_allowed(principal, row["report_type"], row["parameters"])
        begun: UUID = row["id"]
        if row["status"] == RunStatus.COMPLETED:
            again = await failed_slices_again(connection, row, principal)
            await create_run(connection, again, service=SERVICE)
            begun = again.id
        else:
            await run_store.retry(connection, row)
            telemetry.RUNS.labels(row["report_type"], RunStatus.REQUESTED).inc()
        by = {} if begun == row["id"] else {"by": str(begun)}
        await audit.record(connection, principal, "report.retried", f"report/{row['id']}", **by)
    return await preferred(
        request, response, principal, await view(request, principal, begun), None
    )


@router.delete("/{run_id}", status_code=204, summary="Delete a report's files")
async def delete(
    run_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(allow(Action.DELETE_REPORT))],
) -> None:
    """The files go; the run, its deliveries and the audit log stay."""
    state = request.app.state
    async with state.store.tenant(principal.tenant_id) as connection:
        row = await run_store.row_of(connection, run_store.run_id_of(run_id), lock=True)
        ensure_own(principal, Action.DELETE_REPORT, row["requested_by"])
        if await run_store.mark_deleted(connection, row):
            await audit.record(connection, principal, "report.deleted", f"report/{row['id']}")
        # Its snapshot stays for as long as another report uses it.
        shared = await run_store.is_snapshot_shared(connection, row["id"])
    prefix_of = artifacts_prefix if shared else run_prefix
    # What fails here is found again by the scheduler's retention.
    with contextlib.suppress(TransientError):
        await state.blobs.delete_prefix(prefix_of(row["tenant_id"], row["id"]))
