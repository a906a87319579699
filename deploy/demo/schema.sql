-- The studio's tables, made in the first schema of the search path. Keys and indexes follow in
-- indexes.sql, after the rows: that is faster. Instants are stored to the millisecond,
-- durations are whole milliseconds, so that sums are exact.

CREATE TABLE projects (
    id integer NOT NULL,
    name text NOT NULL,
    started_at timestamptz NOT NULL
);
COMMENT ON TABLE projects IS 'A production for which characters are made';

CREATE TABLE characters (
    id bigint NOT NULL,
    project_id integer NOT NULL,
    name text NOT NULL,
    scene_type text NOT NULL,
    resolution_tier text NOT NULL,
    onboarded_at timestamptz NOT NULL,
    delivered_at timestamptz,
    CHECK (delivered_at >= onboarded_at)
);
COMMENT ON TABLE characters IS 'What the studio makes and delivers';
COMMENT ON COLUMN characters.scene_type IS 'The scene type the character was ordered for';
COMMENT ON COLUMN characters.resolution_tier IS 'The resolution it was ordered in';
COMMENT ON COLUMN characters.delivered_at IS 'NULL while under way';

CREATE TABLE scenes (
    id bigint NOT NULL,
    project_id integer NOT NULL,
    character_id bigint,
    scene_type text NOT NULL,
    resolution_tier text NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE scenes IS 'A scene that is generated, with one character or with none';
COMMENT ON COLUMN scenes.character_id IS 'NULL for a scene without a character';

CREATE TABLE workers (
    id integer NOT NULL,
    name text NOT NULL,
    gpu_model text NOT NULL,
    registered_at timestamptz NOT NULL,
    retired_at timestamptz,
    CHECK (retired_at > registered_at)
);
COMMENT ON TABLE workers IS 'A machine with one GPU; available from registration to retirement';

CREATE TABLE generation_jobs (
    id bigint NOT NULL,
    scene_id bigint NOT NULL,
    character_id bigint,
    worker_id integer,
    status text NOT NULL,
    attempt smallint NOT NULL,
    queued_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    gpu_milliseconds bigint,
    CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    CHECK (attempt >= 1 AND gpu_milliseconds >= 0),
    CHECK (started_at >= queued_at AND finished_at >= queued_at AND finished_at >= started_at)
);
COMMENT ON TABLE generation_jobs IS 'One attempt to generate a scene';
COMMENT ON COLUMN generation_jobs.character_id IS 'The scene''s character; NULL where it has none';
COMMENT ON COLUMN generation_jobs.attempt IS '1 for the first try, more for each repetition';
COMMENT ON COLUMN generation_jobs.gpu_milliseconds IS
    'Time the GPU computed, in milliseconds; NULL until finished, 0 when cancelled';

CREATE TABLE qa_checks (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    checked_at timestamptz NOT NULL,
    passed boolean NOT NULL,
    failure_type text,
    CHECK (passed = (failure_type IS NULL))
);
COMMENT ON TABLE qa_checks IS 'The automatic check of what a job made';
COMMENT ON COLUMN qa_checks.failure_type IS 'What was found; NULL when passed';

CREATE TABLE workflow_changes (
    id integer NOT NULL,
    changed_at timestamptz NOT NULL,
    title text NOT NULL
);
COMMENT ON TABLE workflow_changes IS 'A change of how the studio works, from one instant on';

CREATE TABLE reviews (
    id bigint NOT NULL,
    character_id bigint NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_at timestamptz,
    decision text,
    reviewer text NOT NULL,
    reviewer_team text NOT NULL,
    segments integer NOT NULL,
    CHECK (decision IN ('approved', 'rejected')),
    CHECK ((decided_at IS NULL) = (decision IS NULL)),
    CHECK (decided_at >= requested_at),
    CHECK (segments > 0)
);
COMMENT ON TABLE reviews IS 'A person''s look at a character, until it is decided';
COMMENT ON COLUMN reviews.decided_at IS 'NULL while it is waiting or being looked at';
COMMENT ON COLUMN reviews.segments IS 'How many segments of the character were looked at';

CREATE TABLE annotations (
    id bigint NOT NULL,
    review_id bigint NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE annotations IS 'A note that a reviewer left';

CREATE TABLE usage_events (
    id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    event_type text NOT NULL,
    user_name text NOT NULL,
    device text NOT NULL
);
COMMENT ON TABLE usage_events IS 'Something that a person did in the review application';
