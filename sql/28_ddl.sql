
-- ---------------------------------------------------------------------------
-- DDL on the tables of modules and workspaces: event triggers.
--
-- They run for every user, so a statement that is no concern of ours is told
-- in C by a look at its parse tree and at the modules that the backend knows.
-- Where a module is concerned, rows of its workspace are changed in the name of
-- the workspace's owner, if he has the right to refer to the table: a stranger's
-- claim to a table holds up nobody, nor does the code of one who may refer to it but
-- has not the rights of its owner. A session_replication_role of replica turns
-- them off, as it does other triggers.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.other_code(workspace name) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE tables AS (
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = workspace
          AND c.relname IN ('workspace', 'module', 'relationship_type', 'relationship', 'status', 'record_status')
        UNION
        SELECT i.inhrelid FROM tables JOIN pg_inherits i ON i.inhparent = tables.oid
    )
    SELECT format('%s on table %s', found.what, found.on_table::regclass)
    FROM (SELECT 1 AS position, t.tgrelid AS on_table, format('trigger %I', t.tgname) AS what
          FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
          WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
            AND (t.tgqual IS NOT NULL OR p.pronamespace <> 'relate'::regnamespace)
          UNION ALL
          SELECT 2, r.ev_class, format('rule %I', r.rulename) FROM pg_rewrite r
          UNION ALL
          SELECT 3, k.confrelid, format('foreign key %I of table %s', k.conname, k.conrelid::regclass)
          FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid NOT IN (SELECT oid FROM tables)
          UNION ALL
          SELECT 4, k.conrelid, format('constraint %I', k.conname)
          FROM pg_constraint k
          WHERE k.contype = 'c' AND pg_get_constraintdef(k.oid) NOT IN (
              'CHECK (((kind IS NULL) OR (kind_column IS NULL)))',
              'CHECK ((hierarchy_parent = ANY (ARRAY[''source''::text, ''target''::text])))',
              'CHECK (((default_importance >= 1) AND (default_importance <= 5)))',
              'CHECK (((on_source_delete = ANY (ARRAY[''restrict''::text, ''remove_link''::text])) '
                  'AND (on_target_delete = ANY (ARRAY[''restrict''::text, ''remove_link''::text]))))',
              'CHECK ((on_kind_change = ANY (ARRAY[''restrict''::text, ''end''::text])))',
              'CHECK ((storage = ANY (ARRAY[''link''::text, ''column''::text, ''junction''::text])))')
          UNION ALL
          SELECT 5, i.indrelid, format('index %s', i.indexrelid::regclass)
          FROM pg_index i
          WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
            AND relate.index_form(pg_get_indexdef(i.indexrelid))
                NOT IN (SELECT relate.index_form(w.definition) FROM relate.workspace_indexes(workspace) AS w)
          UNION ALL
          SELECT 6, a.attrelid, format('generated column %I', a.attname)
          FROM pg_attribute a WHERE a.attgenerated <> ''
          UNION ALL
          SELECT 7, c.oid, 'row security of another owner'
          FROM pg_class c WHERE c.relrowsecurity
                            AND c.relowner <> (SELECT w.relowner FROM pg_class w WHERE w.oid = to_regclass(format('%I.relationship', workspace)))
          UNION ALL
          SELECT 8, c.oid, 'a foreign table' FROM pg_class c WHERE c.relkind NOT IN ('r', 'p')) AS found
    WHERE found.on_table IN (SELECT oid FROM tables)
    ORDER BY found.position, 1 LIMIT 1
$$;
COMMENT ON FUNCTION relate.other_code(name) IS
'Internal. Something on the tables of a workspace that would run other code than ours when their rows change; null if there is none.';

CREATE FUNCTION relate.check_altered_module(workspace name, module_id int, altered name[]) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry CONSTANT relate.module_entry := relate.find_module(workspace, module_id);
    changed relate.module_entry := entry;
