"""Tokens for the local stack's API, signed with the key of its state folder."""

from __future__ import annotations

import time

import jwt

from deploy.local.places import Places

ALGORITHM = "HS256"
ISSUER = "broadsheet"
AUDIENCE = "broadsheet-api"
DEMO_TENANT = "demo"
DEMO_ADMIN = "demo-admin"


def signing_key(places: Places) -> str:
    """The secret that the local API verifies with."""
    return places.secret("jwt")


def make_token(
    key: str,
    *,
    tenant: str = DEMO_TENANT,
    role: str = "admin",
    sub: str = DEMO_ADMIN,
    ttl_seconds: float = 86_400.0,
    now: float | None = None,
) -> str:
    """A bearer token; `tenant` is the tenant's slug, `now` is seconds since the epoch."""
    issued = int(time.time() if now is None else now)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": sub,
        "tenant": tenant,
        "role": role,
        "iat": issued,
        "exp": issued + int(ttl_seconds),
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM)
