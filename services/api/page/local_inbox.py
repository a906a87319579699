"""`/local-inbox`: the mails of the local stack's inbox, for its page alone.

The page may ask nobody but this site, so what it shows of the inbox goes through here. There is
nothing of this where no inbox is named.
"""

from __future__ import annotations

from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, Request, Response

from services.api.principals import Principal
from services.api.problems import Problem

router = APIRouter(prefix="/local-inbox")

_PASSED_ON = (
    "content-type",
    "content-disposition",
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cache-control",
)


async def _signed_in(request: Request) -> Principal:
    principal: Principal = await request.app.state.gatekeeper.admit(request)
    return principal


SignedIn = Annotated[Principal, Depends(_signed_in)]


@router.get("/messages")
async def messages(request: Request, _principal: SignedIn) -> Response:
    """All of them, latest first."""
    return await _from_inbox(request, "/api/messages")


@router.delete("/messages")
async def delete_all(request: Request, _principal: SignedIn) -> Response:
    """Empty the inbox."""
    return await _from_inbox(request, "/api/messages", method="DELETE")


@router.get("/messages/{mail_id}")
async def message(mail_id: str, request: Request, _principal: SignedIn) -> Response:
    """One mail, opened: headers, text, and what files it has."""
    return await _from_inbox(request, f"/api/messages/{_plain(mail_id)}")


@router.get("/messages/{mail_id}/raw")
async def raw(mail_id: str, request: Request, _principal: SignedIn) -> Response:
    """The mail as it came."""
    return await _from_inbox(request, f"/api/messages/{_plain(mail_id)}/raw")


@router.get("/messages/{mail_id}/html")
async def html(mail_id: str, request: Request, _principal: SignedIn) -> Response:
    """Its HTML, under the policy that the inbox gives it: no script, no request to anybody."""
    return await _from_inbox(request, f"/messages/{_plain(mail_id)}/html")


@router.get("/messages/{mail_id}/attachments/{number}")
async def attachment(mail_id: str, number: int, request: Request, _principal: SignedIn) -> Response:
    """One of its files."""
    return await _from_inbox(request, f"/messages/{_plain(mail_id)}/attachments/{number}")


def _plain(mail_id: str) -> str:
    if not mail_id.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise Problem(404, "there is no such mail")
    return mail_id


async def _from_inbox(request: Request, path: str, *, method: str = "GET") -> Response:
    url = request.app.state.settings.inbox_url
    try:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client:
            answer = await client.request(method, path)
    except httpx.TransportError:
        raise Problem(503, "the local inbox does not answer: is it running?") from None
    if answer.status_code == 404:
        raise Problem(404, "there is no such mail")
    if answer.is_error:
        raise Problem(503, f"the local inbox answered {answer.status_code}")
    headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
    return Response(answer.content, headers=headers)
