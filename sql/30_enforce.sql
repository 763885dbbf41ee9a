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

CREATE FUNCTION relate.preview_delete(module text, key relate.record_key)
RETURNS TABLE (relationship_id bigint, relationship_type text, role text, other_module text,
               other_key relate.record_key, other_name text, action text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    id CONSTANT int := relate.module_id(module);
BEGIN
    PERFORM relate.not_null('{module, key}', module, key::text);
    RETURN QUERY EXECUTE format($query$
        WITH own AS MATERIALIZED (
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
        )
        SELECT a.relationship_id, t.name, a.role, m.name, a.other_key,
               relate.record_name_in(%2$L::regclass, a.other_id, a.other_key), a.action
        FROM all_of_it a
        LEFT JOIN %1$I.relationship_type t ON t.type_id = a.type_id
        LEFT JOIN %1$I.module m ON m.module_id = a.other_id
        ORDER BY array_position('{restrict,remove_link,clear_address,remove_status}', a.action), t.name, a.relationship_id
        $query$, workspace, format('%I.module', workspace))
    USING id, relate.canonical_key(id, key);
END;
$body$;
COMMENT ON FUNCTION relate.preview_delete(text, relate.record_key) IS
'What a DELETE of the record would meet, as far as the caller may see it; changes nothing. action: restrict (the relationship forbids it), remove_link (it goes), clear_address (the record is its address: that is cleared; other is the source), remove_status (the record''s status goes; the other columns are null). role is that of the other record. What forbids comes first. No row: nothing hangs on the record. Errors: 42704 unknown module; 22004 null module or key; 42501 no SELECT on the tables of the workspace.';
