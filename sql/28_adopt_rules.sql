
-- ---------------------------------------------------------------------------
-- Rules of hard links that their tables do not hold by themselves: triggers on the
-- tables that store them, whoever writes. And the indexes that such types lack.
--
-- The arguments of the triggers are lists of columns, so that a dump restores
-- them with the table, whatever workspace is there. Writers of such a table come
-- one after another, from the statement that writes to the end of the transaction.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.no_cycle() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_no_cycle';
COMMENT ON FUNCTION relate.no_cycle() IS
'Constraint trigger AFTER INSERT OR UPDATE on a table that holds a hierarchy, in rows of its own or between others; its arguments are the columns of the child, those of the parent, and those of the first and last day (empty: none). Refuses (23514, relationship_cycle) a row that would be below itself on any day, whoever writes at the same time.';

CREATE FUNCTION relate.no_overlap() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_no_overlap';
COMMENT ON FUNCTION relate.no_overlap() IS
'Constraint trigger AFTER INSERT OR UPDATE on a junction table with dates; its arguments are columns, and those of the first and last day (empty: none). Refuses (23505, relationship_cardinality) two rows with the same values in the columns that hold on one day, whoever writes at the same time.';

-- ---- which rules there are ------------------------------------------------------------

CREATE FUNCTION relate.trigger_arguments(arguments bytea) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found text[] := '{}';
    cut int;
BEGIN
    LOOP
        cut := position('\x00'::bytea IN arguments);
        EXIT WHEN cut = 0;
        found := found || convert_from(substring(arguments FROM 1 FOR cut - 1), getdatabaseencoding());
        arguments := substring(arguments FROM cut + 1);
    END LOOP;
    RETURN found;
END;
$$;
COMMENT ON FUNCTION relate.trigger_arguments(bytea) IS 'Internal. The arguments of a trigger, out of pg_trigger.tgargs.';

CREATE FUNCTION relate.rules_on(table_name regclass) RETURNS TABLE (trigger_name name, rule text, arguments text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT t.tgname, p.proname::text, relate.trigger_arguments(t.tgargs)
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = table_name AND t.tgparentid = 0 AND p.proname IN ('no_cycle', 'no_overlap')
          AND p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'relate');
END;
$$;
COMMENT ON FUNCTION relate.rules_on(regclass) IS 'Internal. The triggers of ours that hold a table to rules of hard links.';

