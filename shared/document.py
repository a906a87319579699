"""The ReportDocument: what a report says, before any format is chosen.

The aggregator writes it once, as `document.json`, into the run's snapshot; every format is
rendered from it, so the PDF, the CSV and the JSON of one run cannot disagree. Figures that
must stay exact (decimals) travel as strings; the column's `kind` says how to read a cell.

A table of many rows is not in it: its rows lie beside it in a Parquet file (`shared.arrow_tables`),
which the document names with its sha256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from shared.house_style import HouseStyle
from shared.languages import ENGLISH, LanguageTag
from shared.narrowing import Marks, Narrowing
from shared.periods import Period

Cell = bool | int | str | None
"""One value of a table. Decimals and dates are strings; `None` is "no value"."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """What the cells of a column are, and how they travel in JSON."""

    TEXT = "text"
    """A string."""
    INTEGER = "integer"
    """A JSON integer."""
    DECIMAL = "decimal"
    """An exact decimal in a string, for instance "12.50"."""
    PERCENT = "percent"
    """A decimal in a string, already times 100: "12.5" is 12.5 %."""
    DATE = "date"
    """An ISO 8601 day."""
    INSTANT = "instant"
    """An ISO 8601 date and time with offset."""
    BOOLEAN = "boolean"
    """A JSON boolean."""


class Column(_Part):
    """One column of a table."""

    name: str
    """The machine's name: the CSV header and the JSON key."""
    title: str
    """What people read."""
    kind: Kind
    unit: str | None = None
    """For instance "characters" or "h"; never repeated in the cells."""
    places: int | None = None
    """Decimal places to show; None shows what is there."""
    compares: bool = False
    """Of the period before, or against it: without a value where the data do not cover that."""
    coded: bool = False
    """Its texts are the source's codes (`close_up`): people read them in plain words."""
    narrows: str | None = None
    """The parameter that a cell's text is a name for: with that name alone, the report is narrowed
    down to it. `period`: the earliest and the latest day among such cells of a row bound what the
    row is of."""


class StoredRows(_Part):
    """Where the rows of a large table are: a Parquet file beside `document.json`."""

    file: str
    """Its name, relative to the folder of `document.json`."""
    sha256: str
    """Of the file (hex), so that the document's own sha256 covers the rows too."""
    size: int
    """Bytes."""
    count: int
    """Rows in it."""


class Table(_Part):
    """Typed columns and rows; every row has one cell per column, in order."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    # Of the snapshot alone: whoever gets the document as a file gets the rows in it.
    stored: SkipJsonSchema[StoredRows | None] = None
    """Where the rows are instead; `rows` is empty then."""
    total: tuple[Cell, ...] | None = None
    """A totals row, shown apart and not counted in `rows`; its first cell is its label."""
    available_rows: int | None = None
    """How many rows there were before a limit cut them; None when nothing was cut."""

    @model_validator(mode="after")
    def _rectangular(self) -> Table:
        width = len(self.columns)
        if self.stored is not None and self.rows:
            raise ValueError(f"table {self.name}: rows are in the document or stored, not both")
        if any(len(row) != width for row in self.rows):
            raise ValueError(f"table {self.name}: a row does not have {width} cells")
        if self.total is not None and len(self.total) != width:
            raise ValueError(f"table {self.name}: the totals row does not have {width} cells")
        return self

    @property
    def row_count(self) -> int:
        """How many rows the table has, wherever they are."""
        return len(self.rows) if self.stored is None else self.stored.count

    @property
    def cut(self) -> str | None:
        """What a limit cut away, for instance "first 10,000 of 48,120 rows"; None if nothing.

        For file names and metadata, which are the same in every language.
        """
        if self.available_rows is None or self.available_rows <= self.row_count:
            return None
        return f"first {self.row_count:,} of {self.available_rows:,} rows"

    def first_rows(self, rows: tuple[tuple[Cell, ...], ...]) -> Table:
        """The table with these, its first rows, in place of all; it says how many there are."""
        there_are = self.row_count if self.available_rows is None else self.available_rows
        return self.model_copy(
            update={
                "rows": rows,
                "stored": None,
                "available_rows": there_are if there_are > len(rows) else None,
            }
        )


class Chart(_Part):
    """One Vega-Lite specification (version 5, data inline, no width and height)."""

    name: str
    title: str
    alternative_text: str
    """What the chart shows, in words, for those who cannot see it."""
    specification: dict[str, Any]
    narrows: Marks = {}
    """What its bars, points and series are of."""

    def texts(self) -> Iterator[str]:
        """Every text that the picture may show."""
        return _strings(self.specification)


class Direction(StrEnum):
    """How a figure moved against the previous period."""

    UP = "up"
    DOWN = "down"
    FLAT = "flat"
    UNKNOWN = "unknown"
    """There is no previous figure to compare with."""


class Verdict(StrEnum):
    """Whether the movement is welcome."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


