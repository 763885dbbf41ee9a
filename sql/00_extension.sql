-- pg_relate: typed relationships between any records.
-- Concatenated from the topic files in sql/; complain if sourced in psql.
\echo Use "CREATE EXTENSION pg_relate" to load this file. \quit

-- Loads the library, and with it the setting relate.workspace.
CREATE FUNCTION relate.version() RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_version';
COMMENT ON FUNCTION relate.version() IS 'Version of the loaded pg_relate library.';
