
-- ---------------------------------------------------------------------------
-- Rules of hard links that their tables do not hold by themselves: triggers on the
-- tables that store them; and the indexes that such types lack.
-- ---------------------------------------------------------------------------

-- ---- no cycles in a column -------------------------------------------------------------------

CREATE FUNCTION relate.no_cycle() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    key_columns CONSTANT name[] := TG_ARGV[0];
    parent_columns CONSTANT name[] := TG_ARGV[1];
    new_row CONSTANT jsonb := to_jsonb(NEW);
    own CONSTANT text[] := ARRAY(SELECT new_row ->> c FROM unnest(key_columns) AS c);
    parent text[] := ARRAY(SELECT new_row ->> c FROM unnest(parent_columns) AS c);
    -- Under a snapshot of the past, a row that changed since is an error when locked (40001).
    step CONSTANT text := format('SELECT ARRAY[%s] FROM %s x WHERE %s%s',
        (SELECT string_agg(format('x.%I::text', c), ', ' ORDER BY n) FROM unnest(parent_columns) WITH ORDINALITY AS k (c, n)),
        relate.rows_sql(TG_RELID), relate.equals_sql(TG_RELID, key_columns, '$1'),
        CASE current_setting('transaction_isolation') WHEN 'read committed' THEN '' ELSE ' FOR SHARE' END);
    seen text[] := '{}';
BEGIN
    IF array_position(parent, NULL) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    -- Two who would close a cycle together come one after the other.
    PERFORM pg_advisory_xact_lock(TG_RELID::int, hashtext('relate.no_cycle'));
    WHILE parent IS NOT NULL AND array_position(parent, NULL) IS NULL AND parent::text <> ALL (seen) LOOP
        IF parent = own THEN
            RAISE 'row (%) of table % would be below itself', array_to_string(own, ', '), TG_RELID::regclass
                USING ERRCODE = 'check_violation', CONSTRAINT = 'relationship_cycle', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
                      COLUMN = parent_columns[1],
                      DETAIL = format('Following (%s) upwards leads back to it.', array_to_string(parent_columns, ', '));
        END IF;
        seen := seen || parent::text;
        EXECUTE step INTO parent USING parent;
    END LOOP;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relate.no_cycle() IS
'Constraint trigger AFTER INSERT OR UPDATE on a table that refers to itself; its arguments are the key columns and the columns with the parent''s key. Refuses (23514, relationship_cycle) a row that would be below itself, whoever writes at the same time.';

CREATE FUNCTION relate.enforce_no_cycle(type text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    draft relate.type_draft := relate.find_type(workspace, type, 'FOR NO KEY UPDATE');
    store relate.type_storage;
    parent_columns name[];
    key_columns name[];
    offender text;
BEGIN
    EXECUTE format('SELECT storage, storage_table, storage_source_columns, storage_target_columns, NULL, NULL FROM %I.relationship_type '
                   'WHERE type_id = $1', workspace) INTO store USING draft.type_id;
    IF store.storage <> 'column' OR draft.hierarchy_parent IS NULL THEN
        RAISE 'relationship type "%" is no hierarchy in a column', type
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('It is stored as %s.', store.storage),
                  HINT = CASE store.storage WHEN 'link' THEN 'The hierarchies of links have no cycles anyway.'
                              ELSE format('Say which side is the parent: SELECT relate.alter_relationship_type(%L, hierarchy_parent => ''target'');', type) END;
    END IF;
    key_columns := CASE draft.hierarchy_parent WHEN 'target' THEN store.storage_source_columns ELSE store.storage_target_columns END;
    parent_columns := CASE draft.hierarchy_parent WHEN 'target' THEN store.storage_target_columns ELSE store.storage_source_columns END;
    EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', store.storage_table);
    EXECUTE format('WITH RECURSIVE link AS (SELECT ROW(%2$s)::text AS child, ROW(%3$s)::text AS parent FROM %1$s x WHERE %4$s), '
                   'inner_link AS MATERIALIZED (SELECT * FROM link WHERE parent IN (SELECT child FROM link) AND child IN (SELECT parent FROM link)), '
                   'walk AS (SELECT child AS start, parent FROM inner_link UNION '
                   'SELECT w.start, l.parent FROM walk w JOIN inner_link l ON l.child = w.parent WHERE w.parent <> w.start) '
                   'SELECT min(start) FROM walk WHERE start = parent', relate.rows_sql(store.storage_table),
                   (SELECT string_agg(format('x.%I', c), ', ' ORDER BY n) FROM unnest(key_columns) WITH ORDINALITY AS k (c, n)),
                   (SELECT string_agg(format('x.%I', c), ', ' ORDER BY n) FROM unnest(parent_columns) WITH ORDINALITY AS k (c, n)),
                   (SELECT string_agg(format('x.%I IS NOT NULL', c), ' AND ') FROM unnest(parent_columns) AS c)) INTO offender;
    IF offender IS NOT NULL THEN
        RAISE 'table % has a cycle', store.storage_table
            USING ERRCODE = 'check_violation', CONSTRAINT = 'relationship_cycle',
                  DETAIL = format('Following (%s) from %s leads back to it.', array_to_string(parent_columns, ', '), offender);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = store.storage_table AND t.tgfoid = 'relate.no_cycle()'::regprocedure
                   AND t.tgargs = convert_to(key_columns::text, 'UTF8') || '\x00' || convert_to(parent_columns::text, 'UTF8') || '\x00') THEN
        EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION relate.no_cycle(%L, %L)',
                       left('relate_no_cycle_' || array_to_string(parent_columns, '_'), 63), store.storage_table, key_columns::text, parent_columns::text);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.enforce_no_cycle(text) IS
