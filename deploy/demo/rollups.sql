-- Where the roll-ups of the schema studio lie: the writer's own, and the reader reads all in it.
CREATE SCHEMA IF NOT EXISTS studio_rollups AUTHORIZATION studio_writer;
COMMENT ON SCHEMA studio_rollups IS 'Sums over the schema studio, made by the aggregator';
GRANT USAGE ON SCHEMA studio_rollups TO studio_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE studio_writer IN SCHEMA studio_rollups
    GRANT SELECT ON TABLES TO studio_reader;
