-- pg_relate: typed relationships between any records.
-- Concatenated from the topic files in sql/; complain if sourced in psql.
\echo Use "CREATE EXTENSION pg_relate" to load this file. \quit

-- Loads the library, and with it the setting relate.workspace.
CREATE FUNCTION relate.version() RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_version';
COMMENT ON FUNCTION relate.version() IS 'Version of the loaded pg_relate library.';
-- record_key: the primary key of any record, whatever its table's key type is.

CREATE TYPE relate.record_key;

CREATE FUNCTION relate.record_key_in(cstring) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_in';
CREATE FUNCTION relate.record_key_out(relate.record_key) RETURNS cstring
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_out';
CREATE FUNCTION relate.record_key_recv(internal) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_recv';
CREATE FUNCTION relate.record_key_send(relate.record_key) RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_send';

CREATE TYPE relate.record_key (
    INPUT = relate.record_key_in,
    OUTPUT = relate.record_key_out,
    RECEIVE = relate.record_key_recv,
    SEND = relate.record_key_send,
    INTERNALLENGTH = VARIABLE,
    STORAGE = extended,
    CATEGORY = 'U'
);
COMMENT ON TYPE relate.record_key IS
'Primary key of any record: text in, the same text out; two keys are equal exactly when their texts are. Order: integers by value, then uuids, then texts bytewise. A key of several columns is its row literal: (10248,11).';

COMMENT ON FUNCTION relate.record_key_in(cstring) IS 'Input of relate.record_key: any text; never raises.';
COMMENT ON FUNCTION relate.record_key_out(relate.record_key) IS 'Output of relate.record_key: the text that went in.';
COMMENT ON FUNCTION relate.record_key_recv(internal) IS 'Binary input of relate.record_key: its text.';
COMMENT ON FUNCTION relate.record_key_send(relate.record_key) IS 'Binary output of relate.record_key: its text.';

-- Casts to record_key. The implicit ones lose nothing; text asks for an assignment,
-- so that no comparison of a text column with a number begins to work by accident.

