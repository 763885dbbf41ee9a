
-- ---------------------------------------------------------------------------
-- Surfaces kept in step with the catalog, and the verbs that start and stop them.
-- ---------------------------------------------------------------------------

-- ---- in step with the catalog -------------------------------------------------------------

CREATE FUNCTION relate.surfaces_of(workspace name) RETURNS TABLE (kind text, schema_name name, mark text, digest text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT s.key, (s.value ->> ''schema'')::name, relate.mark_of((s.value ->> ''workspace'')::name), s.value ->> ''digest'' '
        'FROM %I.workspace AS w, '
        'jsonb_each(CASE WHEN jsonb_typeof(w.settings -> ''surfaces'') = ''object'' THEN w.settings -> ''surfaces'' ELSE ''{}'' END) AS s '
        'WHERE s.key IN (''functions'', ''views'') AND s.value ->> ''schema'' IS NOT NULL ORDER BY s.key', workspace);
END;
$$;
COMMENT ON FUNCTION relate.surfaces_of(name) IS
'Internal. What a workspace has generated: functions, views, the schema they are in, the mark that tells them, and the digest of the types that they were made for.';

CREATE FUNCTION relate.set_surface(workspace name, kind text, setting jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('UPDATE %I.workspace SET settings = settings || jsonb_build_object(''surfaces'', '
                   '(coalesce(settings -> ''surfaces'', ''{}'') - $1) || CASE WHEN $2 IS NULL THEN ''{}'' ELSE jsonb_build_object($1, $2) END)',
                   workspace) USING kind, setting;
END;
$$;
COMMENT ON FUNCTION relate.set_surface(name, text, jsonb) IS 'Internal. Notes what is to be generated; null: nothing of the kind.';

CREATE FUNCTION relate.refresh_surface(workspace name, kind text, schema_name name, mark text, digest text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    reason text;
BEGIN
    IF to_regnamespace(quote_ident(schema_name)) IS NULL THEN
        RAISE WARNING 'the schema "%" of the generated % of workspace "%" does not exist', schema_name, kind, workspace
            USING HINT = format('Generate them elsewhere: SELECT relate.generate_%s(''...''); Or not at all: SELECT relate.drop_generated(%L);',
                                kind, kind);
        RETURN;
    END IF;
    IF kind = 'functions' THEN
        PERFORM relate.refresh_functions(workspace, schema_name, mark);
    ELSE
        PERFORM relate.refresh_views(workspace, schema_name, mark);
    END IF;
    PERFORM relate.set_surface(workspace, kind, jsonb_build_object('schema', schema_name, 'workspace', workspace, 'digest', digest));
EXCEPTION
    WHEN insufficient_privilege OR dependent_objects_still_exist THEN
        GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
        RAISE 'the generated % in schema "%" cannot follow this change', kind, schema_name
            USING ERRCODE = SQLSTATE, SCHEMA = schema_name, DETAIL = format('%s.', upper(left(reason, 1)) || substr(reason, 2)),
                  HINT = CASE SQLSTATE WHEN '42501' THEN 'Let their owner make the change, or become a member of that role.'
                              ELSE 'Drop first what depends on them.' END;
END;
$$;
COMMENT ON FUNCTION relate.refresh_surface(name, text, name, text, text) IS
'Internal. Makes, replaces and drops functions or views until they are what the workspace asks for, with the rights of the caller. Errors: 42501, 2BP01.';

CREATE FUNCTION relate.misses_columns(workspace name) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    answer boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM (SELECT table_name, unnest(key_columns || name_columns) FROM %1$I.module '
        'UNION SELECT storage_table, unnest(storage_source_columns || storage_target_columns || storage_start_column || storage_end_column) '
        'FROM %1$I.relationship_type WHERE storage <> ''link'' '
        'UNION SELECT s.table_name, unnest(t.storage_source_reference) FROM %1$I.relationship_type t JOIN %1$I.module s ON s.module_id = t.source_module_id '
        'UNION SELECT d.table_name, unnest(t.storage_target_reference) FROM %1$I.relationship_type t JOIN %1$I.module d ON d.module_id = t.target_module_id) AS named (table_name, column_name) '
        'WHERE column_name IS NOT NULL AND NOT relate.has_column(table_name, column_name))', workspace) INTO answer;
    RETURN answer;
END;
$$;
COMMENT ON FUNCTION relate.misses_columns(name) IS
'Internal. Whether modules or types name columns that are not there: while a column is renamed, they follow one after the other.';

CREATE FUNCTION relate.refresh_surfaces(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    surface record;
    digest text;
BEGIN
    IF NOT EXISTS (SELECT FROM relate.surfaces_of(workspace)) THEN
        RETURN;
    END IF;
    -- One at a time, each seeing the types of those before.
    EXECUTE format('LOCK TABLE %I.workspace IN SHARE UPDATE EXCLUSIVE MODE', workspace);
    SELECT md5(string_agg(w.digest, ',' ORDER BY w.type_id, w.near_side)) INTO digest FROM relate.type_ways(workspace) AS w;
    digest := coalesce(digest, '-');
    FOR surface IN SELECT * FROM relate.surfaces_of(workspace) LOOP
        CONTINUE WHEN surface.digest = digest;
        EXIT WHEN relate.misses_columns(workspace); -- the statement to come will find them
        PERFORM relate.refresh_surface(workspace, surface.kind, surface.schema_name, surface.mark, digest);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.refresh_surfaces(name) IS
'Internal. Brings what a workspace has generated in step with its types.';

CREATE FUNCTION relate.surfaces_follow() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF has_table_privilege(format('%I.workspace', TG_TABLE_SCHEMA), 'SELECT') THEN
        PERFORM relate.refresh_surfaces(TG_TABLE_SCHEMA);
    END IF;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relate.surfaces_follow() IS
'Trigger of the tables "module" and "relationship_type": generated functions and views follow each statement, with the rights of the caller. Errors: 42501 where he may not change them, 2BP01 where something depends on them.';

CREATE FUNCTION relate.surfaces_follow_names(workspace name, for_stranger boolean) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    reason text;
BEGIN
    IF NOT EXISTS (SELECT FROM relate.surfaces_of(workspace)) THEN
        RETURN;
    END IF;
    reason := CASE WHEN for_stranger THEN relate.other_code(workspace) END;
    IF reason IS NOT NULL THEN
        RAISE USING MESSAGE = format('code of its owner''s would run there: %s', reason);
    END IF;
    PERFORM relate.refresh_surfaces(workspace);
EXCEPTION
    WHEN OTHERS THEN -- a workspace must not hold up whoever renames a table
        GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
        RAISE WARNING 'what workspace "%" has generated does not follow new names of tables', workspace
            USING DETAIL = format('%s.', upper(left(reason, 1)) || substr(reason, 2)),
                  HINT = 'Generate it again: SELECT relate.generate_functions(...); SELECT relate.generate_views(...);';
END;
$$;
COMMENT ON FUNCTION relate.surfaces_follow_names(name, boolean) IS
'Internal. After a table or schema got another name: generated functions name it. In the name of the workspace''s owner, whose own code does not run in the statement of a stranger; never an error.';

-- ---- the verbs -----------------------------------------------------------------------------

CREATE FUNCTION relate.check_surface_schema(schema_name text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.check_schema(schema_name);
    IF schema_name IN ('relate', 'information_schema') OR starts_with(schema_name, 'pg_') THEN
        RAISE 'nothing can be generated in schema "%"', schema_name
            USING ERRCODE = 'reserved_name', HINT = 'Choose a schema of your own.';
    ELSIF NOT has_schema_privilege(schema_name, 'CREATE') THEN
        RAISE 'permission denied for schema %', schema_name
            USING ERRCODE = 'insufficient_privilege', SCHEMA = schema_name,
                  HINT = format('Its owner can grant it: GRANT CREATE ON SCHEMA %I TO %I.', schema_name, current_user);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_surface_schema(text) IS
'Internal. Refuses null (22004), unknown (3F000) and reserved (42939) schemas, and those in which the caller cannot create (42501).';

CREATE FUNCTION relate.start_surface(workspace name, kind text, schema_name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old_schema name;
    old_workspace name;
BEGIN
    PERFORM relate.check_surface_schema(schema_name);
    SELECT s.schema_name INTO old_schema FROM relate.surfaces_of(workspace) AS s WHERE s.kind = start_surface.kind;
    EXECUTE format('SELECT settings #>> ARRAY[''surfaces'', $1, ''workspace''] FROM %I.workspace', workspace) INTO old_workspace USING kind;
    IF old_schema <> start_surface.schema_name THEN
        PERFORM relate.stop_surface(workspace, kind);
    END IF;
    -- Under the mark that is there, and without digest, so that all is looked at.
    PERFORM relate.set_surface(workspace, kind, jsonb_build_object('schema', schema_name,
        'workspace', CASE WHEN old_schema IS NULL OR old_schema <> start_surface.schema_name THEN workspace ELSE old_workspace END));
    PERFORM relate.refresh_surfaces(workspace);
END;
$$;
COMMENT ON FUNCTION relate.start_surface(name, text, text) IS
'Internal. Generates functions or views in a schema from now on, and no more in another.';

CREATE FUNCTION relate.stop_surface(workspace name, kind text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    surface record;
    object text;
BEGIN
    FOR surface IN SELECT * FROM relate.surfaces_of(workspace) AS s WHERE s.kind = stop_surface.kind LOOP
        FOR object IN SELECT format('FUNCTION %s', g.id::regprocedure) FROM relate.generated_functions(surface.schema_name, surface.mark) AS g
                      WHERE surface.kind = 'functions'
                      UNION ALL
                      SELECT format('VIEW %s', g.id::regclass) FROM relate.generated_views(surface.schema_name, surface.mark) AS g
                      WHERE surface.kind = 'views'
        LOOP
            EXECUTE format('DROP %s', object);
        END LOOP;
        PERFORM relate.set_surface(workspace, surface.kind, NULL);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.stop_surface(name, text) IS 'Internal. Drops the generated functions or views of a workspace, and generates no more.';

CREATE FUNCTION relate.generate_functions(schema_name text)
RETURNS TABLE (function text, returns text, relationship_type text, label text, note text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    workspace CONSTANT name := relate.current_workspace();
BEGIN
    PERFORM relate.start_surface(workspace, 'functions', schema_name);
    RETURN QUERY
        SELECT CASE WHEN p.name IS NOT NULL THEN format('%I.%I(%s)', schema_name, p.name, p.near_table) END,
               CASE p.row_count WHEN 1 THEN 'one ' WHEN 1000 THEN 'SETOF ' END || p.far_table, p.type_name, p.label, p.note
        FROM relate.plan_functions(workspace, schema_name::name, relate.mark_of(workspace)) AS p
        ORDER BY p.note NULLS FIRST, p.near_table::text COLLATE "C", p.name;
END;
$$;
COMMENT ON FUNCTION relate.generate_functions(text) IS
'Makes functions in a schema that give the rows related to a row, one for each side of each relationship type of the current workspace: tickets(contact) RETURNS SETOF ticket, named after the role of what they give, in the plural where there can be several (ROWS 1 where there is one at most), and before it the role of the row where that says more: owner_tickets(contact). They are plain SQL, give what is related today with the rights of the caller, and the planner inlines them: a WHERE or LIMIT of the caller reaches the indexes. PostgREST takes them as computed relationships. From now on they follow every change of modules and types, with the rights of whoever makes it; so they do when tables or columns are renamed. A type between any modules has none (note says so). Another schema takes the place of the one before.
Errors: 22004, 3F000 no such schema, 42939 a reserved schema, 42501 no CREATE on the schema, no UPDATE on workspace.';

CREATE FUNCTION relate.generate_views(schema_name text) RETURNS TABLE (view text, relationship_type text, columns text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    workspace CONSTANT name := relate.current_workspace();
BEGIN
    PERFORM relate.start_surface(workspace, 'views', schema_name);
    RETURN QUERY
        SELECT format('%I.%I', schema_name, p.name), p.type_name,
               (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
                WHERE a.attrelid = to_regclass(format('%I.%I', schema_name, p.name)) AND a.attnum > 0 AND NOT a.attisdropped)
        FROM relate.plan_views(workspace, schema_name::name, relate.mark_of(workspace)) AS p
        ORDER BY p.name;
END;
$$;
COMMENT ON FUNCTION relate.generate_views(text) IS
'Makes a view in a schema for each relationship type of the current workspace, for reports and BI tools: the keys of both records in their own types and their names, in columns named after the roles (ticket_id, ticket_name, contact_id, contact_name), then dates, importance and what else is stored with the relationship; of a junction its further columns. One row each, of all time; is_current says whether it holds today. The views read with the rights of whoever uses them (security_invoker). From now on they follow every change of modules and types, with the rights of whoever makes it. Another schema takes the place of the one before. Errors: as of relate.generate_functions, 2BP01 where something depends on a view that must change its columns.';

CREATE FUNCTION relate.drop_generated(kind text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
BEGIN
    IF kind NOT IN ('functions', 'views') THEN
        RAISE 'unknown kind "%"', kind
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is functions or views; null for both.';
    END IF;
    PERFORM relate.stop_surface(workspace, k) FROM unnest('{functions,views}'::text[]) AS k WHERE k = coalesce(drop_generated.kind, k);
END;
$$;
COMMENT ON FUNCTION relate.drop_generated(text) IS
'Drops the functions or the views (null: both) that relate.generate_functions and relate.generate_views have made for the current workspace, and makes no more. Errors: 22023 another kind, 42501 not their owner, 2BP01 something depends on them.';
