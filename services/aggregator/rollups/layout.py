"""What roll-ups consist of: the sums kept of each UTC day, as SQL over the studio's tables.

Everything that is kept of a day is what its queries answer for that day, so rolling a day again is
deleting and inserting. Whole numbers throughout; spans of time are microseconds, as exact as the
source's own instants. Columns get the types that the queries give them, whatever a studio's keys
are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = 1
"""Raised with every change of this page: roll-ups of another version are not read."""

SUFFIX = "_rollups"
"""The roll-ups of the schema `studio` lie in the schema `studio_rollups`."""

CHANGES = "changes"
"""Beside them, where the source tells of late changes: which days they touched, by triggers on the
source's tables (`deploy/demo/changes.sql`), in the transactions of the changes themselves."""


def is_changed(schema: str) -> str:
    """The SQL condition on a row `d` of `days` that its sums are not those of its rows now."""
    changes = f"{schema}.{CHANGES}"
    return f"EXISTS (SELECT FROM {changes} c WHERE c.relation = d.relation AND c.day = d.day)"


@dataclass(frozen=True)
class Subject:
    """A relation of the studio whose rows are rolled up by the UTC day of one of its instants."""

    relation: str
    instant: str
    """The column by which a row belongs to a day."""
    fingerprint: str
    """One row: how many rows the day has, a sum over hashes of all that is read of them, and the
    earliest instant at which what ended on it began."""
    sums: Mapping[str, str]
    """By table, the query of what is kept. In all of them $1 is the day's first instant and $2 the
    next day's; the first column is the day."""
    take_off: str = ""
    """Takes what was kept of the day $1 off sums over all days, before it is kept anew."""
    add: str = ""
    """And adds what is kept of it then."""


_DAY = "$1::timestamptz AS day"

# By kind of scene for whole days and for quarters; and for quarters of all kinds together, by
# project, which is what reports over many local days read.
_JOBS = f"""
SELECT {_DAY},
       CASE GROUPING(q, scene_type)
            WHEN 2 THEN 'day' WHEN 0 THEN 'kind' ELSE 'project' END AS level,
       coalesce(q, $1) AS quarter, project_id, scene_type, resolution_tier,
       count(*) FILTER (WHERE status <> 'cancelled') AS jobs,
       sum(gpu_milliseconds)::bigint AS gpu,
       count(*) FILTER (WHERE status = 'failed') AS failed_jobs,
       (sum(gpu_milliseconds) FILTER (WHERE status = 'failed'))::bigint AS failed_gpu,
       count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE status <> 'cancelled' AND attempt = 1) AS first,
       count(*) FILTER (WHERE status <> 'cancelled' AND attempt > 1) AS repeats
  FROM (SELECT date_bin('15 minutes', j.finished_at, $1) AS q, s.project_id, s.scene_type,
               s.resolution_tier, j.status, j.attempt, j.gpu_milliseconds
          FROM generation_jobs j
          LEFT JOIN scenes s ON s.id = j.scene_id
         WHERE j.finished_at >= $1 AND j.finished_at < $2) ended
 GROUP BY GROUPING SETS ((project_id, scene_type, resolution_tier),
                         (q, project_id, scene_type, resolution_tier), (q, project_id))
"""

# How many jobs began less how many ended, and the sum of how far into the quarter; the quarters
# of beginnings may lie in earlier days.
_STEPS = f"""
SELECT {_DAY}, quarter, sum(sign)::bigint AS number,
       (extract(epoch FROM sum((at - quarter) * sign)) * 1000000)::bigint AS into_quarter
  FROM (SELECT at, sign, date_bin('15 minutes', at, timestamptz 'epoch') AS quarter
          FROM generation_jobs j
         CROSS JOIN LATERAL (VALUES (j.started_at, 1), (j.finished_at, -1)) AS step (at, sign)
         WHERE j.finished_at >= $1 AND j.finished_at < $2 AND j.started_at IS NOT NULL) steps
 GROUP BY quarter
"""

_WORKERS = f"""
SELECT {_DAY}, worker_id,
       (extract(epoch FROM sum(finished_at - started_at)) * 1000000)::bigint AS active,
       sum(gpu_milliseconds)::bigint AS gpu,
       count(*) FILTER (WHERE status <> 'cancelled') AS jobs,
       (sum(gpu_milliseconds) FILTER (WHERE status = 'failed'))::bigint AS failed_gpu,
       count(*) FILTER (WHERE status = 'failed') AS failed_jobs
  FROM generation_jobs
 WHERE finished_at >= $1 AND finished_at < $2 AND started_at IS NOT NULL
 GROUP BY worker_id
"""

_CHARACTERS = f"""
SELECT {_DAY}, character_id, count(*) AS jobs, sum(gpu_milliseconds)::bigint AS gpu,
       (sum(gpu_milliseconds) FILTER (WHERE attempt > 1))::bigint AS repeated,
       (extract(epoch FROM sum(finished_at - started_at)) * 1000000)::bigint AS workers
  FROM generation_jobs
 WHERE finished_at >= $1 AND finished_at < $2 AND character_id IS NOT NULL
 GROUP BY character_id
"""

