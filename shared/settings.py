"""Settings that every service has. Each service adds its own class beside its `app.py`.

All are read from the environment, prefixed `BROADSHEET_`; `deploy/.env.example` lists them.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.strong_secrets import ensure_strong_secret
from shared.validation_words import in_words

_Settings = TypeVar("_Settings", bound=BaseSettings)
_Text = TypeVar("_Text", str, SecretStr)


class SettingsError(ValueError):
    """Settings that are missing or refused: which variables, why, and where they are described."""


def from_environment(settings_class: type[_Settings]) -> _Settings:
    """The settings as the environment has them; SettingsError names the variables to mend."""
    try:
        return settings_class()
    except ValidationError as error:
        prefix = settings_class.model_config.get("env_prefix", "")
        lines = []
        for each in error.errors(include_url=False, include_input=False):
            variable = prefix + "_".join(str(step) for step in each["loc"]).upper()
            # What is about several variables names them itself.
            lines.append(f"{variable}: {in_words(each)}" if each["loc"] else in_words(each))
        raise SettingsError(
            "\n  ".join(["cannot start with these settings:", *lines])
            + "\nSet them in the environment; deploy/.env.example describes each."
        ) from None


def url_like(example: str, *schemes: str, may_be_empty: bool = False) -> AfterValidator:
    """A check that a setting is a URL of one of these schemes, with a host.

    What is refused is not repeated: there may be a password in it.
    """

    def check(value: _Text) -> _Text:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not (_has_parts(text, schemes) or (may_be_empty and not text)):
            raise ValueError(f"this is no such address: give one like {example}")
        return value

    return AfterValidator(check)


def _has_parts(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is none
    except ValueError:
        return False
    # A database on a socket has its folder for a host.
    host = parts.hostname or parse_qs(parts.query).get("host")
    fine = not any(character.isspace() or not character.isprintable() for character in url)
    return fine and parts.scheme in schemes and bool(host)


def _is_storage(url: str) -> str:
    if url.startswith("file://"):
        if not url.startswith("file:///") or len(url) == len("file:///"):
            raise ValueError("a folder is given by its absolute path, as in file:///srv/broadsheet")
    elif not _has_parts(url, ("s3",)):
        raise ValueError("give file:///absolute/folder or s3://bucket/prefix")
    return url


AmqpUrl = Annotated[SecretStr, url_like("amqp://user:password@host:5672/vhost", "amqp", "amqps")]
PostgresUrl = Annotated[
    SecretStr,
    url_like("postgresql://user:password@host:5432/database", "postgresql", "postgres"),
]
HttpUrl = Annotated[str, url_like("https://host:443/path", "http", "https", may_be_empty=True)]


class ServiceSettings(BaseSettings):
    """What every service needs to reach the broker, the store and the object storage."""

    model_config = SettingsConfigDict(
        env_prefix="BROADSHEET_",
        frozen=True,
        extra="ignore",
        # What is refused at start may be a secret, and its error ends in a log.
        hide_input_in_errors=True,
    )

    amqp_url: AmqpUrl
    """`amqp://user:password@host:port/vhost` of RabbitMQ."""
    database_url: PostgresUrl
    """`postgresql://…` of the store, as the application's role (row-level security applies)."""
    housekeeping_database_url: PostgresUrl
    """The same store as the housekeeping role: relays, reaper, claims across tenants."""
    blob_url: Annotated[str, AfterValidator(_is_storage)]
    """Object storage: `file:///absolute/folder` or `s3://bucket/prefix`."""
    blob_s3_endpoint: HttpUrl | None = None
    """Endpoint of an S3-compatible store; None is Amazon's."""
    blob_s3_region: str = "us-east-1"
    """The store's region; most S3-compatible ones take any."""
    blob_s3_access_key_id: SecretStr | None = None
    """Key of the S3 store; both keys empty: as its client library finds them."""
    blob_s3_secret_access_key: SecretStr | None = None
    """The secret that belongs to it."""

    http_host: str = "127.0.0.1"
    """Where the service answers HTTP: health, metrics and, of the api, everything."""
    http_port: int = Field(default=8000, ge=0, le=65535)
    """0 takes a free one."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least urgent log lines to write: debug, info, warning or error."""
    otlp_endpoint: HttpUrl | None = None
    """OTLP/HTTP traces endpoint such as `http://collector:4318/v1/traces`; off when empty."""

    amqp_heartbeat_seconds: int = Field(default=20, ge=1, le=600)
    """How long a process may be silent before the broker gives what it has in hand to others."""
    heartbeat_seconds: float = Field(default=10.0, ge=0.1, le=600)
    """How often a process tells that it lives; three times that and 5 s more, and it is not heard
    of."""
    database_pool_size: int = Field(default=5, ge=1, le=100)
    """Connections to the store per process, as the application's role."""
    lease_seconds: float = Field(default=30.0, gt=0)
    """How long work stays claimed without a heartbeat before the reaper re-queues it."""
    max_attempts: int = Field(default=5, ge=1)
    """How often a stage is tried before its run fails."""
    retry_base_seconds: float = Field(default=2.0, gt=0)
    """The delay before the second attempt; it doubles with each further one."""
    shutdown_grace_seconds: float = Field(default=5.0, gt=0)
    """How long a stage under way may go on after SIGTERM before it is handed back."""
    interactive_prefetch: int = Field(default=4, ge=1)
    """Messages of the interactive lane under way at once in one process."""
    bulk_prefetch: int = Field(default=2, ge=1)
    """Messages of the bulk lane, and of the backlog lane, under way at once in one process."""


class LinkingSettings(ServiceSettings):
    """What the services that give out share links need besides."""

    public_url: HttpUrl = ""
    """The api's address as clients see it, put before paths in answers; empty: paths alone, and
    no links in what is sent."""
    link_key: SecretStr
    """The secret that share links are signed with; the same for every service that has it."""
    link_other_key: SecretStr | None = None
    """A second key whose links work as well, for as long as keys are being exchanged."""

    @field_validator("link_key", "link_other_key")
    @classmethod
    def _strong(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and key.get_secret_value():
            ensure_strong_secret("this key", key.get_secret_value())
        return key

    @property
    def link_keys(self) -> tuple[str, ...]:
        """Those that a link may be signed with; the first signs."""
        keys = (self.link_key, self.link_other_key)
        return tuple(value for key in keys if key is not None and (value := key.get_secret_value()))
