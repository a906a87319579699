"""What stands before every route: who asks, may they, and do they ask too often."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import Request, Security
from fastapi.security import HTTPBearer
from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from structlog.contextvars import bind_contextvars

from services.api.principals import Principal
from services.api.problems import FieldError, Problem
from services.api.roles import LOWEST_ROLE, ONLY_OWN_BELOW_ADMIN, Action, Role
from shared.consent import refusal

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A JWT of your tenant.")


class RateLimiter:
    """Counts each client's requests, in this process.

    With two counters for each client and limit: a window that remembers every request is
    searched from end to end a hundred times a second. Its storage for coroutines would look
    through all clients' counters at each request.
    """

    def __init__(self, limits: str) -> None:
        self._limits = parse_many(limits)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def count(self, client: str) -> None:
        """Problem 429, with Retry-After, once the client asks too often."""
        for limit in self._limits:
            if not self._limiter.hit(limit, client):
                window = self._limiter.get_window_stats(limit, client)
                wait = max(1, math.ceil(window.reset_time - time.time()))
                raise Problem(
                    429,
                    f"more than {limit}: wait {wait} s",
                    headers={"Retry-After": str(wait)},
                )


def address_of(request: Request) -> str:
    """By which somebody whom nobody knows yet is counted: where the request comes from."""
    return request.client.host if request.client else ""


def allow(action: Action) -> Callable[..., Awaitable[Principal]]:
    """A dependency of a `StrictRoute`: lets those in who may do `action`, and says who they are."""

    async def guard(request: Request, _token: object = Security(_bearer)) -> Principal:
        principal: Principal = request.state.principal
        if run_id := request.path_params.get("run_id"):
            bind_contextvars(run_id=run_id)
        ensure_role(principal, action)
        return principal

    guard.action = action  # type: ignore[attr-defined]  # for the test that walks all routes
    return guard


async def still_allowed(request: Request, action: Action) -> Principal:
    """Who asks, looked at anew: for answers that outlast a token or a membership.

    Problem 401 or 403 says why the answer ends.
    """
    gatekeeper = request.app.state.gatekeeper
    principal: Principal = await gatekeeper.admit(request)
    ensure_role(principal, action)
    return principal


def ensure_role(principal: Principal, action: Action) -> None:
    """Problem 403 where the action takes a higher role."""
    lowest = LOWEST_ROLE[action]
    if not principal.role.includes(lowest):
        detail = f"to {action} takes the role {lowest}; this token has {principal.role}"
        raise Problem(403, detail, errors=[FieldError(field="Authorization", detail=detail)])


def ensure_own(principal: Principal, action: Action, owner: str) -> None:
    """Problem 403 where the action is for one's own only: reports asked for, schedules owned."""
    if not may_touch(principal, action, owner):
        detail = f"to {action} of somebody else's takes the role admin; this one is {owner}'s"
        raise Problem(403, detail, errors=[FieldError(field="Authorization", detail=detail)])


def may_touch(principal: Principal, action: Action, owner: str) -> bool:
    """Whether the action is open to them, with something of that owner's."""
    return (
        action not in ONLY_OWN_BELOW_ADMIN or principal.role is Role.ADMIN or owner == principal.sub
    )


def ensure_allowed(principal: Principal, report_type: str, parameters: Mapping[str, Any]) -> None:
    """Problem 403 where the tenant has not allowed such a report, whatever the role."""
    refused = refusal(report_type, parameters, principal.consent)
    if refused is not None:
        raise Problem(
            403,
            refused.detail,
            kind="report-switched-off",
            errors=[FieldError(field=refused.field, detail=refused.detail)],
        )
