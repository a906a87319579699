"""The folder of mails: one .eml file each, whole or not there at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

from uuid6 import uuid7

from deploy.local.inbox.mail import Summary, summarise

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}")


class MailStore:
    """A folder. Ids sort by time of arrival; files put there by hand are shown as well."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._summaries: dict[str, Summary] = {}
        directory.mkdir(parents=True, exist_ok=True)
        for half in directory.glob(".*.part"):
            half.unlink(missing_ok=True)

    def keep(self, content: bytes) -> str:
        """Write a mail and give its id. On return it survives a power cut; OSError if not."""
        mail_id = str(uuid7())
        partial = self._directory / f".{mail_id}.part"
        try:
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.rename(self._directory / f"{mail_id}.eml")
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        folder = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return mail_id

    def ids(self) -> list[str]:
        """Every mail, the newest first."""
        names = (entry.name for entry in os.scandir(self._directory))
        found = (name.removesuffix(".eml") for name in names if name.endswith(".eml"))
        return sorted((mail_id for mail_id in found if _ID.fullmatch(mail_id)), reverse=True)

    def raw(self, mail_id: str) -> bytes | None:
        """The bytes of a mail; None if there is none of that id."""
        if not _ID.fullmatch(mail_id):
            return None
        try:
            return (self._directory / f"{mail_id}.eml").read_bytes()
        except FileNotFoundError:
            return None

    def summaries(self, mail_ids: list[str]) -> list[Summary]:
        """What the list says of these mails; those gone meanwhile are left out."""
        found = []
        for mail_id in mail_ids:
            summary = self._summaries.get(mail_id)
            if summary is None:
                raw = self.raw(mail_id)
                if raw is None:
                    continue
                summary = self._summaries[mail_id] = summarise(mail_id, raw)
            found.append(summary)
        return found

    def clear(self) -> int:
        """Delete every mail; how many there were."""
        mail_ids = self.ids()
        for mail_id in mail_ids:
            (self._directory / f"{mail_id}.eml").unlink(missing_ok=True)
        self._summaries.clear()
        return len(mail_ids)
