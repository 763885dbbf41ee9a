
-- ---------------------------------------------------------------------------
-- Adopting the foreign keys of a schema: preview, adoption, and the first five
-- minutes with both.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.plan_tables(plan relate.adoption[]) RETURNS regclass[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN ARRAY(SELECT p.source_table FROM unnest(plan) AS p WHERE p.name IS NOT NULL
             UNION SELECT p.target_table FROM unnest(plan) AS p WHERE p.name IS NOT NULL);
COMMENT ON FUNCTION relate.plan_tables(relate.adoption[]) IS 'Internal. The tables whose records planned types relate.';

CREATE FUNCTION relate.check_plan_rules(plan relate.adoption[]) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.check_rules(relate.planned_storage(p), p.cardinality, p.hierarchy_parent) FROM unnest(plan) AS p WHERE p.name IS NOT NULL;
END;
$$;
COMMENT ON FUNCTION relate.check_plan_rules(relate.adoption[]) IS
'Internal. Refuses (23514, 23505) rows that break the rules of planned types.';

CREATE FUNCTION relate.put_plan_rules(plan relate.adoption[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.put_rules(relate.planned_storage(p), p.cardinality, p.hierarchy_parent) FROM unnest(plan) AS p WHERE p.name IS NOT NULL;
END;
$$;
COMMENT ON FUNCTION relate.put_plan_rules(relate.adoption[]) IS
'Internal. Has the tables of planned types hold their rules from now on. Errors: 23514, 23505 rows that break them.';

CREATE FUNCTION relate.preview_adopt_foreign_keys(schema_name text DEFAULT 'public', include text[] DEFAULT NULL,
    exclude text[] DEFAULT NULL, system_modules text[] DEFAULT NULL, enforce boolean DEFAULT false)
RETURNS TABLE (relationship_type text, source_module text, label text, target_module text, inverse_label text,
               cardinality relate.cardinality, storage text, columns text, sentence text, note text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    plan relate.adoption[];
BEGIN
    PERFORM relate.check_schema(schema_name);
    plan := ARRAY(SELECT p FROM relate.plan_types(workspace, schema_name, include, exclude, system_modules) AS p);
    IF enforce THEN
        PERFORM relate.check_plan_rules(plan);
    END IF;
    RETURN QUERY SELECT d.* FROM relate.describe_plan(workspace, plan, system_modules, enforce) AS d;
END;
$$;
COMMENT ON FUNCTION relate.preview_adopt_foreign_keys(text, text[], text[], text[], boolean) IS
'The rows that adopt_foreign_keys with the same arguments would return, or the error; changes nothing.';

CREATE FUNCTION relate.adopt_plan(workspace name, plan relate.adoption[], system_modules text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET jit = off
SET plan_cache_mode = force_generic_plan -- the triggers ask the same of thousands of tables
SET enable_seqscan = off -- of which the first finds a small catalog, and the last a large one
AS $body$
BEGIN
    EXECUTE format($query$
        WITH fresh AS (
            INSERT INTO %1$I.module (name, singular, plural, table_name, key_columns, name_columns, date_column, is_system)
            SELECT name, singular, plural, table_name, key_columns,
                   relate.find_name_columns(table_name, relate.singular_of(relate.identifier_of((
                       SELECT relname FROM pg_class WHERE oid = table_name)))),
                   relate.find_date_column(table_name), is_system
            FROM relate.plan_modules(%1$L, relate.plan_tables($1), $2)
            WHERE module_id IS NULL
            ORDER BY name
            RETURNING module_id, is_system
        )
        INSERT INTO %1$I.status (module_id, name, position)
        SELECT module_id, s.name, s.position FROM fresh, (VALUES ('Customer', 1), ('Prospect', 2)) AS s (name, position)
        WHERE NOT is_system
        $query$, workspace) USING plan, system_modules;
    EXECUTE format($query$
        INSERT INTO %1$I.relationship_type (name, source_module_id, target_module_id, source_role, target_role, label,
            inverse_label, cardinality, hierarchy_parent, is_perpetual, has_contact_details, allow_self, on_source_delete,
            on_target_delete, storage, storage_table, storage_source_columns, storage_target_columns, storage_start_column,
            storage_end_column, storage_source_reference, storage_target_reference)
        SELECT p.name, s.module_id, t.module_id, p.source_role, p.target_role, p.label, p.inverse_label, p.cardinality,
               p.hierarchy_parent, p.start_column IS NULL AND p.end_column IS NULL, false,
               p.source_table = p.target_table AND p.hierarchy_parent IS NULL, p.on_source_delete, p.on_target_delete,
               p.storage, p.storage_table, p.source_columns, p.target_columns, p.start_column, p.end_column,
               p.source_reference, p.target_reference
        FROM unnest($1) AS p
        JOIN %1$I.module s ON s.table_name = p.source_table
        JOIN %1$I.module t ON t.table_name = p.target_table
        WHERE p.name IS NOT NULL
        ORDER BY p.storage_table::text COLLATE "C", p.columns COLLATE "C"
        $query$, workspace) USING plan;
END;
$body$;
COMMENT ON FUNCTION relate.adopt_plan(name, relate.adoption[], text[]) IS
'Internal. Writes the modules and types of a plan into the workspace.';

CREATE FUNCTION relate.adopt_foreign_keys(schema_name text DEFAULT 'public', include text[] DEFAULT NULL,
    exclude text[] DEFAULT NULL, system_modules text[] DEFAULT NULL, enforce boolean DEFAULT false)
RETURNS TABLE (relationship_type text, source_module text, label text, target_module text, inverse_label text,
               cardinality relate.cardinality, storage text, columns text, sentence text, note text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    plan relate.adoption[];
BEGIN
    PERFORM relate.check_schema(schema_name);
    plan := ARRAY(SELECT p FROM relate.plan_types(workspace, schema_name, include, exclude, system_modules) AS p);
    PERFORM relate.adopt_plan(workspace, plan, system_modules);
    IF enforce THEN
        PERFORM relate.put_plan_rules(plan);
    END IF;
    RETURN QUERY SELECT d.* FROM relate.describe_plan(workspace, plan, system_modules, enforce) AS d;
END;
$$;
COMMENT ON FUNCTION relate.adopt_foreign_keys(text, text[], text[], text[], boolean) IS
'Makes relationship types of the foreign keys of a schema''s tables, and modules of the tables that have none yet, in the current workspace. No row moves; the tables get the triggers of modules. A foreign key becomes a many_to_one type stored in its columns, one_to_one where a unique index says so, a hierarchy where it refers to its own table; a table whose key is made of two foreign keys becomes a type stored in that junction table, its further columns the attributes. include and exclude are names of tables, * for any letters; system_modules those of users, groups and the like. enforce has tables that refer to themselves refuse cycles from now on, and junction tables with dates two rows between the same records on one day, by triggers (relate.enforce_rules); note says so.
One row for each new type; sentence says in English how many belong together. Then one for each foreign key that is not adopted: note says why. What is adopted already is passed over, so it can be run again. Everything can be changed afterwards with relate.alter_module and relate.alter_relationship_type; relate.drop_relationship_type un-adopts, and changes no table.
Errors: 22004, 3F000 no such schema, 42501 not the owner of the workspace''s tables, those of register_module and create_relationship_type; 23514 and 23505 rows that break what is to be enforced.';

-- ---- the first five minutes ---------------------------------------------------------------------

CREATE FUNCTION relate.key_text_sql(columns name[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format(CASE cardinality(columns) WHEN 1 THEN '(%s)::text' ELSE 'ROW(%s)::text' END, relate.column_list(columns, 'x'));
COMMENT ON FUNCTION relate.key_text_sql(name[]) IS 'Internal. SQL for the text of a key that is in these columns of a row x.';

CREATE FUNCTION relate.some_key(entry relate.module_entry, plan relate.adoption) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    columns CONSTANT name[] := CASE entry.table_name WHEN plan.source_table THEN plan.source_columns ELSE plan.target_columns END;
    list CONSTANT text := relate.column_list(columns, 'x');
    reference CONSTANT name[] := CASE entry.table_name WHEN plan.source_table THEN plan.source_reference ELSE plan.target_reference END;
    key text;
BEGIN
    IF reference IS NOT NULL THEN
        EXECUTE format('SELECT %s FROM (SELECT x.* FROM %s x JOIN %s y ON %s LIMIT 10000) AS x GROUP BY %s ORDER BY count(*) DESC, %s LIMIT 1',
                       relate.key_text_sql(entry.key_columns), relate.rows_sql(entry.table_name), relate.rows_sql(plan.storage_table),
                       relate.columns_match_sql(entry.table_name, reference, 'x', plan.storage_table, columns, 'y'),
                       relate.column_list(entry.key_columns, 'x'), relate.column_list(entry.key_columns, 'x')) INTO key;
        RETURN btrim(key);
    END IF;
    -- A record that has many: of the first rows only, so that a large table does not matter.
    EXECUTE format('SELECT %s FROM (SELECT %s FROM %s x WHERE %s LIMIT 10000) AS x GROUP BY %s ORDER BY count(*) DESC, %s LIMIT 1',
                   relate.key_text_sql(columns), list, plan.storage_table, relate.not_null_sql(plan.source_columns || plan.target_columns),
                   list, list) INTO key;
    RETURN btrim(key);
END;
$$;
COMMENT ON FUNCTION relate.some_key(relate.module_entry, relate.adoption) IS
'Internal. The key of a record of the module that has many relationships of the planned type; null if none has any.';

CREATE FUNCTION relate.top_key(plan relate.adoption, module relate.module_entry) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    key text;
BEGIN
    EXECUTE format('SELECT %s FROM %s AS x JOIN (SELECT %s FROM %s AS x WHERE %s LIMIT 10000) AS below ON %s WHERE num_nulls(%s) > 0 '
                   'GROUP BY %s ORDER BY count(*) DESC, %s LIMIT 1',
        relate.key_text_sql(module.key_columns), plan.storage_table, relate.column_list(plan.target_columns, 'x'), plan.storage_table,
        relate.not_null_sql(plan.target_columns),
        relate.columns_match_sql(module.table_name, coalesce(plan.target_reference, module.key_columns), 'x', plan.storage_table, plan.target_columns, 'below'),
        relate.column_list(plan.target_columns, 'x'), relate.column_list(module.key_columns, 'x'), relate.column_list(module.key_columns, 'x')) INTO key;
    RETURN key;
END;
$$;
COMMENT ON FUNCTION relate.top_key(relate.adoption, relate.module_entry) IS
'Internal. The key of a record at the top of a planned hierarchy that has many below it; null if there is none.';

CREATE FUNCTION relate.adopted_types(workspace name, schema_name text) RETURNS SETOF relate.adoption
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    RETURN QUERY EXECUTE format($query$
        SELECT (jsonb_populate_record(NULL::relate.adoption, to_jsonb(t)
                || jsonb_build_object('source_table', s.table_name, 'target_table', d.table_name,
                                      'source_columns', t.storage_source_columns, 'target_columns', t.storage_target_columns,
                                      'source_reference', t.storage_source_reference, 'target_reference', t.storage_target_reference))).*
        FROM %1$I.relationship_type t
        JOIN %1$I.module s ON s.module_id = t.source_module_id
        JOIN %1$I.module d ON d.module_id = t.target_module_id
        JOIN pg_class c ON c.oid = t.storage_table
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE t.storage <> 'link' AND t.is_active AND n.nspname = $1
        ORDER BY t.storage_table::text COLLATE "C", t.name COLLATE "C"
        $query$, workspace) USING schema_name;
END;
$body$;
COMMENT ON FUNCTION relate.adopted_types(name, text) IS
'Internal. The active types of a workspace that are stored in tables of a schema, as the plan that would make them.';

CREATE FUNCTION relate.queries_to_try(plan relate.adoption[], modules relate.module_entry[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    central relate.module_entry;
    central_key text;
    tree relate.adoption;
    top_key text;
    biggest relate.adoption;
BEGIN
    -- The module that most types meet in, and the largest of those types that has rows.
    SELECT m.* INTO central
    FROM unnest(modules) AS m JOIN unnest(plan) AS p ON p.name IS NOT NULL AND m.table_name IN (p.source_table, p.target_table)
    GROUP BY m.module_id, m.name, m.singular, m.plural, m.table_name, m.key_columns, m.name_columns, m.kind, m.kind_column, m.date_column, m.is_system
    ORDER BY count(*) DESC, m.name LIMIT 1;
    FOR biggest IN SELECT p.* FROM unnest(plan) AS p
                   WHERE p.name IS NOT NULL AND central.table_name IN (p.source_table, p.target_table)
                   ORDER BY (SELECT c.reltuples FROM pg_class c WHERE c.oid = p.storage_table) DESC, p.name LOOP
        central_key := relate.some_key(central, biggest);
        EXIT WHEN central_key IS NOT NULL;
    END LOOP;
    FOR tree IN SELECT p.* FROM unnest(plan) AS p WHERE p.name IS NOT NULL AND p.hierarchy_parent IS NOT NULL AND p.storage = 'column' ORDER BY p.name LOOP
        top_key := relate.top_key(tree, (SELECT m FROM unnest(modules) AS m WHERE m.table_name = tree.target_table));
        EXIT WHEN top_key IS NOT NULL;
    END LOOP;
    IF central_key IS NULL THEN
        RETURN NEXT 'SELECT * FROM relate.relationship_types();';
        RETURN NEXT 'SELECT relate.diagram();';
        RETURN NEXT 'SELECT * FROM relate.relationship_report() LIMIT 10;';
        RETURN;
    END IF;
    RETURN NEXT format('SELECT role, label, name, key FROM relate.related_records(%L, %L);', central.name, central_key);
    RETURN NEXT format('SELECT jsonb_pretty(relate.record_overview(%L, %L));', central.name, central_key);
    RETURN NEXT CASE WHEN top_key IS NULL THEN format('SELECT distance, module, name, key FROM relate.network(%L, %L);', central.name, central_key)
                     ELSE format('SELECT tree, role, key FROM relate.hierarchy_tree(%L, %L);', tree.name, top_key) END;
END;
$$;
COMMENT ON FUNCTION relate.queries_to_try(relate.adoption[], relate.module_entry[]) IS
'Internal. Three queries to begin with, with keys from the tables of these types.';

CREATE FUNCTION relate.rules_lines(plan relate.adoption[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT format('%s: %s.', (p.one).columns, w.words)
        FROM generate_subscripts(plan, 1) AS n
        CROSS JOIN LATERAL (SELECT plan[n] AS one) AS p
        CROSS JOIN LATERAL (SELECT relate.rules_words(relate.planned_storage(p.one), (p.one).cardinality, (p.one).hierarchy_parent) AS words) AS w
        WHERE (p.one).name IS NOT NULL AND w.words IS NOT NULL
        ORDER BY n;
END;
$$;
COMMENT ON FUNCTION relate.rules_lines(relate.adoption[]) IS 'Internal. What enforcing the rules of planned types means for their tables.';

CREATE FUNCTION relate.quickstart(schema_name text DEFAULT 'public', preview boolean DEFAULT false, enforce boolean DEFAULT false)
RETURNS TABLE (step text, line text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    workspace name;
    plan relate.adoption[];
    is_new boolean;
    modules relate.module_entry[];
    new_name CONSTANT text := coalesce(nullif(current_setting('relate.workspace', true), ''), 'crm');
BEGIN
    PERFORM relate.check_schema(schema_name);
    PERFORM relate.not_null('{preview, enforce}', preview::text, enforce::text);
    BEGIN
        workspace := relate.current_workspace();
        RETURN QUERY SELECT 'workspace', format('Workspace "%s" is there already.', workspace);
    EXCEPTION
        WHEN undefined_object THEN
            IF preview THEN
                RETURN QUERY SELECT 'workspace', format('A workspace "%s" would be made, a schema that holds what follows.', new_name);
            ELSE
                workspace := relate.create_workspace(new_name);
                RETURN QUERY SELECT 'workspace', format('Workspace "%s" is made: a schema that holds what follows.', workspace);
            END IF;
    END;
    plan := ARRAY(SELECT p FROM relate.plan_types(workspace, schema_name, NULL, NULL, NULL) AS p);
    is_new := EXISTS (SELECT FROM unnest(plan) AS p WHERE p.name IS NOT NULL);
    IF preview AND enforce THEN
        PERFORM relate.check_plan_rules(plan);
    ELSIF NOT preview THEN
        PERFORM relate.adopt_plan(workspace, plan, NULL);
    END IF;
    modules := ARRAY(SELECT m FROM relate.plan_modules(workspace, relate.plan_tables(plan), NULL) AS m ORDER BY m.name);
    RETURN QUERY SELECT 'found', format('%s module%s: %s.', cardinality(modules), CASE WHEN count(*) > 1 THEN 's' ELSE '' END,
                                        string_agg(m.plural, ', ' ORDER BY m.plural))
                 FROM unnest(modules) AS m HAVING count(*) > 0;
    RETURN QUERY SELECT 'found', relate.adoption_sentence(p, s, t)
                 FROM generate_subscripts(plan, 1) AS n
                 CROSS JOIN LATERAL (SELECT plan[n] AS p) AS x
                 JOIN unnest(modules) AS s ON s.table_name = (x.p).source_table
                 JOIN unnest(modules) AS t ON t.table_name = (x.p).target_table
                 WHERE (x.p).name IS NOT NULL ORDER BY n;
    IF NOT is_new THEN
        RETURN QUERY SELECT 'found', format(CASE
            WHEN workspace IS NOT NULL AND EXISTS (SELECT FROM relate.adopted_types(workspace, schema_name))
            THEN 'Nothing new: the foreign keys of schema "%s" are adopted already.'
            WHEN plan = '{}' THEN 'Nothing to adopt: schema "%s" has no foreign keys.'
            ELSE 'No foreign key of schema "%s" can be adopted.' END, schema_name);
    END IF;
    IF enforce THEN
        RETURN QUERY SELECT 'enforced', l FROM relate.rules_lines(plan) AS l;
        IF NOT preview THEN
            PERFORM relate.put_plan_rules(plan);
        END IF;
    END IF;
    RETURN QUERY SELECT 'not adopted', format('%s: %s.', p.columns, p.note) FROM unnest(plan) AS p WHERE p.name IS NULL;
    IF NOT is_new AND workspace IS NOT NULL THEN
        plan := ARRAY(SELECT p FROM relate.adopted_types(workspace, schema_name) AS p);
        modules := ARRAY(SELECT m FROM relate.plan_modules(workspace, relate.plan_tables(plan), NULL) AS m ORDER BY m.name);
        is_new := plan <> '{}';
    END IF;
    IF is_new THEN
        RETURN QUERY SELECT 'try', q FROM relate.queries_to_try(plan, modules) AS q;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.quickstart(text, boolean, boolean) IS
'The first thing to call in a database that exists: makes a workspace where there is none ("crm", or that of the setting relate.workspace), adopts the foreign keys of the schema (relate.adopt_foreign_keys), says in English what it found and what it did not adopt, and ends with three queries to run, with keys from the data. step is workspace, found, enforced, not adopted or try. The user''s tables get our triggers and nothing else; enforce has them hold the rules of the new types too, as with adopt_foreign_keys; preview => true changes nothing at all. Errors: as of create_workspace and adopt_foreign_keys.';
