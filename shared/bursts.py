"""Bursts: recipients who each get a part of a report, and which parts that makes. Pure.

`schedules.burst` and `run_bursts.asked` hold a `Burst` as JSON. Rows that ask for the same part
share one *slice*: it is made, and its files are rendered, once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_ROWS = 10_000
"""Of any recipient table; a tenant's own limit (`max_burst_rows`) is lower."""
ROW_COLUMNS = ("channel", "to", "formats", "language")
"""Columns of a query's answer that are no parameters."""
MOST_TOLD = 100
"""Values or rows that an outcome names; of more it says how many."""


class RefusedValueError(Exception):
    """A value of a row that no slice can be made of."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BurstRow(_Part):
    """One recipient, and the part of the report that they get."""

    channel: str = "email"
    to: str
    formats: tuple[str, ...] | None = None
    """None: those of the report."""
    language: str | None = None
    """A BCP 47 tag. None: that of the report."""
    values: dict[str, Any] = Field(default_factory=dict)
    """Parameters of the report type; a text stands for a list of one. None: the whole report."""


class Burst(_Part):
    """The recipient table, or the query on the report's source that gives its rows."""

    rows: tuple[BurstRow, ...] = ()
    query: str | None = None
    """SQL; in its place `rows` is empty."""
    when_empty: Literal["send", "leave_out"] = "send"
    """What becomes of a slice with nothing in it."""


class Sums(_Part):
    """How the slices add up: `whole` = `slices` - `in_several` + `in_none`, exactly."""

    figure: str
    """The key figure, for instance `characters_delivered`."""
    counted: str
    """What the numbers below count, for instance "characters" or "GPU milliseconds"."""
    whole: int
    slices: int
    """Of all slices together."""
    in_several: int
    """What of that is in a slice that came before, too."""
    in_none: int
    """What no recipient gets."""


class WithoutRecipient(_Part):
    """Values in the data that no row of the recipient table covers."""

    values: dict[str, str | None]
    counted: int


class RefusedRow(_Part):
    """A row of a query's answer that is nobody's."""

    row: int
    """From 1."""
    to: str | None
    reason: str


class Outcome(_Part):
    """What became of a burst: told in the run."""

    sums: Sums
    without_recipient: tuple[WithoutRecipient, ...] = ()
    """The first ones, the largest first."""
    without_recipient_more: int = 0
    """How many others there are."""
    refused_rows: tuple[RefusedRow, ...] = ()
    refused_rows_more: int = 0


@dataclass(frozen=True)
class Slice:
    """One part of the report, and everybody who gets it."""

    number: int
    """From 1, in the order of the rows."""
    chosen: dict[str, Any]
    """Parameters that are not the report's own."""
    rows: tuple[BurstRow, ...]
    language: str | None = None
    """None: that of the report."""

    def formats(self, usual: Sequence[str]) -> tuple[str, ...]:
        """What its recipients get between them; `usual` where a row names none."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.formats or usual))


def chosen(values: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The row's values as parameters of a report type with that JSON Schema.

    RefusedValueError for one that would let everything through, and may stand for a value that is
    missing.
    """
    found = {}
    for name, value in values.items():
        if value is None or value in ("", [], ()):
            raise RefusedValueError(
                name, "there is no value: give one, or leave the column out to not narrow by it"
            )
        is_list = schema.get("properties", {}).get(name, {}).get("type") == "array"
        if not is_list:
            found[name] = value
        elif isinstance(value, list | tuple):
            found[name] = list(dict.fromkeys(value)) if all(map(_hashable, value)) else list(value)
        else:
            found[name] = [value]
    return found


def narrowed(base: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a slice: those of the report, narrowed down.

    RefusedValueError for a slice that would have what the whole has not.
    """
    for name, value in part.items():
        whole = base.get(name)
        if isinstance(value, list) and isinstance(whole, list | tuple) and whole:
            beyond = [str(each) for each in value if each not in whole]
            if beyond:
                raise RefusedValueError(
                    name,
                    f"{', '.join(beyond)} is not in the report, which has "
                    f"{', '.join(map(str, whole))}: a row narrows it down",
                )
    return {**base, **part}


def part_key(part: Mapping[str, Any]) -> str:
    """By which equal parts are known: whatever the order of lists."""

    def plain(value: Any) -> Any:
        return sorted(map(str, value)) if isinstance(value, list) else value

    return json.dumps({name: plain(value) for name, value in part.items()}, sort_keys=True)


def duplicates(
    rows: Sequence[BurstRow], parts: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[int, int]]:
    """Rows that ask for what an earlier one does, by their places: (this one, the earlier one).

    The same in another language is another letter. `parts`: `chosen` of each row.
    """
    seen: dict[tuple[str, str, str | None, str], int] = {}
    for index, (row, part) in enumerate(zip(rows, parts, strict=True)):
        # Mailboxes that differ in case alone are one and the same wherever people have them.
        key = (row.channel, row.to.casefold(), row.language, part_key(part))
        first = seen.setdefault(key, index)
        if first != index:
            yield index, first


def slices(rows: Sequence[BurstRow], parts: Sequence[Mapping[str, Any]]) -> list[Slice]:
    """One for each part that is asked for in a language, with its rows.

    `parts`: `chosen` of each row.
    """
    found: dict[tuple[str | None, str], tuple[Mapping[str, Any], list[BurstRow]]] = {}
    for row, part in zip(rows, parts, strict=True):
        found.setdefault((row.language, part_key(part)), (part, []))[1].append(row)
    return [
        Slice(number, dict(part), tuple(of_part), of_part[0].language)
        for number, (part, of_part) in enumerate(found.values(), start=1)
    ]


def _hashable(value: object) -> bool:
    return isinstance(value, str | int | float | bool)
