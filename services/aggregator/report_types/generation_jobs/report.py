"""The report type."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.aggregator.report_types.generation_jobs import table
from services.aggregator.report_types.generation_jobs.document import NAME, TITLE, document
from services.aggregator.report_types.generation_jobs.messages import say
from services.aggregator.report_types.generation_jobs.queries import (
    FILTERED_BY,
    OF_JOBS,
    Wanted,
    read,
)
from services.aggregator.report_types.report_type import EVERY_FORMAT, ReportRequest, register
from services.aggregator.scope.known_names import NAMES_OF_JOBS
from services.aggregator.scope.parts import Counting, Part, count_parts
from services.aggregator.scope.selection import Names, SceneSelection, each_once
from services.aggregator.sources import SourceSession
from shared.document import ReportDocument


class Status(StrEnum):
    """How a job finished."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class GenerationJobsParameters(SceneSelection):
    """What can be asked of the list of jobs."""

    model_config = ConfigDict(title="Generation jobs")

    statuses: Annotated[tuple[Status, ...], AfterValidator(each_once)] = Field(
        (),
        title="Statuses",
        description="Only jobs that finished this way; all of them when left out.",
        max_length=len(Status),
    )
    workers: Names = Field(
        (),
        title="Workers",
        description="Only jobs of these workers, by their exact names; all when left out.",
    )
    columns: Annotated[tuple[table.ColumnName, ...], AfterValidator(each_once)] = Field(
        (),
        title="Columns",
        description="Only these columns, in the table's own order; all of them when left out.",
        max_length=len(table.KINDS),
    )
    limit: int | None = Field(
        None,
        title="Row limit",
        description="At most so many rows, those that finished first; all of them when left "
        "out. The report says how many there were.",
        ge=1,
        le=10_000_000,
    )


@register
class GenerationJobs:
    """The report type."""

    name = NAME
    title = TITLE
    description = (
        "Every generation job that finished in the period, one row each with all its columns, "
        "for further analysis."
    )
    source = "studio"
    kpis: tuple[str, ...] = (
        "jobs_finished",
        "succeeded_percent",
        "repeated_percent",
        "gpu_hours",
    )
    formats: tuple[str, ...] = EVERY_FORMAT
    languages: tuple[str, ...] = say.languages
    parameters: type[BaseModel] = GenerationJobsParameters
    known_names: Mapping[str, str] = NAMES_OF_JOBS

    counting = Counting("jobs_finished", "jobs", tuple(FILTERED_BY))

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """Raises what the source raises. A long list comes as a StreamedTable."""
        asked = request.parameters
        assert isinstance(asked, GenerationJobsParameters)
        wanted = Wanted(**{name: getattr(asked, name) for name in Wanted.__dataclass_fields__})
        return document(await read(source, request.period, wanted), request)

    async def parts(
        self, source: SourceSession, request: ReportRequest, by: Collection[str]
    ) -> tuple[Part, ...]:
        """Jobs that finished."""
        asked, period = request.parameters, request.period
        return await count_parts(source, OF_JOBS, FILTERED_BY, by, asked=asked, period=period)
