"""`/s/{token}`: a shared file, for people and programs who have its link and no token.

The page counts nothing, whoever opens it: programs that look into mails follow every link, and
must not use up what was meant for the reader. What counts is the POST behind its button.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qs
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.api import downloads, link_store
from services.api.link_store import LinkState, SharedFile
from services.api.pages.refusals import is_person, refused
from services.api.problems import Problem, problem_response
from services.api.shared_file_page import file_page
from services.api.strict_route import read_body
from shared import audit, share_links
from shared.share_links import Links

router = APIRouter(prefix=share_links.PATH, tags=["shared files"])

Token = Annotated[str, Path(max_length=200, description="The link's signed id.")]


@router.head("/{token}", include_in_schema=False)
@router.get("/{token}", summary="What a link gives", response_class=Response)
async def show(token: Token, request: Request) -> Response:
    """A page for people. It changes nothing and counts nothing."""
    try:
        shared = await _looked_up(request, token)
    except Problem as problem:
        return refused(request, problem)
    if request.method == "GET":
        await _note(request, shared, "link.opened")
    return await file_page(request, shared)


@router.head("/{token}/file", include_in_schema=False)
@router.get(
    "/{token}/file",
    summary="A shared file",
    response_class=Response,
    responses={206: {"description": "The range asked for."}, 304: {"description": "Not changed."}},
)
async def give(token: Token, request: Request, ticket: str = "") -> Response:
    """The file. Of a link with a password or a limit, once POST has given a `ticket`.

    Headers as of every download: ETag, Range, If-Range, Content-Disposition.
    """
    state = request.app.state
    try:
        link_id = state.links.link_of(token)
        counted = link_id is not None and state.links.is_ticket(ticket, link_id)
        shared = await _looked_up(request, token, counted=counted)
        if shared.needs_opening and not counted:
            words = "this file is given on a click, which counts as a download"
            if shared.link["password_hash"] is not None:
                words = "this file is given to who knows its password"
            return await _held_back(request, shared, f"{words}: POST here first")
        answer = downloads.answer(request.method, request.headers, dict(shared.artifact))
        if answer.length:
            await _note_download(request, shared)

        async def still_there() -> None:
            await _looked_up(request, token, counted=True)

        response = await downloads.sent(answer, state.blobs, still_there)
    except Problem as problem:
        return refused(request, problem)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@router.post(
    "/{token}/file",
    status_code=303,
    summary="Open a shared file",
    response_class=Response,
    responses={303: {"description": "Where the file is, for the next quarter of an hour."}},
)
async def open_file(token: Token, request: Request) -> Response:
    """Takes the `password`, where there is one, and counts one download."""
    links: Links = request.app.state.links
    try:
        shared = await _looked_up(request, token)
        if shared.link["password_hash"] is not None and not await _knows_password(request, shared):
            await _note(request, shared, "link.refused", reason="wrong password")
            return await _held_back(request, shared, "that is not the password")
        await _count(request, shared)
    except Problem as problem:
        return refused(request, problem)
    return Response(
        status_code=303,
        headers={
            # Relative: what stands before the api may have put it below a path of its own.
            "Location": f"file?ticket={links.ticket(shared.link['id'])}",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


async def _looked_up(request: Request, token: str, *, counted: bool = False) -> SharedFile:
    """The file behind the token; Problem 404, 410 or 429 says why there is none.

    `counted`: the download that is asked for is among those that were used.
    """
    state = request.app.state
    link_id: UUID | None = state.links.link_of(token)
    if link_id is None:
        raise _no_such_link()
    state.link_limiter.count(str(link_id))
    async with state.store.no_tenant() as connection:
        tenant_id = await link_store.tenant_of(connection, link_id)
    if tenant_id is None:
        raise _no_such_link()
    async with state.store.tenant(tenant_id) as connection:
        shared = await link_store.shared_file(connection, link_id)
    if shared is None:
        raise _no_such_link()
    good_for = shared.state(datetime.now(UTC))
    if good_for is LinkState.OPEN or (counted and good_for is LinkState.USED_UP):
        return shared
    await _note(request, shared, "link.refused", reason=good_for)
    raise link_store.gone(good_for)


async def _knows_password(request: Request, shared: SharedFile) -> bool:
    state = request.app.state
    link_id, tenant_id = shared.link["id"], shared.link["tenant_id"]
    said = parse_qs(
        (await read_body(request, state.settings.body_seconds)).decode("utf-8", "replace")
    )
    async with state.store.tenant(tenant_id) as connection:
        await link_store.count_try(connection, link_id)
    kept, (password, *_) = shared.link["password_hash"], said.get("password", [""])
    if not await state.passwords.is_right(kept, password):
        return False
    async with state.store.tenant(tenant_id) as connection:
        await link_store.forget_tries(connection, link_id)
    return True


async def _count(request: Request, shared: SharedFile) -> None:
    """Count a download; Problem 410 where somebody else got the last one."""
    store, link_id = request.app.state.store, shared.link["id"]
    async with store.tenant(shared.link["tenant_id"]) as connection:
        counted = await link_store.count_download(connection, link_id)
        if counted:
            await audit.record(connection, _entry(request, shared, "link.unlocked"))
    if not counted:
        await _looked_up(request, request.path_params["token"])
        raise link_store.gone(LinkState.USED_UP)


async def _note_download(request: Request, shared: SharedFile) -> None:
    async with request.app.state.store.tenant(shared.link["tenant_id"]) as connection:
        if not shared.needs_opening:
            await link_store.count_download(connection, shared.link["id"])
        await audit.record(connection, _entry(request, shared, "link.downloaded"))


async def _note(request: Request, shared: SharedFile, action: str, **details: str) -> None:
    async with request.app.state.store.tenant(shared.link["tenant_id"]) as connection:
        await audit.record(connection, _entry(request, shared, action, **details))


def _entry(request: Request, shared: SharedFile, action: str, **details: str) -> dict[str, Any]:
    """For the audit log: nobody has said who they are, so where they come from."""
    return audit.entry(
        shared.link["tenant_id"],
        "somebody with the link",
        action,
        f"link/{shared.link['id']}",
        report=str(shared.run["id"]),
        format=shared.artifact["format"],
        address=request.client.host if request.client else None,
        program=request.headers.get("user-agent", "")[:200],
        **details,
    )


async def _held_back(request: Request, shared: SharedFile, refusal: str) -> Response:
    """403, with the form for people."""
    if is_person(request):
        return await file_page(request, shared, status=403, refusal=refusal)
    return problem_response(request, Problem(403, refusal, kind="link-not-opened"))


def _no_such_link() -> Problem:
    # The same for one that was never made and for one whose signature is wrong.
    return Problem(404, "there is no such link: look whether it was copied whole")
