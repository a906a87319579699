"""The mailer's settings; each channel has its own beside them."""

from __future__ import annotations

from pydantic import Field

from shared.settings import LinkingSettings


class MailerSettings(LinkingSettings):
    """How deliveries are tried."""

    delivery_retry_base_seconds: float = Field(default=60.0, gt=0)
    """The delay after the first deferred attempt; it doubles with each further one."""
