"""Who is asking: a bearer JWT or the page's session, its tenant and its member row.

The algorithm is fixed by configuration and never read from the token. A member that an
administrator made inactive is refused; a member's role caps the token's.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from fastapi import Request
from sqlalchemy import ARRAY, Text, any_, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.page.sessions import Sessions
from services.api.problems import FieldError, Problem
from services.api.roles import Role
from services.api.settings import ApiSettings
from shared.batching import Batching
from shared.consent import Consent
from shared.recipient_policy import RecipientPolicy
from shared.store import tables
from shared.store.engine import Store

_REQUIRED = ["exp", "iss", "aud", "sub", "tenant", "role"]
_REMEMBERED = 10_000
MAX_SUB = 200
"""Characters of a `sub`, as the store keeps it."""


@dataclass(frozen=True)
class Principal:
    """The one who asks."""

    sub: str
    tenant_id: UUID
    tenant: str
    """The tenant's slug."""
    role: Role
    timezone: str
    """The tenant's default timezone."""
    max_backlog: int
    """How many unfinished runs the tenant may have."""
    freshness_seconds: int
    """How old the data of an identical report may be for one to share them; 0: never shared."""
    consent: Consent
    """What the tenant allows to be reported about people."""
    recipient_policy: RecipientPolicy
    """Who may be sent the tenant's reports."""
    expires_at: float
    """When the token ends (Unix seconds)."""

    @property
    def client(self) -> str:
        """The key by which requests are counted."""
        return f"{self.tenant_id}/{self.sub}"


_TENANT = text("SELECT tenant_by_slug(:slug)")
_settings, _members = tables.tenant_settings, tables.members
_MEMBERSHIPS = (
    select(_settings, _members.c.sub, _members.c.role, _members.c.active)
    .select_from(_settings)
    .outerjoin(
        _members,
        (_members.c.tenant_id == _settings.c.tenant_id)
        & (_members.c.sub == any_(bindparam("subs", type_=ARRAY(Text)))),
    )
)


@dataclass(frozen=True)
class _Membership:
    """What the store says of somebody: the tenant's settings, and a member's own row if any."""

    settings: Mapping[str, Any]
    role: Role | None
    active: bool


