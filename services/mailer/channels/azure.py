"""Azure Blob Storage."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from services.mailer.channels.channel import (
    BeforeItCounts,
    DestinationSettings,
    Message,
    Outcome,
    register,
    unannounced,
)
from services.mailer.channels.fields import Endpoint, KeyTemplate
from services.mailer.channels.objects.upload import (
    RETRIES,
    client_options,
    deliver_objects,
    not_reachable,
)
from services.mailer.channels.outward import Outward
from shared import key_templates


class AzureDestination(DestinationSettings):
    """A container of a storage account."""

    account: str = Field(pattern="^[a-z0-9]{3,24}$")
    container: str = Field(pattern="^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")
    account_key: SecretStr = Field(min_length=1, max_length=200, description="In base64.")
    key: KeyTemplate = key_templates.DEFAULT
    endpoint: Endpoint | None = Field(
        None, description="Where it is reached privately; null: Azure's."
    )


@register("azure")
class AzureChannel(Outward):
    """Each file as a block blob of a container."""

    name: str
    title: ClassVar[str] = "Azure Blob Storage"
    destination: ClassVar[type[DestinationSettings] | None] = AzureDestination

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """It never counts: the same blob put again is the same blob."""
        to = message.destination
        assert isinstance(to, AzureDestination)
        endpoint = (to.endpoint or f"https://{to.account}.blob.core.windows.net").rstrip("/")
        host = urlsplit(endpoint).netloc
        if (instead := await not_reachable(self._outgoing, endpoint)) is not None:
            return instead
        from obstore.exceptions import BaseError
        from obstore.store import AzureStore

        try:
            store = AzureStore(
                to.container,
                account_name=to.account,
                account_key=to.account_key.get_secret_value(),
                endpoint=endpoint,
                client_options=await client_options(
                    self._outgoing, plain=endpoint.startswith("http://")
                ),
                retry_config=RETRIES,
            )
        except BaseError:
            # Its words may have the key in them.
            return Outcome("refused", host, "account_key cannot be used: give it in base64")
        return await deliver_objects(store, to.key, message, host)
