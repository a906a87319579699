"""A slice of a burst run, as those see it who make its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

LONGEST_LABEL = 60


@dataclass(frozen=True)
class RunSlice:
    """A row of `run_slices` whose snapshot is written."""

    id: UUID
    number: int
    chosen: dict[str, Any]
    language: str
    formats: tuple[str, ...]
    snapshot_key: str
    snapshot_sha256: str

    @classmethod
    def of(cls, row: RowMapping) -> RunSlice:
        """From a row of `run_slices`."""
        names = set(cls.__dataclass_fields__) - {"formats"}
        return cls(**{name: row[name] for name in names}, formats=tuple(row["formats"]))

    @property
    def label(self) -> str:
        """What tells its files' names from those of other slices, for instance
        "The-Paper-Admiral"; letters of any script, digits and hyphens."""
        names = [str(name) for value in self.chosen.values() for name in _listed(value)]
        return re.sub(r"[\W_]+", "-", " ".join(names)).strip("-")[:LONGEST_LABEL].strip("-")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
