"""The mailer's settings; each channel has its own beside them."""

from __future__ import annotations

from pydantic import Field

from shared.egress import EgressSettings
from shared.secret_box import SecretSettings
from shared.settings import LinkingSettings


class MailerSettings(EgressSettings, SecretSettings, LinkingSettings):
    """How deliveries are tried, and where they may go."""

    delivery_retry_base_seconds: float = Field(default=60.0, gt=0)
    """The delay after the first deferred attempt; it doubles with each further one."""
    deliveries_at_once: int = Field(default=32, ge=1)
    """Deliveries of each lane under way at once in one process; each mostly waits for others."""
