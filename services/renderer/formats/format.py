"""What a format is, and the registry of them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO, Protocol, TypeVar, runtime_checkable

from shared.document import ReportDocument
from shared.errors import PermanentError
from shared.format_options import FormatOptions
from shared.languages import written_in

Files = Mapping[str, BinaryIO]
"""A snapshot's open Parquet files by the names that its document gives."""


@dataclass(frozen=True)
class Rendered:
    """One file: its bytes, and how many table rows (totals left out) are in it."""

    content: bytes
    rows: int
    media_type: str | None = None
    """Where it is not the format's own: several tables come as a zip."""
    extension: str | None = None
    """Where it is not the format's own."""


@dataclass(frozen=True)
class Written:
    """The same of a file that was written to where it was to go."""

    rows: int
    media_type: str | None = None
    extension: str | None = None


class Format(Protocol):
    """One file format. Importing its module stays light: what draws is imported by `render`."""

    name: str
    """What clients ask for, for instance `pdf`."""
    title: str
    """What people read."""
    media_type: str
    extension: str
    """Of the file's name, without the dot."""
    internal: bool
    """Not offered to clients: a channel asks for it."""
    isolated: bool
    """Rendered by `services.renderer.isolation` in a child process, never in the service."""
    kept_warm: bool
    """Whether an idle child process keeps its libraries loaded; else one is started for it."""

    def render(self, document: ReportDocument) -> Rendered:
        """The file, the same bytes for the same document; PermanentError if it cannot be.

        Every row is in the document. What is shown of a table with stored rows is what a
        PagedFormat's ceiling leaves of it; a StreamedFormat's `write` is called instead.
        """


@runtime_checkable
class PagedFormat(Format, Protocol):
    """A format for people, who do not read a million rows."""

    ceiling: int
    """How many rows of a stored table it shows; it says how many there are."""


@runtime_checkable
class StreamedFormat(Format, Protocol):
    """A format that has room for every row, and holds few of them at a time."""

    def write(self, document: ReportDocument, files: Files, out: BinaryIO) -> Written:
        """Write the file to `out`, which can be read back and sought; called in a thread.

        `files`: the snapshot's Parquet files, open, by the names that the document gives.
        """


@runtime_checkable
class PixelFormat(Format, Protocol):
    """A format that shows pictures of pixels alone."""

    logo_room: tuple[int, int]
    """Pixels across and down that a logo gets; a drawn one comes to it as so many, or more."""


@runtime_checkable
class AdjustableFormat(Format, Protocol):
    """A format with something to choose."""

    def adjusted(self, options: FormatOptions) -> Format:
        """The format that does as it is told."""


_formats: dict[str, Format] = {}
formats: Mapping[str, Format] = MappingProxyType(_formats)
"""Every registered format by its name."""

F = TypeVar("F", bound=Format)


def adjusted(format_: Format, options: FormatOptions) -> Format:
    """The format with these options, where it knows any."""
    return format_.adjusted(options) if isinstance(format_, AdjustableFormat) else format_


def render_whole(format_: Format, document: ReportDocument) -> Rendered:
    """The file in the document's language, once it is sure that it has every row; PermanentError
    otherwise.

    A format that can read its file back cheaply does so in `render`, and counts what it finds.
    """
    with written_in(document.language):
        rendered = format_.render(document)
    if not rendered.content and document.row_count:
        raise PermanentError("file_not_whole", f"the {format_.title} file came out empty")
    _ensure_whole(format_, document, rendered.rows)
    return rendered


def write_whole(
    format_: StreamedFormat, document: ReportDocument, files: Files, out: BinaryIO
) -> Written:
    """Write the file, in the document's language; PermanentError unless it has every row."""
    with written_in(document.language):
        written = format_.write(document, files, out)
    _ensure_whole(format_, document, written.rows)
    return written


def in_memory(format_: StreamedFormat, document: ReportDocument) -> Rendered:
    """The file of a document that holds all of its rows."""
    out = io.BytesIO()
    written = format_.write(document, {}, out)
    return Rendered(out.getvalue(), written.rows, written.media_type, written.extension)


def _ensure_whole(format_: Format, document: ReportDocument, rows: int) -> None:
    if not format_.internal and rows != document.row_count:
        raise PermanentError(
            "file_not_whole",
            f"the {format_.title} file has {rows:,} rows, the report has {document.row_count:,}",
        )


def register(format_class: type[F]) -> type[F]:
    """Add a format (class decorator); ValueError when its name is taken."""
    format_ = format_class()
    if format_.name in _formats:
        raise ValueError(f"two formats are named {format_.name!r}: rename one of them")
    _formats[format_.name] = format_
    return format_class
