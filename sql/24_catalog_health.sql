
-- ---------------------------------------------------------------------------
-- Health: what of a workspace is missing or broken, and putting it back.
--
-- Two questions, asked apart. relate.health_check looks at the objects: tables,
-- triggers, indexes, constraints, and what the catalog rows name. relate.validate
-- looks at the rows, and proves every rule by plain set queries that share
-- nothing with the triggers: rows may have been written while those were off.
-- relate.repair puts our objects back by the same definitions that
-- create_workspace and register_module use, then asks both questions.
--
-- Everything runs with the rights of the caller. validate says nothing of a
-- workspace that it cannot wholly see.
-- ---------------------------------------------------------------------------

CREATE TYPE relate.health_finding AS (workspace text, severity text, object text, finding text, what_to_do text);
COMMENT ON TYPE relate.health_finding IS 'Internal. A row of relate.health_check.';

CREATE TYPE relate.rule_finding AS (rule text, relationship_id bigint, other_id bigint, relationship_type text,
                                    finding text, what_to_do text);
COMMENT ON TYPE relate.rule_finding IS 'Internal. A row of relate.validate.';

CREATE FUNCTION relate.workspace_schemas(OUT name name, OUT owner name)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT n.nspname, pg_get_userbyid(c.relowner)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'relationship' AND c.relkind IN ('r', 'p')
      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'source_key'
                                               AND a.atttypid = 'relate.record_key'::regtype)
    ORDER BY n.nspname
$$;
COMMENT ON FUNCTION relate.workspace_schemas() IS
'Internal. The schemas that are workspaces by their tables, also where our triggers are gone: relate.find_workspaces does not list those.';

CREATE FUNCTION relate.find_workspace_schema(workspace text) RETURNS name
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM relate.workspace_schemas() AS w WHERE w.name = workspace) THEN
        RETURN workspace;
    END IF;
    RETURN relate.find_workspace(workspace);
END;
$$;
COMMENT ON FUNCTION relate.find_workspace_schema(text) IS
'Internal. The name, verified to be that of a workspace, whole or broken; raises 42704 otherwise.';

CREATE FUNCTION relate.modules_in(workspace name) RETURNS SETOF relate.module_entry
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF relate.is_safe_to_read(workspace, 'module') THEN
        RETURN QUERY EXECUTE format('SELECT module_id, name, singular, plural, table_name, key_columns, name_columns, '
                                    'kind, kind_column, date_column, is_system FROM %I.module ORDER BY name', workspace);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.modules_in(name) IS
'Internal. The modules of any workspace, by name; none where the caller cannot safely read them.';

-- ---- objects: each finding comes with the statement that repairs it ---------------

