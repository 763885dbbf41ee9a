
-- ---------------------------------------------------------------------------
-- Surfaces: functions and views in a schema of the user's choice, made from the
-- catalog and kept in step with it.
--
-- Functions take a row of a module's table and return the rows related to it by
-- one relationship type: "computed relationships" for PostgREST, in plain SQL that
-- the planner inlines. Views show the relationships of one type, with columns
-- named after its roles. Both read links, columns and junctions alike, with the
-- rights of whoever uses them.
--
-- What is to be made is in the settings of the workspace: {"surfaces":
-- {"functions": {"schema": ..., "workspace": ..., "digest": ...}, "views": ...}}: workspace
-- is the name under which they were made, digest tells the types that they were made for. A trigger on "module" and
-- "relationship_type" makes, replaces and drops what a change asks for, with the
-- rights of whoever changes them. What is ours is told by its comment. A restore
-- brings them like any function or view; triggers come after the rows, and find
-- nothing to do.
-- ---------------------------------------------------------------------------

-- ---- types, as they read from one side -------------------------------------------

CREATE TYPE relate.type_way AS (
    type_id int,
    type_name text,
    near relate.module_entry,
    far relate.module_entry,
    near_side text,
    near_role text,
    far_role text,
    label text,
    is_to_one boolean,
    is_perpetual boolean,
    has_contact_details boolean,
    store relate.type_storage,
    digest text
);
COMMENT ON TYPE relate.type_way IS
'Internal. A relationship type as it reads from one side: source or target, or from both where it is symmetric. Nulls for a module where it may be any. digest tells all that functions and views depend on.';

CREATE FUNCTION relate.type_ways(workspace name) RETURNS SETOF relate.type_way
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH module AS MATERIALIZED (
            SELECT m.module_id, jsonb_populate_record(NULL::relate.module_entry, to_jsonb(m)) AS entry,
                   concat_ws('|', to_jsonb(m), (SELECT string_agg(a.atttypid::text, ',' ORDER BY a.attnum) FROM pg_attribute a
                                                WHERE a.attrelid = m.table_name AND a.attname = ANY (m.key_columns))) AS words
            FROM %1$I.module m
        ), junction AS MATERIALIZED (
            SELECT t.storage_table, string_agg(a.attname, '|' ORDER BY a.attnum) AS words
            FROM (SELECT DISTINCT storage_table FROM %1$I.relationship_type WHERE storage = 'junction') AS t
            JOIN pg_attribute a ON a.attrelid = t.storage_table AND a.attnum > 0 AND NOT a.attisdropped
            GROUP BY t.storage_table
        )
        SELECT t.type_id, t.name, n.entry, f.entry,
               CASE WHEN t.is_symmetric THEN 'both' ELSE side END,
               CASE side WHEN 'source' THEN t.source_role ELSE t.target_role END,
               CASE side WHEN 'source' THEN t.target_role ELSE t.source_role END,
               CASE side WHEN 'source' THEN t.label ELSE t.inverse_label END,
               CASE side WHEN 'source' THEN t.cardinality IN ('one_to_one', 'many_to_one') OR coalesce(t.max_targets_per_source = 1, false)
                         ELSE t.cardinality IN ('one_to_one', 'one_to_many') OR coalesce(t.max_sources_per_target = 1, false) END,
               t.is_perpetual, t.has_contact_details, jsonb_populate_record(NULL::relate.type_storage, to_jsonb(t)),
               left(md5(concat_ws('|', %1$L, side, n.words, f.words, j.words, to_jsonb(t) - '{description,category,default_importance,source_may,'
                   'target_may,is_active,allow_self,on_source_delete,on_target_delete,on_kind_change,source_kind,target_kind}'::text[])), 12)
        FROM %1$I.relationship_type t
        CROSS JOIN unnest('{source,target}'::text[]) AS side
        LEFT JOIN module n ON n.module_id = CASE side WHEN 'source' THEN t.source_module_id ELSE t.target_module_id END
        LEFT JOIN module f ON f.module_id = CASE side WHEN 'source' THEN t.target_module_id ELSE t.source_module_id END
        LEFT JOIN junction j ON j.storage_table = t.storage_table
        WHERE side = 'source' OR NOT t.is_symmetric
        ORDER BY t.type_id, side
        $query$, workspace);
