-- The studio's tables, made in the schema of the search path. docs/sources/studio.md says what
-- each column means. Indexes follow after the rows, in indexes.sql.
CREATE TABLE projects (
    id bigint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    started_at timestamptz NOT NULL
);
CREATE TABLE characters (
    id bigint NOT NULL,
    project_id bigint NOT NULL,
    name text NOT NULL,
    onboarded_at timestamptz NOT NULL,
    delivered_at timestamptz
);
CREATE TABLE scenes (
    id bigint NOT NULL,
    character_id bigint NOT NULL,
    project_id bigint NOT NULL,
    scene_type text NOT NULL,
    resolution_tier text NOT NULL
);
CREATE TABLE workers (
    id bigint PRIMARY KEY,
    name text NOT NULL UNIQUE,
    gpu_model text NOT NULL,
    registered_at timestamptz NOT NULL,
    retired_at timestamptz
);
CREATE TABLE generation_jobs (
    id bigint NOT NULL,
    scene_id bigint NOT NULL,
    worker_id bigint,
    attempt integer NOT NULL,
    status text NOT NULL,
    queued_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    gpu_milliseconds bigint NOT NULL
);
CREATE TABLE qa_checks (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    checked_at timestamptz NOT NULL,
    passed boolean NOT NULL,
    failure_type text
);
CREATE TABLE workflow_changes (
    id bigint PRIMARY KEY,
    changed_at timestamptz NOT NULL,
    title text NOT NULL
);
CREATE TABLE reviews (
    id bigint NOT NULL,
    scene_id bigint NOT NULL,
    reviewer text NOT NULL,
    team text NOT NULL,
    segments integer NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_at timestamptz,
    decision text
);
CREATE TABLE annotations (
    id bigint NOT NULL,
    review_id bigint NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE usage_events (
    id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    event_type text NOT NULL,
    user_name text NOT NULL,
    device text NOT NULL
);
