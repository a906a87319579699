"""The kinds of child processes: what each has loaded before it gives up its rights."""

from __future__ import annotations

from enum import StrEnum


class ChildKind(StrEnum):
    """A process is of one kind for its whole life."""

    WARM = "warm"
    """Renders the formats that are kept warm. One of these always waits."""
    RARE = "rare"
    """Renders the others, whose libraries are too large to keep loaded."""
    LETTERED = "lettered"
    """Renders what a warm one does, in any writing: it has loaded `more_fonts`."""
    CHARTS = "charts"
    """Draws charts for all others: there is one, because its JavaScript engine takes 70 MB."""
