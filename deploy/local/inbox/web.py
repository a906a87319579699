"""The pages and the JSON that show the mails. Mail is hostile: it is quoted, never trusted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.local.inbox.mail import Summary, opened, summarise
from deploy.local.inbox.store import MailStore

PAGE_LENGTH = 50
_PAGES = Path(__file__).parent / "pages"
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A mail's own HTML: no script, no request to anybody (so no tracking picture), its own
# styles and embedded pictures only; sandboxed even when opened by itself.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups"
)
_Next = Callable[[Request], Awaitable[Response]]


def application(store: MailStore) -> Starlette:
    """The web side of the mailbox over that store."""
    views = _Views(store)
    return Starlette(
        routes=[
            Route("/", views.list),
            Route("/delete", views.delete_from_page, methods=["POST"]),
            Route("/style.css", views.style),
            Route("/messages/{id}", views.show),
            Route("/messages/{id}/html", views.html),
            Route("/messages/{id}/attachments/{number:int}", views.attachment),
            Route("/api/messages", views.api_list, methods=["GET"]),
            Route("/api/messages", views.api_delete, methods=["DELETE"]),
            Route("/api/messages/{id}", views.api_show),
            Route("/api/messages/{id}/raw", views.raw),
            Route("/health/ready", views.ready),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=_careful)],
    )


async def _careful(request: Request, following: _Next) -> Response:
    response = await following(request)
    response.headers.setdefault("Content-Security-Policy", _PAGE_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


class _Views:
    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._pages = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_PAGES), autoescape=True, trim_blocks=True
        )
        self._pages.filters |= {"octets": _octets, "when": _when}

    async def list(self, request: Request) -> Response:
        mail_ids = await run_in_threadpool(self._store.ids)
        last = max(1, -(-len(mail_ids) // PAGE_LENGTH))
        asked = request.query_params.get("page", "1")
        page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
        page = min(max(page, 1), last)
        shown = mail_ids[(page - 1) * PAGE_LENGTH : page * PAGE_LENGTH]
        summaries = await run_in_threadpool(self._store.summaries, shown)
        return self._page("list.html", mails=summaries, total=len(mail_ids), page=page, last=last)

    async def show(self, request: Request) -> Response:
        mail_id, raw = await self._found(request)
        summary = await run_in_threadpool(summarise, mail_id, raw)
        content = await run_in_threadpool(opened, raw)
        return self._page("message.html", mail=summary, content=content)

    async def html(self, request: Request) -> Response:
        _, raw = await self._found(request)
        content = await run_in_threadpool(opened, raw)
        if content.html is None:
            raise HTTPException(404, "this mail has no HTML")
        return HTMLResponse(
            content.html.encode("utf-8", "replace"),
            headers={"Content-Security-Policy": _MAIL_POLICY},
        )

    async def attachment(self, request: Request) -> Response:
        _, raw = await self._found(request)
        files = (await run_in_threadpool(opened, raw)).attachments
        number = int(request.path_params["number"])
        if number >= len(files):
            raise HTTPException(404, "this mail has no such attachment")
        return _download(files[number].content, files[number].media_type, files[number].name)

    async def raw(self, request: Request) -> Response:
        mail_id, raw = await self._found(request)
        return _download(raw, "message/rfc822", f"{mail_id}.eml")

    async def delete_from_page(self, request: Request) -> Response:
        # A form of another site could ask for it too: browsers say where one came from.
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise HTTPException(403, "asked for by another site")
        await run_in_threadpool(self._store.clear)
        return RedirectResponse("/", status_code=303)

    async def api_list(self, _request: Request) -> Response:
        def everything() -> list[dict[str, Any]]:
            return [_as_json(summary) for summary in self._store.summaries(self._store.ids())]

        return JSONResponse(await run_in_threadpool(everything))

    async def api_show(self, request: Request) -> Response:
        mail_id, raw = await self._found(request)
        summary = await run_in_threadpool(summarise, mail_id, raw)
        content = await run_in_threadpool(opened, raw)
        return JSONResponse(
            _as_json(summary)
            | {
                "headers": [list(header) for header in content.headers],
                "text": content.text,
                "has_html": content.html is not None,
            }
        )

    async def api_delete(self, _request: Request) -> Response:
        return JSONResponse({"deleted": await run_in_threadpool(self._store.clear)})

    async def ready(self, _request: Request) -> Response:
        await run_in_threadpool(self._store.ids)
        return JSONResponse({"status": "ready"})

    async def style(self, _request: Request) -> Response:
        return Response((_PAGES / "style.css").read_bytes(), media_type="text/css")

    async def _found(self, request: Request) -> tuple[str, bytes]:
        mail_id = str(request.path_params["id"])
        raw = await run_in_threadpool(self._store.raw, mail_id)
        if raw is None:
            raise HTTPException(404, "no such mail")
        return mail_id, raw

    def _page(self, name: str, **values: object) -> Response:
        return HTMLResponse(self._pages.get_template(name).render(values))


def _as_json(summary: Summary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "from": summary.sender,
        "to": list(summary.recipients),
        "subject": summary.subject,
        "date": summary.date,
        "message_id": summary.message_id,
        "size": summary.size,
        "attachments": [
            {"name": name, "media_type": media_type, "size": size}
            for name, media_type, size in summary.attachments
        ],
    }


def _download(content: bytes, media_type: str, name: str) -> Response:
    # RFC 6266; the media type is the sender's claim, so it is only ever saved, never shown.
    disposition = f"attachment; filename*=utf-8''{quote(name.replace('/', '_'), safe='')}"
    return Response(
        content,
        headers={
            "Content-Type": media_type,
            "Content-Disposition": disposition,
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _octets(size: int) -> str:
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{size / 1000:.1f} kB"
    return f"{size / 1_000_000:.1f} MB"


def _when(date: str | None) -> str:
    return "" if date is None else f"{datetime.fromisoformat(date):%Y-%m-%d %H:%M}"
