"""What the files of a message are called at a destination."""

from __future__ import annotations

from datetime import UTC

from services.mailer.channels.channel import About, File, Message
from shared.key_templates import filled


def file_path(template: str, message: Message, file: File) -> str:
    """The file's path there: the same at every attempt, and no other file's."""
    about = message.about
    assert about is not None
    day = message.date.astimezone(UTC)
    return filled(
        template,
        {
            "tenant": about.tenant,
            "definition": about.definition,
            "type": about.report_type,
            "yyyy": f"{day:%Y}",
            "mm": f"{day:%m}",
            "dd": f"{day:%d}",
            "run": _run(about),
            "format": _extension(file),
        },
    )


def _run(about: About) -> str:
    """In a burst, with the end of the slice's id: its files are others."""
    return f"{about.run_id}" + (f"-{about.slice_id.hex[-8:]}" if about.slice_id else "")


def _extension(file: File) -> str:
    """`csv`; `csv.zip` where the tables of a format are packed."""
    extension = file.filename.rpartition(".")[2].lower()
    return file.format if extension in ("", file.format) else f"{file.format}.{extension}"
