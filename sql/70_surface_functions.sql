
-- ---------------------------------------------------------------------------
-- Generated functions: what they are, and how a schema gets those that it should have.
-- ---------------------------------------------------------------------------

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
    -- What these refer to.
    near_key CONSTANT name[] := CASE WHEN is_source THEN relate.source_key(store, near) ELSE relate.target_key(store, near) END;
    far_key CONSTANT name[] := CASE WHEN is_source THEN relate.target_key(store, far) ELSE relate.source_key(store, far) END;
BEGIN
    IF store.storage = 'link' AND way.near_side = 'both' THEN
        RETURN format(E'%s\nUNION ALL\n%s\n  AND NOT r.source_key OPERATOR(relate.=) r.target_key',
                      relate.link_sql(workspace, way, 'source'), relate.link_sql(workspace, way, 'target'));
    ELSIF store.storage = 'link' THEN
        RETURN relate.link_sql(workspace, way, way.near_side);
    ELSIF store.storage = 'junction' THEN
        RETURN format(E'SELECT far.*\nFROM %s AS j JOIN %s AS far ON %s\nWHERE %s%s', relate.rows_sql(store.storage_table),
            relate.rows_sql(far.table_name),
            relate.columns_match_sql(far.table_name, far_key, 'far', store.storage_table, far_columns, 'j'),
            relate.columns_match_sql(store.storage_table, near_columns, 'j', near.table_name, near_key, '$1'),
            CASE WHEN way.is_perpetual THEN '' ELSE coalesce(E'\n  AND ' || nullif(relate.is_current_sql(
                'j.' || quote_ident(store.storage_start_column), 'j.' || quote_ident(store.storage_end_column)), ''), '') END);
    ELSIF is_source = relate.is_source_table(store, CASE WHEN is_source THEN near ELSE far END) THEN
        RETURN format(E'SELECT far.*\nFROM %s AS far\nWHERE %s', relate.rows_sql(far.table_name), -- $1 holds the key of the other
            relate.columns_match_sql(far.table_name, far_key, 'far', near.table_name, far_columns, '$1'));
    END IF;
    RETURN format(E'SELECT far.*\nFROM %s AS far\nWHERE %s', relate.rows_sql(far.table_name),
        relate.columns_match_sql(far.table_name, near_columns, 'far', near.table_name, near_key, '$1'));
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

CREATE FUNCTION relate.numbered_name(word text, number int) RETURNS name
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (left(word, CASE WHEN octet_length(left(word, 40)) <= 52 THEN 40 ELSE 13 END) || '_' || number::text)::name;
COMMENT ON FUNCTION relate.numbered_name(text, int) IS
'Internal. The beginning of a word with a number after it: so much of it, also of wide characters, that the number is not cut off.';

CREATE FUNCTION relate.choose_name(words text[], taken text[]) RETURNS name
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    word text;
    chosen name;
    number int := 1;
BEGIN
    FOREACH word IN ARRAY words LOOP
        chosen := relate.identifier_of(word)::name;
        EXIT WHEN chosen <> ALL (taken);
    END LOOP;
    WHILE chosen = ANY (taken) LOOP
        number := number + 1;
        chosen := relate.numbered_name(relate.identifier_of(words[1]), number);
    END LOOP;
    RETURN chosen;
END;
$$;
COMMENT ON FUNCTION relate.choose_name(text[], text[]) IS
'Internal. The first of these words that is not taken, as a name; else the first with a number.';

CREATE FUNCTION relate.function_words(way relate.type_way) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    word CONSTANT text := CASE WHEN way.is_to_one THEN way.far_role ELSE relate.plural_of(way.far_role) END;
    is_plain CONSTANT boolean := way.far_role = (way.far).singular;
BEGIN
    RETURN CASE
        -- billing_address_orders, owner_orders: by their own role, orders of an address or a user are told apart.
        WHEN is_plain AND NOT way.is_to_one AND way.near_side <> 'both' AND way.near_role <> (way.near).singular
        THEN ARRAY[way.near_role || ' ' || word]
        -- A column of that name may be the foreign key itself: then owner_user.
        WHEN NOT is_plain THEN ARRAY[word, way.far_role || ' ' || CASE WHEN way.is_to_one THEN (way.far).singular ELSE (way.far).plural END]
        WHEN way.is_to_one THEN ARRAY[word, way.type_name]
        ELSE ARRAY[word] END
        || ARRAY[left(relate.identifier_of(word), 40) || '_' || way.type_name];
END;
$$;
COMMENT ON FUNCTION relate.function_words(relate.type_way) IS
'Internal. What to call the function of a type from one side, the best first: after the role of the records that it gives.';

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
    taken_by_table CONSTANT jsonb := relate.names_taken(workspace, schema_name, mark);
    taken text[];
    last_table regclass;
    known CONSTANT jsonb := coalesce((SELECT jsonb_object_agg(concat_ws('/', g.function_name, g.near_table, g.far_table, g.comment), true)
                                      FROM relate.generated_functions(schema_name, mark) AS g), '{}');
BEGIN
    FOR way IN SELECT w.* FROM relate.type_ways(workspace) AS w ORDER BY (w.near).table_name, w.type_id, w.near_side LOOP
        plan := NULL;
        plan.type_name := way.type_name;
        plan.label := way.label;
        plan.near_table := (way.near).table_name;
        plan.far_table := (way.far).table_name;
        plan.note := relate.no_surface(way);
        IF plan.note IS NULL THEN
            IF last_table IS DISTINCT FROM plan.near_table THEN
                last_table := plan.near_table;
                taken := ARRAY(SELECT jsonb_array_elements_text(taken_by_table -> last_table::oid::text));
            END IF;
            plan.name := relate.choose_name(relate.function_words(way), taken);
            taken := taken || plan.name::text;
            plan.row_count := CASE WHEN way.is_to_one THEN 1 ELSE 1000 END;
            plan.comment := format('%s %s: by relationship type "%s", as of today. %s (%s)', way.near_role, way.label, way.type_name,
                                   relate.mark_of(workspace), way.digest);
            IF NOT known ? concat_ws('/', plan.name, plan.near_table::oid, plan.far_table::oid, plan.comment) THEN
                plan.body := relate.way_sql(workspace, way);
            END IF;
        END IF;
        RETURN NEXT plan;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.plan_functions(name, name, text) IS
'Internal. The functions that a workspace asks for in a schema; without body where they are there, which the digest in their comments tells. Earlier types have the first choice of names, so that a new type renames no function.';

CREATE FUNCTION relate.comment_on_function(schema_name name, function_name name, near_table regclass, comment text) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'relate_comment_on_function';
COMMENT ON FUNCTION relate.comment_on_function(name, name, regclass, text) IS
'Internal. COMMENT ON the function of a row of the table, fast where thousands of functions have that name. Errors: 42883, 42501 not the owner.';

CREATE FUNCTION relate.refresh_functions(workspace name, schema_name name, mark text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET check_function_bodies = off -- there may be thousands, and what they say is ours
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
        PERFORM relate.comment_on_function(schema_name, wanted.name, wanted.near_table, wanted.comment);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.refresh_functions(name, name, text) IS
'Internal. Makes the generated functions of a schema what the workspace asks for. What is right already is not touched.';
