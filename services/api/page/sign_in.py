"""`/session`: who is signed in on the page, and the ways of signing in."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.guards import address_of
from services.api.page.sessions import CSRF_HEADER
from services.api.principals import Principal
from services.api.problems import Problem, field_problem
from services.api.roles import Role

router = APIRouter(prefix="/session", tags=["page"])

DEMO_TENANT = "demo"
_DEMO_SECONDS = 86_400.0


class SignedIn(BaseModel):
    """Who is signed in."""

    sub: str
    tenant: str = Field(description="The tenant's slug.")
    role: Role
    timezone: str = Field(description="The tenant's.")
    ends_at: datetime
    ends_at_provider: bool = Field(
        description="Whether signing out goes on at `/session/openid/end`, which ends the session "
        "at the OpenID provider, too."
    )
    csrf: str = Field(description=f"Goes into the header `{CSRF_HEADER}` of every change.")


class SessionView(BaseModel):
    """The page's session, and what is there to sign in with."""

    signed_in: SignedIn | None
    demo: bool = Field(description="Whether one may sign in to the demo without a token.")
    provider: str | None = Field(
        description="What the OpenID provider is called that one may sign in at; null: none."
    )
    inbox: bool = Field(description="Whether the local inbox can be looked at.")


class TokenBody(BaseModel):
    """A token to sign in with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: Annotated[str, Field(min_length=1, max_length=8192)]


class DemoBody(BaseModel):
    """As whom to look at the demo."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role = Role.ADMIN


@router.get("", summary="Who is signed in")
async def show(request: Request, response: Response) -> SessionView:
    """Nobody is no error: the page asks this first."""
    response.headers["Cache-Control"] = "no-store"
    claims = request.app.state.sessions.claims(request)
    if claims is None:
        return _view(request, None, None)
    try:
        principal = await request.app.state.gatekeeper.admit(request)
    except Problem:
        # Shut out since: signed in no longer.
        request.app.state.sessions.end(response)
        return _view(request, None, None)
    return _view(request, principal, claims)


@router.post("", summary="Sign in with a token")
async def sign_in(body: TokenBody, request: Request, response: Response) -> SessionView:
    """The token itself is not kept: the session says who it was of, and ends with it."""
    _ensure_from_here(request)
    request.app.state.sign_in_limiter.count(address_of(request))
    gatekeeper = request.app.state.gatekeeper
    try:
        claims = gatekeeper.claims(body.token.strip())
        principal = await gatekeeper.admit_bearer(f"Bearer {body.token}")
    except Problem as problem:
        raise field_problem("/token", problem.detail) from None
    return _begun(request, response, claims, principal)


@router.post("/demo", summary="Sign in to the demo")
async def sign_in_to_demo(
    request: Request, response: Response, body: Annotated[DemoBody, Body()]
) -> SessionView:
    """Only where the local stack allows it."""
    _ensure_from_here(request)
    if not request.app.state.settings.demo_sign_in:
        raise Problem(404, "there is no demo here: sign in with a token")
    request.app.state.sign_in_limiter.count(address_of(request))
    claims = {
        "sub": f"demo-{body.role}",
        "tenant": DEMO_TENANT,
        "role": body.role.value,
        "exp": time.time() + _DEMO_SECONDS,
    }
    principal = await request.app.state.gatekeeper.of_claims(claims)
    return _begun(request, response, claims, principal)


@router.delete("", status_code=204, summary="Sign out")
async def sign_out(request: Request, response: Response) -> None:
    """Takes the cookie away; nobody signed in is no error."""
    sessions = request.app.state.sessions
    claims = sessions.claims(request)
    if claims is not None:
        sessions.ensure_own_request(request, claims)
    sessions.end(response)


def _begun(
    request: Request, response: Response, claims: dict[str, Any], principal: Principal
) -> SessionView:
    response.headers["Cache-Control"] = "no-store"
    session = request.app.state.sessions.begin(response, claims)
    return _view(request, principal, session)


def _view(
    request: Request, principal: Principal | None, session: dict[str, Any] | None
) -> SessionView:
    settings = request.app.state.settings
    signed_in = None
    if principal is not None and session is not None:
        signed_in = SignedIn(
            sub=principal.sub,
            tenant=principal.tenant,
            role=principal.role,
            timezone=principal.timezone,
            ends_at=datetime.fromtimestamp(session["exp"], UTC),
            ends_at_provider=settings.oidc_sign_out and session.get("at_provider", False),
            csrf=session["csrf"],
        )
    return SessionView(
        signed_in=signed_in,
        demo=settings.demo_sign_in,
        provider=settings.oidc_name if settings.oidc_issuer else None,
        inbox=bool(settings.inbox_url),
    )


def _ensure_from_here(request: Request) -> None:
    """Another site must not be able to sign somebody in as somebody else."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "sign in on the page itself")