CREATE FUNCTION relate.record_key(smallint) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_smallint';
CREATE FUNCTION relate.record_key(integer) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_integer';
CREATE FUNCTION relate.record_key(bigint) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_bigint';
CREATE FUNCTION relate.record_key(uuid) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_uuid';
CREATE FUNCTION relate.record_key(text) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_text';
CREATE FUNCTION relate.record_key(character) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_from_character';
CREATE FUNCTION relate.record_keys(text[]) RETURNS relate.record_key[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_keys_from_texts';
CREATE FUNCTION relate.record_keys(varchar[]) RETURNS relate.record_key[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_keys_from_texts';

CREATE CAST (smallint AS relate.record_key) WITH FUNCTION relate.record_key(smallint) AS IMPLICIT;
CREATE CAST (integer AS relate.record_key) WITH FUNCTION relate.record_key(integer) AS IMPLICIT;
CREATE CAST (bigint AS relate.record_key) WITH FUNCTION relate.record_key(bigint) AS IMPLICIT;
CREATE CAST (uuid AS relate.record_key) WITH FUNCTION relate.record_key(uuid) AS IMPLICIT;
CREATE CAST (text AS relate.record_key) WITH FUNCTION relate.record_key(text) AS ASSIGNMENT;
CREATE CAST (varchar AS relate.record_key) WITH FUNCTION relate.record_key(text) AS ASSIGNMENT;
CREATE CAST (character AS relate.record_key) WITH FUNCTION relate.record_key(character) AS ASSIGNMENT;
-- Implicit, so that functions that take an array of keys take one of texts as it is.
CREATE CAST (text[] AS relate.record_key[]) WITH FUNCTION relate.record_keys(text[]) AS IMPLICIT;
CREATE CAST (varchar[] AS relate.record_key[]) WITH FUNCTION relate.record_keys(varchar[]) AS IMPLICIT;

COMMENT ON FUNCTION relate.record_key(smallint) IS 'The key of a record with this number; the cast from smallint.';
COMMENT ON FUNCTION relate.record_key(integer) IS 'The key of a record with this number; the cast from integer.';
COMMENT ON FUNCTION relate.record_key(bigint) IS 'The key of a record with this number; the cast from bigint.';
COMMENT ON FUNCTION relate.record_key(uuid) IS 'The key of a record with this uuid; the cast from uuid.';
COMMENT ON FUNCTION relate.record_key(text) IS 'The key with this text; the cast from text and varchar. Never raises.';
COMMENT ON FUNCTION relate.record_key(character) IS
'The key with this text, without the blanks that pad it; the cast from character(n). Never raises.';
COMMENT ON FUNCTION relate.record_keys(text[]) IS 'Keys with these texts; the cast from text[]. Never raises.';
COMMENT ON FUNCTION relate.record_keys(varchar[]) IS 'Keys with these texts; the cast from varchar[]. Never raises.';

-- Casts from record_key: explicit, as a key may be anything.

CREATE FUNCTION relate.key_to_text(key relate.record_key) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_to_text';
CREATE FUNCTION relate.key_to_smallint(key relate.record_key) RETURNS smallint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_to_smallint';
CREATE FUNCTION relate.key_to_integer(key relate.record_key) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_to_integer';
CREATE FUNCTION relate.key_to_bigint(key relate.record_key) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_to_bigint';
CREATE FUNCTION relate.key_to_uuid(key relate.record_key) RETURNS uuid
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_to_uuid';

CREATE CAST (relate.record_key AS text) WITH FUNCTION relate.key_to_text(relate.record_key);
CREATE CAST (relate.record_key AS varchar) WITH FUNCTION relate.key_to_text(relate.record_key);
CREATE CAST (relate.record_key AS smallint) WITH FUNCTION relate.key_to_smallint(relate.record_key);
CREATE CAST (relate.record_key AS integer) WITH FUNCTION relate.key_to_integer(relate.record_key);
CREATE CAST (relate.record_key AS bigint) WITH FUNCTION relate.key_to_bigint(relate.record_key);
CREATE CAST (relate.record_key AS uuid) WITH FUNCTION relate.key_to_uuid(relate.record_key);

COMMENT ON FUNCTION relate.key_to_text(relate.record_key) IS 'The key''s text; the cast to text and varchar.';
COMMENT ON FUNCTION relate.key_to_smallint(relate.record_key) IS
'The key as a number; the cast to smallint. 22P02 where it is none, 22003 where it does not fit.';
COMMENT ON FUNCTION relate.key_to_integer(relate.record_key) IS
'The key as a number; the cast to integer. 22P02 where it is none, 22003 where it does not fit.';
COMMENT ON FUNCTION relate.key_to_bigint(relate.record_key) IS
'The key as a number; the cast to bigint. 22P02 where it is none, 22003 where it does not fit. See as_bigint.';
COMMENT ON FUNCTION relate.key_to_uuid(relate.record_key) IS
'The key as a uuid; the cast to uuid. 22P02 where it is none. See as_uuid.';

CREATE FUNCTION relate.as_bigint(key relate.record_key) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_as_bigint';
COMMENT ON FUNCTION relate.as_bigint(relate.record_key) IS
'The key as a number, null where it is none: to join a table with an integer key where keys of several modules are mixed.';

CREATE FUNCTION relate.as_uuid(key relate.record_key) RETURNS uuid
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_as_uuid';
COMMENT ON FUNCTION relate.as_uuid(relate.record_key) IS
'The key as a uuid, null where it is none: to join a table with a uuid key where keys of several modules are mixed.';

-- Comparison, sorting, hashing.

CREATE FUNCTION relate.record_key_eq(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_eq';
CREATE FUNCTION relate.record_key_ne(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_ne';
CREATE FUNCTION relate.record_key_lt(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_lt';
CREATE FUNCTION relate.record_key_le(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_le';
CREATE FUNCTION relate.record_key_gt(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_gt';
CREATE FUNCTION relate.record_key_ge(relate.record_key, relate.record_key) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_ge';
CREATE FUNCTION relate.record_key_cmp(relate.record_key, relate.record_key) RETURNS integer
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_cmp';
CREATE FUNCTION relate.record_key_sortsupport(internal) RETURNS void
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_sortsupport';
CREATE FUNCTION relate.record_key_hash(relate.record_key) RETURNS integer
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_hash';
CREATE FUNCTION relate.record_key_hash_extended(relate.record_key, bigint) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_hash_extended';

COMMENT ON FUNCTION relate.record_key_eq(relate.record_key, relate.record_key) IS 'Implementation of =: the texts are equal.';
COMMENT ON FUNCTION relate.record_key_ne(relate.record_key, relate.record_key) IS 'Implementation of <>: the texts differ.';
COMMENT ON FUNCTION relate.record_key_lt(relate.record_key, relate.record_key) IS 'Implementation of <.';
COMMENT ON FUNCTION relate.record_key_le(relate.record_key, relate.record_key) IS 'Implementation of <=.';
COMMENT ON FUNCTION relate.record_key_gt(relate.record_key, relate.record_key) IS 'Implementation of >.';
COMMENT ON FUNCTION relate.record_key_ge(relate.record_key, relate.record_key) IS 'Implementation of >=.';
COMMENT ON FUNCTION relate.record_key_cmp(relate.record_key, relate.record_key) IS
'Order of two keys: negative, zero or positive. Integers by value, then uuids, then texts bytewise.';
COMMENT ON FUNCTION relate.record_key_sortsupport(internal) IS 'Sort support of relate.record_key, with abbreviated keys.';
COMMENT ON FUNCTION relate.record_key_hash(relate.record_key) IS 'Hash of a key.';
COMMENT ON FUNCTION relate.record_key_hash_extended(relate.record_key, bigint) IS 'Hash of a key, 64 bits with a seed.';

CREATE OPERATOR relate.= (
    FUNCTION = relate.record_key_eq, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.=), NEGATOR = OPERATOR(relate.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR relate.<> (
    FUNCTION = relate.record_key_ne, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.<>), NEGATOR = OPERATOR(relate.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR relate.< (
    FUNCTION = relate.record_key_lt, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.>), NEGATOR = OPERATOR(relate.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR relate.<= (
    FUNCTION = relate.record_key_le, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.>=), NEGATOR = OPERATOR(relate.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR relate.> (
    FUNCTION = relate.record_key_gt, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.<), NEGATOR = OPERATOR(relate.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR relate.>= (
    FUNCTION = relate.record_key_ge, LEFTARG = relate.record_key, RIGHTARG = relate.record_key,
    COMMUTATOR = OPERATOR(relate.<=), NEGATOR = OPERATOR(relate.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR FAMILY relate.record_key_ops USING btree;
CREATE OPERATOR CLASS relate.record_key_ops DEFAULT FOR TYPE relate.record_key USING btree FAMILY relate.record_key_ops AS
    OPERATOR 1 relate.<,
    OPERATOR 2 relate.<=,
    OPERATOR 3 relate.=,
    OPERATOR 4 relate.>=,
    OPERATOR 5 relate.>,
    FUNCTION 1 relate.record_key_cmp(relate.record_key, relate.record_key),
    FUNCTION 2 relate.record_key_sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR FAMILY relate.record_key_ops USING hash;
CREATE OPERATOR CLASS relate.record_key_ops DEFAULT FOR TYPE relate.record_key USING hash FAMILY relate.record_key_ops AS
    OPERATOR 1 relate.=,
    FUNCTION 1 relate.record_key_hash(relate.record_key),
    FUNCTION 2 relate.record_key_hash_extended(relate.record_key, bigint);

CREATE FUNCTION relate.record_key_smaller(relate.record_key, relate.record_key) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_smaller';
CREATE FUNCTION relate.record_key_larger(relate.record_key, relate.record_key) RETURNS relate.record_key
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_key_larger';
CREATE AGGREGATE relate.min(relate.record_key) (
    SFUNC = relate.record_key_smaller, STYPE = relate.record_key, COMBINEFUNC = relate.record_key_smaller,
    SORTOP = OPERATOR(relate.<), PARALLEL = SAFE
);
CREATE AGGREGATE relate.max(relate.record_key) (
    SFUNC = relate.record_key_larger, STYPE = relate.record_key, COMBINEFUNC = relate.record_key_larger,
    SORTOP = OPERATOR(relate.>), PARALLEL = SAFE
);
COMMENT ON FUNCTION relate.record_key_smaller(relate.record_key, relate.record_key) IS 'The smaller of two keys.';
COMMENT ON FUNCTION relate.record_key_larger(relate.record_key, relate.record_key) IS 'The larger of two keys.';
COMMENT ON AGGREGATE relate.min(relate.record_key) IS 'The smallest key.';
COMMENT ON AGGREGATE relate.max(relate.record_key) IS 'The largest key.';

-- ---------------------------------------------------------------------------
-- Workspaces.
--
-- A workspace is a schema whose table "relationship" carries our trigger. Its
-- tables belong to the user who made it and not to the extension: this file
-- holds only the functions that make, list, grant and drop them. Everything
-- runs with the rights of the caller.
--
-- Other people's workspaces are met here too (which one is the default, who
-- else registers a table). Their tables are read only where reading cannot run
-- their owner's code: see relate.is_safe_to_read.
-- ---------------------------------------------------------------------------

-- Anyone may use the extension; what a user can do depends on his tables.
GRANT USAGE ON SCHEMA relate TO PUBLIC;

CREATE FUNCTION relate.layout_version() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1;
COMMENT ON FUNCTION relate.layout_version() IS
'Version of the tables that relate.create_workspace makes.';

-- ---- finding workspaces ----------------------------------------------------

CREATE FUNCTION relate.find_workspaces(OUT name name, OUT owner name, OUT relationship regclass)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT n.nspname, pg_get_userbyid(c.relowner), c.oid::regclass
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'relationship'
      AND EXISTS (SELECT FROM pg_trigger t
                  WHERE t.tgrelid = c.oid AND t.tgfoid = to_regprocedure('relate.relationship_check()'))
      -- A view in place of a table could run a stranger's code.
      AND (SELECT count(*) = 6 FROM pg_class part
           WHERE part.relnamespace = c.relnamespace AND part.relkind IN ('r', 'p')
             AND part.relname IN ('workspace', 'module', 'relationship_type', 'relationship', 'status',
                                  'record_status'))
    ORDER BY n.nspname
$$;
COMMENT ON FUNCTION relate.find_workspaces() IS
'Internal. All workspaces of the database: the schemas that have our tables, with our trigger on "relationship".';

CREATE FUNCTION relate.find_workspace(name text) RETURNS name
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_name name;
BEGIN
    PERFORM relate.not_null('{name}', find_workspace.name);
    SELECT w.name INTO found_name FROM relate.find_workspaces() AS w WHERE w.name = find_workspace.name;
    IF found_name IS NULL THEN
        RAISE 'workspace "%" does not exist', find_workspace.name
            USING ERRCODE = 'undefined_object',
                  HINT = format('Make it with SELECT relate.create_workspace(%L); SELECT * FROM relate.workspaces() '
                                'lists those there are.', find_workspace.name);
    END IF;
    RETURN found_name;
END;
$$;
COMMENT ON FUNCTION relate.find_workspace(text) IS
'Internal. The name, verified to be that of a workspace; raises 42704 otherwise.';

CREATE FUNCTION relate.require_ownership(workspace name) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM relate.find_workspaces() AS w
                   WHERE w.name = workspace AND pg_has_role(w.owner, 'USAGE')) THEN
        RAISE 'must be owner of workspace "%"', workspace USING ERRCODE = 'insufficient_privilege', SCHEMA = workspace;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.require_ownership(name) IS
'Internal. Raises 42501 unless the caller has the rights of the workspace''s owner.';

CREATE FUNCTION relate.columns_we_read() RETURNS TABLE (table_name text, column_name text, type text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    VALUES ('workspace', 'is_default', 'boolean'),
           ('workspace', 'layout_version', 'integer'),
           ('module', 'module_id', 'integer'),
           ('module', 'name', 'text'),
           ('module', 'singular', 'text'),
           ('module', 'plural', 'text'),
           ('module', 'table_name', 'regclass'),
           ('module', 'key_columns', 'name[]'),
           ('module', 'name_columns', 'name[]'),
           ('module', 'kind', 'text'),
           ('module', 'kind_column', 'name'),
           ('module', 'date_column', 'name'),
           ('module', 'is_system', 'boolean'),
           ('relationship_type', 'type_id', 'integer'),
           ('relationship_type', 'name', 'text'),
           ('relationship_type', 'source_module_id', 'integer'),
           ('relationship_type', 'target_module_id', 'integer'),
           ('relationship_type', 'source_kind', 'text'),
           ('relationship_type', 'target_kind', 'text'),
           ('relationship_type', 'is_symmetric', 'boolean'),
           ('relationship_type', 'cardinality', 'relate.cardinality'),
           ('relationship_type', 'max_targets_per_source', 'integer'),
           ('relationship_type', 'max_sources_per_target', 'integer'),
           ('relationship_type', 'hierarchy_parent', 'text'),
           ('relationship_type', 'is_perpetual', 'boolean'),
           ('relationship_type', 'has_contact_details', 'boolean'),
           ('relationship_type', 'allow_self', 'boolean'),
           ('relationship', 'relationship_id', 'bigint'),
           ('relationship', 'type_id', 'integer'),
           ('relationship', 'source_module_id', 'integer'),
           ('relationship', 'source_key', 'relate.record_key'),
           ('relationship', 'target_module_id', 'integer'),
           ('relationship', 'target_key', 'relate.record_key'),
           ('relationship', 'start_date', 'date'),
           ('relationship', 'end_date', 'date'),
           ('relationship', 'importance', 'smallint'),
           ('relationship', 'email', 'text'),
           ('relationship', 'phone', 'text'),
           ('relationship', 'address', 'text'),
           ('relationship', 'address_module_id', 'integer'),
           ('relationship', 'address_key', 'relate.record_key'),
           ('relationship', 'is_primary', 'boolean'),
           ('status', 'status_id', 'integer'),
           ('status', 'module_id', 'integer'),
           ('status', 'name', 'text'),
           ('record_status', 'module_id', 'integer'),
           ('record_status', 'key', 'relate.record_key'),
           ('record_status', 'status_id', 'integer')
$$;
COMMENT ON FUNCTION relate.columns_we_read() IS
'Internal. The columns of a workspace''s tables that are read in other people''s workspaces too, and the types without which they are not.';

CREATE FUNCTION relate.is_safe_to_read(workspace name, table_name name) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE n.nspname = workspace AND c.relname = is_safe_to_read.table_name AND c.relkind IN ('r', 'p')
                     AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
                     AND NOT row_security_active(c.oid)
                     -- A column of another type could have a cast with a function of the owner's.
                     AND NOT EXISTS (SELECT ours.column_name, to_regtype(ours.type)::oid
                                     FROM relate.columns_we_read() AS ours
                                     WHERE ours.table_name = c.relname
                                     EXCEPT
                                     SELECT a.attname, a.atttypid FROM pg_attribute a WHERE a.attrelid = c.oid))
$$;
COMMENT ON FUNCTION relate.is_safe_to_read(name, name) IS
'Internal. Whether the caller may read this table of a workspace, and reading it runs no code of its owner: a plain table with our columns and without row security in force.';

CREATE FUNCTION relate.read_workspace(workspace name, OUT is_default boolean, OUT layout_version int)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF relate.is_safe_to_read(workspace, 'workspace') THEN
        EXECUTE format('SELECT is_default, layout_version FROM %I.workspace', workspace)
            INTO is_default, layout_version;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.read_workspace(name) IS
'Internal. The row of the table "workspace"; nulls where the caller cannot safely read it.';

CREATE FUNCTION relate.workspaces()
RETURNS TABLE (name name, owner name, is_default boolean, layout_version int, relationships bigint)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT w.name, w.owner, row_of.is_default, row_of.layout_version,
           (SELECT nullif(c.reltuples, -1)::bigint FROM pg_class c WHERE c.oid = w.relationship)
    FROM relate.find_workspaces() AS w
    CROSS JOIN LATERAL relate.read_workspace(w.name) AS row_of
$$;
COMMENT ON FUNCTION relate.workspaces() IS
'Lists the workspaces of the database. is_default and layout_version are null where the caller may not read them; relationships is the planner''s estimate, null before the first ANALYZE.';

CREATE FUNCTION relate.find_id(workspace name, kind text, name text) RETURNS int
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_id int;
    names text[];
BEGIN
    IF kind = 'module' THEN
        EXECUTE format('SELECT module_id FROM %I.module WHERE name = $1', workspace) INTO found_id USING name;
    ELSE
        EXECUTE format('SELECT type_id FROM %I.relationship_type WHERE name = $1', workspace) INTO found_id USING name;
    END IF;
    IF found_id IS NULL AND name IS NOT NULL THEN
        EXECUTE format('SELECT array_agg(name) FROM %I.%I', workspace, kind) INTO names;
        RAISE '% "%" does not exist', replace(kind, '_', ' '), name
            USING ERRCODE = 'undefined_object', SCHEMA = workspace, TABLE = kind,
                  CONSTRAINT = CASE kind WHEN 'relationship_type' THEN 'relationship_type_active' ELSE '' END,
                  HINT = coalesce(relate.similar_names(name, names),
                                  format('SELECT name FROM relate.%ss() lists those of the workspace.', kind));
    END IF;
    RETURN found_id;
END;
$$;
COMMENT ON FUNCTION relate.find_id(name, text, text) IS
'Internal. Id of the "module" or "relationship_type" of this name in a workspace; null for null; raises 42704 for an unknown name.';

-- Writing by names: INSERT and COPY into relationship_list.
CREATE FUNCTION relate.relationship_list_insert() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_relationship_list_insert';
COMMENT ON FUNCTION relate.relationship_list_insert() IS
'Trigger of the view relationship_list: writes the row to "relationship", with ids for the names of type and modules. Columns that only show (names, roles, labels, is_current, the audit columns) are ignored. Errors: 42704 unknown names, 22004 no type, and those of relationship_check.';

-- ---- making one -------------------------------------------------------------

CREATE FUNCTION relate.create_workspace_schema(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    in_the_way text;
BEGIN
    IF octet_length(name) NOT BETWEEN 1 AND 63 THEN
        RAISE 'the name of a workspace must have 1 to 63 bytes' USING ERRCODE = 'invalid_name';
    END IF;
    IF name IN ('relate', 'information_schema') OR starts_with(name, 'pg_') THEN
        RAISE 'the schema "%" cannot be a workspace', name
            USING ERRCODE = 'reserved_name', HINT = 'Choose the name of a new schema, or of one of your own.';
    END IF;
    IF EXISTS (SELECT FROM relate.find_workspaces() AS w WHERE w.name = create_workspace_schema.name) THEN
        RAISE 'workspace "%" exists already', name
            USING ERRCODE = 'duplicate_object', SCHEMA = name,
                  HINT = format('Work in it with SET relate.workspace = %L.', name);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = name) THEN
        EXECUTE format('CREATE SCHEMA %I', name);
        RETURN;
    END IF;
    SELECT string_agg(quote_ident(c.relname), ', ' ORDER BY c.relname) INTO in_the_way
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = name
      AND c.relname IN ('workspace', 'module', 'relationship_type', 'relationship', 'status', 'record_status',
                        'relationship_list', 'relationship_sides');
    IF in_the_way IS NOT NULL THEN
        RAISE 'schema "%" holds relations with the names of a workspace''s tables', name
            USING ERRCODE = 'duplicate_table', SCHEMA = name,
                  DETAIL = format('In the way: %s.', in_the_way),
                  HINT = 'Choose another schema, or rename them.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.create_workspace_schema(text) IS
'Internal. Makes the schema of a new workspace, or verifies that an existing one has room for its tables.';

CREATE FUNCTION relate.create_workspace_tables(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    EXECUTE format($ddl$
        CREATE TABLE %1$I.workspace (
            layout_version int NOT NULL,
            is_default boolean NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            settings jsonb NOT NULL DEFAULT '{}'
        );

        CREATE TABLE %1$I.module (
            module_id serial PRIMARY KEY,
            name text NOT NULL UNIQUE,
            singular text NOT NULL,
            plural text NOT NULL,
            table_name regclass NOT NULL UNIQUE,
            key_columns name[] NOT NULL,
            name_columns name[] NOT NULL DEFAULT '{}',
            kind text,
            kind_column name,
            date_column name,
            is_system boolean NOT NULL DEFAULT false,
            CONSTRAINT module_one_kind CHECK (kind IS NULL OR kind_column IS NULL)
        );

        CREATE TABLE %1$I.relationship_type (
            type_id serial PRIMARY KEY,
            name text NOT NULL UNIQUE,
            source_module_id int REFERENCES %1$I.module,
            target_module_id int REFERENCES %1$I.module,
            source_kind text,
            target_kind text,
            source_role text NOT NULL,
            target_role text NOT NULL,
            label text NOT NULL,
            inverse_label text NOT NULL,
            is_symmetric boolean NOT NULL DEFAULT false,
            cardinality relate.cardinality NOT NULL,
            max_targets_per_source int,
            max_sources_per_target int,
            hierarchy_parent text,
            default_importance smallint NOT NULL DEFAULT 3,
            is_perpetual boolean NOT NULL DEFAULT false,
            has_contact_details boolean NOT NULL,
            source_may text[] NOT NULL DEFAULT '{}',
            target_may text[] NOT NULL DEFAULT '{}',
            allow_self boolean NOT NULL DEFAULT false,
            on_source_delete text NOT NULL DEFAULT 'restrict',
            on_target_delete text NOT NULL DEFAULT 'restrict',
            category text,
            description text,
            is_active boolean NOT NULL DEFAULT true,
            storage text NOT NULL DEFAULT 'link',
            storage_table regclass,
            storage_source_columns name[],
            storage_target_columns name[],
            on_kind_change text NOT NULL DEFAULT 'restrict',
            CONSTRAINT relationship_type_hierarchy_parent CHECK (hierarchy_parent IN ('source', 'target')),
            CONSTRAINT relationship_importance CHECK (default_importance BETWEEN 1 AND 5),
            CONSTRAINT relationship_type_on_delete CHECK (on_source_delete IN ('restrict', 'remove_link')
                                                      AND on_target_delete IN ('restrict', 'remove_link')),
            CONSTRAINT relationship_type_on_kind_change CHECK (on_kind_change IN ('restrict', 'end')),
            CONSTRAINT relationship_type_storage CHECK (storage IN ('link', 'column', 'junction'))
        );

        CREATE TABLE %1$I.relationship (
            relationship_id bigserial PRIMARY KEY,
            type_id int NOT NULL,
            source_module_id int NOT NULL,
            source_key relate.record_key NOT NULL,
            target_module_id int NOT NULL,
            target_key relate.record_key NOT NULL,
            start_date date,
            end_date date,
            importance smallint NOT NULL,
            description text,
            email text,
            phone text,
            address text,
            address_module_id int,
            address_key relate.record_key,
            is_primary boolean NOT NULL DEFAULT false,
            attributes jsonb,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            updated_at timestamptz,
            updated_by text
        );

        CREATE TABLE %1$I.status (
            status_id serial PRIMARY KEY,
            module_id int NOT NULL REFERENCES %1$I.module ON DELETE CASCADE,
            name text NOT NULL,
            position int NOT NULL,
            is_retired boolean NOT NULL DEFAULT false,
            UNIQUE (module_id, name)
        );

        CREATE TABLE %1$I.record_status (
            module_id int NOT NULL,
            key relate.record_key NOT NULL,
            status_id int NOT NULL REFERENCES %1$I.status,
            since date NOT NULL,
            set_at timestamptz NOT NULL,
            set_by text NOT NULL,
            PRIMARY KEY (module_id, key)
        );
        $ddl$, workspace);
END;
$body$;
COMMENT ON FUNCTION relate.create_workspace_tables(name) IS
'Internal. The tables of a workspace, with the indexes of their constraints.';

CREATE FUNCTION relate.index_form(definition text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN definition LIKE 'CREATE UNIQUE %' THEN 'unique' ELSE '' END
    || regexp_replace(substring(definition FROM ' USING .*$'), ' WITH \([^)]*\)', '');
COMMENT ON FUNCTION relate.index_form(text) IS
'Internal. What matters of the definition of an index: not its name, table or storage parameters.';

CREATE FUNCTION relate.workspace_indexes(workspace name)
RETURNS TABLE (on_table regclass, index_name name, is_there boolean, definition text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT wanted.on_table, wanted.index_name,
           EXISTS (SELECT FROM pg_index i
                   WHERE i.indrelid = wanted.on_table AND i.indisvalid AND i.indisready
                     AND relate.index_form(pg_get_indexdef(i.indexrelid)) = relate.index_form(wanted.definition)),
           wanted.definition
    FROM (SELECT to_regclass(format('%I.%I', workspace, ours.table_name)) AS on_table, ours.index_name::name,
                 format('CREATE %s %I ON %I.%I USING btree %s', ours.kind, ours.index_name, workspace, ours.table_name,
                        ours.form) AS definition
          FROM (VALUES
              ('workspace', 'workspace_one_row', 'UNIQUE INDEX', '((true))'),
              ('relationship', 'relationship_source_idx', 'INDEX', '(source_module_id, source_key, type_id, '
                  'target_module_id, target_key) INCLUDE (start_date, end_date)'),
              ('relationship', 'relationship_target_idx', 'INDEX', '(target_module_id, target_key, type_id, '
                  'source_module_id, source_key) INCLUDE (start_date, end_date)'),
              ('relationship', 'relationship_address_idx', 'INDEX',
                  '(address_module_id, address_key) WHERE (address_key IS NOT NULL)'),
              ('record_status', 'record_status_status_idx', 'INDEX', '(status_id, key)')
          ) AS ours (table_name, index_name, kind, form)) AS wanted
$$;
COMMENT ON FUNCTION relate.workspace_indexes(name) IS
'Internal. The indexes of a workspace apart from those of constraints: whether a valid one of that form is there under any name, and the statement that makes it, as pg_get_indexdef would write it.';

CREATE FUNCTION relate.create_workspace_indexes(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    statement text;
BEGIN
    FOR statement IN SELECT i.definition FROM relate.workspace_indexes(workspace) AS i WHERE NOT i.is_there LOOP
        EXECUTE statement;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.create_workspace_indexes(name) IS
'Internal. Makes the indexes of a workspace that are not there yet.';

CREATE FUNCTION relate.create_workspace_views(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    EXECUTE format($ddl$
        CREATE VIEW %1$I.relationship_list WITH (security_invoker = true) AS
        SELECT r.relationship_id,
               t.name AS relationship_type,
               source.name AS source_module,
               r.source_key,
               relate.record_name_in(%2$L::regclass, r.source_module_id, r.source_key) AS source_name,
               t.source_role,
               t.label,
               target.name AS target_module,
               r.target_key,
               relate.record_name_in(%2$L::regclass, r.target_module_id, r.target_key) AS target_name,
               t.target_role,
               t.inverse_label,
               CASE WHEN NOT t.is_perpetual THEN r.start_date END AS start_date,
               CASE WHEN NOT t.is_perpetual THEN r.end_date END AS end_date,
               r.importance,
               t.is_perpetual OR (coalesce(r.start_date <= current_date, true)
                                  AND coalesce(r.end_date >= current_date, true)) AS is_current,
               r.is_primary,
               r.description,
               r.email,
               r.phone,
               r.address,
               address.name AS address_module,
               r.address_key,
               r.attributes,
               r.created_at,
               r.created_by,
               r.updated_at,
               r.updated_by
        FROM %1$I.relationship r
        JOIN %1$I.relationship_type t ON t.type_id = r.type_id
        JOIN %1$I.module source ON source.module_id = r.source_module_id
        JOIN %1$I.module target ON target.module_id = r.target_module_id
        LEFT JOIN %1$I.module address ON address.module_id = r.address_module_id;

        -- Two branches, so that a condition on the near record finds either index.
        CREATE VIEW %1$I.relationship_sides WITH (security_invoker = true) AS
        SELECT r.relationship_id,
               t.name AS relationship_type,
               near.name AS module,
               r.source_key AS key,
               relate.record_name_in(%2$L::regclass, r.source_module_id, r.source_key) AS name,
               t.source_role AS role,
               t.label,
               far.name AS far_module,
               r.target_key AS far_key,
               relate.record_name_in(%2$L::regclass, r.target_module_id, r.target_key) AS far_name,
               t.target_role AS far_role,
               CASE WHEN NOT t.is_perpetual THEN r.start_date END AS start_date,
               CASE WHEN NOT t.is_perpetual THEN r.end_date END AS end_date,
               r.importance,
               t.is_perpetual OR (coalesce(r.start_date <= current_date, true)
                                  AND coalesce(r.end_date >= current_date, true)) AS is_current,
               r.is_primary,
               r.description,
               r.email,
               r.phone,
               r.address,
               r.attributes
        FROM %1$I.relationship r
        JOIN %1$I.relationship_type t ON t.type_id = r.type_id
        JOIN %1$I.module near ON near.module_id = r.source_module_id
        JOIN %1$I.module far ON far.module_id = r.target_module_id
        UNION ALL
        SELECT r.relationship_id,
               t.name,
               near.name,
               r.target_key,
               relate.record_name_in(%2$L::regclass, r.target_module_id, r.target_key),
               t.target_role,
               t.inverse_label,
               far.name,
               r.source_key,
               relate.record_name_in(%2$L::regclass, r.source_module_id, r.source_key),
               t.source_role,
               CASE WHEN NOT t.is_perpetual THEN r.start_date END,
               CASE WHEN NOT t.is_perpetual THEN r.end_date END,
               r.importance,
               t.is_perpetual OR (coalesce(r.start_date <= current_date, true)
                                  AND coalesce(r.end_date >= current_date, true)),
               r.is_primary,
               r.description,
               r.email,
               r.phone,
               r.address,
               r.attributes
        FROM %1$I.relationship r
        JOIN %1$I.relationship_type t ON t.type_id = r.type_id
        JOIN %1$I.module near ON near.module_id = r.target_module_id
        JOIN %1$I.module far ON far.module_id = r.source_module_id
        -- A record related to itself the same in both directions has one side.
        WHERE NOT (t.is_symmetric AND r.source_module_id = r.target_module_id
                   AND r.source_key OPERATOR(relate.=) r.target_key);
        $ddl$, workspace, format('%I.module', workspace));
END;
$body$;
COMMENT ON FUNCTION relate.create_workspace_views(name) IS
'Internal. The views of a workspace.';

CREATE FUNCTION relate.find_trigger(on_table regclass, definition text) RETURNS oid
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.oid FROM pg_trigger t
    WHERE t.tgrelid = on_table AND t.tgfoid = to_regprocedure(substring(definition FROM 'EXECUTE FUNCTION (.*)$'))
    ORDER BY t.oid
    LIMIT 1
$$;
COMMENT ON FUNCTION relate.find_trigger(regclass, text) IS
'Internal. The trigger on the table that calls the same function as the one of this definition, whatever its name; null if there is none.';

CREATE FUNCTION relate.workspace_triggers(workspace name)
RETURNS TABLE (on_table regclass, trigger_name name, is_always boolean, is_there boolean, definition text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT wanted.on_table, wanted.trigger_name, wanted.is_always,
           relate.find_trigger(wanted.on_table, wanted.definition) IS NOT NULL, wanted.definition
    FROM (SELECT to_regclass(format('%I.%I', workspace, ours.table_name)) AS on_table, ours.trigger_name::name,
                 ours.function = 'catalog_changed' AS is_always,
                 format(ours.form, ours.trigger_name, format('%I.%I', workspace, ours.table_name))
                     || format(' EXECUTE FUNCTION relate.%I()', ours.function) AS definition
          FROM (VALUES
              ('relationship', 'relate_defaults', 'relationship_defaults',
               'CREATE TRIGGER %I BEFORE INSERT OR UPDATE ON %s FOR EACH ROW'),
              ('relationship', 'relate_check', 'relationship_check',
               'CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW'),
              ('record_status', 'relate_check', 'record_status_check',
               'CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW'),
              ('module', 'relate_check', 'module_check',
               'CREATE TRIGGER %I BEFORE INSERT OR DELETE OR UPDATE ON %s FOR EACH ROW'),
              ('relationship_type', 'relate_check', 'relationship_type_check',
               'CREATE TRIGGER %I BEFORE INSERT OR DELETE OR UPDATE ON %s FOR EACH ROW'),
              ('relationship_list', 'relate_insert', 'relationship_list_insert',
               'CREATE TRIGGER %I INSTEAD OF INSERT ON %s FOR EACH ROW'),
              ('workspace', 'relate_changed', 'catalog_changed',
               'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT'),
              ('module', 'relate_changed', 'catalog_changed',
               'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT'),
              ('relationship_type', 'relate_changed', 'catalog_changed',
               'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT'),
              ('status', 'relate_changed', 'catalog_changed',
               'CREATE TRIGGER %I AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT')
          ) AS ours (table_name, trigger_name, function, form)) AS wanted
$$;
COMMENT ON FUNCTION relate.workspace_triggers(name) IS
'Internal. The triggers of a workspace: whether there is one that calls the function, and the statement that makes it, as pg_get_triggerdef would write it. Every session must hear of changes to the catalog tables, whoever makes them, replicas included: those are ENABLE ALWAYS.';

CREATE FUNCTION relate.create_workspace_triggers(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
BEGIN
    FOR missing IN SELECT * FROM relate.workspace_triggers(workspace) AS t WHERE NOT t.is_there LOOP
        EXECUTE missing.definition;
        IF missing.is_always THEN
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', missing.on_table, missing.trigger_name);
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.create_workspace_triggers(name) IS
'Internal. Makes the triggers of a workspace that are not there yet. The one on "relationship" makes the schema a workspace.';

CREATE FUNCTION relate.comment_on_workspace(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    kind text;
    object text;
    comment text;
BEGIN
    FOR kind, object, comment IN VALUES
        ('TABLE', 'workspace', 'This workspace of pg_relate: one row.'),
        ('COLUMN', 'workspace.layout_version', 'Version of these tables; relate.upgrade_workspace brings it up to date.'),
        ('COLUMN', 'workspace.is_default', 'Whether sessions that name no workspace work in this one.'),
        ('TABLE', 'module', 'The registered tables, whose records can be related.'),
        ('COLUMN', 'module.name', 'Identifier of the module: contact.'),
        ('COLUMN', 'module.singular', 'Label of one record: Contact.'),
        ('COLUMN', 'module.plural', 'Label of several records: Contacts.'),
        ('COLUMN', 'module.key_columns', 'The columns of a unique index, not null, that identify a record.'),
        ('COLUMN', 'module.name_columns', 'The columns that, joined by a space, show a record.'),
        ('COLUMN', 'module.kind', 'Kind of every record: individual, organization, household, or a word of your own.'),
        ('COLUMN', 'module.kind_column', 'The column that holds the kind of each record.'),
        ('COLUMN', 'module.date_column', 'The column that places a record on a timeline.'),
        ('COLUMN', 'module.is_system', 'Users, groups and the like: they are assigned, and own no one-to-many relationships.'),
        ('TABLE', 'relationship_type', 'The declared types of relationships and their rules.'),
        ('COLUMN', 'relationship_type.source_module_id', 'Module of the source records; null: any.'),
        ('COLUMN', 'relationship_type.target_module_id', 'Module of the target records; null: any.'),
        ('COLUMN', 'relationship_type.source_kind', 'Kind of the source records; null: any.'),
        ('COLUMN', 'relationship_type.target_kind', 'Kind of the target records; null: any.'),
        ('COLUMN', 'relationship_type.source_role', 'What the source record is in the relationship: Employee.'),
        ('COLUMN', 'relationship_type.target_role', 'What the target record is in the relationship: Employer.'),
        ('COLUMN', 'relationship_type.label', 'Reads from source to target: is employed by.'),
        ('COLUMN', 'relationship_type.inverse_label', 'Reads from target to source: employs.'),
        ('COLUMN', 'relationship_type.is_symmetric', 'Whether (a, b) and (b, a) are one and the same.'),
        ('COLUMN', 'relationship_type.cardinality', 'How many sources and targets, read from source to target.'),
        ('COLUMN', 'relationship_type.max_targets_per_source', 'How many targets a source may have at any instant; null: no limit.'),
        ('COLUMN', 'relationship_type.max_sources_per_target', 'How many sources a target may have at any instant; null: no limit.'),
        ('COLUMN', 'relationship_type.hierarchy_parent', 'Makes the type a hierarchy: which side is the parent, source or target.'),
        ('COLUMN', 'relationship_type.default_importance', 'Importance of relationships that name none: 1 to 5, 5 the highest.'),
        ('COLUMN', 'relationship_type.is_perpetual', 'Whether relationships hold forever: dates are neither used nor shown.'),
        ('COLUMN', 'relationship_type.has_contact_details', 'Whether relationships have email, phone and address.'),
        ('COLUMN', 'relationship_type.source_may', 'What the source may do on behalf of the target; {*}: everything.'),
        ('COLUMN', 'relationship_type.target_may', 'What the target may do on behalf of the source; {*}: everything.'),
        ('COLUMN', 'relationship_type.allow_self', 'Whether a record may be related to itself.'),
        ('COLUMN', 'relationship_type.on_source_delete', 'When a source record is deleted: restrict, or remove_link.'),
        ('COLUMN', 'relationship_type.on_target_delete', 'When a target record is deleted: restrict, or remove_link.'),
        ('COLUMN', 'relationship_type.is_active', 'Whether new relationships may be made.'),
        ('COLUMN', 'relationship_type.storage', 'link: rows of the table relationship.'),
        ('COLUMN', 'relationship_type.on_kind_change', 'When a record becomes of a kind that the type does not take: restrict, or end (today; future ones go, past ones stay).'),
        ('TABLE', 'relationship', 'The relationships: one row each, read in both directions.'),
        ('COLUMN', 'relationship.source_module_id', 'Filled in where the type names the module.'),
        ('COLUMN', 'relationship.target_module_id', 'Filled in where the type names the module.'),
        ('COLUMN', 'relationship.start_date', 'First day; null: since ever.'),
        ('COLUMN', 'relationship.end_date', 'Last day, included; null: open.'),
        ('COLUMN', 'relationship.importance', '1 to 5, 5 the highest; filled in from the type.'),
        ('COLUMN', 'relationship.address_module_id', 'Module of the address, where it is a registered record.'),
        ('COLUMN', 'relationship.address_key', 'Key of the address, where it is a registered record.'),
        ('COLUMN', 'relationship.is_primary', 'The main one of its type for the target record: at most one at any instant.'),
        ('TABLE', 'status', 'What records of a module can be to us: Customer, Prospect, and what you add.'),
        ('COLUMN', 'status.position', 'Order in lists.'),
        ('COLUMN', 'status.is_retired', 'A retired status stays readable and cannot be given.'),
        ('TABLE', 'record_status', 'What each record is to us, since when, and who said so.'),
        ('VIEW', 'relationship_list', 'One row a relationship, with names for numbers. Insert here by names of types and modules; COPY works.'),
        ('VIEW', 'relationship_sides', 'Two rows a relationship: each record as the near one, with the far one.')
    LOOP
        EXECUTE format('COMMENT ON %s %I.%s IS %L', kind, workspace, object, comment);
    END LOOP;
END;
$body$;
COMMENT ON FUNCTION relate.comment_on_workspace(name) IS
'Internal. The comments on the tables, columns and views of a workspace.';

CREATE FUNCTION relate.create_workspace(name text) RETURNS name
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := create_workspace.name;
    becomes_default boolean;
BEGIN
    PERFORM relate.not_null('{name}', create_workspace.name);
    -- Two first workspaces made at the same time must not both be the default.
    PERFORM pg_advisory_xact_lock('pg_namespace'::regclass::int, hashtext('relate.create_workspace'));
    -- One that the caller cannot read may be the default.
    becomes_default := NOT EXISTS (SELECT FROM relate.workspaces() AS w WHERE coalesce(w.is_default, true));
    PERFORM relate.create_workspace_schema(create_workspace.name);
    PERFORM relate.create_workspace_tables(workspace);
    PERFORM relate.create_workspace_indexes(workspace);
    PERFORM relate.create_workspace_views(workspace);
    PERFORM relate.create_workspace_triggers(workspace);
    PERFORM relate.comment_on_workspace(workspace);
    EXECUTE format('INSERT INTO %I.workspace (layout_version, is_default) VALUES ($1, $2)', workspace)
        USING relate.layout_version(), becomes_default;
    IF NOT becomes_default THEN
        RAISE NOTICE 'workspace "%" is not the default one', workspace
            USING HINT = format('Work in it with SET relate.workspace = %L.', workspace);
    END IF;
    RETURN workspace;
END;
$$;
COMMENT ON FUNCTION relate.create_workspace(text) IS
'Makes the schema (or uses an existing one), and in it the tables of a workspace, owned by the caller. The first workspace of a database becomes the default one. Returns the name. Errors: 42710 a workspace already, 42P07 relations of those names in the way, 42939 a reserved name.';

-- ---- dropping, choosing, granting, upgrading ----------------------------------

CREATE FUNCTION relate.refuse_while_used(workspace name, condition text, id int, subject text, hint text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    used bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I.relationship WHERE %s', workspace, condition) INTO used USING id;
    IF used > 0 THEN
        RAISE '% still has % relationship%', subject, used, CASE WHEN used > 1 THEN 's' ELSE '' END
            USING ERRCODE = 'dependent_objects_still_exist', SCHEMA = workspace, TABLE = 'relationship', HINT = hint;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_while_used(name, text, int, text, text) IS
'Internal. Raises 2BP01 with the count when relationships match the condition, in which $1 stands for the id.';

CREATE FUNCTION relate.drop_schema_if_empty(schema_name name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF schema_name <> 'public' THEN
        EXECUTE format('DROP SCHEMA %I RESTRICT', schema_name);
    END IF;
EXCEPTION
    WHEN dependent_objects_still_exist OR insufficient_privilege THEN
        RAISE NOTICE 'schema "%" stays', schema_name
            USING DETAIL = 'It holds other objects, or belongs to another role.';
END;
$$;
COMMENT ON FUNCTION relate.drop_schema_if_empty(name) IS
'Internal. Drops a schema in which nothing is left, and otherwise says that it stays.';

CREATE FUNCTION relate.drop_workspace(name text, behavior text DEFAULT 'restrict') RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.find_workspace(drop_workspace.name);
    module_table regclass;
BEGIN
    PERFORM relate.not_null('{behavior}', behavior);
    IF behavior NOT IN ('restrict', 'cascade') THEN
        RAISE 'unknown behavior "%"', behavior
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is restrict or cascade.';
    END IF;
    PERFORM relate.require_ownership(workspace);
    IF behavior = 'restrict' THEN
        PERFORM relate.refuse_while_used(workspace, 'true', NULL, format('workspace "%s"', workspace),
            format('Drop it with its relationships: SELECT relate.drop_workspace(%L, ''cascade'').', workspace));
    END IF;
    FOR module_table IN EXECUTE format('SELECT table_name FROM %I.module', workspace) LOOP
        PERFORM relate.unprotect_table(module_table, workspace);
    END LOOP;
    EXECUTE format('DROP VIEW %1$I.relationship_list, %1$I.relationship_sides', workspace);
    EXECUTE format('DROP TABLE %1$I.record_status, %1$I.status, %1$I.relationship, %1$I.relationship_type, '
                   '%1$I.module, %1$I.workspace', workspace);
    PERFORM relate.drop_schema_if_empty(workspace);
END;
$$;
COMMENT ON FUNCTION relate.drop_workspace(text, text) IS
'Drops the tables of a workspace, our triggers on the tables of its modules (unless another workspace needs them), and the schema if nothing else is in it. The modules'' tables and rows stay. Behavior restrict refuses with 2BP01 while there are relationships; cascade drops them too. Errors: 42704 no such workspace, 22023 another behavior, 42501 not the owner.';

CREATE FUNCTION relate.set_default_workspace(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.find_workspace(set_default_workspace.name);
    old_name name;
    old_owner name;
BEGIN
    PERFORM relate.require_ownership(workspace);
    FOR old_name, old_owner IN
        SELECT w.name, w.owner FROM relate.workspaces() AS w WHERE coalesce(w.is_default, true) AND w.name <> workspace
        ORDER BY w.is_default DESC NULLS LAST
    LOOP
        -- An UPDATE would run the triggers of a stranger's table with the caller's rights.
        IF old_owner <> current_user THEN
            RAISE 'workspace "%" of role "%" is or may be the default one', old_name, old_owner
                USING ERRCODE = 'insufficient_privilege', SCHEMA = old_name,
                      HINT = format('That role can give it up: UPDATE %I.workspace SET is_default = false. '
                                    'Or work in yours with SET relate.workspace = %L.', old_name, workspace);
        END IF;
        EXECUTE format('UPDATE %I.workspace SET is_default = false', old_name);
    END LOOP;
    EXECUTE format('UPDATE %I.workspace SET is_default = true', workspace);
END;
$$;
COMMENT ON FUNCTION relate.set_default_workspace(text) IS
'Makes a workspace the one in which sessions work that do not set relate.workspace. Needs the ownership of it and of the one that was the default. Errors: 42704 no such workspace, 42501 not the owner, or another role''s workspace is (or, unreadable, may be) the default.';

CREATE FUNCTION relate.find_sequences(workspace name, tables name[]) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(pg_get_serial_sequence(format('%I.%I', workspace, c.relname), a.attname), ', ' ORDER BY c.relname)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = 1
    WHERE n.nspname = workspace AND c.relname = ANY (tables)
$$;
COMMENT ON FUNCTION relate.find_sequences(name, name[]) IS
'Internal. The sequences of the ids of these tables of a workspace, quoted and joined by commas.';

CREATE FUNCTION relate.grant_role(role name, access text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    level int;
BEGIN
    PERFORM relate.not_null('{role, access}', role::text, access);
    level := array_position('{reader,editor,administrator}', access);
    IF level IS NULL THEN
        RAISE 'unknown access "%"', access
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is reader, editor or administrator.';
    END IF;
    PERFORM relate.require_ownership(workspace);
    EXECUTE format($ddl$
        GRANT USAGE ON SCHEMA %1$I TO %2$I;
        GRANT SELECT ON %1$I.workspace, %1$I.module, %1$I.relationship_type, %1$I.relationship, %1$I.status,
            %1$I.record_status, %1$I.relationship_list, %1$I.relationship_sides TO %2$I;
        $ddl$, workspace, role);
    IF level >= 2 THEN
        EXECUTE format($ddl$
            GRANT INSERT, UPDATE, DELETE ON %1$I.relationship, %1$I.record_status TO %2$I;
            GRANT INSERT ON %1$I.relationship_list TO %2$I;
            GRANT USAGE ON SEQUENCE %3$s TO %2$I;
            $ddl$, workspace, role, relate.find_sequences(workspace, '{relationship}'));
    END IF;
    IF level >= 3 THEN
        EXECUTE format($ddl$
            GRANT INSERT, UPDATE, DELETE ON %1$I.module, %1$I.relationship_type, %1$I.status TO %2$I;
            GRANT UPDATE ON %1$I.workspace TO %2$I;
            GRANT USAGE ON SEQUENCE %3$s TO %2$I;
            $ddl$, workspace, role, relate.find_sequences(workspace, '{module,relationship_type,status}'));
    END IF;
END;
$body$;
COMMENT ON FUNCTION relate.grant_role(name, text) IS
'Grants a role the use of the current workspace. reader: USAGE on the schema, SELECT on its tables and views. editor: also INSERT, UPDATE, DELETE on relationship and record_status, INSERT on relationship_list, the sequence. administrator: also INSERT, UPDATE, DELETE on module, relationship_type and status, UPDATE on workspace, their sequences. The tables of the modules are not touched: grant those yourself. Nothing is revoked. For the owner only. Errors: 42704 no such role, 22023 another access, 42501 not the owner.';

CREATE FUNCTION relate.upgrade_workspace(name text) RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.find_workspace(upgrade_workspace.name);
    layout int;
BEGIN
    PERFORM relate.require_ownership(workspace);
    EXECUTE format('SELECT layout_version FROM %I.workspace', workspace) INTO layout;
    IF layout > relate.layout_version() THEN
        RAISE 'workspace "%" has layout %, newer than this version of pg_relate knows', workspace, layout
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace,
                  DETAIL = format('The newest layout known is %s.', relate.layout_version()),
                  HINT = 'Install the newer pg_relate, then ALTER EXTENSION pg_relate UPDATE.';
    END IF;
    RAISE NOTICE 'workspace "%" has the current layout (%)', workspace, layout;
    RETURN layout;
END;
$$;
COMMENT ON FUNCTION relate.upgrade_workspace(text) IS
'Brings the tables of a workspace to the layout of the installed version, and returns that layout. For the owner only. Errors: 42704 no such workspace, 55000 its layout is newer.';

-- ---------------------------------------------------------------------------
-- Modules: tables whose records can be related.
--
-- What makes a module row right is said once, by the trigger relate.module_check
-- on the workspace's table "module": plain DML obeys it as the functions do.
-- relate.register_module only finds the defaults.
-- ---------------------------------------------------------------------------

-- A row of a workspace's table "module", passed between the functions here.
CREATE TYPE relate.module_entry AS (
    module_id int,
    name text,
    singular text,
    plural text,
    table_name regclass,
    key_columns name[],
    name_columns name[],
    kind text,
    kind_column name,
    date_column name,
    is_system boolean
);
COMMENT ON TYPE relate.module_entry IS 'Internal. A row of the table "module" of any workspace.';

CREATE FUNCTION relate.find_module(workspace name, module_id int) RETURNS relate.module_entry
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry relate.module_entry;
BEGIN
    EXECUTE format('SELECT module_id, name, singular, plural, table_name, key_columns, name_columns, kind, '
                   'kind_column, date_column, is_system FROM %I.module WHERE module_id = $1', workspace)
        INTO entry USING module_id;
    RETURN entry;
END;
$$;
COMMENT ON FUNCTION relate.find_module(name, int) IS 'Internal. A module of a workspace; nulls for null.';

-- ---- English ------------------------------------------------------------------

-- Each function is a list of rules for the end of the last word: the first that
-- fits is applied. Case-insensitive; what is not replaced keeps its case.

CREATE FUNCTION relate.singular_of(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT regexp_replace(word, ending, replacement, 'i')
    FROM (VALUES
        (1, '(^|[ _])(equipment|information|feedback|staff|media|data|news|series|species|sheep|fish|gas|lens|bias|alias|atlas|canvas|means|headquarters)$', '\&'),
        (2, '(^|[ _])(p)eople$', '\1\2erson'),
        (3, '(c)hildren$', '\1hild'),
        (4, '(^|[ _]|wo|sales|chair|crafts|trades|police|fire|business|spokes|fore)(m)en$', '\1\2an'),
        (5, '(^|[ _])(m|l)ice$', '\1\2ouse'),
        (6, '(ind|vert)ices$', '\1ex'),
        (7, '(matr|append)ices$', '\1ix'),
        (8, '(criteri|phenomen)a$', '\1on'),
        (9, '(quiz)zes$', '\1'),
        (10, '(shel|hal|wol|el|loa|thie)ves$', '\1f'),
        (11, '(^|[ _])(kni|wi|li)ves$', '\1\2fe'),
        (12, '(analy|cri|diagno|hypothe|synop|parenthe)ses$', '\1sis'),
        (13, '(^|[ _])(a)xes$', '\1\2xis'),
        (14, '(mov|cook|rook|calor|hood)ies$', '\1ie'),
        (15, '(^|[ _])([dlpt])ies$', '\1\2ie'),
        (16, '([^aeiou]|qu)ies$', '\1y'),
        (17, '(stat|camp|vir|bon|cens|foc|surpl|(^|[ _]|mini|omni)b)uses$', '\1us'),
        (18, '(alias|atlas|canvas|bias|gas|lens)es$', '\1'),
        (19, '(^|[ _])(ca|ni)ches$', '\1\2che'),
        (20, '(ss|sh|ch|x|zz)es$', '\1'),
        (21, '(her|potat|tomat|ech|vet|embarg|carg)oes$', '\1o'),
        (22, '(ss|us|is)$', '\&'),
        (23, 's$', ''),
        (24, '$', '')
    ) AS rule (position, ending, replacement)
    WHERE word ~* ending
    ORDER BY position
    LIMIT 1
$$;
COMMENT ON FUNCTION relate.singular_of(text) IS
'Internal. English singular of the last word: contacts, loyalty_companies, People become contact, loyalty_company, Person.';

CREATE FUNCTION relate.plural_of(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT regexp_replace(word, ending, replacement, 'i')
    FROM (VALUES
        (1, '(^|[ _])(equipment|information|feedback|staff|media|data|news|series|species|sheep|fish|means|headquarters)$', '\&'),
        (2, '(^|[ _])(p)erson$', '\1\2eople'),
        (3, '(c)hild$', '\1hildren'),
        (4, '(^|[ _]|wo|sales|chair|crafts|trades|police|fire|business|spokes|fore)(m)an$', '\1\2en'),
        (5, '(^|[ _])(m|l)ouse$', '\1\2ice'),
        (6, '(vert)ex$', '\1ices'),
        (7, '(matr|append)ix$', '\1ices'),
        (8, '(criteri|phenomen)on$', '\1a'),
        (9, '(quiz)$', '\1zes'),
        (10, '(shel|hal|wol|el|loa|thie)f$', '\1ves'),
        (11, '(^|[ _])(kni|wi|li)fe$', '\1\2ves'),
        (12, '(analy|cri|diagno|hypothe|synop|parenthe)sis$', '\1ses'),
        (13, '(^|[ _])(a)xis$', '\1\2xes'),
        (14, '([^aeiou]|qu)y$', '\1ies'),
        (15, '(s|sh|ch|x|z)$', '\1es'),
        (16, '(her|potat|tomat|ech|vet|embarg|carg)o$', '\1oes'),
        (17, '$', 's')
    ) AS rule (position, ending, replacement)
    WHERE word ~* ending
    ORDER BY position
    LIMIT 1
$$;
COMMENT ON FUNCTION relate.plural_of(text) IS
'Internal. English plural of the last word: Contact, Loyalty Company, Person become Contacts, Loyalty Companies, People.';

CREATE FUNCTION relate.identifier_of(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN plain = '' THEN 'module' WHEN plain ~ '^[0-9]' THEN '_' || plain ELSE plain END
    FROM (SELECT btrim(regexp_replace(lower(regexp_replace(words, '([a-z0-9])([A-Z])', '\1_\2', 'g')),
                                      '[\x01-\x2f\x3a-\x60\x7b-\x7f]+', '_', 'g'), '_') AS plain) AS words
$$;
COMMENT ON FUNCTION relate.identifier_of(text) IS
'Internal. An identifier out of any words: "Order Line" and OrderLine become order_line.';

CREATE FUNCTION relate.label_of(identifier text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN initcap(btrim(replace(identifier, '_', ' ')));
COMMENT ON FUNCTION relate.label_of(text) IS
'Internal. A label out of an identifier: opportunity_line becomes Opportunity Line.';

-- ---- what a table offers --------------------------------------------------------

CREATE FUNCTION relate.find_keys(table_name regclass) RETURNS SETOF name[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT key.columns
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_am am ON am.oid = c.relam
    CROSS JOIN LATERAL (
        SELECT array_agg(a.attname ORDER BY k.position) AS columns,
               coalesce(bool_and(a.attnotnull), false) AS is_not_null,
               sum(CASE WHEN a.attlen > 0 THEN a.attlen ELSE 1000 END) AS width
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND a.attnum > 0
        WHERE k.position <= i.indnkeyatts
    ) AS key
    WHERE i.indrelid = table_name AND am.amname = 'btree'
      AND i.indisunique AND i.indisvalid AND i.indisready AND i.indislive AND i.indimmediate
      AND i.indpred IS NULL AND i.indexprs IS NULL
      AND key.is_not_null
    ORDER BY i.indisprimary DESC, i.indisreplident DESC, i.indnkeyatts, key.width, i.indexrelid
$$;
COMMENT ON FUNCTION relate.find_keys(regclass) IS
'Internal. The columns of each index that can identify a record, the best first: the primary key, the replica identity, the narrowest.';

CREATE FUNCTION relate.find_key(table_name regclass) RETURNS name[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT columns FROM relate.find_keys(table_name) AS columns LIMIT 1);
COMMENT ON FUNCTION relate.find_key(regclass) IS
'Internal. The best of relate.find_keys; null if there is none.';

CREATE FUNCTION relate.find_columns(table_name regclass, wanted text[], category "char") RETURNS name[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH has AS MATERIALIZED (
        SELECT DISTINCT ON (word) regexp_replace(lower(a.attname), '[^a-z0-9]', '', 'g') AS word, a.attname
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = table_name AND a.attnum > 0 AND NOT a.attisdropped
          AND t.typcategory = category AND t.typname NOT IN ('time', 'timetz')
        ORDER BY word, a.attnum
    )
    SELECT array_agg(has.attname ORDER BY part.place)
    FROM unnest(wanted) WITH ORDINALITY AS one (words, position)
    CROSS JOIN string_to_table(one.words, ' ') WITH ORDINALITY AS part (word, place)
    LEFT JOIN has ON has.word = part.word
    GROUP BY one.position
    HAVING bool_and(has.word IS NOT NULL)
    ORDER BY one.position
    LIMIT 1
$$;
COMMENT ON FUNCTION relate.find_columns(regclass, text[], "char") IS
'Internal. The first of the wanted sets of columns (words joined by spaces; case, spaces and underscores do not matter) that the table has, with types of this category; null if none.';

CREATE FUNCTION relate.find_name_columns(table_name regclass, module_name text) RETURNS name[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN coalesce(relate.find_columns(table_name,
    ARRAY['name', 'fullname', 'displayname', regexp_replace(module_name, '[^a-z0-9]', '', 'g') || 'name',
          'firstname lastname', 'givenname familyname', 'forename surname', 'title', 'label', 'subject',
          'lastname', 'surname', 'summary', 'reference', 'code', 'email'], 'S'), '{}');
COMMENT ON FUNCTION relate.find_name_columns(regclass, text) IS
'Internal. The columns that probably name a record; empty if none looks like it.';

CREATE FUNCTION relate.find_date_column(table_name regclass) RETURNS name
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (relate.find_columns(table_name,
    '{createdat,createdon,created,creationdate,datecreated,createddate,createdtime}', 'D'))[1];
COMMENT ON FUNCTION relate.find_date_column(regclass) IS
'Internal. The column that probably says when a record was made; null if none looks like it.';

-- ---- the triggers on a module's table ---------------------------------------------

CREATE FUNCTION relate.protections(table_name regclass)
RETURNS TABLE (on_table regclass, trigger_name name, is_there boolean, definition text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH part AS (
        SELECT table_name AS relation, true AS is_root
        UNION
        SELECT tree.relid, false FROM pg_partition_tree(table_name) AS tree WHERE tree.level > 0
    ), wanted AS (
        SELECT part.relation, 'record_deleted' AS function,
               'CREATE CONSTRAINT TRIGGER %I AFTER DELETE ON %s FOR EACH ROW EXECUTE FUNCTION relate.%I()' AS form
        FROM part WHERE is_root
        UNION ALL
        -- A row that moves to another partition arrives there by INSERT.
        SELECT part.relation, 'record_updated', CASE c.relkind WHEN 'p'
               THEN 'CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION relate.%I()'
               ELSE 'CREATE CONSTRAINT TRIGGER %I AFTER UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION relate.%I()' END
        FROM part JOIN pg_class c ON c.oid = part.relation WHERE is_root
        UNION ALL
        -- Partitions do not inherit triggers of statements.
        SELECT part.relation, 'table_truncated',
               'CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION relate.%I()'
        FROM part
    )
    SELECT relation, ('relate_' || function)::name,
           EXISTS (SELECT FROM pg_trigger t
                   WHERE t.tgrelid = relation AND t.tgfoid = to_regprocedure(format('relate.%I()', function))),
           format(form, 'relate_' || function, relation, function)
    FROM wanted
$$;
COMMENT ON FUNCTION relate.protections(regclass) IS
'Internal. The triggers that guard the relationships of a module''s records: on its table, and for TRUNCATE on each of its partitions; whether they are there, and the statement that makes each.';

CREATE FUNCTION relate.is_protected(table_name regclass) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT bool_and(p.is_there) FROM relate.protections(table_name) AS p
$$;
COMMENT ON FUNCTION relate.is_protected(regclass) IS
'Internal. Whether all our triggers are on the table and its partitions.';

CREATE FUNCTION relate.protect_table(table_name regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
BEGIN
    FOR missing IN SELECT p.on_table, p.definition FROM relate.protections(table_name) AS p WHERE NOT p.is_there LOOP
        IF NOT has_table_privilege(missing.on_table, 'TRIGGER') THEN
            RAISE 'role "%" may not create a trigger on table %', current_user, missing.on_table
                USING ERRCODE = 'insufficient_privilege',
                      DETAIL = 'Relationships of a deleted record are guarded by a trigger on the table of its module.',
                      HINT = format('Its owner can grant it: GRANT TRIGGER ON %s TO %I.', missing.on_table, current_user);
        END IF;
        EXECUTE missing.definition;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.protect_table(regclass) IS
'Internal. Puts our triggers on a module''s table and its partitions, where they are not yet. One of each serves every workspace.';

CREATE FUNCTION relate.is_registered_elsewhere(table_name regclass, workspace name) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    other name;
    found boolean;
BEGIN
    FOR other IN SELECT w.name FROM relate.find_workspaces() AS w WHERE w.name <> workspace LOOP
        IF NOT relate.is_safe_to_read(other, 'module') THEN
            RETURN true; -- as far as the caller can know
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.module WHERE table_name = $1)', other)
            INTO found USING table_name;
        IF found THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END;
$$;
COMMENT ON FUNCTION relate.is_registered_elsewhere(regclass, name) IS
'Internal. Whether another workspace than this one registers the table, or may do so where the caller cannot look.';

CREATE FUNCTION relate.unprotect_table(table_name regclass, workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    protection record;
BEGIN
    IF relate.is_registered_elsewhere(table_name, workspace) THEN
        RETURN;
    END IF;
    FOR protection IN
        SELECT t.tgname, p.on_table FROM relate.protections(table_name) AS p
        JOIN pg_trigger t ON t.tgrelid = p.on_table AND t.tgparentid = 0
             AND t.tgfoid = to_regprocedure(replace(p.trigger_name, 'relate_', 'relate.') || '()')
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', protection.tgname, protection.on_table);
    END LOOP;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'the triggers of pg_relate stay on table %', table_name
            USING DETAIL = 'Only the owner of the table can drop them. They do nothing any more.';
END;
$$;
COMMENT ON FUNCTION relate.unprotect_table(regclass, name) IS
'Internal. Takes our triggers off a table that this workspace no longer registers, unless another workspace may need them.';

-- ---- what makes a module right ------------------------------------------------------

CREATE FUNCTION relate.check_module_words(name text, singular text, plural text, kind text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF name ~ '[\x01-\x2f\x3a-\x5e\x60\x7b-\x7f]' OR name ~ '^[0-9]' OR octet_length(name) NOT BETWEEN 1 AND 63 THEN
        RAISE '"%" cannot be the name of a module', name
            USING ERRCODE = 'invalid_name', COLUMN = 'name',
                  DETAIL = 'It is an identifier: lower-case letters, digits and underscores, not beginning with a digit, at most 63 bytes.',
                  HINT = format('Write %L.', left(relate.identifier_of(name), 40));
    END IF;
    IF btrim(singular) = '' OR btrim(plural) = '' OR btrim(kind) = '' THEN
        RAISE 'the labels and the kind of module "%" must not be blank', name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_module_words(text, text, text, text) IS
'Internal. Refuses names that are no identifiers (42602) and blank labels (22023).';

CREATE FUNCTION relate.check_module_table(table_name regclass) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
    reason text;
    hint text := 'Register a table that holds the records themselves.';
BEGIN
    SELECT c.relname, c.relkind, c.relpersistence, c.relispartition, n.nspname,
           (SELECT i.inhparent::regclass FROM pg_inherits i WHERE i.inhrelid = c.oid AND c.relispartition) AS parent
    INTO found
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = table_name;
    reason := CASE
        WHEN found IS NULL THEN 'does not exist'
        WHEN found.nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'relate') THEN 'belongs to the system'
        WHEN found.relkind IN ('v', 'm') THEN 'is a view'
        WHEN found.relkind = 'f' THEN 'is a foreign table'
        WHEN found.relkind NOT IN ('r', 'p') THEN 'is not a table'
        WHEN found.relpersistence = 't' THEN 'is temporary'
        WHEN found.relispartition THEN 'is a partition'
        WHEN found.relname IN ('workspace', 'module', 'relationship_type', 'relationship', 'status', 'record_status')
             AND EXISTS (SELECT FROM relate.find_workspaces() AS w WHERE w.name = found.nspname)
            THEN 'is a table of a workspace'
    END;
    IF reason IS NULL THEN
        RETURN;
    END IF;
    IF found.relispartition THEN
        hint := format('Register the partitioned table: SELECT relate.register_module(%L).', found.parent);
    END IF;
    RAISE '% cannot be a module', table_name
        USING ERRCODE = 'wrong_object_type', SCHEMA = coalesce(found.nspname, ''), TABLE = coalesce(found.relname, ''),
              DETAIL = format('%s %s.', table_name, reason), HINT = hint;
END;
$$;
COMMENT ON FUNCTION relate.check_module_table(regclass) IS
'Internal. Refuses (42809) all but lasting ordinary and partitioned tables of users.';

CREATE FUNCTION relate.check_columns(table_name regclass, columns name[], purpose text, categories "char"[])
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted name;
    found record;
BEGIN
    IF array_position(columns, NULL) IS NOT NULL THEN
        RAISE 'the % columns of table % must not be null', purpose, table_name USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF (SELECT count(*) > count(DISTINCT c) FROM unnest(columns) AS c) THEN
        RAISE 'the % columns of table % name a column twice', purpose, table_name USING ERRCODE = 'duplicate_column';
    END IF;
    FOREACH wanted IN ARRAY coalesce(columns, '{}') LOOP
        SELECT t.typcategory, t.typname, format_type(a.atttypid, a.atttypmod) AS type_name INTO found
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = table_name AND a.attname = wanted AND a.attnum > 0 AND NOT a.attisdropped;
        IF found IS NULL THEN
            RAISE 'column "%" of table % does not exist', wanted, table_name
                USING ERRCODE = 'undefined_column', COLUMN = wanted,
                      DETAIL = format('It was given as %s column.', purpose);
        END IF;
        IF found.typcategory <> ALL (categories) AND found.typname <> 'uuid' OR found.typname IN ('time', 'timetz') THEN
            RAISE 'column "%" of table % cannot be a % column', wanted, table_name, purpose
                USING ERRCODE = 'datatype_mismatch', COLUMN = wanted,
                      DETAIL = format('Its type is %s.', found.type_name);
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.check_columns(regclass, name[], text, "char"[]) IS
'Internal. Refuses columns that do not exist (42703), are named twice (42701), or are of no type of these categories (42804).';

CREATE FUNCTION relate.check_module_key(table_name regclass, key_columns name[]) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given text := (SELECT string_agg(quote_ident(c), ', ' ORDER BY n)
                   FROM unnest(key_columns) WITH ORDINALITY AS k (c, n));
BEGIN
    IF EXISTS (SELECT FROM relate.find_keys(table_name) AS k
               WHERE k @> key_columns AND k <@ key_columns) THEN
        RETURN;
    END IF;
    RAISE '%', CASE WHEN given IS NULL THEN format('table %s has no usable key', table_name)
                    ELSE format('(%s) is no usable key of table %s', given, table_name) END
        USING ERRCODE = 'invalid_foreign_key',
              DETAIL = 'A key is a unique btree index, valid and not deferrable, without WHERE and expressions, on columns that are all NOT NULL.',
              HINT = format('Make one: ALTER TABLE %s ADD PRIMARY KEY (%s).', table_name, coalesce(given, '...'));
END;
$$;
COMMENT ON FUNCTION relate.check_module_key(regclass, name[]) IS
'Internal. Refuses (42830) columns that are not exactly those of an index that can identify records.';

CREATE FUNCTION relate.check_module_is_new(workspace name, module_id int, name text, table_name regclass) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    other text;
BEGIN
    EXECUTE format('SELECT name FROM %I.module WHERE table_name = $1 AND module_id <> $2', workspace)
        INTO other USING table_name, module_id;
    IF other IS NOT NULL THEN
        RAISE 'table % is registered already', table_name
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'module',
                  DETAIL = format('It is module "%s".', other),
                  HINT = format('Change it with relate.alter_module(%L, ...).', other);
    END IF;
    EXECUTE format('SELECT table_name::text FROM %I.module WHERE name = $1 AND module_id <> $2', workspace)
        INTO other USING name, module_id;
    IF other IS NOT NULL THEN
        RAISE 'module "%" exists already', name
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'module',
                  DETAIL = format('It is table %s.', other),
                  HINT = 'Choose another name.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_module_is_new(name, int, text, regclass) IS
'Internal. Refuses (42710) a name or table that another module of the workspace has.';

CREATE FUNCTION relate.check_module_rights(entry relate.module_entry, role name) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shown name[] := entry.name_columns || CASE WHEN entry.kind_column IS NOT NULL THEN ARRAY[entry.kind_column] END;
    missing text;
BEGIN
    SELECT string_agg(right_on || ' (' || columns || ')', ', ' ORDER BY right_on) INTO missing
    FROM (SELECT right_on, string_agg(quote_ident(c), ', ' ORDER BY n) AS columns
          FROM (SELECT 'REFERENCES' AS right_on, c, n FROM unnest(entry.key_columns) WITH ORDINALITY AS k (c, n)
                UNION ALL
                SELECT 'SELECT', c, n FROM unnest(shown) WITH ORDINALITY AS k (c, n)) AS needed
          WHERE NOT has_column_privilege(role, entry.table_name, c, right_on)
          GROUP BY right_on) AS lacking;
    IF missing IS NULL THEN
        RETURN;
    END IF;
    RAISE 'role "%" lacks rights on table %', role, entry.table_name
        USING ERRCODE = 'insufficient_privilege',
              DETAIL = 'The owner of the workspace and whoever registers a table must hold REFERENCES on its key columns and SELECT on its name and kind columns.',
              HINT = format('Grant them: GRANT %s ON %s TO %I.', missing, entry.table_name, role);
END;
$$;
COMMENT ON FUNCTION relate.check_module_rights(relate.module_entry, name) IS
'Internal. Refuses (42501) a module on whose table this role could not itself reference and read records.';

CREATE FUNCTION relate.check_module_change(workspace name, was relate.module_entry, becomes relate.module_entry)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_used boolean := false;
BEGIN
    IF (was.table_name, was.key_columns, was.kind, was.kind_column) IS DISTINCT FROM
       (becomes.table_name, becomes.key_columns, becomes.kind, becomes.kind_column) THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.relationship '
                       'WHERE $1 IN (source_module_id, target_module_id, address_module_id))', workspace)
            INTO is_used USING was.module_id;
    END IF;
    IF is_used OR was.module_id <> becomes.module_id THEN
        RAISE '% of module "%" cannot change', CASE WHEN is_used THEN 'table, key and kind' ELSE 'the id' END, was.name
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace, TABLE = 'module',
                  DETAIL = CASE WHEN is_used THEN 'It has relationships.' ELSE 'Relationships and types refer to it.' END;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_module_change(name, relate.module_entry, relate.module_entry) IS
'Internal. Refuses (55000) changes of a module that has relationships which these would not survive.';

CREATE FUNCTION relate.check_module(workspace name, entry relate.module_entry) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.check_module_words(entry.name, entry.singular, entry.plural, entry.kind);
    PERFORM relate.check_module_table(entry.table_name);
    PERFORM relate.check_module_is_new(workspace, entry.module_id, entry.name, entry.table_name);
    PERFORM relate.check_columns(entry.table_name, entry.key_columns, 'key', '{A,B,C,D,E,G,I,N,R,S,T,U,V,X,Z}');
    PERFORM relate.check_module_key(entry.table_name, entry.key_columns);
    PERFORM relate.check_columns(entry.table_name, entry.name_columns, 'name', '{S,N,D,E,B,I,T,V}');
    IF entry.kind IS NOT NULL AND entry.kind_column IS NOT NULL THEN
        RAISE 'module "%" has both a kind and a kind column', entry.name
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'kind is the kind of every record; kind_column holds the kind of each.';
    END IF;
    IF entry.kind_column IS NOT NULL THEN
        PERFORM relate.check_columns(entry.table_name, ARRAY[entry.kind_column], 'kind', '{S,E}');
    END IF;
    IF entry.date_column IS NOT NULL THEN
        PERFORM relate.check_columns(entry.table_name, ARRAY[entry.date_column], 'date', '{D}');
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_module(name, relate.module_entry) IS
'Internal. Everything that must be true of a module row, rights apart.';

CREATE FUNCTION relate.module_check() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := TG_TABLE_SCHEMA;
    was relate.module_entry;
    becomes relate.module_entry;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := jsonb_populate_record(NULL::relate.module_entry, to_jsonb(OLD));
    END IF;
    IF TG_OP = 'DELETE' THEN
        PERFORM relate.release_module(workspace, was);
        RETURN OLD;
    END IF;
    becomes := jsonb_populate_record(NULL::relate.module_entry, to_jsonb(NEW));
    IF TG_OP = 'UPDATE' THEN
        PERFORM relate.check_module_change(workspace, was, becomes);
    END IF;
    PERFORM relate.check_module(workspace, becomes);
    PERFORM relate.check_module_rights(becomes, (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID));
    -- An administrator must not reach through the owner what is not open to himself.
    IF (was.table_name, was.key_columns, was.name_columns, was.kind_column) IS DISTINCT FROM
       (becomes.table_name, becomes.key_columns, becomes.name_columns, becomes.kind_column) THEN
        PERFORM relate.check_module_rights(becomes, current_user);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM relate.check_types_of_module(workspace, becomes);
    END IF;
    PERFORM relate.protect_table(becomes.table_name);
    IF was.table_name <> becomes.table_name THEN
        PERFORM relate.unprotect_table(was.table_name, workspace);
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION relate.module_check() IS
'Trigger of the table "module": verifies a row for any writer, and puts our trigger on the module''s table (takes it off when the module goes). Errors: 42602, 22023, 42809, 42710, 42703, 42701, 42804, 42830, 42501, 55000, 2BP01.';

CREATE FUNCTION relate.release_module(workspace name, entry relate.module_entry) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    types text;
BEGIN
    EXECUTE format('SELECT string_agg(quote_ident(name), '', '' ORDER BY name) FROM %I.relationship_type '
                   'WHERE $1 IN (source_module_id, target_module_id)', workspace) INTO types USING entry.module_id;
    IF types IS NOT NULL THEN
        RAISE 'module "%" is used by relationship types', entry.name
            USING ERRCODE = 'dependent_objects_still_exist', SCHEMA = workspace, TABLE = 'relationship_type',
                  DETAIL = format('They are: %s.', types),
                  HINT = 'Drop them first with relate.drop_relationship_type.';
    END IF;
    EXECUTE format('LOCK TABLE %I.relationship IN SHARE MODE', workspace); -- who relates its records now, comes first
    PERFORM relate.refuse_while_used(workspace, '$1 IN (source_module_id, target_module_id, address_module_id)',
        entry.module_id, format('module "%s"', entry.name),
        format('Delete them first: DELETE FROM %I.relationship '
               'WHERE %s IN (source_module_id, target_module_id, address_module_id).', workspace, entry.module_id));
    EXECUTE format('DELETE FROM %I.record_status WHERE module_id = $1', workspace) USING entry.module_id;
    PERFORM relate.unprotect_table(entry.table_name, workspace);
END;
$$;
COMMENT ON FUNCTION relate.release_module(name, relate.module_entry) IS
'Internal. Refuses (2BP01) while types or relationships use the module; otherwise removes what hangs on it: statuses of its records, our trigger on its table.';

-- ---- the verbs -------------------------------------------------------------------------

CREATE FUNCTION relate.register_module(table_name regclass, name text DEFAULT NULL, singular text DEFAULT NULL,
                                       plural text DEFAULT NULL, name_columns name[] DEFAULT NULL,
                                       kind text DEFAULT NULL, kind_column name DEFAULT NULL,
                                       key_columns name[] DEFAULT NULL, date_column name DEFAULT NULL,
                                       is_system boolean DEFAULT false)
RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    module_name text;
    label text;
    new_id int;
BEGIN
    PERFORM relate.not_null('{table_name}', table_name::text);
    module_name := coalesce(name, (SELECT left(relate.singular_of(relate.identifier_of(relname)), 63)
                                   FROM pg_class WHERE oid = table_name));
    label := coalesce(singular, relate.label_of(module_name));
    EXECUTE format('INSERT INTO %I.module (name, singular, plural, table_name, key_columns, name_columns, kind, '
                   'kind_column, date_column, is_system) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) '
                   'RETURNING module_id', workspace)
        INTO new_id
        USING module_name, label, coalesce(plural, relate.plural_of(label)), table_name,
              coalesce(key_columns, relate.find_key(table_name)),
              coalesce(name_columns, relate.find_name_columns(table_name, module_name)), kind, kind_column,
              coalesce(date_column, relate.find_date_column(table_name)), coalesce(is_system, false);
    IF is_system IS NOT TRUE THEN
        EXECUTE format('INSERT INTO %I.status (module_id, name, position) '
                       'VALUES ($1, ''Customer'', 1), ($1, ''Prospect'', 2)', workspace) USING new_id;
    END IF;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.register_module(regclass, text, text, text, name[], text, name, name[], name, boolean) IS
'Registers a table as module of the current workspace and returns its id. Null means the default: key = the primary key or the best unique index; name = the table''s, in the singular; labels from the name; name_columns = name, full_name, first_name and last_name, title, ...; date_column = created_at and the like. Gives it the statuses Customer and Prospect (unless is_system) and puts a trigger on the table. Errors: 22004, 42809 not a table that can be a module, 42830 no usable key, 42710 name or table registered already, 42602 bad name, 42703 and 42804 bad columns, 42501 missing rights.';

CREATE FUNCTION relate.check_reset(reset text[], known text[], given jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    word text;
BEGIN
    FOREACH word IN ARRAY reset LOOP
        IF word IS NULL OR word <> ALL (known) THEN
            RAISE '"%" cannot be reset', word
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = format('What can be reset: %s.', array_to_string(known, ', '));
        ELSIF given ? word THEN
            RAISE '"%" is both given and reset', word USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.check_reset(text[], text[], jsonb) IS
'Internal. Refuses (22023) to reset a property that is unknown, or given at the same time.';

CREATE FUNCTION relate.alter_module(name text, new_name text DEFAULT NULL, singular text DEFAULT NULL,
                                    plural text DEFAULT NULL, name_columns name[] DEFAULT NULL,
                                    kind text DEFAULT NULL, kind_column name DEFAULT NULL,
                                    key_columns name[] DEFAULT NULL, date_column name DEFAULT NULL,
                                    is_system boolean DEFAULT NULL, reset text[] DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    entry relate.module_entry;
BEGIN
    PERFORM relate.not_null('{name}', name);
    reset := coalesce(reset, '{}');
    PERFORM relate.check_reset(reset,
        '{singular,plural,name_columns,kind,kind_column,key_columns,date_column,is_system}',
        jsonb_strip_nulls(jsonb_build_object('singular', singular, 'plural', plural,
        'name_columns', name_columns, 'kind', kind, 'kind_column', kind_column, 'key_columns', key_columns,
        'date_column', date_column, 'is_system', is_system)));
    entry := relate.find_module(workspace, relate.find_id(workspace, 'module', name));
    entry.name := coalesce(new_name, entry.name);
    entry.singular := CASE WHEN 'singular' = ANY (reset) THEN relate.label_of(entry.name)
                           ELSE coalesce(singular, entry.singular) END;
    entry.plural := CASE WHEN 'plural' = ANY (reset) THEN relate.plural_of(entry.singular)
                         ELSE coalesce(plural, entry.plural) END;
    entry.name_columns := CASE WHEN 'name_columns' = ANY (reset) THEN relate.find_name_columns(entry.table_name, entry.name)
                               ELSE coalesce(name_columns, entry.name_columns) END;
    entry.kind := CASE WHEN 'kind' <> ALL (reset) THEN coalesce(kind, entry.kind) END;
    entry.kind_column := CASE WHEN 'kind_column' <> ALL (reset) THEN coalesce(kind_column, entry.kind_column) END;
    entry.key_columns := CASE WHEN 'key_columns' = ANY (reset) THEN relate.find_key(entry.table_name)
                              ELSE coalesce(key_columns, entry.key_columns) END;
    entry.date_column := CASE WHEN 'date_column' = ANY (reset) THEN relate.find_date_column(entry.table_name)
                              ELSE coalesce(date_column, entry.date_column) END;
    entry.is_system := CASE WHEN 'is_system' = ANY (reset) THEN false ELSE coalesce(is_system, entry.is_system) END;
    EXECUTE format('UPDATE %I.module SET (name, singular, plural, name_columns, kind, kind_column, key_columns, '
                   'date_column, is_system) = ROW(($1).name, ($1).singular, ($1).plural, ($1).name_columns, ($1).kind, '
                   '($1).kind_column, ($1).key_columns, ($1).date_column, ($1).is_system) '
                   'WHERE module_id = ($1).module_id', workspace) USING entry;
END;
$$;
COMMENT ON FUNCTION relate.alter_module(text, text, text, text, name[], text, name, name[], name, boolean, text[]) IS
'Changes a module of the current workspace. Null leaves a property as it is; the properties named in reset go back to the default that register_module would find. Errors: those of register_module, 42704 no such module, 22023 a bad reset, 55000 a change that its relationships would not survive.';

CREATE FUNCTION relate.unregister_module(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
BEGIN
    PERFORM relate.not_null('{name}', unregister_module.name);
    EXECUTE format('DELETE FROM %I.module WHERE module_id = $1', workspace)
        USING relate.find_id(workspace, 'module', unregister_module.name);
END;
$$;
COMMENT ON FUNCTION relate.unregister_module(text) IS
'Takes a module out of the current workspace, with its statuses and our trigger on its table (unless another workspace needs it). The table and its rows stay. Errors: 42704 no such module, 2BP01 while relationship types or relationships use it.';

CREATE FUNCTION relate.modules()
RETURNS SETOF relate.module_entry
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT module_id, name, singular, plural, table_name, key_columns, name_columns, '
                                'kind, kind_column, date_column, is_system FROM %I.module ORDER BY name',
                                relate.current_workspace());
END;
$$;
COMMENT ON FUNCTION relate.modules() IS 'Lists the modules of the current workspace, by name.';

-- ---------------------------------------------------------------------------
-- Relationship types.
--
-- One path for every writer: relate.fill_type completes a type from what is
-- known of its modules, relate.check_type says what is wrong with it. The
-- trigger relate.relationship_type_check runs both for any row written to the
-- table "relationship_type"; relate.preview_relationship_type runs both and
-- writes nothing.
-- ---------------------------------------------------------------------------

CREATE TYPE relate.cardinality AS ENUM ('one_to_one', 'one_to_many', 'many_to_one', 'many_to_many');
COMMENT ON TYPE relate.cardinality IS
'How many sources and targets a relationship type allows, read from source to target: one_to_many is one source with many targets.';

-- A type on its way into the table, passed between the functions here.
CREATE TYPE relate.type_draft AS (
    type_id int,
    name text,
    source_module_id int,
    target_module_id int,
    source_kind text,
    target_kind text,
    source_role text,
    target_role text,
    label text,
    inverse_label text,
    is_symmetric boolean,
    cardinality relate.cardinality,
    max_targets_per_source int,
    max_sources_per_target int,
    hierarchy_parent text,
    default_importance int,
    is_perpetual boolean,
    has_contact_details boolean,
    source_may text[],
    target_may text[],
    allow_self boolean,
    on_source_delete text,
    on_target_delete text,
    category text,
    description text,
    is_active boolean,
    on_kind_change text
);
COMMENT ON TYPE relate.type_draft IS 'Internal. A row of the table "relationship_type" of any workspace, not yet complete or checked.';

CREATE FUNCTION relate.parse_cardinality(words text) RETURNS relate.cardinality
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sides text[] := regexp_match(lower(btrim(words)),
                                 '^(one|1|many|n|m|\*)(?: *[-_ ] *to *[-_ ] *| *[:-] *)(one|1|many|n|m|\*)$');
BEGIN
    IF words IS NOT NULL AND sides IS NULL THEN
        RAISE 'unknown cardinality "%"', words
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'It is one_to_one, one_to_many, many_to_one or many_to_many, or short 1:1, 1:N, N:1, N:M.';
    END IF;
    RETURN CASE WHEN sides[1] IN ('one', '1') THEN 'one' ELSE 'many' END || '_to_'
        || CASE WHEN sides[2] IN ('one', '1') THEN 'one' ELSE 'many' END
    WHERE words IS NOT NULL;
END;
$$;
COMMENT ON FUNCTION relate.parse_cardinality(text) IS
'Internal. The cardinality that is meant by one_to_many, one-to-many, 1:N and the like; raises 22023 for other words.';

-- ---- what a type is when little is said ------------------------------------------

CREATE FUNCTION relate.default_role(kind text, module relate.module_entry) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN module.kind IS NULL AND kind IS NOT NULL THEN relate.label_of(kind)
            ELSE coalesce(module.singular, 'Record') END;
COMMENT ON FUNCTION relate.default_role(text, relate.module_entry) IS
'Internal. Role of a side of which none is given: the kind where the type singles one out, else the module''s label.';

CREATE FUNCTION relate.default_label(draft relate.type_draft, side text, far_noun text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN draft.hierarchy_parent = side THEN 'is parent of'
    WHEN draft.hierarchy_parent IS NOT NULL THEN 'is child of'
    WHEN draft.is_symmetric OR draft.cardinality = 'many_to_many'
        THEN concat_ws(' ', 'is related to', nullif(far_noun, 'Record'))
    WHEN draft.cardinality = 'many_to_one' AND side = 'target' OR draft.cardinality <> 'many_to_one' AND side = 'source'
        THEN 'has ' || far_noun
    ELSE 'belongs to ' || far_noun END;
COMMENT ON FUNCTION relate.default_label(relate.type_draft, text, text) IS
'Internal. Label of a type as read from this side (source or target), where none is given: has, belongs to, is related to.';

CREATE FUNCTION relate.mirror_type(draft relate.type_draft) RETURNS relate.type_draft
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    draft.source_kind := coalesce(draft.source_kind, draft.target_kind);
    draft.target_kind := coalesce(draft.target_kind, draft.source_kind);
    draft.source_role := coalesce(draft.source_role, draft.target_role);
    draft.target_role := coalesce(draft.target_role, draft.source_role);
    draft.label := coalesce(draft.label, draft.inverse_label);
    draft.inverse_label := coalesce(draft.inverse_label, draft.label);
    draft.max_targets_per_source := coalesce(draft.max_targets_per_source, draft.max_sources_per_target);
    draft.max_sources_per_target := coalesce(draft.max_sources_per_target, draft.max_targets_per_source);
    draft.source_may := coalesce(draft.source_may, draft.target_may);
    draft.target_may := coalesce(draft.target_may, draft.source_may);
    draft.on_source_delete := coalesce(draft.on_source_delete, draft.on_target_delete);
    draft.on_target_delete := coalesce(draft.on_target_delete, draft.on_source_delete);
    RETURN draft;
END;
$$;
COMMENT ON FUNCTION relate.mirror_type(relate.type_draft) IS
'Internal. What is said of one side of a symmetric type holds for the other.';

CREATE FUNCTION relate.fill_type(draft relate.type_draft, source relate.module_entry, target relate.module_entry)
RETURNS relate.type_draft
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    source_noun text;
    target_noun text;
BEGIN
    IF draft.is_symmetric THEN
        draft := relate.mirror_type(draft);
    END IF;
    draft.cardinality := coalesce(draft.cardinality, 'many_to_many');
    IF draft.cardinality IN ('one_to_one', 'many_to_one') THEN
        draft.max_targets_per_source := coalesce(draft.max_targets_per_source, 1);
    END IF;
    IF draft.cardinality IN ('one_to_one', 'one_to_many') THEN
        draft.max_sources_per_target := coalesce(draft.max_sources_per_target, 1);
    END IF;

    source_noun := relate.default_role(draft.source_kind, source);
    target_noun := relate.default_role(draft.target_kind, target);
    draft.label := coalesce(draft.label, relate.default_label(draft, 'source', target_noun));
    draft.inverse_label := coalesce(draft.inverse_label, relate.default_label(draft, 'target', source_noun));
    IF source_noun = target_noun AND draft.hierarchy_parent IS NOT NULL THEN
        source_noun := CASE draft.hierarchy_parent WHEN 'source' THEN 'Parent' ELSE 'Child' END;
        target_noun := CASE draft.hierarchy_parent WHEN 'source' THEN 'Child' ELSE 'Parent' END;
    END IF;
    draft.source_role := coalesce(draft.source_role, source_noun);
    draft.target_role := coalesce(draft.target_role, target_noun);

    draft.is_symmetric := coalesce(draft.is_symmetric, false);
    draft.default_importance := coalesce(draft.default_importance, 3);
    draft.is_perpetual := coalesce(draft.is_perpetual, false);
    draft.has_contact_details := coalesce(draft.has_contact_details,
        coalesce(draft.source_kind, source.kind) = 'individual'
        AND coalesce(draft.target_kind, target.kind) = 'organization', false);
    draft.source_may := coalesce(draft.source_may, '{}');
    draft.target_may := coalesce(draft.target_may, '{}');
    draft.allow_self := coalesce(draft.allow_self, false);
    draft.on_source_delete := coalesce(draft.on_source_delete, 'restrict');
    draft.on_target_delete := coalesce(draft.on_target_delete, 'restrict');
    draft.is_active := coalesce(draft.is_active, true);
    draft.on_kind_change := coalesce(draft.on_kind_change, 'restrict');
    RETURN draft;
END;
$$;
COMMENT ON FUNCTION relate.fill_type(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. Replaces null by the default in every property of a type that has one.';

CREATE FUNCTION relate.draft_type(workspace name, name text, source_module text, target_module text, cardinality text,
                                  source_role text, target_role text, label text, inverse_label text,
                                  is_symmetric boolean, max_targets_per_source int, max_sources_per_target int,
                                  hierarchy_parent text, default_importance int, is_perpetual boolean,
                                  has_contact_details boolean, source_may text[], target_may text[],
                                  allow_self boolean, on_source_delete text, on_target_delete text,
                                  source_kind text, target_kind text, category text, description text,
                                  is_active boolean, on_kind_change text)
RETURNS relate.type_draft
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    draft relate.type_draft;
BEGIN
    PERFORM relate.not_null('{name}', name);
    draft := ROW(0, name, relate.find_id(workspace, 'module', source_module),
                 relate.find_id(workspace, 'module', target_module), source_kind, target_kind, source_role, target_role,
                 label, inverse_label, is_symmetric, relate.parse_cardinality(cardinality), max_targets_per_source,
                 max_sources_per_target, hierarchy_parent, default_importance, is_perpetual, has_contact_details,
                 source_may, target_may, allow_self, on_source_delete, on_target_delete, category, description,
                 is_active, on_kind_change);
    IF is_symmetric THEN
        draft.source_module_id := coalesce(draft.source_module_id, draft.target_module_id);
        draft.target_module_id := coalesce(draft.target_module_id, draft.source_module_id);
    END IF;
    draft := relate.fill_type(draft, relate.find_module(workspace, draft.source_module_id),
                              relate.find_module(workspace, draft.target_module_id));
    PERFORM relate.check_type_words(draft); -- before anything of it meets the types of the table's columns
    RETURN draft;
END;
$$;
COMMENT ON FUNCTION relate.draft_type(name, text, text, text, text, text, text, text, text, boolean, int, int, text, int, boolean, boolean, text[], text[], boolean, text, text, text, text, text, text, boolean, text) IS
'Internal. The type that the arguments of create_relationship_type mean: complete, its words checked, the rest not.';

-- ---- what makes a type right -------------------------------------------------------

CREATE FUNCTION relate.check_type_words(draft relate.type_draft) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    label text;
BEGIN
    IF btrim(draft.name) = '' OR length(draft.name) > 100 THEN
        RAISE 'the name of a relationship type must have 1 to 100 characters'
            USING ERRCODE = 'invalid_name', COLUMN = 'name';
    END IF;
    IF btrim(draft.source_kind) = '' OR btrim(draft.target_kind) = '' THEN
        RAISE 'the kinds of relationship type "%" must not be blank', draft.name
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave them out for any kind.';
    END IF;
    FOREACH label IN ARRAY ARRAY[draft.source_role, draft.target_role, draft.label, draft.inverse_label] LOOP
        IF btrim(label) = '' THEN
            RAISE 'the roles and labels of relationship type "%" must not be blank', draft.name
                USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave them out for the defaults.';
        END IF;
    END LOOP;
    IF draft.hierarchy_parent NOT IN ('source', 'target') THEN
        RAISE 'unknown hierarchy_parent "%"', draft.hierarchy_parent
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'hierarchy_parent',
                  HINT = 'It is source or target, the side that is the parent, or null.';
    END IF;
    IF draft.on_source_delete NOT IN ('restrict', 'remove_link') THEN
        RAISE 'unknown on_source_delete "%"', draft.on_source_delete
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'on_source_delete',
                  HINT = 'It is restrict or remove_link.';
    END IF;
    IF draft.on_target_delete NOT IN ('restrict', 'remove_link') THEN
        RAISE 'unknown on_target_delete "%"', draft.on_target_delete
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'on_target_delete',
                  HINT = 'It is restrict or remove_link.';
    END IF;
    IF draft.on_kind_change NOT IN ('restrict', 'end') THEN
        RAISE 'unknown on_kind_change "%"', draft.on_kind_change
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'on_kind_change',
                  HINT = 'It is restrict or end.';
    END IF;
    IF draft.default_importance NOT BETWEEN 1 AND 5 THEN
        RAISE 'importance % is out of range', draft.default_importance
            USING ERRCODE = 'check_violation', TABLE = 'relationship_type', COLUMN = 'default_importance',
                  CONSTRAINT = 'relationship_importance', HINT = 'It is 1 to 5, 5 the highest.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_words(relate.type_draft) IS
'Internal. Refuses bad names (42602), blank kinds and labels, unknown words (22023), importance out of range (23514).';

CREATE FUNCTION relate.check_type_limit(draft relate.type_draft, property text, value int, is_one boolean) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF is_one AND value <> 1 THEN
        RAISE '% of % contradicts the cardinality %', property, value, draft.cardinality
            USING ERRCODE = 'invalid_parameter_value', COLUMN = property,
                  HINT = 'Leave it out: the cardinality says one. Or choose a cardinality that says many.';
    ELSIF value < 1 THEN
        RAISE '% must be at least 1', property
            USING ERRCODE = 'invalid_parameter_value', COLUMN = property, HINT = 'Leave it out for no limit.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_limit(relate.type_draft, text, int, boolean) IS
'Internal. Refuses (22023) a limit below 1, or other than 1 where the cardinality says one.';

CREATE FUNCTION relate.check_type_symmetry(draft relate.type_draft) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    different text := concat_ws(', ',
        CASE WHEN draft.source_module_id IS DISTINCT FROM draft.target_module_id THEN 'modules' END,
        CASE WHEN draft.source_kind IS DISTINCT FROM draft.target_kind THEN 'kinds' END,
        CASE WHEN draft.source_role <> draft.target_role THEN 'roles' END,
        CASE WHEN draft.label <> draft.inverse_label THEN 'labels' END,
        CASE WHEN draft.max_targets_per_source IS DISTINCT FROM draft.max_sources_per_target THEN 'limits' END,
        CASE WHEN draft.source_may <> draft.target_may THEN 'acting rights' END,
        CASE WHEN draft.on_source_delete <> draft.on_target_delete THEN 'deletion policies' END);
BEGIN
    IF NOT draft.is_symmetric THEN
        RETURN;
    END IF;
    IF draft.cardinality NOT IN ('one_to_one', 'many_to_many') THEN
        RAISE 'a symmetric relationship type cannot be %', draft.cardinality
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'cardinality',
                  DETAIL = 'Both sides of a symmetric type are the same.', HINT = 'It is one_to_one or many_to_many.';
    ELSIF draft.hierarchy_parent IS NOT NULL THEN
        RAISE 'a symmetric relationship type cannot be a hierarchy'
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'hierarchy_parent',
                  DETAIL = 'In a hierarchy one side is the parent of the other.';
    ELSIF different <> '' THEN
        RAISE 'the sides of the symmetric relationship type "%" differ', draft.name
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'is_symmetric',
                  DETAIL = format('Different are: %s.', different),
                  HINT = 'Give them for one side only: the other follows.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_symmetry(relate.type_draft) IS
'Internal. Refuses (22023) a symmetric type whose sides differ or whose cardinality or hierarchy tells them apart.';

CREATE FUNCTION relate.check_type_side(side text, kind text, may text[], module relate.module_entry) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF module.kind <> kind THEN
        RAISE 'records of module "%" are never of kind "%"', module.name, kind
            USING ERRCODE = 'check_violation', TABLE = 'relationship_type', COLUMN = side || '_kind',
                  CONSTRAINT = 'relationship_kind', DETAIL = format('All of them are of kind "%s".', module.kind);
    ELSIF kind IS NOT NULL AND module.module_id IS NOT NULL AND module.kind IS NULL AND module.kind_column IS NULL THEN
        RAISE 'records of module "%" have no kind', module.name
            USING ERRCODE = 'invalid_parameter_value', COLUMN = side || '_kind',
                  HINT = format('Say of what kind they are: SELECT relate.alter_module(%L, kind => %L), or kind_column => ...',
                                module.name, kind);
    END IF;
    IF EXISTS (SELECT FROM unnest(may) AS action WHERE action IS NULL OR btrim(action) = '') THEN
        RAISE '%_may must not hold null or blank actions', side
            USING ERRCODE = 'invalid_parameter_value', COLUMN = side || '_may';
    ELSIF may <> '{}' AND coalesce(kind, module.kind) = 'organization' THEN
        RAISE 'an organization cannot act on behalf of others'
            USING ERRCODE = 'invalid_parameter_value', COLUMN = side || '_may',
                  DETAIL = format('The %s of this relationship type is an organization, and %1$s_may is given.', side),
                  HINT = 'Give acting rights to the other side, or to no one.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_side(text, text, text[], relate.module_entry) IS
'Internal. Refuses a kind that the module''s records cannot have (23514) or do not have at all (22023), and acting rights of organizations (22023).';

CREATE FUNCTION relate.check_type_system(draft relate.type_draft, source relate.module_entry, target relate.module_entry)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lookup_from text := target.name;
    lookup_to text := source.name;
BEGIN
    IF draft.source_module_id IS NOT DISTINCT FROM draft.target_module_id
       OR (source.is_system OR target.is_system) IS NOT TRUE
       OR draft.cardinality IN ('many_to_many', 'one_to_one')
       OR draft.cardinality = 'many_to_one' AND target.is_system THEN
        RETURN;
    END IF;
    IF source.is_system IS NOT TRUE THEN
        lookup_from := source.name;
        lookup_to := target.name;
    END IF;
    RAISE 'a % relationship with the system module "%" is not allowed', draft.cardinality, lookup_to
        USING ERRCODE = 'check_violation', TABLE = 'relationship_type', COLUMN = 'cardinality',
              CONSTRAINT = 'relationship_type_system_module',
              DETAIL = 'Records of a system module are assigned to others by a lookup, and own no one-to-many relationships.',
              HINT = format('Declare the lookup: SELECT relate.create_relationship_type(%L, %L, %L, ''many_to_one'').',
                            draft.name, lookup_from, lookup_to);
END;
$$;
COMMENT ON FUNCTION relate.check_type_system(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. Refuses (23514) a one-to-many with a system module, and names the lookup to declare in its place.';

CREATE FUNCTION relate.check_type(draft relate.type_draft, source relate.module_entry, target relate.module_entry)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.check_type_words(draft);
    PERFORM relate.check_type_limit(draft, 'max_targets_per_source', draft.max_targets_per_source,
                                    draft.cardinality IN ('one_to_one', 'many_to_one'));
    PERFORM relate.check_type_limit(draft, 'max_sources_per_target', draft.max_sources_per_target,
                                    draft.cardinality IN ('one_to_one', 'one_to_many'));
    PERFORM relate.check_type_symmetry(draft);
    IF draft.hierarchy_parent IS NOT NULL AND draft.allow_self THEN
        RAISE 'a hierarchy cannot allow a record to be related to itself'
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'allow_self', DETAIL = 'It would be its own parent.';
    END IF;
    PERFORM relate.check_type_side('source', draft.source_kind, draft.source_may, source);
    PERFORM relate.check_type_side('target', draft.target_kind, draft.target_may, target);
    PERFORM relate.check_type_system(draft, source, target);
END;
$$;
COMMENT ON FUNCTION relate.check_type(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. Everything that must be true of a relationship type in itself.';

CREATE FUNCTION relate.check_type_is_new(workspace name, type_id int, name text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    exists_already boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.relationship_type WHERE name = $1 AND type_id <> $2)', workspace)
        INTO exists_already USING name, type_id;
    IF exists_already THEN
        RAISE 'relationship type "%" exists already', name
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'relationship_type', COLUMN = 'name',
                  HINT = 'Choose another name, or drop it with relate.drop_relationship_type.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_type_is_new(name, int, text) IS
'Internal. Refuses (42710) a name that another type of the workspace has.';

CREATE FUNCTION relate.check_types_of_module(workspace name, module relate.module_entry) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    draft relate.type_draft;
    type_row jsonb;
    source relate.module_entry;
    target relate.module_entry;
BEGIN
    FOR type_row IN EXECUTE format('SELECT to_jsonb(t) FROM %I.relationship_type t '
                                   'WHERE $1 IN (source_module_id, target_module_id) ORDER BY name', workspace)
                    USING module.module_id
    LOOP
        draft := jsonb_populate_record(NULL::relate.type_draft, type_row);
        source := relate.find_module(workspace, draft.source_module_id);
        target := relate.find_module(workspace, draft.target_module_id);
        PERFORM relate.check_type(draft, CASE source.module_id WHEN module.module_id THEN module ELSE source END,
                                  CASE target.module_id WHEN module.module_id THEN module ELSE target END);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.check_types_of_module(name, relate.module_entry) IS
'Internal. Verifies the types of a module against what the module is about to become.';

CREATE FUNCTION relate.relationship_type_check() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := TG_TABLE_SCHEMA;
    was relate.type_draft;
    draft relate.type_draft;
    source relate.module_entry;
    target relate.module_entry;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM relate.refuse_used_type(TG_RELID, workspace, OLD.type_id, OLD.name);
        RETURN OLD;
    END IF;
    IF NEW.storage <> 'link' THEN
        RAISE 'relationships stored as "%" are not supported', NEW.storage
            USING ERRCODE = 'feature_not_supported', COLUMN = 'storage', HINT = 'The storage is link.';
    END IF;
    draft := jsonb_populate_record(NULL::relate.type_draft, to_jsonb(NEW));
    source := relate.find_module(workspace, draft.source_module_id);
    target := relate.find_module(workspace, draft.target_module_id);
    draft := relate.fill_type(draft, source, target);
    IF TG_OP = 'UPDATE' THEN
        was := jsonb_populate_record(NULL::relate.type_draft, to_jsonb(OLD));
        PERFORM relate.refuse_other_id(workspace, was, draft);
    END IF;
    PERFORM relate.check_type(draft, source, target);
    PERFORM relate.check_type_is_new(workspace, draft.type_id, draft.name);
    IF TG_OP = 'UPDATE' THEN
        PERFORM relate.change_type(TG_RELID, workspace, was, draft);
    END IF;
    RETURN jsonb_populate_record(NEW, to_jsonb(draft));
END;
$$;
COMMENT ON FUNCTION relate.relationship_type_check() IS
'Trigger of the table "relationship_type": completes and verifies a row for any writer. Errors: 42602, 22023, 23514 (relationship_kind, relationship_importance, relationship_type_system_module), 42710, those of relate.change_type, and 2BP01 for a DELETE while relationships exist.';

-- ---- the verbs ----------------------------------------------------------------------

CREATE FUNCTION relate.create_relationship_type(name text, source_module text DEFAULT NULL,
    target_module text DEFAULT NULL, cardinality text DEFAULT 'many_to_many', source_role text DEFAULT NULL,
    target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL,
    is_symmetric boolean DEFAULT false, max_targets_per_source int DEFAULT NULL,
    max_sources_per_target int DEFAULT NULL, hierarchy_parent text DEFAULT NULL, default_importance int DEFAULT 3,
    is_perpetual boolean DEFAULT false, has_contact_details boolean DEFAULT NULL, source_may text[] DEFAULT NULL,
    target_may text[] DEFAULT NULL, allow_self boolean DEFAULT false, on_source_delete text DEFAULT NULL,
    on_target_delete text DEFAULT NULL, source_kind text DEFAULT NULL, target_kind text DEFAULT NULL,
    category text DEFAULT NULL, description text DEFAULT NULL, is_active boolean DEFAULT true,
    on_kind_change text DEFAULT NULL)
RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    draft relate.type_draft;
    new_id int;
BEGIN
    draft := relate.draft_type(workspace, name, source_module, target_module, cardinality, source_role, target_role,
        label, inverse_label, is_symmetric, max_targets_per_source, max_sources_per_target, hierarchy_parent,
        default_importance, is_perpetual, has_contact_details, source_may, target_may, allow_self, on_source_delete,
        on_target_delete, source_kind, target_kind, category, description, is_active, on_kind_change);
    EXECUTE format($sql$
        INSERT INTO %I.relationship_type (name, source_module_id, target_module_id, source_kind, target_kind,
            source_role, target_role, label, inverse_label, is_symmetric, cardinality, max_targets_per_source,
            max_sources_per_target, hierarchy_parent, default_importance, is_perpetual, has_contact_details,
            source_may, target_may, allow_self, on_source_delete, on_target_delete, category, description, is_active,
            on_kind_change)
        VALUES (($1).name, ($1).source_module_id, ($1).target_module_id, ($1).source_kind, ($1).target_kind,
            ($1).source_role, ($1).target_role, ($1).label, ($1).inverse_label, ($1).is_symmetric, ($1).cardinality,
            ($1).max_targets_per_source, ($1).max_sources_per_target, ($1).hierarchy_parent,
            ($1).default_importance, ($1).is_perpetual, ($1).has_contact_details, ($1).source_may, ($1).target_may,
            ($1).allow_self, ($1).on_source_delete, ($1).on_target_delete, ($1).category, ($1).description,
            ($1).is_active, ($1).on_kind_change)
        RETURNING type_id
        $sql$, workspace) INTO new_id USING draft;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.create_relationship_type(text, text, text, text, text, text, text, text, boolean, int, int, text, int, boolean, boolean, text[], text[], boolean, text, text, text, text, text, text, boolean, text) IS
'Declares a relationship type in the current workspace and returns its id. Modules by name, null: any. Null elsewhere: the default. Errors: 22004 no name, 42710 name exists, 42704 unknown module, 42602 bad name, 22023 bad or contradictory arguments, 23514 kinds that contradict the module''s, importance out of 1 to 5, a one-to-many with a system module.';

CREATE FUNCTION relate.drop_relationship_type(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
BEGIN
    PERFORM relate.not_null('{name}', drop_relationship_type.name);
    EXECUTE format('DELETE FROM %I.relationship_type WHERE type_id = $1', workspace)
        USING relate.find_id(workspace, 'relationship_type', drop_relationship_type.name);
END;
$$;
COMMENT ON FUNCTION relate.drop_relationship_type(text) IS
'Drops a relationship type of the current workspace. Errors: 42704 no such type, 2BP01 while it has relationships, with their count.';

CREATE FUNCTION relate.relationship_types()
RETURNS TABLE (name text, source_module text, source_role text, label text, target_module text, target_role text,
               inverse_label text, cardinality relate.cardinality, is_symmetric boolean, hierarchy_parent text,
               is_perpetual boolean, is_active boolean, category text, description text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.name, source.name, t.source_role, t.label, target.name, t.target_role, t.inverse_label, '
        't.cardinality, t.is_symmetric, t.hierarchy_parent, t.is_perpetual, t.is_active, t.category, t.description '
        'FROM %1$I.relationship_type t '
        'LEFT JOIN %1$I.module source ON source.module_id = t.source_module_id '
        'LEFT JOIN %1$I.module target ON target.module_id = t.target_module_id '
        'ORDER BY t.name', relate.current_workspace());
END;
$$;
COMMENT ON FUNCTION relate.relationship_types() IS
'Lists the relationship types of the current workspace, by name. A null module stands for any.';

CREATE FUNCTION relate.relationship_type_stats()
RETURNS TABLE (type text, source_module text, target_module text, cardinality relate.cardinality, total bigint,
               current bigint, past bigint, future bigint, sources bigint, targets bigint, first_start date,
               last_start date)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    RETURN QUERY EXECUTE format($sql$
        SELECT t.name, source.name, target.name, t.cardinality, coalesce(r.total, 0),
               CASE WHEN t.is_perpetual THEN coalesce(r.total, 0) ELSE coalesce(r.total - r.past - r.future, 0) END,
               CASE WHEN t.is_perpetual THEN 0 ELSE coalesce(r.past, 0) END,
               CASE WHEN t.is_perpetual THEN 0 ELSE coalesce(r.future, 0) END,
               coalesce(r.sources, 0), coalesce(r.targets, 0),
               CASE WHEN NOT t.is_perpetual THEN r.first_start END,
               CASE WHEN NOT t.is_perpetual THEN r.last_start END
        FROM %1$I.relationship_type t
        LEFT JOIN %1$I.module source ON source.module_id = t.source_module_id
        LEFT JOIN %1$I.module target ON target.module_id = t.target_module_id
        LEFT JOIN (SELECT type_id, count(*) AS total,
                          count(*) FILTER (WHERE end_date < current_date) AS past,
                          count(*) FILTER (WHERE start_date > current_date) AS future,
                          count(DISTINCT (source_module_id, source_key)) AS sources,
                          count(DISTINCT (target_module_id, target_key)) AS targets,
                          min(start_date) AS first_start, max(start_date) AS last_start
                   FROM %1$I.relationship GROUP BY type_id) AS r ON r.type_id = t.type_id
        ORDER BY t.name
        $sql$, relate.current_workspace());
END;
$body$;
COMMENT ON FUNCTION relate.relationship_type_stats() IS
'One row for each relationship type of the current workspace, unused ones too: how many relationships there are, were and will be as of current_date, of how many different source and target records, and the first and last start date. Perpetual relationships are all current.';

-- ---- the preview ------------------------------------------------------------------------

CREATE FUNCTION relate.type_nouns(draft relate.type_draft, source relate.module_entry, target relate.module_entry,
                                  OUT source_one text, OUT source_many text, OUT target_one text, OUT target_many text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    source_one := coalesce(source.singular, relate.label_of(draft.source_kind), 'record');
    source_many := coalesce(source.plural, relate.plural_of(source_one));
    target_one := coalesce(target.singular, relate.label_of(draft.target_kind), 'record');
    target_many := coalesce(target.plural, relate.plural_of(target_one));
    IF source_one <> target_one OR draft.is_symmetric THEN
        RETURN;
    END IF;
    -- The same word on both sides: the roles tell them apart.
    IF draft.source_role = draft.target_role THEN
        source_one := 'source ' || source_one;
        source_many := 'source ' || source_many;
        target_one := 'target ' || target_one;
        target_many := 'target ' || target_many;
        RETURN;
    END IF;
    IF draft.source_role <> source_one THEN
        source_one := format('%s (%s)', source_one, draft.source_role);
        source_many := format('%s (%s)', source_many, relate.plural_of(draft.source_role));
    END IF;
    IF draft.target_role <> target_one THEN
        target_one := format('%s (%s)', target_one, draft.target_role);
        target_many := format('%s (%s)', target_many, relate.plural_of(draft.target_role));
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.type_nouns(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. What to call one and several records of each side, so that the two sides are told apart.';

CREATE FUNCTION relate.quantity(maximum int, one text, many text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN maximum = 1 THEN 'at most one ' || one
            WHEN maximum > 1 THEN format('up to %s %s', maximum, many)
            ELSE 'multiple ' || many END;
COMMENT ON FUNCTION relate.quantity(int, text, text) IS
'Internal. "multiple Tickets", or with a limit "up to 3 Tickets".';

CREATE FUNCTION relate.type_sentence(draft relate.type_draft, source relate.module_entry, target relate.module_entry)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    noun record := relate.type_nouns(draft, source, target);
    targets text := relate.quantity(draft.max_targets_per_source, noun.target_one, noun.target_many);
    sources text := relate.quantity(draft.max_sources_per_target, noun.source_one, noun.source_many);
BEGIN
    IF draft.is_symmetric THEN
        RETURN format('Each %s can be related to %s, and the relationship reads the same from both sides.',
                      noun.source_one,
                      CASE WHEN draft.cardinality = 'one_to_one' THEN 'only one other ' || noun.target_one
                           ELSE relate.quantity(draft.max_targets_per_source, 'other ' || noun.target_one,
                                                'other ' || noun.target_many) END
                      || CASE WHEN draft.allow_self THEN ' or to itself' ELSE '' END);
    END IF;
    RETURN CASE draft.cardinality
        WHEN 'one_to_one' THEN format('Each %s can have only one %s, and each %s will belong to only one %s.',
                                      noun.source_one, noun.target_one, noun.target_one, noun.source_one)
        WHEN 'one_to_many' THEN format('Each %s can have %s, but each %s will belong to only one %s.',
                                       noun.source_one, targets, noun.target_one, noun.source_one)
        WHEN 'many_to_one' THEN format('Each %s will belong to only one %s, but each %s can have %s.',
                                       noun.source_one, noun.target_one, noun.target_one, sources)
        ELSE format('Each %s can have %s, and each %s can have %s.',
                    noun.source_one, targets, noun.target_one, sources)
    END;
END;
$$;
COMMENT ON FUNCTION relate.type_sentence(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. The cardinality of a type in plain English: how many records each side can have.';

CREATE FUNCTION relate.type_sentence_of_dates(draft relate.type_draft, source relate.module_entry,
                                              target relate.module_entry)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    noun record := relate.type_nouns(draft, source, target);
BEGIN
    IF draft.is_perpetual THEN
        RETURN NULL;
    END IF;
    RETURN CASE
        WHEN draft.cardinality = 'one_to_one'
            THEN 'This holds at any one time: when one has ended, another may follow.'
        WHEN draft.cardinality = 'one_to_many'
            THEN format('This holds at any one time: over time each %s may pass from one %s to another.',
                        noun.target_one, noun.source_one)
        WHEN draft.cardinality = 'many_to_one'
            THEN format('This holds at any one time: over time each %s may pass from one %s to another.',
                        noun.source_one, noun.target_one)
        WHEN coalesce(draft.max_targets_per_source, draft.max_sources_per_target) IS NOT NULL
            THEN 'This holds at any one time: over time there may be more.'
        ELSE 'The same two can be related again when the relationship has ended.'
    END;
END;
$$;
COMMENT ON FUNCTION relate.type_sentence_of_dates(relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. What dates mean for the cardinality of a type; null for a perpetual one.';

CREATE FUNCTION relate.view_sentence(draft relate.type_draft, near_one text, far_one text, far_many text, maximum int,
                                     far_role text, label text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format('Each %s shows its %s under "%s", in the role "%s", with %simportance and %s.',
              near_one, CASE WHEN draft.is_symmetric THEN 'related ' ELSE '' END
                        || CASE maximum WHEN 1 THEN far_one ELSE far_many END,
              label, far_role, CASE WHEN draft.is_perpetual THEN '' ELSE 'start and end date, ' END,
              CASE WHEN draft.has_contact_details THEN 'contact details' ELSE 'description' END);
COMMENT ON FUNCTION relate.view_sentence(relate.type_draft, text, text, text, int, text, text) IS
'Internal. What the related records of a record will show, seen from the near side.';

CREATE FUNCTION relate.find_twin(workspace name, draft relate.type_draft) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    twin text;
BEGIN
    EXECUTE format($sql$
        SELECT t.name FROM %I.relationship_type t
        WHERE t.type_id <> $1 AND t.is_active
          AND ((t.source_module_id, t.target_module_id) IS NOT DISTINCT FROM ($2, $3)
               AND (t.label = $4 OR t.inverse_label = $5)
            OR (t.source_module_id, t.target_module_id) IS NOT DISTINCT FROM ($3, $2)
               AND (t.inverse_label = $4 OR t.label = $5))
        ORDER BY t.name LIMIT 1
        $sql$, workspace)
        INTO twin
        USING draft.type_id, draft.source_module_id, draft.target_module_id, draft.label, draft.inverse_label;
    RETURN twin;
END;
$body$;
COMMENT ON FUNCTION relate.find_twin(name, relate.type_draft) IS
'Internal. An active type that reads the same between the same modules; null if there is none.';

CREATE FUNCTION relate.type_warnings(workspace name, draft relate.type_draft, source relate.module_entry,
                                     target relate.module_entry)
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    twin text := relate.find_twin(workspace, draft);
    one_source boolean := draft.cardinality IN ('one_to_one', 'one_to_many');
    one_target boolean := draft.cardinality IN ('one_to_one', 'many_to_one');
    is_limited boolean := coalesce(draft.max_targets_per_source, draft.max_sources_per_target) IS NOT NULL;
    one_child boolean := CASE draft.hierarchy_parent WHEN 'source' THEN one_target WHEN 'target' THEN one_source END;
    one_parent boolean := CASE draft.hierarchy_parent WHEN 'source' THEN one_source WHEN 'target' THEN one_target END;
BEGIN
    RETURN array_remove(ARRAY[
        CASE WHEN twin IS NOT NULL THEN
            format('Relationship type "%s" reads the same between the same modules already.', twin) END,
        CASE WHEN source.name_columns = '{}' THEN
            format('Module "%s" has no name columns: its records are shown by their keys.', source.name) END,
        CASE WHEN target.name_columns = '{}' AND target.module_id IS DISTINCT FROM source.module_id THEN
            format('Module "%s" has no name columns: its records are shown by their keys.', target.name) END,
        CASE WHEN draft.cardinality = 'one_to_one' AND NOT draft.is_perpetual THEN
            'One at a time: a past and a present one may follow each other. '
            'If there can only ever be one, pass is_perpetual => true.' END,
        CASE WHEN is_limited AND draft.source_module_id IS NULL AND draft.target_module_id IS NULL THEN
            'The limits count the records of all modules together.' END,
        CASE WHEN NOT one_target AND draft.max_targets_per_source = 1
                  OR NOT one_source AND draft.max_sources_per_target = 1 THEN
            format('A limit of 1 makes a %s type one-sided: choose the cardinality that says one.', draft.cardinality) END,
        CASE WHEN one_child THEN
            'Each parent can have only one child: the hierarchy is a chain.' END,
        CASE WHEN NOT one_parent THEN
            'A child can have several parents: the hierarchy is not a tree.' END,
        CASE WHEN draft.source_role = draft.target_role AND draft.label <> draft.inverse_label
                  AND draft.source_module_id IS NOT DISTINCT FROM draft.target_module_id THEN
            'Both sides have the same module and role: only the labels tell the directions apart.' END,
        CASE WHEN draft.label = draft.inverse_label AND NOT draft.is_symmetric
                  AND draft.source_module_id IS NOT DISTINCT FROM draft.target_module_id THEN
            'It reads the same in both directions: if (a, b) and (b, a) are the same, pass is_symmetric => true.' END,
        CASE WHEN (draft.source_may <> '{}' OR draft.target_may <> '{}') AND NOT draft.has_contact_details THEN
            'It gives the right to act for others, but keeps no contact details.' END,
        CASE WHEN draft.allow_self AND draft.source_module_id <> draft.target_module_id THEN
            'allow_self has no effect between different modules.' END,
        CASE WHEN NOT draft.is_active THEN
            'The type is not active: it takes no relationships until it is.' END], NULL);
END;
$$;
COMMENT ON FUNCTION relate.type_warnings(name, relate.type_draft, relate.module_entry, relate.module_entry) IS
'Internal. What is allowed but probably not meant.';

CREATE FUNCTION relate.preview_relationship_type(name text, source_module text DEFAULT NULL,
    target_module text DEFAULT NULL, cardinality text DEFAULT 'many_to_many', source_role text DEFAULT NULL,
    target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL,
    is_symmetric boolean DEFAULT false, max_targets_per_source int DEFAULT NULL,
    max_sources_per_target int DEFAULT NULL, hierarchy_parent text DEFAULT NULL, default_importance int DEFAULT 3,
    is_perpetual boolean DEFAULT false, has_contact_details boolean DEFAULT NULL, source_may text[] DEFAULT NULL,
    target_may text[] DEFAULT NULL, allow_self boolean DEFAULT false, on_source_delete text DEFAULT NULL,
    on_target_delete text DEFAULT NULL, source_kind text DEFAULT NULL, target_kind text DEFAULT NULL,
    category text DEFAULT NULL, description text DEFAULT NULL, is_active boolean DEFAULT true,
    on_kind_change text DEFAULT NULL,
    OUT parent_module text, OUT child_module text, OUT sentence text, OUT source_view text, OUT target_view text,
    OUT warnings text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    draft relate.type_draft;
    source relate.module_entry;
    target relate.module_entry;
    noun record;
    parent text;
BEGIN
    draft := relate.draft_type(workspace, name, source_module, target_module, cardinality, source_role, target_role,
        label, inverse_label, is_symmetric, max_targets_per_source, max_sources_per_target, hierarchy_parent,
        default_importance, is_perpetual, has_contact_details, source_may, target_may, allow_self, on_source_delete,
        on_target_delete, source_kind, target_kind, category, description, is_active, on_kind_change);
    source := relate.find_module(workspace, draft.source_module_id);
    target := relate.find_module(workspace, draft.target_module_id);
    PERFORM relate.check_type(draft, source, target);
    PERFORM relate.check_type_is_new(workspace, draft.type_id, draft.name);

    parent := CASE WHEN draft.hierarchy_parent IS NOT NULL THEN draft.hierarchy_parent
                   WHEN draft.cardinality = 'many_to_many' OR draft.is_symmetric THEN NULL
                   WHEN draft.cardinality = 'many_to_one' THEN 'target'
                   ELSE 'source' END;
    parent_module := CASE parent WHEN 'source' THEN source.name WHEN 'target' THEN target.name END;
    child_module := CASE parent WHEN 'source' THEN target.name WHEN 'target' THEN source.name END;
    noun := relate.type_nouns(draft, source, target);
    sentence := concat_ws(' ', relate.type_sentence(draft, source, target),
                          relate.type_sentence_of_dates(draft, source, target));
    source_view := relate.view_sentence(draft, noun.source_one, noun.target_one, noun.target_many,
                                        draft.max_targets_per_source, draft.target_role, draft.label);
    target_view := relate.view_sentence(draft, noun.target_one, noun.source_one, noun.source_many,
                                        draft.max_sources_per_target, draft.source_role, draft.inverse_label);
    warnings := relate.type_warnings(workspace, draft, source, target);
END;
$$;
COMMENT ON FUNCTION relate.preview_relationship_type(text, text, text, text, text, text, text, text, boolean, int, int, text, int, boolean, boolean, text[], text[], boolean, text, text, text, text, text, text, boolean, text) IS
'What create_relationship_type with the same arguments would make, or the error it would raise; changes nothing. parent_module and child_module: the side of which there is one (or the parent of a hierarchy) and the other, null for many_to_many and symmetric types; sentence: the cardinality in plain English; source_view, target_view: what each record will show of the other; warnings: what is allowed but probably not meant.';

-- ---- what may be related to what -----------------------------------------------------------

CREATE FUNCTION relate.count_partners(workspace name, type_id int, is_symmetric boolean, is_perpetual boolean,
                                      side text, module_id int, key relate.record_key)
RETURNS bigint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    partners bigint;
    condition text := format('type_id = $1 AND %I = $2 AND %I OPERATOR(relate.=) $3', side || '_module_id', side || '_key');
BEGIN
    IF is_symmetric THEN
        condition := 'type_id = $1 AND (source_module_id = $2 AND source_key OPERATOR(relate.=) $3'
                     ' OR target_module_id = $2 AND target_key OPERATOR(relate.=) $3)';
    END IF;
    EXECUTE format('SELECT count(*) FROM %I.relationship WHERE %s '
                   'AND ($4 OR coalesce(start_date <= current_date, true) AND coalesce(end_date >= current_date, true))',
                   workspace, condition)
        INTO partners USING type_id, module_id, key, is_perpetual;
    RETURN partners;
END;
$$;
COMMENT ON FUNCTION relate.count_partners(name, int, boolean, boolean, text, int, relate.record_key) IS
'Internal. How many relationships of a type the record has today on this side (source or target; on either, if symmetric).';

CREATE FUNCTION relate.are_partners(workspace name, type_id int, is_symmetric boolean, is_perpetual boolean,
                                    source_id int, source_key relate.record_key, target_id int,
                                    target_key relate.record_key)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found boolean;
    pair CONSTANT text := 'source_module_id = %s AND source_key OPERATOR(relate.=) %s '
                          'AND target_module_id = %s AND target_key OPERATOR(relate.=) %s';
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.relationship WHERE type_id = $1 AND (%s OR $7 AND %s) '
                   'AND ($6 OR coalesce(start_date <= current_date, true) AND coalesce(end_date >= current_date, true)))',
                   workspace, format(pair, '$2', '$3', '$4', '$5'), format(pair, '$4', '$5', '$2', '$3'))
        INTO found USING type_id, source_id, source_key, target_id, target_key, is_perpetual, is_symmetric;
    RETURN found;
END;
$$;
COMMENT ON FUNCTION relate.are_partners(name, int, boolean, boolean, int, relate.record_key, int, relate.record_key) IS
'Internal. Whether the two records are related today by this type, in either direction if it is symmetric.';

CREATE FUNCTION relate.why_no_room(workspace name, draft relate.type_draft, source relate.module_entry,
                                   source_key relate.record_key, target relate.module_entry,
                                   target_key relate.record_key)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    targets bigint;
    sources bigint;
BEGIN
    IF NOT draft.allow_self AND source.module_id = target.module_id AND source_key OPERATOR(relate.=) target_key THEN
        RETURN 'a record cannot be related to itself';
    END IF;
    IF relate.are_partners(workspace, draft.type_id, draft.is_symmetric, draft.is_perpetual, source.module_id,
                           source_key, target.module_id, target_key) THEN
        RETURN 'they are related by it already';
    END IF;
    targets := relate.count_partners(workspace, draft.type_id, draft.is_symmetric, draft.is_perpetual, 'source',
                                     source.module_id, source_key);
    IF targets >= draft.max_targets_per_source THEN
        RETURN format('%s %s has %s of at most %s', source.name, source_key, targets, draft.max_targets_per_source);
    END IF;
    sources := relate.count_partners(workspace, draft.type_id, draft.is_symmetric, draft.is_perpetual, 'target',
                                     target.module_id, target_key);
    IF sources >= draft.max_sources_per_target THEN
        RETURN format('%s %s has %s of at most %s', target.name, target_key, sources, draft.max_sources_per_target);
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relate.why_no_room(name, relate.type_draft, relate.module_entry, relate.record_key, relate.module_entry, relate.record_key) IS
'Internal. Why the two records cannot be related by this type today; null if they can.';

CREATE FUNCTION relate.possible_types(from_module text, from_key relate.record_key, to_module text,
                                      to_key relate.record_key)
RETURNS TABLE (type text, label text, direction text, has_room boolean, reason text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    near relate.module_entry;
    far relate.module_entry;
    draft relate.type_draft;
    type_row jsonb;
BEGIN
    PERFORM relate.not_null('{from_module, from_key, to_module, to_key}', from_module, from_key::text, to_module,
                            to_key::text);
    near := relate.find_module(workspace, relate.find_id(workspace, 'module', from_module));
    far := relate.find_module(workspace, relate.find_id(workspace, 'module', to_module));
    from_key := relate.canonical_key(near.module_id, from_key);
    to_key := relate.canonical_key(far.module_id, to_key);
    FOR type_row, direction IN EXECUTE format($sql$
        SELECT to_jsonb(t), way.direction
        FROM %I.relationship_type t
        CROSS JOIN LATERAL (VALUES ('forward', source_module_id, source_kind, target_module_id, target_kind),
                                   ('backward', target_module_id, target_kind, source_module_id, source_kind))
             AS way (direction, near_id, near_kind, far_id, far_kind)
        WHERE t.is_active AND coalesce(near_id = $1, true) AND coalesce(far_id = $3, true)
          AND (near_kind IS NULL OR near_kind = $2) AND (far_kind IS NULL OR far_kind = $4)
          AND NOT (t.is_symmetric AND way.direction = 'backward')
        ORDER BY t.name, way.direction DESC
        $sql$, workspace)
        USING near.module_id, relate.record_kind(from_module, from_key),
              far.module_id, relate.record_kind(to_module, to_key)
    LOOP
        draft := jsonb_populate_record(NULL::relate.type_draft, type_row);
        type := draft.name;
        IF direction = 'forward' THEN
            label := draft.label;
            reason := relate.why_no_room(workspace, draft, near, from_key, far, to_key);
        ELSE
            label := draft.inverse_label;
            reason := relate.why_no_room(workspace, draft, far, to_key, near, from_key);
        END IF;
        has_room := reason IS NULL;
        RETURN NEXT;
    END LOOP;
END;
$body$;
COMMENT ON FUNCTION relate.possible_types(text, relate.record_key, text, relate.record_key) IS
'The active relationship types that the modules and kinds of two records allow, with the label as read from the first record to the second. direction: forward if the first is the source, backward if it is the target. has_room: whether another relationship fits today; reason: if not, why. Errors: 42704 unknown module, 22004.';

-- ---------------------------------------------------------------------------
-- Changing a relationship type.
--
-- One path for every writer: relate.change_type, run by the trigger of the table
-- "relationship_type", takes the type exclusively, so that writers of its
-- relationships wait, and holds the existing ones against the rules that become
-- stricter, as they are at that moment. relate.on_invalid says what becomes of
-- offenders: plain UPDATE obeys the setting, alter_relationship_type sets it from
-- its argument. The preview asks the same questions and changes nothing.
--
-- Who offends: relationships are taken in the order in which they begin (then by
-- id), and keep their place where there is room; those that find none offend.
-- With on_invalid = 'end', only what holds after today is looked at: running
-- offenders end today, those to come are deleted, the past stays as it was.
-- ---------------------------------------------------------------------------

CREATE TYPE relate.type_offence AS (
    rule text,
    offenders bigint[],
    rivals bigint[]
);
COMMENT ON TYPE relate.type_offence IS
'Internal. A rule that a changed type would break: by which relationships, and for each the one in its way, or null.';

CREATE FUNCTION relate.lock_relationship_type(type_table regclass, type_id int) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'relate_lock_relationship_type';
COMMENT ON FUNCTION relate.lock_relationship_type(regclass, int) IS
'Internal. Keeps writers of relationships of this type out until the end of the transaction. Errors: 42501 for who may not change the workspace''s types, 42809 another table.';

CREATE FUNCTION relate.count_relationships(type_table regclass, type_id int) RETURNS bigint
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'relate_count_relationships';
COMMENT ON FUNCTION relate.count_relationships(regclass, int) IS
'Internal. How many relationships of the type there are at this moment, whatever the isolation level and the caller''s policies. Errors as of relate.lock_relationship_type.';

CREATE FUNCTION relate.type_offences(type_table regclass, was relate.type_draft, becomes relate.type_draft, since date)
RETURNS SETOF relate.type_offence
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'relate_type_offences';
COMMENT ON FUNCTION relate.type_offences(regclass, relate.type_draft, relate.type_draft, date) IS
'Internal. relate.find_offences over all relationships as they are at this moment, whatever the isolation level and the caller''s policies. Errors as of relate.lock_relationship_type.';

-- ---- what a change asks of the rows ------------------------------------------------

CREATE FUNCTION relate.changes_rules(was relate.type_draft, becomes relate.type_draft) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (was.source_module_id, was.target_module_id, was.source_kind, was.target_kind, was.is_symmetric,
        was.cardinality, was.max_targets_per_source, was.max_sources_per_target, was.hierarchy_parent,
        was.is_perpetual, was.has_contact_details, was.allow_self, was.is_active)
    IS DISTINCT FROM
       (becomes.source_module_id, becomes.target_module_id, becomes.source_kind, becomes.target_kind,
        becomes.is_symmetric, becomes.cardinality, becomes.max_targets_per_source, becomes.max_sources_per_target,
        becomes.hierarchy_parent, becomes.is_perpetual, becomes.has_contact_details, becomes.allow_self,
        becomes.is_active);
COMMENT ON FUNCTION relate.changes_rules(relate.type_draft, relate.type_draft) IS
'Internal. Whether a change touches what writers of relationships obey; names, labels and the like do not.';

CREATE FUNCTION relate.stricter_rules(was relate.type_draft, becomes relate.type_draft) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_remove(ARRAY[
        CASE WHEN was.allow_self AND NOT becomes.allow_self THEN 'self' END,
        CASE WHEN was.has_contact_details AND NOT becomes.has_contact_details THEN 'contact' END,
        CASE WHEN is_denser THEN 'duplicate' END,
        CASE WHEN becomes.max_targets_per_source < coalesce(was.max_targets_per_source, 2147483647)
                  OR is_denser AND becomes.max_targets_per_source IS NOT NULL THEN 'targets' END,
        CASE WHEN becomes.max_sources_per_target < coalesce(was.max_sources_per_target, 2147483647)
                  OR is_denser AND becomes.max_sources_per_target IS NOT NULL THEN 'sources' END,
        CASE WHEN is_denser THEN 'primary' END,
        CASE WHEN becomes.hierarchy_parent IS NOT NULL AND (was.hierarchy_parent IS NULL OR is_denser) THEN 'cycle' END],
        NULL)
    -- Without dates, or with both directions as one, relationships meet that did not.
    FROM (SELECT NOT was.is_perpetual AND becomes.is_perpetual OR NOT was.is_symmetric AND becomes.is_symmetric)
        AS change (is_denser)
$$;
COMMENT ON FUNCTION relate.stricter_rules(relate.type_draft, relate.type_draft) IS
'Internal. The rules that existing relationships may break after a change, of self, contact, duplicate, targets, sources, primary, cycle. Dates that come back, and a parent that changes sides, cannot break any.';

CREATE FUNCTION relate.unfit_rule_sql(rules text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN 'CASE'
    || CASE WHEN 'self' = ANY (rules)
            THEN ' WHEN r.source_module_id = r.target_module_id AND r.source_key OPERATOR(relate.=) r.target_key '
                 'THEN ''relationship_self''' ELSE '' END
    || CASE WHEN 'contact' = ANY (rules)
            THEN ' WHEN num_nonnulls(r.email, r.phone, r.address, r.address_module_id, r.address_key) > 0 '
                 'THEN ''relationship_contact''' ELSE '' END
    || ' WHEN false THEN '''' END';
COMMENT ON FUNCTION relate.unfit_rule_sql(text[]) IS
'Internal. SQL for the rule that relationship r breaks by itself, or null.';

CREATE FUNCTION relate.held_sql(workspace name, becomes relate.type_draft, rules text[], since date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format($sql$
    SELECT id, is_primary, began, greatest(began, %6$L) AS first, ended AS last,
           CASE WHEN turned THEN tm ELSE sm END AS sm, CASE WHEN turned THEN tk ELSE sk END AS sk,
           CASE WHEN turned THEN sm ELSE tm END AS tm, CASE WHEN turned THEN sk ELSE tk END AS tk
    FROM (SELECT r.relationship_id AS id, r.is_primary,
                 r.source_module_id AS sm, r.source_key AS sk, r.target_module_id AS tm, r.target_key AS tk,
                 CASE WHEN %3$L THEN '-infinity' ELSE coalesce(r.start_date, '-infinity') END AS began,
                 CASE WHEN %3$L THEN 'infinity' ELSE coalesce(r.end_date, 'infinity') END AS ended,
                 -- Of a symmetric type, (a, b) and (b, a) are one.
                 %4$L AND (r.source_module_id > r.target_module_id
                           OR r.source_module_id = r.target_module_id
                              AND r.source_key OPERATOR(relate.>) r.target_key) AS turned
          FROM %1$I.relationship r
          WHERE r.type_id = %2$L AND %5$s IS NULL) AS r
    WHERE ended >= %6$L
    $sql$, workspace, becomes.type_id, becomes.is_perpetual, becomes.is_symmetric, relate.unfit_rule_sql(rules), since);
COMMENT ON FUNCTION relate.held_sql(name, relate.type_draft, text[], date) IS
'Internal. SQL for the relationships of a type from this day on, as its new rules take them: id, is_primary, when it began, first and last day, source and target. Without those that are unfit by themselves.';

CREATE FUNCTION relate.find_unfit(workspace name, becomes relate.type_draft, rules text[], since date)
RETURNS TABLE (rule text, offender bigint, rival bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF rules && '{self,contact}' THEN
        RETURN QUERY EXECUTE format('SELECT rule, id, NULL::bigint FROM (SELECT %s AS rule, r.relationship_id AS id '
            'FROM %I.relationship r WHERE r.type_id = %L AND coalesce(r.end_date, ''infinity'') >= %L) AS r '
            'WHERE rule IS NOT NULL', relate.unfit_rule_sql(rules), workspace, becomes.type_id, since);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.find_unfit(name, relate.type_draft, text[], date) IS
'Internal. Relationships that break a rule by themselves: with itself, or with contact details.';

-- ---- too many: duplicates, limits, primaries ----------------------------------------

CREATE FUNCTION relate.seats_sql(becomes relate.type_draft, rules text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(format('SELECT %s AS rule, %s AS room, id, began, first, last, %s FROM held WHERE %s',
                             number, room, columns, condition), ' UNION ALL ')
    FROM (VALUES
        ('duplicate', 1, 1, 'sm AS m1, sk AS k1, tm AS m2, tk AS k2', 'true', true),
        ('targets', 2, becomes.max_targets_per_source, 'sm AS m1, sk AS k1, sm AS m2, sk AS k2', 'true', true),
        -- Both sides of a symmetric type share one limit.
        ('sources', CASE WHEN becomes.is_symmetric THEN 2 ELSE 3 END, becomes.max_sources_per_target,
         'tm AS m1, tk AS k1, tm AS m2, tk AS k2',
         CASE WHEN becomes.is_symmetric THEN 'NOT (sm = tm AND sk OPERATOR(relate.=) tk)' ELSE 'true' END, true),
        ('primary', 4, 1, 'tm AS m1, tk AS k1, tm AS m2, tk AS k2', 'is_primary', true),
        ('primary', 4, 1, 'sm AS m1, sk AS k1, sm AS m2, sk AS k2',
         'is_primary AND NOT (sm = tm AND sk OPERATOR(relate.=) tk)', becomes.is_symmetric)
    ) AS seat (rule, number, room, columns, condition, applies)
    WHERE applies AND seat.rule = ANY (rules)
$$;
COMMENT ON FUNCTION relate.seats_sql(relate.type_draft, text[]) IS
'Internal. SQL for the seats that each held relationship takes: by which rule, with how much room for all, and at whose table: a pair''s or a record''s. Null where no such rule is asked for.';

CREATE FUNCTION relate.crowded_seats_sql(workspace name, becomes relate.type_draft, rules text[], since date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format($sql$
    WITH held AS (%s), seat AS (%s),
    -- Most places are left after one pass: nobody there ever meets another.
    met AS (SELECT *, max(last) OVER (PARTITION BY rule, m1, k1, m2, k2 ORDER BY first
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) >= first AS meets FROM seat),
    shared AS (SELECT *, bool_or(meets) OVER (PARTITION BY rule, m1, k1, m2, k2) AS is_shared FROM met),
    change AS (
        SELECT *, first AS day, 1 AS difference FROM shared WHERE is_shared
        UNION ALL
        SELECT *, last + 1, -1 FROM shared WHERE is_shared AND last < '5874897-12-31'
    ),
    swept AS (SELECT *, sum(difference) OVER (PARTITION BY rule, m1, k1, m2, k2 ORDER BY day, difference) AS present
              FROM change),
    peak AS (SELECT *, max(present) OVER (PARTITION BY rule, m1, k1, m2, k2) AS most FROM swept),
    crowded AS (SELECT *, dense_rank() OVER (ORDER BY rule, m1, k1, m2, k2)::int AS place
                FROM peak WHERE most > room AND difference = 1)
    SELECT id, first, last, array_agg(place ORDER BY rule, place) AS places,
           array_agg(room ORDER BY rule, place) AS rooms, array_agg(rule ORDER BY rule, place) AS rules
    FROM crowded GROUP BY id, began, first, last ORDER BY began, id
    $sql$, relate.held_sql(workspace, becomes, rules, since), relate.seats_sql(becomes, rules));
COMMENT ON FUNCTION relate.crowded_seats_sql(name, relate.type_draft, text[], date) IS
'Internal. SQL for the relationships at places where on some day more are present than there is room for, with those places, in the order in which they began.';

CREATE FUNCTION relate.find_crowds(workspace name, becomes relate.type_draft, asked text[], since date)
RETURNS TABLE (rule text, offender bigint, rival bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    names CONSTANT text[] := '{relationship_duplicate,relationship_cardinality,relationship_cardinality,'
                             'relationship_primary}';
    width CONSTANT bigint := greatest(becomes.max_targets_per_source, becomes.max_sources_per_target, 1);
    taken_until date[] := '{}'; -- chairs: `width` of them for each place
    taken_by bigint[] := '{}';
    one record;
    chair int;
    chairs int[];
BEGIN
    IF NOT asked && '{duplicate,targets,sources,primary}' THEN
        RETURN;
    END IF;
    <<relationships>>
    FOR one IN EXECUTE relate.crowded_seats_sql(workspace, becomes, asked, since) LOOP
        chairs := '{}';
        FOR i IN 1 .. cardinality(one.places) LOOP
            chair := (one.places[i] - 1) * width + 1;
            WHILE taken_until[chair] >= one.first AND chair < (one.places[i] - 1) * width + one.rooms[i] LOOP
                chair := chair + 1;
            END LOOP;
            IF taken_until[chair] >= one.first THEN
                rule := names[one.rules[i]];
                offender := one.id;
                rival := taken_by[chair];
                RETURN NEXT;
                CONTINUE relationships;
            END IF;
            chairs := chairs || chair;
        END LOOP;
        FOREACH chair IN ARRAY chairs LOOP
            taken_until[chair] := one.last;
            taken_by[chair] := one.id;
        END LOOP;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.find_crowds(name, relate.type_draft, text[], date) IS
'Internal. Relationships that find no room, each with one that was there before: of the same pair, of a record with a limit, or primary. The earliest keep their places.';

-- ---- cycles ----------------------------------------------------------------------------

CREATE FUNCTION relate.find_cycles(workspace name, becomes relate.type_draft, asked text[], since date)
RETURNS TABLE (rule text, offender bigint, rival bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off -- ruinous where the planner takes a freshly loaded table for a small one
AS $$
DECLARE
    child CONSTANT text := CASE becomes.hierarchy_parent WHEN 'source' THEN 't' ELSE 's' END;
    parent CONSTANT text := CASE becomes.hierarchy_parent WHEN 'source' THEN 's' ELSE 't' END;
BEGIN
    IF 'cycle' <> ALL (asked) THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($sql$
        WITH RECURSIVE held AS (%1$s),
        edge AS (SELECT id, first, last, %2$sm AS cm, %2$sk AS ck, %3$sm AS pm, %3$sk AS pk,
                        row_number() OVER (ORDER BY began, id) AS place FROM held),
        -- Only records above some and below others can be on a cycle.
        inner_edge AS (
            SELECT * FROM edge e
            WHERE EXISTS (SELECT FROM edge x WHERE x.pm = e.cm AND x.pk OPERATOR(relate.=) e.ck)
              AND EXISTS (SELECT FROM edge x WHERE x.cm = e.pm AND x.ck OPERATOR(relate.=) e.pk)
        ),
        walk AS (
            SELECT id, place, cm, ck, pm AS m, pk AS k, first, last FROM inner_edge
            UNION
            SELECT w.id, w.place, w.cm, w.ck, e.pm, e.pk, greatest(w.first, e.first), least(w.last, e.last)
            FROM walk w
            JOIN inner_edge e ON e.cm = w.m AND e.ck OPERATOR(relate.=) w.k
            WHERE e.place < w.place AND greatest(w.first, e.first) <= least(w.last, e.last)
              AND NOT (w.m = w.cm AND w.k OPERATOR(relate.=) w.ck)
        )
        SELECT DISTINCT 'relationship_cycle', id, NULL::bigint FROM walk WHERE m = cm AND k OPERATOR(relate.=) ck
        $sql$, relate.held_sql(workspace, becomes, asked, since), child, parent);
END;
$$;
COMMENT ON FUNCTION relate.find_cycles(name, relate.type_draft, text[], date) IS
'Internal. Relationships that close a cycle on some day with others that began earlier.';

CREATE FUNCTION relate.find_offences(workspace name, was relate.type_draft, becomes relate.type_draft, since date)
RETURNS SETOF relate.type_offence
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rules CONSTANT text[] := relate.stricter_rules(was, becomes);
BEGIN
    RETURN QUERY
        SELECT one.rule, array_agg(one.offender ORDER BY one.offender), array_agg(one.rival ORDER BY one.offender)
        FROM (SELECT DISTINCT ON (found.offender) found.place, found.rule, found.offender, found.rival
              FROM (SELECT 1 AS place, u.* FROM relate.find_unfit(workspace, becomes, rules, since) AS u
                    UNION ALL SELECT 2, c.* FROM relate.find_crowds(workspace, becomes, rules, since) AS c
                    UNION ALL SELECT 3, c.* FROM relate.find_cycles(workspace, becomes, rules, since) AS c) AS found
              ORDER BY found.offender, found.place) AS one
        GROUP BY one.rule
        ORDER BY array_position('{relationship_self,relationship_contact,relationship_duplicate,'
                                'relationship_cardinality,relationship_primary,relationship_cycle}', one.rule);
END;
$$;
COMMENT ON FUNCTION relate.find_offences(name, relate.type_draft, relate.type_draft, date) IS
'Internal. The rules that a changed type would break from this day on, in the order of the rules, each offender once. Sees what the calling statement sees.';

-- ---- in words ---------------------------------------------------------------------------

CREATE FUNCTION relate.describe_relationship(workspace name, id bigint) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    words text;
BEGIN
    IF has_table_privilege(format('%I.relationship_list', workspace), 'SELECT') THEN
        EXECUTE format($sql$
            SELECT format(' (%%s %%s %%s%%s%%s)', coalesce(source_name, source_role), label,
                          coalesce(target_name, target_role), ' from ' || to_char(start_date, 'YYYY-MM-DD'),
                          ' to ' || to_char(end_date, 'YYYY-MM-DD'))
            FROM %I.relationship_list WHERE relationship_id = $1
            $sql$, workspace) INTO words USING id;
    END IF;
    RETURN id || coalesce(words, '');
END;
$body$;
COMMENT ON FUNCTION relate.describe_relationship(name, bigint) IS
'Internal. The number of a relationship and, as far as the caller may see it, who is related to whom and when.';

CREATE FUNCTION relate.first_offenders(workspace name, offence relate.type_offence) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(relate.describe_relationship(workspace, offender)
                     || coalesce(' beside ' || relate.describe_relationship(workspace, rival), '') ORDER BY place)
    FROM unnest((offence).offenders[:5], (offence).rivals[:5]) WITH ORDINALITY AS one (offender, rival, place)
$$;
COMMENT ON FUNCTION relate.first_offenders(name, relate.type_offence) IS
'Internal. The first five offenders in words, each beside the one in its way.';

CREATE FUNCTION relate.offence_words(was relate.type_draft, becomes relate.type_draft, rule text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN becomes.is_perpetual AND NOT was.is_perpetual
                 AND rule NOT IN ('relationship_self', 'relationship_contact') THEN 'without their dates ' ELSE '' END
    || CASE rule
           WHEN 'relationship_self' THEN 'relate a record to itself'
           WHEN 'relationship_contact' THEN 'have contact details'
           WHEN 'relationship_duplicate' THEN 'repeat others of the same records'
           WHEN 'relationship_cardinality' THEN 'are too many for a record'
           WHEN 'relationship_primary' THEN 'are primary beside others'
           ELSE 'close a cycle in the hierarchy' END;
COMMENT ON FUNCTION relate.offence_words(relate.type_draft, relate.type_draft, text) IS
'Internal. What offenders against a rule do: "are too many for a record".';

-- ---- the decision -----------------------------------------------------------------------

CREATE FUNCTION relate.refuse_other_id(workspace name, was relate.type_draft, becomes relate.type_draft) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF was.type_id <> becomes.type_id THEN
        RAISE 'the id of relationship type "%" cannot change', was.name
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace, TABLE = 'relationship_type',
                  DETAIL = 'Relationships refer to it.', HINT = 'Declare another type.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_other_id(name, relate.type_draft, relate.type_draft) IS
'Internal. Refuses (55000) another id for a type.';

CREATE FUNCTION relate.refuse_used_sides(type_table regclass, workspace name, was relate.type_draft,
                                         becomes relate.type_draft) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (was.source_module_id, was.target_module_id, was.source_kind, was.target_kind) IS DISTINCT FROM
       (becomes.source_module_id, becomes.target_module_id, becomes.source_kind, becomes.target_kind)
       AND relate.count_relationships(type_table, was.type_id) > 0 THEN
        RAISE 'modules and kinds of relationship type "%" cannot change', was.name
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace, TABLE = 'relationship_type',
                  DETAIL = 'It has relationships.', HINT = 'Declare another type.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_used_sides(regclass, name, relate.type_draft, relate.type_draft) IS
'Internal. Refuses (55000) another module or kind for a type that has relationships.';

CREATE FUNCTION relate.offences_since(on_invalid text, becomes relate.type_draft) RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF on_invalid IS NULL OR on_invalid NOT IN ('restrict', 'ignore', 'end', 'delete') THEN
        RAISE 'unknown on_invalid "%"', on_invalid
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is restrict, ignore, end or delete.';
    ELSIF on_invalid = 'end' AND becomes.is_perpetual THEN
        RAISE 'relationships of a perpetual type cannot be ended'
            USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Their dates do not count.',
                  HINT = 'Say on_invalid => ''delete'' or ''ignore''.';
    END IF;
    RETURN CASE on_invalid WHEN 'end' THEN current_date + 1 ELSE '-infinity' END;
END;
$$;
COMMENT ON FUNCTION relate.offences_since(text, relate.type_draft) IS
'Internal. From which day on relationships are held against the new rules: the whole of time, or after today where offenders shall end. Raises 22023 for another word, and for end with a perpetual type.';

CREATE FUNCTION relate.refuse_change(workspace name, was relate.type_draft, becomes relate.type_draft,
                                     offences relate.type_offence[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first CONSTANT relate.type_offence := offences[1];
    count CONSTANT int := cardinality(first.offenders);
    others text;
BEGIN
    SELECT string_agg(format(' Others %s (%s).', relate.offence_words(was, becomes, o.rule),
                             cardinality(o.offenders)), '')
    INTO others FROM unnest(offences[2:]) AS o;
    RAISE 'relationship type "%" cannot change: it has relationships that % (%)', was.name,
          relate.offence_words(was, becomes, first.rule), count
        USING ERRCODE = CASE WHEN first.rule IN ('relationship_duplicate', 'relationship_cardinality',
                                                 'relationship_primary')
                             THEN 'unique_violation' ELSE 'check_violation' END,
              SCHEMA = workspace, TABLE = 'relationship', CONSTRAINT = first.rule,
              DETAIL = format('%s: %s%s.%s', CASE WHEN count > 5 THEN 'The first' ELSE 'They are' END,
                              array_to_string(relate.first_offenders(workspace, first), '; '),
                              CASE WHEN count > 5 THEN format('; and %s more', count - 5) ELSE '' END, others),
              HINT = 'Put them right first, or say what becomes of them: relate.alter_relationship_type takes '
                     'on_invalid => ''end'', ''delete'' or ''ignore''.';
END;
$$;
COMMENT ON FUNCTION relate.refuse_change(name, relate.type_draft, relate.type_draft, relate.type_offence[]) IS
'Internal. Refuses a change (23505 or 23514, with the rule as constraint), with the count and the first offenders.';

CREATE FUNCTION relate.put_right(workspace name, type_name text, offenders bigint[], on_invalid text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ended bigint := 0;
    deleted bigint;
BEGIN
    IF on_invalid = 'end' THEN
        EXECUTE format('UPDATE %I.relationship SET end_date = current_date WHERE relationship_id = ANY ($1) '
                       'AND coalesce(start_date, ''-infinity'') <= current_date', workspace) USING offenders;
        GET DIAGNOSTICS ended = ROW_COUNT;
    END IF;
    EXECUTE format('DELETE FROM %I.relationship WHERE relationship_id = ANY ($1) '
                   'AND ($2 OR start_date > current_date)', workspace) USING offenders, on_invalid = 'delete';
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF ended + deleted < cardinality(offenders) THEN
        RAISE 'not all relationships of type "%" that are in the way are visible to this transaction', type_name
            USING ERRCODE = 'serialization_failure', SCHEMA = workspace, TABLE = 'relationship',
                  DETAIL = format('There are %s, and %s can be seen.', cardinality(offenders), ended + deleted),
                  HINT = 'Retry the transaction; if that does not help, row security hides them from this role.';
    END IF;
    RAISE NOTICE 'relationship type "%": % relationships ended, % deleted', type_name, ended, deleted;
END;
$$;
COMMENT ON FUNCTION relate.put_right(name, text, bigint[], text) IS
'Internal. Ends offenders today, and deletes those that begin later; or deletes all. With the caller''s rights; 40001 where his snapshot does not show them all.';

CREATE FUNCTION relate.settle_offences(type_table regclass, workspace name, was relate.type_draft,
                                       becomes relate.type_draft, on_invalid text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    offences relate.type_offence[];
    offenders bigint[];
BEGIN
    SELECT array_agg(o) INTO offences
    FROM relate.type_offences(type_table, was, becomes, relate.offences_since(on_invalid, becomes)) AS o;
    IF offences IS NULL THEN
        RETURN;
    ELSIF on_invalid = 'restrict' THEN
        PERFORM relate.refuse_change(workspace, was, becomes, offences);
    END IF;
    SELECT array_agg(offender) INTO offenders FROM unnest(offences) AS o, unnest(o.offenders) AS offender;
    IF on_invalid = 'ignore' THEN
        RAISE NOTICE 'relationship type "%": % relationships stay against its rules', was.name, cardinality(offenders);
    ELSE
        PERFORM relate.put_right(workspace, was.name, offenders, on_invalid);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.settle_offences(regclass, name, relate.type_draft, relate.type_draft, text) IS
'Internal. Looks for relationships that a changed type would make invalid, and refuses the change, or lets them stay, ends or deletes them.';

CREATE FUNCTION relate.change_type(type_table regclass, workspace name, was relate.type_draft,
                                   becomes relate.type_draft) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF relate.changes_rules(was, becomes) THEN
        PERFORM relate.lock_relationship_type(type_table, was.type_id);
        PERFORM relate.refuse_used_sides(type_table, workspace, was, becomes);
        PERFORM relate.settle_offences(type_table, workspace, was, becomes, current_setting('relate.on_invalid'));
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.change_type(regclass, name, relate.type_draft, relate.type_draft) IS
'Internal. What the trigger does before a type changes: locks it where its rules change, and settles what the existing relationships say to them.';

CREATE FUNCTION relate.refuse_used_type(type_table regclass, workspace name, type_id int, name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    used bigint;
BEGIN
    PERFORM relate.lock_relationship_type(type_table, type_id);
    used := relate.count_relationships(type_table, type_id);
    IF used > 0 THEN
        RAISE 'relationship type "%" still has % relationship%', name, used, CASE WHEN used > 1 THEN 's' ELSE '' END
            USING ERRCODE = 'dependent_objects_still_exist', SCHEMA = workspace, TABLE = 'relationship',
                  HINT = format('Delete them first: DELETE FROM %1$I.relationship WHERE type_id = %2$s. Or keep them and '
                                'take no new ones: UPDATE %1$I.relationship_type SET is_active = false WHERE type_id = %2$s.',
                                workspace, type_id);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_used_type(regclass, name, int, text) IS
'Internal. Waits for writers of the type, and refuses (2BP01) to drop it while it has relationships.';

-- ---- the verbs --------------------------------------------------------------------------

CREATE FUNCTION relate.mirror_changes(changes jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_object_agg(far, changes -> near), '{}') || changes
    FROM (VALUES ('source_module_id', 'target_module_id'), ('source_kind', 'target_kind'),
                 ('source_role', 'target_role'), ('label', 'inverse_label'),
                 ('max_targets_per_source', 'max_sources_per_target'), ('source_may', 'target_may'),
                 ('on_source_delete', 'on_target_delete')) AS pair (a, b)
    CROSS JOIN LATERAL (VALUES (a, b), (b, a)) AS side (near, far)
    WHERE changes ? near
$$;
COMMENT ON FUNCTION relate.mirror_changes(jsonb) IS
'Internal. What is changed of one side of a symmetric type changes of the other.';

CREATE FUNCTION relate.type_changes(workspace name, given jsonb, reset text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    changes jsonb := jsonb_strip_nulls(given);
    side text;
BEGIN
    PERFORM relate.check_reset(coalesce(reset, '{}'),
        ARRAY(SELECT word FROM jsonb_object_keys(given - 'name') AS word ORDER BY word), changes);
    changes := changes || coalesce((SELECT jsonb_object_agg(word, NULL) FROM unnest(reset) AS word), '{}');
    FOREACH side IN ARRAY '{source_module,target_module}'::text[] LOOP
        IF changes ? side THEN
            changes := changes - side
                || jsonb_build_object(side || '_id', relate.find_id(workspace, 'module', changes ->> side));
        END IF;
    END LOOP;
    IF changes ? 'cardinality' THEN
        changes := changes || jsonb_build_object('cardinality', relate.parse_cardinality(changes ->> 'cardinality'));
    END IF;
    RETURN changes;
END;
$$;
COMMENT ON FUNCTION relate.type_changes(name, jsonb, text[]) IS
'Internal. What changes of a type: the columns and their values, null where they go back to the default.';

CREATE FUNCTION relate.apply_changes(workspace name, was relate.type_draft, changes jsonb) RETURNS relate.type_draft
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    becomes relate.type_draft := jsonb_populate_record(was, changes);
BEGIN
    IF becomes.is_symmetric THEN
        changes := relate.mirror_changes(changes);
        becomes := jsonb_populate_record(was, changes);
    END IF;
    becomes.cardinality := coalesce(becomes.cardinality, 'many_to_many');
    -- A limit of one that only said what the cardinality said goes with it.
    IF (was.cardinality IN ('one_to_one', 'many_to_one')) <> (becomes.cardinality IN ('one_to_one', 'many_to_one'))
       AND NOT changes ? 'max_targets_per_source' THEN
        becomes.max_targets_per_source := NULL;
    END IF;
    IF (was.cardinality IN ('one_to_one', 'one_to_many')) <> (becomes.cardinality IN ('one_to_one', 'one_to_many'))
       AND NOT changes ? 'max_sources_per_target' THEN
        becomes.max_sources_per_target := NULL;
    END IF;
    becomes := relate.fill_type(becomes, relate.find_module(workspace, becomes.source_module_id),
                                relate.find_module(workspace, becomes.target_module_id));
    PERFORM relate.check_type_words(becomes); -- before anything of it meets the types of the table's columns
    RETURN becomes;
END;
$$;
COMMENT ON FUNCTION relate.apply_changes(name, relate.type_draft, jsonb) IS
'Internal. The type as it will be: complete, its words checked, the rest not.';

CREATE FUNCTION relate.find_type(workspace name, name text, locking text) RETURNS relate.type_draft
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry jsonb;
BEGIN
    PERFORM relate.not_null('{name}', name);
    EXECUTE format('SELECT to_jsonb(t) FROM %I.relationship_type t WHERE type_id = $1 %s', workspace, locking)
        INTO entry USING relate.find_id(workspace, 'relationship_type', name);
    IF entry IS NULL THEN
        RAISE 'relationship type "%" does not exist any more', name
            USING ERRCODE = 'undefined_object', SCHEMA = workspace, TABLE = 'relationship_type',
                  CONSTRAINT = 'relationship_type_active';
    END IF;
    RETURN jsonb_populate_record(NULL::relate.type_draft, entry);
END;
$$;
COMMENT ON FUNCTION relate.find_type(name, text, text) IS
'Internal. A relationship type by name, its row locked as said. Errors: 22004 no name, 42704 unknown.';

CREATE FUNCTION relate.alter_relationship_type(name text, new_name text DEFAULT NULL, source_role text DEFAULT
    NULL, target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL, cardinality
    text DEFAULT NULL, max_targets_per_source int DEFAULT NULL, max_sources_per_target int DEFAULT NULL,
    hierarchy_parent text DEFAULT NULL, default_importance int DEFAULT NULL, is_perpetual boolean DEFAULT NULL,
    has_contact_details boolean DEFAULT NULL, is_symmetric boolean DEFAULT NULL, source_may text[] DEFAULT NULL,
    target_may text[] DEFAULT NULL, allow_self boolean DEFAULT NULL, on_source_delete text DEFAULT NULL,
    on_target_delete text DEFAULT NULL, category text DEFAULT NULL, description text DEFAULT NULL, is_active
    boolean DEFAULT NULL, source_module text DEFAULT NULL, target_module text DEFAULT NULL, source_kind text
    DEFAULT NULL, target_kind text DEFAULT NULL, on_kind_change text DEFAULT NULL,
    on_invalid text DEFAULT 'restrict', reset text[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET relate.on_invalid = 'restrict'
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    changes jsonb;
    becomes relate.type_draft;
BEGIN
    becomes := relate.find_type(workspace, name, 'FOR NO KEY UPDATE');
    changes := relate.type_changes(workspace,
        jsonb_build_object('name', new_name, 'source_role', source_role, 'target_role', target_role, 'label',
            label, 'inverse_label', inverse_label, 'cardinality', cardinality, 'max_targets_per_source',
            max_targets_per_source, 'max_sources_per_target', max_sources_per_target, 'hierarchy_parent',
            hierarchy_parent, 'default_importance', default_importance, 'is_perpetual', is_perpetual,
            'has_contact_details', has_contact_details, 'is_symmetric', is_symmetric, 'source_may', source_may,
            'target_may', target_may, 'allow_self', allow_self, 'on_source_delete', on_source_delete,
            'on_target_delete', on_target_delete, 'category', category, 'description', description, 'is_active',
            is_active, 'source_module', source_module, 'target_module', target_module, 'source_kind',
            source_kind, 'target_kind', target_kind,
            'on_kind_change', on_kind_change), reset);
    becomes := relate.apply_changes(workspace, becomes, changes);
    PERFORM relate.offences_since(on_invalid, becomes);
    PERFORM set_config('relate.on_invalid', on_invalid, true); -- for the trigger, until this function returns
    EXECUTE format($sql$
        UPDATE %I.relationship_type SET (name, source_module_id, target_module_id, source_kind, target_kind,
            source_role, target_role, label, inverse_label, is_symmetric, cardinality, max_targets_per_source,
            max_sources_per_target, hierarchy_parent, default_importance, is_perpetual, has_contact_details,
            source_may, target_may, allow_self, on_source_delete, on_target_delete, category, description,
            is_active, on_kind_change) =
            ROW(($1).name, ($1).source_module_id, ($1).target_module_id, ($1).source_kind, ($1).target_kind,
            ($1).source_role, ($1).target_role, ($1).label, ($1).inverse_label, ($1).is_symmetric,
            ($1).cardinality, ($1).max_targets_per_source, ($1).max_sources_per_target, ($1).hierarchy_parent,
            ($1).default_importance, ($1).is_perpetual, ($1).has_contact_details, ($1).source_may,
            ($1).target_may, ($1).allow_self, ($1).on_source_delete, ($1).on_target_delete, ($1).category,
            ($1).description, ($1).is_active, ($1).on_kind_change)
        WHERE type_id = ($1).type_id
        $sql$, workspace) USING becomes;
END;
$$;
COMMENT ON FUNCTION relate.alter_relationship_type(text, text, text, text, text, text, text, int, int, text, int, boolean, boolean, boolean, text[], text[], boolean, text, text, text, text, boolean, text, text, text, text, text, text, text[]) IS
'Changes a relationship type of the current workspace. Null leaves a property as it is; those named in reset go back to the default. What is changed of one side of a symmetric type changes of the other. Waits for writers of its relationships, and holds the existing ones against the new rules. on_invalid: restrict refuses the change; ignore leaves offenders as they are; delete deletes them; end ends today those that run, deletes those that begin later, and leaves the past. The earliest begun keep their places. Errors: 22004 no name, 42704 no such type or module, 42710 name exists, 42602 bad name, 22023 bad or contradictory arguments, 23514 and 23505 offenders, with the rule as constraint, 55000 other modules or kinds for a type with relationships.';

CREATE FUNCTION relate.preview_alter_relationship_type(name text, new_name text DEFAULT NULL, source_role text
    DEFAULT NULL, target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL,
    cardinality text DEFAULT NULL, max_targets_per_source int DEFAULT NULL, max_sources_per_target int DEFAULT
    NULL, hierarchy_parent text DEFAULT NULL, default_importance int DEFAULT NULL, is_perpetual boolean DEFAULT
    NULL, has_contact_details boolean DEFAULT NULL, is_symmetric boolean DEFAULT NULL, source_may text[] DEFAULT
    NULL, target_may text[] DEFAULT NULL, allow_self boolean DEFAULT NULL, on_source_delete text DEFAULT NULL,
    on_target_delete text DEFAULT NULL, category text DEFAULT NULL, description text DEFAULT NULL, is_active
    boolean DEFAULT NULL, source_module text DEFAULT NULL, target_module text DEFAULT NULL, source_kind text
    DEFAULT NULL, target_kind text DEFAULT NULL, on_kind_change text DEFAULT NULL,
    on_invalid text DEFAULT 'restrict', reset text[] DEFAULT NULL)
RETURNS TABLE (rule text, offenders bigint, first_offenders text[], outcome text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    type_table CONSTANT regclass := format('%I.relationship_type', workspace);
    changes jsonb;
    was relate.type_draft;
    becomes relate.type_draft;
BEGIN
    was := relate.find_type(workspace, name, '');
    changes := relate.type_changes(workspace,
        jsonb_build_object('name', new_name, 'source_role', source_role, 'target_role', target_role, 'label',
            label, 'inverse_label', inverse_label, 'cardinality', cardinality, 'max_targets_per_source',
            max_targets_per_source, 'max_sources_per_target', max_sources_per_target, 'hierarchy_parent',
            hierarchy_parent, 'default_importance', default_importance, 'is_perpetual', is_perpetual,
            'has_contact_details', has_contact_details, 'is_symmetric', is_symmetric, 'source_may', source_may,
            'target_may', target_may, 'allow_self', allow_self, 'on_source_delete', on_source_delete,
            'on_target_delete', on_target_delete, 'category', category, 'description', description, 'is_active',
            is_active, 'source_module', source_module, 'target_module', target_module, 'source_kind',
            source_kind, 'target_kind', target_kind,
            'on_kind_change', on_kind_change), reset);
    becomes := relate.apply_changes(workspace, was, changes);
    PERFORM relate.check_type(becomes, relate.find_module(workspace, becomes.source_module_id),
                              relate.find_module(workspace, becomes.target_module_id));
    PERFORM relate.check_type_is_new(workspace, becomes.type_id, becomes.name);
    PERFORM relate.refuse_used_sides(type_table, workspace, was, becomes);
    RETURN QUERY
        SELECT o.rule, cardinality(o.offenders)::bigint, relate.first_offenders(workspace, o),
               format('relationships that %s: %s', relate.offence_words(was, becomes, o.rule),
                      CASE on_invalid WHEN 'restrict' THEN 'the change is refused'
                                      WHEN 'ignore' THEN 'they stay'
                                      WHEN 'delete' THEN 'they are deleted'
                                      ELSE 'they end today, those that begin later are deleted' END)
        FROM relate.type_offences(type_table, was, becomes, relate.offences_since(on_invalid, becomes)) AS o;
END;
$$;
COMMENT ON FUNCTION relate.preview_alter_relationship_type(text, text, text, text, text, text, text, int, int, text, int, boolean, boolean, boolean, text[], text[], boolean, text, text, text, text, boolean, text, text, text, text, text, text, text[]) IS
'What relate.alter_relationship_type with the same arguments would meet, now: one row for each rule that existing relationships would break, with their number, the first five in words, and what becomes of them. No row: nothing is in the way. Changes and locks nothing. For those who may change types. Errors as of alter_relationship_type, but for the offenders.';

-- ---------------------------------------------------------------------------
-- Health: what of a workspace is missing or broken, and putting it back.
--
-- Two questions, asked apart. relate.health_check looks at the objects: tables,
-- triggers, indexes, constraints, and what the catalog rows name. relate.validate
-- looks at the rows, and proves every rule by plain set queries that share
-- nothing with the triggers: rows may have been written while those were off.
-- relate.repair puts our objects back by the same definitions that
-- create_workspace and register_module use, then asks both questions.
--
-- Everything runs with the rights of the caller. validate says nothing of a
-- workspace that it cannot wholly see.
-- ---------------------------------------------------------------------------

CREATE TYPE relate.health_finding AS (workspace text, severity text, object text, finding text, what_to_do text);
COMMENT ON TYPE relate.health_finding IS 'Internal. A row of relate.health_check.';

CREATE TYPE relate.rule_finding AS (rule text, relationship_id bigint, other_id bigint, relationship_type text,
                                    finding text, what_to_do text);
COMMENT ON TYPE relate.rule_finding IS 'Internal. A row of relate.validate.';

CREATE FUNCTION relate.workspace_schemas(OUT name name, OUT owner name)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT n.nspname, pg_get_userbyid(c.relowner)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'relationship' AND c.relkind IN ('r', 'p')
      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'source_key'
                                               AND a.atttypid = 'relate.record_key'::regtype)
    ORDER BY n.nspname
$$;
COMMENT ON FUNCTION relate.workspace_schemas() IS
'Internal. The schemas that are workspaces by their tables, also where our triggers are gone: relate.find_workspaces does not list those.';

CREATE FUNCTION relate.find_workspace_schema(workspace text) RETURNS name
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM relate.workspace_schemas() AS w WHERE w.name = workspace) THEN
        RETURN workspace;
    END IF;
    RETURN relate.find_workspace(workspace);
END;
$$;
COMMENT ON FUNCTION relate.find_workspace_schema(text) IS
'Internal. The name, verified to be that of a workspace, whole or broken; raises 42704 otherwise.';

CREATE FUNCTION relate.modules_in(workspace name) RETURNS SETOF relate.module_entry
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF relate.is_safe_to_read(workspace, 'module') THEN
        RETURN QUERY EXECUTE format('SELECT module_id, name, singular, plural, table_name, key_columns, name_columns, '
                                    'kind, kind_column, date_column, is_system FROM %I.module ORDER BY name', workspace);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.modules_in(name) IS
'Internal. The modules of any workspace, by name; none where the caller cannot safely read them.';

-- ---- objects: each finding comes with the statement that repairs it ---------------

CREATE FUNCTION relate.wanted_triggers(workspace name)
RETURNS TABLE (on_table regclass, trigger_name name, is_always boolean, definition text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.on_table, t.trigger_name, t.is_always, t.definition
    FROM relate.workspace_triggers(workspace) AS t
    WHERE t.on_table IS NOT NULL
    UNION ALL
    SELECT p.on_table, p.trigger_name, false, p.definition
    FROM relate.modules_in(workspace) AS m
    JOIN pg_class c ON c.oid = m.table_name AND c.relkind IN ('r', 'p')
    CROSS JOIN LATERAL relate.protections(m.table_name) AS p
$$;
COMMENT ON FUNCTION relate.wanted_triggers(name) IS
'Internal. Every trigger that a workspace needs: on its own tables, and on those of its modules.';

CREATE FUNCTION relate.trigger_form(definition text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN replace(regexp_replace(definition, 'TRIGGER ("([^"]|"")+"|[^ ]+) ', 'TRIGGER '),
               ' NOT DEFERRABLE INITIALLY IMMEDIATE', '');
COMMENT ON FUNCTION relate.trigger_form(text) IS
'Internal. What matters of the definition of a trigger: not its name, nor defaults that are spelled out.';

CREATE FUNCTION relate.trigger_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH wanted AS MATERIALIZED (
        SELECT w.*, format('ALTER TABLE %s ENABLE %sTRIGGER ', w.on_table, CASE WHEN w.is_always THEN 'ALWAYS ' END) AS enable,
               relate.find_trigger(w.on_table, w.definition) AS trigger
        FROM relate.wanted_triggers(workspace) AS w
    ), made AS (
        SELECT w.*, t.tgname, t.tgfoid, t.tgenabled,
               w.definition || CASE WHEN w.is_always THEN format('; %s%I', w.enable, w.trigger_name) ELSE '' END AS remedy
        FROM wanted w
        LEFT JOIN pg_trigger t ON t.oid = w.trigger
    )
    SELECT workspace, 'error', format('trigger %I on %s', m.trigger_name, m.on_table), 'is missing', m.remedy
    FROM made m
    WHERE m.trigger IS NULL
    UNION ALL
    SELECT workspace, 'error', format('trigger %I on %s', m.tgname, m.on_table), 'has been altered',
           format('DROP TRIGGER %I ON %s; ', m.tgname, m.on_table) || m.remedy
    FROM made m
    WHERE relate.trigger_form(pg_get_triggerdef(m.trigger)) <> relate.trigger_form(m.definition)
    UNION ALL
    SELECT workspace, CASE WHEN m.tgenabled = 'O' THEN 'warning' ELSE 'error' END,
           format('trigger %I on %s', m.tgname, m.on_table),
           CASE m.tgenabled WHEN 'D' THEN 'is disabled' WHEN 'R' THEN 'fires on replicas only'
                            ELSE 'does not fire on replicas' END,
           m.enable || quote_ident(m.tgname)
    FROM made m
    WHERE m.tgenabled IN ('D', 'R') OR m.is_always AND m.tgenabled = 'O'
    UNION ALL
    SELECT workspace, 'error', format('trigger %I on %s', t.tgname, t.tgrelid::regclass), 'is disabled',
           format('ALTER TABLE %s ENABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)
    FROM made m
    JOIN pg_class c ON c.oid = m.on_table AND c.relkind = 'p'
    CROSS JOIN LATERAL pg_partition_tree(m.on_table) AS part
    JOIN pg_trigger t ON t.tgrelid = part.relid AND t.tgfoid = m.tgfoid AND t.tgparentid <> 0
    WHERE t.tgenabled IN ('D', 'R')
$$;
COMMENT ON FUNCTION relate.trigger_findings(name) IS
'Internal. Triggers of a workspace that are missing, altered or disabled, also on the partitions of a module''s table.';

CREATE FUNCTION relate.index_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT workspace, 'error', format('index %I on %s', i.index_name, i.on_table),
           CASE WHEN there.oid IS NULL THEN 'is missing' WHEN there.indisvalid THEN 'has been altered' ELSE 'is invalid' END,
           CASE WHEN there.oid IS NULL THEN '' ELSE format('DROP INDEX %s; ', there.oid::regclass) END || i.definition
    FROM relate.workspace_indexes(workspace) AS i
    LEFT JOIN LATERAL (
        SELECT c.oid, x.indisvalid
        FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
        WHERE x.indrelid = i.on_table AND c.relname = i.index_name
    ) AS there ON true
    WHERE NOT i.is_there AND i.on_table IS NOT NULL
$$;
COMMENT ON FUNCTION relate.index_findings(name) IS
'Internal. Indexes of a workspace that are missing, altered or invalid, those of constraints apart.';

CREATE FUNCTION relate.constraint_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT workspace, 'error', format('constraint on %s', wanted.on_table), format('%s is missing', wanted.form),
           format('ALTER TABLE %s ADD %s', wanted.on_table, wanted.form)
    FROM (SELECT to_regclass(format('%I.%I', workspace, ours.table_name)) AS on_table,
                 format(ours.form, workspace) AS form, ours.position
          FROM (VALUES
              (1, 'module', 'PRIMARY KEY (module_id)'),
              (2, 'module', 'UNIQUE (name)'),
              (3, 'module', 'UNIQUE (table_name)'),
              (4, 'relationship_type', 'PRIMARY KEY (type_id)'),
              (5, 'relationship_type', 'UNIQUE (name)'),
              (6, 'relationship', 'PRIMARY KEY (relationship_id)'),
              (7, 'status', 'PRIMARY KEY (status_id)'),
              (8, 'status', 'UNIQUE (module_id, name)'),
              (9, 'record_status', 'PRIMARY KEY (module_id, key)'),
              (10, 'relationship_type', 'FOREIGN KEY (source_module_id) REFERENCES %I.module(module_id)'),
              (11, 'relationship_type', 'FOREIGN KEY (target_module_id) REFERENCES %I.module(module_id)'),
              (12, 'status', 'FOREIGN KEY (module_id) REFERENCES %I.module(module_id) ON DELETE CASCADE'),
              (13, 'record_status', 'FOREIGN KEY (status_id) REFERENCES %I.status(status_id)')
          ) AS ours (position, table_name, form)) AS wanted
    JOIN pg_class c ON c.oid = wanted.on_table
    WHERE NOT EXISTS (SELECT FROM pg_constraint k
                      WHERE k.conrelid = wanted.on_table AND pg_get_constraintdef(k.oid) = wanted.form)
      -- A partitioned table cannot have a key without the column that it is partitioned by.
      AND NOT (c.relkind = 'p' AND wanted.form LIKE 'PRIMARY KEY%')
    ORDER BY wanted.position
$$;
COMMENT ON FUNCTION relate.constraint_findings(name) IS
'Internal. Keys and foreign keys of a workspace''s tables that are missing, in the order in which they can be put back.';

CREATE FUNCTION relate.object_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT * FROM relate.trigger_findings(workspace)
    UNION ALL
    SELECT * FROM relate.index_findings(workspace)
    UNION ALL
    SELECT * FROM relate.constraint_findings(workspace)
$$;
COMMENT ON FUNCTION relate.object_findings(name) IS
'Internal. Objects of ours that are missing or altered; what_to_do is the statement that relate.repair executes.';

-- ---- what only its owner can put right ---------------------------------------------

CREATE FUNCTION relate.table_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT workspace, 'error', format('%s %I.%I', ours.kind, workspace, ours.relation), 'is missing',
           CASE ours.kind WHEN 'view'
                THEN format('DROP VIEW IF EXISTS %1$I.relationship_list, %1$I.relationship_sides; '
                            'SELECT relate.create_workspace_views(%1$L); '
                            'SELECT relate.create_workspace_triggers(%1$L)', workspace)
                ELSE 'Restore it from a backup.' END
    FROM (VALUES ('table', 'workspace'), ('table', 'module'), ('table', 'relationship_type'), ('table', 'status'),
                 ('table', 'record_status'), ('view', 'relationship_list'), ('view', 'relationship_sides'))
         AS ours (kind, relation)
    WHERE NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                      WHERE n.nspname = workspace AND c.relname = ours.relation
                        AND c.relkind = ANY (CASE ours.kind WHEN 'view' THEN '{v}' ELSE '{r,p}' END::"char"[]))
    UNION ALL
    SELECT workspace, 'warning', format('table %I.%I', workspace, ours.relation),
           format('cannot be examined by role "%s"', current_user),
           format('GRANT USAGE ON SCHEMA %1$I TO %3$I; GRANT SELECT ON %1$I.%2$I TO %3$I', workspace, ours.relation, current_user)
    FROM (VALUES ('workspace'), ('module'), ('relationship_type')) AS ours (relation)
    WHERE to_regclass(format('%I.%I', workspace, ours.relation)) IS NOT NULL
      AND NOT relate.is_safe_to_read(workspace, ours.relation)
$$;
COMMENT ON FUNCTION relate.table_findings(name) IS
'Internal. Tables and views of a workspace that are gone, and those of which the caller cannot tell.';

CREATE FUNCTION relate.layout_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own record;
    other name;
BEGIN
    IF NOT relate.is_safe_to_read(workspace, 'workspace') THEN
        RETURN;
    END IF;
    own := relate.read_workspace(workspace);
    IF own.layout_version IS NULL THEN
        RETURN NEXT ROW(workspace, 'error', format('table %I.workspace', workspace), 'is empty',
                     format('INSERT INTO %I.workspace (layout_version, is_default) VALUES (%s, false)', workspace,
                            relate.layout_version()))::relate.health_finding;
    ELSIF own.layout_version < relate.layout_version() THEN
        RETURN NEXT ROW(workspace, 'warning', format('table %I.workspace', workspace),
                     format('has layout %s, older than %s', own.layout_version, relate.layout_version()),
                     format('SELECT relate.upgrade_workspace(%L)', workspace))::relate.health_finding;
    ELSIF own.layout_version > relate.layout_version() THEN
        RETURN NEXT ROW(workspace, 'error', format('table %I.workspace', workspace),
                     format('has layout %s, newer than the %s that is known', own.layout_version, relate.layout_version()),
                     'Install the newer pg_relate, then ALTER EXTENSION pg_relate UPDATE.')::relate.health_finding;
    END IF;
    SELECT w.name INTO other FROM relate.workspaces() AS w
    WHERE own.is_default AND w.is_default AND w.name <> workspace ORDER BY w.name LIMIT 1;
    IF other IS NOT NULL THEN
        RETURN NEXT ROW(workspace, 'error', format('table %I.workspace', workspace),
                     format('claims to be the default workspace, and so does "%s"', other),
                     format('UPDATE %I.workspace SET is_default = false', workspace))::relate.health_finding;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.layout_findings(name) IS
'Internal. What is wrong with the row of the table "workspace": none, another layout, a default that another one claims too.';

CREATE FUNCTION relate.module_finding(workspace name, owner name, entry relate.module_entry) RETURNS relate.health_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    object CONSTANT text := format('module %s', entry.name);
    said text;
    hint text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = entry.table_name) THEN
        RETURN ROW(workspace, 'error', object, 'its table is gone',
                format('Delete its relationships and their types, then: DELETE FROM %I.module WHERE module_id = %s',
                       workspace, entry.module_id))::relate.health_finding;
    END IF;
    PERFORM relate.check_module(workspace, entry);
    PERFORM relate.check_module_rights(entry, owner);
    RETURN NULL;
EXCEPTION
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
        RETURN ROW(workspace, 'error', object, said,
                coalesce(nullif(hint, ''), format('Correct it with relate.alter_module(%L, ...).', entry.name)))::relate.health_finding;
END;
$$;
COMMENT ON FUNCTION relate.module_finding(name, name, relate.module_entry) IS
'Internal. Why a module would not be accepted as it is now, or null: its table, key, columns, and the rights of the workspace''s owner.';

CREATE FUNCTION relate.orphan_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    IF NOT (relate.is_safe_to_read(workspace, 'module') AND relate.is_safe_to_read(workspace, 'relationship_type')
            AND relate.is_safe_to_read(workspace, 'status')) THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($query$
        SELECT %1$L, 'error', format('relationship type %%s', t.name), format('module %%s does not exist', side.module_id),
               format('DELETE FROM %%I.relationship WHERE type_id = %%s; DELETE FROM %%1$I.relationship_type WHERE type_id = %%2$s',
                      %1$L, t.type_id)
        FROM %1$I.relationship_type t
        CROSS JOIN LATERAL (VALUES (t.source_module_id), (t.target_module_id)) AS side (module_id)
        WHERE side.module_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM %1$I.module m WHERE m.module_id = side.module_id)
        UNION
        SELECT %1$L, 'error', format('status %%s', s.name), format('module %%s does not exist', s.module_id),
               format('DELETE FROM %%I.record_status WHERE status_id = %%s; DELETE FROM %%1$I.status WHERE status_id = %%2$s',
                      %1$L, s.status_id)
        FROM %1$I.status s
        WHERE NOT EXISTS (SELECT FROM %1$I.module m WHERE m.module_id = s.module_id)
        ORDER BY 3
        $query$, workspace);
END;
$body$;
COMMENT ON FUNCTION relate.orphan_findings(name) IS
'Internal. Relationship types and statuses that name a module which is gone.';

CREATE FUNCTION relate.catalog_findings(workspace name, owner name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT * FROM relate.table_findings(workspace)
    UNION ALL
    SELECT * FROM relate.layout_findings(workspace)
    UNION ALL
    SELECT wrong.* FROM relate.modules_in(workspace) AS m
    CROSS JOIN LATERAL relate.module_finding(workspace, owner, m) AS wrong
    WHERE wrong.finding IS NOT NULL
    UNION ALL
    SELECT * FROM relate.orphan_findings(workspace)
$$;
COMMENT ON FUNCTION relate.catalog_findings(name, name) IS
'Internal. What is wrong with a workspace and cannot be put back by us.';

CREATE FUNCTION relate.health_check()
RETURNS TABLE (workspace text, severity text, object text, finding text, what_to_do text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.*
    FROM relate.workspace_schemas() AS w
    CROSS JOIN LATERAL (
        SELECT * FROM relate.object_findings(w.name)
        UNION ALL
        SELECT * FROM relate.catalog_findings(w.name, w.owner)
    ) AS f
    WHERE has_schema_privilege(w.name, 'USAGE')
$$;
COMMENT ON FUNCTION relate.health_check() IS
'What is missing or broken in the workspaces in which the caller has USAGE, also where our triggers are gone; no row: nothing. Looks at objects and catalog rows: triggers missing, altered or disabled, on the workspace''s tables and those of its modules; indexes and constraints missing or invalid; tables and views gone; modules whose table, key, columns or rights are gone; types and statuses of a module that is gone; another layout; a default claimed twice; what the caller cannot examine. severity: error (rules may be broken, or functions fail) or warning. what_to_do: the statement, where there is one; relate.repair executes those for triggers, indexes and constraints. relate.validate looks at the relationships.';

-- ---- rows: the rules, proved by set queries -------------------------------------------

CREATE FUNCTION relate.unreadable_columns(entry relate.module_entry) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attrelid = entry.table_name AND a.attname = ANY (entry.key_columns || entry.kind_column)
      AND (NOT has_column_privilege(a.attrelid, a.attnum, 'SELECT') OR NOT has_schema_privilege(c.relnamespace, 'USAGE')
           OR row_security_active(a.attrelid))
$$;
COMMENT ON FUNCTION relate.unreadable_columns(relate.module_entry) IS
'Internal. Key and kind columns of a module''s table of which the caller cannot read every row; null if none.';

CREATE FUNCTION relate.require_sight(workspace name) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hidden text;
BEGIN
    SELECT string_agg(format('%I.%I', workspace, own.table_name), ', ' ORDER BY own.table_name) INTO hidden
    FROM unnest('{module,relationship_type,relationship,status,record_status}'::name[]) AS own (table_name)
    WHERE NOT relate.is_safe_to_read(workspace, own.table_name);
    IF hidden IS NULL THEN
        SELECT string_agg(format('%s (%s)', m.table_name, relate.unreadable_columns(m)), ', ' ORDER BY m.table_name::text)
        INTO hidden
        FROM relate.modules_in(workspace) AS m WHERE relate.unreadable_columns(m) IS NOT NULL;
    END IF;
    IF hidden IS NOT NULL THEN
        RAISE 'role "%" cannot see all that workspace "%" relates', current_user, workspace
            USING ERRCODE = 'insufficient_privilege', SCHEMA = workspace,
                  DETAIL = format('Not to be read in full: %s.', hidden),
                  HINT = 'Grant SELECT on these, or ask a role that row security does not hide rows from.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.require_sight(name) IS
'Internal. Raises 42501 unless the caller can read every row of a workspace and every key of its modules.';

CREATE FUNCTION relate.links_sql(workspace name) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format($query$
    SELECT * FROM (
        SELECT r.relationship_id AS id, r.type_id, t.name AS type_name, r.source_module_id, r.source_key,
               r.target_module_id, r.target_key, r.is_primary, t.is_symmetric, t.hierarchy_parent,
               r.source_module_id = r.target_module_id AND r.source_key OPERATOR(relate.=) r.target_key AS is_self,
               CASE WHEN t.cardinality IN ('one_to_one', 'many_to_one') THEN 1 ELSE t.max_targets_per_source END AS source_room,
               CASE WHEN t.cardinality IN ('one_to_one', 'one_to_many') THEN 1 ELSE t.max_sources_per_target END AS target_room,
               CASE WHEN isfinite(r.start_date) AND NOT t.is_perpetual
                    THEN r.start_date - date '2000-01-01' ELSE -2147483648 END::bigint AS first_day,
               CASE WHEN isfinite(r.end_date) AND NOT t.is_perpetual
                    THEN r.end_date - date '2000-01-01' ELSE 2147483647 END::bigint AS last_day
        FROM %1$I.relationship r JOIN %1$I.relationship_type t ON t.type_id = r.type_id
    ) AS every_link
    WHERE first_day <= last_day
    $query$, workspace);
COMMENT ON FUNCTION relate.links_sql(name) IS
'Internal. A query for the relationships of a workspace as the rules see them: with what their types say, and the days on which they hold, both included, counted from 2000-01-01.';

CREATE FUNCTION relate.day_words(day bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD'
RETURN CASE WHEN day = -2147483648 THEN 'in the beginning' ELSE 'on ' || (date '2000-01-01' + day::int)::text END;
COMMENT ON FUNCTION relate.day_words(bigint) IS 'Internal. A day of relate.links_sql, in words.';

CREATE FUNCTION relate.invalid_rows(workspace name) RETURNS SETOF relate.rule_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    RETURN QUERY EXECUTE format($query$
        SELECT broken.rule, r.relationship_id, NULL::bigint, t.name,
               CASE broken.what
                   WHEN 'infinite' THEN 'a date is infinite'
                   WHEN 'reversed' THEN 'it ends before it starts'
                   WHEN 'importance' THEN format('importance %%s is not 1 to 5', r.importance)
                   WHEN 'type' THEN format('relationship type %%s does not exist', r.type_id)
                   WHEN 'module' THEN format('module %%s does not exist', broken.module_id)
                   WHEN 'other module' THEN format('module %%s is not the one of its type', broken.module_id)
                   WHEN 'size' THEN 'a key does not have 1 to 1,000 bytes'
                   WHEN 'self' THEN format('record %%s is related to itself', r.source_key)
                   WHEN 'contact' THEN 'its type has no contact details'
                   ELSE 'its address is half a record: module without key, or key without module' END,
               CASE broken.what
                   WHEN 'infinite' THEN format('UPDATE %%I.relationship SET start_date = CASE WHEN isfinite(start_date) THEN start_date END, '
                                               'end_date = CASE WHEN isfinite(end_date) THEN end_date END WHERE relationship_id = %%s', $1, r.relationship_id)
                   WHEN 'reversed' THEN format('UPDATE %%I.relationship SET start_date = end_date, end_date = start_date WHERE relationship_id = %%s', $1, r.relationship_id)
                   WHEN 'importance' THEN format('UPDATE %%I.relationship SET importance = 3 WHERE relationship_id = %%s', $1, r.relationship_id)
                   WHEN 'contact' THEN format('UPDATE %%I.relationship SET email = NULL, phone = NULL, address = NULL, address_module_id = NULL, '
                                              'address_key = NULL WHERE relationship_id = %%s', $1, r.relationship_id)
                   WHEN 'half' THEN format('UPDATE %%I.relationship SET address_module_id = NULL, address_key = NULL WHERE relationship_id = %%s', $1, r.relationship_id)
                   ELSE format('DELETE FROM %%I.relationship WHERE relationship_id = %%s', $1, r.relationship_id) END
        FROM %1$I.relationship r
        LEFT JOIN %1$I.relationship_type t ON t.type_id = r.type_id
        LEFT JOIN %1$I.module source ON source.module_id = r.source_module_id
        LEFT JOIN %1$I.module target ON target.module_id = r.target_module_id
        LEFT JOIN %1$I.module address ON address.module_id = r.address_module_id
        CROSS JOIN LATERAL (VALUES
            ('relationship_dates', 'infinite', NULL::int, NOT isfinite(r.start_date) OR NOT isfinite(r.end_date)),
            ('relationship_dates', 'reversed', NULL, r.start_date > r.end_date),
            ('relationship_importance', 'importance', NULL, r.importance NOT BETWEEN 1 AND 5),
            ('relationship_type_active', 'type', NULL, t.type_id IS NULL),
            ('relationship_source', 'module', r.source_module_id, source.module_id IS NULL),
            ('relationship_target', 'module', r.target_module_id, target.module_id IS NULL),
            ('relationship_contact', 'module', r.address_module_id, r.address_module_id IS NOT NULL AND address.module_id IS NULL),
            ('relationship_source', 'other module', r.source_module_id, r.source_module_id <> t.source_module_id),
            ('relationship_target', 'other module', r.target_module_id, r.target_module_id <> t.target_module_id),
            ('relationship_source', 'size', NULL, octet_length(r.source_key::text) NOT BETWEEN 1 AND 1000),
            ('relationship_target', 'size', NULL, octet_length(r.target_key::text) NOT BETWEEN 1 AND 1000),
            ('relationship_contact', 'size', NULL, octet_length(r.address_key::text) NOT BETWEEN 1 AND 1000),
            ('relationship_self', 'self', NULL, NOT t.allow_self AND r.source_module_id = r.target_module_id
                                                AND r.source_key OPERATOR(relate.=) r.target_key),
            ('relationship_contact', 'contact', NULL, NOT t.has_contact_details
                AND (r.email IS NOT NULL OR r.phone IS NOT NULL OR r.address IS NOT NULL OR r.address_key IS NOT NULL)),
            ('relationship_contact', 'half', NULL, (r.address_key IS NULL) <> (r.address_module_id IS NULL))
        ) AS broken (rule, what, module_id, is_broken)
        WHERE broken.is_broken
        ORDER BY r.relationship_id
        $query$, workspace) USING workspace;
END;
$body$;
COMMENT ON FUNCTION relate.invalid_rows(name) IS
'Internal. Relationships that break a rule by themselves: dates, importance, type, modules, self, contact details.';

CREATE FUNCTION relate.column_as_key(table_name regclass, column_name name) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE a.atttypid WHEN 'bpchar'::regtype THEN format('rtrim(x.%I::text, '' '')', a.attname)
                           ELSE format('x.%I', a.attname) END
    FROM pg_attribute a
    WHERE a.attrelid = table_name AND a.attname = column_name AND NOT a.attisdropped
$$;
COMMENT ON FUNCTION relate.column_as_key(regclass, name) IS
'Internal. The expression of a column whose output text goes into a key or is a kind: char(n) without its blanks. Null if the column is gone.';

CREATE FUNCTION relate.records_sql(entry relate.module_entry) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    columns text[] := ARRAY(SELECT relate.column_as_key(entry.table_name, k.name)
                            FROM unnest(entry.key_columns) WITH ORDINALITY AS k (name, position) ORDER BY k.position);
    kind text := coalesce(quote_nullable(entry.kind), 'NULL');
BEGIN
    -- A view in place of a table would run the code of whoever made it.
    IF array_position(columns, NULL) IS NOT NULL
       OR NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = entry.table_name AND c.relkind IN ('r', 'p')) THEN
        RETURN 'SELECT NULL::relate.record_key AS key, NULL::text AS kind WHERE false';
    END IF;
    IF entry.kind_column IS NOT NULL THEN
        kind := coalesce(format('nullif(format(''%%s'', %s), '''')', relate.column_as_key(entry.table_name, entry.kind_column)), 'NULL');
    END IF;
    RETURN format('SELECT %s AS key, %s::text AS kind FROM %s x',
        CASE WHEN cardinality(columns) > 1 THEN format('relate.record_key(ROW(%s)::text)', array_to_string(columns, ', '))
             WHEN (SELECT a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype) FROM pg_attribute a
                   WHERE a.attrelid = entry.table_name AND a.attname = entry.key_columns[1])
             THEN format('relate.record_key(%s)', columns[1])
             ELSE format('relate.record_key(format(''%%s'', %s))', columns[1]) END,
        kind, entry.table_name);
END;
$$;
COMMENT ON FUNCTION relate.records_sql(relate.module_entry) IS
'Internal. A query for the canonical keys and the kinds of all records of a module; for none where its table or key is gone.';

CREATE FUNCTION relate.canonical_key_in(workspace name, module_id int, key relate.record_key) RETURNS relate.record_key
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET relate.workspace = ''
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM relate.find_workspaces() AS w WHERE w.name = workspace) THEN
        RETURN key;
    END IF;
    PERFORM set_config('relate.workspace', workspace, true); -- until this function returns
    RETURN relate.canonical_key(module_id, key);
END;
$$;
COMMENT ON FUNCTION relate.canonical_key_in(name, int, relate.record_key) IS
'Internal. The key as it should be stored, in any workspace; as given where there is no such record, or our triggers are gone.';

CREATE FUNCTION relate.invalid_records(workspace name, entry relate.module_entry) RETURNS SETOF relate.rule_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET intervalstyle = 'postgres'
SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $body$
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH used AS (
            SELECT r.relationship_id AS id, 'source' AS side, r.source_key AS key, t.source_kind AS kind, t.name AS type_name
            FROM %1$I.relationship r LEFT JOIN %1$I.relationship_type t ON t.type_id = r.type_id
            WHERE r.source_module_id = $2
            UNION ALL
            SELECT r.relationship_id, 'target', r.target_key, t.target_kind, t.name
            FROM %1$I.relationship r LEFT JOIN %1$I.relationship_type t ON t.type_id = r.type_id
            WHERE r.target_module_id = $2
            UNION ALL
            SELECT r.relationship_id, 'address', r.address_key, NULL, t.name
            FROM %1$I.relationship r LEFT JOIN %1$I.relationship_type t ON t.type_id = r.type_id
            WHERE r.address_module_id = $2 AND r.address_key IS NOT NULL
            UNION ALL
            SELECT NULL, 'status', s.key, NULL, NULL
            FROM %1$I.record_status s
            WHERE s.module_id = $2
        ), offender AS MATERIALIZED (
            SELECT used.*, record.key IS NULL AS is_missing, record.kind AS has_kind
            FROM used LEFT JOIN (%2$s) AS record ON record.key OPERATOR(relate.=) used.key
            WHERE record.key IS NULL OR used.kind IS NOT NULL AND record.kind IS DISTINCT FROM used.kind
        ), spelled AS (
            SELECT o.*, CASE WHEN o.is_missing THEN relate.canonical_key_in($1, $2, o.key) END AS spelling FROM offender o
        )
        SELECT CASE WHEN NOT is_missing THEN 'relationship_kind' WHEN side = 'address' THEN 'relationship_contact'
                    WHEN side = 'status' THEN 'record_status_record' ELSE 'relationship_' || side END,
               id, NULL::bigint, type_name,
               CASE WHEN NOT is_missing THEN format('%%s %%s is of kind %%s, and its type takes %%s as %%s', $3, key,
                                                    coalesce(has_kind, '(none)'), kind, side)
                    WHEN spelling OPERATOR(relate.<>) key THEN format('%%s %%s is stored as %%s', $3, spelling, key)
                    ELSE format('%%s %%s does not exist', $3, key) END,
               CASE WHEN side = 'status' THEN format('DELETE FROM %%I.record_status WHERE module_id = %%s AND key::text = %%L', $1, $2, key)
                    WHEN spelling OPERATOR(relate.<>) key
                    THEN format('UPDATE %%I.relationship SET %%s_key = %%L WHERE relationship_id = %%s', $1, side, spelling, id)
                    WHEN side = 'address' THEN format('UPDATE %%I.relationship SET address_module_id = NULL, address_key = NULL '
                                                      'WHERE relationship_id = %%s', $1, id)
                    ELSE format('DELETE FROM %%I.relationship WHERE relationship_id = %%s', $1, id) END
        FROM spelled
        ORDER BY id, side, key
        $query$, workspace, relate.records_sql(entry)) USING workspace, entry.module_id, entry.singular;
END;
$body$;
COMMENT ON FUNCTION relate.invalid_records(name, relate.module_entry) IS
'Internal. Relationships and statuses whose record in this module does not exist, is spelled otherwise, or is of another kind than their type takes.';

CREATE FUNCTION relate.duplicate_links(workspace name) RETURNS SETOF relate.rule_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    -- In the order in which they begin, a relationship overlaps an earlier one exactly when
    -- it begins before the last of those has ended.
    RETURN QUERY EXECUTE format($query$
        WITH link AS (
            SELECT *, is_symmetric AND (source_module_id > target_module_id
                                        OR source_module_id = target_module_id AND source_key OPERATOR(relate.>) target_key) AS turned
            FROM (%2$s) AS l
        ), pair AS (
            SELECT id, type_name, source_key, target_key, first_day, max(ARRAY[last_day, id]) OVER (
                       PARTITION BY type_id, CASE WHEN turned THEN target_module_id ELSE source_module_id END,
                                    CASE WHEN turned THEN target_key ELSE source_key END,
                                    CASE WHEN turned THEN source_module_id ELSE target_module_id END,
                                    CASE WHEN turned THEN source_key ELSE target_key END
                       ORDER BY first_day, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS longest
            FROM link
        )
        SELECT 'relationship_duplicate', id, longest[2], type_name,
               format('%%s and %%s are related by %%s at the same time, %%s', source_key, target_key, longest[2],
                      relate.day_words(first_day)),
               format('DELETE FROM %%I.relationship WHERE relationship_id = %%s', %1$L, id)
        FROM pair
        WHERE first_day <= longest[1]
        ORDER BY id
        $query$, workspace, relate.links_sql(workspace));
END;
$body$;
COMMENT ON FUNCTION relate.duplicate_links(name) IS
'Internal. Relationships of the same type and pair that hold at the same time: each one that begins while another holds, with that one.';

CREATE FUNCTION relate.crowded_links(workspace name) RETURNS SETOF relate.rule_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    -- A sweep over the days on which one begins (+1) or has ended (-1): how many hold rises only
    -- where one begins.
    RETURN QUERY EXECUTE format($query$
        WITH link AS MATERIALIZED (%2$s), place AS (
            SELECT id, type_id, type_name, CASE WHEN is_symmetric THEN 'record' ELSE 'source' END AS side,
                   source_module_id AS module_id, source_key AS key, source_room AS room, first_day, last_day
            FROM link WHERE source_room IS NOT NULL
            UNION ALL
            SELECT id, type_id, type_name, CASE WHEN is_symmetric THEN 'record' ELSE 'target' END,
                   target_module_id, target_key, target_room, first_day, last_day
            FROM link WHERE target_room IS NOT NULL AND NOT (is_symmetric AND is_self)
        ), event AS (
            SELECT *, first_day AS day, 1 AS change FROM place
            UNION ALL
            SELECT *, last_day + 1, -1 FROM place
        ), swept AS (
            SELECT *, sum(change) OVER sweep AS held,
                   max(CASE WHEN change = 1 THEN ARRAY[last_day, id] END) OVER (sweep ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS longest
            FROM event
            WINDOW sweep AS (PARTITION BY type_id, side, module_id, key ORDER BY day, change, id)
        )
        SELECT 'relationship_cardinality', id, longest[2], type_name,
               format('%%s %%s has %%s relationships %%s, and its limit is %%s', side, key, held, relate.day_words(day), room),
               format('DELETE FROM %%I.relationship WHERE relationship_id = %%s', %1$L, id)
        FROM swept
        WHERE change = 1 AND held > room
        ORDER BY id, side
        $query$, workspace, relate.links_sql(workspace));
END;
$body$;
COMMENT ON FUNCTION relate.crowded_links(name) IS
'Internal. Relationships that begin where a record has as many as its limit allows: each beyond the limit, with one that holds.';

CREATE FUNCTION relate.rival_primaries(workspace name) RETURNS SETOF relate.rule_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH link AS MATERIALIZED (SELECT * FROM (%2$s) AS l WHERE is_primary), place AS (
            SELECT id, type_id, type_name, target_module_id AS module_id, target_key AS key, first_day, last_day FROM link
            UNION ALL
            SELECT id, type_id, type_name, source_module_id, source_key, first_day, last_day
            FROM link WHERE is_symmetric AND NOT is_self
        ), swept AS (
            SELECT *, max(ARRAY[last_day, id]) OVER (PARTITION BY type_id, module_id, key ORDER BY first_day, id
                                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS longest
            FROM place
        )
        SELECT 'relationship_primary', id, longest[2], type_name,
               format('%%s has another primary relationship, %%s, %%s', key, longest[2], relate.day_words(first_day)),
               format('UPDATE %%I.relationship SET is_primary = false WHERE relationship_id = %%s', %1$L, id)
        FROM swept
        WHERE first_day <= longest[1]
        ORDER BY id, key
        $query$, workspace, relate.links_sql(workspace));
END;
$body$;
COMMENT ON FUNCTION relate.rival_primaries(name) IS
'Internal. Primary relationships of a type and target record that begin while another holds, with that one.';

CREATE FUNCTION relate.cyclic_links(workspace name) RETURNS SETOF relate.rule_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    -- Every cycle has a least record: the walk up starts there, keeps to greater ones, and carries
    -- the time in which all of it holds. UNION is the guard: no record is left twice with the same time.
    RETURN QUERY EXECUTE format($query$
        WITH RECURSIVE edge AS MATERIALIZED (
            SELECT id, type_id, type_name, first_day, last_day,
                   CASE hierarchy_parent WHEN 'source' THEN target_module_id ELSE source_module_id END AS child_module,
                   CASE hierarchy_parent WHEN 'source' THEN target_key ELSE source_key END AS child,
                   CASE hierarchy_parent WHEN 'source' THEN source_module_id ELSE target_module_id END AS parent_module,
                   CASE hierarchy_parent WHEN 'source' THEN source_key ELSE target_key END AS parent
            FROM (%2$s) AS l WHERE hierarchy_parent IS NOT NULL AND NOT is_self
        ), walk AS (
            SELECT type_id, id AS first_id, id AS last_id, child_module AS origin_module, child AS origin,
                   parent_module AS at_module, parent AS at, first_day, last_day
            FROM edge
            WHERE parent_module > child_module OR parent_module = child_module AND parent OPERATOR(relate.>) child
            UNION
            SELECT w.type_id, w.first_id, e.id, w.origin_module, w.origin, e.parent_module, e.parent,
                   greatest(w.first_day, e.first_day), least(w.last_day, e.last_day)
            FROM walk w
            JOIN edge e ON e.type_id = w.type_id AND e.child_module = w.at_module AND e.child OPERATOR(relate.=) w.at
                       AND e.first_day <= w.last_day AND w.first_day <= e.last_day
            WHERE NOT (w.at_module = w.origin_module AND w.at OPERATOR(relate.=) w.origin)
              AND (e.parent_module > w.origin_module
                   OR e.parent_module = w.origin_module AND e.parent OPERATOR(relate.>=) w.origin)
        )
        SELECT DISTINCT ON (w.last_id) 'relationship_cycle', w.last_id, w.first_id, e.type_name,
               format('%%s is above itself %%s', w.origin, relate.day_words(w.first_day)),
               format('DELETE FROM %%I.relationship WHERE relationship_id = %%s', %1$L, w.last_id)
        FROM walk w JOIN edge e ON e.id = w.last_id
        WHERE w.at_module = w.origin_module AND w.at OPERATOR(relate.=) w.origin
        ORDER BY w.last_id, w.first_day, w.first_id
        $query$, workspace, relate.links_sql(workspace));
END;
$body$;
COMMENT ON FUNCTION relate.cyclic_links(name) IS
'Internal. Relationships that close a cycle of a hierarchy at some instant, with the first one of the way.';

CREATE FUNCTION relate.invalid_statuses(workspace name) RETURNS SETOF relate.rule_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    RETURN QUERY EXECUTE format($query$
        SELECT CASE WHEN m.module_id IS NULL THEN 'record_status_record' ELSE 'record_status_module' END,
               NULL::bigint, NULL::bigint, NULL::text,
               CASE WHEN m.module_id IS NULL THEN format('module %%s does not exist', r.module_id)
                    WHEN s.status_id IS NULL THEN format('status %%s of %%s %%s does not exist', r.status_id, m.singular, r.key)
                    ELSE format('status "%%s" of %%s %%s is of another module', s.name, m.singular, r.key) END,
               format('DELETE FROM %%I.record_status WHERE module_id = %%s AND key::text = %%L', %1$L, r.module_id, r.key)
        FROM %1$I.record_status r
        LEFT JOIN %1$I.module m ON m.module_id = r.module_id
        LEFT JOIN %1$I.status s ON s.status_id = r.status_id
        WHERE m.module_id IS NULL OR s.module_id IS DISTINCT FROM r.module_id
        ORDER BY r.module_id, r.key
        $query$, workspace);
END;
$body$;
COMMENT ON FUNCTION relate.invalid_statuses(name) IS
'Internal. Statuses of records that are not of the record''s module, or of a module that is gone.';

CREATE FUNCTION relate.validate(workspace text)
RETURNS TABLE (rule text, relationship_id bigint, other_id bigint, relationship_type text, finding text, what_to_do text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET row_security = off
AS $$
DECLARE
    schema CONSTANT name := relate.find_workspace_schema(workspace);
    entry relate.module_entry;
BEGIN
    PERFORM relate.require_sight(schema);
    RETURN QUERY SELECT * FROM relate.invalid_rows(schema);
    FOR entry IN SELECT * FROM relate.modules_in(schema) LOOP
        RETURN QUERY SELECT * FROM relate.invalid_records(schema, entry);
    END LOOP;
    RETURN QUERY SELECT * FROM relate.duplicate_links(schema);
    RETURN QUERY SELECT * FROM relate.crowded_links(schema);
    RETURN QUERY SELECT * FROM relate.rival_primaries(schema);
    RETURN QUERY SELECT * FROM relate.cyclic_links(schema);
    RETURN QUERY SELECT * FROM relate.invalid_statuses(schema);
END;
$$;
COMMENT ON FUNCTION relate.validate(text) IS
'Proves every rule for all relationships and statuses of a workspace, by set queries that share nothing with the triggers: finds also what was written while those were off. No row: every rule holds. rule: the constraint''s name; relationship_id: the one to look at; other_id: the one it collides with; what_to_do: a statement that removes the finding, where the data may go: look first. Rows of inactive types are no finding, unknown types are. Runs in the snapshot of the calling statement. Errors: 22004, 42704 no such workspace, 42501 the caller cannot see all of it: SELECT on its tables and on key and kind columns of its modules'' tables, with no row security in force.';

-- ---- putting back ------------------------------------------------------------------------

CREATE FUNCTION relate.repair_objects(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    broken relate.health_finding;
BEGIN
    FOR broken IN SELECT * FROM relate.object_findings(workspace) LOOP
        BEGIN
            EXECUTE broken.what_to_do;
            broken.severity := 'repaired';
        EXCEPTION
            WHEN OTHERS THEN
                broken.finding := format('%s, and could not be put back: %s', broken.finding, SQLERRM);
        END;
        RETURN NEXT broken;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.repair_objects(name) IS
'Internal. Executes what relate.object_findings says, and tells for each whether it could.';

CREATE FUNCTION relate.validation_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT workspace::text, 'error', coalesce('relationship ' || v.relationship_id, 'record status'),
               format('%s: %s', v.rule, v.finding), v.what_to_do
        FROM relate.validate(workspace) AS v;
EXCEPTION
    WHEN insufficient_privilege THEN
        RETURN NEXT ROW(workspace, 'warning', format('workspace %I', workspace), format('not validated: %s', SQLERRM),
                     format('SELECT * FROM relate.validate(%L), as a role that sees all', workspace))::relate.health_finding;
END;
$$;
COMMENT ON FUNCTION relate.validation_findings(name) IS
'Internal. The findings of relate.validate as those of relate.health_check; one that says so where the caller cannot see all.';

CREATE FUNCTION relate.repair(name text DEFAULT NULL)
RETURNS TABLE (workspace text, severity text, object text, finding text, what_to_do text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted CONSTANT name := CASE WHEN repair.name IS NOT NULL THEN relate.find_workspace_schema(repair.name) END;
    own record;
BEGIN
    IF wanted IS NOT NULL AND NOT EXISTS (SELECT FROM relate.workspace_schemas() AS w
                                          WHERE w.name = wanted AND pg_has_role(w.owner, 'USAGE')) THEN
        RAISE 'must be owner of workspace "%"', wanted USING ERRCODE = 'insufficient_privilege', SCHEMA = wanted;
    END IF;
    FOR own IN SELECT * FROM relate.workspace_schemas() AS w
               WHERE w.name = coalesce(wanted, w.name) AND pg_has_role(w.owner, 'USAGE')
    LOOP
        RETURN QUERY SELECT * FROM relate.repair_objects(own.name);
        RETURN QUERY SELECT * FROM relate.catalog_findings(own.name, own.owner);
        RETURN QUERY SELECT * FROM relate.validation_findings(own.name);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.repair(text) IS
'Puts back triggers, indexes and constraints of ours that are missing or altered, and enables those that are disabled, in a workspace (null: in all that the caller owns); then looks at the rest and validates. One row for each thing done (severity repaired, what_to_do the statement that was executed) and for each finding left (error, warning). Waits for writers of the tables it changes, and keeps new ones out until the end of the transaction; run it at READ COMMITTED, so that it sees what they wrote. Errors: 42704 no such workspace, 42501 not its owner.';
-- Enforcement: the trigger functions, and the workspace that functions work in.

CREATE FUNCTION relate.current_workspace() RETURNS name
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_current_workspace';
COMMENT ON FUNCTION relate.current_workspace() IS
'Schema of the workspace that functions work in: the setting relate.workspace, else the default workspace. Error 42704 where there is none, 55000 where several claim to be the default.';

CREATE FUNCTION relate.relationship_defaults() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_relationship_defaults';
COMMENT ON FUNCTION relate.relationship_defaults() IS
'Trigger BEFORE INSERT OR UPDATE on relationship: fills modules, importance and audit columns from the type, writes keys canonically.';

CREATE FUNCTION relate.relationship_check() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_relationship_check';
COMMENT ON FUNCTION relate.relationship_check() IS
'Constraint trigger AFTER INSERT OR UPDATE on relationship: holds each row against every rule of its type. Errors 23505, 23503, 23514 and 42704 with the name of the rule as constraint.';

CREATE FUNCTION relate.record_deleted() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_record_deleted';
COMMENT ON FUNCTION relate.record_deleted() IS
'Constraint trigger AFTER DELETE on the table of a module: a record''s relationships forbid its deletion (23503) or go with it, as their type says; its status goes too.';

CREATE FUNCTION relate.record_updated() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_record_updated';
COMMENT ON FUNCTION relate.record_updated() IS
'Constraint trigger AFTER UPDATE on the table of a module (AFTER INSERT OR UPDATE on a partitioned one, where rows that move arrive by INSERT). A record with another key keeps its relationships and its status; a record of another kind may not contradict its relationships: 23514 (relationship_kind), or they end, as their type''s on_kind_change says.';

CREATE FUNCTION relate.table_truncated() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_table_truncated';
COMMENT ON FUNCTION relate.table_truncated() IS
'Trigger BEFORE TRUNCATE on the table of a module and on each of its partitions: refuses (23503) while records in it have relationships; otherwise their statuses go.';

CREATE FUNCTION relate.record_status_check() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_record_status_check';
COMMENT ON FUNCTION relate.record_status_check() IS
'Constraint trigger AFTER INSERT OR UPDATE on record_status: the record exists (23503), the status is of its module and, where newly given, not retired (23514).';

CREATE FUNCTION relate.catalog_changed() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_catalog_changed';
COMMENT ON FUNCTION relate.catalog_changed() IS
'Trigger AFTER every statement on the catalog tables of a workspace: makes all sessions read them again.';

-- ---- asking first ----------------------------------------------------------------

CREATE FUNCTION relate.preview_delete(module text, key relate.record_key)
RETURNS TABLE (relationship_id bigint, relationship_type text, role text, other_module text,
               other_key relate.record_key, other_name text, action text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    id CONSTANT int := relate.module_id(module);
BEGIN
    PERFORM relate.not_null('{module, key}', module, key::text);
    RETURN QUERY EXECUTE format($query$
        WITH own AS MATERIALIZED (
            SELECT r.relationship_id, r.type_id, t.target_role AS role, r.target_module_id AS other_id, r.target_key AS other_key,
                   CASE WHEN t.on_source_delete = 'remove_link'
                             AND (t.on_target_delete = 'remove_link'
                                  OR r.target_module_id <> $1 OR r.target_key OPERATOR(relate.<>) $2)
                        THEN 'remove_link' ELSE 'restrict' END AS action
            FROM %1$I.relationship r JOIN %1$I.relationship_type t ON t.type_id = r.type_id
            WHERE r.source_module_id = $1 AND r.source_key OPERATOR(relate.=) $2
            UNION ALL
            SELECT r.relationship_id, r.type_id, t.source_role, r.source_module_id, r.source_key, t.on_target_delete
            FROM %1$I.relationship r JOIN %1$I.relationship_type t ON t.type_id = r.type_id
            WHERE r.target_module_id = $1 AND r.target_key OPERATOR(relate.=) $2
              AND NOT (r.source_module_id = $1 AND r.source_key OPERATOR(relate.=) $2)
        ), all_of_it AS (
            SELECT * FROM own
            UNION ALL
            SELECT r.relationship_id, r.type_id, NULL, r.source_module_id, r.source_key, 'clear_address'
            FROM %1$I.relationship r
            WHERE r.address_module_id = $1 AND r.address_key OPERATOR(relate.=) $2
              AND NOT EXISTS (SELECT FROM own WHERE own.relationship_id = r.relationship_id)
            UNION ALL
            SELECT NULL, NULL, NULL, NULL, NULL, 'remove_status'
            FROM %1$I.record_status s WHERE s.module_id = $1 AND s.key OPERATOR(relate.=) $2
        )
        SELECT a.relationship_id, t.name, a.role, m.name, a.other_key,
               relate.record_name_in(%2$L::regclass, a.other_id, a.other_key), a.action
        FROM all_of_it a
        LEFT JOIN %1$I.relationship_type t ON t.type_id = a.type_id
        LEFT JOIN %1$I.module m ON m.module_id = a.other_id
        ORDER BY array_position('{restrict,remove_link,clear_address,remove_status}', a.action), t.name, a.relationship_id
        $query$, workspace, format('%I.module', workspace))
    USING id, relate.canonical_key(id, key);
END;
$body$;
COMMENT ON FUNCTION relate.preview_delete(text, relate.record_key) IS
'What a DELETE of the record would meet, as far as the caller may see it; changes nothing. action: restrict (the relationship forbids it), remove_link (it goes), clear_address (the record is its address: that is cleared; other is the source), remove_status (the record''s status goes; the other columns are null). role is that of the other record. What forbids comes first. No row: nothing hangs on the record. Errors: 42704 unknown module; 22004 null module or key; 42501 no SELECT on the tables of the workspace.';
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
show: current, past or future relative to as_of, or all. A perpetual type''s relationships show no dates and are always current. types and roles (of the related record) narrow it down, null: all; max_rows: at most so many, the first. A symmetric relationship of a record with itself comes once, another one twice, in either role. address is the address text, or else the name of the record that is the address.
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
-- The relationship report.

CREATE FUNCTION relate.relationship_report(types text[] DEFAULT NULL, exclude_types text[] DEFAULT NULL,
    start_from date DEFAULT NULL, start_to date DEFAULT NULL, end_from date DEFAULT NULL, end_to date DEFAULT NULL)
RETURNS TABLE (relationship_id bigint, relationship_type text, primary_module text, primary_id relate.record_key,
    primary_name text, primary_role text, relationship_label text, target_module text, target_id relate.record_key,
    target_name text, target_role text, start_date date, end_date date, importance smallint, is_current boolean,
    email text)
LANGUAGE c STABLE PARALLEL SAFE COST 100000 ROWS 10000 AS 'MODULE_PATHNAME', 'relate_relationship_report';
COMMENT ON FUNCTION relate.relationship_report(text[], text[], date, date, date, date) IS
'Every relationship the caller may read, of all time, in two rows: each record as the primary one, with the label read from it to the target (one row where a symmetric type links a record with itself). By relationship_id, the stored direction first. is_current is relative to today.
types: only these, null: all; exclude_types: not these. start_from, start_to, end_from, end_to: the first and last day on which it may start or end; relationships without that date, and of perpetual types, are then left out. Errors: 42704 unknown type; 42501 no SELECT on relationship.';
-- The overview of a record.

CREATE FUNCTION relate.record_overview(module text, key relate.record_key) RETURNS jsonb
LANGUAGE c STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'relate_record_overview';
COMMENT ON FUNCTION relate.record_overview(text, relate.record_key) IS
'A record and all that it is related to, as
{"record": {"module", "label", "key", "name", "status", "status_since"},
 "related": [{"module", "label", "count", "current_count",
              "records": [{"relationship_id", "type", "role", "own_role", "label", "key", "name",
                           "start_date", "end_date", "importance", "is_current"}]}]}
with one element of related for each module, by its name: label is its plural (that of the record the singular), count the relationships of all time, current_count those of today, records the five most important ones, current ones first. Keys are strings, dates ISO strings; what is unknown or hidden is null. Errors: 42704 unknown module; 22004 null module or key; 42501 no SELECT on relationship.';

-- ---------------------------------------------------------------------------
-- The verbs that write relationships.
--
-- They find types and modules by name, put the two records the right way round
-- and make room where asked. The rules themselves are enforced by the triggers
-- of the workspace, for these functions as for any other writer. All run with
-- the rights of the caller. Keys are compared with OPERATOR(relate.=), because
-- the search_path of these functions holds nothing but pg_catalog.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.not_null(names text[], VARIADIC given text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing int := array_position(given, NULL);
BEGIN
    IF missing IS NOT NULL THEN
        RAISE 'argument "%" must not be null', names[missing] USING ERRCODE = 'null_value_not_allowed';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.not_null(text[], text[]) IS
'Internal. Raises 22004 for the first null among the values, by its name.';

CREATE FUNCTION relate.letter_pairs(word text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(DISTINCT substr(' ' || lower(word) || ' ', i, 2)) FROM generate_series(1, length(word) + 1) AS i
$$;
COMMENT ON FUNCTION relate.letter_pairs(text) IS
'Internal. The pairs of neighbouring letters of a word, its beginning and end included.';

CREATE FUNCTION relate.similar_names(wanted text, names text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'Perhaps you meant ' || string_agg(format('"%s"', name), ' or ' ORDER BY alike DESC, name) || '.'
    FROM (SELECT DISTINCT name, 2.0 * shared / (cardinality(pairs) + cardinality(wanted_pairs)) AS alike
          FROM unnest(names) AS name,
               relate.letter_pairs(wanted) AS wanted_pairs,
               relate.letter_pairs(name) AS pairs,
               LATERAL (SELECT count(*) FROM unnest(pairs) AS p WHERE p = ANY (wanted_pairs)) AS c(shared)
          ORDER BY alike DESC, name LIMIT 3) AS likeness
    WHERE alike >= 0.4
$$;
COMMENT ON FUNCTION relate.similar_names(text, text[]) IS
'Internal. A hint with up to three names that resemble the one that was not found; null if none does.';

CREATE FUNCTION relate.module_id(name text) RETURNS int
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_module_id';
COMMENT ON FUNCTION relate.module_id(text) IS
'Internal. The id of a module by name, null for null; 42704 if there is none of that name.';

CREATE FUNCTION relate.canonical_key(module_id int, key relate.record_key) RETURNS relate.record_key
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_canonical_key';
COMMENT ON FUNCTION relate.canonical_key(int, relate.record_key) IS
'Internal. The key as it is stored: 7 for 007 in a module with an integer key. As given where there is no such record.';

CREATE FUNCTION relate.record_kind(module text, key relate.record_key) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_kind';
COMMENT ON FUNCTION relate.record_kind(text, relate.record_key) IS
'The kind of a record (individual, organization, ...), by its module or by itself; null where it has none or does not exist.
Error: 42704 unknown module.';

CREATE FUNCTION relate.type_named(type text, OUT type_id int, OUT name text,
    OUT source_module_id int, OUT target_module_id int, OUT is_symmetric boolean, OUT is_perpetual boolean,
    OUT max_targets_per_source int, OUT max_sources_per_target int)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    names text[];
BEGIN
    EXECUTE format($query$
        SELECT type_id, name, source_module_id, target_module_id, is_symmetric, is_perpetual,
               CASE WHEN cardinality IN ('one_to_one', 'many_to_one') THEN 1 ELSE max_targets_per_source END,
               CASE WHEN cardinality IN ('one_to_one', 'one_to_many') THEN 1 ELSE max_sources_per_target END
        FROM %I.relationship_type WHERE name = $1
        $query$, workspace)
    INTO type_id, name, source_module_id, target_module_id, is_symmetric, is_perpetual,
         max_targets_per_source, max_sources_per_target
    USING type;
    IF type_id IS NULL THEN
        EXECUTE format('SELECT array_agg(name) FROM %I.relationship_type', workspace) INTO names;
        RAISE 'relationship type "%" does not exist', type
            USING ERRCODE = 'undefined_object', CONSTRAINT = 'relationship_type_active',
                  SCHEMA = workspace, TABLE = 'relationship',
                  HINT = coalesce(relate.similar_names(type, names),
                                  'Declare it with relate.create_relationship_type.');
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.type_named(text) IS
'Internal. What the verbs need to know of a relationship type; its limits (null: none) with the cardinality worked in.
42704 if there is none of that name.';

CREATE FUNCTION relate.type_structure(type text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    structure text;
BEGIN
    EXECUTE format($query$
        SELECT coalesce(s.name, 'any module') || coalesce(' (' || t.source_kind || ')', '')
               || CASE WHEN t.is_symmetric THEN ' with ' ELSE ' to ' END
               || coalesce(d.name, 'any module') || coalesce(' (' || t.target_kind || ')', '')
        FROM %1$I.relationship_type AS t
        LEFT JOIN %1$I.module AS s ON s.module_id = t.source_module_id
        LEFT JOIN %1$I.module AS d ON d.module_id = t.target_module_id
        WHERE t.name = $1
        $query$, relate.current_workspace())
    INTO structure USING type;
    RETURN structure;
END;
$$;
COMMENT ON FUNCTION relate.type_structure(text) IS
'Internal. What a relationship type connects, in words: contact (individual) to organization. Types whose words are equal
have the same structure.';

CREATE FUNCTION relate.side_module(side text, type text, type_module_id int, module text) RETURNS int
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    module_id int := relate.module_id(module);
BEGIN
    IF coalesce(module_id, type_module_id) IS NULL THEN
        RAISE 'argument "%_module" must not be null', side
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL = format('The %s of relationship type "%s" may be a record of any module.', side, type),
                  HINT = format('Name it: %s_module => ''...''.', side);
    ELSIF module_id <> type_module_id THEN
        RAISE 'the % of relationship type "%" is not in module "%"', side, type, module
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('It is a record of module "%s".', (relate.find_module(relate.current_workspace(), type_module_id)).name),
                  HINT = format('Leave %s_module out.', side);
    END IF;
    RETURN coalesce(module_id, type_module_id);
END;
$$;
COMMENT ON FUNCTION relate.side_module(text, text, int, text) IS
'Internal. The module of the source or target, as the type and the caller say: 22004 if neither does, 22023 if they disagree.';

CREATE FUNCTION relate.no_dates(type text, is_perpetual boolean, VARIADIC written text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF is_perpetual AND array_length(array_remove(written, NULL), 1) > 0 THEN
        RAISE 'relationships of type "%" have no dates', type
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'relationship_dates',
                  DETAIL = 'The type is perpetual.', HINT = 'Leave start_date and end_date out.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.no_dates(text, boolean, text[]) IS
'Internal. Raises 22023 if a date is written to a relationship of a perpetual type.';

-- ---------------------------------------------------------------------------
-- Create
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.overlapping(type_id int, is_perpetual boolean, as_source boolean, as_target boolean,
    module_id int, key relate.record_key, period_start date, period_end date)
RETURNS TABLE (relationship_id bigint, first_day date, last_day date,
               other_module_id int, other_key relate.record_key)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The branches that cannot match are planned away: one index scan, two for a symmetric type.
    RETURN QUERY EXECUTE format($query$
        SELECT relationship_id, first_day, last_day, other_module_id, other_key
        FROM (SELECT relationship_id, target_module_id, target_key, start_date, end_date
              FROM %1$I.relationship
              WHERE $3 AND type_id = $1 AND source_module_id = $5 AND source_key OPERATOR(relate.=) $6
              UNION ALL
              SELECT relationship_id, source_module_id, source_key, start_date, end_date
              FROM %1$I.relationship
              WHERE $4 AND type_id = $1 AND target_module_id = $5 AND target_key OPERATOR(relate.=) $6
                AND NOT ($3 AND source_module_id = $5 AND source_key OPERATOR(relate.=) $6)
             ) AS r (relationship_id, other_module_id, other_key, start_date, end_date),
             LATERAL (VALUES (CASE WHEN NOT $2 THEN coalesce(start_date, '-infinity') ELSE '-infinity' END,
                              CASE WHEN NOT $2 THEN coalesce(end_date, 'infinity') ELSE 'infinity' END)
                     ) AS p (first_day, last_day)
        WHERE first_day <= coalesce($8, 'infinity') AND last_day >= coalesce($7, '-infinity')
        $query$, relate.current_workspace())
    USING type_id, is_perpetual, as_source, as_target, module_id, key, period_start, period_end;
END;
$$;
COMMENT ON FUNCTION relate.overlapping(int, boolean, boolean, boolean, int, relate.record_key, date, date) IS
'Internal. The relationships of a type at one record (as their source, their target, or either) that overlap a
period, with their days (infinite where open) and the record at their other end.';

CREATE FUNCTION relate.oldest_in_the_way(type_id int, is_perpetual boolean, as_source boolean, as_target boolean,
    module_id int, key relate.record_key, period_start date, period_end date, allowed int, gone bigint[])
RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH running AS (
        SELECT * FROM relate.overlapping(type_id, is_perpetual, as_source, as_target, module_id, key,
                                         period_start, period_end)
        WHERE allowed IS NOT NULL AND relationship_id <> ALL (gone)),
    beginning AS (
        SELECT greatest(first_day, period_start) AS day FROM running),
    first_full AS (
        SELECT min(day) AS day FROM beginning
        WHERE (SELECT count(*) FROM running WHERE beginning.day BETWEEN first_day AND last_day) >= allowed)
    SELECT relationship_id FROM running, first_full
    WHERE first_full.day BETWEEN first_day AND last_day
    ORDER BY first_day, relationship_id LIMIT 1
$$;
COMMENT ON FUNCTION relate.oldest_in_the_way(int, boolean, boolean, boolean, int, relate.record_key, date, date, int, bigint[]) IS
'Internal. On the first day of the period on which a record has no room for another relationship: the oldest of
those that take it, not counting those already gone. Null when there is room throughout.';

CREATE FUNCTION relate.in_the_way(type text, source_module_id int, source_key relate.record_key,
    target_module_id int, target_key relate.record_key, start_date date, end_date date)
RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    gone bigint[];
    next bigint;
BEGIN
    SELECT * INTO t FROM relate.type_named(type);
    -- The same pair cannot be connected twice at a time.
    SELECT coalesce(array_agg(relationship_id ORDER BY relationship_id), '{}') INTO gone
    FROM relate.overlapping(t.type_id, t.is_perpetual, true, t.is_symmetric, source_module_id, source_key,
                            start_date, end_date)
    WHERE other_module_id = target_module_id AND other_key OPERATOR(relate.=) target_key;
    -- Of the others, one more gives way as long as either side is full on some day.
    LOOP
        next := coalesce(
            relate.oldest_in_the_way(t.type_id, t.is_perpetual, true, t.is_symmetric,
                source_module_id, source_key, start_date, end_date, t.max_targets_per_source, gone),
            relate.oldest_in_the_way(t.type_id, t.is_perpetual, t.is_symmetric, true,
                target_module_id, target_key, start_date, end_date, t.max_sources_per_target, gone));
        EXIT WHEN next IS NULL;
        gone := gone || next;
    END LOOP;
    RETURN gone;
END;
$$;
COMMENT ON FUNCTION relate.in_the_way(text, int, relate.record_key, int, relate.record_key, date, date) IS
'Internal. The relationships that would make a new one a duplicate or break its type''s cardinality: all of the
same pair that overlap it, and of the others only as many as must go, the oldest first.';

CREATE FUNCTION relate.end_before(ids bigint[], day date, type text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    too_late record;
BEGIN
    EXECUTE format($query$
        SELECT relationship_id AS id, start_date AS day FROM %I.relationship
        WHERE relationship_id = ANY ($1) AND start_date >= $2
        ORDER BY start_date, relationship_id LIMIT 1
        $query$, workspace)
    INTO too_late USING ids, day;
    IF too_late.id IS NOT NULL THEN
        RAISE 'relationship % cannot end before %, because it begins on %', too_late.id, day, too_late.day
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = workspace, TABLE = 'relationship',
                  DETAIL = format('It is in the way of a relationship "%s" from %s on.', type, day),
                  HINT = 'Delete what is in the way: on_conflict => ''replace''.';
    END IF;
    -- One that another session has ended meanwhile is not to run longer for that.
    EXECUTE format($query$
        UPDATE %I.relationship SET end_date = $2 - 1
        WHERE relationship_id = ANY ($1) AND (end_date >= $2 OR end_date IS NULL)
        $query$, workspace) USING ids, day;
END;
$$;
COMMENT ON FUNCTION relate.end_before(bigint[], date, text) IS
'Internal. Ends relationships the day before another begins; 22023 if one of them does not begin earlier.';

CREATE FUNCTION relate.make_room(on_conflict text, type text, source_module_id int, source_key relate.record_key,
    target_module_id int, target_key relate.record_key, start_date date, end_date date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids bigint[];
    before bigint[];
BEGIN
    -- Again, because another session may have put its own there while we waited for it. If the same ones are
    -- still there we may not touch them, and the triggers will say so.
    LOOP
        ids := relate.in_the_way(type, source_module_id, source_key, target_module_id, target_key, start_date, end_date);
        EXIT WHEN ids = '{}' OR ids = before;
        IF on_conflict = 'replace' THEN
            EXECUTE format('DELETE FROM %I.relationship WHERE relationship_id = ANY ($1)', relate.current_workspace())
                USING ids;
        ELSE
            PERFORM relate.end_before(ids, start_date, type);
        END IF;
        before := ids;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.make_room(text, text, int, relate.record_key, int, relate.record_key, date, date) IS
'Internal. Ends (end_old) or deletes (replace) the relationships that are in the way of a new one.';

CREATE FUNCTION relate.importance_of(importance int) RETURNS smallint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF importance NOT BETWEEN 1 AND 5 THEN
        RAISE 'importance must be between 1 and 5, not %', importance
            USING ERRCODE = 'check_violation', DETAIL = '5 is the highest, 1 the lowest; null takes the type''s default.',
                  SCHEMA = relate.current_workspace(), TABLE = 'relationship', COLUMN = 'importance',
                  CONSTRAINT = 'relationship_importance';
    END IF;
    RETURN importance;
END;
$$;
COMMENT ON FUNCTION relate.importance_of(int) IS
'Internal. The importance as the table keeps it; 23514 where it is not 1 to 5, also far outside.';

CREATE FUNCTION relate.create_relationship(type text, source_key relate.record_key, target_key relate.record_key,
    start_date date DEFAULT NULL, end_date date DEFAULT NULL, importance int DEFAULT NULL,
    description text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, address text DEFAULT NULL,
    attributes jsonb DEFAULT NULL, source_module text DEFAULT NULL, target_module text DEFAULT NULL,
    on_conflict text DEFAULT 'error', is_primary boolean DEFAULT false,
    address_module text DEFAULT NULL, address_key relate.record_key DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    source_module_id int;
    target_module_id int;
    new_id bigint;
BEGIN
    PERFORM relate.not_null('{type,source_key,target_key,on_conflict}',
                            type, source_key::text, target_key::text, on_conflict);
    IF on_conflict NOT IN ('error', 'end_old', 'replace') THEN
        RAISE 'on_conflict cannot be "%"', on_conflict
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is error, end_old or replace.';
    END IF;
    SELECT * INTO t FROM relate.type_named(type);
    PERFORM relate.no_dates(t.name, t.is_perpetual, start_date::text, end_date::text);
    source_module_id := relate.side_module('source', t.name, t.source_module_id, source_module);
    target_module_id := relate.side_module('target', t.name, t.target_module_id, target_module);

    IF on_conflict = 'end_old' THEN
        IF t.is_perpetual THEN
            RAISE 'relationships of type "%" cannot be ended', type
                USING ERRCODE = 'invalid_parameter_value', DETAIL = 'The type is perpetual.',
                      HINT = 'Delete what is in the way: on_conflict => ''replace''.';
        END IF;
        start_date := coalesce(start_date, current_date);
    END IF;
    IF on_conflict <> 'error' THEN
        PERFORM relate.make_room(on_conflict, t.name,
                                 source_module_id, relate.canonical_key(source_module_id, source_key),
                                 target_module_id, relate.canonical_key(target_module_id, target_key),
                                 start_date, end_date);
    END IF;

    EXECUTE format($query$
        INSERT INTO %I.relationship (type_id, source_module_id, source_key, target_module_id, target_key,
            start_date, end_date, importance, description, email, phone, address, attributes, is_primary,
            address_module_id, address_key)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14, false), $15, $16)
        RETURNING relationship_id
        $query$, relate.current_workspace())
    INTO new_id
    USING t.type_id, source_module_id, source_key, target_module_id, target_key,
          start_date, end_date, relate.importance_of(importance), description, email, phone, address, attributes,
          is_primary, relate.module_id(address_module), address_key;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.create_relationship(text, relate.record_key, relate.record_key, date, date, int, text, text, text, text,
    jsonb, text, text, text, boolean, text, relate.record_key) IS
'Stores a relationship of a type from a source to a target record and returns its id. Dates are inclusive, null is open.
source_module and target_module are needed where the type leaves the module open. A null importance is the type''s default.
on_conflict says what becomes of relationships that would make the new one a duplicate or break the cardinality: error,
end_old (they end the day before start_date, which is then today by default) or replace (they are deleted); where the limit
is more than one, only as many as needed, the oldest first. The address is a text or a record (address_module, address_key).
Errors: 42704 unknown type or module; 22023 dates or end_old for a perpetual type, a module the type does not allow, one in
the way that begins too late to be ended; 23505, 23503, 23514 by the rules of the workspace.';

-- ---------------------------------------------------------------------------
-- Connect: the type by its label, role or name
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.readings(label text, from_module_id int, to_module_id int)
RETURNS TABLE (type text, is_forward boolean, reads text, match int, fits boolean, is_active boolean,
               from_kind text, to_kind text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format($query$
        SELECT name, is_forward, reads,
               CASE WHEN name = $1 THEN 1 WHEN lower(name) = lower($1) THEN 2
                    WHEN lower(reads) = lower($1) THEN 3 WHEN lower(role) = lower($1) THEN 4 END,
               coalesce(from_module_id = $2, true) AND coalesce(to_module_id = $3, true),
               is_active, from_kind, to_kind
        FROM (SELECT name, true, label, source_role, source_module_id, target_module_id,
                     is_active, source_kind, target_kind
              FROM %1$I.relationship_type
              UNION ALL
              SELECT name, false, inverse_label, target_role, target_module_id, source_module_id,
                     is_active, target_kind, source_kind
              FROM %1$I.relationship_type WHERE NOT is_symmetric
             ) AS r (name, is_forward, reads, role, from_module_id, to_module_id, is_active, from_kind, to_kind)
        $query$, relate.current_workspace())
    USING label, from_module_id, to_module_id;
END;
$$;
COMMENT ON FUNCTION relate.readings(text, int, int) IS
'Internal. Every relationship type as it reads from one record to another, forward (the first is the source) and
backward: how well the words match (1 name, 2 name in another case, 3 label, 4 role of the first record; null not
at all), whether the modules fit, and the kinds asked for.';

CREATE FUNCTION relate.no_such_label(from_module text, from_key relate.record_key, label text,
    to_module text, to_key relate.record_key) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    from_id int := relate.module_id(from_module);
    to_id int := relate.module_id(to_module);
    possible text;
    other record;
    reason text;
    advice text;
BEGIN
    SELECT string_agg(DISTINCT format('"%s" (%s)', reads, type), ', '), relate.similar_names(label, array_agg(reads))
    INTO possible, advice
    FROM relate.readings(label, from_id, to_id) WHERE fits AND is_active;

    -- The words exist, but the other way round, not active, or between other modules.
    SELECT * INTO other FROM (
        SELECT r.type, r.match, r.is_active, r.fits, true AS is_turned FROM relate.readings(label, to_id, from_id) AS r
        WHERE r.fits AND r.is_active
        UNION ALL
        SELECT r.type, r.match, r.is_active, r.fits, false FROM relate.readings(label, from_id, to_id) AS r) AS r
    WHERE r.match IS NOT NULL ORDER BY r.is_turned DESC, r.fits DESC, r.match, r.type LIMIT 1;
    IF other.is_turned THEN
        advice := format('It reads the other way round: SELECT relate.connect(%L, %L, %L, %L, %L);',
                         to_module, to_key, label, from_module, from_key);
    ELSIF other.fits THEN
        reason := format('Relationship type "%s" is not active. ', other.type);
        advice := format('Activate it: UPDATE %I.relationship_type SET is_active = true WHERE name = %L;',
                         relate.current_workspace(), other.type);
    ELSIF other.type IS NOT NULL THEN
        reason := format('Relationship type "%s" connects %s. ', other.type, relate.type_structure(other.type));
    END IF;

    RAISE 'there is no relationship "%" from % to %', label, from_module, to_module
        USING ERRCODE = 'undefined_object', CONSTRAINT = 'relationship_type_active',
              SCHEMA = relate.current_workspace(), TABLE = 'relationship',
              DETAIL = coalesce(reason, '')
                       || CASE WHEN possible IS NULL THEN format('No active type connects %s to %s.', from_module, to_module)
                               ELSE format('From %s to %s there are: %s.', from_module, to_module, possible) END,
              HINT = coalesce(advice, 'Declare it with relate.create_relationship_type.');
END;
$$;
COMMENT ON FUNCTION relate.no_such_label(text, relate.record_key, text, text, relate.record_key) IS
'Internal. Raises 42704 for a label that connects no records of these modules, with what would.';

CREATE FUNCTION relate.resolve_type(from_module text, from_key relate.record_key, label text,
    to_module text, to_key relate.record_key, OUT type text, OUT is_forward boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    types text[];
    meanings text;
BEGIN
    -- A kind that does not fit only loses against one that does: the rule itself is the trigger's.
    -- Of one type that reads the same both ways, the first record is the source.
    WITH best AS (
        SELECT r.*, rank() OVER (ORDER BY
                   coalesce(r.from_kind = (SELECT relate.record_kind(from_module, from_key)), true)
                   AND coalesce(r.to_kind = (SELECT relate.record_kind(to_module, to_key)), true) DESC, r.match) AS place
        FROM relate.readings(label, relate.module_id(from_module), relate.module_id(to_module)) AS r
        WHERE r.match IS NOT NULL AND r.fits AND r.is_active)
    SELECT array_agg(DISTINCT b.type), bool_or(b.is_forward),
           string_agg(DISTINCT format('"%s" (%s)', b.type, b.reads), ', ')
    INTO types, is_forward, meanings
    FROM best AS b WHERE b.place = 1;

    IF types IS NULL THEN
        PERFORM relate.no_such_label(from_module, from_key, label, to_module, to_key);
    ELSIF cardinality(types) > 1 THEN
        RAISE 'relationship "%" from % to % is ambiguous', label, from_module, to_module
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('It can be of the types %s.', meanings),
                  HINT = format('Name the type: SELECT relate.connect(%L, %L, %L, %L, %L);',
                                from_module, from_key, types[1], to_module, to_key);
    END IF;
    type := types[1];
END;
$$;
COMMENT ON FUNCTION relate.resolve_type(text, relate.record_key, text, text, relate.record_key) IS
'Internal. The relationship type that a label, role or name means between two records, and whether the first is its source.';

CREATE FUNCTION relate.connect(from_module text, from_key relate.record_key, label text,
    to_module text, to_key relate.record_key,
    start_date date DEFAULT NULL, end_date date DEFAULT NULL, importance int DEFAULT NULL,
    description text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, address text DEFAULT NULL,
    attributes jsonb DEFAULT NULL, on_conflict text DEFAULT 'error', is_primary boolean DEFAULT false,
    address_module text DEFAULT NULL, address_key relate.record_key DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
BEGIN
    PERFORM relate.not_null('{from_module,from_key,label,to_module,to_key}',
                            from_module, from_key::text, label, to_module, to_key::text);
    SELECT * INTO t FROM relate.resolve_type(from_module, from_key, label, to_module, to_key);
    IF t.is_forward THEN
        RETURN relate.create_relationship(t.type, from_key, to_key, start_date, end_date, importance, description,
            email, phone, address, attributes, from_module, to_module, on_conflict, is_primary,
            address_module, address_key);
    ELSE
        RETURN relate.create_relationship(t.type, to_key, from_key, start_date, end_date, importance, description,
            email, phone, address, attributes, to_module, from_module, on_conflict, is_primary,
            address_module, address_key);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.connect(text, relate.record_key, text, text, relate.record_key, date, date, int, text, text, text, text,
    jsonb, text, boolean, text, relate.record_key) IS
'Connects two records and returns the relationship''s id. The label is read from the first record to the second, as in
connect(''contact'', 1, ''is employed by'', ''organization'', 7); it may also be the role of the first record (''Employee'')
or the name of the type, in any case of letters, and is looked for in that order: name, label, role. The relationship is
stored the right way round: connect(''organization'', 7, ''is the employer of'', ''contact'', 1) says the same. Only active
types that fit the modules count; kinds decide where several are left. The rest is as in create_relationship.
Errors: 42704 no such label between these modules (DETAIL lists those there are), 22023 several types fit (DETAIL lists
them), else as in create_relationship.';

-- ---------------------------------------------------------------------------
-- Update, end, delete
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.no_such_relationship(id bigint) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'relationship % does not exist', id
        USING ERRCODE = 'undefined_object', SCHEMA = relate.current_workspace(), TABLE = 'relationship';
END;
$$;
COMMENT ON FUNCTION relate.no_such_relationship(bigint) IS 'Internal. Raises 42704 for a relationship id.';

CREATE FUNCTION relate.type_of(id bigint) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    type text;
BEGIN
    PERFORM relate.not_null('{id}', id::text);
    EXECUTE format('SELECT t.name FROM %1$I.relationship JOIN %1$I.relationship_type AS t USING (type_id)
                    WHERE relationship_id = $1', relate.current_workspace()) INTO type USING id;
    IF type IS NULL THEN
        PERFORM relate.no_such_relationship(id);
    END IF;
    RETURN type;
END;
$$;
COMMENT ON FUNCTION relate.type_of(bigint) IS
'Internal. The name of a relationship''s type; 42704 if there is no such relationship, 22004 for null.';

CREATE FUNCTION relate.update_relationship(id bigint,
    start_date date DEFAULT NULL, end_date date DEFAULT NULL, importance int DEFAULT NULL,
    description text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, address text DEFAULT NULL,
    attributes jsonb DEFAULT NULL, is_primary boolean DEFAULT NULL, type text DEFAULT NULL,
    address_module text DEFAULT NULL, address_key relate.record_key DEFAULT NULL, clear text[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clearable CONSTANT text[] := '{start_date,end_date,importance,description,email,phone,address,attributes,address_key}';
    old_type record;
    new_type record;
    wrong text;
    updated int;
BEGIN
    SELECT * INTO old_type FROM relate.type_named(relate.type_of(id));
    SELECT * INTO new_type FROM relate.type_named(coalesce(type, old_type.name));
    IF new_type.name <> old_type.name AND relate.type_structure(new_type.name) <> relate.type_structure(old_type.name) THEN
        RAISE 'relationship % cannot become one of type "%"', id, new_type.name
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Type "%s" connects %s, type "%s" %s.', old_type.name,
                                  relate.type_structure(old_type.name), new_type.name,
                                  relate.type_structure(new_type.name));
    END IF;
    clear := coalesce(clear, '{}');
    SELECT c INTO wrong FROM unnest(clear) AS c WHERE (c = ANY (clearable)) IS NOT TRUE LIMIT 1;
    IF FOUND THEN
        RAISE 'column "%" cannot be cleared', wrong
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('These can: %s.', array_to_string(clearable, ', '));
    END IF;
    PERFORM relate.no_dates(new_type.name, new_type.is_perpetual, start_date::text, end_date::text,
        (SELECT c FROM unnest(clear) AS c WHERE c IN ('start_date', 'end_date') LIMIT 1));

    EXECUTE format($query$
        UPDATE %I.relationship SET
            type_id = $3,
            start_date = CASE WHEN 'start_date' <> ALL ($2) THEN coalesce($4, start_date) ELSE $4 END,
            end_date = CASE WHEN 'end_date' <> ALL ($2) THEN coalesce($5, end_date) ELSE $5 END,
            importance = CASE WHEN 'importance' <> ALL ($2) THEN coalesce($6, importance) ELSE $6 END,
            description = CASE WHEN 'description' <> ALL ($2) THEN coalesce($7, description) ELSE $7 END,
            email = CASE WHEN 'email' <> ALL ($2) THEN coalesce($8, email) ELSE $8 END,
            phone = CASE WHEN 'phone' <> ALL ($2) THEN coalesce($9, phone) ELSE $9 END,
            address = CASE WHEN 'address' <> ALL ($2) THEN coalesce($10, address) ELSE $10 END,
            attributes = CASE WHEN 'attributes' <> ALL ($2) THEN coalesce($11, attributes) ELSE $11 END,
            is_primary = coalesce($12, is_primary),
            address_module_id = CASE WHEN 'address_key' <> ALL ($2) THEN coalesce($13, address_module_id) ELSE $13 END,
            address_key = CASE WHEN 'address_key' <> ALL ($2) THEN coalesce($14, address_key) ELSE $14 END
        WHERE relationship_id = $1
        $query$, relate.current_workspace())
    USING id, clear, new_type.type_id, start_date, end_date, relate.importance_of(importance), description, email, phone, address,
          attributes, is_primary,
          relate.module_id(address_module), address_key;
    GET DIAGNOSTICS updated = ROW_COUNT;
    IF updated = 0 THEN
        PERFORM relate.no_such_relationship(id);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.update_relationship(bigint, date, date, int, text, text, text, text, jsonb, boolean, text, text, relate.record_key, text[]) IS
'Changes a relationship; null leaves a value as it is, and clear names the columns to empty first (importance: back to the
type''s default; address_key: with its module), as in update_relationship(991, clear => ''{end_date}''). Another type must
have the same structure: modules, kinds and symmetry. Errors: 42704 unknown relationship or type; 22023 another structure,
dates for a perpetual type, a column that cannot be cleared; 23505, 23503, 23514 by the rules of the workspace.';

CREATE FUNCTION relate.end_relationship(id bigint, end_date date DEFAULT current_date) RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    r record;
BEGIN
    PERFORM relate.not_null('{id,end_date}', id::text, end_date::text);
    EXECUTE format($query$
        SELECT t.name AS type, t.is_perpetual, r.start_date, r.end_date
        FROM %1$I.relationship AS r JOIN %1$I.relationship_type AS t USING (type_id)
        WHERE r.relationship_id = $1 FOR NO KEY UPDATE OF r
        $query$, workspace)
    INTO r USING id;
    IF r.type IS NULL THEN
        PERFORM relate.no_such_relationship(id);
    ELSIF r.is_perpetual THEN
        RAISE 'relationship % cannot be ended', id
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = workspace, TABLE = 'relationship',
                  DETAIL = format('Its type "%s" is perpetual.', r.type),
                  HINT = format('SELECT relate.delete_relationship(%s);', id);
    ELSIF r.start_date > end_date THEN
        RAISE 'relationship % cannot end on %, because it begins on %', id, end_date, r.start_date
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = workspace, TABLE = 'relationship',
                  HINT = format('SELECT relate.delete_relationship(%s);', id);
    ELSIF r.end_date <= end_date THEN
        RETURN r.end_date;
    END IF;
    EXECUTE format('UPDATE %I.relationship SET end_date = $2 WHERE relationship_id = $1', workspace) USING id, end_date;
    RETURN end_date;
END;
$$;
COMMENT ON FUNCTION relate.end_relationship(bigint, date) IS
'Ends a relationship on a day (its last one) and returns that day; one that ended earlier keeps its end, which is returned.
Errors: 42704 unknown relationship; 22023 not begun by then, or of a perpetual type: delete_relationship is for those.
To reopen one: update_relationship(id, clear => ''{end_date}'').';

CREATE FUNCTION relate.delete_relationship(id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deleted int;
BEGIN
    PERFORM relate.not_null('{id}', id::text);
    EXECUTE format('DELETE FROM %I.relationship WHERE relationship_id = $1', relate.current_workspace()) USING id;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF deleted = 0 THEN
        PERFORM relate.no_such_relationship(id);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.delete_relationship(bigint) IS
'Deletes a relationship, as if it had never been; end_relationship keeps its history. Error: 42704 unknown relationship.';

CREATE FUNCTION relate.stints(type text, source_key relate.record_key, target_key relate.record_key,
    source_module text, target_module text)
RETURNS TABLE (relationship_id bigint, first_day date, last_day date)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    t record;
    source_module_id int;
    target_module_id int;
BEGIN
    PERFORM relate.not_null('{type,source_key,target_key}', type, source_key::text, target_key::text);
    SELECT * INTO t FROM relate.type_named(type);
    source_module_id := relate.side_module('source', t.name, t.source_module_id, source_module);
    target_module_id := relate.side_module('target', t.name, t.target_module_id, target_module);
    RETURN QUERY
        SELECT r.relationship_id, r.first_day, r.last_day
        FROM relate.overlapping(t.type_id, t.is_perpetual, true, t.is_symmetric, source_module_id,
                                relate.canonical_key(source_module_id, source_key), NULL, NULL) AS r
        WHERE r.other_module_id = target_module_id
          AND r.other_key OPERATOR(relate.=) relate.canonical_key(target_module_id, target_key);
    IF NOT FOUND THEN
        RAISE 'there is no relationship "%" from % % to % %',
              t.name, (relate.find_module(workspace, source_module_id)).singular, source_key,
              (relate.find_module(workspace, target_module_id)).singular, target_key
            USING ERRCODE = 'undefined_object', SCHEMA = workspace, TABLE = 'relationship';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.stints(text, relate.record_key, relate.record_key, text, text) IS
'Internal. The relationships of a type between two records (either way round where it is symmetric) and their days,
infinite where open. 42704 if there is none.';

CREATE FUNCTION relate.end_relationship(type text, source_key relate.record_key, target_key relate.record_key,
    end_date date DEFAULT current_date, source_module text DEFAULT NULL, target_module text DEFAULT NULL)
RETURNS date
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    -- The last that has begun by then; if none has, the first to come, which is refused.
    SELECT relate.end_relationship(relationship_id, end_date)
    FROM (SELECT relationship_id
          FROM relate.stints(type, source_key, target_key, source_module, target_module)
          ORDER BY first_day <= end_date DESC, CASE WHEN first_day <= end_date THEN first_day END DESC, first_day
          LIMIT 1) AS stint
$$;
COMMENT ON FUNCTION relate.end_relationship(text, relate.record_key, relate.record_key, date, text, text) IS
'The same for the relationship of a type between two records; of several stints, the last that has begun by that day.
Modules are needed where the type leaves them open. Error: 42704 unknown type or no such relationship, else as above.';

CREATE FUNCTION relate.delete_relationship(type text, source_key relate.record_key, target_key relate.record_key,
    as_of date DEFAULT NULL, source_module text DEFAULT NULL, target_module text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids bigint[];
    days text;
BEGIN
    SELECT array_agg(relationship_id ORDER BY first_day),
           string_agg(format('%s (%s to %s)', relationship_id, coalesce(nullif(first_day, '-infinity')::text, 'open'),
                             coalesce(nullif(last_day, 'infinity')::text, 'open')), ', ' ORDER BY first_day)
    INTO ids, days
    FROM relate.stints(type, source_key, target_key, source_module, target_module)
    WHERE as_of IS NULL OR as_of BETWEEN first_day AND last_day;
    IF ids IS NULL THEN
        RAISE 'there is no relationship "%" from % to % on %', type, source_key, target_key, as_of
            USING ERRCODE = 'undefined_object', SCHEMA = relate.current_workspace(), TABLE = 'relationship';
    ELSIF cardinality(ids) > 1 THEN
        RAISE 'there are % relationships "%" from % to %', cardinality(ids), type, source_key, target_key
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = relate.current_workspace(), TABLE = 'relationship',
                  DETAIL = format('They are %s.', days),
                  HINT = format('Name a day on which it ran (as_of), or its id: SELECT relate.delete_relationship(%s);', ids[1]);
    END IF;
    PERFORM relate.delete_relationship(ids[1]);
END;
$$;
COMMENT ON FUNCTION relate.delete_relationship(text, relate.record_key, relate.record_key, date, text, text) IS
'The same for the relationship of a type between two records; of several stints, the one that runs on the day as_of.
Errors: 42704 unknown type or no such relationship, 22023 several stints and no day (DETAIL lists them).';

-- ---------------------------------------------------------------------------
-- Relationship status: what a record is to us.
--
-- Every module has its own list of statuses in an order of its own. A record has
-- one of them or none, since a day, set by somebody. A retired status stays with
-- the records that have it and cannot be given any more. That a status is of the
-- record's module, and not retired, is enforced by the trigger on record_status.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.status_named(module text, status text, OUT module_id int, OUT status_id int)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    known text;
BEGIN
    PERFORM relate.not_null('{module,status}', module, status);
    module_id := relate.module_id(module);
    EXECUTE format($query$
        SELECT status_id FROM %I.status
        WHERE module_id = $1 AND lower(name) = lower($2) ORDER BY name = $2 DESC LIMIT 1
        $query$, workspace)
    INTO status_id USING module_id, status;
    IF status_id IS NULL THEN
        EXECUTE format($query$
            SELECT string_agg(format('"%%s"', name), ', ' ORDER BY position)
            FROM %I.status WHERE module_id = $1 AND NOT is_retired
            $query$, workspace) INTO known USING module_id;
        RAISE 'module "%" has no status "%"', module, status
            USING ERRCODE = 'undefined_object', SCHEMA = workspace, TABLE = 'status',
                  DETAIL = CASE WHEN known IS NULL THEN 'It has no status yet.' ELSE format('It has %s.', known) END,
                  HINT = format('SELECT relate.add_status(%L, %L);', module, status);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.status_named(text, text) IS
'Internal. A status of a module by its name, in any case of letters. 42704 if there is none.';

CREATE FUNCTION relate.check_new_status(module text, name text, except_id int) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    taken record;
BEGIN
    IF btrim(name) = '' THEN
        RAISE 'the name of a status must not be empty' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format($query$
        SELECT name, is_retired FROM %I.status
        WHERE module_id = $1 AND lower(name) = lower($2) AND status_id IS DISTINCT FROM $3 LIMIT 1
        $query$, workspace)
    INTO taken USING relate.module_id(module), name, except_id;
    IF taken.name IS NOT NULL THEN
        RAISE 'module "%" already has a status "%"', module, taken.name
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'status',
                  HINT = CASE WHEN taken.is_retired
                              THEN format('It is retired: SELECT relate.restore_status(%L, %L);', module, taken.name)
                              ELSE format('SELECT status FROM relate.statuses(%L) lists them.', module) END;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_new_status(text, text, int) IS
'Internal. Raises 42710 if a module has another status of that name in any case of letters, 22023 if the name is empty.';

CREATE FUNCTION relate.add_status(module text, name text, "position" int DEFAULT NULL) RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    new_id int;
BEGIN
    PERFORM relate.not_null('{module,name}', module, name);
    PERFORM relate.check_new_status(module, name, NULL);
    IF "position" < 1 THEN
        RAISE 'position % is out of range', "position"
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The first position is 1; leave it out to come last.';
    END IF;
    EXECUTE format('UPDATE %I.status SET position = position + 1 WHERE module_id = $1 AND position >= $2', workspace)
        USING relate.module_id(module), "position";
    EXECUTE format($query$
        INSERT INTO %1$I.status (module_id, name, position)
        SELECT $1, $2, least($3, coalesce(max(position), 0) + 1) FROM %1$I.status WHERE module_id = $1
        RETURNING status_id
        $query$, workspace)
    INTO new_id USING relate.module_id(module), name, "position";
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.add_status(text, text, int) IS
'Adds a status to a module''s list, by default as the last, and returns its id. Those from its position on move down.
Errors: 42704 unknown module; 42710 the name exists, in whatever case of letters; 22023 empty name, position below 1.';

CREATE FUNCTION relate.rename_status(module text, name text, new_name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    status_id int := (relate.status_named(module, name)).status_id;
BEGIN
    PERFORM relate.not_null('{new_name}', new_name);
    PERFORM relate.check_new_status(module, new_name, status_id);
    EXECUTE format('UPDATE %I.status SET name = $2 WHERE status_id = $1', relate.current_workspace())
        USING status_id, new_name;
END;
$$;
COMMENT ON FUNCTION relate.rename_status(text, text, text) IS
'Renames a status; the records that have it keep it. Errors: 42704 unknown module or status; 42710 the name exists.';

CREATE FUNCTION relate.order_statuses(module text, names text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    module_id int;
    ids int[];
    missing text;
BEGIN
    PERFORM relate.not_null('{module,names}', module, names::text);
    module_id := relate.module_id(module);
    SELECT array_agg((relate.status_named(module, n)).status_id ORDER BY place) INTO ids
    FROM unnest(names) WITH ORDINALITY AS u (n, place);
    IF cardinality(ids) <> (SELECT count(DISTINCT id) FROM unnest(ids) AS id) THEN
        RAISE 'a status is named twice' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format($query$
        SELECT string_agg(format('"%%s"', name), ', ' ORDER BY position) FROM %I.status
        WHERE module_id = $1 AND NOT is_retired AND status_id <> ALL (coalesce($2, '{}'))
        $query$, workspace)
    INTO missing USING module_id, ids;
    IF missing IS NOT NULL THEN
        RAISE 'the order of module "%" leaves statuses out', module
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('Missing: %s.', missing),
                  HINT = 'Name every status that is not retired.';
    END IF;
    EXECUTE format($query$
        UPDATE %1$I.status AS s SET position = o.place
        FROM (SELECT status_id, row_number() OVER (ORDER BY array_position($2, status_id), position) AS place
              FROM %1$I.status WHERE module_id = $1) AS o
        WHERE s.status_id = o.status_id AND s.position <> o.place
        $query$, workspace)
    USING module_id, ids;
END;
$$;
COMMENT ON FUNCTION relate.order_statuses(text, text[]) IS
'Puts a module''s statuses in this order. Every status that is not retired must be named, once; retired ones may be, and
follow the others if not. Errors: 42704 unknown module or status; 22023 one left out or named twice.';

CREATE FUNCTION relate.retire_status(module text, name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('UPDATE %I.status SET is_retired = true WHERE status_id = $1', relate.current_workspace())
        USING (relate.status_named(module, name)).status_id;
END;
$$;
COMMENT ON FUNCTION relate.retire_status(text, text) IS
'Retires a status: records that have it keep it, and it can be read; it cannot be given any more.
Error: 42704 unknown module or status.';

CREATE FUNCTION relate.restore_status(module text, name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('UPDATE %I.status SET is_retired = false WHERE status_id = $1', relate.current_workspace())
        USING (relate.status_named(module, name)).status_id;
END;
$$;
COMMENT ON FUNCTION relate.restore_status(text, text) IS
'Lets a retired status be given again. Error: 42704 unknown module or status.';

CREATE FUNCTION relate.statuses(module text) RETURNS TABLE (status text, "position" int, is_retired boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.not_null('{module}', module);
    RETURN QUERY EXECUTE format('SELECT name, position, is_retired FROM %I.status WHERE module_id = $1 ORDER BY position, name',
                                relate.current_workspace()) USING relate.module_id(module);
END;
$$;
COMMENT ON FUNCTION relate.statuses(text) IS
'The statuses of a module in their order, retired ones included. Error: 42704 unknown module.';

CREATE FUNCTION relate.set_status(module text, key relate.record_key, status text, since date DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    module_id int;
    status_id int;
BEGIN
    PERFORM relate.not_null('{module,key}', module, key::text);
    module_id := relate.module_id(module);
    key := relate.canonical_key(module_id, key);
    IF status IS NULL THEN
        EXECUTE format('DELETE FROM %I.record_status WHERE module_id = $1 AND key OPERATOR(relate.=) $2', workspace)
            USING module_id, key;
        RETURN;
    END IF;
    status_id := (relate.status_named(module, status)).status_id;
    IF NOT isfinite(since) THEN
        RAISE 'a record cannot have its status since %', since USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format($query$
        INSERT INTO %I.record_status AS old (module_id, key, status_id, since, set_at, set_by)
        VALUES ($1, $2, $3, coalesce($4, current_date), now(), current_user)
        ON CONFLICT (module_id, key) DO UPDATE
        SET status_id = excluded.status_id, since = excluded.since, set_at = excluded.set_at, set_by = excluded.set_by
        WHERE old.status_id <> excluded.status_id OR old.since <> $4
        $query$, workspace)
    USING module_id, key, status_id, since;
END;
$$;
COMMENT ON FUNCTION relate.set_status(text, relate.record_key, text, date) IS
'Gives a record a status since a day (today by default) and notes when and by whom; a null status takes it away. To give a
record the status it has changes nothing, unless since says another day. Errors: 42704 unknown module or status; 23514
(record_status_retired) the status is retired; 23503 no such record.';

CREATE FUNCTION relate.status_of(module text, key relate.record_key) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_status_of';
COMMENT ON FUNCTION relate.status_of(text, relate.record_key) IS
'The status of a record, null if it has none. For a whole list, join records_with_status. Error: 42704 unknown module.';

CREATE FUNCTION relate.records_with_status(module text, statuses text[] DEFAULT NULL)
RETURNS TABLE (key relate.record_key, status text, since date, set_at timestamptz, set_by text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids int[];
BEGIN
    SELECT array_agg((relate.status_named(module, s)).status_id) INTO ids FROM unnest(statuses) AS s;
    RETURN QUERY EXECUTE format($query$
        SELECT r.key, s.name, r.since, r.set_at, r.set_by
        FROM %1$I.status AS s JOIN %1$I.record_status AS r USING (status_id)
        WHERE s.module_id = $1 AND ($2 IS NULL OR s.status_id = ANY ($3))
        $query$, relate.current_workspace())
    USING relate.module_id(module), statuses, ids;
END;
$$;
COMMENT ON FUNCTION relate.records_with_status(text, text[]) IS
'The records of a module that have one of these statuses (null: any), since when, and when and by whom it was set. For list
views: SELECT ... FROM contact AS c JOIN relate.records_with_status(''contact'', ''{Customer,Prospect}'') AS s ON c.id = s.key::bigint.
Errors: 42704 unknown module or status.';

CREATE FUNCTION relate.records_with_status(module text, status text)
RETURNS TABLE (key relate.record_key, status text, since date, set_at timestamptz, set_by text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT r.key, r.status, r.since, r.set_at, r.set_by FROM relate.records_with_status($1, ARRAY[$2]) AS r
$$;
COMMENT ON FUNCTION relate.records_with_status(text, text) IS
'The records of a module that have this status; the rest as for several.';

-- ---------------------------------------------------------------------------
-- Samples: four small worlds to try everything on.
--
-- Each sample is one schema that holds its tables and a workspace of its own,
-- so it meets no module or type of the user's, and DROP SCHEMA ... CASCADE
-- leaves nothing behind. All people, companies and events are invented.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.sample_schema(sample text) RETURNS name
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.not_null('{name}', sample);
    IF sample NOT IN ('airline', 'property', 'elevator', 'network') THEN
        RAISE 'sample "%" does not exist', sample
            USING ERRCODE = 'undefined_object', HINT = 'The samples are airline, property, elevator and network.';
    END IF;
    IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'sample_' || sample) THEN
        RAISE 'sample "%" cannot be loaded: schema "sample_%" exists already', sample, sample
            USING ERRCODE = 'duplicate_object', SCHEMA = 'sample_' || sample,
                  DETAIL = 'A sample is loaded into a schema of that name.',
                  HINT = CASE WHEN EXISTS (SELECT FROM relate.find_workspaces() AS w WHERE w.name = 'sample_' || sample)
                              THEN format('To have it anew: DROP SCHEMA sample_%s CASCADE.', sample)
                              ELSE format('Rename that schema: ALTER SCHEMA sample_%s RENAME TO ....', sample) END;
    END IF;
    RETURN 'sample_' || sample;
END;
$$;
COMMENT ON FUNCTION relate.sample_schema(text) IS
'Internal. The schema into which a sample is loaded; raises 42704 for an unknown sample, 42710 if that schema exists.';

-- ---- airline: one to one, one to many, and a system module --------------------------

CREATE FUNCTION relate.load_sample_airline() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE sample_airline.passenger (
        id int PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, born date, home_airport text);
    CREATE TABLE sample_airline.loyalty_account (
        account_no text PRIMARY KEY, tier text NOT NULL, miles int NOT NULL);
    CREATE TABLE sample_airline.contact (
        id int PRIMARY KEY, full_name text NOT NULL, email text, phone text);
    CREATE TABLE sample_airline.ticket (
        ticket_no int PRIMARY KEY, subject text NOT NULL, priority text NOT NULL, opened_on date NOT NULL);
    CREATE TABLE sample_airline.agent (
        login text PRIMARY KEY, full_name text NOT NULL);

    INSERT INTO sample_airline.passenger VALUES
        (1, 'Ines', 'Carvalho', '1984-03-17', 'LIS'), (2, 'Marek', 'Dvorsky', '1991-11-02', 'PRG'),
        (3, 'Aiko', 'Tanabe', '1978-07-29', 'KIX'), (4, 'Oluwaseun', 'Adeyemi', '1969-01-08', 'LOS'),
        (5, 'Freya', 'Halvorsen', '2001-05-23', 'BGO'), (6, 'Rafael', 'Quintero', '1995-09-14', 'MDE'),
        (7, 'Tess', 'Quintero', '2016-12-01', 'MDE'), (8, 'Bashir', 'Haddad', '1959-04-30', 'BEY');
    INSERT INTO sample_airline.loyalty_account VALUES
        ('SK-104417', 'Gold', 61200), ('SK-230985', 'Blue', 4150), ('SK-088216', 'Platinum', 188430),
        ('SK-361702', 'Silver', 27900), ('SK-455093', 'Blue', 900), ('SK-019964', 'Gold', 73015),
        ('SK-507731', 'Blue', 0);
    INSERT INTO sample_airline.contact VALUES
        (1, 'Ines Carvalho', 'ines.carvalho@example.com', '+351 555 0117'),
        (2, 'Rafael Quintero', 'rafa.q@example.net', '+57 555 0143'),
        (3, 'Greta Blom', 'g.blom@tulpreizen.example', '+31 555 0188'),
        (4, 'Aiko Tanabe', 'aiko@tanabe.example', NULL),
        (5, 'Nadia Haddad', 'nadia.haddad@example.org', '+961 555 0121');
    INSERT INTO sample_airline.ticket VALUES
        (1001, 'Suitcase arrived two days late', 'high', '2025-02-03'),
        (1002, 'Seat map shows the wrong aircraft', 'low', '2025-02-11'),
        (1003, 'Miles of a codeshare flight are missing', 'normal', '2025-03-02'),
        (1004, 'Wheelchair at both ends, please', 'high', '2025-03-19'),
        (1005, 'Refund for a cancelled leg', 'normal', '2025-04-07'),
        (1006, 'Child meal was forgotten', 'low', '2025-04-22'),
        (1007, 'Group booking: 14 names to change', 'normal', '2025-05-06'),
        (1008, 'Invoice without the company''s VAT number', 'low', '2025-05-09'),
        (1009, 'Missed connection, hotel not booked', 'high', '2025-06-15');
    INSERT INTO sample_airline.agent VALUES
        ('lmoreau', 'Louise Moreau'), ('dkim', 'Daniel Kim'), ('sosei', 'Sena Osei');

    PERFORM relate.register_module('sample_airline.passenger', kind => 'individual');
    PERFORM relate.register_module('sample_airline.loyalty_account', name_columns => '{account_no}');
    PERFORM relate.register_module('sample_airline.contact', kind => 'individual');
    PERFORM relate.register_module('sample_airline.ticket', name_columns => '{subject}', date_column => 'opened_on');
    PERFORM relate.register_module('sample_airline.agent', is_system => true);

    PERFORM relate.create_relationship_type('loyalty account', 'passenger', 'loyalty_account', 'one_to_one',
        source_role => 'Member', target_role => 'Account', label => 'collects miles on', inverse_label => 'is the account of',
        default_importance => 4);
    PERFORM relate.create_relationship_type('ticket', 'contact', 'ticket', 'one_to_many',
        source_role => 'Reporter', label => 'reported', inverse_label => 'was reported by', default_importance => 4);
    -- Users of the system are assigned by a lookup: ticket, assigned agent, user.
    PERFORM relate.create_relationship_type('assigned agent', 'ticket', 'agent', 'many_to_one',
        target_role => 'Assigned Agent', label => 'is handled by', inverse_label => 'handles');
    PERFORM relate.create_relationship_type('booking for', 'contact', 'passenger', 'many_to_many',
        source_role => 'Booker', target_role => 'Traveller', label => 'books for', inverse_label => 'is booked by',
        source_may => '{book,change}', is_perpetual => true);
    PERFORM relate.create_relationship_type('travel companion', 'passenger', 'passenger', 'many_to_many',
        source_role => 'Companion', label => 'travels with', is_symmetric => true, default_importance => 2);

    INSERT INTO sample_airline.relationship_list
        (relationship_type, source_key, target_key, start_date, end_date, description)
    VALUES
        ('loyalty account', '1', 'SK-104417', '2017-06-01', NULL, NULL),
        ('loyalty account', '2', 'SK-230985', '2023-01-15', NULL, NULL),
        ('loyalty account', '3', 'SK-088216', '2009-04-02', NULL, NULL),
        ('loyalty account', '4', 'SK-361702', '2019-10-20', NULL, NULL),
        ('loyalty account', '5', 'SK-455093', '2024-08-11', NULL, NULL),
        ('loyalty account', '6', 'SK-507731', '2020-02-01', '2022-06-30', 'Card lost, account closed'),
        ('loyalty account', '6', 'SK-019964', '2022-07-01', NULL, 'Replaces SK-507731'),
        ('ticket', '1', '1001', '2025-02-03', NULL, NULL), ('ticket', '1', '1003', '2025-03-02', NULL, NULL),
        ('ticket', '1', '1009', '2025-06-15', NULL, NULL), ('ticket', '2', '1006', '2025-04-22', NULL, NULL),
        ('ticket', '3', '1002', '2025-02-11', NULL, NULL), ('ticket', '3', '1007', '2025-05-06', NULL, NULL),
        ('ticket', '3', '1008', '2025-05-09', NULL, NULL), ('ticket', '4', '1005', '2025-04-07', NULL, NULL),
        ('ticket', '5', '1004', '2025-03-19', NULL, NULL),
        ('assigned agent', '1001', 'lmoreau', '2025-02-03', '2025-02-06', 'Tracing desk'),
        ('assigned agent', '1001', 'dkim', '2025-02-07', NULL, 'Compensation'),
        ('assigned agent', '1003', 'dkim', '2025-03-02', NULL, NULL),
        ('assigned agent', '1004', 'sosei', '2025-03-19', NULL, NULL),
        ('assigned agent', '1007', 'lmoreau', '2025-05-06', NULL, NULL),
        ('assigned agent', '1009', 'sosei', '2025-06-15', NULL, NULL),
        ('booking for', '1', '1', NULL, NULL, NULL), ('booking for', '2', '6', NULL, NULL, NULL),
        ('booking for', '2', '7', NULL, NULL, 'Father'), ('booking for', '3', '2', NULL, NULL, 'Travel agency'),
        ('booking for', '3', '5', NULL, NULL, 'Travel agency'), ('booking for', '4', '3', NULL, NULL, NULL),
        ('booking for', '5', '8', NULL, NULL, 'Daughter'),
        ('travel companion', '6', '7', '2016-12-01', NULL, 'Father and daughter'),
        ('travel companion', '1', '2', '2024-09-01', '2025-01-31', 'Commuted Lisbon to Prague together');

    PERFORM relate.add_status('contact', 'Key account', 1);
    PERFORM relate.set_status('contact', '3', 'Key account', '2022-01-01');
    PERFORM relate.set_status('contact', '1', 'Customer', '2017-06-01');
    PERFORM relate.set_status('contact', '5', 'Prospect', '2025-03-19');
END;
$$;
COMMENT ON FUNCTION relate.load_sample_airline() IS
'Internal. Tables, records, types and relationships of the sample "airline", in its schema and the current workspace.';

-- ---- property: many to one, keys that are uuids, records of two kinds -------------------

CREATE FUNCTION relate.load_sample_property() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE sample_property.contact (
        id int PRIMARY KEY, name text NOT NULL, kind text NOT NULL, email text);
    CREATE TABLE sample_property.opportunity (
        id int PRIMARY KEY, title text NOT NULL, stage text NOT NULL, amount numeric(12,2), created_on date NOT NULL);
    CREATE TABLE sample_property.listing (
        listing_id uuid PRIMARY KEY, title text NOT NULL, town text NOT NULL, asking_price numeric(12,2));
    CREATE TABLE sample_property.broker (
        id int PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL);

    INSERT INTO sample_property.contact VALUES
        (1, 'Leonor Bettencourt', 'individual', 'leonor@bettencourt.example'),
        (2, 'Henrik Aalto', 'individual', 'h.aalto@example.com'),
        (3, 'Sadia Rahman', 'individual', 'sadia.rahman@example.net'),
        (4, 'Copperfield Homes', 'organization', 'deals@copperfield.example'),
        (5, 'Tevita Moala', 'individual', NULL),
        (6, 'Bluegate Pension Fund', 'organization', 'property@bluegate.example');
    INSERT INTO sample_property.opportunity VALUES
        (1, 'Harbour flat, first purchase', 'Viewing', 312000, '2025-01-20'),
        (2, 'Villa with orchard', 'Offer made', 745000, '2025-02-14'),
        (3, 'Building plot on Mill Lane', 'Won', 98000, '2024-06-03'),
        (4, 'Twelve row houses', 'Negotiation', 3400000, '2025-03-08'),
        (5, 'Studio to let', 'Lost', 134000, '2024-09-30'),
        (6, 'Office floor, long lease', 'Viewing', 1250000, '2025-04-25'),
        (7, 'Cottage for the weekends', 'New', 188000, '2025-05-02');
    INSERT INTO sample_property.listing VALUES
        ('0a6d9f14-51c7-4b0e-9c35-7be1d20f6a01', 'Harbour flat, 3 rooms', 'Lagoa', 318000),
        ('1c27e8b3-90d4-4f6a-8a12-43d5b9e07c02', 'Villa Oliveira', 'Tavira', 760000),
        ('2f93b0c8-1e65-4d27-b7f0-95a86c41de03', 'Plot 17, Mill Lane', 'Norvik', 98000),
        ('3e58d7a1-c2f9-48b3-8e64-0d17f3b52a04', 'Saltworks Terrace', 'Norvik', 3500000),
        ('4b71c6e2-7d08-4a95-9f1b-6c20e8d34f05', 'Old Mint, 4th floor', 'Hedby', 1300000);
    INSERT INTO sample_property.broker VALUES (1, 'Wilma', 'Ostrander'), (2, 'Joon-ho', 'Pak');

    PERFORM relate.register_module('sample_property.contact', kind_column => 'kind');
    PERFORM relate.register_module('sample_property.opportunity', plural => 'Opportunities', date_column => 'created_on');
    PERFORM relate.register_module('sample_property.listing');
    PERFORM relate.register_module('sample_property.broker', kind => 'individual');

    PERFORM relate.create_relationship_type('buyer', 'opportunity', 'contact', 'many_to_one',
        source_role => 'Deal', target_role => 'Buyer', label => 'is a deal with', inverse_label => 'buys in',
        default_importance => 5);
    PERFORM relate.create_relationship_type('subject of deal', 'opportunity', 'listing', 'many_to_one',
        source_role => 'Deal', target_role => 'Property', label => 'is about', inverse_label => 'is wanted in',
        is_perpetual => true);
    PERFORM relate.create_relationship_type('broker of deal', 'opportunity', 'broker', 'many_to_one',
        source_role => 'Deal', target_role => 'Broker', label => 'is led by', inverse_label => 'leads');
    PERFORM relate.create_relationship_type('spouse', 'contact', 'contact', 'one_to_one', source_kind => 'individual',
        source_role => 'Spouse', label => 'is married to', is_symmetric => true, source_may => '{sign}');
    PERFORM relate.create_relationship_type('representative', 'contact', 'contact', 'many_to_many',
        source_kind => 'individual', target_kind => 'organization', source_role => 'Representative', target_role => 'Client',
        label => 'represents', inverse_label => 'is represented by', source_may => '{sign,view}');

    INSERT INTO sample_property.relationship_list
        (relationship_type, source_key, target_key, start_date, end_date, importance, description)
    VALUES
        ('buyer', '1', '1', '2025-01-20', NULL, NULL, NULL), ('buyer', '2', '1', '2025-02-14', NULL, NULL, NULL),
        ('buyer', '3', '1', '2024-06-03', NULL, 3, 'Her first plot with us'),
        ('buyer', '4', '4', '2025-03-08', NULL, NULL, NULL),
        ('buyer', '5', '2', '2024-09-30', '2024-12-10', 2, 'Bought elsewhere'),
        ('buyer', '6', '6', '2025-04-25', NULL, NULL, NULL), ('buyer', '7', '2', '2025-05-02', NULL, NULL, NULL),
        ('subject of deal', '1', '0a6d9f14-51c7-4b0e-9c35-7be1d20f6a01', NULL, NULL, NULL, NULL),
        ('subject of deal', '2', '1c27e8b3-90d4-4f6a-8a12-43d5b9e07c02', NULL, NULL, NULL, NULL),
        ('subject of deal', '3', '2f93b0c8-1e65-4d27-b7f0-95a86c41de03', NULL, NULL, NULL, NULL),
        ('subject of deal', '4', '3e58d7a1-c2f9-48b3-8e64-0d17f3b52a04', NULL, NULL, NULL, NULL),
        ('subject of deal', '6', '4b71c6e2-7d08-4a95-9f1b-6c20e8d34f05', NULL, NULL, NULL, NULL),
        ('broker of deal', '1', '1', '2025-01-20', NULL, NULL, NULL),
        ('broker of deal', '2', '1', '2025-02-14', '2025-03-31', NULL, 'On leave from April'),
        ('broker of deal', '2', '2', '2025-04-01', NULL, NULL, NULL),
        ('broker of deal', '4', '2', '2025-03-08', NULL, NULL, NULL),
        ('broker of deal', '6', '1', '2025-04-25', NULL, NULL, NULL),
        ('spouse', '1', '2', '2011-08-27', NULL, 4, NULL),
        ('representative', '3', '4', '2023-02-01', NULL, NULL, 'Head of acquisitions'),
        ('representative', '5', '6', '2020-05-01', '2024-12-31', NULL, 'Outside counsel'),
        ('representative', '3', '6', '2025-01-01', NULL, NULL, 'Took over from Tevita Moala');

    PERFORM relate.set_status('contact', '1', 'Customer', '2024-06-03');
    PERFORM relate.set_status('contact', '4', 'Prospect', '2025-03-08');
    PERFORM relate.set_status('contact', '6', 'Prospect', '2025-04-25');
END;
$$;
COMMENT ON FUNCTION relate.load_sample_property() IS
'Internal. Tables, records, types and relationships of the sample "property", in its schema and the current workspace.';

-- ---- elevator: many to many with a limit, a key of two columns, a hierarchy --------------

CREATE FUNCTION relate.load_sample_elevator() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE sample_elevator.technician (
        id int PRIMARY KEY, full_name text NOT NULL, certificate text NOT NULL);
    CREATE TABLE sample_elevator.building (
        id int PRIMARY KEY, name text NOT NULL, street text NOT NULL);
    CREATE TABLE sample_elevator.elevator (
        building_id int NOT NULL REFERENCES sample_elevator.building, car int NOT NULL, name text NOT NULL,
        PRIMARY KEY (building_id, car));
    CREATE TABLE sample_elevator.service_request (
        id int PRIMARY KEY, title text NOT NULL, reported_on date NOT NULL, is_urgent boolean NOT NULL);

    INSERT INTO sample_elevator.technician VALUES
        (1, 'Alexandra Petrov', 'Class A'), (2, 'John Mbeki', 'Class A'), (3, 'Siobhan Kearney', 'Class B'),
        (4, 'Luca Ferrante', 'Class B'), (5, 'Minh Anh Vu', 'Apprentice');
    INSERT INTO sample_elevator.building VALUES
        (1, 'Meridian Tower', '4 Quay Street'), (2, 'St. Brigid''s Hospital', '12 Hill Road'),
        (3, 'Larkspur Apartments', '77 Garden Row');
    INSERT INTO sample_elevator.elevator VALUES
        (1, 1, 'Meridian, left car'), (1, 2, 'Meridian, right car'), (1, 3, 'Meridian, goods lift'),
        (2, 1, 'Hospital, bed lift'), (2, 2, 'Hospital, visitors'), (3, 1, 'Larkspur, only car');
    INSERT INTO sample_elevator.service_request VALUES
        (1, 'Doors close too fast', '2025-03-03', false), (2, 'Yearly inspection', '2025-03-10', false),
        (3, 'Car stops between floors 6 and 7', '2025-03-12', true), (4, 'Replace the hoist rope', '2025-04-01', false),
        (5, 'Alarm button is dead', '2025-04-15', true), (6, 'Retrofit of the controller', '2025-05-05', false);

    PERFORM relate.register_module('sample_elevator.technician', kind => 'individual');
    PERFORM relate.register_module('sample_elevator.building');
    PERFORM relate.register_module('sample_elevator.elevator');
    PERFORM relate.register_module('sample_elevator.service_request', date_column => 'reported_on');

    -- A crew has at most three people at any time.
    PERFORM relate.create_relationship_type('assignment', 'technician', 'service_request', 'many_to_many',
        source_role => 'Technician', target_role => 'Job', label => 'works on', inverse_label => 'is worked on by',
        max_sources_per_target => 3, default_importance => 4);
    PERFORM relate.create_relationship_type('faulty elevator', 'service_request', 'elevator', 'many_to_one',
        source_role => 'Request', label => 'concerns', inverse_label => 'has', is_perpetual => true);
    PERFORM relate.create_relationship_type('location', 'elevator', 'building', 'many_to_one',
        label => 'is in', inverse_label => 'houses', is_perpetual => true);
    PERFORM relate.create_relationship_type('supervision', 'technician', 'technician', 'many_to_one',
        source_role => 'Junior', target_role => 'Supervisor', label => 'reports to', inverse_label => 'supervises',
        hierarchy_parent => 'target', default_importance => 2);

    INSERT INTO sample_elevator.relationship_list
        (relationship_type, source_key, target_key, start_date, end_date, description)
    VALUES
        ('assignment', '1', '1', '2025-03-04', '2025-03-04', NULL), ('assignment', '1', '2', '2025-03-10', '2025-03-11', NULL),
        ('assignment', '2', '3', '2025-03-12', '2025-03-14', 'On call'),
        ('assignment', '1', '3', '2025-03-12', '2025-03-13', NULL), ('assignment', '3', '3', '2025-03-13', '2025-03-14', NULL),
        ('assignment', '3', '4', '2025-04-07', '2025-04-11', NULL), ('assignment', '4', '4', '2025-04-07', '2025-04-11', NULL),
        ('assignment', '5', '4', '2025-04-08', '2025-04-11', 'Learning to splice'),
        ('assignment', '2', '5', '2025-04-15', '2025-04-15', NULL),
        ('assignment', '1', '6', '2025-05-12', NULL, 'Lead'), ('assignment', '4', '6', '2025-05-12', NULL, NULL),
        ('assignment', '5', '6', '2025-05-19', NULL, NULL),
        ('faulty elevator', '1', '(1,1)', NULL, NULL, NULL), ('faulty elevator', '2', '(2,1)', NULL, NULL, NULL),
        ('faulty elevator', '3', '(1,2)', NULL, NULL, NULL), ('faulty elevator', '4', '(1,3)', NULL, NULL, NULL),
        ('faulty elevator', '5', '(3,1)', NULL, NULL, NULL), ('faulty elevator', '6', '(2,2)', NULL, NULL, NULL),
        ('location', '(1,1)', '1', NULL, NULL, NULL), ('location', '(1,2)', '1', NULL, NULL, NULL),
        ('location', '(1,3)', '1', NULL, NULL, NULL), ('location', '(2,1)', '2', NULL, NULL, NULL),
        ('location', '(2,2)', '2', NULL, NULL, NULL), ('location', '(3,1)', '3', NULL, NULL, NULL),
        ('supervision', '3', '1', '2021-01-01', NULL, NULL), ('supervision', '4', '2', '2022-09-01', '2024-12-31', NULL),
        ('supervision', '4', '1', '2025-01-01', NULL, NULL), ('supervision', '5', '4', '2025-02-01', NULL, NULL);

    PERFORM relate.set_status('building', '2', 'Customer', '2018-01-01');
    PERFORM relate.set_status('building', '3', 'Prospect', '2025-04-15');
END;
$$;
COMMENT ON FUNCTION relate.load_sample_elevator() IS
'Internal. Tables, records, types and relationships of the sample "elevator", in its schema and the current workspace.';

-- ---- network: who knows whom, around one opportunity --------------------------------------

CREATE FUNCTION relate.load_sample_network() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    CREATE TABLE sample_network.contact (
        id int PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, email text);
    CREATE TABLE sample_network.organization (
        id int PRIMARY KEY, name text NOT NULL, city text);
    CREATE TABLE sample_network.opportunity (
        id int PRIMARY KEY, title text NOT NULL, amount numeric(12,2), created_on date NOT NULL);
    CREATE TABLE sample_network.address (
        id int PRIMARY KEY, line text NOT NULL);

    INSERT INTO sample_network.contact VALUES
        (1, 'Jim', 'Smith', 'jim.smith@example.com'), (2, 'Bob', 'Jones', 'bob.jones@example.com'),
        (3, 'Carmen', 'Jones', NULL), (4, 'Dolores', 'Vance', 'dolores.vance@example.net'),
        (5, 'Tomasz', 'Wieczorek', 't.wieczorek@example.net'), (6, 'Priya', 'Raman', 'priya@raman.example'),
        (7, 'Hana', 'Okafor', NULL), (8, 'Luis', 'Ferreira', 'luis.ferreira@example.org'),
        (9, 'Grace', 'Lindqvist', NULL);
    INSERT INTO sample_network.organization VALUES
        (1, 'Worldwide Widgets', 'Dayton'), (2, 'Widget Consulting', 'Columbus'), (3, 'Amalgamated', 'Toledo'),
        (4, 'Amalgamated Logistics', 'Toledo'), (5, 'West State University', 'Athens');
    INSERT INTO sample_network.opportunity VALUES
        (1, 'Amalgamated: new widget line', 480000, '2025-02-10'),
        (2, 'Worldwide Widgets: spare parts for 2026', 65000, '2025-05-19'),
        (3, 'Amalgamated Logistics: conveyor refit', 120000, '2024-08-05');
    INSERT INTO sample_network.address VALUES
        (1, 'Worldwide Widgets, 200 Foundry Road, Dayton'), (2, 'Amalgamated, 1 Amalgamated Plaza, Toledo');

    PERFORM relate.register_module('sample_network.contact', kind => 'individual');
    PERFORM relate.register_module('sample_network.organization', kind => 'organization');
    PERFORM relate.register_module('sample_network.opportunity', plural => 'Opportunities', date_column => 'created_on');
    PERFORM relate.register_module('sample_network.address', name_columns => '{line}');

    PERFORM relate.create_relationship_type('employment', 'contact', 'organization', 'many_to_many',
        source_role => 'Employee', target_role => 'Employer', label => 'works for', inverse_label => 'employs',
        source_may => '{order}');
    PERFORM relate.create_relationship_type('alumni', 'contact', 'organization', 'many_to_many',
        source_role => 'Alumnus', target_role => 'University', label => 'studied at', inverse_label => 'taught',
        default_importance => 2, has_contact_details => false);
    PERFORM relate.create_relationship_type('friendship', 'contact', 'contact', 'many_to_many',
        source_role => 'Friend', label => 'is a friend of', is_symmetric => true, default_importance => 4);
    PERFORM relate.create_relationship_type('marriage', 'contact', 'contact', 'one_to_one',
        source_role => 'Spouse', label => 'is married to', is_symmetric => true, source_may => '{*}');
    PERFORM relate.create_relationship_type('decision', 'contact', 'opportunity', 'many_to_many',
        source_role => 'Decision Maker', target_role => 'Opportunity', label => 'decides on', inverse_label => 'is decided by',
        default_importance => 5);
    PERFORM relate.create_relationship_type('customer', 'opportunity', 'organization', 'many_to_one',
        source_role => 'Opportunity', target_role => 'Customer', label => 'is a sale to', inverse_label => 'may buy in',
        default_importance => 4);
    PERFORM relate.create_relationship_type('subsidiary', 'organization', 'organization', 'many_to_one',
        source_role => 'Subsidiary', target_role => 'Parent company', label => 'belongs to', inverse_label => 'owns',
        hierarchy_parent => 'target');

    INSERT INTO sample_network.relationship_list
        (relationship_type, source_key, target_key, start_date, end_date, importance, description, email, phone,
         address_module, address_key)
    VALUES
        ('employment', '1', '1', '2012-05-01', '2018-12-31', 2, 'Regional Sales Manager', NULL, NULL, NULL, NULL),
        ('employment', '1', '1', '2019-01-01', NULL, 5, 'VP of Sales', 'jsmith@worldwide-widgets.example', '+1 555 0101',
         'address', '1'),
        ('employment', '9', '1', '2010-03-01', '2018-12-31', NULL, 'VP of Sales', NULL, NULL, NULL, NULL),
        ('employment', '6', '1', '2016-09-12', NULL, 4, 'VP of Engineering', 'praman@worldwide-widgets.example', NULL,
         'address', '1'),
        ('employment', '2', '2', '2015-04-01', NULL, 4, 'Consultant', 'bob@widget-consulting.example', '+1 555 0102',
         NULL, NULL),
        ('employment', '8', '2', '2008-01-01', NULL, 5, 'Managing Partner', NULL, NULL, NULL, NULL),
        ('employment', '4', '3', '2014-11-03', NULL, 5, 'Chief Financial Officer', 'dvance@amalgamated.example', '+1 555 0103',
         'address', '2'),
        ('employment', '5', '3', '2020-02-17', NULL, 4, 'Head of Procurement', 'twieczorek@amalgamated.example', NULL,
         'address', '2'),
        ('employment', '7', '5', '2003-08-15', NULL, 3, 'Dean of Alumni', NULL, NULL, NULL, NULL);
    INSERT INTO sample_network.relationship_list
        (relationship_type, source_key, target_key, start_date, end_date, description)
    VALUES
        ('alumni', '1', '5', '1989-09-01', '1993-06-15', 'Business Administration'),
        ('alumni', '2', '5', '1989-09-01', '1993-06-15', 'Industrial Engineering'),
        ('alumni', '6', '5', '1998-09-01', '2002-06-14', 'Mechanical Engineering'),
        ('friendship', '1', '2', '1989-09-01', NULL, 'Friends ever since they were college roommates at West State University'),
        ('friendship', '4', '8', '2016-01-01', NULL, 'Sail together'),
        ('marriage', '2', '3', '1997-06-21', NULL, NULL),
        ('decision', '2', '1', '2025-02-10', NULL, 'Outside consultant on the decision-making team'),
        ('decision', '4', '1', '2025-02-10', NULL, 'Signs the order'),
        ('decision', '5', '1', '2025-02-10', '2025-04-30', 'Ran the tender'),
        ('decision', '6', '2', '2025-05-19', NULL, NULL),
        ('customer', '1', '3', '2025-02-10', NULL, NULL), ('customer', '2', '1', '2025-05-19', NULL, NULL),
        ('customer', '3', '4', '2024-08-05', '2024-12-20', 'Lost on price'),
        ('subsidiary', '4', '3', '2009-07-01', NULL, NULL);

    PERFORM relate.set_status('organization', '1', 'Customer', '2012-05-01');
    PERFORM relate.set_status('organization', '3', 'Prospect', '2024-08-05');
    PERFORM relate.set_status('contact', '1', 'Customer', '2012-05-01');
END;
$$;
COMMENT ON FUNCTION relate.load_sample_network() IS
'Internal. Tables, records, types and relationships of the sample "network", in its schema and the current workspace.';

-- ---- the verb ---------------------------------------------------------------------------------

CREATE FUNCTION relate.sample_script(sample text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE sample
    WHEN 'airline' THEN $script$
-- Who is Rafael Quintero to us, and what has he?
SELECT role, label, name, start_date, end_date
FROM relate.related_records('passenger', 6, show => 'all');
-- Which tickets has each contact?
SELECT source_name, label, target_name, start_date
FROM sample_airline.relationship_list WHERE relationship_type = 'ticket';
-- An account belongs to one passenger: this is refused.
SELECT relate.connect('passenger', 7, 'collects miles on', 'loyalty_account', 'SK-104417');
$script$
    WHEN 'property' THEN $script$
-- Which deals has Leonor Bettencourt?
SELECT role, label, name, start_date, importance
FROM relate.related_records('contact', 1);
-- All there is about one deal.
SELECT jsonb_pretty(relate.record_overview('opportunity', 2));
-- A deal has one buyer: this is refused.
SELECT relate.connect('opportunity', 1, 'is a deal with', 'contact', 5);
$script$
    WHEN 'elevator' THEN $script$
-- Who worked on the car that got stuck?
SELECT role, name, start_date, end_date
FROM relate.related_records('service_request', 3, show => 'all');
-- A crew has at most three people at any time: this is refused.
SELECT relate.connect('technician', 2, 'works on', 'service_request', 6, '2025-06-01');
-- Nobody reports to his own apprentice: this is refused.
SELECT relate.connect('technician', 1, 'reports to', 'technician', 5, '2025-06-01');
$script$
    WHEN 'network' THEN $script$
-- Whom and what does Jim Smith know?
SELECT role, name, start_date, description
FROM relate.related_records('contact', 1);
-- Who decides on the opportunity at Amalgamated?
SELECT role, name, description
FROM relate.related_records('opportunity', 1, '{decision}');
-- And who of their friends could introduce us?
SELECT d.name AS decision_maker, f.name AS friend, f.description
FROM relate.related_records('opportunity', 1, '{decision}') AS d,
     relate.related_records('contact', d.key, '{friendship}') AS f;
$script$
END;
COMMENT ON FUNCTION relate.sample_script(text) IS
'Internal. Three statements to try on a sample, with what each shows.';

CREATE FUNCTION relate.load_sample(name text) RETURNS SETOF text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
SET relate.workspace = ''
AS $$
DECLARE
    workspace CONSTANT name := relate.sample_schema(name);
    modules text;
    relationships bigint;
    is_default boolean;
BEGIN
    PERFORM relate.create_workspace(workspace);
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', workspace, format('Sample "%s" of pg_relate, all of it invented.', name));
    -- Ends with this function, which has the setting in its definition.
    PERFORM set_config('relate.workspace', workspace, true);
    CASE name
        WHEN 'airline' THEN PERFORM relate.load_sample_airline();
        WHEN 'property' THEN PERFORM relate.load_sample_property();
        WHEN 'elevator' THEN PERFORM relate.load_sample_elevator();
        WHEN 'network' THEN PERFORM relate.load_sample_network();
    END CASE;
    EXECUTE format('SELECT string_agg(lower(plural), '', '' ORDER BY module_id) FROM %I.module', workspace) INTO modules;
    EXECUTE format('SELECT count(*) FROM %I.relationship', workspace) INTO relationships;
    EXECUTE format('SELECT is_default FROM %I.workspace', workspace) INTO is_default;

    RETURN NEXT format('-- Loaded into schema %s: %s, and %s relationships.', workspace, modules, relationships);
    IF NOT is_default THEN
        RETURN NEXT format('SET relate.workspace = %L;', workspace);
    END IF;
    RETURN QUERY SELECT string_to_table(btrim(relate.sample_script(name), E'\n'), E'\n');
    RETURN NEXT format('-- To remove it: DROP SCHEMA %I CASCADE;', workspace);
END;
$$;
COMMENT ON FUNCTION relate.load_sample(text) IS
'Loads a small invented world to try things on: airline (1:1, 1:N, a system module), property (N:1, uuid keys, kinds), elevator (N:M with a limit, keys of two columns, a hierarchy) or network (who knows whom). Makes the schema sample_<name>, which holds the sample''s tables and is a workspace of its own: the default one if it is the first of the database. Returns a script to try, line by line. Errors: 42704 unknown sample, 42710 its schema exists already.';
-- Functions that take a key also accept text and varchar columns.
--
-- A text column has no implicit cast to record_key (it would let texts and
-- numbers compare by accident), so each listed function gets thin overloads that
-- take text: one for every combination of its key arguments. Without them,
-- related_records('contact', contact.code) would ask every user for a cast.
-- Arguments with a default get none, nor do arrays of keys: text[] casts by itself.

CREATE FUNCTION relate.create_text_overloads(function_name name) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
    key_type constant oid := 'relate.record_key'::regtype;
    main pg_proc;
    main_signature text;
    key_places int[];     -- of the input arguments, those that take a key and have no default
    key_names text;       -- their names, for the comment
    as_text int[];        -- of those, the ones that take text in this overload
    parameters text;
    arguments text;
    has_columns boolean;  -- called in FROM, so that its columns stay columns
    created int := 0;
BEGIN
    -- The loop's snapshot does not see the overloads, which have the same name.
    FOR main IN SELECT * FROM pg_proc p
                 WHERE p.pronamespace = 'relate'::regnamespace AND p.proname = function_name AND p.prokind = 'f'
                 ORDER BY p.oid
    LOOP
        main_signature := format('relate.%I(%s)', main.proname, pg_get_function_identity_arguments(main.oid));
        SELECT array_agg(place ORDER BY place), string_agg(coalesce(main.proargnames[place], '$' || place), ', ' ORDER BY place)
          INTO key_places, key_names
          FROM unnest(main.proargtypes::oid[]) WITH ORDINALITY a (argument_type, place)
         WHERE argument_type = key_type AND place <= main.pronargs - main.pronargdefaults;
        CONTINUE WHEN key_places IS NULL;

        has_columns := main.proretset OR main.prorettype = 'record'::regtype
                       OR EXISTS (SELECT FROM pg_type t WHERE t.oid = main.prorettype AND t.typtype = 'c');
        IF main.prorettype = 'record'::regtype AND main.proargmodes IS NULL THEN
            RAISE 'function % returns records without columns: it can have no text overload', main_signature
                USING ERRCODE = 'feature_not_supported';
        END IF;

        -- Every combination but the function itself, as the bits of a number.
        FOR combination IN 1 .. (1 << cardinality(key_places)) - 1 LOOP
            SELECT array_agg(key_places[i]) INTO as_text
              FROM generate_subscripts(key_places, 1) i WHERE combination & (1 << (i - 1)) <> 0;

            SELECT string_agg(concat_ws(' ', CASE mode WHEN 'o' THEN 'OUT' WHEN 'b' THEN 'INOUT' WHEN 'v' THEN 'VARIADIC' END,
                       quote_ident(nullif(argument_name, '')),
                       CASE WHEN input_place = ANY (as_text) THEN 'text' ELSE format_type(argument_type, NULL) END,
                       'DEFAULT ' || pg_get_function_arg_default(main.oid, place::int)), ', ' ORDER BY place)
                       FILTER (WHERE mode <> 't'),
                   string_agg(CASE WHEN mode = 'v' THEN 'VARIADIC ' ELSE '' END || '$' || input_place
                       || CASE WHEN input_place = ANY (as_text) THEN '::relate.record_key' ELSE '' END, ', ' ORDER BY place)
                       FILTER (WHERE input_place IS NOT NULL)
              INTO parameters, arguments
              FROM (SELECT place, argument_type, mode, main.proargnames[place] AS argument_name,
                           CASE WHEN mode IN ('i', 'b', 'v')
                                THEN count(*) FILTER (WHERE mode IN ('i', 'b', 'v')) OVER (ORDER BY place) END AS input_place
                      FROM unnest(coalesce(main.proallargtypes, main.proargtypes::oid[])) WITH ORDINALITY a (argument_type, place),
                           LATERAL (SELECT coalesce(main.proargmodes[place], 'i')) m (mode)) a;

            -- No SET, so that the planner can inline it: all names are qualified instead.
            EXECUTE format('CREATE FUNCTION relate.%I(%s) RETURNS %s LANGUAGE sql %s %s %s COST %s %s AS %L',
                function_name, parameters, pg_get_function_result(main.oid),
                CASE main.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
                CASE main.proparallel WHEN 's' THEN 'PARALLEL SAFE' WHEN 'r' THEN 'PARALLEL RESTRICTED' ELSE 'PARALLEL UNSAFE' END,
                CASE WHEN main.proisstrict THEN 'STRICT' ELSE '' END,
                main.procost, CASE WHEN main.proretset THEN 'ROWS ' || main.prorows ELSE '' END,
                format(CASE WHEN has_columns THEN 'SELECT * FROM relate.%I(%s)' ELSE 'SELECT relate.%I(%s)' END,
                       function_name, arguments));
            EXECUTE format('COMMENT ON FUNCTION relate.%I(%s) IS %L', function_name,
                (SELECT string_agg(CASE WHEN place = ANY (as_text) THEN 'text' ELSE format_type(argument_type, NULL) END, ', ' ORDER BY place)
                   FROM unnest(main.proargtypes::oid[]) WITH ORDINALITY a (argument_type, place)),
                format('%s with text for keys (%s): see there.', main_signature, key_names));
            created := created + 1;
        END LOOP;
    END LOOP;

    IF main_signature IS NULL THEN
        RAISE 'function relate.% is to have text overloads, but does not exist', quote_ident(function_name)
            USING ERRCODE = 'undefined_function';
    ELSIF created = 0 THEN
        RAISE 'function % is to have text overloads, but takes no key', main_signature
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'Arguments with a default get no overload, and arrays of keys take text[] without one.';
    END IF;
    RETURN created;
END $function$;
COMMENT ON FUNCTION relate.create_text_overloads(name) IS
'For the install and update scripts: gives each function of schema relate with this name overloads that take text in place of its record_key arguments without default. Returns how many were made. 42883 where there is no such function, 22023 where none takes a key.';
REVOKE ALL ON FUNCTION relate.create_text_overloads(name) FROM PUBLIC;

-- The list: one name a line, in any order.
DO $overloads$
BEGIN
    PERFORM relate.create_text_overloads(m[1]::name) FROM pg_catalog.regexp_matches($list$
        are_related
        connect
        create_relationship
        delete_relationship
        end_relationship
        possible_types
        preview_delete
        record_name
        record_overview
        related_records
        related_rows
        set_status
        status_of
    $list$, '\S+', 'g') m;
END $overloads$;
