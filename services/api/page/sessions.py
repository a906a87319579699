"""Who is signed in on the page: a signed cookie that scripts cannot read.

The cookie is no bearer token: it has an audience and a key of its own, so that neither passes for
the other. What a request changes needs the session's CSRF token in a header too, which another
site can neither read nor send; the cookie itself is sent to this site's own requests alone
(`SameSite=Strict`).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

import jwt
import structlog
from fastapi import Request, Response

from services.api.problems import FieldError, Problem
from services.api.settings import ApiSettings

log = structlog.get_logger(__name__)

COOKIE = "broadsheet_session"
CSRF_HEADER = "X-CSRF-Token"
_AUDIENCE = "broadsheet-page"
_ALGORITHM = "HS256"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class Sessions:
    """Makes the cookies and reads them."""

    def __init__(self, settings: ApiSettings) -> None:
        key = settings.session_key
        if key is None and settings.page_dir:
            log.warning("no BROADSHEET_SESSION_KEY: who signs in is signed out when the api ends")
        self._key = secrets.token_urlsafe(48) if key is None else key.get_secret_value()
        self._seconds = settings.session_hours * 3600
        self._secure = settings.public_url.startswith("https://")

    def begin(
        self, response: Response, claims: Mapping[str, Any], *, at_provider: bool = False
    ) -> dict[str, Any]:
        """Have the response set the cookie of somebody with these claims; the session's own.

        It ends with the token that it was made of, or after `session_hours`. `at_provider`: whether
        it was made of what an OpenID provider says, which has a session of its own.
        """
        now = time.time()
        session = {
            "aud": _AUDIENCE,
            "sub": claims["sub"],
            "tenant": claims["tenant"],
            "role": claims["role"],
            "iat": int(now),
            "exp": int(min(now + self._seconds, float(claims["exp"]))),
            "csrf": secrets.token_urlsafe(24),
            "at_provider": at_provider,
        }
        response.set_cookie(
            COOKIE,
            jwt.encode(session, self._key, algorithm=_ALGORITHM),
            max_age=session["exp"] - int(now),
            httponly=True,
            samesite="strict",
            secure=self._secure,
            path="/",
        )
        return session

    def end(self, response: Response) -> None:
        """Have the response take the cookie away."""
        response.delete_cookie(
            COOKIE, path="/", httponly=True, samesite="strict", secure=self._secure
        )

    def claims(self, request: Request) -> dict[str, Any] | None:
        """Of whoever is signed in; None: nobody, or no longer."""
        cookie = request.cookies.get(COOKIE)
        if cookie is None:
            return None
        try:
            claims: dict[str, Any] = jwt.decode(
                cookie,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["exp", "sub", "tenant", "role", "csrf"]},
            )
        except jwt.PyJWTError:
            return None
        return claims

    def ensure_own_request(self, request: Request, claims: Mapping[str, Any]) -> None:
        """Problem 403 about a change that this site's own page did not ask for."""
        if request.method in _READS:
            return
        given = request.headers.get(CSRF_HEADER, "")
        if not secrets.compare_digest(given.encode(), str(claims["csrf"]).encode()):
            detail = "this change did not come from the page: reload it and try again"
            raise Problem(
                403, detail, kind="csrf", errors=[FieldError(field=CSRF_HEADER, detail=detail)]
            )
