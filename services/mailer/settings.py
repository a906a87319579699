"""The mailer's settings; each channel has its own beside them."""

from __future__ import annotations

from pydantic import Field

from shared.settings import ServiceSettings


class MailerSettings(ServiceSettings):
    """How deliveries are tried."""

    delivery_max_attempts: int = Field(default=12, ge=1)
    """How often a delivery is tried before it fails."""
    delivery_retry_base_seconds: float = Field(default=60.0, gt=0)
    """The delay after the first deferred attempt; it doubles with each further one."""
