
-- ---------------------------------------------------------------------------
-- Dropping, choosing and granting workspaces.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.refuse_while_used(workspace name, condition text, id int, subject text, hint text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    used bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I.relationship WHERE %s', workspace, condition) INTO used USING id;
    IF used > 0 THEN
        RAISE '% still has % relationship%', subject, used, CASE WHEN used > 1 THEN 's' ELSE '' END
            USING ERRCODE = 'dependent_objects_still_exist', SCHEMA = workspace, TABLE = 'relationship', HINT = hint;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_while_used(name, text, int, text, text) IS
'Internal. Raises 2BP01 with the count when relationships match the condition, in which $1 stands for the id.';

CREATE FUNCTION relate.drop_schema_if_empty(schema_name name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF schema_name <> 'public' THEN
        EXECUTE format('DROP SCHEMA %I RESTRICT', schema_name);
    END IF;
EXCEPTION
    WHEN dependent_objects_still_exist OR insufficient_privilege THEN
        RAISE NOTICE 'schema "%" stays', schema_name
            USING DETAIL = 'It holds other objects, or belongs to another role.';
END;
$$;
COMMENT ON FUNCTION relate.drop_schema_if_empty(name) IS
'Internal. Drops a schema in which nothing is left, and otherwise says that it stays.';

CREATE FUNCTION relate.drop_workspace(name text, behavior text DEFAULT 'restrict') RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET relate.own_ddl = on
AS $$
DECLARE
    workspace CONSTANT name := relate.find_workspace(drop_workspace.name);
    module_table regclass;
BEGIN
    PERFORM relate.not_null('{behavior}', behavior);
    IF behavior NOT IN ('restrict', 'cascade') THEN
        RAISE 'unknown behavior "%"', behavior
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is restrict or cascade.';
    END IF;
    PERFORM relate.require_ownership(workspace);
    IF behavior = 'restrict' THEN
        PERFORM relate.refuse_while_used(workspace, 'true', NULL, format('workspace "%s"', workspace),
            format('Drop it with its relationships: SELECT relate.drop_workspace(%L, ''cascade'').', workspace));
    END IF;
    FOR module_table IN EXECUTE format('SELECT table_name FROM %I.module', workspace) LOOP
        PERFORM relate.unprotect_table(module_table, workspace);
    END LOOP;
    PERFORM relate.stop_surface(workspace, kind) FROM unnest('{functions,views}'::text[]) AS kind;
    EXECUTE format('DROP VIEW %1$I.relationship_list, %1$I.relationship_sides', workspace);
    EXECUTE format('DROP TABLE %1$I.record_status, %1$I.status, %1$I.relationship, %1$I.relationship_type, '
                   '%1$I.module, %1$I.workspace', workspace);
    PERFORM relate.drop_schema_if_empty(workspace);
END;
$$;
COMMENT ON FUNCTION relate.drop_workspace(text, text) IS
'Drops the tables of a workspace, our triggers on the tables of its modules (unless another workspace needs them), and the schema if nothing else is in it. The modules'' tables and rows stay. Behavior restrict refuses with 2BP01 while there are relationships; cascade drops them too. Errors: 42704 no such workspace, 22023 another behavior, 42501 not the owner.';

CREATE FUNCTION relate.set_default_workspace(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.find_workspace(set_default_workspace.name);
    old_name name;
    old_owner name;
BEGIN
    PERFORM relate.require_ownership(workspace);
    FOR old_name, old_owner IN
        SELECT w.name, w.owner FROM relate.workspaces() AS w WHERE coalesce(w.is_default, true) AND w.name <> workspace
        ORDER BY w.is_default DESC NULLS LAST
    LOOP
        -- An UPDATE would run the triggers of a stranger's table with the caller's rights.
        IF old_owner <> current_user THEN
            RAISE 'workspace "%" of role "%" is or may be the default one', old_name, old_owner
                USING ERRCODE = 'insufficient_privilege', SCHEMA = old_name,
                      HINT = format('That role can give it up: UPDATE %I.workspace SET is_default = false. '
                                    'Or work in yours with SET relate.workspace = %L.', old_name, workspace);
        END IF;
        EXECUTE format('UPDATE %I.workspace SET is_default = false', old_name);
    END LOOP;
    EXECUTE format('UPDATE %I.workspace SET is_default = true', workspace);
END;
$$;
COMMENT ON FUNCTION relate.set_default_workspace(text) IS
'Makes a workspace the one in which sessions work that do not set relate.workspace. Needs the ownership of it and of the one that was the default. Errors: 42704 no such workspace, 42501 not the owner, or another role''s workspace is (or, unreadable, may be) the default.';

-- What each access is made of, said once: grant_role grants it, revoke_role revokes it.
CREATE FUNCTION relate.role_rights(workspace name)
RETURNS TABLE (least_access text, level int, rights text, on_object text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH granted (level, rights, kind, name) AS (VALUES
        (1, 'USAGE', 'SCHEMA', NULL),
        (1, 'SELECT', 'TABLE', 'workspace'),
        (1, 'SELECT', 'TABLE', 'module'),
        (1, 'SELECT', 'TABLE', 'relationship_type'),
        (1, 'SELECT', 'TABLE', 'relationship'),
        (1, 'SELECT', 'TABLE', 'status'),
        (1, 'SELECT', 'TABLE', 'record_status'),
        (1, 'SELECT', 'TABLE', 'relationship_list'),
        (1, 'SELECT', 'TABLE', 'relationship_sides'),
        (2, 'INSERT, UPDATE, DELETE', 'TABLE', 'relationship'),
        (2, 'INSERT, UPDATE, DELETE', 'TABLE', 'record_status'),
        (2, 'INSERT', 'TABLE', 'relationship_list'),
        (2, 'USAGE', 'SEQUENCE', 'relationship'),
        (3, 'INSERT, UPDATE, DELETE', 'TABLE', 'module'),
        (3, 'INSERT, UPDATE, DELETE', 'TABLE', 'relationship_type'),
        (3, 'INSERT, UPDATE, DELETE', 'TABLE', 'status'),
        (3, 'UPDATE', 'TABLE', 'workspace'),
        (3, 'USAGE', 'SEQUENCE', 'module'),
        (3, 'USAGE', 'SEQUENCE', 'relationship_type'),
        (3, 'USAGE', 'SEQUENCE', 'status')
    )
    SELECT ('{reader,editor,administrator}'::text[])[g.level], g.level, g.rights,
           g.kind || ' ' || CASE g.kind
               WHEN 'SCHEMA' THEN quote_ident(workspace)
               WHEN 'TABLE' THEN format('%I.%I', workspace, g.name)
               -- The sequence of the table's id.
               ELSE (SELECT pg_get_serial_sequence(format('%I.%I', workspace, g.name), a.attname)
                     FROM pg_attribute a
                     WHERE a.attrelid = to_regclass(format('%I.%I', workspace, g.name)) AND a.attnum = 1) END
    FROM granted g
$$;
COMMENT ON FUNCTION relate.role_rights(name) IS
'Internal. The rights that make a reader, and those that an editor and then an administrator has besides: as GRANT writes them.';

CREATE FUNCTION relate.access_level(access text) RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    level CONSTANT int := array_position('{reader,editor,administrator}', access);
BEGIN
    IF level IS NULL THEN
        RAISE 'unknown access "%"', access
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is reader, editor or administrator.';
    END IF;
    RETURN level;
END;
$$;
COMMENT ON FUNCTION relate.access_level(text) IS
'Internal. 1 to 3 for reader, editor, administrator; 22023 for another word.';

CREATE FUNCTION relate.grant_role(role name, access text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    one record;
BEGIN
    PERFORM relate.not_null('{role, access}', role::text, access);
    PERFORM relate.access_level(access);
    PERFORM relate.require_ownership(workspace);
    FOR one IN SELECT * FROM relate.role_rights(workspace) AS r WHERE r.level <= relate.access_level(access) LOOP
        EXECUTE format('GRANT %s ON %s TO %I', one.rights, one.on_object, role);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.grant_role(name, text) IS
'Grants a role the use of the current workspace. reader: USAGE on the schema, SELECT on its tables and views. editor: also INSERT, UPDATE, DELETE on relationship and record_status, INSERT on relationship_list, USAGE on the sequence of relationship. administrator: also INSERT, UPDATE, DELETE on module, relationship_type and status, USAGE on their sequences, UPDATE on workspace. The tables of the modules are not touched: grant those yourself. Nothing is revoked. The role public is everybody. For the owner only. Errors: 22004, 42704 no such role, 22023 another access, 42501 not the owner.';

CREATE FUNCTION relate.revoke_role(role name, access text DEFAULT 'reader') RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    one record;
BEGIN
    PERFORM relate.not_null('{role, access}', role::text, access);
    PERFORM relate.access_level(access);
    PERFORM relate.require_ownership(workspace);
    FOR one IN SELECT * FROM relate.role_rights(workspace) AS r WHERE r.level >= relate.access_level(access) LOOP
        EXECUTE format('REVOKE %s ON %s FROM %I', one.rights, one.on_object, role);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.revoke_role(name, text) IS
'Takes from a role what grant_role gave it for this access and those above, in the current workspace: administrator leaves an editor, editor leaves a reader, reader (the default) leaves nothing. What the role has by other roles or by PUBLIC stays, and so do rights on the modules'' tables. For the owner only. Errors: 22004, 42704 no such role, 22023 another access, 42501 not the owner, 2BP01 the role has granted its rights on.';
