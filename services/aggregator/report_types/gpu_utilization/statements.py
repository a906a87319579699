"""The queries of a GPU report.

Of rows: ranges of the index on `finished_at` and, for the jobs over the period's end, one look-up
per worker, so what is read grows with the two periods, not with the data before and after them.
Of roll-ups: sums by day, and by quarter of an hour where a day is cut.
"""

from __future__ import annotations

from services.aggregator.rollups.coverage import Division, together

WORKERS = """
SELECT id, name, gpu_model, registered_at, retired_at,
       (SELECT min(finished_at) FROM generation_jobs WHERE started_at IS NOT NULL) AS first_finish
  FROM workers
 ORDER BY name, id
"""


def by_kind(division: Division, schema: str) -> str:
    """$1 is the first instant of the period; $2, $3 and $4 are the projects, scene types and tiers
    asked for, empty for all.

    Jobs are first added up by scene: there are far fewer, and only then is anything looked up.
    """
    worked = together(
        division,
        """
SELECT s.project_id, s.scene_type, s.resolution_tier, o.before, o.gpu, o.jobs, o.failed_gpu,
       o.failed_jobs, o.cancelled
  FROM of_scenes o
  JOIN scenes s ON s.id = o.scene_id
""",
        f"""
SELECT project_id, scene_type, resolution_tier, quarter < $1, gpu, jobs, failed_gpu, failed_jobs,
       cancelled
  FROM {schema}.jobs
 WHERE {division.is_rolled("kind")}
""",
    )
    return f"""
WITH of_scenes AS (
    SELECT j.scene_id, j.finished_at < $1 AS before, sum(j.gpu_milliseconds)::bigint AS gpu,
           count(*) FILTER (WHERE j.status <> 'cancelled') AS jobs,
           (sum(j.gpu_milliseconds) FILTER (WHERE j.status = 'failed'))::bigint AS failed_gpu,
           count(*) FILTER (WHERE j.status = 'failed') AS failed_jobs,
           count(*) FILTER (WHERE j.status = 'cancelled') AS cancelled
      FROM generation_jobs j
     WHERE {division.is_raw("j.finished_at")}
     GROUP BY 1, 2
)
SELECT p.name AS project, k.*
  FROM (SELECT w.project_id, w.scene_type, w.resolution_tier, w.before,
               sum(w.gpu)::bigint AS gpu, sum(w.jobs)::bigint AS jobs,
               sum(w.failed_gpu)::bigint AS failed_gpu,
               sum(w.failed_jobs)::bigint AS failed_jobs, sum(w.cancelled)::bigint AS cancelled
          FROM ({worked}) w
         WHERE (cardinality($2::text[]) = 0
                OR w.project_id IN (SELECT id FROM projects WHERE name = ANY ($2)))
           AND (cardinality($3::text[]) = 0 OR w.scene_type = ANY ($3))
           AND (cardinality($4::text[]) = 0 OR w.resolution_tier = ANY ($4))
         GROUP BY 1, 2, 3, 4) k
  JOIN projects p ON p.id = k.project_id
"""


def by_bucket(division: Division, schema: str, *, of_kinds: bool) -> str:
    """$1 holds the first instants of all buckets; the source answers with a position in that list.

    $2, $3 and $4 as above; `of_kinds`: scene types or tiers are asked for.
    """
    kind = "scene_type, resolution_tier" if of_kinds else "NULL, NULL"
    worked = together(
        division,
        f"""
SELECT s.project_id, s.scene_type, s.resolution_tier,
       width_bucket(j.finished_at, $1::timestamptz[]) AS position, j.gpu_milliseconds AS gpu
  FROM generation_jobs j
  JOIN scenes s ON s.id = j.scene_id
 WHERE {division.is_raw("j.finished_at")}
""",
        f"""
SELECT project_id, {kind}, width_bucket(quarter, $1::timestamptz[]), gpu
  FROM {schema}.jobs
 WHERE {division.is_rolled("kind" if of_kinds else "project")}
""",
    )
    return f"""
SELECT p.name AS project, b.position, b.gpu
  FROM (SELECT w.project_id, w.position, sum(w.gpu)::bigint AS gpu
          FROM ({worked}) w
         WHERE (cardinality($2::text[]) = 0
                OR w.project_id IN (SELECT id FROM projects WHERE name = ANY ($2)))
           AND (cardinality($3::text[]) = 0 OR w.scene_type = ANY ($3))
           AND (cardinality($4::text[]) = 0 OR w.resolution_tier = ANY ($4))
         GROUP BY 1, 2) b
  JOIN projects p ON p.id = b.project_id
 WHERE b.gpu > 0
"""


