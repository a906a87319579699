"""The kinds of source. A new one is one file here and one import line below."""

from services.aggregator.sources.source import (
    Limits,
    SnapshotSession,
    Source,
    SourceKind,
    SourceSession,
    StreamingSession,
    register,
    source_kinds,
)

# isort: split
from services.aggregator.sources import postgres as postgres  # registers itself

__all__ = [
    "Limits",
    "SnapshotSession",
    "Source",
    "SourceKind",
    "SourceSession",
    "StreamingSession",
    "register",
    "source_kinds",
]
