"""The api as its clients use it."""

from __future__ import annotations

import time
from typing import Any

import httpx
import jwt

from deploy.local.infrastructure import LocalInfrastructure
from deploy.local.tokens import ALGORITHM, AUDIENCE, ISSUER, signing_key

OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}


def token(infra: LocalInfrastructure, tenant: str, role: str = "admin") -> str:
    """A bearer token of the tenant with that slug."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": f"{role}@{tenant}",
        "tenant": tenant,
        "role": role,
        "iat": now,
        "exp": now + 3600,
    }
    return jwt.encode(claims, signing_key(infra.places), algorithm=ALGORITHM)


def client(infra: LocalInfrastructure, url: str, tenant: str) -> httpx.AsyncClient:
    """A client for `/api/v1` of the api at `url`."""
    return httpx.AsyncClient(
        base_url=f"{url}/api/v1",
        headers={"Authorization": f"Bearer {token(infra, tenant)}"},
        timeout=30,
        trust_env=False,
    )


def body(*mail_to: str, formats: tuple[str, ...] = ("csv",)) -> dict[str, Any]:
    """A request for October's deliveries."""
    return {
        "type": "delivery_summary",
        "formats": list(formats),
        "period": OCTOBER,
        "deliver_to": [{"channel": "email", "to": to} for to in mail_to],
    }
