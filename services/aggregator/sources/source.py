"""What a source is: it opens one snapshot at a time, and every query of a report sees that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol, TypeVar


@dataclass(frozen=True)
class Limits:
    """How far a source may be used by one report."""

    statement_seconds: float
    """How long one query may take."""
    max_rows: int
    """How many rows one query may return; more is an error, never a cut."""
    pool_size: int
    """Connections at most."""


class SourceSession(Protocol):
    """One consistent view of the source, as report types use it."""

    as_of: datetime
    """The instant (UTC) whose data every query of the session sees, by the source's clock."""

    async def fetch(self, sql: str, *arguments: object) -> Sequence[Mapping[str, Any]]:
        """The rows of a query; arguments are bound as $1, $2, …

        Raises TransientError where trying again may help, else PermanentError.
        """
        ...


class StreamingSession(SourceSession, Protocol):
    """The same view, as large tables are read from it."""

    async def stream(
        self, sql: str, *arguments: object, schema: Any, into: Callable[[Any], None]
    ) -> None:
        """The rows of a query, a `pyarrow.Table` of some thousands at a time, in their order.

        `schema` is a `pyarrow.Schema`; the query has a column of each of its names. `into` is
        called in a thread. Errors as in `fetch`; a value that does not fit its type is a
        PermanentError.
        """
        ...


class SnapshotSession(StreamingSession, Protocol):
    """The same view, of which several reports are made."""

    def apart(self) -> AbstractAsyncContextManager[None]:
        """What is asked within the block leaves the session as it was: an error as much as a
        setting that a query has changed."""
        ...


class Source(Protocol):
    """One registered database, opened."""

    def snapshot(self) -> AbstractAsyncContextManager[SnapshotSession]:
        """A read-only view of one instant, for the length of the block."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


class SourceKind(Protocol):
    """Opens a source of its kind; connects to nothing before the first snapshot."""

    def __call__(self, address: str, options: Mapping[str, Any], limits: Limits) -> Source: ...


_source_kinds: dict[str, SourceKind] = {}
source_kinds: Mapping[str, SourceKind] = MappingProxyType(_source_kinds)
"""Every registered kind by the name that a source's row gives."""

_Kind = TypeVar("_Kind", bound=SourceKind)


def register(name: str) -> Callable[[_Kind], _Kind]:
    """Decorator: sources of the kind `name` are opened by this. A second one is an error."""

    def add(kind: _Kind) -> _Kind:
        if name in _source_kinds:
            raise ValueError(f"two kinds of source are called {name!r}: rename one of them")
        _source_kinds[name] = kind
        return kind

    return add