BEGIN
    -- Whatever else the module may name is no fault of this statement.
    changed.key_columns := ARRAY(SELECT c FROM unnest(entry.key_columns) AS c WHERE c = ANY (altered));
    changed.name_columns := ARRAY(SELECT DISTINCT c FROM unnest(entry.name_columns) AS c WHERE c = ANY (altered));
    changed.kind_column := CASE WHEN entry.kind_column = ANY (altered) THEN entry.kind_column END;
    changed.date_column := CASE WHEN entry.date_column = ANY (altered) THEN entry.date_column END;
    PERFORM relate.check_module_columns(changed);
    IF NOT EXISTS (SELECT FROM relate.find_keys(entry.table_name) AS k
                   WHERE k @> entry.key_columns AND k <@ entry.key_columns) THEN
        RAISE WARNING 'module "%" of workspace "%" has no key any more', entry.name, workspace
            USING DETAIL = 'Nothing keeps two records from having one key, and records are found by a scan of their table.',
                  HINT = 'Make the key columns NOT NULL, with a primary key or a unique index.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_altered_module(name, int, name[]) IS
'Internal. After ALTER TABLE: refuses (42804) types with which the altered columns cannot serve the module any more, and warns where its key is none any more.';

CREATE FUNCTION relate.storage_follows_renames(was jsonb, becomes jsonb) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT old.storage <> 'link' AND was <> becomes AND was - names.columns = becomes - names.columns
       AND NOT EXISTS (
           SELECT FROM (SELECT * FROM unnest(old.storage_source_columns, new.storage_source_columns)
                        UNION ALL SELECT * FROM unnest(old.storage_target_columns, new.storage_target_columns)
                        UNION ALL VALUES (old.storage_start_column, new.storage_start_column),
                                         (old.storage_end_column, new.storage_end_column)) AS renamed (old, new)
           WHERE renamed.old IS DISTINCT FROM renamed.new
             AND (renamed.old IS NULL OR renamed.new IS NULL OR relate.has_column(old.storage_table, renamed.old)
                  OR NOT relate.has_column(old.storage_table, renamed.new)))
    FROM (SELECT '{storage_source_columns,storage_target_columns,storage_start_column,storage_end_column}'::text[] AS columns) AS names,
         jsonb_populate_record(NULL::relate.type_storage, was) AS old,
         jsonb_populate_record(NULL::relate.type_storage, becomes) AS new
$$;
COMMENT ON FUNCTION relate.storage_follows_renames(jsonb, jsonb) IS
'Internal. Whether a row of relationship_type changes only so that its storage names columns which the table has, in place of some that it has no more.';

CREATE FUNCTION relate.rename_in_triggers(table_name regclass, old name, new name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET relate.own_ddl = on
AS $$
DECLARE
    stale record;
BEGIN
    FOR stale IN
        SELECT r.trigger_name, r.rule, t.tgenabled,
               (SELECT string_agg(quote_literal(array_replace(a::name[], old, new)::text), ', ' ORDER BY n)
                FROM unnest(r.arguments) WITH ORDINALITY AS k (a, n)) AS arguments
        FROM relate.rules_on(table_name) AS r
        JOIN pg_trigger t ON t.tgrelid = rename_in_triggers.table_name AND t.tgname = r.trigger_name
        WHERE EXISTS (SELECT FROM unnest(r.arguments) AS a WHERE old = ANY (a::name[]))
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', stale.trigger_name, table_name);
        EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION relate.%I(%s)',
                       stale.trigger_name, table_name, stale.rule, stale.arguments);
        IF stale.tgenabled = 'D' THEN
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', table_name, stale.trigger_name);
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.rename_in_triggers(regclass, name, name) IS
'Internal. Makes our triggers whose arguments name a column anew, under its other name.';

CREATE FUNCTION relate.forget_kinds(workspace name, module_id int) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    links bigint;
    types bigint;
