"""The built page: its documents and its files, with what a browser is told about them.

Addresses within the page are the page's own business, so each of them gets the same document.
Embedded widgets have a small one of their own (`services.api.routes.embedded`).
Files below `/assets/` have their content's hash in their names and are kept for ever; beside each
lies a packed twin (`.br`, `.gz`), made once when the page was built.
"""

from __future__ import annotations

import mimetypes
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.api.pages import frame_ancestors
from services.api.problems import Problem

PAGES = (
    "/",
    "/sign-in",
    "/new",
    "/runs",
    "/runs/{rest:path}",
    "/saved",
    "/saved/{rest:path}",
    "/schedules",
    "/schedules/{rest:path}",
    "/deliveries",
    "/deliveries/{rest:path}",
    "/administration",
    "/administration/{rest:path}",
    "/inbox",
    "/inbox/{rest:path}",
)
"""Addresses that people may open, keep and send to each other."""

_NONCE = "NONCE-OF-THIS-ANSWER"
"""What stands in the built document where the nonce goes (`html.cspNonce` in vite.config.ts)."""
_PACKED = (("br", ".br"), ("gzip", ".gz"))
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def policy(nonce: str, framed_by: Sequence[str] = ()) -> str:
    """The document's Content-Security-Policy; pages of the origins `framed_by` may frame it.

    Scripts are files of this site alone: none inline, no `eval`. Style sheets are files too, or
    carry the nonce (what the component library works out at run time). Style attributes in markup
    are refused; what a script sets on an element is not a style attribute. Nothing is asked of
    any other host.
    """
    return (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        f"font-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'none'; "
        "frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        f"{frame_ancestors(framed_by)}"
    )


def routes(folder: Path) -> list[BaseRoute]:
    """Those of the page in that folder; ValueError where none was built."""
    document = folder / "index.html"
    if not document.is_file():
        raise ValueError(
            f"BROADSHEET_PAGE_DIR: there is no built page in {folder}; `make page` builds one"
        )
    html = document.read_text(encoding="utf-8")

    async def answer(_request: Request) -> Response:
        return document_response(html)

    return [
        *(Route(path, answer, include_in_schema=False) for path in PAGES),
        Route("/assets/{name}", _files(folder / "assets", lasting=True), include_in_schema=False),
        Route("/pictures/{name}", _files(folder / "pictures"), include_in_schema=False),
        Route("/favicon.svg", _files(folder, name="favicon.svg"), include_in_schema=False),
    ]


def embed_document(folder: Path) -> str:
    """That of embedded widgets; ValueError where none was built."""
    document = folder / "embed.html"
    if not document.is_file():
        raise ValueError(
            f"BROADSHEET_PAGE_DIR: the page in {folder} is of an older version; `make page` "
            "builds it"
        )
    return document.read_text(encoding="utf-8")


def document_response(html: str, *, framed_by: Sequence[str] = ()) -> Response:
    """A built document with a nonce of this answer, to be framed by those origins alone."""
    nonce = secrets.token_urlsafe(16)
    elsewhere = {"Cross-Origin-Resource-Policy": "cross-origin"} if framed_by else {}
    return HTMLResponse(
        html.replace(_NONCE, nonce),
        headers={
            **SECURITY,
            # For sites that frame nothing unless it says so itself.
            **elsewhere,
            "Content-Security-Policy": policy(nonce, framed_by),
            "Cache-Control": "no-store",
        },
    )


def _files(
    folder: Path, *, lasting: bool = False, name: str | None = None
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        wanted = name or str(request.path_params["name"])
        file = folder / wanted
        if not _NAME.fullmatch(wanted) or file.suffix in (".br", ".gz") or not file.is_file():
            raise Problem(404, "there is no such file of the page")
        headers = {
            **SECURITY,
            "Vary": "Accept-Encoding",
            "Cache-Control": "public, max-age=31536000, immutable"
            if lasting
            else "public, max-age=3600",
        }
        media_type = mimetypes.guess_type(wanted)[0] or "application/octet-stream"
        accepted = request.headers.get("accept-encoding", "")
        for encoding, suffix in _PACKED:
            packed = file.with_name(wanted + suffix)
            if encoding in accepted and packed.is_file():
                headers["Content-Encoding"] = encoding
                return FileResponse(packed, media_type=media_type, headers=headers)
        return FileResponse(file, media_type=media_type, headers=headers)

    return answer