class Gatekeeper:
    """Turns an Authorization header, or else the page's session, into a principal."""

    def __init__(self, store: Store, settings: ApiSettings, sessions: Sessions) -> None:
        self._store = store
        self._settings = settings
        self._sessions = sessions
        self._known: dict[str, tuple[float, Principal]] = {}
        self._tenants: dict[str, tuple[float, UUID]] = {}
        self._asked: dict[str, asyncio.Task[UUID]] = {}
        # Many come at once: at a start, and whenever what is remembered has become old.
        self._memberships = Batching(store, _memberships, name="memberships")

    async def admit(self, request: Request) -> Principal:
        """The principal; Problem 401 or 403 says why there is none.

        With a header the session does not count: who sends one means it.
        """
        authorization = request.headers.get("authorization")
        session = None if authorization is not None else self._sessions.claims(request)
        if session is None:
            return await self.admit_bearer(authorization)
        self._sessions.ensure_own_request(request, session)
        return await self._remembered(session["csrf"], lambda: session)

    async def admit_bearer(self, authorization: str | None) -> Principal:
        """The same, by the header alone."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _unauthorized("send the header `Authorization: Bearer <token>`")
        token = token.strip()
        return await self._remembered(token, lambda: self.claims(token))

    async def _remembered(self, key: str, claims: Callable[[], Mapping[str, object]]) -> Principal:
        now = time.time()
        known = self._known.get(key)
        if known and known[0] > now:
            return known[1]
        principal = await self.of_claims(claims())
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        until = min(now + self._settings.membership_seconds, principal.expires_at)
        self._known[key] = (until, principal)
        return principal

    def forget(self) -> None:
        """Members or settings have changed: look again."""
        self._known.clear()

    def claims(self, token: str) -> dict[str, object]:
        """What a token says; Problem 401 about one that is not good."""
        try:
            claims = self._verified(token)
        except jwt.ExpiredSignatureError:
            raise _unauthorized("the token has expired: get a new one") from None
        except jwt.MissingRequiredClaimError as error:
            raise _unauthorized(f"the token has no claim {error.claim!r}") from None
        # PyJWT lets some of what a claim of a wrong type leads to through.
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise _unauthorized(f"the token is not valid: {error}") from None
        return claims

    def _verified(self, token: str) -> dict[str, object]:
        """The claims, by whichever key has signed them."""
        *others, last = self._settings.jwt_keys
        for key in others:
            with contextlib.suppress(jwt.InvalidSignatureError):
                return self._decoded(token, key)
        return self._decoded(token, last)

    def _decoded(self, token: str, key: str) -> dict[str, object]:
        claims: dict[str, object] = jwt.decode(
            token,
            key,
            algorithms=[self._settings.jwt_algorithm],
            issuer=self._settings.jwt_issuer,
            audience=self._settings.jwt_audience,
            options={"require": _REQUIRED},
        )
        return claims

    async def of_claims(self, claims: Mapping[str, object]) -> Principal:
        """Who that is, once the claims are known to be true."""
        sub, slug, role = (_text(claims, name) for name in ("sub", "tenant", "role"))
        if role not in list(Role):
            raise _unauthorized(f"the token's role {role!r} is none of viewer, author, admin")
        tenant_id = await self._tenant_id(slug)
        member = await self._memberships.do(tenant_id, sub)
        if not member.active:
            detail = "this member is inactive: an administrator can change that"
            raise Problem(403, detail, errors=[FieldError(field="Authorization", detail=detail)])
        return Principal(
            sub=sub,
            tenant_id=tenant_id,
            tenant=slug,
            role=Role(role) if member.role is None else Role(role).capped_by(member.role),
            timezone=member.settings["timezone"],
            max_backlog=member.settings["max_backlog"],
            freshness_seconds=member.settings["freshness_seconds"],
            consent=Consent.of(member.settings),
            recipient_policy=RecipientPolicy.model_validate(member.settings["recipient_policy"]),
            expires_at=float(str(claims["exp"])),
        )

    async def _tenant_id(self, slug: str) -> UUID:
        """Of a tenant; asked for once and remembered, because many of its members come at once."""
        known = self._tenants.get(slug)
        if known and known[0] > time.monotonic():
            return known[1]
        if slug not in self._asked:
            self._asked[slug] = asyncio.create_task(self._look_up(slug))
        # One who goes away does not take the answer from the others.
        return await asyncio.shield(self._asked[slug])

    async def _look_up(self, slug: str) -> UUID:
        try:
            async with self._store.no_tenant() as connection:
                tenant_id: UUID | None = await connection.scalar(_TENANT, {"slug": slug})
            if tenant_id is None:
                raise _unauthorized("the token's tenant is not known here")
            until = time.monotonic() + self._settings.membership_seconds
            self._tenants[slug] = (until, tenant_id)
            return tenant_id
        finally:
            del self._asked[slug]


async def _memberships(connection: AsyncConnection, subs: Sequence[str]) -> list[_Membership]:
    answer = await connection.execute(_MEMBERSHIPS, {"subs": list(subs)})
    rows = [dict(row) for row in answer.mappings()]
    settings, members = rows[0], {row["sub"]: row for row in rows}
    found = []
    for sub in subs:
        own = members.get(sub)
        role = Role(own["role"]) if own else None
        found.append(_Membership(settings, role, active=own is None or own["active"]))
    return found


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims[name]
    # Printable: it is stored, logged and shown.
    if not isinstance(value, str) or not 0 < len(value) <= MAX_SUB or not value.isprintable():
        raise _unauthorized(f"the token's `{name}` is not a text of 1 to {MAX_SUB} characters")
    return value


def _unauthorized(detail: str) -> Problem:
    return Problem(
        401,
        detail,
        errors=[FieldError(field="Authorization", detail=detail)],
        headers={"WWW-Authenticate": 'Bearer realm="broadsheet"'},
    )
