"""A folder that the operator lets tenants write into: a mounted share, a spool for others."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Self

from pydantic_settings import BaseSettings, SettingsConfigDict

from services.mailer.channels.channel import (
    BeforeItCounts,
    DestinationSettings,
    File,
    Message,
    Outcome,
    register,
    unannounced,
)
from services.mailer.channels.fields import KeyTemplate
from services.mailer.channels.file_names import file_path
from services.mailer.outgoing import Outgoing
from shared.blobs import FolderBlobs, digest
from shared.errors import TransientError
from shared.settings import from_environment


class FolderSettings(BaseSettings):
    """The operator's, prefixed `BROADSHEET_`; an empty value counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix="BROADSHEET_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    folder_root: Path | None = None
    """The folder that destinations of the channel `folder` are below, in a folder per tenant;
    empty: there can be none."""


class FolderDestination(DestinationSettings):
    """A path below the tenant's own folder, which the operator decides."""

    key: KeyTemplate = "{definition}/{yyyy}/{mm}/{run}.{format}"


@register("folder")
class FolderChannel:
    """Each file as a file: written aside, flushed to the disk, then linked to its name."""

    name: str
    title: ClassVar[str] = "Folder on the server"
    destination: ClassVar[type[DestinationSettings] | None] = FolderDestination
    links_for: ClassVar[timedelta | None] = None
    given_up_after: ClassVar[timedelta] = timedelta(hours=24)

    def __init__(self, root: Path | None) -> None:
        self._root = root

    @classmethod
    def from_environment(cls, outgoing: Outgoing) -> Self:
        """With `BROADSHEET_FOLDER_ROOT`; it goes out to nobody."""
        return cls(from_environment(FolderSettings).folder_root)

    async def deliver(
        self, message: Message, before_it_counts: BeforeItCounts = unannounced
    ) -> Outcome:
        """It never counts: the same file written again is the same file."""
        to, about = message.destination, message.about
        assert isinstance(to, FolderDestination)
        assert about is not None
        if self._root is None:
            return Outcome("refused", "", "the operator allows no folders (BROADSHEET_FOLDER_ROOT)")
        folder = FolderBlobs(self._root / about.tenant)
        names = []
        for file in message.files:
            name = file_path(to.key, message, file)
            try:
                if not await _is_kept(folder, name, file):
                    answer = f"{name} is there already, with other content: it stays as it is"
                    return Outcome("refused", "", answer)
            except TransientError as error:
                return Outcome("deferred", "", f"{name} cannot be written: {error.message}")
            except (OSError, ValueError) as error:
                return Outcome("deferred", "", f"{name} cannot be written: {error}")
            names.append(name)
        return Outcome("sent", "", f"stored as {', '.join(names)}", names[0] if names else None)

    async def close(self) -> None:
        """Nothing is kept open."""


async def _is_kept(folder: FolderBlobs, name: str, file: File) -> bool:
    """Whether the file lies there in the end; False where another one does."""
    prefix = name.rpartition("/")[0]
    async with file.opened() as content:
        with folder.new_file(prefix) as draft:
            await asyncio.to_thread(shutil.copyfileobj, content, draft, 1 << 20)
            if await folder.put_new_file(name, draft):
                return True
    async with folder.local_file(name) as there:
        return (await asyncio.to_thread(digest, there))[0] == file.sha256
