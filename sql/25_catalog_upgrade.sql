
-- ---------------------------------------------------------------------------
-- Upgrading a workspace: from the layout of an older version to the present one.
--
-- ALTER EXTENSION UPDATE changes functions and types, never a table: a table is its
-- owner's, and it may come out of a dump long after the extension was updated. So
-- each workspace is brought up to date by its owner, with relate.upgrade_workspace.
--
-- What a layout adds to one that create_workspace made: columns and constraints by
-- the function of that step, here; indexes, views, triggers and comments by the
-- functions that create_workspace itself calls, which leave alone what is there.
-- A workspace that was upgraded is then the same as a new one, which is tested.
-- New columns come last, so that both have them in the same order.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.refuse_similar_statuses(workspace name) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    module text;
    names text[];
BEGIN
    EXECUTE format('SELECT m.name, array_agg(s.name ORDER BY s.position, s.name) '
                   'FROM %1$I.status s JOIN %1$I.module m ON m.module_id = s.module_id '
                   'GROUP BY m.module_id, m.name, lower(s.name) HAVING count(*) > 1 LIMIT 1', workspace)
        INTO module, names;
    IF module IS NOT NULL THEN
        RAISE 'statuses of module "%" differ in upper and lower case only', module
            USING ERRCODE = 'unique_violation', SCHEMA = workspace, TABLE = 'status', CONSTRAINT = 'status_name_idx',
                  DETAIL = format('They are: "%s".', array_to_string(names, '", "')),
                  HINT = format('Rename one, for instance: UPDATE %I.status SET name = %L WHERE name = %L.', workspace,
                                names[2] || ' (2)', names[2]);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_similar_statuses(name) IS
'Internal. Raises 23505 where a module has two statuses that differ in upper and lower case only, which layout 1 let pass.';

CREATE FUNCTION relate.upgrade_layout_1(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET client_min_messages = warning
AS $$
BEGIN
    PERFORM relate.refuse_similar_statuses(workspace);
    EXECUTE format('ALTER TABLE %I.relationship_type ADD COLUMN IF NOT EXISTS storage_start_column name, '
                   'ADD COLUMN IF NOT EXISTS storage_end_column name, ADD COLUMN IF NOT EXISTS storage_source_reference name[], '
                   'ADD COLUMN IF NOT EXISTS storage_target_reference name[]', workspace);
END;
$$;
COMMENT ON FUNCTION relate.upgrade_layout_1(name) IS
'Internal. From layout 1 (version 0.1.0) to layout 2: columns and constraints.';

CREATE FUNCTION relate.protect_modules(workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    module_table regclass;
BEGIN
    FOR module_table IN EXECUTE format('SELECT m.table_name FROM %I.module m JOIN pg_class c ON c.oid = m.table_name '
                                       'WHERE c.relkind IN (''r'', ''p'') ORDER BY m.module_id', workspace)
    LOOP
        PERFORM relate.protect_table(module_table);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.protect_modules(name) IS
'Internal. Puts our triggers on the tables of all modules of a workspace, where they are not yet.';

CREATE FUNCTION relate.upgrade_workspace(name text) RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.find_workspace(upgrade_workspace.name);
    newest CONSTANT int := relate.layout_version();
    layout int;
BEGIN
    PERFORM relate.require_ownership(workspace);
    EXECUTE format('LOCK TABLE %I.workspace IN SHARE ROW EXCLUSIVE MODE', workspace); -- one upgrade at a time
    EXECUTE format('SELECT layout_version FROM %I.workspace', workspace) INTO layout;
    IF layout IS NULL OR layout < 1 THEN
        RAISE 'workspace "%" does not say what layout it has', workspace
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace, TABLE = 'workspace',
                  HINT = 'SELECT * FROM relate.health_check() says what is wrong.';
    ELSIF layout > newest THEN
        RAISE 'workspace "%" has layout %, newer than this version of pg_relate knows', workspace, layout
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace,
                  DETAIL = format('The newest layout known is %s.', newest),
                  HINT = 'Install the newer pg_relate, then ALTER EXTENSION pg_relate UPDATE.';
    ELSIF layout = newest THEN
        RAISE NOTICE 'workspace "%" has the current layout (%)', workspace, layout;
        RETURN layout;
    END IF;
    IF layout < 2 THEN
        PERFORM relate.upgrade_layout_1(workspace);
    END IF;
    PERFORM relate.create_workspace_indexes(workspace);
    PERFORM relate.create_workspace_views(workspace);
    PERFORM relate.create_workspace_triggers(workspace);
    PERFORM relate.comment_on_workspace(workspace);
    PERFORM relate.protect_modules(workspace);
    EXECUTE format('UPDATE %I.workspace SET layout_version = $1', workspace) USING newest;
    RETURN newest;
END;
$$;
COMMENT ON FUNCTION relate.upgrade_workspace(text) IS
'Brings the tables of a workspace to the layout of the installed version, and returns that layout; data stay. For the owner only, who needs TRIGGER on the modules'' tables where a layout brings new triggers. All or nothing: what is in the way is an error, and the workspace stays as it was. Waits for writers. Errors: 42704 no such workspace, 42501 not the owner, 55000 its layout is newer or unknown, 23505 statuses that differ in case only.';