CREATE FUNCTION relate.wanted_triggers(workspace name)
RETURNS TABLE (on_table regclass, trigger_name name, is_always boolean, definition text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.on_table, t.trigger_name, t.is_always, t.definition
    FROM relate.workspace_triggers(workspace) AS t
    WHERE t.on_table IS NOT NULL
    UNION ALL
    SELECT p.on_table, p.trigger_name, false, p.definition
    FROM relate.modules_in(workspace) AS m
    JOIN pg_class c ON c.oid = m.table_name AND c.relkind IN ('r', 'p')
    CROSS JOIN LATERAL relate.protections(m.table_name) AS p
$$;
COMMENT ON FUNCTION relate.wanted_triggers(name) IS
'Internal. Every trigger that a workspace needs: on its own tables, and on those of its modules.';

CREATE FUNCTION relate.trigger_form(definition text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN replace(regexp_replace(definition, 'TRIGGER ("([^"]|"")+"|[^ ]+) ', 'TRIGGER '),
               ' NOT DEFERRABLE INITIALLY IMMEDIATE', '');
COMMENT ON FUNCTION relate.trigger_form(text) IS
'Internal. What matters of the definition of a trigger: not its name, nor defaults that are spelled out.';

CREATE FUNCTION relate.trigger_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH wanted AS MATERIALIZED (
        SELECT w.*, format('ALTER TABLE %s ENABLE %sTRIGGER ', w.on_table, CASE WHEN w.is_always THEN 'ALWAYS ' END) AS enable,
               relate.find_trigger(w.on_table, w.definition) AS trigger
        FROM relate.wanted_triggers(workspace) AS w
    ), made AS (
        SELECT w.*, t.tgname, t.tgfoid, t.tgenabled,
               w.definition || CASE WHEN w.is_always THEN format('; %s%I', w.enable, w.trigger_name) ELSE '' END AS remedy
        FROM wanted w
        LEFT JOIN pg_trigger t ON t.oid = w.trigger
    )
    SELECT workspace, 'error', format('trigger %I on %s', m.trigger_name, m.on_table), 'is missing', m.remedy
    FROM made m
    WHERE m.trigger IS NULL
    UNION ALL
    SELECT workspace, 'error', format('trigger %I on %s', m.tgname, m.on_table), 'has been altered',
           format('DROP TRIGGER %I ON %s; ', m.tgname, m.on_table) || m.remedy
    FROM made m
    WHERE relate.trigger_form(pg_get_triggerdef(m.trigger)) <> relate.trigger_form(m.definition)
    UNION ALL
    SELECT workspace, CASE WHEN m.tgenabled = 'O' THEN 'warning' ELSE 'error' END,
           format('trigger %I on %s', m.tgname, m.on_table),
           CASE m.tgenabled WHEN 'D' THEN 'is disabled' WHEN 'R' THEN 'fires on replicas only'
                            ELSE 'does not fire on replicas' END,
           m.enable || quote_ident(m.tgname)
    FROM made m
    WHERE m.tgenabled IN ('D', 'R') OR m.is_always AND m.tgenabled = 'O'
    UNION ALL
    SELECT workspace, 'error', format('trigger %I on %s', t.tgname, t.tgrelid::regclass), 'is disabled',
           format('ALTER TABLE %s ENABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)
    FROM made m
    JOIN pg_class c ON c.oid = m.on_table AND c.relkind = 'p'
    CROSS JOIN LATERAL pg_partition_tree(m.on_table) AS part
    JOIN pg_trigger t ON t.tgrelid = part.relid AND t.tgfoid = m.tgfoid AND t.tgparentid <> 0
    WHERE t.tgenabled IN ('D', 'R')
$$;
COMMENT ON FUNCTION relate.trigger_findings(name) IS
'Internal. Triggers of a workspace that are missing, altered or disabled, also on the partitions of a module''s table.';

CREATE FUNCTION relate.index_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT workspace, 'error', format('index %I on %s', i.index_name, i.on_table),
           CASE WHEN there.oid IS NULL THEN 'is missing' WHEN there.indisvalid THEN 'has been altered' ELSE 'is invalid' END,
           CASE WHEN there.oid IS NULL THEN '' ELSE format('DROP INDEX %s; ', there.oid::regclass) END || i.definition
    FROM relate.workspace_indexes(workspace) AS i
    LEFT JOIN LATERAL (
        SELECT c.oid, x.indisvalid
        FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
        WHERE x.indrelid = i.on_table AND c.relname = i.index_name
    ) AS there ON true
    WHERE NOT i.is_there AND i.on_table IS NOT NULL
$$;
COMMENT ON FUNCTION relate.index_findings(name) IS
'Internal. Indexes of a workspace that are missing, altered or invalid, those of constraints apart.';

CREATE FUNCTION relate.constraint_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT workspace, 'error', format('constraint on %s', wanted.on_table), format('%s is missing', wanted.form),
           format('ALTER TABLE %s ADD %s', wanted.on_table, wanted.form)
    FROM (SELECT to_regclass(format('%I.%I', workspace, ours.table_name)) AS on_table,
                 format(ours.form, workspace) AS form, ours.position
          FROM (VALUES
              (1, 'module', 'PRIMARY KEY (module_id)'),
              (2, 'module', 'UNIQUE (name)'),
              (3, 'module', 'UNIQUE (table_name)'),
              (4, 'relationship_type', 'PRIMARY KEY (type_id)'),
              (5, 'relationship_type', 'UNIQUE (name)'),
              (6, 'relationship', 'PRIMARY KEY (relationship_id)'),
              (7, 'status', 'PRIMARY KEY (status_id)'),
              (8, 'status', 'UNIQUE (module_id, name)'),
              (9, 'record_status', 'PRIMARY KEY (module_id, key)'),
              (10, 'relationship_type', 'FOREIGN KEY (source_module_id) REFERENCES %I.module(module_id)'),
              (11, 'relationship_type', 'FOREIGN KEY (target_module_id) REFERENCES %I.module(module_id)'),
              (12, 'status', 'FOREIGN KEY (module_id) REFERENCES %I.module(module_id) ON DELETE CASCADE'),
              (13, 'record_status', 'FOREIGN KEY (status_id) REFERENCES %I.status(status_id)')
          ) AS ours (position, table_name, form)) AS wanted
    JOIN pg_class c ON c.oid = wanted.on_table
    WHERE NOT EXISTS (SELECT FROM pg_constraint k
                      WHERE k.conrelid = wanted.on_table AND pg_get_constraintdef(k.oid) = wanted.form)
      -- A partitioned table cannot have a key without the column that it is partitioned by.
      AND NOT (c.relkind = 'p' AND wanted.form LIKE 'PRIMARY KEY%')
    ORDER BY wanted.position
$$;
COMMENT ON FUNCTION relate.constraint_findings(name) IS
'Internal. Keys and foreign keys of a workspace''s tables that are missing, in the order in which they can be put back.';

CREATE FUNCTION relate.object_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT * FROM relate.trigger_findings(workspace)
    UNION ALL
    SELECT * FROM relate.index_findings(workspace)
    UNION ALL
    SELECT * FROM relate.constraint_findings(workspace)
$$;
COMMENT ON FUNCTION relate.object_findings(name) IS
'Internal. Objects of ours that are missing or altered; what_to_do is the statement that relate.repair executes.';

-- ---- what only its owner can put right ---------------------------------------------

CREATE FUNCTION relate.table_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT workspace, 'error', format('%s %I.%I', ours.kind, workspace, ours.relation), 'is missing',
           CASE ours.kind WHEN 'view'
                THEN format('DROP VIEW IF EXISTS %1$I.relationship_list, %1$I.relationship_sides; '
                            'SELECT relate.create_workspace_views(%1$L); '
                            'SELECT relate.create_workspace_triggers(%1$L)', workspace)
                ELSE 'Restore it from a backup.' END
    FROM (VALUES ('table', 'workspace'), ('table', 'module'), ('table', 'relationship_type'), ('table', 'status'),
                 ('table', 'record_status'), ('view', 'relationship_list'), ('view', 'relationship_sides'))
         AS ours (kind, relation)
    WHERE NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                      WHERE n.nspname = workspace AND c.relname = ours.relation
                        AND c.relkind = ANY (CASE ours.kind WHEN 'view' THEN '{v}' ELSE '{r,p}' END::"char"[]))
    UNION ALL
    SELECT workspace, 'warning', format('table %I.%I', workspace, ours.relation),
           format('cannot be examined by role "%s"', current_user),
           format('GRANT USAGE ON SCHEMA %1$I TO %3$I; GRANT SELECT ON %1$I.%2$I TO %3$I', workspace, ours.relation, current_user)
    FROM (VALUES ('workspace'), ('module'), ('relationship_type')) AS ours (relation)
    WHERE to_regclass(format('%I.%I', workspace, ours.relation)) IS NOT NULL
      AND NOT relate.is_safe_to_read(workspace, ours.relation)
$$;
COMMENT ON FUNCTION relate.table_findings(name) IS
'Internal. Tables and views of a workspace that are gone, and those of which the caller cannot tell.';

CREATE FUNCTION relate.layout_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own record;
    other name;
BEGIN
    IF NOT relate.is_safe_to_read(workspace, 'workspace') THEN
        RETURN;
    END IF;
    own := relate.read_workspace(workspace);
    IF own.layout_version IS NULL THEN
        RETURN NEXT ROW(workspace, 'error', format('table %I.workspace', workspace), 'is empty',
                     format('INSERT INTO %I.workspace (layout_version, is_default) VALUES (%s, false)', workspace,
                            relate.layout_version()))::relate.health_finding;
    ELSIF own.layout_version < relate.layout_version() THEN
        RETURN NEXT ROW(workspace, 'warning', format('table %I.workspace', workspace),
                     format('has layout %s, older than %s', own.layout_version, relate.layout_version()),
                     format('SELECT relate.upgrade_workspace(%L)', workspace))::relate.health_finding;
    ELSIF own.layout_version > relate.layout_version() THEN
        RETURN NEXT ROW(workspace, 'error', format('table %I.workspace', workspace),
                     format('has layout %s, newer than the %s that is known', own.layout_version, relate.layout_version()),
                     'Install the newer pg_relate, then ALTER EXTENSION pg_relate UPDATE.')::relate.health_finding;
    END IF;
    SELECT w.name INTO other FROM relate.workspaces() AS w
    WHERE own.is_default AND w.is_default AND w.name <> workspace ORDER BY w.name LIMIT 1;
    IF other IS NOT NULL THEN
        RETURN NEXT ROW(workspace, 'error', format('table %I.workspace', workspace),
                     format('claims to be the default workspace, and so does "%s"', other),
                     format('UPDATE %I.workspace SET is_default = false', workspace))::relate.health_finding;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.layout_findings(name) IS
'Internal. What is wrong with the row of the table "workspace": none, another layout, a default that another one claims too.';

CREATE FUNCTION relate.lost_table(workspace name, module_id int) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text;
BEGIN
    IF relate.is_safe_to_read(workspace, 'workspace') AND EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = format('%I.workspace', workspace)::regclass
                                     AND a.attname = 'settings' AND a.atttypid = 'jsonb'::regtype)
    THEN
        EXECUTE format('SELECT settings -> ''dropped_tables'' ->> $1 FROM %I.workspace', workspace)
            INTO name USING module_id::text;
    END IF;
    RETURN name;
END;
$$;
COMMENT ON FUNCTION relate.lost_table(name, int) IS
'Internal. The name of the table that a module had when it was dropped; null where that is not known.';

CREATE FUNCTION relate.module_finding(workspace name, owner name, entry relate.module_entry) RETURNS relate.health_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    object CONSTANT text := format('module %s', entry.name);
    said text;
    hint text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = entry.table_name) THEN
        said := relate.lost_table(workspace, entry.module_id);
        RETURN ROW(workspace, 'error', object, 'its table is gone' || coalesce(': ' || said, ''),
                format('%sDelete its relationships and their types, then: DELETE FROM %I.module WHERE module_id = %s',
                       CASE WHEN said IS NOT NULL THEN format('Restore the table, then: SELECT * FROM relate.repair(%L). Or: ', workspace) END,
                       workspace, entry.module_id))::relate.health_finding;
    END IF;
    PERFORM relate.check_module(workspace, entry);
    PERFORM relate.check_module_rights(entry, owner);
    RETURN NULL;
