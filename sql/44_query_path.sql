
-- Paths and networks: how records hang together, over relationships of any types
-- that hold on a day, walked in both directions.
--
-- All functions read as the caller, like those of the hierarchies.

CREATE FUNCTION relate.shortest_path(from_module text, from_key relate.record_key, to_module text, to_key relate.record_key,
    types text[] DEFAULT NULL, as_of date DEFAULT current_date, max_depth int DEFAULT NULL,
    through_modules text[] DEFAULT NULL, through_kinds text[] DEFAULT NULL)
RETURNS TABLE (step int, module text, key relate.record_key, name text, relationship_id bigint, relationship_type text,
    label text, description text, sentence text)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 6 AS 'MODULE_PATHNAME', 'relate_shortest_path';
COMMENT ON FUNCTION relate.shortest_path(text, relate.record_key, text, relate.record_key, text[], date, int, text[], text[]) IS
'A shortest way from one record to another, one row for each record on it. step counts from 0, the first record; the other columns say how it was reached from the one before: the relationship, its type, its label as read in that direction, its description, and all of it as a sentence. No row where there is no way of at most max_depth steps (null: any number).
types: only these, null: all. through_modules, through_kinds: what the records between the two must be; a record whose kind the caller may not read is of none. Of several shortest ways always the same one is given; of several relationships of the type between the same two, the most important, then that of the least id. Errors: 42704 unknown module, type or record; 22004 null module or key; 22023 max_depth below 0; 42501 no SELECT on relationship; 53200 more records met than work_mem times hash_mem_multiplier holds.';

CREATE FUNCTION relate.network(module text, key relate.record_key, types text[] DEFAULT NULL,
    as_of date DEFAULT current_date, max_depth int DEFAULT 2)
RETURNS TABLE (module text, key relate.record_key, name text, distance int)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 100 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_network';
COMMENT ON FUNCTION relate.network(text, relate.record_key, text[], date, int) IS
'All records within max_depth steps of a record (null: any number), each once, nearest first; distance is the number of steps. types and errors as of shortest_path.';

CREATE FUNCTION relate.connections_in_common(module text, key relate.record_key, other_module text, other_key relate.record_key,
    types text[] DEFAULT NULL, as_of date DEFAULT current_date, max_depth int DEFAULT 1)
RETURNS TABLE (module text, key relate.record_key, name text, distance int)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 10 SUPPORT relate.hierarchy_support AS 'MODULE_PATHNAME', 'relate_connections_in_common';
COMMENT ON FUNCTION relate.connections_in_common(text, relate.record_key, text, relate.record_key, text[], date, int) IS
'The records within max_depth steps (1: directly connected; null: any number) of both records, these two left out; distance is the number of steps from the farther one of the two. Nearest first. types and errors as of shortest_path.';
