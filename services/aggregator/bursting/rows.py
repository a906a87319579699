"""The rows of a burst: as its table has them, or as a query on the source gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from services.aggregator.sources import SnapshotSession
from shared.bursts import (
    ROW_COLUMNS,
    Burst,
    BurstRow,
    RefusedRow,
    RefusedValueError,
    chosen,
    duplicates,
)
from shared.errors import PermanentError, TransientError, WorkError
from shared.validation_words import all_in_words

LONGEST_ADDRESS = 320


@dataclass(frozen=True)
class Offered:
    """What of a report type a row may choose among."""

    formats: Sequence[str]
    languages: Sequence[str]
    language: str
    """The report's: that of a row which names none."""

    def refusal(self, row: BurstRow) -> str | None:
        """Why it cannot have what it asks for; None where it can."""
        if unknown := [name for name in row.formats or () if name not in self.formats]:
            return f"it is not made as {', '.join(unknown)}: use {', '.join(self.formats)}"
        if row.language is not None and row.language not in self.languages:
            return f"it is not written in {row.language}: use {', '.join(self.languages)}"
        return None


@dataclass(frozen=True)
class Rows:
    """Who gets what, and rows that nothing can be made of."""

    rows: tuple[BurstRow, ...]
    parts: tuple[dict[str, Any], ...]
    """The parameters that each row gives."""
    refused: tuple[RefusedRow, ...]


async def rows_of(
    burst: Burst,
    session: SnapshotSession,
    schema: Mapping[str, Any],
    offered: Offered,
    *,
    most: int,
) -> Rows:
    """The burst's rows; `schema` is that of the report type's parameters.

    PermanentError where the query is refused, names columns that are no parameters, has more than
    `most` rows, or asks for the same part for the same recipient twice: that would be a second
    mail.
    """
    if burst.query is None:
        if len(burst.rows) > most:
            raise _too_many(most)
        read = [(number, row) for number, row in enumerate(burst.rows, start=1)]
        return _checked(read, [], schema, offered)
    answer = await _asked(burst.query, session, most)
    return rows_of_answer(answer, schema, offered)


def rows_of_answer(
    answer: Sequence[Mapping[str, Any]], schema: Mapping[str, Any], offered: Offered
) -> Rows:
    """The rows of a query's answer; as `rows_of`."""
    if answer:
        _ensure_columns(list(answer[0].keys()), schema)
    refused: list[RefusedRow] = []
    read = []
    for number, record in enumerate(answer, start=1):
        try:
            read.append((number, _row(record)))
        except ValueError as error:
            why = all_in_words(error) if isinstance(error, ValidationError) else str(error)
            to = record["to"]
            refused.append(RefusedRow(row=number, to=str(to) if to else None, reason=why))
    return _checked(read, refused, schema, offered)


def _checked(
    read: Sequence[tuple[int, BurstRow]],
    refused: list[RefusedRow],
    schema: Mapping[str, Any],
    offered: Offered,
) -> Rows:
    numbers, rows, parts = [], [], []
    for number, row in read:
        if why := offered.refusal(row):
            refused.append(RefusedRow(row=number, to=row.to, reason=why))
            continue
        try:
            part = chosen(row.values, schema)
        except RefusedValueError as error:
            refused.append(RefusedRow(row=number, to=row.to, reason=str(error)))
            continue
        numbers.append(number)
        # Who names the report's language asks for what those get who name none.
        rows.append(row.model_copy(update={"language": row.language or offered.language}))
        parts.append(part)
    for twice, first in duplicates(rows, parts):
        raise PermanentError(
            "burst_row_twice",
            f"rows {numbers[first]} and {numbers[twice]} both send the same part to "
            f"{rows[twice].to}: keep one of them",
        )
    return Rows(tuple(rows), tuple(parts), tuple(sorted(refused, key=lambda one: one.row)))


async def _asked(query: str, session: SnapshotSession, most: int) -> Sequence[Mapping[str, Any]]:
    # Within brackets nothing but one SELECT is understood; the line's end closes a comment.
    one_more = f"SELECT * FROM (\n{query}\n) AS burst LIMIT {most + 1}"  # noqa: S608  an administrator's, read-only
    try:
        # Whatever it sets is set back: the report is read as ever.
        async with session.apart():
            answer = await session.fetch(one_more)
    except PermanentError as error:
        raise _of_query(PermanentError, error) from error
    except TransientError as error:
        raise _of_query(TransientError, error) from error
    if len(answer) > most:
        raise _too_many(most)
    return answer


def _of_query(kind: type[WorkError], error: WorkError) -> WorkError:
    return kind(error.code, f"the query for the burst's recipients: {error.message}")


def _too_many(most: int) -> PermanentError:
    return PermanentError(
        "burst_too_large",
        f"the burst has more than {most:,} rows, which is this organisation's limit "
        "(`max_burst_rows`): split it, or have an administrator raise the limit",
    )


def _ensure_columns(columns: Sequence[str], schema: Mapping[str, Any]) -> None:
    known = schema.get("properties", {})
    unknown = [name for name in columns if name not in known and name not in ROW_COLUMNS]
    if unknown or "to" not in columns or len(set(columns)) < len(columns):
        raise PermanentError(
            "burst_columns",
            f"the query for the burst's recipients gives {', '.join(columns)}: name its columns "
            f"`to`, if need be `channel`, `formats` and `language`, and {', '.join(known)}",
        )


def _row(record: Mapping[str, Any]) -> BurstRow:
    """ValueError where it is nobody's."""
    to = record["to"]
    if not isinstance(to, str) or not to.strip():
        raise ValueError("it has no recipient")
    if len(to) > LONGEST_ADDRESS or not to.isprintable():
        raise ValueError("that is no address")
    fields: dict[str, Any] = {"to": to.strip()}
    if record.get("channel") is not None:
        fields["channel"] = record["channel"]
    formats = record.get("formats")
    if isinstance(formats, str):
        formats = [name.strip() for name in formats.split(",") if name.strip()]
    fields["formats"] = formats or None
    fields["language"] = record.get("language")
    fields["values"] = {
        name: _plain(value) for name, value in record.items() if name not in ROW_COLUMNS
    }
    return BurstRow.model_validate(fields)


def _plain(value: Any) -> Any:
    """As JSON has it: what is neither a number nor a truth value is a text."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
