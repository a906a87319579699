"""What a format is, and the registry of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, TypeVar

from shared.document import ReportDocument
from shared.errors import PermanentError


@dataclass(frozen=True)
class Rendered:
    """One file: its bytes, and how many table rows (totals left out) are in it."""

    content: bytes
    rows: int
    media_type: str | None = None
    """Where it is not the format's own: several tables come as a zip."""
    extension: str | None = None
    """Where it is not the format's own."""


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
        """The file, the same bytes for the same document; PermanentError if it cannot be."""


_formats: dict[str, Format] = {}
formats: Mapping[str, Format] = MappingProxyType(_formats)
"""Every registered format by its name."""

F = TypeVar("F", bound=Format)


def render_whole(format_: Format, document: ReportDocument) -> Rendered:
    """The file, once it is sure that it has every row; PermanentError otherwise.

    A format that can read its file back cheaply does so in `render`, and counts what it finds.
    """
    rendered = format_.render(document)
    if not rendered.content and document.row_count:
        raise PermanentError("file_not_whole", f"the {format_.title} file came out empty")
    if not format_.internal and rendered.rows != document.row_count:
        raise PermanentError(
            "file_not_whole",
            f"the {format_.title} file has {rendered.rows:,} rows, "
            f"the report has {document.row_count:,}",
        )
    return rendered


def register(format_class: type[F]) -> type[F]:
    """Add a format (class decorator); ValueError when its name is taken."""
    format_ = format_class()
    if format_.name in _formats:
        raise ValueError(f"two formats are named {format_.name!r}: rename one of them")
    _formats[format_.name] = format_
    return format_class
