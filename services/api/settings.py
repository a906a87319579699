"""The api's settings."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from limits import parse_many
from pydantic import Field, SecretStr, field_validator, model_validator

from shared.egress import EgressSettings
from shared.secret_box import SecretSettings
from shared.settings import HttpUrl, LinkingSettings
from shared.strong_secrets import ensure_strong_secret

MIN_RSA_BITS = 2048
"""RFC 7518 section 3.3."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ApiSettings(EgressSettings, SecretSettings, LinkingSettings):
    """Who is let in, and how much is taken."""

    jwt_algorithm: Literal["HS256", "RS256", "EdDSA"] = "HS256"
    """The one algorithm that tokens may be signed with, whatever their header says."""
    jwt_key: SecretStr
    """The shared secret (HS256), or the public key as PEM."""
    jwt_other_key: SecretStr | None = None
    """A second key whose tokens are taken as well, for as long as keys are being exchanged."""
    jwt_issuer: str = "broadsheet"
    """The `iss` that tokens must have."""
    jwt_audience: str = "broadsheet-api"
    """The `aud` that tokens must have."""

    max_body_bytes: int = Field(default=262_144, ge=1024)
    """The largest request body; a larger one is answered 413 unread."""
    body_seconds: float = Field(default=10.0, gt=0)
    """How long a request's body may take to arrive; a later one is answered 408."""
    preview_seconds: float = Field(default=25.0, gt=0)
    """How long a preview or a look-up may take; a later one is given up and answered 503."""
    rate_limit: str = "500/second;20000/minute"
    """Requests per client (tenant and `sub`), in the notation of the library `limits`."""
    membership_seconds: float = Field(default=10.0, ge=0)
    """How long a member's role and a tenant's settings are remembered."""

    page_dir: str = ""
    """The folder with the built web page, which is then served at `/`; empty: there is none."""
    session_key: SecretStr | None = None
    """Signs the page's sessions; empty: a random one, and they end when the api does."""
    session_hours: float = Field(default=12.0, gt=0, le=720)
    """How long one stays signed in on the page, if the token allows."""
    demo_sign_in: bool = False
    """Lets anybody into the tenant `demo` without a token; only where `http_host` is loopback."""
    inbox_url: HttpUrl = ""
    """The local stack's inbox, whose mails the page shows; empty: there is none."""

    oidc_issuer: HttpUrl = ""
    """The OpenID provider that people sign in at on the page; empty: there is none."""
    oidc_client_id: str = ""
    """What the provider knows Broadsheet as."""
    oidc_client_secret: SecretStr | None = None
    """The secret that belongs to it; empty: a public client, which PKCE alone protects."""
    oidc_name: str = "your organisation"
    """What people call the provider: the button says "Sign in with ..."."""
    oidc_scope: str = "openid email profile"
    """What is asked of the provider; `openid` must be among it."""
    oidc_sub_claim: str = "sub"
    """The claim that a member is known by: `sub`, or for instance `email`."""
    oidc_tenant: str = ""
    """The tenant of everybody who signs in there; empty: a claim says it."""
    oidc_tenant_claim: str = "tenant"
    """The claim with the tenant's slug, where `oidc_tenant` is empty."""
    oidc_role_claim: str = "role"
    """The claim with the role: viewer, author or admin."""
    oidc_role: Literal["", "viewer", "author", "admin"] = ""
    """The role of those whose claims name none; empty: they are not let in."""
    oidc_sign_out: bool = False
    """Whether whoever signs out here is signed out at the provider, too."""

    @field_validator("session_key")
    @classmethod
    def _strong_session_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None or not key.get_secret_value():
            return None
        _ensure_strong_secret("BROADSHEET_SESSION_KEY", key.get_secret_value())
        return key

    @field_validator("oidc_client_secret")
    @classmethod
    def _secret_or_none(cls, secret: SecretStr | None) -> SecretStr | None:
        return secret if secret is not None and secret.get_secret_value() else None

    @model_validator(mode="after")
    def _provider_is_whole(self) -> ApiSettings:
        if not self.oidc_issuer:
            return self
        if not self.oidc_client_id or self.session_key is None or not self.public_url:
            raise ValueError(
                "BROADSHEET_OIDC_ISSUER needs BROADSHEET_OIDC_CLIENT_ID, BROADSHEET_SESSION_KEY "
                "and BROADSHEET_PUBLIC_URL besides, where the provider sends people back to"
            )
        if "openid" not in self.oidc_scope.split():
            raise ValueError("BROADSHEET_OIDC_SCOPE must have `openid` among it")
        if not self.oidc_issuer.startswith("https://") and not _is_loopback(self.oidc_issuer):
            raise ValueError("BROADSHEET_OIDC_ISSUER must be https: what it answers is believed")
        return self

    @model_validator(mode="after")
    def _demo_stays_here(self) -> ApiSettings:
        if self.demo_sign_in and self.http_host not in _LOOPBACK:
            raise ValueError(
                "BROADSHEET_DEMO_SIGN_IN lets anybody in: it is for an api that answers on "
                "127.0.0.1 alone (BROADSHEET_HTTP_HOST)"
            )
        return self

    @field_validator("rate_limit")
    @classmethod
    def _a_rate(cls, text: str) -> str:
        try:
            parse_many(text)
        except ValueError:
            raise ValueError("give rates such as 500/second;20000/minute") from None
        return text

    @model_validator(mode="after")
    def _strong_key(self) -> ApiSettings:
        _ensure_strong("BROADSHEET_JWT_KEY", self.jwt_key, self.jwt_algorithm)
        if self.jwt_other_key is not None and self.jwt_other_key.get_secret_value():
            _ensure_strong("BROADSHEET_JWT_OTHER_KEY", self.jwt_other_key, self.jwt_algorithm)
        return self

    @property
    def jwt_keys(self) -> tuple[str, ...]:
        """Those that a token may be signed with."""
        keys = (self.jwt_key, self.jwt_other_key)
        return tuple(value for key in keys if key is not None and (value := key.get_secret_value()))


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in _LOOPBACK


def _ensure_strong(variable: str, key: SecretStr, algorithm: str) -> None:
    if algorithm == "HS256":
        _ensure_strong_secret(variable, key.get_secret_value())
    else:
        _ensure_public_key(variable, key.get_secret_value(), algorithm)


def _ensure_strong_secret(variable: str, secret: str) -> None:
    if "-----BEGIN" in secret:
        raise ValueError(
            f"{variable} is a key in PEM, which others may know: set "
            "BROADSHEET_JWT_ALGORITHM to RS256 or EdDSA, or use a secret"
        )
    ensure_strong_secret(variable, secret)


def _ensure_public_key(variable: str, pem: str, algorithm: str) -> None:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        raise ValueError(f"{variable} must be a public key in PEM for {algorithm}") from None
    fits = {"RS256": RSAPublicKey, "EdDSA": Ed25519PublicKey}[algorithm]
    if not isinstance(key, fits):
        raise ValueError(f"{variable} is a public key of another kind than {algorithm}'s")
    if isinstance(key, RSAPublicKey) and key.key_size < MIN_RSA_BITS:
        raise ValueError(
            f"{variable} is too weak: RS256 needs {MIN_RSA_BITS} bits, this key has {key.key_size}"
        )