def _spans(division: Division) -> str:
    """What each job took of a worker's time up to $3: jobs that finished in [$1, $3), and for each
    worker the job it had at $3. That is the last it began before, for it has one at a time; one
    that never ended although others began after it is not looked for. Without filters every span
    is selected whatever its scene, and the source leaves out the join. $4, $5 and $6 are the
    projects, scene types and tiers asked for, empty for all.
    """
    return f"""
WITH spans AS (
    SELECT j.worker_id, j.scene_id, j.status, j.gpu_milliseconds, true AS finished,
           j.started_at, j.finished_at AS ended_at
      FROM generation_jobs j
     WHERE {division.is_raw("j.finished_at")} AND j.started_at IS NOT NULL
    UNION ALL
    SELECT w.id, l.scene_id, 'running', 0, false, l.started_at, $3
      FROM workers w
     CROSS JOIN LATERAL (SELECT j.scene_id, j.started_at, j.finished_at
                           FROM generation_jobs j
                          WHERE j.worker_id = w.id AND j.started_at < $3
                          ORDER BY j.started_at DESC, j.finished_at DESC
                          LIMIT 1) l
     WHERE l.finished_at IS NULL OR l.finished_at >= $3
), marked AS (
    SELECT spans.*, cardinality($4::text[]) + cardinality($5::text[]) + cardinality($6::text[]) = 0
                    OR s.id IS NOT NULL AS selected
      FROM spans
      LEFT JOIN scenes s
        ON s.id = spans.scene_id
       AND (cardinality($4::text[]) = 0
            OR s.project_id IN (SELECT id FROM projects WHERE name = ANY ($4)))
       AND (cardinality($5::text[]) = 0 OR s.scene_type = ANY ($5))
       AND (cardinality($6::text[]) = 0 OR s.resolution_tier = ANY ($6))
)
"""


def by_worker(division: Division, schema: str) -> str:
    """$2 is the first instant of the period, $1 that of the one before.

    Sums of what lies between instants are microseconds until the end: whole milliseconds of parts
    would not add up to those of the whole. What is rolled up of a day lies on one side of $2.
    """
    worked = together(
        division,
        """
SELECT worker_id, selected,
       (extract(epoch FROM sum(greatest(ended_at - greatest(started_at, $2), interval '0')))
        * 1000000)::bigint AS active,
       (extract(epoch FROM sum(greatest(least(ended_at, $2) - greatest(started_at, $1),
                                        interval '0'))) * 1000000)::bigint AS active_before,
       (sum(gpu_milliseconds) FILTER (WHERE finished AND ended_at >= $2))::bigint AS gpu,
       count(*) FILTER (WHERE finished AND ended_at >= $2 AND status <> 'cancelled') AS jobs,
       (sum(gpu_milliseconds)
        FILTER (WHERE finished AND ended_at >= $2 AND status = 'failed'))::bigint AS failed_gpu,
       count(*) FILTER (WHERE finished AND ended_at >= $2 AND status = 'failed') AS failed_jobs,
       count(*) FILTER (WHERE NOT finished) AS running
  FROM marked
 GROUP BY 1, 2
""",
        f"""
SELECT worker_id, true, (sum(active) FILTER (WHERE day >= $2))::bigint,
       (sum(active) FILTER (WHERE day < $2))::bigint, (sum(gpu) FILTER (WHERE day >= $2))::bigint,
       (sum(jobs) FILTER (WHERE day >= $2))::bigint,
       (sum(failed_gpu) FILTER (WHERE day >= $2))::bigint,
       (sum(failed_jobs) FILTER (WHERE day >= $2))::bigint, 0
  FROM {schema}.worker_days
 WHERE {division.is_whole}
 GROUP BY worker_id
""",
    )
    return f"""{_spans(division)}
SELECT worker_id, selected,
       coalesce(round(sum(active) / 1000), 0)::bigint AS active,
       coalesce(round(sum(active_before) / 1000), 0)::bigint AS active_before,
       sum(gpu)::bigint AS gpu, coalesce(sum(jobs), 0)::bigint AS jobs,
       sum(failed_gpu)::bigint AS failed_gpu, coalesce(sum(failed_jobs), 0)::bigint AS failed_jobs,
       sum(running)::bigint AS running
  FROM ({worked}) w
 GROUP BY 1, 2
"""


def steps(division: Division, schema: str) -> str:
    """The beginnings and ends of the spans from $1 on, counted and added up between the edges in
    $2. What is rolled up is told by quarters of an hour, which no edge may cut.
    """
    stepped = together(
        division,
        """
SELECT selected, width_bucket(at, $2::timestamptz[]) AS position,
       (count(*) FILTER (WHERE begins) - count(*) FILTER (WHERE NOT begins))::bigint AS number,
       ((coalesce(extract(epoch FROM sum(at - $1) FILTER (WHERE begins)), 0)
         - coalesce(extract(epoch FROM sum(at - $1) FILTER (WHERE NOT begins)), 0))
        * 1000000)::bigint AS total
  FROM (SELECT selected, greatest(started_at, $1) AS at, true AS begins FROM marked
        UNION ALL
        SELECT selected, ended_at, false FROM marked) steps
 GROUP BY 1, 2
""",
        f"""
SELECT true, width_bucket(greatest(quarter, $1), $2::timestamptz[]), number,
       CASE WHEN quarter < $1 THEN 0
            ELSE number * (extract(epoch FROM quarter - $1) * 1000000)::bigint + into_quarter END
  FROM {schema}.job_steps
 WHERE {division.is_whole}
""",
    )
    return f"""{_spans(division)}
SELECT selected, position, sum(number)::bigint AS number,
       round(sum(total) / 1000)::bigint AS total
  FROM ({stepped}) s
 GROUP BY 1, 2
"""
