
-- ---------------------------------------------------------------------------
-- Generated views: the columns of both sides and of the relationship, by plain SQL.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.side_columns(workspace name, module relate.module_entry, side text, prefix text, store relate.type_storage,
                                    columns name[], OUT names text[], OUT expressions text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place int;
BEGIN
    IF module.module_id IS NULL THEN -- of any module
        names := ARRAY[prefix || '_module', prefix || '_key', prefix || '_name'];
        expressions := ARRAY[format('(SELECT m.name FROM %I.module AS m WHERE m.module_id = r.%I)', workspace, side || '_module_id'),
            format('r.%I', side || '_key'),
            format('relate.record_name_in(%L, r.%I, r.%I)', format('%I.module', workspace), side || '_module_id', side || '_key')];
        RETURN;
    END IF;
    FOR place IN 1 .. cardinality(module.key_columns) LOOP
        names := names || relate.column_of_role(prefix, module.key_columns[place], module.name);
        expressions := expressions || CASE
            WHEN store.storage = 'link' THEN relate.key_value_sql(module.table_name, module.key_columns, place, format('r.%I', side || '_key'))
            WHEN CASE side WHEN 'source' THEN store.storage_source_reference ELSE store.storage_target_reference END IS NOT NULL
            THEN format('%I.%I', side, module.key_columns[place])
            ELSE format('%s.%I', CASE store.storage WHEN 'junction' THEN 'j' ELSE 'holder' END, columns[place]) END;
    END LOOP;
    IF module.name_columns <> '{}' THEN
        names := names || (prefix || '_name');
        expressions := expressions || format('nullif(concat_ws('' '', %s), '''')', relate.column_list(module.name_columns, side));
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.side_columns(name, relate.module_entry, text, text, relate.type_storage, name[]) IS
'Internal. What a view of a type shows of one side: its key columns and its name, named after the role.';

CREATE FUNCTION relate.rest_columns(way relate.type_way, OUT names text[], OUT expressions text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    store CONSTANT relate.type_storage := way.store;
BEGIN
    IF store.storage = 'link' THEN
        names := CASE WHEN way.is_perpetual THEN '{}' ELSE '{start_date,end_date,is_current}'::text[] END || '{importance,is_primary,description}'
                 || CASE WHEN way.has_contact_details THEN '{email,phone,address}'::text[] ELSE '{}' END || '{attributes}';
        expressions := ARRAY(SELECT CASE n WHEN 'is_current' THEN relate.is_current_sql('r.start_date', 'r.end_date')
                                           ELSE format('r.%I', n) END
                             FROM unnest(names) WITH ORDINALITY AS k (n, place) ORDER BY place);
    ELSIF store.storage = 'junction' THEN
        SELECT array_agg(a.attname::text ORDER BY a.attnum), array_agg(format('j.%I', a.attname) ORDER BY a.attnum) INTO names, expressions
        FROM pg_attribute a
        WHERE a.attrelid = store.storage_table AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attname <> ALL (store.storage_source_columns || store.storage_target_columns);
        IF NOT way.is_perpetual THEN
            names := names || 'is_current'::text;
            expressions := expressions || relate.is_current_sql('j.' || quote_ident(store.storage_start_column),
                                                                'j.' || quote_ident(store.storage_end_column));
        END IF;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.rest_columns(relate.type_way) IS
'Internal. What a view of a type shows besides the two sides: what is stored with the relationship, the further columns of a junction.';

CREATE FUNCTION relate.name_once(names text[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    chosen text[] := '{}';
    wanted text;
    candidate text;
    number int;
BEGIN
    IF cardinality(names) > 1664 THEN
        RAISE 'a view can have at most 1664 columns' USING ERRCODE = 'too_many_columns';
    END IF;
    FOR wanted, number IN
        SELECT n, row_number() OVER (PARTITION BY n ORDER BY place) FROM unnest(names) WITH ORDINALITY AS u (n, place) ORDER BY place
    LOOP
        candidate := CASE number WHEN 1 THEN wanted::name ELSE relate.numbered_name(wanted, number) END;
        WHILE candidate = ANY (chosen) LOOP
            number := number + 1;
            candidate := relate.numbered_name(wanted, number);
        END LOOP;
        chosen := chosen || candidate;
    END LOOP;
    RETURN chosen;
END;
$$;
COMMENT ON FUNCTION relate.name_once(text[]) IS 'Internal. The names, with a number where one comes again. Error 54011 for more than a view can have.';

CREATE FUNCTION relate.view_from_sql(workspace name, way relate.type_way) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    store CONSTANT relate.type_storage := way.store;
    source CONSTANT relate.module_entry := way.near;
    target CONSTANT relate.module_entry := way.far;
    is_source_table boolean;
BEGIN
    IF store.storage = 'link' THEN
        RETURN format(E'%I.relationship AS r%s%s\nWHERE r.type_id OPERATOR(pg_catalog.=) %s', workspace,
            CASE WHEN source.name_columns <> '{}' THEN format(E'\nLEFT JOIN %s AS source ON %s', relate.rows_sql(source.table_name),
                relate.has_key_sql(source.table_name, source.key_columns, 'source', 'r.source_key')) END,
            CASE WHEN target.name_columns <> '{}' THEN format(E'\nLEFT JOIN %s AS target ON %s', relate.rows_sql(target.table_name),
                relate.has_key_sql(target.table_name, target.key_columns, 'target', 'r.target_key')) END,
            way.type_id);
    ELSIF store.storage = 'junction' THEN
        RETURN format(E'%s AS j\nLEFT JOIN %s AS source ON %s\nLEFT JOIN %s AS target ON %s', relate.rows_sql(store.storage_table),
            relate.rows_sql(source.table_name), relate.columns_match_sql(source.table_name, relate.source_key(store, source), 'source',
                                                                         store.storage_table, store.storage_source_columns, 'j'),
            relate.rows_sql(target.table_name), relate.columns_match_sql(target.table_name, relate.target_key(store, target), 'target',
                                                                         store.storage_table, store.storage_target_columns, 'j'));
    END IF;
    -- Columns of one side's table: a row of it, once as what holds the columns and once as that side.
    is_source_table := relate.is_source_table(store, source);
    RETURN format(E'%s AS holder\nLEFT JOIN %s AS source ON %s\nLEFT JOIN %s AS target ON %s\nWHERE num_nulls(%s) OPERATOR(pg_catalog.=) 0',
        relate.rows_sql(store.storage_table),
        relate.rows_sql(source.table_name), relate.columns_match_sql(source.table_name, relate.source_key(store, source), 'source',
                                                                     store.storage_table, store.storage_source_columns, 'holder'),
        relate.rows_sql(target.table_name), relate.columns_match_sql(target.table_name, relate.target_key(store, target), 'target',
                                                                     store.storage_table, store.storage_target_columns, 'holder'),
        relate.column_list(CASE WHEN is_source_table THEN store.storage_target_columns ELSE store.storage_source_columns END, 'holder'));
END;
$$;
COMMENT ON FUNCTION relate.view_from_sql(name, relate.type_way) IS
'Internal. What follows FROM in the view of a type, read from its source.';

CREATE FUNCTION relate.view_sql(workspace name, way relate.type_way) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    near_prefix text := relate.identifier_of(way.near_role);
    far_prefix text := relate.identifier_of(way.far_role);
    near record;
    far record;
    rest record;
    names text[];
    expressions text[];
BEGIN
    IF near_prefix = far_prefix THEN
        near_prefix := 'source_' || near_prefix;
        far_prefix := 'target_' || far_prefix;
    END IF;
    near := relate.side_columns(workspace, way.near, 'source', near_prefix, way.store, (way.store).storage_source_columns);
    far := relate.side_columns(workspace, way.far, 'target', far_prefix, way.store, (way.store).storage_target_columns);
    rest := relate.rest_columns(way);
    names := relate.name_once(CASE WHEN (way.store).storage = 'link' THEN '{relationship_id}'::text[] ELSE '{}' END
                              || near.names || far.names || rest.names);
    expressions := CASE WHEN (way.store).storage = 'link' THEN '{r.relationship_id}'::text[] ELSE '{}' END
                   || near.expressions || far.expressions || rest.expressions;
    RETURN format(E'SELECT %s\nFROM %s', (SELECT string_agg(format('%s AS %I', e, n), E',\n    ' ORDER BY place)
                                          FROM ROWS FROM (unnest(expressions), unnest(names)) WITH ORDINALITY AS k (e, n, place)),
                  relate.view_from_sql(workspace, way));
END;
$$;
COMMENT ON FUNCTION relate.view_sql(name, relate.type_way) IS 'Internal. SQL for the relationships of a type, with columns named after its roles.';

CREATE FUNCTION relate.generated_views(schema_name name, mark text) RETURNS TABLE (id oid, view_name name, comment text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.oid, c.relname, d.description
    FROM pg_class c
    JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
    WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = schema_name) AND c.relkind = 'v' AND strpos(d.description, mark) > 0
    ORDER BY c.relname
$$;
COMMENT ON FUNCTION relate.generated_views(name, text) IS 'Internal. The generated views of a schema, which have this mark.';

CREATE FUNCTION relate.plan_views(workspace name, schema_name name, mark text) RETURNS SETOF relate.planned_surface
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    way relate.type_way;
    plan relate.planned_surface;
    taken text[] := ARRAY(SELECT c.relname::text FROM pg_class c
                          WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = schema_name)
                            AND NOT EXISTS (SELECT FROM relate.generated_views(schema_name, mark) AS g WHERE g.id = c.oid))
                   || ARRAY(SELECT t.typname::text FROM pg_type t WHERE t.typrelid = 0
                            AND t.typnamespace = (SELECT oid FROM pg_namespace WHERE nspname = schema_name));
    known CONSTANT text[] := ARRAY(SELECT concat_ws('/', g.view_name, g.comment) FROM relate.generated_views(schema_name, mark) AS g);
BEGIN
    FOR way IN SELECT * FROM relate.type_ways(workspace) AS w WHERE w.near_side <> 'target' LOOP
        plan := NULL;
        plan.type_name := way.type_name;
        plan.label := way.label;
        plan.name := relate.choose_name(ARRAY[way.type_name], taken);
        taken := taken || plan.name::text;
        plan.comment := format('The relationships of type "%s": %s %s. %s (%s)', way.type_name, way.near_role, way.label,
                               relate.mark_of(workspace), way.digest);
        IF concat_ws('/', plan.name, plan.comment) <> ALL (known) THEN
            plan.body := relate.view_sql(workspace, way);
        END IF;
        RETURN NEXT plan;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.plan_views(name, name, text) IS 'Internal. The views that a workspace asks for in a schema; without body where they are there.';

CREATE FUNCTION relate.put_view(schema_name name, wanted relate.planned_surface) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    statement CONSTANT text := format('VIEW %I.%I WITH (security_invoker = true) AS %s', schema_name, wanted.name, wanted.body);
    grants text[];
    one text;
BEGIN
    EXECUTE 'CREATE OR REPLACE ' || statement;
EXCEPTION
    WHEN invalid_table_definition THEN -- other columns: made anew, with the rights it had
        SELECT array_agg(format('GRANT %s ON %I.%I TO %s%s', a.privilege_type, schema_name, wanted.name,
                                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                                CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)) INTO grants
        FROM pg_class c, aclexplode(c.relacl) AS a
        WHERE c.oid = to_regclass(format('%I.%I', schema_name, wanted.name)) AND a.grantee <> c.relowner;
        EXECUTE format('DROP VIEW %I.%I', schema_name, wanted.name);
        EXECUTE 'CREATE ' || statement;
        FOREACH one IN ARRAY coalesce(grants, '{}') LOOP
            EXECUTE one;
        END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.put_view(name, relate.planned_surface) IS
'Internal. Makes or replaces a generated view; rights on it stay. Error: 2BP01 where other columns are asked for and something depends on the view.';

CREATE FUNCTION relate.refresh_views(workspace name, schema_name name, mark text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    plan CONSTANT relate.planned_surface[] := ARRAY(SELECT p FROM relate.plan_views(workspace, schema_name, mark) AS p);
    was record;
    wanted relate.planned_surface;
BEGIN
    FOR was IN SELECT g.* FROM relate.generated_views(schema_name, mark) AS g
               WHERE NOT EXISTS (SELECT FROM unnest(plan) AS p WHERE p.name = g.view_name) LOOP
        EXECUTE format('DROP VIEW %s', was.id::regclass);
    END LOOP;
    FOR wanted IN SELECT p.* FROM unnest(plan) AS p WHERE p.body IS NOT NULL LOOP
        PERFORM relate.put_view(schema_name, wanted);
        EXECUTE format('COMMENT ON VIEW %I.%I IS %L', schema_name, wanted.name, wanted.comment);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.refresh_views(name, name, text) IS
'Internal. Makes the generated views of a schema what the workspace asks for. What is right already is not touched.';