# A report on characters wants all days of each: added up anew, they would take it seconds.
_TAKE_OFF = """
UPDATE {schema}.character_totals t
   SET jobs = t.jobs - d.jobs, gpu = t.gpu - coalesce(d.gpu, 0),
       repeated = t.repeated - coalesce(d.repeated, 0), workers = t.workers - coalesce(d.workers, 0)
  FROM {schema}.character_days d
 WHERE d.day = $1 AND t.character_id = d.character_id
"""
_ADD = """
INSERT INTO {schema}.character_totals AS t
SELECT character_id, jobs, coalesce(gpu, 0), coalesce(repeated, 0), coalesce(workers, 0)
  FROM {schema}.character_days
 WHERE day = $1
    ON CONFLICT (character_id) DO UPDATE
   SET jobs = t.jobs + EXCLUDED.jobs, gpu = t.gpu + EXCLUDED.gpu,
       repeated = t.repeated + EXCLUDED.repeated, workers = t.workers + EXCLUDED.workers
"""

_CHECKS = f"""
SELECT {_DAY},
       CASE GROUPING(q, scene_type) WHEN 2 THEN 'day' WHEN 0 THEN 'kind' ELSE 'all' END AS level,
       coalesce(q, $1) AS quarter, project_id, scene_type, resolution_tier, failure_type, passed,
       count(*) AS checks, count(*) FILTER (WHERE attempt = 1) AS first_checks
  FROM (SELECT date_bin('15 minutes', c.checked_at, $1) AS q, s.project_id, s.scene_type,
               s.resolution_tier, c.failure_type, c.passed, j.attempt
          FROM qa_checks c
          LEFT JOIN generation_jobs j ON j.id = c.job_id
          LEFT JOIN scenes s ON s.id = j.scene_id
         WHERE c.checked_at >= $1 AND c.checked_at < $2) made
 GROUP BY GROUPING SETS (
          (project_id, scene_type, resolution_tier, failure_type, passed),
          (q, project_id, scene_type, resolution_tier, failure_type, passed),
          (q, failure_type, passed))
"""

SUBJECTS = (
    Subject(
        relation="generation_jobs",
        instant="finished_at",
        fingerprint="""
SELECT count(*) AS rows, coalesce(sum(hashtextextended(
           ROW(j.finished_at, j.started_at, j.worker_id, j.character_id, j.status, j.attempt,
               j.gpu_milliseconds, s.project_id, s.scene_type, s.resolution_tier)::text, 0)), 0)
           AS hash,
       min(j.started_at) AS earliest_start
  FROM generation_jobs j
  LEFT JOIN scenes s ON s.id = j.scene_id
 WHERE j.finished_at >= $1 AND j.finished_at < $2
""",
        sums={
            "jobs": _JOBS,
            "job_steps": _STEPS,
            "worker_days": _WORKERS,
            "character_days": _CHARACTERS,
        },
        take_off=_TAKE_OFF,
        add=_ADD,
    ),
    Subject(
        relation="qa_checks",
        instant="checked_at",
        fingerprint="""
SELECT count(*) AS rows, coalesce(sum(hashtextextended(
           ROW(c.checked_at, c.failure_type, c.passed, j.attempt, s.project_id, s.scene_type,
               s.resolution_tier)::text, 0)), 0) AS hash,
       NULL::timestamptz AS earliest_start
  FROM qa_checks c
  LEFT JOIN generation_jobs j ON j.id = c.job_id
  LEFT JOIN scenes s ON s.id = j.scene_id
 WHERE c.checked_at >= $1 AND c.checked_at < $2
""",
        sums={"checks": _CHECKS},
    ),
)

BOOKS = """
CREATE TABLE {schema}.layout (version integer NOT NULL);
COMMENT ON TABLE {schema}.layout IS
    'Of which layout all this is: set to 0, and everything is made anew';
CREATE TABLE {schema}.days (
    relation text NOT NULL,
    day timestamptz NOT NULL,
    rows bigint NOT NULL,
    hash numeric NOT NULL,
    earliest_start timestamptz,
    verified_at timestamptz NOT NULL,
    PRIMARY KEY (relation, day)
);
COMMENT ON TABLE {schema}.days IS
    'UTC days that are rolled up, with what their rows were like, and when that was last compared';
"""

INDEXES = {
    "jobs": "(day, level)",
    "job_steps": "(day)",
    "worker_days": "(day)",
    "character_days": "(day)",
    "checks": "(day, level)",
}
"""By table, what reports look for."""

# Half of each page is left free, so that a row that changes daily stays on its own.
_TOTALS = """
CREATE TABLE {schema}.character_totals WITH (fillfactor = 50) AS
SELECT character_id, jobs, gpu, repeated, workers FROM {schema}.character_days WITH NO DATA;
ALTER TABLE {schema}.character_totals ADD PRIMARY KEY (character_id);
"""


def tables(schema: str) -> str:
    """The statements that make everything in an empty schema; `schema` is quoted already."""
    statements = [BOOKS.format(schema=schema)]
    for subject in SUBJECTS:
        for table, query in subject.sums.items():
            nothing = re.sub(r"\$\d", "timestamptz 'epoch'", query)
            statements += [
                f"CREATE TABLE {schema}.{table} AS {nothing} WITH NO DATA;",
                f"CREATE INDEX ON {schema}.{table} {INDEXES[table]};",
            ]
    statements.append(_TOTALS.format(schema=schema))
    statements.append(f"INSERT INTO {schema}.layout VALUES ({VERSION});")
    return "\n".join(statements)
