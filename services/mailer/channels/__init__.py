"""The channels: from artifacts and a recipient to an outcome.

A new one is one file here, with `@register("its name")`, and one import line below.
"""

from services.mailer.channels.channel import (
    About,
    Attachment,
    BeforeItCounts,
    Body,
    Channel,
    DestinationSettings,
    File,
    Message,
    Outcome,
    Picture,
    State,
    Written,
    channels,
    message_id,
    register,
)

# isort: split
from services.mailer.channels import apprise as apprise  # each registers itself
from services.mailer.channels import azure as azure
from services.mailer.channels import email as email
from services.mailer.channels import folder as folder
from services.mailer.channels import gcs as gcs
from services.mailer.channels import s3 as s3
from services.mailer.channels import sftp as sftp
from services.mailer.channels import slack as slack
from services.mailer.channels import slack_webhook as slack_webhook
from services.mailer.channels import webhook as webhook

__all__ = [
    "About",
    "Attachment",
    "BeforeItCounts",
    "Body",
    "Channel",
    "DestinationSettings",
    "File",
    "Message",
    "Outcome",
    "Picture",
    "State",
    "Written",
    "channels",
    "message_id",
    "register",
]
