"""`generation_jobs`: the jobs that finished in the period, one row each, for analysts.

A job belongs to the period in which it finished, whether it succeeded, failed or was cancelled:
so it is in exactly one period, and the rows of a period that is over do not change any more.
Jobs that have not finished are counted in a note.
"""

from services.aggregator.report_types.generation_jobs.report import (
    GenerationJobs,
    GenerationJobsParameters,
)

__all__ = ["GenerationJobs", "GenerationJobsParameters"]
