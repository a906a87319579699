"""`/session/openid`: signing in on the page at an OpenID provider (code flow with PKCE).

Whoever wants in is sent to the provider and comes back with a code, which the api exchanges for an
ID token; signature, issuer, audience, nonce and times are checked by Authlib. What the token says
becomes a session like any other: the provider's own tokens are not kept.

What was begun is remembered in a cookie of a few minutes (state, nonce, PKCE verifier), which comes
back from the provider's site as well (`SameSite=Lax`), other than the session's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from authlib.integrations.starlette_client import OAuth, OAuthError
from joserfc.errors import JoseError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from services.api.guards import RateLimiter, address_of
from services.api.page.sessions import Sessions
from services.api.principals import Gatekeeper
from services.api.problems import Problem
from services.api.settings import ApiSettings

log = structlog.get_logger(__name__)

PATH = "/session/openid"
_ANSWER = "/answer"
_END = "/end"
_BEGUN_COOKIE = "broadsheet_signing_in"
_BEGUN_SECONDS = 600
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""What an ID token may be signed with: public keys alone, whatever the provider offers besides."""
_PROVIDER_SECONDS = 10.0
_VERIFIED = "email_verified"
_LONGEST_ADDRESS = 1_000
"""Characters of the address to show afterwards: browsers keep no cookie of more than 4 KB."""


class Trouble(StrEnum):
    """Why nobody was signed in; the page has words for each."""

    DENIED = "denied"
    """The provider let nobody in, or the person turned back."""
    STALE = "stale"
    """Not begun in this browser, or more than ten minutes ago."""
    UNREACHABLE = "unreachable"
    """The provider did not answer."""
    UNTRUSTED = "untrusted"
    """The provider's answer did not pass the checks, or it did not take our secret or the code."""
    UNKNOWN = "unknown"
    """The provider knows the person, Broadsheet does not: no tenant or no role for them."""
    BUSY = "busy"
    """Too many sign-ins from that address."""


def route(
    settings: ApiSettings, sessions: Sessions, gatekeeper: Gatekeeper, limiter: RateLimiter
) -> Mount:
    """Both steps in, with the cookie that joins them, and the way out."""
    key = settings.session_key
    if key is None:  # the settings see to it
        raise ValueError("signing in at a provider takes BROADSHEET_SESSION_KEY")
    steps = _Steps(settings, sessions, gatekeeper, limiter)
    cookie = Middleware(
        SessionMiddleware,
        secret_key=key.get_secret_value(),
        session_cookie=_BEGUN_COOKIE,
        max_age=_BEGUN_SECONDS,
        path=PATH,
        same_site="lax",
        https_only=settings.public_url.startswith("https://"),
    )
    routes = [
        Route("/", steps.begin),
        Route(_ANSWER, steps.end),
        Route(_END, steps.sign_out_there),
    ]
    return Mount(PATH, app=Starlette(routes=routes, middleware=[cookie]))


