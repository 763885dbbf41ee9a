
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

-- ---- rows: the rules, proved by set queries -------------------------------------------

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

-- ---- putting back ------------------------------------------------------------------------

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
