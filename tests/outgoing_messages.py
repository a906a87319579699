"""Messages for channels with destinations, and the way out that leads to this machine."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from services.mailer.channels import About, Channel, File, Message, channels, message_id
from services.mailer.outgoing import Outgoing
from shared.egress import EgressRules

DELIVERY = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
RUN = UUID("01890a5d-ac96-774b-bcce-b302099a8058")
TENANT = UUID("01890a5d-ac96-774b-bcce-b302099a8059")
TO_THIS_MACHINE = EgressRules.of("127.0.0.1", "22,443")
TO_THE_INTERNET = EgressRules.of("", "22,443")
LINK = "https://reports.studio.example/s/a-signed-link"

CSV = b"project,delivered\r\nNorth,45\r\n"
PDF = b"%PDF-1.7 " + bytes(range(256)) * 40


def file_of(content: bytes, format_: str = "csv", name: str | None = None) -> File:
    """A file of the run, read as a stream like any other."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[BinaryIO]:
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.seek(0)
            yield cast(BinaryIO, file)

    return File(
        format=format_,
        filename=name or f"delivery_summary 2026-10.{format_}",
        media_type="text/csv; charset=utf-8" if format_ == "csv" else "application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        opened=opened,
        link=f"{LINK}/{format_}/file",
        page=f"{LINK}/{format_}",
    )


def message_for(
    channel: Channel,
    settings: Mapping[str, Any],
    files: Sequence[File] = (file_of(CSV), file_of(PDF, "pdf")),
) -> Message:
    """October's deliveries, to a destination that says this."""
    assert channel.destination is not None
    return Message(
        delivery_id=DELIVERY,
        to="archive",
        subject="Delivery summary, October 2026",
        html="<p>45</p>",
        text="45 scenes were delivered.\nThat is 5 more than in September.",
        attachments=(),
        message_id=message_id(DELIVERY, "studio.example"),
        date=datetime(2026, 11, 1, 9, 0, tzinfo=UTC),
        files=tuple(files),
        destination=channel.destination.model_validate(settings),
        about=About(
            tenant="studio",
            definition="Deliveries / October",
            report_type="delivery_summary",
            run_id=RUN,
            event={
                "run_id": str(RUN),
                "tenant_id": str(TENANT),
                "report_type": "delivery_summary",
                "artifacts": [
                    {"format": file.format, "sha256": file.sha256, "size": file.size}
                    for file in files
                ],
            },
        ),
    )


def opened(name: str, outgoing: Outgoing) -> Channel:
    """The channel of that name."""
    return channels[name].from_environment(outgoing)