END;
$body$;
COMMENT ON FUNCTION relate.type_ways(name) IS 'Internal. Every relationship type of a workspace as it reads from each side.';

-- ---- SQL for keys ------------------------------------------------------------------

CREATE FUNCTION relate.key_fields(key relate.record_key) RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_key_fields';
COMMENT ON FUNCTION relate.key_fields(relate.record_key) IS
'The values in a key of several columns, as texts: (10248,11) gives {10248,11}. Of any other key, the key''s own text.';

CREATE FUNCTION relate.base_type(table_name regclass, column_name name) RETURNS oid
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE type AS (
        SELECT t.oid, t.typtype, t.typbasetype FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = table_name AND a.attname = column_name AND NOT a.attisdropped
        UNION ALL
        SELECT t.oid, t.typtype, t.typbasetype FROM type JOIN pg_type t ON t.oid = type.typbasetype WHERE type.typtype = 'd')
    SELECT oid FROM type WHERE typtype <> 'd'
$$;
COMMENT ON FUNCTION relate.base_type(regclass, name) IS 'Internal. The type of a column, that of its domain''s base where it is of one.';

CREATE FUNCTION relate.is_steady_key(table_name regclass, key_columns name[]) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT bool_and(t.typcategory NOT IN ('D', 'T', 'A', 'C', 'R')
                    AND t.typname NOT IN ('float4', 'float8', 'bytea', 'money', 'xml', 'json', 'jsonb'))
    FROM unnest(key_columns) AS k (name) JOIN pg_type t ON t.oid = relate.base_type(table_name, k.name)
$$;
COMMENT ON FUNCTION relate.is_steady_key(regclass, name[]) IS
'Internal. Whether the texts of these columns are the same whatever a session''s settings (DateStyle and the like): else plain SQL cannot tell the key of a row.';

CREATE FUNCTION relate.key_sql(table_name regclass, key_columns name[], row_name text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN cardinality(key_columns) > 1 THEN
        format('CAST(CAST(ROW(%s) AS text) AS relate.record_key)',
               (SELECT string_agg(format('%s.%I', row_name, c), ', ' ORDER BY n) FROM unnest(key_columns) WITH ORDINALITY AS k (c, n)))
    WHEN relate.base_type(table_name, key_columns[1]) IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype) THEN
        format('CAST(%s.%I AS relate.record_key)', row_name, key_columns[1])
    WHEN relate.base_type(table_name, key_columns[1]) IN ('text'::regtype, 'varchar'::regtype) THEN
        format('CAST(CAST(%s.%I AS text) AS relate.record_key)', row_name, key_columns[1])
    ELSE -- as the type writes it
        format('CAST(pg_catalog.concat(%s.%I) AS relate.record_key)', row_name, key_columns[1]) END;
COMMENT ON FUNCTION relate.key_sql(regclass, name[], text) IS 'Internal. SQL for the key of a row of a module''s table.';

CREATE FUNCTION relate.key_value_sql(table_name regclass, key_columns name[], place int, key text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format(CASE
    WHEN cardinality(key_columns) > 1 THEN 'CAST((relate.key_fields(%1$s))[%3$s] AS %2$s)'
    WHEN relate.base_type(table_name, key_columns[1]) IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype,
                                                         'text'::regtype, 'varchar'::regtype) THEN 'CAST(%1$s AS %2$s)'
    ELSE 'CAST(CAST(%1$s AS text) AS %2$s)' END,
    key, format_type(relate.base_type(table_name, key_columns[place]), -1), place);
COMMENT ON FUNCTION relate.key_value_sql(regclass, name[], int, text) IS
'Internal. SQL for the value of a key column, out of SQL for the key.';

