"""Settings that every service has. Each service adds its own class beside its `app.py`.

All are read from the environment, prefixed `BROADSHEET_`; `deploy/.env.example` lists them.
"""

from __future__ import annotations

from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.wording import in_words

_Settings = TypeVar("_Settings", bound=BaseSettings)


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


class ServiceSettings(BaseSettings):
    """What every service needs to reach the broker, the store and the object storage."""

    model_config = SettingsConfigDict(
        env_prefix="BROADSHEET_",
        frozen=True,
        extra="ignore",
        # What is refused at start may be a secret, and its error ends in a log.
        hide_input_in_errors=True,
    )

    amqp_url: SecretStr
    """`amqp://user:password@host:port/vhost` of RabbitMQ."""
    database_url: SecretStr
    """`postgresql://…` of the store, as the application's role (row-level security applies)."""
    housekeeping_database_url: SecretStr
    """The same store as the housekeeping role: relays, reaper, claims across tenants."""
    blob_url: str
    """Object storage: `file:///absolute/folder` or `s3://bucket/prefix`."""
    blob_s3_endpoint: str | None = None
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
    otlp_endpoint: str | None = None
    """OTLP/HTTP traces endpoint such as `http://collector:4318/v1/traces`; off when empty."""

    amqp_heartbeat_seconds: int = Field(default=20, ge=1, le=600)
    """How long a process may be silent before the broker gives what it has in hand to others."""
    database_pool_size: int = Field(default=5, ge=1, le=100)
    """Connections to the store per process, as the application's role."""
    lease_seconds: float = Field(default=30.0, gt=0)
    """How long work stays claimed without a heartbeat before the reaper re-queues it."""
    max_attempts: int = Field(default=5, ge=1)
    """How often a stage is tried before its run fails."""
    delivery_max_attempts: int = Field(default=12, ge=1)
    """How often a delivery is tried before it fails."""
    retry_base_seconds: float = Field(default=2.0, gt=0)
    """The delay before the second attempt; it doubles with each further one."""
    shutdown_grace_seconds: float = Field(default=5.0, gt=0)
    """How long a stage under way may go on after SIGTERM before it is handed back."""
    interactive_prefetch: int = Field(default=4, ge=1)
    """Messages of the interactive lane under way at once in one process."""
    bulk_prefetch: int = Field(default=2, ge=1)
    """Messages of the bulk lane under way at once in one process."""
