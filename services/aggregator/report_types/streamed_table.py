"""A table whose rows never are in the document: its query is run when the snapshot is written."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from shared.document import Table


@dataclass(frozen=True)
class Query:
    """What to ask a source; arguments are bound as $1, $2, …"""

    sql: str
    arguments: tuple[object, ...] = ()


class StreamedTable(Table):
    """A table of too many rows to hold.

    The query gives each column under its name; a decimal column has its `places`. It is run in
    the session that the document was built in, so its rows are of the same instant.
    """

    query: Query = Field(exclude=True)
    expected: int = Field(exclude=True)
    """How many rows the query will give; any other number is an error."""

    @property
    def row_count(self) -> int:
        """As many as are expected."""
        return self.expected
