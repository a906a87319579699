"""A look-up: the names that the filters of a report type can be set to, as a document.

It is a run like any other, so it goes to the tenant's own source as reports do, and by its limits;
but it is no report: nobody can ask for one by name, schedule it or find it in a list.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from services.aggregator.report_types import ReportRequest, ReportType
from services.aggregator.sources import SourceSession
from shared.document import Column, Kind, ReportDocument, Section, Table
from shared.errors import PermanentError
from shared.languages import ENGLISH
from shared.run_requests import LOOK_UP

MOST_NAMES = 1_000
"""Of one filter; more are no list to choose from."""


class LookUpParameters(BaseModel):
    """What is looked up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str
    """The name of a report type."""


class LookUp:
    """Makes the document; one table of names for each filter."""

    languages: tuple[str, ...] = (ENGLISH,)
    parameters: type[BaseModel] = LookUpParameters

    def __init__(self, report_types: Mapping[str, ReportType]) -> None:
        self._report_types = report_types

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """Raises what the source raises; PermanentError for a report type that is not known."""
        asked = request.parameters
        assert isinstance(asked, LookUpParameters)
        report_type = self._report_types.get(asked.of)
        if report_type is None:
            raise PermanentError(
                "unknown_report_type", f"no aggregator knows the report type {asked.of!r}"
            )
        tables = [
            await _table(source, parameter, query)
            for parameter, query in report_type.known_names.items()
        ]
        return ReportDocument(
            type=LOOK_UP,
            title=f"Names known to {report_type.title}",
            period=request.period,
            previous_period=request.period.previous,
            as_of=source.as_of,
            generated_at=request.generated_at,
            tenant=request.tenant,
            parameters=asked.model_dump(mode="json"),
            summary=(),
            kpis=(),
            sections=(Section(title="Known names", tables=tuple(tables)),),
        )


async def _table(source: SourceSession, parameter: str, query: str) -> Table:
    # The query is one of this code, never a request's.
    rows = await source.fetch(
        "SELECT name, count(*) OVER () AS there_are "  # noqa: S608
        f"FROM (SELECT DISTINCT name FROM ({query}) found WHERE name <> '') each_once "
        f"ORDER BY name LIMIT {MOST_NAMES}"
    )
    there_are = rows[0]["there_are"] if rows else 0
    return Table(
        name=parameter,
        title=parameter.replace("_", " ").capitalize(),
        columns=(Column(name="name", title="Name", kind=Kind.TEXT, narrows=parameter),),
        rows=tuple((row["name"],) for row in rows),
        available_rows=there_are if there_are > len(rows) else None,
    )
