"""The api's settings."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, model_validator

from shared.settings import ServiceSettings

MIN_SECRET_BYTES = 32
"""RFC 7518 section 3.2: an HS256 key has at least the hash's 256 bits."""


class ApiSettings(ServiceSettings):
    """Who is let in, and how much is taken."""

    jwt_algorithm: Literal["HS256", "RS256", "EdDSA"] = "HS256"
    """The one algorithm that tokens may be signed with, whatever their header says."""
    jwt_key: SecretStr
    """The shared secret (HS256), or the public key as PEM."""
    jwt_issuer: str = "broadsheet"
    jwt_audience: str = "broadsheet-api"
    public_url: str = ""
    """The api's address as clients see it, put before paths in answers; empty: paths alone."""

    max_body_bytes: int = Field(default=262_144, ge=1024)
    rate_limit: str = "500/second;20000/minute"
    """Requests per client (tenant and `sub`), in the notation of the library `limits`."""
    membership_seconds: float = Field(default=10.0, ge=0)
    """How long a member's role and a tenant's settings are remembered."""

    @model_validator(mode="after")
    def _strong_key(self) -> ApiSettings:
        key = self.jwt_key.get_secret_value()
        if self.jwt_algorithm == "HS256":
            if len(key.encode()) < MIN_SECRET_BYTES or len(set(key)) < 8:
                raise ValueError(
                    f"BROADSHEET_JWT_KEY is too weak: HS256 needs {MIN_SECRET_BYTES} random bytes "
                    'or more, for instance from `python -c "import secrets; '
                    'print(secrets.token_urlsafe(48))"`'
                )
        elif "PUBLIC KEY" not in key:
            raise ValueError(
                f"BROADSHEET_JWT_KEY must be a public key in PEM for {self.jwt_algorithm}"
            )
        return self