CREATE FUNCTION relate.equal_operator(one oid, other oid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN coalesce(
    (SELECT format('OPERATOR(%I.=)', n.nspname)
     FROM pg_opclass c
     JOIN pg_amop am ON am.amopfamily = c.opcfamily AND am.amopstrategy = 3 AND am.amoplefttype = c.opcintype
                        AND am.amoprighttype = c.opcintype
     JOIN pg_operator o ON o.oid = am.amopopr AND o.oprname = '='
     JOIN pg_namespace n ON n.oid = o.oprnamespace
     WHERE one = other AND c.opcintype = one AND c.opcdefault AND c.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')),
    'OPERATOR(pg_catalog.=)');
COMMENT ON FUNCTION relate.equal_operator(oid, oid) IS 'Internal. The operator that tells equal values of two types.';

CREATE FUNCTION relate.has_key_sql(table_name regclass, key_columns name[], row_name text, key text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT string_agg(format('%s.%I %s %s', row_name, c, relate.equal_operator(relate.base_type(table_name, c), relate.base_type(table_name, c)),
                                 relate.key_value_sql(table_name, key_columns, n::int, key)), ' AND ' ORDER BY n)
        FROM unnest(key_columns) WITH ORDINALITY AS k (c, n));
COMMENT ON FUNCTION relate.has_key_sql(regclass, name[], text, text) IS
'Internal. SQL for: the row of a module''s table has this key.';

CREATE FUNCTION relate.columns_match_sql(one_table regclass, one_columns name[], one text, other_table regclass, other_columns name[], other text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT string_agg(format('%s.%I %s %s.%I', one, a, relate.equal_operator(relate.base_type(one_table, a), relate.base_type(other_table, b)),
                                 other, b), ' AND ' ORDER BY n)
        FROM ROWS FROM (unnest(one_columns), unnest(other_columns)) WITH ORDINALITY AS k (a, b, n));
COMMENT ON FUNCTION relate.columns_match_sql(regclass, name[], text, regclass, name[], text) IS
'Internal. SQL for: these columns of two rows are equal, pair by pair.';

CREATE FUNCTION relate.is_current_sql(start_value text, end_value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN concat_ws(' AND ',
    '(' || start_value || ' IS NULL OR CAST(' || start_value || ' AS date) OPERATOR(pg_catalog.<=) CURRENT_DATE)',
    '(' || end_value || ' IS NULL OR CAST(' || end_value || ' AS date) OPERATOR(pg_catalog.>=) CURRENT_DATE)');
COMMENT ON FUNCTION relate.is_current_sql(text, text) IS
'Internal. SQL for: today is between these days, which are included. Nulls are days that are not stored.';

-- ---- functions -----------------------------------------------------------------------

CREATE FUNCTION relate.link_sql(workspace name, way relate.type_way, near_side text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format(
    E'SELECT far.*\nFROM %1$I.relationship AS r JOIN %2$s AS far ON %3$s\n'
    'WHERE r.%4$s_module_id OPERATOR(pg_catalog.=) %6$s AND r.%4$s_key OPERATOR(relate.=) %7$s\n'
    '  AND r.type_id OPERATOR(pg_catalog.=) %8$s AND r.%5$s_module_id OPERATOR(pg_catalog.=) %9$s%10$s',
    workspace, relate.rows_sql((way.far).table_name),
    relate.has_key_sql((way.far).table_name, (way.far).key_columns, 'far',
                       CASE near_side WHEN 'source' THEN 'r.target_key' ELSE 'r.source_key' END),
    near_side, CASE near_side WHEN 'source' THEN 'target' ELSE 'source' END, (way.near).module_id,
    relate.key_sql((way.near).table_name, (way.near).key_columns, '$1'), way.type_id, (way.far).module_id,
    CASE WHEN NOT way.is_perpetual THEN E'\n  AND ' || relate.is_current_sql('r.start_date', 'r.end_date') ELSE '' END);
COMMENT ON FUNCTION relate.link_sql(name, relate.type_way, text) IS
'Internal. SQL for the rows that links of a type relate to the row $1, which is on this side.';

CREATE FUNCTION relate.way_sql(workspace name, way relate.type_way) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    near CONSTANT relate.module_entry := way.near;
    far CONSTANT relate.module_entry := way.far;
    store CONSTANT relate.type_storage := way.store;
    is_source CONSTANT boolean := way.near_side = 'source';
    near_columns CONSTANT name[] := CASE WHEN is_source THEN store.storage_source_columns ELSE store.storage_target_columns END;
    far_columns CONSTANT name[] := CASE WHEN is_source THEN store.storage_target_columns ELSE store.storage_source_columns END;
BEGIN
    IF store.storage = 'link' AND way.near_side = 'both' THEN
        RETURN format(E'%s\nUNION ALL\n%s\n  AND NOT r.source_key OPERATOR(relate.=) r.target_key',
                      relate.link_sql(workspace, way, 'source'), relate.link_sql(workspace, way, 'target'));
    ELSIF store.storage = 'link' THEN
        RETURN relate.link_sql(workspace, way, way.near_side);
    ELSIF store.storage = 'junction' THEN
        RETURN format(E'SELECT far.*\nFROM %s AS j JOIN %s AS far ON %s\nWHERE %s%s', relate.rows_sql(store.storage_table),
            relate.rows_sql(far.table_name),
            relate.columns_match_sql(far.table_name, far.key_columns, 'far', store.storage_table, far_columns, 'j'),
            relate.columns_match_sql(store.storage_table, near_columns, 'j', near.table_name, near.key_columns, '$1'),
            CASE WHEN way.is_perpetual THEN '' ELSE coalesce(E'\n  AND ' || nullif(relate.is_current_sql(
                'j.' || quote_ident(store.storage_start_column), 'j.' || quote_ident(store.storage_end_column)), ''), '') END);
    ELSIF is_source = relate.is_source_table(store, CASE WHEN is_source THEN near ELSE far END) THEN
        RETURN format(E'SELECT far.*\nFROM %s AS far\nWHERE %s', relate.rows_sql(far.table_name), -- $1 holds the key of the other
            relate.columns_match_sql(far.table_name, far.key_columns, 'far', near.table_name, far_columns, '$1'));
    END IF;
    RETURN format(E'SELECT far.*\nFROM %s AS far\nWHERE %s', relate.rows_sql(far.table_name),
        relate.columns_match_sql(far.table_name, near_columns, 'far', near.table_name, near.key_columns, '$1'));
END;
$$;
COMMENT ON FUNCTION relate.way_sql(name, relate.type_way) IS
'Internal. SQL for the rows that a type relates to the row $1, today. Every name and operator is qualified, so that neither the caller''s search_path nor a SET, which would keep the planner from inlining it, plays a part.';

CREATE FUNCTION relate.no_surface(way relate.type_way) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN (way.near).module_id IS NULL OR (way.far).module_id IS NULL THEN 'it relates records of any module'
    WHEN (way.store).storage = 'link' THEN
        (SELECT format('keys of module "%s" read otherwise by a session''s settings', m.name)
         FROM (VALUES ((way.near).name, (way.near).table_name, (way.near).key_columns), ((way.far).name, (way.far).table_name, (way.far).key_columns))
              AS m (name, table_name, key_columns)
         WHERE relate.is_steady_key(m.table_name, m.key_columns) IS NOT TRUE LIMIT 1) END;
COMMENT ON FUNCTION relate.no_surface(relate.type_way) IS
'Internal. Why plain SQL cannot read the relationships of a type; null if it can.';

CREATE FUNCTION relate.mark_of(workspace name) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format('Generated by pg_relate for workspace "%s".', workspace);
COMMENT ON FUNCTION relate.mark_of(name) IS 'Internal. What the comments say of functions and views that are generated.';

CREATE FUNCTION relate.choose_name(word text, type_name text, taken text[]) RETURNS name
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    chosen name := relate.identifier_of(word)::name;
    number int := 1;
BEGIN
    IF chosen = ANY (taken) THEN
        chosen := (left(relate.identifier_of(word), 40) || '_' || relate.identifier_of(type_name))::name;
    END IF;
    WHILE chosen = ANY (taken) LOOP
        number := number + 1;
        chosen := left(relate.identifier_of(word), 40) || '_' || number;
    END LOOP;
    RETURN chosen;
END;
$$;
COMMENT ON FUNCTION relate.choose_name(text, text, text[]) IS
'Internal. A name that is not taken: the word; with the name of the type; with a number.';

CREATE FUNCTION relate.generated_functions(schema_name name, mark text)
RETURNS TABLE (id oid, function_name name, near_table oid, far_table oid, comment text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.oid, p.proname, n.typrelid, f.typrelid, d.description
    FROM pg_proc p
    JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid AND d.objsubid = 0
    JOIN pg_type n ON n.oid = p.proargtypes[0]
    JOIN pg_type f ON f.oid = p.prorettype
    WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = schema_name) AND p.pronargs = 1 AND strpos(d.description, mark) > 0
    ORDER BY p.proname, n.typrelid
$$;
COMMENT ON FUNCTION relate.generated_functions(name, text) IS 'Internal. The generated functions of a schema, which have this mark.';

CREATE FUNCTION relate.names_taken(workspace name, schema_name name, mark text) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    taken jsonb;
BEGIN
    EXECUTE format($query$
        WITH own AS MATERIALIZED (
            SELECT m.table_name::oid AS id, c.reltype FROM %I.module m JOIN pg_class c ON c.oid = m.table_name
        ), taken AS (
            SELECT own.id, a.attname AS name FROM own JOIN pg_attribute a ON a.attrelid = own.id AND NOT a.attisdropped
            UNION
            SELECT own.id, p.proname FROM pg_proc p JOIN own ON own.reltype = p.proargtypes[0]
            WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND p.pronargs = 1
              AND coalesce(strpos(obj_description(p.oid, 'pg_proc'), $2), 0) = 0
        )
        SELECT coalesce(jsonb_object_agg(id, names), '{}') FROM (SELECT id, jsonb_agg(name) AS names FROM taken GROUP BY id) AS t
        $query$, workspace) INTO taken USING schema_name, mark;
    RETURN taken;
END;
$body$;
COMMENT ON FUNCTION relate.names_taken(name, name, text) IS
'Internal. By the table of each module, what else can be asked of its rows by name: columns, and functions of the schema that are not ours.';

CREATE TYPE relate.planned_surface AS (
    name name,
    near_table regclass,
    far_table regclass,
    row_count int,
    body text,
    comment text,
    type_name text,
    label text,
    note text
);
COMMENT ON TYPE relate.planned_surface IS
'Internal. A function or view that a workspace asks for; note says why a type has none. A view has no tables and rows.';

CREATE FUNCTION relate.plan_functions(workspace name, schema_name name, mark text) RETURNS SETOF relate.planned_surface
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    way relate.type_way;
    plan relate.planned_surface;
    taken jsonb := relate.names_taken(workspace, schema_name, mark);
    known CONSTANT text[] := ARRAY(SELECT concat_ws('/', g.function_name, g.near_table, g.far_table, g.comment)
                                   FROM relate.generated_functions(schema_name, mark) AS g);
    table_id text;
BEGIN
    FOR way IN SELECT * FROM relate.type_ways(workspace) LOOP
        plan := NULL;
        plan.type_name := way.type_name;
        plan.label := way.label;
        plan.near_table := (way.near).table_name;
        plan.far_table := (way.far).table_name;
        plan.note := relate.no_surface(way);
        IF plan.note IS NULL THEN
            table_id := plan.near_table::oid::text;
            plan.name := relate.choose_name(CASE WHEN way.is_to_one THEN way.far_role ELSE relate.plural_of(way.far_role) END,
                way.type_name, ARRAY(SELECT jsonb_array_elements_text(taken -> table_id)));
            taken := taken || jsonb_build_object(table_id, (taken -> table_id) || to_jsonb(plan.name::text));
            plan.row_count := CASE WHEN way.is_to_one THEN 1 ELSE 1000 END;
            plan.comment := format('%s %s: by relationship type "%s", as of today. %s (%s)', way.near_role, way.label, way.type_name,
                                   relate.mark_of(workspace), way.digest);
            IF concat_ws('/', plan.name, plan.near_table::oid, plan.far_table::oid, plan.comment) <> ALL (known) THEN
                plan.body := relate.way_sql(workspace, way);
            END IF;
        END IF;
        RETURN NEXT plan;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.plan_functions(name, name, text) IS
'Internal. The functions that a workspace asks for in a schema; without body where they are there, which the digest in their comments tells. Earlier types have the first choice of names, so that a new type renames no function.';

CREATE FUNCTION relate.refresh_functions(workspace name, schema_name name, mark text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    plan CONSTANT relate.planned_surface[] := ARRAY(
        SELECT p FROM relate.plan_functions(workspace, schema_name, mark) AS p WHERE p.name IS NOT NULL);
    was record;
    wanted relate.planned_surface;
BEGIN
    FOR was IN SELECT g.* FROM relate.generated_functions(schema_name, mark) AS g
               WHERE NOT EXISTS (SELECT FROM unnest(plan) AS p
                                 WHERE p.name = g.function_name AND p.near_table = g.near_table AND p.far_table = g.far_table)
    LOOP
        EXECUTE format('DROP FUNCTION %s', was.id::regprocedure);
    END LOOP;
    FOR wanted IN SELECT p.* FROM unnest(plan) AS p WHERE p.body IS NOT NULL LOOP
        EXECUTE format('CREATE OR REPLACE FUNCTION %I.%I(%s) RETURNS SETOF %s LANGUAGE sql STABLE PARALLEL SAFE ROWS %s AS %L',
                       schema_name, wanted.name, wanted.near_table, wanted.far_table, wanted.row_count, wanted.body);
        EXECUTE format('COMMENT ON FUNCTION %I.%I(%s) IS %L', schema_name, wanted.name, wanted.near_table, wanted.comment);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.refresh_functions(name, name, text) IS
'Internal. Makes the generated functions of a schema what the workspace asks for. What is right already is not touched.';

-- ---- views -----------------------------------------------------------------------------

CREATE FUNCTION relate.column_list(columns name[], row_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT string_agg(format('%s.%I', row_name, c), ', ' ORDER BY n) FROM unnest(columns) WITH ORDINALITY AS k (c, n));
COMMENT ON FUNCTION relate.column_list(name[], text) IS 'Internal. Columns of a row, for SQL.';

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
        names := names || CASE WHEN starts_with(module.key_columns[place], prefix || '_') THEN module.key_columns[place]::text
                               ELSE prefix || '_' || module.key_columns[place] END;
        expressions := expressions || CASE store.storage
            WHEN 'link' THEN relate.key_value_sql(module.table_name, module.key_columns, place, format('r.%I', side || '_key'))
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
    FOREACH wanted IN ARRAY names LOOP
        candidate := wanted::name;
        number := 1;
        WHILE candidate = ANY (chosen) LOOP
            number := number + 1;
            candidate := left(wanted, 40) || '_' || number;
        END LOOP;
        chosen := chosen || candidate;
    END LOOP;
    RETURN chosen;
END;
$$;
COMMENT ON FUNCTION relate.name_once(text[]) IS 'Internal. The names, with a number where one comes again.';

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
            relate.rows_sql(source.table_name), relate.columns_match_sql(source.table_name, source.key_columns, 'source',
                                                                         store.storage_table, store.storage_source_columns, 'j'),
            relate.rows_sql(target.table_name), relate.columns_match_sql(target.table_name, target.key_columns, 'target',
                                                                         store.storage_table, store.storage_target_columns, 'j'));
    END IF;
    -- Columns of one side's table: a row of it, once as what holds the columns and once as that side.
    is_source_table := relate.is_source_table(store, source);
    RETURN format(E'%s AS holder\nLEFT JOIN %s AS source ON %s\nLEFT JOIN %s AS target ON %s\nWHERE num_nulls(%s) OPERATOR(pg_catalog.=) 0',
        relate.rows_sql(store.storage_table),
        relate.rows_sql(source.table_name), relate.columns_match_sql(source.table_name, source.key_columns, 'source',
                                                                     store.storage_table, store.storage_source_columns, 'holder'),
        relate.rows_sql(target.table_name), relate.columns_match_sql(target.table_name, target.key_columns, 'target',
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
        plan.name := relate.choose_name(way.type_name, way.type_name, taken);
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
        'FROM %1$I.relationship_type WHERE storage <> ''link'') AS named (table_name, column_name) '
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

CREATE FUNCTION relate.surfaces_follow_names(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    reason text;
BEGIN
    PERFORM relate.refresh_surfaces(workspace);
EXCEPTION
    WHEN OTHERS THEN -- a workspace must not hold up whoever renames a table
        GET STACKED DIAGNOSTICS reason = MESSAGE_TEXT;
        RAISE WARNING 'what workspace "%" has generated does not follow new names of tables', workspace
            USING DETAIL = format('%s.', upper(left(reason, 1)) || substr(reason, 2)),
                  HINT = 'Generate it again: SELECT relate.generate_functions(...); SELECT relate.generate_views(...);';
END;
$$;
COMMENT ON FUNCTION relate.surfaces_follow_names(name) IS
'Internal. After a table or schema got another name: generated functions name it. In the name of the workspace''s owner; never an error.';

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
'Makes functions in a schema that give the rows related to a row, one for each side of each relationship type of the current workspace: tickets(contact) RETURNS SETOF ticket, named after the role of what they give, in the plural where there can be several (ROWS 1 where there is one at most). They are plain SQL, give what is related today with the rights of the caller, and the planner inlines them: a WHERE or LIMIT of the caller reaches the indexes. PostgREST takes them as computed relationships. From now on they follow every change of modules and types, with the rights of whoever makes it; So they do when tables or columns are renamed. A type between any modules has none (note says so). Another schema takes the place of the one before.
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
