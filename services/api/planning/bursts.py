"""Recipients who each get a part of a report, as requests say it, and what has to hold of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.api.catalogue import OfferedType
from services.api.destinations.named import destination_errors
from services.api.guards import ensure_allowed
from services.api.principals import Principal
from services.api.problems import MOST_ERRORS, FieldError, Problem, pointer
from services.api.recipient_checks import ensure_may_receive
from services.api.report_requests import (
    EMAIL,
    Body,
    FormatNames,
    LanguageName,
    RecipientBody,
    format_errors,
    language_errors,
)
from services.api.roles import Role
from shared.bursts import (
    MOST_ROWS,
    BurstRow,
    RefusedValueError,
    chosen,
    duplicates,
    narrowed,
    part_key,
)
from shared.store import tables

_PARAMETERS = "/parameters/"


class BurstRowBody(RecipientBody):
    """One recipient, and what the report is narrowed down to for them."""

    channel: str = Field(EMAIL, pattern="^[a-z][a-z0-9_]{0,29}$", description="A channel's name.")
    formats: FormatNames | None = Field(None, description="null: those of the report.")
    language: LanguageName | None = Field(
        None, description="A BCP 47 tag such as `de`; null: that of the report."
    )
    values: dict[str, Any] = Field(
        default_factory=dict,
        description="Parameters of the report type, such as `projects`; a text stands for a list "
        "of one. They narrow the report down, and never widen it.",
    )


class BurstBody(Body):
    """Who gets which part of the report: either a table, or a query that gives its rows."""

    rows: list[BurstRowBody] = Field(default_factory=list, max_length=MOST_ROWS)
    query: str | None = Field(
        None,
        min_length=1,
        max_length=10_000,
        description="A SELECT on the report's source, with the columns `to`, if need be "
        "`channel`, `formats` and `language`, and parameters. An administrator's alone.",
    )
    when_empty: Literal["send", "leave_out"] = Field(
        "send", description="What becomes of a part with nothing in it."
    )

    @model_validator(mode="after")
    def _one_way(self) -> BurstBody:
        if bool(self.rows) == (self.query is not None):
            raise ValueError("give either `rows` or a `query` that gives them")
        return self

    def as_stored(self) -> dict[str, Any]:
        """A `shared.bursts.Burst` as JSON."""
        return self.model_dump(mode="json")


def burst_errors(
    burst: BurstBody,
    offered: OfferedType,
    parameters: Mapping[str, Any],
    language: str,
    place: str,
) -> Iterator[FieldError]:
    """What is wrong with the table, which lies at `place`.

    `parameters` and `language`: those of the report.
    """
    parts: list[dict[str, Any]] = []
    known: dict[str, list[FieldError]] = {}
    for index, row in enumerate(burst.rows):
        at = f"{place}/rows/{index}"
        of_row = (
            *format_errors(row.formats or (), offered),
            *language_errors(row.language, offered),
        )
        for error in of_row:
            yield FieldError(field=at + error["field"], detail=error["detail"])
        try:
            part = chosen(row.values, offered.parameters_schema)
            whole = narrowed(parameters, part)
        except RefusedValueError as refused:
            yield FieldError(field=at + pointer(("values", refused.name)), detail=refused.why)
            continue
        key = part_key(part)
        if key not in known:
            known[key] = offered.parameter_errors(whole)
        for error in known[key]:
            field = error["field"].removeprefix(_PARAMETERS)
            yield FieldError(field=f"{at}/values/{field}", detail=error["detail"])
        parts.append(part)
    if len(parts) < len(burst.rows):
        return  # what is refused cannot be compared with the others
    rows = [
        BurstRow(channel=row.channel, to=row.to, language=row.language or language)
        for row in burst.rows
    ]
    for twice, first in duplicates(rows, parts):
        yield FieldError(
            field=f"{place}/rows/{twice}",
            detail=f"row {twice + 1} is row {first + 1} again: {rows[twice].to} would get the "
            "same part twice; keep one of them",
        )


async def ensure_burst(
    connection: AsyncConnection,
    principal: Principal,
    burst: BurstBody | None,
    offered: OfferedType,
    parameters: Mapping[str, Any],
    language: str,
    *,
    before: Mapping[str, Any] | None = None,
    place: str = "/burst",
) -> list[FieldError]:
    """What is wrong with the fields of a burst; nothing of none.

    `before`: what was saved of it. Problem 403 where somebody else than an administrator brings
    another query, a row asks for what the tenant has not switched on, or goes to somebody whom its
    policy does not allow.
    """
    if burst is None:
        return []
    if burst.query is not None:
        if principal.role != Role.ADMIN and burst.query != (before or {}).get("query"):
            raise _only_administrators(place)
        return []
    most = await connection.scalar(select(tables.tenant_settings.c.max_burst_rows))
    if most is not None and len(burst.rows) > most:
        detail = (
            f"{len(burst.rows):,} rows, and your organisation may have {most:,} in a burst "
            "(`max_burst_rows`): split it, or have an administrator raise the limit"
        )
        return [FieldError(field=f"{place}/rows", detail=detail)]
    errors = []
    for error in burst_errors(burst, offered, parameters, language, place):
        errors.append(error)
        if len(errors) >= MOST_ERRORS:
            break
    errors += await destination_errors(connection, burst.rows, f"{place}/rows")
    if not errors:
        for row in burst.rows:
            part = chosen(row.values, offered.parameters_schema)
            ensure_allowed(principal, offered.name, {**parameters, **part})
        await ensure_may_receive(connection, principal, burst.rows, f"{place}/rows")
    return errors


def _only_administrators(place: str) -> Problem:
    detail = (
        "only an administrator may save a query for recipients, since it may read whatever the "
        "source shows: give `rows`, or ask an administrator"
    )
    return Problem(403, detail, errors=[FieldError(field=f"{place}/query", detail=detail)])


def burst_in_words(burst: BurstBody) -> list[str] | str:
    """For the audit log: addresses, or the query."""
    return burst.query if burst.query is not None else [row.to for row in burst.rows]
