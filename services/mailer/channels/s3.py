"""Amazon S3 and storage that speaks its protocol."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
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
from services.mailer.channels.objects.leftovers import S3Leftovers
from services.mailer.channels.objects.upload import (
    RETRIES,
    client_options,
    deliver_objects,
    not_reachable,
)
from services.mailer.channels.outward import Outward
from shared import key_templates

MetadataKey = Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$")]


class S3Destination(DestinationSettings):
    """A bucket. The credentials need PutObject, GetObject, ListBucket, AbortMultipartUpload and
    ListBucketMultipartUploads there."""

    bucket: str = Field(pattern=r"^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    region: str = Field("us-east-1", pattern="^[a-z0-9-]{1,40}$")
    endpoint: Endpoint | None = Field(None, description="Of compatible storage; null: Amazon's.")
    access_key_id: str = Field(min_length=1, max_length=200, pattern="^[!-~]+$")
    secret_access_key: SecretStr = Field(min_length=1, max_length=500)
    key: KeyTemplate = key_templates.DEFAULT
    encryption: Literal["AES256", "aws:kms"] | None = Field(
        None, description="Server-side encryption; null: as the bucket says."
    )
    kms_key_id: str | None = Field(
        None, max_length=300, pattern="^[!-~]+$", description="The key of aws:kms."
    )


@register("s3")
class S3Channel(Outward):
    """Each file as an object of a bucket."""

    name: str
    title: ClassVar[str] = "Amazon S3 and compatible storage"
    destination: ClassVar[type[DestinationSettings] | None] = S3Destination

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """It never counts: the same object put again is the same object."""
        to = message.destination
        assert isinstance(to, S3Destination)
        endpoint = (to.endpoint or f"https://s3.{to.region}.amazonaws.com").rstrip("/")
        host = urlsplit(endpoint).netloc
        if (instead := await not_reachable(self._outgoing, endpoint)) is not None:
            return instead
        from obstore.store import S3Store

        secret = to.secret_access_key.get_secret_value()
        encryption: dict[str, str] = {}
        if to.encryption is not None:
            encryption["aws_server_side_encryption"] = to.encryption
        if to.kms_key_id is not None:
            encryption["aws_sse_kms_key_id"] = to.kms_key_id
        store = S3Store(
            to.bucket,
            endpoint=endpoint,
            region=to.region,
            access_key_id=to.access_key_id,
            secret_access_key=secret,
            conditional_put="etag",
            # Checked by the server for each part.
            checksum_algorithm="SHA256",
            client_options=await client_options(
                self._outgoing, plain=endpoint.startswith("http://")
            ),
            retry_config=RETRIES,
            **encryption,  # type: ignore[arg-type]  # names that its type does not list
        )
        leftovers = S3Leftovers(
            f"{endpoint}/{to.bucket}",
            to.region,
            to.access_key_id,
            secret,
            await self._outgoing.proxy_url(),
        )
        return await deliver_objects(store, to.key, message, host, leftovers.abort)
