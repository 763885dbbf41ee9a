-- Related records: what a record is related to, as seen from it.
--
-- All functions read as the caller: SELECT on the workspace's table
-- "relationship" is needed (42501 otherwise), policies on it apply. A related
-- record that the caller may not read appears by module and key, without name.

CREATE FUNCTION relate.record_name(module text, key relate.record_key) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'relate_record_name';
COMMENT ON FUNCTION relate.record_name(text, relate.record_key) IS
'The name of a record: its module''s name columns, joined by a space. Null where it has none, does not exist, or the caller may not read it (the key and name columns, by privileges and policies). Error: 42704 unknown module.';

CREATE FUNCTION relate.record_name_in(module_table regclass, module_id int, key relate.record_key) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'relate_record_name_in';
COMMENT ON FUNCTION relate.record_name_in(regclass, int, relate.record_key) IS
'For the views of a workspace: record_name with the workspace given by its table "module", whatever relate.workspace says. Null also for an unknown module.';

CREATE FUNCTION relate.related_records(module text, key relate.record_key, types text[] DEFAULT NULL,
    as_of date DEFAULT current_date, show text DEFAULT 'current', roles text[] DEFAULT NULL, max_rows int DEFAULT NULL)
RETURNS TABLE (relationship_id bigint, relationship_type text, role text, own_role text, label text, module text,
    key relate.record_key, name text, start_date date, end_date date, importance smallint, is_current boolean,
    description text, email text, phone text, address text, attributes jsonb)
LANGUAGE c STABLE PARALLEL SAFE COST 100 ROWS 20 AS 'MODULE_PATHNAME', 'relate_related_records';
COMMENT ON FUNCTION relate.related_records(text, relate.record_key, text[], date, text, text[], int) IS
'The relationships of a record in both directions, one row each. role is that of the related record (module, key, name), own_role that of the record asked about, from which label is read. Most important first, then by start date (null last), key, module, relationship_id.
show: current, past or future relative to as_of, or all. A perpetual type''s relationships show no dates and are always current. types and roles (of the related record) narrow it down, null: all; max_rows: at most so many, the first. Relationships stored in foreign key columns and junction tables come beside the others: without relationship_id, with the importance of their type, dates only where the junction has them, and the further columns of the junction as attributes; a table that the caller may not read is passed over unless its type is named in types. A symmetric relationship of a record with itself comes once, another one twice, in either role. address is the address text, or else the name of the record that is the address.
Join: JOIN ticket t ON t.id = r.key::bigint. Errors: 42704 unknown module or type; 22004 null module or key; 22023 another show, max_rows below 0; 42501 no SELECT on relationship.';

CREATE FUNCTION relate.related_records_of(module text, keys relate.record_key[], types text[] DEFAULT NULL,
    as_of date DEFAULT current_date, show text DEFAULT 'current', roles text[] DEFAULT NULL, max_rows int DEFAULT NULL)
RETURNS TABLE (from_key relate.record_key, relationship_id bigint, relationship_type text, role text, own_role text,
    label text, module text, key relate.record_key, name text, start_date date, end_date date, importance smallint,
    is_current boolean, description text, email text, phone text, address text, attributes jsonb)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 200 AS 'MODULE_PATHNAME', 'relate_related_records_of';
COMMENT ON FUNCTION relate.related_records_of(text, relate.record_key[], text[], date, text, text[], int) IS
'related_records for many records of a module at once: from_key is the record asked about, as its key is stored. Records come in the order of keys, each once; nulls among them are passed over; max_rows counts for each. Errors as of related_records.';

CREATE FUNCTION relate.related_rows("row" anyelement, module text, key relate.record_key, types text[] DEFAULT NULL,
    as_of date DEFAULT current_date, show text DEFAULT 'current', roles text[] DEFAULT NULL)
RETURNS SETOF anyelement
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 20 AS 'MODULE_PATHNAME', 'relate_related_rows';
COMMENT ON FUNCTION relate.related_rows(anyelement, text, relate.record_key, text[], date, text, text[]) IS
'The related rows of one table themselves, most important first, each once: SELECT * FROM relate.related_rows(NULL::ticket, ''contact'', 5). The first argument only says of which table, by its row type. The other arguments are those of related_records. Needs SELECT on the whole of that table; its policies apply. Errors: 22023 the type is no table''s row type; 42704 the table is no module, unknown module or type; the rest as of related_records.';

CREATE FUNCTION relate.are_related(type text, source_key relate.record_key, target_key relate.record_key,
    as_of date DEFAULT current_date) RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'relate_are_related';
COMMENT ON FUNCTION relate.are_related(text, relate.record_key, relate.record_key, date) IS
'Whether a relationship of the type links the two records on that day: from source to target, in either direction where the type is symmetric. Where the type leaves a module open, the key is looked for in every module. Errors: 42704 unknown type; 22004 null type or key; 42501 no SELECT on relationship.';

CREATE FUNCTION relate.hard_links(module_table regclass, of_type int DEFAULT NULL,
    of_source relate.record_key DEFAULT NULL, of_target relate.record_key DEFAULT NULL)
RETURNS TABLE (type_id int, source_module_id int, source_key relate.record_key, target_module_id int,
    target_key relate.record_key, start_date date, end_date date, importance smallint, attributes jsonb)
LANGUAGE c STABLE PARALLEL SAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'relate_hard_links';
COMMENT ON FUNCTION relate.hard_links(regclass, int, relate.record_key, relate.record_key) IS
'For the views of a workspace, which is given by its table "module": the relationships that are foreign key columns or rows of junction tables, in the columns of the table "relationship". Of one type, source or target, null: all. Read as the caller; tables that he may not read are passed over.';
