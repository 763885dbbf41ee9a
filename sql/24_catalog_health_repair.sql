
-- ---------------------------------------------------------------------------
-- Putting back what is missing of a workspace.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.repair_modules(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry relate.module_entry;
    finding relate.health_finding;
    gone oid;
BEGIN
    FOR entry IN SELECT * FROM relate.modules_in(workspace) AS m
                 WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = m.table_name)
    LOOP
        gone := entry.table_name;
        entry.table_name := to_regclass(relate.lost_table(workspace, entry.module_id));
        CONTINUE WHEN entry.table_name IS NULL;
        finding := ROW(workspace, 'repaired', format('module %s', entry.name), 'its table is there again',
                       format('UPDATE %I.module SET table_name = %L WHERE module_id = %s', workspace, entry.table_name,
                              entry.module_id));
        BEGIN
            EXECUTE finding.what_to_do;
            EXECUTE format('UPDATE %I.relationship_type SET storage_table = $1 WHERE storage_table::oid = $2', workspace)
                USING entry.table_name, gone;
            EXECUTE format('UPDATE %I.workspace SET settings = settings #- ARRAY[''dropped_tables'', $1]', workspace)
                USING entry.module_id::text;
            EXECUTE format('UPDATE %I.workspace SET settings = settings - ''dropped_tables'' '
                           'WHERE settings -> ''dropped_tables'' = ''{}''', workspace);
        EXCEPTION
            WHEN OTHERS THEN
                finding.severity := 'error';
                finding.finding := format('%s, and could not be taken up: %s', finding.finding, SQLERRM);
        END;
        RETURN NEXT finding;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.repair_modules(name) IS
'Internal. Takes up the tables of modules that were dropped and are there again under their names.';

CREATE FUNCTION relate.repair_storages(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    lost record;
    finding relate.health_finding;
BEGIN
    FOR lost IN EXECUTE format('SELECT t.type_id, t.name, to_regclass(d.table_name) AS table_name FROM %1$I.workspace w '
                               'CROSS JOIN LATERAL jsonb_each_text(w.settings -> ''dropped_storages'') AS d (type_id, table_name) '
                               'JOIN %1$I.relationship_type t ON t.type_id = d.type_id::int '
                               'WHERE to_regclass(d.table_name) IS NOT NULL', workspace)
    LOOP
        finding := ROW(workspace, 'repaired', format('relationship type %s', lost.name), 'its table is there again',
                       format('UPDATE %I.relationship_type SET storage_table = %L WHERE type_id = %s', workspace, lost.table_name, lost.type_id));
        BEGIN
            EXECUTE finding.what_to_do;
            EXECUTE format('UPDATE %I.workspace SET settings = CASE WHEN (settings -> ''dropped_storages'') - $1 = ''{}'' '
                           'THEN settings - ''dropped_storages'' ELSE settings #- ARRAY[''dropped_storages'', $1] END', workspace)
                USING lost.type_id::text;
        EXCEPTION
            WHEN OTHERS THEN
                finding.severity := 'error';
                finding.finding := format('%s, and could not be taken up: %s', finding.finding, SQLERRM);
        END;
        RETURN NEXT finding;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.repair_storages(name) IS
'Internal. Takes up the junction tables of types that were dropped and are there again under their names.';

CREATE FUNCTION relate.repair_objects(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET relate.own_ddl = on
AS $$
DECLARE
    broken relate.health_finding;
BEGIN
    FOR broken IN SELECT * FROM relate.object_findings(workspace) LOOP
        BEGIN
            EXECUTE broken.what_to_do;
            broken.severity := 'repaired';
        EXCEPTION
            WHEN OTHERS THEN
                broken.finding := format('%s, and could not be put back: %s', broken.finding, SQLERRM);
        END;
        RETURN NEXT broken;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.repair_objects(name) IS
'Internal. Executes what relate.object_findings says, and tells for each whether it could.';

CREATE FUNCTION relate.validation_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT workspace::text, 'error', coalesce('relationship ' || v.relationship_id, 'relationship type ' || v.relationship_type, 'record status'),
               format('%s: %s', v.rule, v.finding), v.what_to_do
        FROM relate.validate(workspace) AS v;
EXCEPTION
    WHEN insufficient_privilege THEN
        RETURN NEXT ROW(workspace, 'warning', format('workspace %I', workspace), format('not validated: %s', SQLERRM),
                     format('SELECT * FROM relate.validate(%L), as a role that sees all', workspace))::relate.health_finding;
END;
$$;
COMMENT ON FUNCTION relate.validation_findings(name) IS
'Internal. The findings of relate.validate as those of relate.health_check; one that says so where the caller cannot see all.';

CREATE FUNCTION relate.repair(name text DEFAULT NULL)
RETURNS TABLE (workspace text, severity text, object text, finding text, what_to_do text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted CONSTANT name := CASE WHEN repair.name IS NOT NULL THEN relate.find_workspace_schema(repair.name) END;
    own record;
BEGIN
    IF wanted IS NOT NULL AND NOT EXISTS (SELECT FROM relate.workspace_schemas() AS w
                                          WHERE w.name = wanted AND pg_has_role(w.owner, 'USAGE')) THEN
        RAISE 'must be owner of workspace "%"', wanted USING ERRCODE = 'insufficient_privilege', SCHEMA = wanted;
    END IF;
    FOR own IN SELECT * FROM relate.workspace_schemas() AS w
               WHERE w.name = coalesce(wanted, w.name) AND pg_has_role(w.owner, 'USAGE')
    LOOP
        RETURN QUERY SELECT * FROM relate.repair_modules(own.name);
        RETURN QUERY SELECT * FROM relate.repair_storages(own.name);
        RETURN QUERY SELECT * FROM relate.repair_objects(own.name);
        RETURN QUERY SELECT * FROM relate.catalog_findings(own.name, own.owner);
        RETURN QUERY SELECT * FROM relate.validation_findings(own.name);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.repair(text) IS
'Puts back triggers, indexes and constraints of ours that are missing or altered, and enables those that are disabled, in a workspace (null: in all that the caller owns); then looks at the rest and validates. One row for each thing done (severity repaired, what_to_do the statement that was executed) and for each finding left (error, warning). Waits for writers of the tables it changes, and keeps new ones out until the end of the transaction; run it at READ COMMITTED, so that it sees what they wrote. Errors: 42704 no such workspace, 42501 not its owner.';
