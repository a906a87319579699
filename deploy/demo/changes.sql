-- Tells of late changes. A statement that changes what roll-ups are made of leaves a line for each
-- UTC day that it touches, in its own transaction: reports read such days from rows, until the
-- writer has rolled them up anew and takes the lines away. Lines are only ever added here, so that
-- nobody waits for anybody. The functions are the writer's: who changes the studio's tables needs
-- no right to roll-ups.
DO $$
BEGIN
    IF to_regclass('studio_rollups.changes') IS NULL THEN
        CREATE TABLE studio_rollups.changes (relation text NOT NULL, day timestamptz NOT NULL);
        COMMENT ON TABLE studio_rollups.changes IS
            'UTC days of which rows were changed and that have not been rolled up since';
        CREATE INDEX ON studio_rollups.changes (relation, day);
        ALTER TABLE studio_rollups.changes OWNER TO studio_writer;
        GRANT SELECT ON studio_rollups.changes TO studio_reader;
        IF to_regclass('studio_rollups.days') IS NOT NULL THEN
            -- What has changed since these were compared, nobody has told.
            INSERT INTO studio_rollups.changes SELECT relation, day FROM studio_rollups.days;
        END IF;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION studio_rollups.jobs_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = studio, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO studio_rollups.changes
        SELECT DISTINCT 'generation_jobs', date_trunc('day', finished_at, 'UTC')
          FROM old_rows WHERE finished_at IS NOT NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO studio_rollups.changes
        SELECT DISTINCT 'generation_jobs', date_trunc('day', finished_at, 'UTC')
          FROM new_rows WHERE finished_at IS NOT NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        -- Checks are rolled up by what they checked.
        INSERT INTO studio_rollups.changes
        SELECT DISTINCT 'qa_checks', date_trunc('day', c.checked_at, 'UTC')
          FROM old_rows o
          JOIN new_rows n USING (id)
          JOIN qa_checks c ON c.job_id = n.id
         WHERE (o.attempt, o.scene_id) IS DISTINCT FROM (n.attempt, n.scene_id);
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION studio_rollups.checks_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = studio, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO studio_rollups.changes
        SELECT DISTINCT 'qa_checks', date_trunc('day', checked_at, 'UTC') FROM old_rows;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO studio_rollups.changes
        SELECT DISTINCT 'qa_checks', date_trunc('day', checked_at, 'UTC') FROM new_rows;
    END IF;
    RETURN NULL;
END
$$;

-- Looks for the jobs of a scene and their checks: both need an index for that.
CREATE OR REPLACE FUNCTION studio_rollups.scenes_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = studio, pg_temp AS $$
BEGIN
    INSERT INTO studio_rollups.changes
    WITH jobs AS (
        SELECT j.id, j.finished_at
          FROM old_rows o
          JOIN new_rows n USING (id)
          JOIN generation_jobs j ON j.scene_id = n.id
         WHERE (o.project_id, o.scene_type, o.resolution_tier)
               IS DISTINCT FROM (n.project_id, n.scene_type, n.resolution_tier))
    SELECT 'generation_jobs', date_trunc('day', finished_at, 'UTC')
      FROM jobs WHERE finished_at IS NOT NULL
     UNION
    SELECT 'qa_checks', date_trunc('day', c.checked_at, 'UTC')
      FROM jobs JOIN qa_checks c ON c.job_id = jobs.id;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION studio_rollups.all_gone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = studio, pg_temp AS $$
BEGIN
    -- The writer makes it with the first roll-ups.
    IF to_regclass('studio_rollups.days') IS NOT NULL THEN
        INSERT INTO studio_rollups.changes
        SELECT relation, day FROM studio_rollups.days WHERE relation = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;

ALTER FUNCTION studio_rollups.jobs_changed OWNER TO studio_writer;
ALTER FUNCTION studio_rollups.checks_changed OWNER TO studio_writer;
ALTER FUNCTION studio_rollups.scenes_changed OWNER TO studio_writer;
ALTER FUNCTION studio_rollups.all_gone OWNER TO studio_writer;

CREATE OR REPLACE TRIGGER tell_of_inserted AFTER INSERT ON studio.generation_jobs
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION studio_rollups.jobs_changed();
CREATE OR REPLACE TRIGGER tell_of_updated AFTER UPDATE ON studio.generation_jobs
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION studio_rollups.jobs_changed();
CREATE OR REPLACE TRIGGER tell_of_deleted AFTER DELETE ON studio.generation_jobs
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION studio_rollups.jobs_changed();
CREATE OR REPLACE TRIGGER tell_of_truncated AFTER TRUNCATE ON studio.generation_jobs
    FOR EACH STATEMENT EXECUTE FUNCTION studio_rollups.all_gone();

CREATE OR REPLACE TRIGGER tell_of_inserted AFTER INSERT ON studio.qa_checks
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION studio_rollups.checks_changed();
CREATE OR REPLACE TRIGGER tell_of_updated AFTER UPDATE ON studio.qa_checks
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION studio_rollups.checks_changed();
CREATE OR REPLACE TRIGGER tell_of_deleted AFTER DELETE ON studio.qa_checks
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION studio_rollups.checks_changed();
CREATE OR REPLACE TRIGGER tell_of_truncated AFTER TRUNCATE ON studio.qa_checks
    FOR EACH STATEMENT EXECUTE FUNCTION studio_rollups.all_gone();

CREATE OR REPLACE TRIGGER tell_of_updated AFTER UPDATE ON studio.scenes
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION studio_rollups.scenes_changed();
