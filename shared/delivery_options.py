"""What one may choose about how a report is delivered: of a request, and of a definition."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.header_text import harmless

BODY_FORMATS = dict.fromkeys(("email", "slack", "slack_webhook", "apprise"), "mail")
"""Which internal format a channel needs beside the files that were asked for."""


def _one_line(text: str) -> str:
    return harmless(text, "this text")


class WhenUncertain(StrEnum):
    """What becomes of a delivery that was sent whole, and whose answer never came."""

    HOLD = "hold"
    """It waits for a person to say what became of it."""
    RESEND = "resend"
    """It is sent again, with the same Message-ID: somebody may get it twice."""


class DeliveryOptions(BaseModel):
    """Of all channels together; each looks at those that it knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when_uncertain: WhenUncertain = Field(
        WhenUncertain.HOLD,
        description="What becomes of a delivery of which nobody can tell whether it arrived: "
        "`hold` keeps it for a person to resolve, `resend` sends it again, with the same "
        "Message-ID, so that somebody may get it twice.",
    )

    subject: str | None = Field(
        None,
        min_length=1,
        max_length=300,
        description="E-mail: the subject as a Jinja2 template, such as "
        "`{{ title }} for {{ period }}`. It knows `subject` (the usual one), `title`, `period`, "
        "`first_day`, `last_day`, `organisation`, `report_type` and `kpis`.",
    )
    from_name: Annotated[str, AfterValidator(_one_line)] | None = Field(
        None, min_length=1, max_length=100, description="E-mail: the name beside our address."
    )
    reply_to: str | None = Field(
        None, max_length=254, description="E-mail: where answers go; else to our address."
    )
    zip: Annotated[bool, Field(strict=True)] = Field(
        False, description="E-mail: several files come as one ZIP file."
    )

    def as_stored(self) -> dict[str, Any]:
        """What differs from the defaults; an empty mapping for most reports."""
        return self.model_dump(mode="json", exclude_defaults=True)
