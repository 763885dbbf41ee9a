
-- ---------------------------------------------------------------------------
-- Adopting the foreign keys of a schema: preview, adoption, and the first five
-- minutes with both.
-- ---------------------------------------------------------------------------

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
        PERFORM relate.check_rules(relate.planned_storage(p), p.cardinality, p.hierarchy_parent) FROM unnest(plan) AS p WHERE p.name IS NOT NULL;
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
AS $body$
BEGIN
    EXECUTE format($query$
        WITH fresh AS (
            INSERT INTO %1$I.module (name, singular, plural, table_name, key_columns, name_columns, date_column, is_system)
            SELECT name, singular, plural, table_name, key_columns,
                   relate.find_name_columns(table_name, relate.singular_of(relate.identifier_of((
                       SELECT relname FROM pg_class WHERE oid = table_name)))),
                   relate.find_date_column(table_name), is_system
            FROM relate.plan_modules(%1$L, ARRAY(SELECT source_table FROM unnest($1) WHERE name IS NOT NULL
                                                 UNION SELECT target_table FROM unnest($1) WHERE name IS NOT NULL), $2)
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
            storage_end_column)
        SELECT p.name, s.module_id, t.module_id, p.source_role, p.target_role, p.label, p.inverse_label, p.cardinality,
               p.hierarchy_parent, p.start_column IS NULL AND p.end_column IS NULL, false,
               p.source_table = p.target_table AND p.hierarchy_parent IS NULL, p.on_source_delete, p.on_target_delete,
               p.storage, p.storage_table, p.source_columns, p.target_columns, p.start_column, p.end_column
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
        PERFORM relate.put_rules(relate.planned_storage(p), p.cardinality, p.hierarchy_parent) FROM unnest(plan) AS p WHERE p.name IS NOT NULL;
    END IF;
    RETURN QUERY SELECT d.* FROM relate.describe_plan(workspace, plan, system_modules, enforce) AS d;
END;
$$;
COMMENT ON FUNCTION relate.adopt_foreign_keys(text, text[], text[], text[], boolean) IS
'Makes relationship types of the foreign keys of a schema''s tables, and modules of the tables that have none yet, in the current workspace. No row moves; the tables get the triggers of modules. A foreign key becomes a many_to_one type stored in its columns, one_to_one where a unique index says so, a hierarchy where it refers to its own table; a table whose key is made of two foreign keys becomes a type stored in that junction table, its further columns the attributes. include and exclude are names of tables, * for any letters; system_modules those of users, groups and the like. enforce has tables that refer to themselves refuse cycles from now on, and junction tables with dates two rows between the same records on one day, by triggers (relate.enforce_rules); note says so.
One row for each new type; sentence says in English how many belong together. Then one for each foreign key that is not adopted: note says why. What is adopted already is passed over, so it can be run again. Everything can be changed afterwards with relate.alter_module and relate.alter_relationship_type; relate.drop_relationship_type un-adopts, and changes no table.
Errors: 22004, 3F000 no such schema, 42501 not the owner of the workspace''s tables, those of register_module and create_relationship_type; 23514 and 23505 rows that break what is to be enforced.';

-- ---- the first five minutes ---------------------------------------------------------------------

CREATE FUNCTION relate.some_key(entry relate.module_entry, plan relate.adoption) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_near CONSTANT boolean := plan.source_table = entry.table_name;
    columns CONSTANT name[] := CASE WHEN is_near AND plan.storage = 'junction' THEN plan.source_columns
                                    WHEN is_near THEN NULL ELSE plan.target_columns END;
    list CONSTANT text := (SELECT string_agg(format('x.%I', c), ', ' ORDER BY n) FROM unnest(coalesce(columns, entry.key_columns)) WITH ORDINALITY AS k (c, n));
    key text;
BEGIN
    -- A record that has many: of the first rows only, so that a large table does not matter.
    EXECUTE format('SELECT %s FROM (SELECT %s FROM %s x WHERE %s LIMIT 10000) AS x GROUP BY %s ORDER BY count(*) DESC, %s LIMIT 1',
                   CASE cardinality(entry.key_columns) WHEN 1 THEN format('(%s)::text', list) ELSE format('ROW(%s)::text', list) END,
                   list, plan.storage_table,
                   (SELECT string_agg(format('x.%I IS NOT NULL', c), ' AND ') FROM unnest(coalesce(columns, entry.key_columns)) AS c), list, list) INTO key;
    RETURN btrim(key);
END;
$$;
COMMENT ON FUNCTION relate.some_key(relate.module_entry, relate.adoption) IS
'Internal. The key of a record of the module that has many relationships of the planned type; null if none has any.';

CREATE FUNCTION relate.quickstart(schema_name text DEFAULT 'public', preview boolean DEFAULT false)
RETURNS TABLE (step text, line text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    workspace name;
    plan relate.adoption[];
    modules relate.module_entry[];
    one record;
    new_name CONSTANT text := coalesce(nullif(current_setting('relate.workspace', true), ''), 'crm');
    central relate.module_entry;
    central_key text;
    biggest relate.adoption;
BEGIN
    PERFORM relate.check_schema(schema_name);
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
    IF workspace IS NULL THEN
        -- The plan is made in a workspace that goes again at once.
        BEGIN
            workspace := relate.create_workspace('relate quickstart');
            plan := ARRAY(SELECT p FROM relate.plan_types(workspace, schema_name, NULL, NULL, NULL) AS p);
            modules := ARRAY(SELECT m FROM relate.plan_modules(workspace, ARRAY(
                SELECT source_table FROM unnest(plan) WHERE name IS NOT NULL
                UNION SELECT target_table FROM unnest(plan) WHERE name IS NOT NULL), NULL) AS m ORDER BY m.name);
            RAISE EXCEPTION USING ERRCODE = 'RLQ01';
        EXCEPTION
            WHEN SQLSTATE 'RLQ01' THEN
                workspace := NULL;
        END;
    ELSE
        plan := ARRAY(SELECT p FROM relate.plan_types(workspace, schema_name, NULL, NULL, NULL) AS p);
        IF NOT preview THEN
            PERFORM relate.adopt_plan(workspace, plan, NULL);
        END IF;
        modules := ARRAY(SELECT m FROM relate.plan_modules(workspace, ARRAY(
            SELECT source_table FROM unnest(plan) WHERE name IS NOT NULL
            UNION SELECT target_table FROM unnest(plan) WHERE name IS NOT NULL), NULL) AS m ORDER BY m.name);
    END IF;
    RETURN QUERY SELECT 'found', format('%s modules: %s.', cardinality(modules), string_agg(m.plural, ', ' ORDER BY m.plural))
                 FROM unnest(modules) AS m HAVING count(*) > 0;
    RETURN QUERY SELECT 'found', relate.adoption_sentence(p, s, t)
                 FROM generate_subscripts(plan, 1) AS n
                 CROSS JOIN LATERAL (SELECT plan[n] AS p) AS x
                 JOIN unnest(modules) AS s ON s.table_name = (x.p).source_table
                 JOIN unnest(modules) AS t ON t.table_name = (x.p).target_table
                 WHERE (x.p).name IS NOT NULL ORDER BY n;
    RETURN QUERY SELECT 'not adopted', format('%s: %s.', p.columns, p.note) FROM unnest(plan) AS p WHERE p.name IS NULL;
    IF plan = '{}' THEN
        RETURN QUERY SELECT 'found', format('Nothing new: the foreign keys of schema "%s" are adopted already, or there are none.', schema_name);
    END IF;
    -- The module that most types meet in, and the largest of those types.
    SELECT m.* INTO central
    FROM unnest(modules) AS m JOIN unnest(plan) AS p ON p.name IS NOT NULL AND m.table_name IN (p.source_table, p.target_table)
    GROUP BY m.module_id, m.name, m.singular, m.plural, m.table_name, m.key_columns, m.name_columns, m.kind, m.kind_column, m.date_column, m.is_system
    ORDER BY count(*) DESC, m.name LIMIT 1;
    SELECT p.* INTO biggest FROM unnest(plan) AS p
    WHERE p.name IS NOT NULL AND central.table_name IN (p.source_table, p.target_table)
    ORDER BY (SELECT c.reltuples FROM pg_class c WHERE c.oid = p.storage_table) DESC, p.name LIMIT 1;
    IF biggest.name IS NULL THEN
        RETURN;
    END IF;
    central_key := relate.some_key(central, biggest);
    IF central_key IS NULL THEN
        RETURN QUERY SELECT 'try', format('SELECT * FROM relate.relationship_types();');
        RETURN;
    END IF;
    RETURN QUERY VALUES
        ('try', format('SELECT role, label, name, key FROM relate.related_records(%L, %L);', central.name, central_key)),
        ('try', format('SELECT jsonb_pretty(relate.record_overview(%L, %L));', central.name, central_key)),
        ('try', format('SELECT * FROM relate.relationship_report(%L) LIMIT 10;', ARRAY[biggest.name]));
END;
$$;
COMMENT ON FUNCTION relate.quickstart(text, boolean) IS
'The first thing to call in a database that exists: makes a workspace where there is none ("crm", or that of the setting relate.workspace), adopts the foreign keys of the schema (relate.adopt_foreign_keys), says in English what it found and what it did not adopt, and ends with three queries to run, with keys from the data. step is workspace, found, not adopted or try. The user''s tables get our triggers and nothing else; preview => true changes nothing at all. Errors: as of create_workspace and adopt_foreign_keys.';