EXCEPTION
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
        RETURN ROW(workspace, 'error', object, said,
                coalesce(nullif(hint, ''), format('Correct it with relate.alter_module(%L, ...).', entry.name)))::relate.health_finding;
END;
$$;
COMMENT ON FUNCTION relate.module_finding(name, name, relate.module_entry) IS
'Internal. Why a module would not be accepted as it is now, or null: its table, key, columns, and the rights of the workspace''s owner.';

CREATE FUNCTION relate.orphan_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    IF NOT (relate.is_safe_to_read(workspace, 'module') AND relate.is_safe_to_read(workspace, 'relationship_type')
            AND relate.is_safe_to_read(workspace, 'status')) THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($query$
        SELECT %1$L, 'error', format('relationship type %%s', t.name), format('module %%s does not exist', side.module_id),
               format('DELETE FROM %%I.relationship WHERE type_id = %%s; DELETE FROM %%1$I.relationship_type WHERE type_id = %%2$s',
                      %1$L, t.type_id)
        FROM %1$I.relationship_type t
        CROSS JOIN LATERAL (VALUES (t.source_module_id), (t.target_module_id)) AS side (module_id)
        WHERE side.module_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM %1$I.module m WHERE m.module_id = side.module_id)
        UNION
        SELECT %1$L, 'error', format('status %%s', s.name), format('module %%s does not exist', s.module_id),
               format('DELETE FROM %%I.record_status WHERE status_id = %%s; DELETE FROM %%1$I.status WHERE status_id = %%2$s',
                      %1$L, s.status_id)
        FROM %1$I.status s
        WHERE NOT EXISTS (SELECT FROM %1$I.module m WHERE m.module_id = s.module_id)
        ORDER BY 3
        $query$, workspace);
