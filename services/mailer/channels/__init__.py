"""The channels: from artifacts and a recipient to an outcome.

A new one is one file here, with `@register("its name")`, and one import line below.
"""

from services.mailer.channels.channel import (
    About,
    Attachment,
    BeforeItCounts,
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
from services.mailer.channels import email as email  # registers itself

__all__ = [
    "About",
    "Attachment",
    "BeforeItCounts",
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
