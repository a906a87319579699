"""A run as a client follows it: what it looks like now, and waiting until it is settled."""

from __future__ import annotations

import re
import time
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import Header, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api import run_store
from services.api.news import next_news
from services.api.principals import Principal
from services.api.problems import field_problem
from services.api.representations import RunView

MAX_WAIT_SECONDS = 30
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_WAIT = re.compile(r'(?:^|[,;])\s*wait\s*=\s*("?)(\d{1,6})\1\s*(?:$|[,;])', re.IGNORECASE)

IdempotencyKey = Annotated[str | None, Header()]
"""The header of that name, as `checked_key` takes it."""
Prefer = Annotated[str | None, Header()]
"""And that which `preferred` takes."""


class AskedOf(Protocol):
    """What was asked of the api: a request, or a message."""

    @property
    def app(self) -> Any:
        """The application, whose `state` has all that it takes to answer."""


def checked_key(idempotency_key: str | None) -> str | None:
    """The `Idempotency-Key` as it was sent; Problem 422 when it cannot be one."""
    if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
        raise field_problem("Idempotency-Key", "use 1 to 255 visible ASCII characters")
    return idempotency_key


async def view(request: AskedOf, principal: Principal, run_id: UUID) -> RunView:
    """The run with everything that belongs to it; Problem 404 when this tenant has none."""
    async with request.app.state.store.tenant(principal.tenant_id) as connection:
        return await _view(request, connection, run_id)


async def _view(request: AskedOf, connection: AsyncConnection, run_id: UUID) -> RunView:
    state = request.app.state
    return await run_store.view_of(
        connection,
        await run_store.row_of(connection, run_id),
        public_url=state.settings.public_url,
        estimates=state.estimates,
    )


async def preferred(
    request: Request, response: Response, principal: Principal, current: RunView, prefer: str | None
) -> RunView:
    """The run after the wait that `Prefer: wait=N` asks for, with the answer's headers set.

    200 when it is settled by then.
    """
    wait = _wait_seconds(prefer)
    if wait:
        if not current.is_settled:
            current = await _once_settled(request, principal, current.id, wait)
        response.headers["Preference-Applied"] = f"wait={wait}"
        if current.is_settled:
            response.status_code = 200
    public_url = request.app.state.settings.public_url
    response.headers["Location"] = f"{public_url}/api/v1/reports/{current.id}"
    return current


def _wait_seconds(prefer: str | None) -> int:
    match = _WAIT.search(prefer or "")
    return min(int(match.group(2)), MAX_WAIT_SECONDS) if match else 0


async def _once_settled(
    request: Request, principal: Principal, run_id: UUID, seconds: float
) -> RunView:
    """The run as it stands once no work on it goes on, or after `seconds`."""
    state = request.app.state
    until = time.monotonic() + seconds
    with state.news.about(run_id) as event:
        while True:
            await next_news(event, until - time.monotonic())
            async with state.store.tenant(principal.tenant_id) as connection:
                if time.monotonic() >= until or await run_store.is_settled(connection, run_id):
                    return await _view(request, connection, run_id)
