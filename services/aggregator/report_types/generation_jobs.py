"""`generation_jobs`: the jobs that finished in the period, one row each, for analysts.

A job belongs to the period in which it finished, whether it succeeded, failed or was cancelled:
so it is in exactly one period, and the rows of a period that is over do not change any more.
Jobs that have not finished are counted in a note.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.aggregator.report_types.generation_jobs_document import (
    NAME,
    TITLE,
    Figures,
    Tally,
    document,
)
from services.aggregator.report_types.report_type import EVERY_FORMAT, ReportRequest, register
from services.aggregator.scope.filters import asked_for
from services.aggregator.scope.progress import Progress
from services.aggregator.scope.selection import Names, SceneSelection, each_once
from services.aggregator.sources import SourceSession
from shared.document import ReportDocument
from shared.errors import PermanentError

# $1 to $2 are the instants, $3 to $6 the filters; an empty one lets everything pass. Outer joins:
# where nothing is asked of the scene, Postgres sees that it need not look it up at all.
_SELECTED = """
  FROM generation_jobs j
  LEFT JOIN scenes s ON s.id = j.scene_id
  LEFT JOIN projects p ON p.id = s.project_id
  LEFT JOIN workers w ON w.id = j.worker_id
 WHERE (cardinality($3::text[]) = 0 OR p.name = ANY ($3))
   AND (cardinality($4::text[]) = 0 OR s.scene_type = ANY ($4))
   AND (cardinality($5::text[]) = 0 OR s.resolution_tier = ANY ($5))
   AND (cardinality($6::text[]) = 0 OR w.name = ANY ($6))
"""

# $8 is the first instant that counts as now; what is before it is the previous period.
_TALLIES = f"""
SELECT w.name AS worker, j.finished_at >= $8 AS now,
       count(*) FILTER (WHERE j.status = 'succeeded') AS succeeded,
       count(*) FILTER (WHERE j.status = 'failed') AS failed,
       count(*) FILTER (WHERE j.status = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE j.attempt > 1) AS repeated,
       coalesce(sum(j.gpu_milliseconds), 0)::bigint AS gpu_milliseconds
{_SELECTED}
   AND j.finished_at >= $1 AND j.finished_at < $2
   AND (cardinality($7::text[]) = 0 OR j.status = ANY ($7))
 GROUP BY 1, 2
"""

# Queued before $1 and not finished at $2; with what the source says about all of its jobs.
_AROUND = f"""
SELECT count(*) AS unfinished,
       (SELECT min(finished_at) FROM generation_jobs) AS first_finish
{_SELECTED}
   AND j.queued_at < $1 AND (j.finished_at IS NULL OR j.finished_at >= $2)
"""  # noqa: S608  # of constants

_ROWS = f"""
SELECT j.id, j.scene_id, j.character_id, p.name AS project, s.scene_type, s.resolution_tier,
       w.name AS worker, j.status, j.attempt, j.queued_at, j.started_at, j.finished_at,
       j.gpu_milliseconds
{_SELECTED}
   AND j.finished_at >= $1 AND j.finished_at < $2
   AND (cardinality($7::text[]) = 0 OR j.status = ANY ($7))
 ORDER BY j.finished_at, j.id
 LIMIT $8::bigint
"""


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
    formats: tuple[str, ...] = EVERY_FORMAT
    parameters: type[BaseModel] = GenerationJobsParameters

    async def build(self, source: SourceSession, request: ReportRequest) -> ReportDocument:
        """The rows themselves are read, up to the source's ceiling: PermanentError beyond."""
        asked = request.parameters
        assert isinstance(asked, GenerationJobsParameters)
        period, progress = request.period, Progress(request.period, source.as_of)
        wanted = (asked.projects, asked.scene_types, asked.resolution_tiers, asked.workers)
        begin, end = period.starts_at, progress.ends_at
        tallies = await source.fetch(
            _TALLIES, period.previous.starts_at, end, *wanted, asked.statuses, begin
        )
        (around,) = await source.fetch(_AROUND, end, source.as_of, *wanted)
        workers = {row["worker"]: _tally(row) for row in tallies if row["now"]}
        found = sum(tally.finished for tally in workers.values())
        arguments = (begin, end, *wanted, asked.statuses, asked.limit)
        # In a thread: a million rows take a while, and the run's lease has to be kept meanwhile.
        return await asyncio.to_thread(
            document,
            Figures(
                progress=progress,
                workers=workers,
                previous=sum((_tally(row) for row in tallies if not row["now"]), Tally()),
                rows=await _rows(source, arguments, found) if found else (),
                unfinished=around["unfinished"],
                first_finish=around["first_finish"],
                filters=(
                    await asked_for(source, "project", asked.projects, "projects", "name"),
                    await asked_for(
                        source, "scene type", asked.scene_types, "scenes", "scene_type"
                    ),
                    await asked_for(
                        *(source, "resolution tier", asked.resolution_tiers),
                        *("scenes", "resolution_tier"),
                    ),
                    await asked_for(source, "worker", asked.workers, "workers", "name"),
                ),
                statuses=asked.statuses,
            ),
            request,
        )


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(**{name: row[name] for name in Tally.__dataclass_fields__})


async def _rows(
    source: SourceSession, arguments: tuple[object, ...], found: int
) -> Sequence[Mapping[str, Any]]:
    """The jobs' rows, or what to do about there being too many."""
    try:
        return await source.fetch(_ROWS, *arguments)
    except PermanentError as error:
        if error.code != "too_many_rows":
            raise
        way_out = "lower its `limit`" if arguments[-1] else "ask for the first ones with `limit`"
        raise PermanentError(
            error.code,
            f"{found:,} jobs match, and that is more than one report can hold: {way_out}, narrow "
            "the period or the filters, or raise BROADSHEET_SOURCE_MAX_ROWS",
        ) from error
