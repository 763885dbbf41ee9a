
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
            SELECT m.module_id, relate.with_fields(NULL::relate.module_entry, m) AS entry,
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
               t.is_perpetual, t.has_contact_details, w.store, left(md5(concat_ws('|', %1$L, side, n.words, f.words, j.words, w.words)), 12)
        FROM %1$I.relationship_type t
        CROSS JOIN LATERAL (
            SELECT relate.with_fields(NULL::relate.type_storage, t) AS store,
                   (to_jsonb(t) - '{description,category,default_importance,source_may,target_may,is_active,allow_self,on_source_delete,'
                   'on_target_delete,on_kind_change,source_kind,target_kind}'::text[])::text AS words OFFSET 0) AS w
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
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Types of the server have theirs in pg_catalog; so have two that differ, or there is none.
    IF one <> other OR one < 16384 THEN
        RETURN 'OPERATOR(pg_catalog.=)';
    END IF;
    RETURN coalesce(
        (SELECT format('OPERATOR(%I.=)', n.nspname)
         FROM pg_opclass c
         JOIN pg_amop am ON am.amopfamily = c.opcfamily AND am.amopstrategy = 3 AND am.amoplefttype = c.opcintype
                            AND am.amoprighttype = c.opcintype
         JOIN pg_operator o ON o.oid = am.amopopr AND o.oprname = '='
         JOIN pg_namespace n ON n.oid = o.oprnamespace
         WHERE c.opcintype = one AND c.opcdefault AND c.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')),
        'OPERATOR(pg_catalog.=)');
END;
$$;
COMMENT ON FUNCTION relate.equal_operator(oid, oid) IS 'Internal. The operator that tells equal values of two types.';

CREATE FUNCTION relate.has_key_sql(table_name regclass, key_columns name[], row_name text, key text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT string_agg(format('%s %s %s', relate.comparable_sql(format('%s.%I', row_name, c), table_name, c),
                                 relate.equal_operator(relate.base_type(table_name, c), relate.base_type(table_name, c)),
                                 relate.key_value_sql(table_name, key_columns, n::int, key)), ' AND ' ORDER BY n)
        FROM unnest(key_columns) WITH ORDINALITY AS k (c, n));
COMMENT ON FUNCTION relate.has_key_sql(regclass, name[], text, text) IS
'Internal. SQL for: the row of a module''s table has this key.';

CREATE FUNCTION relate.columns_match_sql(one_table regclass, one_columns name[], one text, other_table regclass, other_columns name[], other text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT string_agg(format('%s %s %s', relate.comparable_sql(format('%s.%I', one, a), one_table, a),
                                 relate.equal_operator(relate.base_type(one_table, a), relate.base_type(other_table, b)),
                                 relate.comparable_sql(format('%s.%I', other, b), other_table, b)), ' AND ' ORDER BY n)
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