class _Steps:
    def __init__(
        self,
        settings: ApiSettings,
        sessions: Sessions,
        gatekeeper: Gatekeeper,
        limiter: RateLimiter,
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._gatekeeper = gatekeeper
        self._limiter = limiter
        self._home = settings.public_url.rstrip("/")
        self._answer_url = f"{self._home}{PATH}{_ANSWER}"
        secret = settings.oidc_client_secret
        how: dict[str, Any] = {
            "scope": settings.oidc_scope,
            "code_challenge_method": "S256",
            "trust_env": False,
            "timeout": _PROVIDER_SECONDS,
        }
        if secret is None:
            how |= {"token_endpoint_auth_method": "none"}
        issuer = settings.oidc_issuer.rstrip("/")
        self._provider = OAuth().register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs=how,
        )

    async def begin(self, request: Request) -> Response:
        """To the provider; `to` is the address on this site to show afterwards."""
        asked = request.query_params.get("to", "/")
        to = asked if _is_here(asked) else "/"
        request.session["to"] = to
        try:
            self._limiter.count(address_of(request))
            sent: Response = await self._provider.authorize_redirect(request, self._answer_url)
        # RuntimeError: Authlib's, where the provider's metadata lack an address.
        except (httpx.HTTPError, RuntimeError, ValueError) as error:
            return _back(Trouble.UNREACHABLE, to, error)
        except Problem as problem:
            return _back(Trouble.BUSY, to, problem)
        return sent

    async def end(self, request: Request) -> Response:
        """Back from the provider: signed in, or at the sign-in page with the reason."""
        to = request.session.pop("to", "/")
        try:
            self._limiter.count(address_of(request))
            claims = await self._claims(request)
            await self._gatekeeper.of_claims(claims)
        except OAuthError as error:
            return _back(_refusal(request, error), to, error)
        except httpx.HTTPError as error:
            return _back(Trouble.UNREACHABLE, to, error)
        except (JoseError, RuntimeError, ValueError) as error:
            return _back(Trouble.UNTRUSTED, to, error)
        except Problem as problem:
            return _back(Trouble.BUSY if problem.status == 429 else Trouble.UNKNOWN, to, problem)
        response = RedirectResponse(to, status_code=303)
        self._sessions.begin(response, claims, at_provider=True)
        return response

    async def sign_out_there(self, _request: Request) -> Response:
        """To where the provider ends its own session; to the sign-in page where it offers none.

        OpenID Connect RP-Initiated Logout 1.0, section 2. Without an ID token, which is not kept,
        the provider asks the person first.
        """
        try:
            metadata = await self._provider.load_server_metadata()
        except (httpx.HTTPError, ValueError) as error:
            return _back(Trouble.UNREACHABLE, "/", error)
        there = metadata.get("end_session_endpoint")
        if not isinstance(there, str):
            return RedirectResponse("/sign-in", status_code=303)
        query = urlencode(
            {
                "client_id": self._settings.oidc_client_id,
                "post_logout_redirect_uri": f"{self._home}/sign-in",
            }
        )
        return RedirectResponse(f"{there}{'&' if '?' in there else '?'}{query}", status_code=303)

    async def _claims(self, request: Request) -> dict[str, Any]:
        """A session's claims, of those that the provider gives.

        What the ID token leaves out is asked of the provider's user info.
        """
        settings = self._settings
        metadata = await self._provider.load_server_metadata()
        issuer = metadata.get("issuer")
        # OpenID Connect Discovery 1.0, section 4.3: whoever else it names is not the one we asked.
        if not isinstance(issuer, str) or issuer.rstrip("/") != settings.oidc_issuer.rstrip("/"):
            raise ValueError(f"BROADSHEET_OIDC_ISSUER is not what it calls itself: {issuer!r}")
        offered = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        metadata["id_token_signing_alg_values_supported"] = [
            name for name in offered if name in _SIGNATURES
        ]
        checks = {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": settings.oidc_client_id},
        }
        tokens = await self._provider.authorize_access_token(request, claims_options=checks)
        told: dict[str, Any] = dict(tokens.get("userinfo") or {})
        if not told:
            raise ValueError("the provider gave no ID token")
        wanted = {settings.oidc_sub_claim, settings.oidc_role_claim}
        if not settings.oidc_tenant:
            wanted.add(settings.oidc_tenant_claim)
        if settings.oidc_sub_claim == "email":
            wanted.add(_VERIFIED)
        if not wanted <= told.keys() and "userinfo_endpoint" in metadata:
            more = await self._provider.userinfo(token=tokens)
            if more.get("sub") != told["sub"]:
                raise ValueError("the provider's user info is about somebody else")
            told = {**more, **told}
        return session_claims(told, settings, now=time.time())


def session_claims(told: Mapping[str, Any], settings: ApiSettings, *, now: float) -> dict[str, Any]:
    """A session's claims from the provider's; Problem 401 says what is missing.

    An email counts only where the provider has seen that it is theirs (OpenID Connect Core 1.0,
    section 5.7): else people could be whoever they write there.
    """
    # Some providers give a text.
    if settings.oidc_sub_claim == "email" and told.get(_VERIFIED) not in (True, "true"):
        raise Problem(401, "the provider does not say that the person's email is verified")
    claims = {
        "sub": told.get(settings.oidc_sub_claim),
        "tenant": settings.oidc_tenant or told.get(settings.oidc_tenant_claim),
        "role": told.get(settings.oidc_role_claim) or settings.oidc_role,
        "exp": now + settings.session_hours * 3600,
    }
    missing = [name for name, value in claims.items() if not value]
    if missing:
        raise Problem(401, f"the provider does not say the person's {' and '.join(missing)}")
    return claims


def _refusal(request: Request, error: OAuthError) -> Trouble:
    if "error" in request.query_params:  # RFC 6749, section 4.1.2.1
        return Trouble.DENIED
    return Trouble.STALE if error.error == "mismatching_state" else Trouble.UNTRUSTED


def _is_here(address: str) -> bool:
    """Whether it is an address of this site, short enough to keep: no other one is returned to."""
    return (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and len(address) <= _LONGEST_ADDRESS
    )


def _back(trouble: Trouble, to: str, reason: Exception) -> Response:
    """To the sign-in page, which says why, and still knows what the person came for."""
    log.warning("nobody signed in", trouble=trouble.value, reason=str(reason))
    query = urlencode({"trouble": trouble.value} | ({} if to == "/" else {"to": to}))
    return RedirectResponse(f"/sign-in?{query}", status_code=303)
