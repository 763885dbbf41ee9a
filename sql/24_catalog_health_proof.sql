
-- ---------------------------------------------------------------------------
-- The rules, proved by set queries over all rows of a workspace.
-- ---------------------------------------------------------------------------

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

CREATE FUNCTION relate.row_rules() RETURNS TABLE (rule text, what text, module_id text, is_broken text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    VALUES
        ('relationship_dates', 'infinite', 'NULL::int', 'NOT isfinite(r.start_date) OR NOT isfinite(r.end_date)'),
        ('relationship_dates', 'reversed', 'NULL', 'r.start_date > r.end_date'),
        ('relationship_importance', 'importance', 'NULL', 'r.importance NOT BETWEEN 1 AND 5'),
        ('relationship_type_active', 'type', 'NULL', 't.type_id IS NULL'),
        ('relationship_source', 'module', 'r.source_module_id', 'source.module_id IS NULL'),
        ('relationship_target', 'module', 'r.target_module_id', 'target.module_id IS NULL'),
        ('relationship_contact', 'module', 'r.address_module_id', 'r.address_module_id IS NOT NULL AND address.module_id IS NULL'),
        ('relationship_source', 'other module', 'r.source_module_id', 'r.source_module_id <> t.source_module_id'),
        ('relationship_target', 'other module', 'r.target_module_id', 'r.target_module_id <> t.target_module_id'),
        ('relationship_source', 'size', 'NULL', 'octet_length(r.source_key::text) NOT BETWEEN 1 AND 1000'),
        ('relationship_target', 'size', 'NULL', 'octet_length(r.target_key::text) NOT BETWEEN 1 AND 1000'),
        ('relationship_contact', 'size', 'NULL', 'octet_length(r.address_key::text) NOT BETWEEN 1 AND 1000'),
        ('relationship_self', 'self', 'NULL', 'NOT t.allow_self AND r.source_module_id = r.target_module_id AND r.source_key OPERATOR(relate.=) r.target_key'),
        ('relationship_contact', 'contact', 'NULL', 'NOT t.has_contact_details AND num_nonnulls(r.email, r.phone, r.address, r.address_key) > 0'),
        ('relationship_contact', 'half', 'NULL', '(r.address_key IS NULL) <> (r.address_module_id IS NULL)')
$$;
COMMENT ON FUNCTION relate.row_rules() IS
'Internal. The rules that relationship r (of type t, between modules source and target, with the address module) can break by itself: constraint, what is broken, the module concerned, and the condition.';

CREATE FUNCTION relate.invalid_rows(workspace name) RETURNS SETOF relate.rule_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    -- Most rows are held against one expression, and only the broken ones against each rule.
    tests CONSTANT text := (SELECT string_agg(format('(%L, %L, %s, %s)', t.rule, t.what, t.module_id, t.is_broken), ', ')
                            FROM relate.row_rules() AS t);
    any_of_them CONSTANT text := (SELECT string_agg(format('(%s)', t.is_broken), ' OR ') FROM relate.row_rules() AS t);
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
        CROSS JOIN LATERAL (VALUES %2$s) AS broken (rule, what, module_id, is_broken)
        WHERE (%3$s) AND broken.is_broken
        ORDER BY r.relationship_id
        $query$, workspace, tests, any_of_them) USING workspace;
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
DECLARE
    edges CONSTANT text := format($query$
        SELECT id, type_id, type_name, first_day, last_day,
               CASE hierarchy_parent WHEN 'source' THEN target_module_id ELSE source_module_id END AS child_module,
               CASE hierarchy_parent WHEN 'source' THEN target_key ELSE source_key END AS child,
               CASE hierarchy_parent WHEN 'source' THEN source_module_id ELSE target_module_id END AS parent_module,
               CASE hierarchy_parent WHEN 'source' THEN source_key ELSE target_key END AS parent
        FROM (%s) AS l WHERE hierarchy_parent IS NOT NULL AND NOT is_self
        $query$, relate.links_sql(workspace));
    cyclic CONSTANT bigint[] := relate.cyclic_edges(
        format('SELECT id, type_id, child_module, child, parent_module, parent FROM (%s) AS edge', edges));
BEGIN
    IF cyclic = '{}' THEN
        RETURN;
    END IF;
    -- Every cycle has a least record: the walk up starts there, keeps to greater ones, and carries
    -- the time in which all of it holds. UNION is the guard: no record is left twice with the same time.
    RETURN QUERY EXECUTE format($query$
        WITH RECURSIVE edge AS MATERIALIZED (
            SELECT * FROM (%2$s) AS all_edges JOIN unnest($1) AS cyclic (id) USING (id)
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
        $query$, workspace, edges) USING cyclic;
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
SET jit = off -- long to make for expressions that take no time
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
    RETURN QUERY SELECT * FROM relate.invalid_hard_links(schema);
END;
$$;
COMMENT ON FUNCTION relate.validate(text) IS
'Proves every rule for all relationships and statuses of a workspace, by set queries that share nothing with the triggers: finds also what was written while those were off. No row: every rule holds. rule: the constraint''s name; relationship_id: the one to look at; other_id: the one it collides with; what_to_do: a statement that removes the finding, where the data may go: look first. Rows of inactive types are no finding, unknown types are. Of types stored in columns and junction tables: rows that break a rule which the table is to hold (relate.enforce_rules), and keys that no record has where no foreign key is declared; relationship_id and other_id are null. Runs in the snapshot of the calling statement. Errors: 22004, 42704 no such workspace, 42501 the caller cannot see all of it: SELECT on its tables and on key and kind columns of its modules'' tables, with no row security in force.';
