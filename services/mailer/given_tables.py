"""Tables made of a statement's parameters, for many rows at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine


def given_table(name: str, **columns: tuple[str, TypeEngine[Any]]) -> FromClause:
    """A table of the parameters: each column by the parameter's name and the values' type."""
    return (
        func.unnest(
            *(bindparam(parameter, type_=ARRAY(kind)) for parameter, kind in columns.values())
        )
        .table_valued(*(column(key, kind) for key, (_, kind) in columns.items()), name=name)
        .render_derived()
    )
