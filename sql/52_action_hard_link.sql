
-- ---------------------------------------------------------------------------
-- Writing hard links: relationships that are columns of a module's table or rows
-- of a junction table.
--
-- create_relationship, delete_relationship and end_relationship come here for
-- types stored so. All runs with the rights of the caller; foreign keys, unique
-- indexes and not-null constraints of the tables themselves hold in any case,
-- and what they would refuse is refused here first, where it can be said better.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.key_texts(module_id int, key relate.record_key) RETURNS text[]
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_key_texts';
COMMENT ON FUNCTION relate.key_texts(int, relate.record_key) IS
'Internal. The value of each key column that a key stands for, as text; null where no record of the module can have it.';

CREATE TYPE relate.hard_link_type AS (
    draft relate.type_draft,
    store relate.type_storage,
    source relate.module_entry,
    target relate.module_entry
);
COMMENT ON TYPE relate.hard_link_type IS 'Internal. A relationship type stored in columns or a junction table, with its modules.';

CREATE FUNCTION relate.is_hard_link(type text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    storage text;
BEGIN
    EXECUTE format('SELECT storage FROM %I.relationship_type WHERE name = $1', relate.current_workspace()) INTO storage USING type;
    RETURN coalesce(storage <> 'link', false);
END;
$$;
COMMENT ON FUNCTION relate.is_hard_link(text) IS
'Internal. Whether relationships of the type are columns or rows of users'' tables; false for an unknown type.';

CREATE FUNCTION relate.find_hard_link_type(type text) RETURNS relate.hard_link_type
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    link relate.hard_link_type;
    type_row jsonb;
BEGIN
    EXECUTE format('SELECT to_jsonb(t) FROM %I.relationship_type t WHERE name = $1', workspace) INTO type_row USING type;
    link.draft := jsonb_populate_record(NULL::relate.type_draft, type_row);
    link.store := jsonb_populate_record(NULL::relate.type_storage, type_row);
    link.source := relate.find_module(workspace, (link.draft).source_module_id);
    link.target := relate.find_module(workspace, (link.draft).target_module_id);
    RETURN link;
END;
$$;
COMMENT ON FUNCTION relate.find_hard_link_type(text) IS 'Internal. All that writing a hard link of this type needs to know.';

-- ---- SQL for the columns of a side ---------------------------------------------------

CREATE FUNCTION relate.value_sql(table_name regclass, column_name name, text_sql text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
-- Without a length: character is character(1), and what is too long shall not fit rather than be cut.
RETURN (SELECT format('CAST(%s AS %s)', text_sql, format_type(a.atttypid, -1))
        FROM pg_attribute a WHERE a.attrelid = table_name AND a.attname = column_name AND NOT a.attisdropped);
COMMENT ON FUNCTION relate.value_sql(regclass, name, text) IS
'Internal. SQL for a value of the column''s type, out of SQL for its text.';

CREATE FUNCTION relate.equals_sql(table_name regclass, columns name[], parameter text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT string_agg(format('%s %s %s', relate.comparable_sql(format('x.%I', k.name), table_name, k.name),
                             coalesce((SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
                                       FROM pg_opclass c
                                       JOIN pg_amop am ON am.amopfamily = c.opcfamily AND am.amopstrategy = 3
                                                          AND am.amoplefttype = c.opcintype AND am.amoprighttype = c.opcintype
                                       JOIN pg_operator o ON o.oid = am.amopopr
                                       JOIN pg_namespace n ON n.oid = o.oprnamespace
                                       WHERE c.opcintype = relate.base_type(table_name, k.name) AND c.opcdefault
                                         AND c.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')), '='),
                             relate.comparable_sql(relate.value_sql(table_name, k.name, format('(%s)[%s]', parameter, k.place)), table_name, k.name)),
                      ' AND ' ORDER BY k.place)
    FROM unnest(columns) WITH ORDINALITY AS k (name, place)
    JOIN pg_attribute a ON a.attrelid = table_name AND a.attname = k.name AND NOT a.attisdropped);
COMMENT ON FUNCTION relate.equals_sql(regclass, name[], text) IS
'Internal. SQL that compares these columns of a row x with the texts of an array.';

CREATE FUNCTION relate.rows_sql(table_name regclass) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT CASE c.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END || table_name::text FROM pg_class c WHERE c.oid = table_name);
COMMENT ON FUNCTION relate.rows_sql(regclass) IS
'Internal. The table for FROM and UPDATE: with its partitions, without children by inheritance.';

-- ---- refusing -------------------------------------------------------------------------

CREATE FUNCTION relate.refuse_properties(link relate.hard_link_type, VARIADIC given text[]) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    names CONSTANT text[] := '{start_date,end_date,importance,description,email,phone,address,attributes,address_module,address_key,is_primary}';
    kept CONSTANT text[] := CASE (link.store).storage WHEN 'junction' THEN '{attributes}'::text[] ELSE '{}' END
        || CASE WHEN (link.store).storage_start_column IS NOT NULL THEN ARRAY['start_date'] END
        || CASE WHEN (link.store).storage_end_column IS NOT NULL THEN ARRAY['end_date'] END;
    wrong text;
BEGIN
    SELECT names[n] INTO wrong FROM generate_subscripts(given, 1) AS n
    WHERE given[n] IS NOT NULL AND names[n] <> ALL (kept) ORDER BY n LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE 'relationships of type "%" have no %', (link.draft).name, wrong
            USING ERRCODE = 'invalid_parameter_value',
                  CONSTRAINT = CASE WHEN wrong LIKE '%date' THEN 'relationship_dates' ELSE '' END,
                  DETAIL = format('They are %s.', relate.storage_places(link.store)),
                  HINT = CASE (link.store).storage WHEN 'junction' THEN 'Further columns of that table are their attributes.'
                         ELSE 'Leave it out.' END;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_properties(relate.hard_link_type, text[]) IS
'Internal. Refuses (22023) what a column or junction table cannot keep of a relationship.';

CREATE FUNCTION relate.hard_link_words(link relate.hard_link_type, source_key relate.record_key, target_key relate.record_key) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN format('%s %s %s %s %s', (link.source).singular, source_key, (link.draft).label,
        CASE WHEN strpos((link.draft).label, (link.target).singular) > 0 THEN '' ELSE (link.target).singular || ' ' END || target_key,
        '');
END;
$$;
COMMENT ON FUNCTION relate.hard_link_words(relate.hard_link_type, relate.record_key, relate.record_key) IS
'Internal. A hard link in words: Order 10248 belongs to Customer VINET.';

CREATE FUNCTION relate.refuse_cycle(link relate.hard_link_type, source_key relate.record_key, target_key relate.record_key,
                                    start_date date, end_date date) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    modules CONSTANT regclass := format('%I.module', relate.current_workspace());
    parent_is_target CONSTANT boolean := (link.draft).hierarchy_parent = 'target';
    child CONSTANT relate.record_key := CASE WHEN parent_is_target THEN source_key ELSE target_key END;
    parent CONSTANT relate.record_key := CASE WHEN parent_is_target THEN target_key ELSE source_key END;
    keys text[];
    from_keys text[]; -- of each, the one below it by which it was reached first
    at text := child::text;
    path text[];
BEGIN
    -- Each way up with the days on which all of it holds.
    WITH RECURSIVE above (key, from_key, first_day, last_day) AS (
        SELECT parent::text, NULL::text, coalesce(start_date, '-infinity'), coalesce(end_date, 'infinity')
        UNION
        SELECT CASE WHEN parent_is_target THEN h.target_key ELSE h.source_key END::text, above.key,
               greatest(above.first_day, h.start_date), least(above.last_day, h.end_date)
        FROM above CROSS JOIN LATERAL relate.hard_links(modules, (link.draft).type_id,
            CASE WHEN parent_is_target THEN above.key::relate.record_key END,
            CASE WHEN NOT parent_is_target THEN above.key::relate.record_key END) AS h
        WHERE above.key <> child::text AND coalesce(h.start_date <= above.last_day, true) AND coalesce(h.end_date >= above.first_day, true)
    )
    SELECT array_agg(key), array_agg(from_key) INTO keys, from_keys FROM above;
    IF at = ANY (keys) THEN
        WHILE at IS NOT NULL LOOP
            path := concat_ws(' ', (link.source).singular, at, '(' || relate.record_name((link.source).name, at::relate.record_key) || ')') || path;
            at := from_keys[array_position(keys, at)];
        END LOOP;
        path := path[cardinality(path)] || path;
        RAISE 'this "%" would close a cycle in the hierarchy', (link.draft).name
            USING ERRCODE = 'check_violation', CONSTRAINT = 'relationship_cycle',
                  TABLE = (SELECT relname FROM pg_class WHERE oid = (link.store).storage_table),
                  DETAIL = array_to_string(path, ' is under ') || '.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.refuse_cycle(relate.hard_link_type, relate.record_key, relate.record_key, date, date) IS
'Internal. Refuses (23514) a parent that is below its child on any of these days.';

CREATE FUNCTION relate.refuse_hard_link(link relate.hard_link_type, constraint_name text, words text, hint text) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE '%', CASE constraint_name WHEN 'relationship_duplicate' THEN format('this "%s" exists already', (link.draft).name)
                                    ELSE format('there is no room for another "%s"', (link.draft).name) END
        USING ERRCODE = 'unique_violation', CONSTRAINT = constraint_name, DETAIL = words, HINT = hint,
              SCHEMA = (SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.oid = (link.store).storage_table),
              TABLE = (SELECT relname FROM pg_class WHERE oid = (link.store).storage_table);
END;
$$;
COMMENT ON FUNCTION relate.refuse_hard_link(relate.hard_link_type, text, text, text) IS
'Internal. Raises 23505 for a hard link that exists already, or for which there is no room.';

CREATE FUNCTION relate.stored_texts(module relate.module_entry, reference name[], key relate.record_key) RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    texts text[] := relate.key_texts(module.module_id, key);
BEGIN
    IF reference IS NOT NULL THEN
        EXECUTE format('SELECT ARRAY[%s] FROM %s x WHERE %s', (SELECT string_agg(format('CASE WHEN x.%1$I IS NOT NULL THEN format(''%%s'', x.%1$I) END', c), ', ' ORDER BY n)
                                                              FROM unnest(reference) WITH ORDINALITY AS k (c, n)),
                       relate.rows_sql(module.table_name), relate.equals_sql(module.table_name, module.key_columns, '$1'))
            INTO texts USING texts;
    END IF;
    RETURN texts;
END;
$$;
COMMENT ON FUNCTION relate.stored_texts(relate.module_entry, name[], relate.record_key) IS
'Internal. The values by which a storage refers to a record, as texts: its key, or its values in these columns; null where there is no such record.';

CREATE FUNCTION relate.require_record(module relate.module_entry, reference name[], key relate.record_key, side text) RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    texts text[] := relate.key_texts(module.module_id, key);
    is_there boolean := false;
BEGIN
    -- Where the caller may not look, the foreign key does.
    IF texts IS NOT NULL AND NOT has_table_privilege(module.table_name, 'SELECT') THEN
        RETURN texts;
    ELSIF texts IS NOT NULL THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %s x WHERE %s)', relate.rows_sql(module.table_name),
                       relate.equals_sql(module.table_name, module.key_columns, '$1')) INTO is_there USING texts;
    END IF;
    IF NOT is_there THEN
        RAISE '% % does not exist', module.singular, key
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'relationship_' || side,
                  DETAIL = format('It was given as the %s.', side);
    END IF;
    IF reference IS NULL THEN
        RETURN texts;
    END IF;
    texts := relate.stored_texts(module, reference, key);
    IF array_position(texts, NULL) IS NOT NULL THEN
        RAISE '% % has no (%)', module.singular, key, relate.name_list(reference)
            USING ERRCODE = 'not_null_violation', COLUMN = reference[array_position(texts, NULL)],
                  TABLE = (SELECT relname FROM pg_class WHERE oid = module.table_name),
                  DETAIL = format('By these columns of %s it is referred to.', module.table_name);
    END IF;
    RETURN texts;
END;
$$;
COMMENT ON FUNCTION relate.require_record(relate.module_entry, name[], relate.record_key, text) IS
'Internal. What stored_texts says of a record; 23503 where there is no such record, 23502 where it has no value in a column of the reference.';

-- ---- columns ---------------------------------------------------------------------------

CREATE FUNCTION relate.far_reference(store relate.type_storage, in_source boolean) RETURNS name[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN in_source THEN store.storage_target_reference ELSE store.storage_source_reference END;
COMMENT ON FUNCTION relate.far_reference(relate.type_storage, boolean) IS
'Internal. What the columns of a type in the table of its source, or target, refer to, where it is not the other module''s key.';

CREATE FUNCTION relate.set_column(link relate.hard_link_type, source_key relate.record_key, target_key relate.record_key,
                                  on_conflict text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    in_source CONSTANT boolean := relate.is_source_table(link.store, link.source);
    near relate.module_entry := CASE WHEN in_source THEN link.source ELSE link.target END;
    far relate.module_entry := CASE WHEN in_source THEN link.target ELSE link.source END;
    near_columns CONSTANT name[] := near.key_columns;
    far_columns CONSTANT name[] := CASE WHEN in_source THEN (link.store).storage_target_columns ELSE (link.store).storage_source_columns END;
    near_key relate.record_key := CASE WHEN in_source THEN source_key ELSE target_key END;
    far_key relate.record_key := CASE WHEN in_source THEN target_key ELSE source_key END;
    near_texts CONSTANT text[] := relate.require_record(near, NULL, near_key, CASE WHEN in_source THEN 'source' ELSE 'target' END);
    far_texts CONSTANT text[] := relate.require_record(far, relate.far_reference(link.store, in_source), far_key,
                                                       CASE WHEN in_source THEN 'target' ELSE 'source' END);
    rows_of CONSTANT text := relate.rows_sql((link.store).storage_table);
    is_near CONSTANT text := relate.equals_sql((link.store).storage_table, near_columns, '$1');
    is_far CONSTANT text := relate.equals_sql((link.store).storage_table, far_columns, '$2');
    is_set CONSTANT text := (SELECT string_agg(format('x.%I IS NOT NULL', c), ' AND ') FROM unnest(far_columns) AS c);
    settable CONSTANT name[] := ARRAY(SELECT c FROM unnest(far_columns) AS c WHERE c <> ALL (near_columns));
    now_set boolean;
    now_same boolean;
    words text;
BEGIN
    EXECUTE format('SELECT %s, coalesce(%s, false) FROM %s x WHERE %s FOR NO KEY UPDATE', is_set, is_far, rows_of, is_near)
        INTO now_set, now_same USING near_texts, far_texts;
    IF now_same THEN
        PERFORM relate.refuse_hard_link(link, 'relationship_duplicate',
            btrim(relate.hard_link_words(link, source_key, target_key)) || '.',
            format('Take it away: SELECT relate.delete_relationship(%L, %L, %L);', (link.draft).name, source_key, target_key));
    ELSIF now_set AND on_conflict = 'error' THEN
        PERFORM relate.refuse_hard_link(link, 'relationship_cardinality',
            format('Columns (%s) of %s %s are set already.', array_to_string(far_columns, ', '), near.singular, near_key),
            'Pass on_conflict => ''replace'' to set them anew.');
    END IF;
    IF (link.draft).cardinality = 'one_to_one' THEN
        IF on_conflict = 'replace' THEN
            EXECUTE format('UPDATE %s x SET %s WHERE %s AND NOT (%s)', rows_of,
                (SELECT string_agg(format('%I = NULL', c), ', ') FROM unnest(settable) AS c), is_far, is_near) USING near_texts, far_texts;
        ELSE
            EXECUTE format('SELECT string_agg(format(''%%s'', %s), '', '') FROM %s x WHERE %s',
                           (SELECT string_agg(format('x.%I', c), ', ') FROM unnest(near_columns[1:1]) AS c), rows_of, is_far)
                INTO words USING near_texts, far_texts;
            IF words IS NOT NULL THEN
                PERFORM relate.refuse_hard_link(link, 'relationship_cardinality',
                    format('%s %s is that of %s %s.', far.singular, far_key, near.singular, words),
                    'Pass on_conflict => ''replace'' to take it away there.');
            END IF;
        END IF;
    END IF;
    IF (link.draft).hierarchy_parent IS NOT NULL THEN
        PERFORM relate.refuse_cycle(link, source_key, target_key, NULL, NULL);
    END IF;
    IF EXISTS (SELECT FROM unnest(far_columns, far_texts) AS f (name, value) JOIN unnest(near_columns, near_texts) AS n (name, value)
               USING (name) WHERE f.value <> n.value) OR settable = '{}' THEN
        RAISE '% % cannot belong to % %', near.singular, near_key, far.singular, far_key
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Both keys share columns of %s, and differ in them.', (link.store).storage_table);
    END IF;
    EXECUTE format('UPDATE %s x SET %s WHERE %s', rows_of,
        (SELECT string_agg(format('%I = %s', c.name, relate.value_sql((link.store).storage_table, c.name, format('($2)[%s]', c.place))), ', ')
         FROM unnest(far_columns) WITH ORDINALITY AS c (name, place) WHERE c.name = ANY (settable)), is_near) USING near_texts, far_texts;
END;
$$;
COMMENT ON FUNCTION relate.set_column(relate.hard_link_type, relate.record_key, relate.record_key, text) IS
'Internal. Relates two records by setting foreign key columns.';

CREATE FUNCTION relate.clear_column(link relate.hard_link_type, source_key relate.record_key, target_key relate.record_key) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    in_source CONSTANT boolean := relate.is_source_table(link.store, link.source);
    near relate.module_entry := CASE WHEN in_source THEN link.source ELSE link.target END;
    far relate.module_entry := CASE WHEN in_source THEN link.target ELSE link.source END;
    far_columns CONSTANT name[] := CASE WHEN in_source THEN (link.store).storage_target_columns ELSE (link.store).storage_source_columns END;
    settable CONSTANT name[] := ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = (link.store).storage_table
        AND a.attname = ANY (far_columns) AND a.attname <> ALL (near.key_columns) AND NOT a.attnotnull);
    cleared int;
BEGIN
    IF settable = '{}' THEN
        RAISE '% % must belong to % %', near.singular, CASE WHEN in_source THEN source_key ELSE target_key END,
              CASE WHEN far.singular ~* '^[aeiou]' THEN 'an' ELSE 'a' END, far.singular
            USING ERRCODE = 'not_null_violation', COLUMN = far_columns[1],
                  TABLE = (SELECT relname FROM pg_class WHERE oid = (link.store).storage_table),
                  DETAIL = format('Columns (%s) of %s must not be null.', array_to_string(far_columns, ', '), (link.store).storage_table),
                  HINT = 'Relate it to another one with on_conflict => ''replace'', or delete the record.';
    END IF;
    EXECUTE format('UPDATE %s x SET %s WHERE %s AND %s', relate.rows_sql((link.store).storage_table),
                   (SELECT string_agg(format('%I = NULL', c), ', ') FROM unnest(settable) AS c),
                   relate.equals_sql((link.store).storage_table, near.key_columns, '$1'),
                   relate.equals_sql((link.store).storage_table, far_columns, '$2'))
        USING relate.key_texts(near.module_id, CASE WHEN in_source THEN source_key ELSE target_key END),
              relate.stored_texts(far, relate.far_reference(link.store, in_source), CASE WHEN in_source THEN target_key ELSE source_key END);
    GET DIAGNOSTICS cleared = ROW_COUNT;
    RETURN cleared > 0;
END;
$$;
COMMENT ON FUNCTION relate.clear_column(relate.hard_link_type, relate.record_key, relate.record_key) IS
'Internal. Takes a relationship away by setting its columns to null; false where it was not there. 23502 where they must not be null.';

-- ---- junctions ---------------------------------------------------------------------------

CREATE FUNCTION relate.days_sql(store relate.type_storage, OUT first_day text, OUT last_day text)
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN store.storage_start_column IS NULL THEN '''-infinity''::date'
                ELSE format('coalesce(x.%I::date, ''-infinity'')', store.storage_start_column) END,
           CASE WHEN store.storage_end_column IS NULL THEN '''infinity''::date'
                ELSE format('coalesce(x.%I::date, ''infinity'')', store.storage_end_column) END
$$;
COMMENT ON FUNCTION relate.days_sql(relate.type_storage) IS
'Internal. SQL for the first and last day of a row x of a junction table, infinite where open.';

CREATE FUNCTION relate.make_room_in_junction(link relate.hard_link_type, condition text, source_texts text[], target_texts text[],
    start_date date, end_date date, on_conflict text, constraint_name text, words text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    days record := relate.days_sql(link.store);
    rows_of CONSTANT text := relate.rows_sql((link.store).storage_table);
    overlap CONSTANT text := format('%s AND %s <= $4 AND %s >= $3', condition, days.first_day, days.last_day);
    is_there boolean;
BEGIN
    IF on_conflict = 'replace' THEN
        EXECUTE format('DELETE FROM %s x WHERE %s', rows_of, overlap)
            USING source_texts, target_texts, coalesce(start_date, '-infinity'), coalesce(end_date, 'infinity');
        RETURN;
    ELSIF on_conflict = 'end_old' THEN
        EXECUTE format('UPDATE %s x SET %I = $3 - 1 WHERE %s AND %s < $3', rows_of, (link.store).storage_end_column, overlap, days.first_day)
            USING source_texts, target_texts, coalesce(start_date, current_date), coalesce(end_date, 'infinity');
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s x WHERE %s)', rows_of, overlap) INTO is_there
        USING source_texts, target_texts, coalesce(start_date, CASE on_conflict WHEN 'end_old' THEN current_date ELSE '-infinity' END),
              coalesce(end_date, 'infinity');
    IF is_there THEN
        PERFORM relate.refuse_hard_link(link, constraint_name, words, 'Pass on_conflict => ''replace'' to put it in the place of what is there.');
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.make_room_in_junction(relate.hard_link_type, text, text[], text[], date, date, text, text, text) IS
'Internal. Deletes, ends or refuses what is in the way of a new row of a junction table.';

CREATE FUNCTION relate.insert_junction(link relate.hard_link_type, source_key relate.record_key, target_key relate.record_key,
    start_date date, end_date date, attributes jsonb, on_conflict text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    store CONSTANT relate.type_storage := link.store;
    source_texts CONSTANT text[] := relate.require_record(link.source, (link.store).storage_source_reference, source_key, 'source');
    target_texts CONSTANT text[] := relate.require_record(link.target, (link.store).storage_target_reference, target_key, 'target');
    used CONSTANT name[] := array_remove(store.storage_source_columns || store.storage_target_columns
                                         || ARRAY[store.storage_start_column, store.storage_end_column], NULL);
    is_source CONSTANT text := relate.equals_sql(store.storage_table, store.storage_source_columns, '$1');
    is_target CONSTANT text := relate.equals_sql(store.storage_table, store.storage_target_columns, '$2');
    words CONSTANT text := btrim(relate.hard_link_words(link, source_key, target_key));
    columns text;
    expressions text;
    unknown text;
BEGIN
    IF on_conflict = 'end_old' THEN
        IF store.storage_end_column IS NULL THEN
            RAISE 'relationships of type "%" cannot be ended', (link.draft).name
                USING ERRCODE = 'invalid_parameter_value', DETAIL = 'They have no end.',
                      HINT = 'Delete what is in the way: on_conflict => ''replace''.';
        END IF;
        start_date := coalesce(start_date, current_date);
    END IF;
    IF start_date > end_date THEN
        RAISE 'a relationship cannot end before it begins'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'relationship_dates',
                  DETAIL = format('It begins on %s and ends on %s.', to_char(start_date, 'YYYY-MM-DD'), to_char(end_date, 'YYYY-MM-DD'));
    END IF;
    SELECT string_agg(format('"%s"', word), ', ') INTO unknown FROM jsonb_object_keys(attributes) AS word
    WHERE word = ANY (used) OR NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = store.storage_table AND a.attname = word
                                           AND a.attnum > 0 AND NOT a.attisdropped);
    IF unknown IS NOT NULL THEN
        RAISE 'relationships of type "%" have no attribute %', (link.draft).name, unknown
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Attributes are the further columns of %s.', store.storage_table),
                  HINT = coalesce('They are: ' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || '.' FROM pg_attribute a
                      WHERE a.attrelid = store.storage_table AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL (used)), 'It has none.');
    END IF;
    IF EXISTS (SELECT FROM unnest(store.storage_source_columns, source_texts) AS s (name, value)
               JOIN unnest(store.storage_target_columns, target_texts) AS t (name, value) USING (name) WHERE s.value <> t.value) THEN
        RAISE '% % and % % cannot be related', (link.source).singular, source_key, (link.target).singular, target_key
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Their keys share columns of %s, and differ in them.', store.storage_table);
    END IF;
    PERFORM relate.make_room_in_junction(link, is_source || ' AND ' || is_target, source_texts, target_texts, start_date, end_date,
                                         on_conflict, 'relationship_duplicate', words || '.');
    IF (link.draft).cardinality IN ('one_to_one', 'many_to_one') THEN
        PERFORM relate.make_room_in_junction(link, is_source, source_texts, target_texts, start_date, end_date, on_conflict,
            'relationship_cardinality', format('%s %s has its only %s.', (link.source).singular, source_key, (link.target).singular));
    END IF;
    IF (link.draft).cardinality IN ('one_to_one', 'one_to_many') THEN
        PERFORM relate.make_room_in_junction(link, is_target, source_texts, target_texts, start_date, end_date, on_conflict,
            'relationship_cardinality', format('%s %s has its only %s.', (link.target).singular, target_key, (link.source).singular));
    END IF;
    IF (link.draft).hierarchy_parent IS NOT NULL THEN
        PERFORM relate.refuse_cycle(link, source_key, target_key, start_date, end_date);
    END IF;
    SELECT string_agg(quote_ident(name), ', '), string_agg(sql, ', ') INTO columns, expressions
    FROM (SELECT DISTINCT ON (name) name, sql
          FROM (SELECT c.name, relate.value_sql(store.storage_table, c.name, format('($1)[%s]', c.place)) AS sql
                FROM unnest(store.storage_source_columns) WITH ORDINALITY AS c (name, place)
                UNION ALL
                SELECT c.name, relate.value_sql(store.storage_table, c.name, format('($2)[%s]', c.place))
                FROM unnest(store.storage_target_columns) WITH ORDINALITY AS c (name, place)
                UNION ALL SELECT store.storage_start_column, '$3' WHERE store.storage_start_column IS NOT NULL AND start_date IS NOT NULL
                UNION ALL SELECT store.storage_end_column, '$4' WHERE store.storage_end_column IS NOT NULL AND end_date IS NOT NULL
                UNION ALL SELECT word, format('(jsonb_populate_record(NULL::%s, $5)).%I', store.storage_table, word)
                FROM jsonb_object_keys(attributes) AS word) AS given
          ORDER BY name) AS one;
    EXECUTE format('INSERT INTO %s (%s) VALUES (%s)', store.storage_table, columns, expressions)
        USING source_texts, target_texts, start_date, end_date, attributes;
END;
$$;
COMMENT ON FUNCTION relate.insert_junction(relate.hard_link_type, relate.record_key, relate.record_key, date, date, jsonb, text) IS
'Internal. Relates two records by a row of a junction table.';

-- ---- what the verbs call -------------------------------------------------------------------

CREATE FUNCTION relate.create_hard_link(type text, source_key relate.record_key, target_key relate.record_key, start_date date,
    end_date date, importance int, description text, email text, phone text, address text, attributes jsonb, on_conflict text,
    is_primary boolean, address_module text, address_key relate.record_key) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    link relate.hard_link_type := relate.find_hard_link_type(type);
BEGIN
    IF NOT (link.draft).is_active THEN
        RAISE 'relationship type "%" is not active', type
            USING ERRCODE = 'check_violation', CONSTRAINT = 'relationship_type_active',
                  HINT = format('Activate it: SELECT relate.alter_relationship_type(%L, is_active => true);', type);
    END IF;
    PERFORM relate.refuse_properties(link, start_date::text, end_date::text, importance::text, description, email, phone, address,
                                     attributes::text, address_module, address_key::text, CASE WHEN is_primary THEN 'yes' END);
    source_key := relate.canonical_key((link.source).module_id, source_key);
    target_key := relate.canonical_key((link.target).module_id, target_key);
    IF NOT (link.draft).allow_self AND (link.source).module_id = (link.target).module_id AND source_key OPERATOR(relate.=) target_key THEN
        RAISE '% % cannot be related to itself', (link.source).singular, source_key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'relationship_self',
                  DETAIL = format('Relationship type "%s" does not allow it.', type);
    END IF;
    IF (link.store).storage = 'column' THEN
        IF on_conflict = 'end_old' THEN
            RAISE 'relationships of type "%" cannot be ended', type
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = format('They are %s.', relate.storage_places(link.store)),
                      HINT = 'Put the new one in the place of the old: on_conflict => ''replace''.';
        END IF;
        PERFORM relate.set_column(link, source_key, target_key, on_conflict);
    ELSE
        PERFORM relate.insert_junction(link, source_key, target_key, start_date, end_date, attributes, on_conflict);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.create_hard_link(text, relate.record_key, relate.record_key, date, date, int, text, text, text, text, jsonb, text, boolean, text, relate.record_key) IS
'Internal. create_relationship for types stored in columns or junction tables.';

CREATE FUNCTION relate.no_such_hard_link(link relate.hard_link_type, source_key relate.record_key, target_key relate.record_key) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'there is no relationship "%" from % % to % %', (link.draft).name, (link.source).singular, source_key,
          (link.target).singular, target_key
        USING ERRCODE = 'undefined_object', SCHEMA = relate.current_workspace(),
              DETAIL = format('They are %s.', relate.storage_places(link.store));
END;
$$;
COMMENT ON FUNCTION relate.no_such_hard_link(relate.hard_link_type, relate.record_key, relate.record_key) IS
'Internal. Raises 42704 for a hard link that is not there.';

CREATE FUNCTION relate.delete_hard_link(type text, source_key relate.record_key, target_key relate.record_key, as_of date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    link relate.hard_link_type := relate.find_hard_link_type(type);
    days record := relate.days_sql(link.store);
    stints int;
    rows_of CONSTANT text := relate.rows_sql((link.store).storage_table);
    condition text;
BEGIN
    PERFORM relate.not_null('{type,source_key,target_key}', type, source_key::text, target_key::text);
    IF (link.store).storage = 'column' THEN
        IF NOT relate.clear_column(link, source_key, target_key) THEN
            PERFORM relate.no_such_hard_link(link, source_key, target_key);
        END IF;
        RETURN;
    END IF;
    condition := format('%s AND %s AND ($3 IS NULL OR %s <= $3 AND %s >= $3)',
        relate.equals_sql((link.store).storage_table, (link.store).storage_source_columns, '$1'),
        relate.equals_sql((link.store).storage_table, (link.store).storage_target_columns, '$2'), days.first_day, days.last_day);
    EXECUTE format('SELECT count(*) FROM %s x WHERE %s', rows_of, condition) INTO stints
        USING relate.stored_texts(link.source, (link.store).storage_source_reference, source_key), relate.stored_texts(link.target, (link.store).storage_target_reference, target_key), as_of;
    IF stints > 1 AND as_of IS NULL THEN
        RAISE 'there are % relationships "%" from % to %', stints, type, source_key, target_key
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Name a day on which it ran: as_of => ...';
    ELSIF stints = 0 THEN
        PERFORM relate.no_such_hard_link(link, source_key, target_key);
    END IF;
    EXECUTE format('DELETE FROM %s x WHERE %s', rows_of, condition)
        USING relate.stored_texts(link.source, (link.store).storage_source_reference, source_key), relate.stored_texts(link.target, (link.store).storage_target_reference, target_key), as_of;
END;
$$;
COMMENT ON FUNCTION relate.delete_hard_link(text, relate.record_key, relate.record_key, date) IS
'Internal. delete_relationship for types stored in columns or junction tables.';

CREATE FUNCTION relate.end_hard_link(type text, source_key relate.record_key, target_key relate.record_key, end_date date) RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    link relate.hard_link_type := relate.find_hard_link_type(type);
    days record := relate.days_sql(link.store);
    rows_of CONSTANT text := relate.rows_sql((link.store).storage_table);
    source_texts CONSTANT text[] := relate.stored_texts(link.source, (link.store).storage_source_reference, source_key);
    target_texts CONSTANT text[] := relate.stored_texts(link.target, (link.store).storage_target_reference, target_key);
    condition text;
    stint record;
BEGIN
    PERFORM relate.not_null('{type,source_key,target_key,end_date}', type, source_key::text, target_key::text, end_date::text);
    IF (link.store).storage_end_column IS NULL THEN
        RAISE 'relationships of type "%" cannot be ended', type
            USING ERRCODE = 'invalid_parameter_value', DETAIL = format('They are %s, without a last day.', relate.storage_places(link.store)),
                  HINT = format('SELECT relate.delete_relationship(%L, %L, %L);', type, source_key, target_key);
    END IF;
    condition := relate.equals_sql((link.store).storage_table, (link.store).storage_source_columns, '$1') || ' AND '
              || relate.equals_sql((link.store).storage_table, (link.store).storage_target_columns, '$2');
    EXECUTE format('SELECT x.ctid, x.tableoid, %2$s AS first_day, %3$s AS last_day FROM %1$s x WHERE %4$s '
                   'ORDER BY %2$s <= $3 DESC, CASE WHEN %2$s <= $3 THEN %2$s END DESC, %2$s LIMIT 1 FOR NO KEY UPDATE',
                   rows_of, days.first_day, days.last_day, condition)
        INTO stint USING source_texts, target_texts, end_date;
    IF stint.ctid IS NULL THEN
        PERFORM relate.no_such_hard_link(link, source_key, target_key);
    ELSIF stint.first_day > end_date THEN
        RAISE 'the relationship cannot end on %, because it begins on %', to_char(end_date, 'YYYY-MM-DD'), to_char(stint.first_day, 'YYYY-MM-DD')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('SELECT relate.delete_relationship(%L, %L, %L);', type, source_key, target_key);
    ELSIF stint.last_day <= end_date THEN
        RETURN stint.last_day;
    END IF;
    EXECUTE format('UPDATE %s x SET %I = $1 WHERE x.ctid = $2 AND x.tableoid = $3', rows_of, (link.store).storage_end_column)
        USING end_date, stint.ctid, stint.tableoid;
    RETURN end_date;
END;
$$;
COMMENT ON FUNCTION relate.end_hard_link(text, relate.record_key, relate.record_key, date) IS
'Internal. end_relationship for types stored in junction tables with an end column.';
