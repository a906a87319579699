"""Reading the mailbox: our own inbox, or Mailpit where the public images are used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Mail:
    """What a test wants to know of a mail."""

    to: list[str]
    attachments: list[str]
    """Their file names."""


def mails(url: str, *, mailpit: bool) -> list[Mail]:
    """All that have come."""
    with httpx.Client(base_url=url, trust_env=False) as client:
        if mailpit:
            listed: list[dict[str, Any]] = client.get("/api/v1/messages").json()["messages"]
            whole = [client.get(f"/api/v1/message/{mail['ID']}").json() for mail in listed]
            return [
                Mail(
                    [address["Address"] for address in mail["To"]],
                    [attachment["FileName"] for attachment in mail["Attachments"]],
                )
                for mail in whole
            ]
        return [
            Mail(mail["to"], [attachment["name"] for attachment in mail["attachments"]])
            for mail in client.get("/api/messages").json()
        ]
