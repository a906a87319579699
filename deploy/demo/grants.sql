-- The reader's rights in the first schema of the search path: given anew whenever it is made.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'studio_reader') THEN
        CREATE ROLE studio_reader NOLOGIN;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO studio_reader', current_schema());
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO studio_reader', current_schema());
END
$$;
