
-- ---------------------------------------------------------------------------
-- Workspaces.
--
-- A workspace is a schema whose table "relationship" carries our trigger. Its
-- tables belong to the user who made it and not to the extension: these files
-- hold only the functions that make, list, grant and drop them. Everything
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
RETURN 2;
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

CREATE FUNCTION relate.similar_names(wanted text, names text[]) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_similar_names';
COMMENT ON FUNCTION relate.similar_names(text, text[]) IS
'Internal. A hint with up to three names that resemble the one that was not found; null if none does.';

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

CREATE FUNCTION relate.with_fields(base anyelement, fields record) RETURNS anyelement
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_with_fields';
COMMENT ON FUNCTION relate.with_fields(anyelement, record) IS
'Internal. The base, a row of any type or a null of that type, with those fields of the other row that have the same names.';

-- Writing by names: INSERT and COPY into relationship_list.
CREATE FUNCTION relate.relationship_list_insert() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_relationship_list_insert';
COMMENT ON FUNCTION relate.relationship_list_insert() IS
'Trigger of the view relationship_list: writes the row to "relationship", with ids for the names of type and modules. Columns that only show (names, roles, labels, is_current, the audit columns) are ignored. Errors: 42704 unknown names, 22004 no type, and those of relationship_check.';
