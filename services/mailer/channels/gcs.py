"""Google Cloud Storage."""

from __future__ import annotations

import json
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from services.mailer.channels.channel import (
    BeforeItCounts,
    DestinationSettings,
    Message,
    Outcome,
    register,
    unannounced,
)
from services.mailer.channels.fields import BASE64, Endpoint, KeyTemplate, from_base64
from services.mailer.channels.objects.upload import (
    RETRIES,
    client_options,
    deliver_objects,
    not_reachable,
)
from services.mailer.channels.outward import Outward
from shared import key_templates

_ENDPOINT = "https://storage.googleapis.com"


class GcsDestination(DestinationSettings):
    """A bucket. The service account needs the role Storage Object User there."""

    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$")
    service_account_key: SecretStr = Field(
        max_length=20_000,
        json_schema_extra=BASE64,
        description="The key file of a service account, in base64: `base64 -w0 key.json`.",
    )
    key: KeyTemplate = key_templates.DEFAULT
    endpoint: Endpoint | None = Field(
        None, description="Where it is reached privately; null: Google's."
    )

    @field_validator("service_account_key")
    @classmethod
    def _a_key_file(cls, text: SecretStr) -> SecretStr:
        try:
            content = json.loads(from_base64(text))
        except ValueError:
            content = None
        if not isinstance(content, dict) or content.get("type") != "service_account":
            raise ValueError("this is no key file of a service account")
        return text


@register("gcs")
class GcsChannel(Outward):
    """Each file as an object of a bucket."""

    name: str
    title: ClassVar[str] = "Google Cloud Storage"
    destination: ClassVar[type[DestinationSettings] | None] = GcsDestination

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """It never counts: the same object put again is the same object."""
        to = message.destination
        assert isinstance(to, GcsDestination)
        endpoint = (to.endpoint or _ENDPOINT).rstrip("/")
        host = urlsplit(endpoint).netloc
        if (instead := await not_reachable(self._outgoing, endpoint)) is not None:
            return instead
        from obstore.exceptions import BaseError
        from obstore.store import GCSStore

        try:
            store = GCSStore(
                to.bucket,
                service_account_key=from_base64(to.service_account_key),
                base_url=endpoint,
                client_options=await client_options(
                    self._outgoing, plain=endpoint.startswith("http://")
                ),
                retry_config=RETRIES,
            )
        except BaseError:
            # Its words may have the key in them.
            return Outcome("refused", host, "service_account_key cannot be used")
        return await deliver_objects(store, to.key, message, host)
