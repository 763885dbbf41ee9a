-- Enforcement: the trigger functions, and the workspace that functions work in.

CREATE FUNCTION relate.current_workspace() RETURNS name
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_current_workspace';
COMMENT ON FUNCTION relate.current_workspace() IS
'Schema of the workspace that functions work in: the setting relate.workspace, else the default workspace. Error 42704 where there is none, 55000 where several claim to be the default.';

CREATE FUNCTION relate.relationship_defaults() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_relationship_defaults';
COMMENT ON FUNCTION relate.relationship_defaults() IS
'Trigger BEFORE INSERT OR UPDATE on relationship: fills modules and importance from the type, writes keys canonically, and notes who wrote when. created_at and created_by are kept as written for the owner of the table only, who restores and imports: others write their own.';

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

CREATE FUNCTION relate.record_status_defaults() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_record_status_defaults';
COMMENT ON FUNCTION relate.record_status_defaults() IS
'Trigger BEFORE INSERT OR UPDATE on record_status: fills in when and by whom a status was set. What is written there is kept for the owner of the table only, who restores and imports.';

CREATE FUNCTION relate.record_status_check() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_record_status_check';
COMMENT ON FUNCTION relate.record_status_check() IS
'Constraint trigger AFTER INSERT OR UPDATE on record_status: the record exists (23503), the status is of its module and, where newly given, not retired (23514).';

CREATE FUNCTION relate.catalog_changed() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_catalog_changed';
COMMENT ON FUNCTION relate.catalog_changed() IS
'Trigger AFTER every statement on the catalog tables of a workspace: makes all sessions read them again.';

-- ---- asking first ----------------------------------------------------------------

CREATE FUNCTION relate.delete_action(store relate.type_storage, columns name[], far_table regclass) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce((
        SELECT CASE c.confdeltype WHEN 'c' THEN CASE store.storage WHEN 'junction' THEN 'remove_link' ELSE 'cascade' END
                                  WHEN 'n' THEN 'set_null' WHEN 'd' THEN 'set_default' ELSE 'restrict' END
        FROM pg_constraint c
        WHERE c.contype = 'f' AND c.conrelid = store.storage_table AND c.confrelid = far_table
          AND ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)) @> columns
          AND cardinality(c.conkey) = cardinality(columns)
        ORDER BY c.confdeltype IN ('a', 'r') DESC LIMIT 1), 'keep');
END;
$$;
COMMENT ON FUNCTION relate.delete_action(relate.type_storage, name[], regclass) IS
'Internal. What a foreign key on these columns does when the record goes that they refer to; keep where there is none.';

CREATE FUNCTION relate.preview_hard_delete(workspace name, module_id int, key relate.record_key)
RETURNS TABLE (type_id int, role text, other_id int, other_key relate.record_key, action text, records bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    modules CONSTANT regclass := format('%I.module', workspace);
    way record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(format('%I.relationship_type', workspace)) AND attname = 'storage_table') THEN
        RETURN;
    END IF;
    FOR way IN EXECUTE format('SELECT t.type_id, side, CASE side WHEN ''source'' THEN t.target_role ELSE t.source_role END AS role, '
                              'm.table_name, m.key_columns, jsonb_populate_record(NULL::relate.type_storage, to_jsonb(t)) AS store '
                              'FROM %1$I.relationship_type t CROSS JOIN unnest(''{source,target}''::text[]) AS side '
                              'JOIN %1$I.module m ON m.module_id = CASE side WHEN ''source'' THEN t.source_module_id ELSE t.target_module_id END '
                              'WHERE t.storage <> ''link'' AND m.module_id = $1', workspace) USING module_id
    LOOP
        -- A row that holds the key of another goes with it.
        CONTINUE WHEN (way.store).storage = 'column' AND (way.store).storage_table = way.table_name
            AND CASE way.side WHEN 'source' THEN (way.store).storage_source_columns ELSE (way.store).storage_target_columns END = way.key_columns;
        RETURN QUERY
            SELECT way.type_id, way.role, min(CASE way.side WHEN 'source' THEN h.target_module_id ELSE h.source_module_id END),
                   CASE WHEN count(*) = 1
                        THEN (array_agg(CASE way.side WHEN 'source' THEN h.target_key ELSE h.source_key END))[1] END,
                   relate.delete_action(way.store, CASE way.side WHEN 'source' THEN (way.store).storage_source_columns
                                                                 ELSE (way.store).storage_target_columns END, way.table_name),
                   count(*)
            FROM relate.hard_links(modules, way.type_id, CASE way.side WHEN 'source' THEN key END, CASE way.side WHEN 'target' THEN key END) AS h
            HAVING count(*) > 0;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.preview_hard_delete(name, int, relate.record_key) IS
'Internal. What the foreign keys of types stored in columns and junction tables do when a record goes.';

CREATE FUNCTION relate.preview_delete(module text, key relate.record_key)
RETURNS TABLE (relationship_id bigint, relationship_type text, role text, other_module text,
               other_key relate.record_key, other_name text, action text, records bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    id CONSTANT int := relate.module_id(module);
BEGIN
    PERFORM relate.not_null('{module, key}', module, key::text);
    RETURN QUERY EXECUTE format($query$
        WITH hard AS MATERIALIZED (
            SELECT h.* FROM relate.preview_hard_delete(%1$L, $1, $2) AS h
        ), own AS MATERIALIZED (
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
        ), counted AS (
            SELECT a.*, 1::bigint AS records FROM all_of_it a
            UNION ALL
            SELECT NULL, h.type_id, h.role, h.other_id, h.other_key, h.action, h.records FROM hard h
        )
        SELECT a.relationship_id, t.name, a.role, m.name, a.other_key,
               relate.record_name_in(%2$L::regclass, a.other_id, a.other_key), a.action, a.records
        FROM counted a
        LEFT JOIN %1$I.relationship_type t ON t.type_id = a.type_id
        LEFT JOIN %1$I.module m ON m.module_id = a.other_id
        ORDER BY array_position('{restrict,cascade,set_null,set_default,keep,remove_link,clear_address,remove_status}', a.action),
                 t.name, a.relationship_id, a.role
        $query$, workspace, format('%I.module', workspace))
    USING id, relate.canonical_key(id, key);
END;
$body$;
COMMENT ON FUNCTION relate.preview_delete(text, relate.record_key) IS
'What a DELETE of the record would meet, as far as the caller may see it; changes nothing. action: restrict (the relationship forbids it), remove_link (it goes), clear_address (the record is its address: that is cleared; other is the source), remove_status (the record''s status goes; the other columns are null). Of a type stored in a column or junction table, one row says what its foreign key does with all records (records) that are related so, which are named where there is one: restrict, cascade (they go too), set_null, set_default, remove_link (the rows of the junction go), keep (there is no foreign key: they keep a key that nobody has). What the deletion of those would meet in turn is not told. role is that of the other record. What forbids comes first. No row: nothing hangs on the record. Errors: 42704 unknown module; 22004 null module or key; 42501 no SELECT on the tables of the workspace.';