END;
$body$;
COMMENT ON FUNCTION relate.orphan_findings(name) IS
'Internal. Relationship types and statuses that name a module which is gone.';

CREATE FUNCTION relate.catalog_findings(workspace name, owner name) RETURNS SETOF relate.health_finding
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT * FROM relate.table_findings(workspace)
    UNION ALL
    SELECT * FROM relate.layout_findings(workspace)
    UNION ALL
    SELECT wrong.* FROM relate.modules_in(workspace) AS m
    CROSS JOIN LATERAL relate.module_finding(workspace, owner, m) AS wrong
    WHERE wrong.finding IS NOT NULL
    UNION ALL
    SELECT * FROM relate.orphan_findings(workspace)
    UNION ALL
    SELECT * FROM relate.storage_findings(workspace)
$$;
COMMENT ON FUNCTION relate.catalog_findings(name, name) IS
'Internal. What is wrong with a workspace and cannot be put back by us.';

CREATE FUNCTION relate.health_check()
RETURNS TABLE (workspace text, severity text, object text, finding text, what_to_do text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT f.*
    FROM relate.workspace_schemas() AS w
    CROSS JOIN LATERAL (
        SELECT * FROM relate.object_findings(w.name)
        UNION ALL
        SELECT * FROM relate.catalog_findings(w.name, w.owner)
    ) AS f
    WHERE has_schema_privilege(w.name, 'USAGE')
    UNION ALL
    SELECT NULL, 'warning', 'extension pg_relate',
           format('is of version %s, and its library of %s', e.extversion, relate.version()), 'ALTER EXTENSION pg_relate UPDATE'
    FROM pg_extension e
    WHERE e.extname = 'pg_relate' AND e.extversion <> relate.version()
$$;
COMMENT ON FUNCTION relate.health_check() IS
'What is missing or broken in the workspaces in which the caller has USAGE, also where our triggers are gone; no row: nothing. Looks at objects and catalog rows: triggers missing, altered or disabled, on the workspace''s tables and those of its modules; indexes and constraints missing or invalid; tables and views gone; modules whose table, key, columns or rights are gone; types and statuses of a module that is gone; another layout; a default claimed twice; what the caller cannot examine; functions of another version than the library (of no workspace). severity: error (rules may be broken, or functions fail) or warning. what_to_do: the statement, where there is one; relate.repair executes those for triggers, indexes and constraints. relate.validate looks at the relationships.';