CREATE FUNCTION relate.date_columns(store relate.type_storage) RETURNS name[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN ARRAY[coalesce(store.storage_start_column, ''), coalesce(store.storage_end_column, '')]::name[];
COMMENT ON FUNCTION relate.date_columns(relate.type_storage) IS 'Internal. The columns of the first and last day, as an argument of our triggers.';

CREATE FUNCTION relate.pair_columns(store relate.type_storage) RETURNS name[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN store.storage_source_columns
    || ARRAY(SELECT c FROM unnest(store.storage_target_columns) WITH ORDINALITY AS k (c, n) WHERE c <> ALL (store.storage_source_columns) ORDER BY n);
COMMENT ON FUNCTION relate.pair_columns(relate.type_storage) IS 'Internal. The columns of a junction that say which two records it relates.';

CREATE FUNCTION relate.hierarchy_columns(store relate.type_storage, hierarchy_parent text, OUT child name[], OUT parent name[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    -- Rows of a table that refer to another unique key of it are known by that.
    SELECT CASE hierarchy_parent WHEN 'target' THEN side.source ELSE side.target END,
           CASE hierarchy_parent WHEN 'target' THEN side.target ELSE side.source END
    FROM (SELECT CASE store.storage WHEN 'column' THEN store.storage_target_reference END AS source,
                 CASE store.storage WHEN 'column' THEN store.storage_source_reference END AS target) AS other
    CROSS JOIN LATERAL (SELECT coalesce(other.source, store.storage_source_columns) AS source,
                               coalesce(other.target, store.storage_target_columns) AS target) AS side
$$;
COMMENT ON FUNCTION relate.hierarchy_columns(relate.type_storage, text) IS
'Internal. The columns of a storage by which a hierarchy goes up: those that tell the child, and those that tell its parent in the same way.';

CREATE FUNCTION relate.may_want_rules(store relate.type_storage, hierarchy_parent text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hierarchy_parent IS NOT NULL OR store.storage = 'junction';
COMMENT ON FUNCTION relate.may_want_rules(relate.type_storage, text) IS
'Internal. Whether a storage can be in want of rules at all: most columns are not, and of them there may be thousands.';

CREATE FUNCTION relate.wanted_rules(store relate.type_storage, cardinality relate.cardinality, hierarchy_parent text)
RETURNS TABLE (rule text, arguments text[], columns name[])
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT 'no_cycle', ARRAY[h.child::text, h.parent::text, relate.date_columns(store)::text], h.parent
    FROM relate.hierarchy_columns(store, hierarchy_parent) AS h
    WHERE hierarchy_parent IS NOT NULL
    UNION ALL
    SELECT 'no_overlap', ARRAY[side.columns::text, relate.date_columns(store)::text], side.columns
    FROM (VALUES (relate.pair_columns(store), true),
                 (store.storage_source_columns, cardinality IN ('one_to_one', 'many_to_one')),
                 (store.storage_target_columns, cardinality IN ('one_to_one', 'one_to_many'))) AS side (columns, is_wanted)
    WHERE store.storage = 'junction' AND relate.date_columns(store) <> '{"",""}' AND side.is_wanted
      AND NOT relate.has_unique_index(store.storage_table, side.columns)
$$;
COMMENT ON FUNCTION relate.wanted_rules(relate.type_storage, relate.cardinality, text) IS
'Internal. The triggers that hold the storage of a type to what it says; what unique indexes hold is not among them.';

CREATE FUNCTION relate.rules_of(store relate.type_storage) RETURNS TABLE (trigger_name name, rule text, arguments text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM relate.rules_on(store.storage_table)) THEN
        RETURN; -- as with most
    END IF;
    RETURN QUERY
        SELECT DISTINCT has.trigger_name, has.rule, has.arguments
        FROM relate.rules_on(store.storage_table) AS has
        JOIN (VALUES ('target'), ('source')) AS parent (side) ON true
        JOIN LATERAL relate.wanted_rules(store, 'one_to_one', parent.side) AS w ON w.rule = has.rule AND w.arguments = has.arguments;
END;
$$;
COMMENT ON FUNCTION relate.rules_of(relate.type_storage) IS 'Internal. The triggers of ours that hold this storage to rules.';

-- ---- what breaks them -------------------------------------------------------------------

CREATE FUNCTION relate.key_columns_sql(table_name regclass, columns name[]) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE cardinality(columns) WHEN 1 THEN format('relate.record_key(format(''%%s'', %s))', relate.column_as_key(table_name, columns[1]))
    ELSE format('relate.record_key(ROW(%s)::text)', (SELECT string_agg(relate.column_as_key(table_name, c), ', ' ORDER BY n)
                                                     FROM unnest(columns) WITH ORDINALITY AS k (c, n))) END;
COMMENT ON FUNCTION relate.key_columns_sql(regclass, name[]) IS 'Internal. SQL for the key that columns of a row x hold.';

CREATE FUNCTION relate.not_null_sql(columns name[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT string_agg(format('x.%I IS NOT NULL', c), ' AND ') FROM unnest(columns) AS c);
COMMENT ON FUNCTION relate.not_null_sql(name[]) IS 'Internal. SQL that says that a row x has all these columns.';

CREATE FUNCTION relate.cyclic_rows(store relate.type_storage, hierarchy_parent text)
RETURNS TABLE (child relate.record_key, parent relate.record_key)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET intervalstyle = 'postgres'
SET extra_float_digits = 1 SET bytea_output = 'hex' SET jit = off
AS $body$
DECLARE
    parent_columns CONSTANT name[] := (relate.hierarchy_columns(store, hierarchy_parent)).parent;
    child_columns CONSTANT name[] := (relate.hierarchy_columns(store, hierarchy_parent)).child;
    days record := relate.days_sql(store);
    edges CONSTANT text := format('SELECT row_number() OVER (ORDER BY child, parent, first_day, last_day) AS id, * FROM ('
        'SELECT %s AS child, %s AS parent, %s AS first_day, %s AS last_day FROM %s x WHERE %s) AS edge WHERE first_day <= last_day',
        relate.key_columns_sql(store.storage_table, child_columns), relate.key_columns_sql(store.storage_table, parent_columns),
        days.first_day, days.last_day, relate.rows_sql(store.storage_table), relate.not_null_sql(child_columns || parent_columns));
    cyclic CONSTANT bigint[] := relate.cyclic_edges(format('SELECT id, 0, 0, child, 0, parent FROM (%s) AS edge '
                                                           'WHERE child OPERATOR(relate.<>) parent', edges));
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH RECURSIVE edge AS MATERIALIZED (
            SELECT * FROM (%s) AS every_edge WHERE id = ANY ($1) OR child OPERATOR(relate.=) parent
        ), walk AS (
            SELECT id, child AS origin, parent AS at, first_day, last_day FROM edge
            UNION
            SELECT w.id, w.origin, e.parent, greatest(w.first_day, e.first_day), least(w.last_day, e.last_day)
            FROM walk w
            JOIN edge e ON e.child OPERATOR(relate.=) w.at AND e.first_day <= w.last_day AND w.first_day <= e.last_day
            WHERE w.at OPERATOR(relate.<>) w.origin
        )
        SELECT e.child, e.parent FROM edge e
        WHERE e.id IN (SELECT w.id FROM walk w WHERE w.at OPERATOR(relate.=) w.origin)
        ORDER BY e.child, e.parent
        $query$, edges) USING cyclic;
END;
$body$;
COMMENT ON FUNCTION relate.cyclic_rows(relate.type_storage, text) IS
'Internal. The rows of a column or junction table that lie in cycles of the hierarchy that it holds.';

CREATE FUNCTION relate.overlapping_rows(store relate.type_storage, columns name[]) RETURNS TABLE (key relate.record_key, day date)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET intervalstyle = 'postgres'
SET extra_float_digits = 1 SET bytea_output = 'hex' SET jit = off
AS $body$
DECLARE
    days record := relate.days_sql(store);
BEGIN
    RETURN QUERY EXECUTE format($query$
        SELECT key, first_day
        FROM (SELECT key, first_day, max(last_day) OVER (PARTITION BY key ORDER BY first_day, last_day
                                                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_before
              FROM (SELECT %s AS key, %s AS first_day, %s AS last_day FROM %s x WHERE %s) AS link
              WHERE first_day <= last_day) AS stint
        WHERE last_before >= first_day
        ORDER BY key, first_day
        $query$, relate.key_columns_sql(store.storage_table, columns), days.first_day, days.last_day, relate.rows_sql(store.storage_table),
        relate.not_null_sql(columns));
END;
$body$;
COMMENT ON FUNCTION relate.overlapping_rows(relate.type_storage, name[]) IS
'Internal. Rows of a junction table that begin while another with the same values in these columns holds.';

-- ---- switching them on and off --------------------------------------------------------------

CREATE FUNCTION relate.way_round(children relate.record_key[], parents relate.record_key[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    path text[] := ARRAY[children[1]::text];
    at text;
BEGIN
    -- Whoever lies in a cycle has a parent that does; what leads there need not come back to the first.
    LOOP
        at := (SELECT p::text FROM unnest(children, parents) WITH ORDINALITY AS edge (c, p, place)
               WHERE c::text = path[cardinality(path)] ORDER BY place LIMIT 1);
        EXIT WHEN at IS NULL;
        IF at = ANY (path) THEN
            RETURN path[array_position(path, at):] || at;
        END IF;
        path := path || at;
    END LOOP;
    RETURN path;
END;
$$;
COMMENT ON FUNCTION relate.way_round(relate.record_key[], relate.record_key[]) IS
'Internal. The records of one cycle among edges that all lie in cycles, upwards; the first comes last again.';

CREATE FUNCTION relate.check_rows(store relate.type_storage, rule text, columns name[], hierarchy_parent text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    offender record;
BEGIN
    IF rule = 'no_cycle' THEN
        SELECT array_agg(c.child ORDER BY c.child, c.parent) AS children, array_agg(c.parent ORDER BY c.child, c.parent) AS parents INTO offender
        FROM relate.cyclic_rows(store, hierarchy_parent) AS c;
        IF offender.children IS NOT NULL THEN
            RAISE 'table % has a cycle', store.storage_table
                USING ERRCODE = 'check_violation', CONSTRAINT = 'relationship_cycle',
                      DETAIL = format('Upwards by (%s) come %s.', relate.name_list(columns),
                                      array_to_string(relate.way_round(offender.children, offender.parents), ', ')),
                      HINT = CASE store.storage WHEN 'junction' THEN 'Delete one of these rows.'
                             ELSE 'Let one of them refer to nothing, or to a record outside the cycle.' END;
        END IF;
    ELSE
        SELECT * INTO offender FROM relate.overlapping_rows(store, columns) LIMIT 1;
        IF offender.key IS NOT NULL THEN
            RAISE 'two rows of table % hold on the same day', store.storage_table
                USING ERRCODE = 'unique_violation', CONSTRAINT = 'relationship_cardinality',
                      DETAIL = format('Both have %s in (%s)%s.', offender.key, array_to_string(columns, ', '),
                                      CASE WHEN isfinite(offender.day) THEN format(' on %s', to_char(offender.day, 'YYYY-MM-DD')) ELSE '' END);
        END IF;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_rows(relate.type_storage, text, name[], text) IS
'Internal. Refuses (23514, 23505) rows that break a rule that is to be enforced.';

CREATE FUNCTION relate.check_rules(store relate.type_storage, cardinality relate.cardinality, hierarchy_parent text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT relate.may_want_rules(store, hierarchy_parent) THEN
        RETURN;
    END IF;
    PERFORM relate.check_rows(store, w.rule, w.columns, hierarchy_parent) FROM relate.wanted_rules(store, cardinality, hierarchy_parent) AS w;
END;
$$;
COMMENT ON FUNCTION relate.check_rules(relate.type_storage, relate.cardinality, text) IS
'Internal. Refuses (23514, 23505) a storage whose rows break what is to be enforced.';

CREATE FUNCTION relate.put_rules(store relate.type_storage, cardinality relate.cardinality, hierarchy_parent text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET relate.own_ddl = on
AS $$
DECLARE
    unique_columns name[];
    wanted record;
BEGIN
    IF NOT relate.may_want_rules(store, hierarchy_parent) THEN
        RETURN;
    END IF;
    IF store.storage = 'junction' AND hierarchy_parent IS NOT NULL
       AND store.storage_source_reference IS DISTINCT FROM store.storage_target_reference THEN
        RAISE 'the hierarchy in table % cannot be enforced', store.storage_table
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'Its columns refer to two different unique keys of one table.',
                  HINT = 'Let both refer to the same key.';
    END IF;
    IF store.storage = 'junction' AND relate.date_columns(store) = '{"",""}' THEN
        FOREACH unique_columns SLICE 1 IN ARRAY ARRAY[[relate.pair_columns(store)::text],
            [CASE WHEN cardinality IN ('one_to_one', 'many_to_one') THEN store.storage_source_columns::text END],
            [CASE WHEN cardinality IN ('one_to_one', 'one_to_many') THEN store.storage_target_columns::text END]] LOOP
            CONTINUE WHEN unique_columns[1] IS NULL;
            PERFORM relate.put_unique_index(store.storage_table, unique_columns[1]::text::name[]);
        END LOOP;
    END IF;
    FOR wanted IN
        SELECT w.* FROM relate.wanted_rules(store, cardinality, hierarchy_parent) AS w
        WHERE NOT EXISTS (SELECT FROM relate.rules_on(store.storage_table) AS has WHERE has.rule = w.rule AND has.arguments = w.arguments)
    LOOP
        EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', store.storage_table);
        PERFORM relate.check_rows(store, wanted.rule, wanted.columns, hierarchy_parent);
        EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION relate.%I(%s)',
                       left(format('relate_%s_%s', wanted.rule, array_to_string(wanted.columns, '_')), 63), store.storage_table, wanted.rule,
                       (SELECT string_agg(quote_literal(a), ', ' ORDER BY n) FROM unnest(wanted.arguments) WITH ORDINALITY AS k (a, n)));
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.put_rules(relate.type_storage, relate.cardinality, text) IS
'Internal. Has a storage table hold the rules of its type from now on: by unique indexes where they can, else by triggers.';

CREATE FUNCTION relate.put_unique_index(table_name regclass, columns name[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT relate.has_unique_index(table_name, columns) THEN
        EXECUTE format('CREATE UNIQUE INDEX ON %s (%s)', table_name,
                       (SELECT string_agg(quote_ident(c), ', ' ORDER BY n) FROM unnest(columns) WITH ORDINALITY AS k (c, n)));
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.put_unique_index(regclass, name[]) IS 'Internal. Makes these columns of a table unique where they are not.';

CREATE FUNCTION relate.release_storage(store relate.type_storage) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET relate.own_ddl = on
AS $$
DECLARE
    held record;
BEGIN
    FOR held IN SELECT * FROM relate.rules_of(store) LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', held.trigger_name, store.storage_table);
    END LOOP;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'the rules stay on table %', store.storage_table
            USING DETAIL = 'Only the owner of the table can drop its triggers.';
END;
$$;
COMMENT ON FUNCTION relate.release_storage(relate.type_storage) IS
'Internal. Takes the triggers that enforce a type''s rules off its storage table, when the type goes.';

CREATE FUNCTION relate.keep_rules(was relate.type_draft, becomes relate.type_draft, old_store relate.type_storage, new_store relate.type_storage)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF new_store.storage <> 'link'
       AND (was.hierarchy_parent, was.cardinality, old_store) IS DISTINCT FROM (becomes.hierarchy_parent, becomes.cardinality, new_store)
       AND EXISTS (SELECT FROM relate.rules_of(old_store)) THEN
        PERFORM relate.release_storage(old_store);
        PERFORM relate.put_rules(new_store, becomes.cardinality, becomes.hierarchy_parent);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.keep_rules(relate.type_draft, relate.type_draft, relate.type_storage, relate.type_storage) IS
'Internal. Where rules of a type are enforced on its table: enforces those that it has after a change.';

CREATE FUNCTION relate.enforce_rules(type text, enforce boolean DEFAULT true) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    draft CONSTANT relate.type_draft := relate.find_type(workspace, type, 'FOR NO KEY UPDATE');
    store relate.type_storage;
BEGIN
    PERFORM relate.not_null('{type, enforce}', type, enforce::text);
    EXECUTE format('SELECT (jsonb_populate_record(NULL::relate.type_storage, to_jsonb(t))).* FROM %I.relationship_type t WHERE type_id = $1', workspace)
        INTO store USING draft.type_id;
    IF store.storage = 'link' THEN
        RAISE 'the rules of relationship type "%" are enforced anyway', type
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('Its relationships are %s.', relate.storage_places(store));
    ELSIF enforce THEN
        PERFORM relate.put_rules(store, draft.cardinality, draft.hierarchy_parent);
    ELSE
        PERFORM relate.release_storage(store);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.enforce_rules(text, boolean) IS
'Has the table that stores a type hold its rules from now on, whoever writes: no cycles in a hierarchy, no two rows of a junction table between the same records (on one day, where it has dates). By unique indexes where they can, else by triggers on the table, for which writers come one after another. enforce => false takes the triggers away. Waits for writers of the table. Errors: 22004, 42704 unknown type, 22023 a type stored as links, 23514 and 23505 rows that break a rule (DETAIL names one), 42501 no right to make a trigger or index.';

-- ---- proving them -----------------------------------------------------------------------------

CREATE FUNCTION relate.is_proved(store relate.type_storage, columns name[], target_columns name[], target_table regclass) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (store.storage_table, columns) = (target_table, target_columns)
        OR EXISTS (SELECT FROM pg_constraint c
                   WHERE c.contype = 'f' AND c.convalidated AND c.conrelid = store.storage_table AND c.confrelid = target_table
                     AND cardinality(c.conkey) = cardinality(columns)
                     AND ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)) @> columns
                     AND ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.confrelid AND a.attnum = ANY (c.confkey)) @> target_columns);
END;
$$;
COMMENT ON FUNCTION relate.is_proved(relate.type_storage, name[], name[], regclass) IS
'Internal. Whether a validated foreign key says already that what these columns refer to is there, or they are the key itself.';

CREATE FUNCTION relate.lost_references(store relate.type_storage, columns name[], target_columns name[], target_table regclass)
RETURNS TABLE (key relate.record_key, count bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET timezone = 'UTC' SET intervalstyle = 'postgres'
SET extra_float_digits = 1 SET bytea_output = 'hex' SET jit = off
AS $body$
BEGIN
    RETURN QUERY EXECUTE format('SELECT %s AS key, count(*) FROM %s x WHERE %s AND NOT EXISTS (SELECT FROM %s y WHERE %s) GROUP BY 1 ORDER BY 1',
        relate.key_columns_sql(store.storage_table, columns), relate.rows_sql(store.storage_table), relate.not_null_sql(columns),
        relate.rows_sql(target_table), relate.columns_match_sql(store.storage_table, columns, 'x', target_table, target_columns, 'y'));
END;
$body$;
COMMENT ON FUNCTION relate.lost_references(relate.type_storage, name[], name[], regclass) IS
'Internal. The keys in columns of a table that no row of the other has, and how often.';

CREATE FUNCTION relate.invalid_hard_links(workspace name) RETURNS SETOF relate.rule_finding
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    type record;
    rule record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(format('%I.relationship_type', workspace)) AND attname = 'storage_table') THEN
        RETURN;
    END IF;
    FOR type IN EXECUTE format('SELECT t.name, t.hierarchy_parent, jsonb_populate_record(NULL::relate.type_storage, to_jsonb(t)) AS store, '
                               's AS source, d AS target FROM %1$I.relationship_type t '
                               'JOIN %1$I.module s ON s.module_id = t.source_module_id JOIN %1$I.module d ON d.module_id = t.target_module_id '
                               'WHERE t.storage <> ''link'' ORDER BY t.type_id', workspace)
    LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = (type.store).storage_table);
        FOR rule IN SELECT * FROM relate.rules_of(type.store) AS r ORDER BY r.rule, r.arguments LOOP
            IF rule.rule = 'no_cycle' THEN
                RETURN QUERY SELECT 'relationship_cycle', NULL::bigint, NULL::bigint, type.name::text,
                    format('%s is above itself, through %s', c.child, c.parent),
                    CASE WHEN num_nonnulls((type.store).storage_source_reference, (type.store).storage_target_reference) = 0
                         THEN format('SELECT * FROM relate.ancestors(%L, %L)', type.name, c.child)
                         ELSE format('SELECT * FROM %s', (type.store).storage_table) END
                FROM relate.cyclic_rows(type.store, type.hierarchy_parent) AS c;
            ELSE
                RETURN QUERY SELECT 'relationship_cardinality', NULL::bigint, NULL::bigint, type.name::text,
                    format('two rows of %s have %s in (%s)%s', (type.store).storage_table, o.key,
                           array_to_string(rule.arguments[1]::name[], ', '),
                           CASE WHEN isfinite(o.day) THEN format(' on %s', to_char(o.day, 'YYYY-MM-DD')) ELSE '' END),
                    format('SELECT * FROM %s', (type.store).storage_table)
                FROM relate.overlapping_rows(type.store, rule.arguments[1]::name[]) AS o;
            END IF;
        END LOOP;
        RETURN QUERY SELECT 'relationship_' || side.name, NULL::bigint, NULL::bigint, type.name::text,
                format('%s %s does not exist, and %s of %s %s to it', (side.module).singular, l.key,
                       CASE l.count WHEN 1 THEN 'one row' ELSE l.count || ' rows' END, (type.store).storage_table,
                       CASE l.count WHEN 1 THEN 'refers' ELSE 'refer' END),
                format('SELECT * FROM %s x WHERE %s', (type.store).storage_table,
                       (SELECT string_agg(format('x.%I::text = %L', c, v), ' AND ' ORDER BY n)
                        FROM ROWS FROM (unnest(side.columns), unnest(relate.key_fields(l.key))) WITH ORDINALITY AS k (c, v, n)))
            FROM (VALUES ('source', (type.store).storage_source_columns, jsonb_populate_record(NULL::relate.module_entry, to_jsonb(type.source)), (type.store).storage_source_reference),
                         ('target', (type.store).storage_target_columns, jsonb_populate_record(NULL::relate.module_entry, to_jsonb(type.target)), (type.store).storage_target_reference))
                 AS side (name, columns, module, reference)
            CROSS JOIN LATERAL relate.lost_references(type.store, side.columns, coalesce(side.reference, (side.module).key_columns),
                                                      (side.module).table_name) AS l
            WHERE NOT relate.is_proved(type.store, side.columns, coalesce(side.reference, (side.module).key_columns), (side.module).table_name);
    END LOOP;
END;
$body$;
COMMENT ON FUNCTION relate.invalid_hard_links(name) IS
'Internal. Rows of columns and junction tables that break a rule which their table is to hold, and keys in them that no record has.';

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
               OR EXISTS (SELECT FROM (SELECT unnest(t.storage_source_columns) AS c UNION ALL SELECT unnest(t.storage_target_columns)) AS stored
                          WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.storage_table AND a.attname = c AND NOT a.attisdropped)))
        UNION ALL
        SELECT %1$L, 'error', format('relationship type %%s', quote_ident(t.name)),
               format('(%%s) of %%s, to which it refers, is no unique key any more', relate.name_list(side.reference), m.table_name),
               format('CREATE UNIQUE INDEX ON %%s (%%s)', m.table_name, relate.name_list(side.reference))
        FROM (SELECT jsonb_populate_record(NULL::relate.type_storage, to_jsonb(t)) AS store, t.name, t.source_module_id, t.target_module_id
              FROM %1$I.relationship_type t WHERE t.storage <> 'link') AS t
        CROSS JOIN LATERAL (VALUES (t.source_module_id, (t.store).storage_source_reference),
                                   (t.target_module_id, (t.store).storage_target_reference)) AS side (module_id, reference)
        JOIN %1$I.module m ON m.module_id = side.module_id
        WHERE side.reference IS NOT NULL AND NOT relate.has_unique_index(m.table_name, side.reference)
        ORDER BY 3
        $query$, workspace);
END;
$body$;
COMMENT ON FUNCTION relate.storage_findings(name) IS
'Internal. Types stored in tables that are gone, and columns of foreign keys and junctions without an index, with the statement that makes it.';