class Kpi(_Part):
    """One headline figure with the previous period's beside it."""

    name: str
    title: str
    value: Decimal | None
    """None: there is no such figure for the period (for instance a mean over nothing)."""
    previous: Decimal | None
    unit: str | None = None
    places: int = 0
    direction: Direction
    change_percent: Decimal | None
    """Against the previous period, times 100; None when that was zero or unknown, and of a figure
    in percent, which moves by `change_points`."""
    change_points: Decimal | None = None
    """Of a figure in percent: how many percentage points above the previous period."""
    verdict: Verdict
    narrows: Narrowing | None = None
    """What the figure is of, where that is less than the report covers, or another type lists."""

    @property
    def unsaid_unit(self) -> str | None:
        """The unit for a sentence that begins with the title; None where a word there says it."""
        if not self.unit or self.unit.casefold() in self.title.casefold().split():
            return None
        return self.unit


class Section(_Part):
    """A heading with its charts and tables, in reading order."""

    title: str
    text: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()

    def begins_with(self, part: Chart | Table) -> bool:
        """Whether it is right below the heading, in the order in which sections are read."""
        return not self.text and (*self.charts, *self.tables)[0] is part


class ReportDocument(_Part):
    """A whole report. `document_version` grows when a reader would have to change."""

    document_version: int = 1
    language: Annotated[LanguageTag, Field(exclude_if=lambda tag: tag == ENGLISH)] = ENGLISH
    """The BCP 47 tag of the language that its texts are in; left out where that is English, as in
    documents from before there was a choice."""
    type: str
    """The report type's name, for instance `delivery_summary`."""
    title: str
    period: Period
    previous_period: Period
    as_of: datetime
    """The instant whose data the report shows: the source transaction's own clock."""
    generated_at: datetime
    """When the snapshot was made; formats print this, never the clock."""
    tenant: str
    """The tenant's name as people read it."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    summary: tuple[str, ...]
    kpis: tuple[Kpi, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    definition: str | None = None
    """The saved report it was made from, for instance "Weekly deliveries, version 3"."""
    house_style: HouseStyle = HouseStyle()
    """The organisation's, as it was when the snapshot was made."""

    snapshot_sha256: str | None = None
    """Of the snapshot that a file was made from; nothing in the snapshot's own `document.json`."""

    @classmethod
    def of_snapshot(cls, content: bytes) -> ReportDocument:
        """From the snapshot's `document.json`; it knows then which snapshot it is of."""
        document = cls.model_validate_json(content)
        if document.snapshot_sha256 is not None:
            return document  # a part of one, which says of which
        return document.model_copy(update={"snapshot_sha256": hashlib.sha256(content).hexdigest()})

    @property
    def snapshot_id(self) -> str:
        """The first digits of the snapshot's SHA-256, which name it in what people read."""
        digest = self.snapshot_sha256 or hashlib.sha256(self.model_dump_json().encode()).hexdigest()
        return digest[:12]

    def texts(self) -> Iterator[str]:
        """Every text that a page may show, the cells of the tables included."""
        yield from (self.title, self.tenant, *self.summary, *self.notes)
        yield from (self.definition or "", self.house_style.footer)
        for kpi in self.kpis:
            yield from (kpi.title, kpi.unit or "")
        for section in self.sections:
            yield from (section.title, *section.text)
            for chart in section.charts:
                yield chart.title
                yield from chart.texts()
        for table in self.tables:
            yield table.title
            for column in table.columns:
                yield from (column.title, column.unit or "")
            yield from (cell for row in table.rows for cell in row if isinstance(cell, str))
            yield from (cell for cell in table.total or () if isinstance(cell, str))

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in reading order."""
        return tuple(table for section in self.sections for table in section.tables)

    @property
    def row_count(self) -> int:
        """How many table rows the document holds, totals rows left out."""
        return sum(table.row_count for table in self.tables)

    @property
    def available_row_count(self) -> int:
        """How many there were before limits cut them."""
        return sum(max(table.available_rows or 0, table.row_count) for table in self.tables)

    def with_tables(self, change: Callable[[Table], Table]) -> ReportDocument:
        """The same document with each table changed."""
        sections = tuple(
            section.model_copy(update={"tables": tuple(map(change, section.tables))})
            for section in self.sections
        )
        return self.model_copy(update={"sections": sections})


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def compare(
    value: Decimal | None, previous: Decimal | None, *, more_is: Verdict
) -> tuple[Direction, Decimal | None, Verdict]:
    """Direction, change in percent (one decimal place) and verdict of `value` to `previous`.

    `more_is` says what an increase means. From zero there is a direction but no percentage.
    """
    if value is None or previous is None:
        return Direction.UNKNOWN, None, Verdict.NEUTRAL
    percent = (
        None
        if previous == 0
        else ((value - previous) / abs(previous) * 100).quantize(Decimal("0.1"))
    )
    if value == previous:
        return Direction.FLAT, percent, Verdict.NEUTRAL
    opposite = {Verdict.GOOD: Verdict.BAD, Verdict.BAD: Verdict.GOOD}
    if value > previous:
        return Direction.UP, percent, more_is
    return Direction.DOWN, percent, opposite.get(more_is, Verdict.NEUTRAL)
