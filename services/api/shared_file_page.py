"""The page of a share link: what the file is, and a button."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from services.api import run_store
from services.api.link_store import SharedFile
from services.api.pages import page
from shared.store import tables


async def file_page(
    request: Request, shared: SharedFile, *, status: int = 200, refusal: str | None = None
) -> HTMLResponse:
    """`refusal`: why the file was not given just now."""
    link, artifact, run = shared.link, shared.artifact, shared.run
    async with request.app.state.store.tenant(link["tenant_id"]) as connection:
        studio = await connection.scalar(select(tables.tenants.c.name))
        newer = await run_store.superseded_by(connection, run["id"])
    kind = (await request.app.state.catalogue.types()).get(run["report_type"])
    at_the_file = request.url.path.endswith("/file")
    return page(
        "shared_file.html",
        status,
        title=kind.title if kind else run["report_type"],
        studio=studio,
        period=_days(run["first_day"], run["last_day"]),
        file_name=artifact["file_name"],
        size=size_in_words(artifact["size"]),
        until=_local(link["expires_at"], run["timezone"]),
        left=None if link["max_downloads"] is None else link["max_downloads"] - link["downloads"],
        is_corrected=newer is not None,
        asks=shared.needs_opening,
        asks_password=link["password_hash"] is not None,
        # Relative: what stands before the api may have put it below a path of its own.
        action="file" if at_the_file else f"{request.path_params['token']}/file",
        refusal=refusal and f"{refusal[0].upper()}{refusal[1:]}.",
    )


def size_in_words(size: int) -> str:
    """Octets as people say them: `1 byte`, `812 kB`, `3.4 MB` (thousands, not 1024)."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    value, unit = size / 1e3, "kB"
    for larger in ("MB", "GB"):
        if value >= 999.5:
            value, unit = value / 1e3, larger
    return f"{value:.0f} {unit}" if unit == "kB" or value >= 99.5 else f"{value:.1f} {unit}"


def _days(first: date, last: date) -> str:
    days = dict.fromkeys(f"{day:%-d %B %Y}" for day in (first, last))
    return " \N{EN DASH} ".join(days)


def _local(instant: datetime, timezone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(timezone)):%-d %B %Y, %H:%M} ({timezone})"
