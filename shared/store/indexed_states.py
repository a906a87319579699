"""States as partial indexes name them: written into the statement, not handed to it.

A plan that Postgres keeps for all values of a statement's parameters can use an index "where status
= 'waiting'" only if the statement itself says so. With the state as a parameter that plan reads
every row of the tenant, or the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, literal_column


def is_in_state(column: ColumnElement[Any], state: StrEnum) -> ColumnElement[bool]:
    """It has that state."""
    return column == _constant(state)


def is_in_one_of(column: ColumnElement[Any], states: Iterable[StrEnum]) -> ColumnElement[bool]:
    """It has one of these states."""
    return column.in_([_constant(state) for state in sorted(states)])


def is_in_none_of(column: ColumnElement[Any], states: Iterable[StrEnum]) -> ColumnElement[bool]:
    """It has another state than these."""
    return column.not_in([_constant(state) for state in sorted(states)])


def _constant(state: StrEnum) -> ColumnElement[str]:
    return literal_column(f"'{state}'")