BEGIN
    EXECUTE format('DELETE FROM %1$I.relationship r USING %1$I.relationship_type t WHERE t.type_id = r.type_id '
                   'AND (t.source_kind IS NOT NULL AND $1 IN (r.source_module_id, t.source_module_id) '
                   'OR t.target_kind IS NOT NULL AND $1 IN (r.target_module_id, t.target_module_id))', workspace)
        USING module_id;
    GET DIAGNOSTICS links = ROW_COUNT;
    EXECUTE format('DELETE FROM %I.relationship_type WHERE source_module_id = $1 AND source_kind IS NOT NULL '
                   'OR target_module_id = $1 AND target_kind IS NOT NULL', workspace) USING module_id;
    GET DIAGNOSTICS types = ROW_COUNT;
    IF links + types > 0 THEN
        RAISE NOTICE 'drop cascades to relationship types of workspace "%" that ask for a kind', workspace
            USING DETAIL = format('Relationship types: %s; relationships: %s.', types, links);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.forget_kinds(name, int) IS
'Internal. Deletes the types, and the relationships of records of the module, that rest on the kinds of its records.';

CREATE FUNCTION relate.forget_columns(workspace name, module_id int) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entry relate.module_entry := relate.find_module(workspace, module_id);
BEGIN
    IF entry.kind_column IS NOT NULL AND NOT relate.has_column(entry.table_name, entry.kind_column) THEN
        PERFORM relate.forget_kinds(workspace, module_id);
        entry.kind_column := NULL;
    END IF;
    IF NOT relate.has_column(entry.table_name, entry.date_column) THEN
        entry.date_column := NULL;
    END IF;
    entry.name_columns := ARRAY(SELECT c.name FROM unnest(entry.name_columns) WITH ORDINALITY AS c (name, position)
                                WHERE relate.has_column(entry.table_name, c.name) ORDER BY c.position);
    EXECUTE format('UPDATE %I.module SET name_columns = $2, kind_column = $3, date_column = $4 WHERE module_id = $1', workspace)
        USING module_id, entry.name_columns, entry.kind_column, entry.date_column;
END;
$$;
COMMENT ON FUNCTION relate.forget_columns(name, int) IS
'Internal. A module without those of its name, kind and date columns that its table has no more.';

CREATE FUNCTION relate.ddl_started() RETURNS event_trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_ddl_started';
COMMENT ON FUNCTION relate.ddl_started() IS
'Event trigger before statements that drop or alter: notes what the workspaces are. The records of a partition that DROP TABLE takes away leave their module as by DELETE: refused (23503) or followed by their relationships, as the types say; with CASCADE all of these go.';

CREATE FUNCTION relate.ddl_done() RETURNS event_trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_ddl_done';
COMMENT ON FUNCTION relate.ddl_done() IS
'Event trigger after CREATE and ALTER TABLE: modules follow renamed columns; a key column gets another type only if every related record is still found by its key (else 23503; 42804 for a type that cannot serve); new partitions get our trigger; the records of a detached one leave their module as by DELETE.';

CREATE FUNCTION relate.objects_dropped() RETURNS event_trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_objects_dropped';
COMMENT ON FUNCTION relate.objects_dropped() IS
'Event trigger on what was dropped: refuses (2BP01) to drop a module''s table, key, kind and name columns without CASCADE, with which the module goes too, or does without the column. Warns where our triggers or indexes, or the key of a module, are gone.';

CREATE EVENT TRIGGER relate_ddl_started ON ddl_command_start
    WHEN TAG IN ('ALTER TABLE', 'ALTER TYPE', 'DROP TABLE', 'DROP SCHEMA', 'DROP OWNED', 'DROP EXTENSION', 'DROP TYPE', 'DROP DOMAIN',
                 'DROP COLLATION', 'DROP TRIGGER', 'DROP INDEX')
    EXECUTE FUNCTION relate.ddl_started();
COMMENT ON EVENT TRIGGER relate_ddl_started IS 'pg_relate: what DDL finds.';
CREATE EVENT TRIGGER relate_ddl_done ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'ALTER TYPE', 'CREATE TABLE', 'ALTER SCHEMA')
    EXECUTE FUNCTION relate.ddl_done();
COMMENT ON EVENT TRIGGER relate_ddl_done IS 'pg_relate: modules follow their tables.';
CREATE EVENT TRIGGER relate_objects_dropped ON sql_drop
    EXECUTE FUNCTION relate.objects_dropped();
COMMENT ON EVENT TRIGGER relate_objects_dropped IS 'pg_relate: the tables and columns of modules go with CASCADE only.';
