"""The queries of a quality report.

Of rows: ranges on when checks were made and jobs finished. Of roll-ups: sums by day, and by quarter
of an hour where a day is cut.
"""

from __future__ import annotations

from services.aggregator.rollups.coverage import Division, together

CHANGES = """
SELECT changed_at, title FROM workflow_changes
 WHERE changed_at >= $1 AND changed_at < $2
 ORDER BY changed_at, id
"""

FIRST_CHECK = "SELECT min(checked_at) AS first_check FROM qa_checks"


def jobs_checked(division: Division) -> str:
    """Jobs are numbered as they are asked for, so those of a time lie close together: between
    these two the joins below read a range of the jobs, not all of them. The sum keeps the source
    from looking for either along the whole index on job_id.
    """
    return f"""
SELECT min(job_id + 0) AS first, max(job_id + 0) AS last
  FROM qa_checks
 WHERE {division.is_raw("checked_at")}
"""


def findings(division: Division, schema: str) -> str:
    """$1 holds the first instants of the previous period and of each bucket, so that the source
    answers with a position in that list. Of a report without filters checks are counted as they
    are; only a part of them takes looking up what was checked.
    """
    made = together(
        division,
        f"""
SELECT width_bucket(c.checked_at, $1::timestamptz[]) AS position, c.failure_type,
       count(*) AS checks
  FROM qa_checks c
 WHERE {division.is_raw("c.checked_at")}
 GROUP BY 1, 2
""",
        f"""
SELECT width_bucket(quarter, $1::timestamptz[]), failure_type, checks
  FROM {schema}.checks
 WHERE {division.is_rolled("all")}
""",
    )
    return f"""
SELECT position, failure_type, sum(checks)::bigint AS checks
  FROM ({made}) m
 GROUP BY 1, 2
"""


def findings_of_a_part(division: Division, schema: str) -> str:
    """The same for the projects, scene types and tiers $2, $3 and $4; empty for all. $5 and $6: of
    the jobs whose checks are read one by one, the first and the last.
    """
    made = together(
        division,
        f"""
SELECT width_bucket(c.checked_at, $1::timestamptz[]) AS position, c.failure_type, 1 AS checks,
       s.project_id, s.scene_type, s.resolution_tier
  FROM qa_checks c
  JOIN generation_jobs j ON j.id = c.job_id
  JOIN scenes s ON s.id = j.scene_id
 WHERE {division.is_raw("c.checked_at")} AND j.id BETWEEN $5 AND $6
""",
        f"""
SELECT width_bucket(quarter, $1::timestamptz[]), failure_type, checks, project_id, scene_type,
       resolution_tier
  FROM {schema}.checks
 WHERE {division.is_rolled("kind")}
""",
    )
    return f"""
SELECT m.position, m.failure_type, sum(m.checks)::bigint AS checks
  FROM ({made}) m
 WHERE (cardinality($2::text[]) = 0
        OR m.project_id IN (SELECT id FROM projects WHERE name = ANY ($2)))
   AND (cardinality($3::text[]) = 0 OR m.scene_type = ANY ($3))
   AND (cardinality($4::text[]) = 0 OR m.resolution_tier = ANY ($4))
 GROUP BY 1, 2
"""


def kinds(division: Division, schema: str) -> str:
    """$1 is the first instant of the period, the others as above. Checks are first added up by
    scene: there are far fewer than jobs.
    """
    made = together(
        division,
        """
SELECT s.project_id, s.scene_type, s.resolution_tier, o.before, o.checks, o.passed,
       o.first_checks, o.first_passed
  FROM of_scenes o
  JOIN scenes s ON s.id = o.scene_id
""",
        f"""
SELECT project_id, scene_type, resolution_tier, quarter < $1, checks,
       CASE WHEN passed THEN checks ELSE 0 END, first_checks,
       CASE WHEN passed THEN first_checks ELSE 0 END
  FROM {schema}.checks
 WHERE {division.is_rolled("kind")}
""",
    )
    return f"""
WITH of_scenes AS (
    SELECT j.scene_id, c.checked_at < $1 AS before, count(*) AS checks,
           count(*) FILTER (WHERE c.passed) AS passed,
           count(*) FILTER (WHERE j.attempt = 1) AS first_checks,
           count(*) FILTER (WHERE j.attempt = 1 AND c.passed) AS first_passed
      FROM qa_checks c
      JOIN generation_jobs j ON j.id = c.job_id
     WHERE {division.is_raw("c.checked_at")} AND j.id BETWEEN $5 AND $6
     GROUP BY 1, 2
)
SELECT p.name AS project, k.*
  FROM (SELECT m.project_id, m.scene_type, m.resolution_tier, m.before,
               sum(m.checks)::bigint AS checks, sum(m.passed)::bigint AS passed,
               sum(m.first_checks)::bigint AS first_checks,
               sum(m.first_passed)::bigint AS first_passed
          FROM ({made}) m
         WHERE (cardinality($2::text[]) = 0
                OR m.project_id IN (SELECT id FROM projects WHERE name = ANY ($2)))
           AND (cardinality($3::text[]) = 0 OR m.scene_type = ANY ($3))
           AND (cardinality($4::text[]) = 0 OR m.resolution_tier = ANY ($4))
         GROUP BY 1, 2, 3, 4) k
  JOIN projects p ON p.id = k.project_id
"""


def attempts(division: Division, schema: str, *, of_kinds: bool) -> str:
    """Without filters every job counts whatever its scene, and the source leaves out the join.

    $1 to $4 as above; `of_kinds`: scene types or tiers are asked for.
    """
    kind = "scene_type, resolution_tier" if of_kinds else "NULL, NULL"
    ended = together(
        division,
        f"""
SELECT width_bucket(j.finished_at, $1::timestamptz[]) AS position,
       (j.status <> 'cancelled' AND j.attempt = 1)::integer AS first,
       (j.status <> 'cancelled' AND j.attempt > 1)::integer AS repeats,
       (j.status = 'failed')::integer AS failed, (j.status = 'cancelled')::integer AS cancelled,
       s.project_id, s.scene_type, s.resolution_tier
  FROM generation_jobs j
  LEFT JOIN scenes s ON s.id = j.scene_id
   AND (cardinality($2::text[]) + cardinality($3::text[]) + cardinality($4::text[]) > 0)
 WHERE {division.is_raw("j.finished_at")}
""",
        f"""
SELECT width_bucket(quarter, $1::timestamptz[]), first, repeats, failed_jobs, cancelled,
       project_id, {kind}
  FROM {schema}.jobs
 WHERE {division.is_rolled("kind" if of_kinds else "project")}
""",
    )
    return f"""
SELECT position, sum(first)::bigint AS first, sum(repeats)::bigint AS repeats,
       sum(failed)::bigint AS failed, sum(cancelled)::bigint AS cancelled
  FROM ({ended}) e
 WHERE (cardinality($2::text[]) = 0
        OR e.project_id IN (SELECT id FROM projects WHERE name = ANY ($2)))
   AND (cardinality($3::text[]) = 0 OR e.scene_type = ANY ($3))
   AND (cardinality($4::text[]) = 0 OR e.resolution_tier = ANY ($4))
 GROUP BY 1
"""