'Has a hierarchy that is stored in a column of its own table refuse cycles from now on, whoever writes, by a trigger on that table. Waits for its writers. Errors: 42704 unknown type, 22023 no such hierarchy, 23514 there is a cycle already (DETAIL names a row), 42501 no right to make a trigger.';

CREATE FUNCTION relate.release_storage(store relate.type_storage) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    trigger_name name;
BEGIN
    FOR trigger_name IN
        SELECT t.tgname FROM pg_trigger t
        WHERE t.tgrelid = store.storage_table AND t.tgfoid = 'relate.no_cycle()'::regprocedure AND t.tgparentid = 0
          AND t.tgargs IN (convert_to(store.storage_source_columns::text, 'UTF8') || '\x00' || convert_to(store.storage_target_columns::text, 'UTF8') || '\x00',
                           convert_to(store.storage_target_columns::text, 'UTF8') || '\x00' || convert_to(store.storage_source_columns::text, 'UTF8') || '\x00')
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', trigger_name, store.storage_table);
    END LOOP;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'the trigger against cycles stays on table %', store.storage_table
            USING DETAIL = 'Only the owner of the table can drop it.';
END;
$$;
COMMENT ON FUNCTION relate.release_storage(relate.type_storage) IS
'Internal. Takes what enforces a type''s rules off its storage table, when the type goes.';

-- ---- indexes that are missing ------------------------------------------------------------------

CREATE FUNCTION relate.storage_findings(workspace name) RETURNS SETOF relate.health_finding
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(format('%I.relationship_type', workspace)) AND attname = 'storage_table') THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($query$
        SELECT %1$L, 'warning', format('relationship type %%s', string_agg(quote_ident(name), ', ' ORDER BY name)),
               format('%%s has no index that begins with (%%s): reading from there scans the table', storage_table, columns),
               format('CREATE INDEX ON %%s (%%s)', storage_table, columns)
        FROM (SELECT DISTINCT t.name, t.storage_table,
                     (SELECT string_agg(quote_ident(c), ', ' ORDER BY n) FROM unnest(side.columns) WITH ORDINALITY AS k (c, n)) AS columns
              FROM %1$I.relationship_type t
              CROSS JOIN LATERAL (VALUES (t.storage_source_columns), (t.storage_target_columns)) AS side (columns)
              WHERE t.storage <> 'link' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.storage_table)
                AND NOT relate.has_index(t.storage_table, side.columns)) AS missing
        GROUP BY storage_table, columns
        UNION ALL
        SELECT %1$L, 'error', format('relationship type %%s', quote_ident(t.name)), 'its storage table or columns are gone',
               format('SELECT relate.drop_relationship_type(%%L)', t.name)
        FROM %1$I.relationship_type t
        WHERE t.storage <> 'link'
          AND (NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.storage_table)
               OR EXISTS (SELECT FROM unnest(t.storage_source_columns || t.storage_target_columns) AS c
                          WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.storage_table AND a.attname = c AND NOT a.attisdropped)))
        ORDER BY 3
        $query$, workspace);
END;
$body$;
COMMENT ON FUNCTION relate.storage_findings(name) IS
'Internal. Types stored in tables that are gone, and columns of foreign keys and junctions without an index, with the statement that makes it.';
