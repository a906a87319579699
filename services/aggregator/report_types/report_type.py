"""What a report type is: a function from a source and parameters to a document."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, TypeVar

from pydantic import BaseModel

from services.aggregator.scope.parts import Counting, Part
from services.aggregator.sources import SourceSession
from shared.document import Cell, Direction, Kpi, ReportDocument, Section, Table, Verdict
from shared.languages import current
from shared.periods import Period

EVERY_FORMAT = ("pdf", "html", "xlsx", "csv", "json", "ndjson", "parquet")
"""What a report type offers unless it has a reason not to. Names alone: the renderer has the files,
and the api offers what some renderer makes."""


@dataclass(frozen=True)
class ReportRequest:
    """What one report is to cover."""

    period: Period
    parameters: BaseModel
    """An instance of the type's own `parameters` class, validated."""
    tenant: str
    """The tenant's name as people read it."""
    generated_at: datetime
    """When the snapshot is made."""


class Documented(Protocol):
    """What a run's document is made by."""

    languages: tuple[str, ...]
    """BCP 47 tags of those in which it has all that it says; English is among them."""
    parameters: type[BaseModel]
    """Extra fields forbidden."""

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """The whole document, in the current language (`shared.languages`), one of its own.

        Raises TransientError and PermanentError as the source does.
        """
        ...


class ReportType(Documented, Protocol):
    """One kind of report. It holds no state and never sees the store or the broker.

    The JSON Schema of its `parameters` is what the API validates against.
    """

    name: str
    """What a request names."""
    title: str
    description: str
    source: str
    """The name under which a tenant registers the source that the type reads."""
    kpis: tuple[str, ...]
    """Names of all key figures that it may show; conditions of schedules name them."""
    formats: tuple[str, ...]
    """`EVERY_FORMAT`, or some of it."""
    known_names: Mapping[str, str]
    """The query of the names that the source has, for each parameter that lists names: one column,
    `name`, which may repeat itself."""
    counting: Counting
    """The key figure that adds up over parts of the report, and what parts there are."""

    async def parts(
        self, source: SourceSession, request: ReportRequest, by: Collection[str]
    ) -> tuple[Part, ...]:
        """What `counting` counts of such a report, told apart by those of its filters."""
        ...


def report_document(
    name: str,
    title: str,
    request: ReportRequest,
    as_of: datetime,
    *,
    summary: Iterable[str],
    kpis: Iterable[Kpi],
    covered_before: bool,
    sections: Iterable[Section],
    notes: Iterable[str],
) -> ReportDocument:
    """What a report says, with all that the request already says of it.

    `covered_before`: whether the data cover the whole period before. Where they do not, its
    figures are those of a part of it, and neither a key figure nor a table is compared with them.
    Nor is a period that has not begun: that it has nothing yet is no fall.
    """
    document = ReportDocument(
        language=current(),
        type=name,
        title=title,
        period=request.period,
        previous_period=request.period.previous,
        as_of=as_of,
        generated_at=request.generated_at,
        tenant=request.tenant,
        parameters=request.parameters.model_dump(mode="json"),
        summary=tuple(summary),
        kpis=tuple(kpis),
        sections=tuple(sections),
        notes=tuple(notes),
    )
    begun = as_of > request.period.starts_at
    return document if covered_before and begun else _without_comparisons(document)


def _without_comparisons(document: ReportDocument) -> ReportDocument:
    kpis = tuple(kpi.model_copy(update=_NO_COMPARISON) for kpi in document.kpis)
    return document.model_copy(update={"kpis": kpis}).with_tables(_uncompared)


def _uncompared(table: Table) -> Table:
    """The table with nothing in its columns of the period before; they keep their places."""
    if not any(column.compares for column in table.columns):
        return table

    def emptied(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(
            None if column.compares else cell
            for cell, column in zip(cells, table.columns, strict=True)
        )

    return table.model_copy(
        update={
            "rows": tuple(map(emptied, table.rows)),
            "total": None if table.total is None else emptied(table.total),
        }
    )


_NO_COMPARISON = {
    "previous": None,
    "change_percent": None,
    "change_points": None,
    "direction": Direction.UNKNOWN,
    "verdict": Verdict.NEUTRAL,
}

_report_types: dict[str, ReportType] = {}
report_types: Mapping[str, ReportType] = MappingProxyType(_report_types)
"""Every registered report type by its name."""

_Type = TypeVar("_Type", bound=type[ReportType])


def register(report_type: _Type) -> _Type:
    """Class decorator: the report type can be asked for. A second one of a name is an error."""
    if report_type.name in _report_types:
        raise ValueError(f"two report types are called {report_type.name!r}: rename one of them")
    _report_types[report_type.name] = report_type()
    return report_type
