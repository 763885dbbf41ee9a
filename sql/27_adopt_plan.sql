
-- ---------------------------------------------------------------------------
-- The plan of an adoption: which tables become modules, and what becomes of each
-- foreign key. Set-based queries on the catalogs, with the rights of the caller.
-- ---------------------------------------------------------------------------

-- ---- what is there ------------------------------------------------------------------

CREATE FUNCTION relate.matches_any(name text, patterns text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN EXISTS (SELECT FROM unnest(patterns) AS pattern
               WHERE name ~ ('^(' || replace(regexp_replace(pattern, '([][(){}.+?^$|\\])', '\\\1', 'g'), '*', '.*') || ')$'));
COMMENT ON FUNCTION relate.matches_any(text, text[]) IS
'Internal. Whether a name is one of these, in which * stands for any letters.';

CREATE FUNCTION relate.find_foreign_keys(schema_name text, include text[], exclude text[])
RETURNS TABLE (id oid, from_table regclass, to_table regclass, columns name[], key_columns name[], on_delete "char",
               note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT c.oid, c.conrelid::regclass, c.confrelid::regclass, pair.columns, pair.key_columns, c.confdeltype,
               CASE WHEN near.relispartition THEN 'the table is a partition: its foreign keys are those of the partitioned table'
                    WHEN far.relispartition THEN 'it refers to a partition'
                    WHEN near.relpersistence = 't' THEN 'the table is temporary' END
        FROM pg_constraint c
        JOIN pg_class near ON near.oid = c.conrelid
        JOIN pg_class far ON far.oid = c.confrelid
        JOIN pg_namespace n ON n.oid = near.relnamespace
        CROSS JOIN LATERAL (
            SELECT array_agg(a.attname ORDER BY k.place) AS columns, array_agg(f.attname ORDER BY k.place) AS key_columns
            FROM unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (attnum, fattnum, place)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
            JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.fattnum) AS pair
        WHERE c.contype = 'f' AND c.conparentid = 0 AND n.nspname = schema_name
          AND (include IS NULL OR relate.matches_any(near.relname, include))
          AND (exclude IS NULL OR NOT relate.matches_any(near.relname, exclude) AND NOT relate.matches_any(far.relname, exclude))
          -- Neither our own tables nor those of extensions.
          AND NOT (near.relname IN ('status', 'record_status', 'relationship_type')
                   AND EXISTS (SELECT FROM relate.find_workspaces() AS w WHERE w.name = n.nspname))
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = near.oid AND d.deptype = 'e');
END;
$$;
COMMENT ON FUNCTION relate.find_foreign_keys(text, text[], text[]) IS
'Internal. The foreign keys of a schema''s tables of these names (null: all), without others; for some, why they cannot be adopted.';

CREATE FUNCTION relate.missing_rights(table_name regclass, needed text[]) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('role "%s" lacks %s on table %s', current_user, string_agg(one, ', ' ORDER BY place), table_name)
    FROM unnest(needed) WITH ORDINALITY AS rights (one, place)
    WHERE NOT has_table_privilege(table_name, one)
    HAVING count(*) > 0
$$;
COMMENT ON FUNCTION relate.missing_rights(regclass, text[]) IS
'Internal. Which of these rights on a table the caller lacks, in words; null if none.';

CREATE FUNCTION relate.is_referred_to(table_name regclass, key name[]) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN EXISTS (
    SELECT FROM pg_constraint c
    CROSS JOIN LATERAL (SELECT array_agg(a.attname) AS columns FROM pg_attribute a
                        WHERE a.attrelid = c.confrelid AND a.attnum = ANY (c.confkey)) AS far
    WHERE c.contype = 'f' AND c.confrelid = table_name AND far.columns @> key AND far.columns <@ key);
COMMENT ON FUNCTION relate.is_referred_to(regclass, name[]) IS 'Internal. Whether a foreign key refers to just these columns of a table.';

CREATE FUNCTION relate.find_module_key(table_name regclass) RETURNS name[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    keys CONSTANT text[] := ARRAY(
        SELECT key::text FROM relate.find_keys(table_name) AS key
        WHERE NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                          WHERE a.attrelid = table_name AND a.attname = ANY (key) AND t.typname <> 'uuid'
                            AND (t.typcategory NOT IN ('A','B','C','D','E','G','I','N','R','S','T','U','V','X','Z')
                                 OR t.typname IN ('time', 'timetz'))));
BEGIN
    -- A surrogate key that nothing refers to gives way to the key that foreign keys know the records by.
    IF cardinality(keys) > 1 AND NOT relate.is_referred_to(table_name, keys[1]::name[]) THEN
        RETURN coalesce((SELECT k.key::name[] FROM unnest(keys) WITH ORDINALITY AS k (key, place)
                         WHERE relate.is_referred_to(table_name, k.key::name[]) ORDER BY place LIMIT 1), keys[1]::name[]);
    END IF;
    RETURN keys[1]::name[];
END;
$$;
COMMENT ON FUNCTION relate.find_module_key(regclass) IS
'Internal. Of relate.find_keys, those whose columns are of types that a module''s key can have: the best to which a foreign key refers, else the best; null if there is none.';

-- ---- the plan -------------------------------------------------------------------------

CREATE FUNCTION relate.known_sql(workspace name, kind text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN workspace IS NOT NULL THEN format('%I.%I', workspace, kind)
    WHEN kind = 'module' THEN 'unnest(CAST(''{}'' AS relate.module_entry[]))'
    ELSE '(SELECT t.* FROM unnest(CAST(''{}'' AS relate.adopted_type[])) AS t)' END;
COMMENT ON FUNCTION relate.known_sql(name, text) IS
'Internal. SQL for the modules or relationship types that a plan begins with: those of a workspace; none where there is no workspace yet.';

CREATE FUNCTION relate.plan_modules(workspace name, tables regclass[], system_modules text[])
RETURNS SETOF relate.module_entry
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET jit = off
AS $body$
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH known AS MATERIALIZED (
            SELECT module_id, name, singular, plural, table_name, key_columns, name_columns, kind, kind_column, date_column, is_system
            FROM %1$s AS m
        ), fresh AS MATERIALIZED (
            SELECT c.oid::regclass AS table_name, n.nspname, c.relname,
                   left(relate.singular_of(relate.identifier_of(c.relname)), 60) AS word,
                   row_number() OVER (ORDER BY n.nspname, c.relname) AS place
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = ANY ($1) AND c.oid NOT IN (SELECT table_name FROM known)
        ), counted AS (
            SELECT fresh.*, count(*) OVER (PARTITION BY word) > 1 OR word IN (SELECT name FROM known) AS is_taken FROM fresh
        ), worded AS (
            SELECT counted.*, CASE WHEN is_taken THEN left(relate.identifier_of(nspname || '_' || word), 60) ELSE word END AS longer
            FROM counted
        ), numbered AS (
            SELECT worded.*, row_number() OVER (PARTITION BY longer ORDER BY place)
                             + (SELECT count(*) FROM known WHERE starts_with(name, longer) AND substr(name, length(longer) + 1) ~ '^(_[0-9]+)?$') AS number
            FROM worded
        ), named AS (
            SELECT numbered.*, longer || CASE WHEN number > 1 THEN '_' || number ELSE '' END AS name FROM numbered
        ), labelled AS (
            SELECT named.*, relate.label_of(CASE WHEN is_taken THEN name ELSE word END) AS singular FROM named
        )
        SELECT module_id, name, singular, plural, table_name, key_columns, name_columns, kind, kind_column, date_column, is_system
        FROM known WHERE table_name::oid = ANY ($1)
        UNION ALL
        SELECT NULL, name, singular, relate.plural_of(singular), table_name, relate.find_module_key(table_name), NULL, NULL, NULL, NULL,
               coalesce(relname = ANY ($2) OR name = ANY ($2), false)
        FROM labelled
        $query$, relate.known_sql(workspace, 'module')) USING tables::oid[], system_modules;
END;
$body$;
COMMENT ON FUNCTION relate.plan_modules(name, regclass[], text[]) IS
'Internal. The modules that these tables are, or (without module_id, name and date columns) would become; without key_columns where a table has no usable key.';

CREATE FUNCTION relate.find_junctions(ids oid[])
RETURNS TABLE (storage_table regclass, source_id oid, target_id oid, start_column name, end_column name)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH fk AS MATERIALIZED (
            SELECT c.oid, c.conrelid, c.conkey, c.confrelid FROM pg_constraint c WHERE c.oid = ANY (ids)
        ), several AS MATERIALIZED (
            SELECT conrelid FROM fk
            -- A table that others refer to has records of its own.
            WHERE conrelid NOT IN (SELECT confrelid FROM pg_constraint WHERE contype = 'f' AND confrelid <> conrelid)
            GROUP BY conrelid HAVING count(*) >= 2
        ), key AS MATERIALIZED (
            SELECT i.indrelid, (i.indkey::int2[])[0:i.indnkeyatts - 1] AS attnums, i.indexrelid, i.indisprimary
            FROM pg_index i
            WHERE i.indrelid IN (SELECT conrelid FROM several) AND i.indisunique AND i.indisvalid
              AND i.indpred IS NULL AND i.indexprs IS NULL
        ), pair AS (
            SELECT k.*, a.oid AS a, b.oid AS b, a.conkey || b.conkey AS used, dates.columns AS dates,
                   array_position(k.attnums, a.conkey[1]) < array_position(k.attnums, b.conkey[1])
                   -- Where they begin alike, the columns that differ tell the order.
                   OR array_position(k.attnums, a.conkey[1]) = array_position(k.attnums, b.conkey[1])
                      AND array_position(k.attnums, a.conkey[array_upper(a.conkey, 1)])
                          < array_position(k.attnums, b.conkey[array_upper(b.conkey, 1)]) AS is_a_first
            FROM key k
            JOIN fk a ON a.conrelid = k.indrelid
            JOIN fk b ON b.conrelid = k.indrelid AND b.oid > a.oid
            CROSS JOIN LATERAL (SELECT relate.find_columns(k.indrelid, ARRAY[
                'startdate enddate', 'datestart dateend', 'fromdate todate', 'datefrom dateto', 'validfrom validto',
                'validfrom validuntil', 'effectivefrom effectiveto', 'effectivefrom effectiveuntil', 'effectivedate expirydate',
                'begindate enddate', 'startson endson', 'startedon endedon', 'starton endon', 'startsat endsat',
                'startedat endedat', 'startat endat', 'joinedon lefton', 'joineddate leftdate', 'since until',
                'from to', 'start end'], 'D') AS columns) AS dates
            WHERE NOT a.conkey @> k.attnums AND NOT b.conkey @> k.attnums
              AND NOT a.conkey @> b.conkey AND NOT b.conkey @> a.conkey
              AND k.attnums @> (a.conkey || b.conkey)
        ), fitting AS (
            SELECT pair.* FROM pair
            WHERE NOT EXISTS (SELECT FROM unnest(pair.attnums) AS rest (attnum)
                              WHERE rest.attnum <> ALL (pair.used)
                                AND NOT EXISTS (SELECT FROM pg_attribute att WHERE att.attrelid = pair.indrelid
                                                AND att.attnum = rest.attnum AND att.attname = pair.dates[1]))
              -- A table with a key of its own and more foreign keys is no mere junction.
              AND (pair.indisprimary
                   OR NOT EXISTS (SELECT FROM fk other WHERE other.conrelid = pair.indrelid
                                  AND NOT pair.attnums @> other.conkey)
                   OR NOT EXISTS (SELECT FROM pg_index p WHERE p.indrelid = pair.indrelid AND p.indisprimary))
        )
        SELECT DISTINCT ON (indrelid) indrelid::regclass, CASE WHEN is_a_first THEN a ELSE b END,
               CASE WHEN is_a_first THEN b ELSE a END, dates[1], dates[2]
        FROM fitting
        ORDER BY indrelid, indisprimary DESC, cardinality(used) DESC, indexrelid, a, b;
END;
$$;
COMMENT ON FUNCTION relate.find_junctions(oid[]) IS
'Internal. The junction tables among those of these foreign keys: two of them make up a unique key (with a start date, perhaps), and nobody refers to it. With the columns that are named as its dates.';

CREATE FUNCTION relate.plan_types(workspace name, schema_name text, include text[], exclude text[], system_modules text[])
RETURNS SETOF relate.adoption
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET jit = off
AS $body$
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH known AS MATERIALIZED (
            SELECT t.name, t.storage, t.storage_table, t.storage_source_columns, t.storage_target_columns,
                   t.source_module_id, t.target_module_id, t.label, t.inverse_label
            FROM %1$s t
        ), all_fk AS MATERIALIZED (
            SELECT f.* FROM relate.find_foreign_keys($2, $3, $4) AS f
            WHERE f.from_table NOT IN (SELECT storage_table FROM known WHERE storage = 'junction')
              AND NOT EXISTS (SELECT FROM known k WHERE k.storage = 'column' AND k.storage_table = f.from_table
                              AND (k.storage_source_columns @> f.columns AND k.storage_source_columns <@ f.columns
                                   OR k.storage_target_columns @> f.columns AND k.storage_target_columns <@ f.columns))
        ), junction AS MATERIALIZED (
            SELECT * FROM relate.find_junctions(ARRAY(SELECT id FROM all_fk WHERE note IS NULL)) AS j
            WHERE j.storage_table NOT IN (SELECT table_name FROM %2$s AS m)
        ), module AS MATERIALIZED (
            SELECT * FROM relate.plan_modules($1, ARRAY(
                SELECT from_table FROM all_fk WHERE from_table NOT IN (SELECT storage_table FROM junction) AND note IS NULL
                UNION SELECT to_table FROM all_fk WHERE note IS NULL), $5)
        ), named AS MATERIALIZED ( -- once for each table, and not for each foreign key
            SELECT c.oid::regclass AS table_name, word, relate.singular_of(word) AS singular
            FROM pg_class c CROSS JOIN LATERAL (SELECT relate.identifier_of(c.relname) AS word OFFSET 0) AS w
            WHERE c.oid IN (SELECT to_table FROM all_fk)
        ), fk AS MATERIALIZED (
            SELECT f.id, f.from_table, f.to_table, f.columns, f.on_delete, far.key_columns AS far_key,
                   format('%%s (%%s)', f.from_table, (SELECT string_agg(quote_ident(c), ', ' ORDER BY n)
                                                      FROM unnest(f.columns) WITH ORDINALITY AS k (c, n))) AS words,
                   CASE WHEN key.is_own THEN ARRAY(
                       SELECT pair.near FROM unnest(far.key_columns) WITH ORDINALITY AS key (name, place)
                       JOIN unnest(f.columns, f.key_columns) AS pair (near, far) ON pair.far = key.name
                       ORDER BY key.place) ELSE f.columns END AS ordered,
                   CASE WHEN NOT key.is_own THEN f.key_columns END AS reference,
                   named.singular AS far_word,
                   f.columns = f.key_columns OR stem.word IN (far.name, named.word, named.singular) AS is_same,
                   stem.word AS stem,
                   coalesce(f.note,
                       CASE WHEN far.key_columns IS NULL THEN format('table %%s has no usable key: give it a primary key', f.to_table) END,
                       relate.missing_rights(f.to_table, '{SELECT,REFERENCES,TRIGGER}'))
                       AS note
            FROM all_fk f
            JOIN named ON named.table_name = f.to_table
            LEFT JOIN module far ON far.table_name = f.to_table
            CROSS JOIN LATERAL (SELECT relate.foreign_key_stem(f.columns, f.key_columns) AS word OFFSET 0) AS stem
            -- Else it refers to another unique key than that by which the records are known.
            CROSS JOIN LATERAL (SELECT coalesce(f.key_columns @> far.key_columns AND f.key_columns <@ far.key_columns, true) AS is_own) AS key
        ), by_column AS (
            SELECT near.name AS near_name, fk.from_table AS source_table, fk.to_table AS target_table,
                   fk.stem, fk.is_same, fk.far_word, near.singular AS source_noun, far.singular AS target_noun,
                   one.is_unique,
                   near.key_columns AS source_columns, fk.ordered AS target_columns, fk.reference, fk.on_delete, fk.words, fk.id,
                   coalesce(fk.note,
                       CASE WHEN near.key_columns IS NULL THEN format('table %%s has no usable key: give it a primary key', fk.from_table) END,
                       relate.missing_rights(fk.from_table, '{SELECT,REFERENCES,TRIGGER}'),
                       CASE WHEN near.is_system AND NOT far.is_system AND NOT one.is_unique
                            THEN format('%%s is a system module: its records are assigned to others, and belong to none', near.name) END)
                       AS note
            FROM fk
            LEFT JOIN module near ON near.table_name = fk.from_table
            LEFT JOIN module far ON far.table_name = fk.to_table
            CROSS JOIN LATERAL (SELECT relate.has_unique_index(fk.from_table, fk.ordered) AS is_unique OFFSET 0) AS one
            WHERE fk.from_table NOT IN (SELECT storage_table FROM junction)
        ), type AS (
            SELECT c.id AS place, c.near_name || '_' || CASE WHEN c.is_same AND c.source_table <> c.target_table THEN c.far_word
                                                             WHEN c.is_same OR c.source_table = c.target_table AND c.stem = 'parent_' || c.far_word
                                                             THEN 'parent' ELSE c.stem END AS word,
                   c.source_table, c.target_table,
                   CASE WHEN c.is_unique THEN 'one_to_one' ELSE 'many_to_one' END AS cardinality,
                   CASE WHEN c.source_table = c.target_table AND NOT c.is_unique THEN 'target' END AS hierarchy_parent,
                   w.source_role, w.target_role, w.label, w.inverse_label, 'column' AS storage, c.source_table AS storage_table,
                   c.source_columns, c.target_columns, NULL::name AS start_column, NULL::name AS end_column,
                   'remove_link' AS on_source_delete,
                   CASE WHEN c.on_delete IN ('a', 'r') THEN 'restrict' ELSE 'remove_link' END AS on_target_delete,
                   c.words, c.note, NULL::name[] AS source_reference, c.reference AS target_reference
            FROM by_column c
            CROSS JOIN LATERAL relate.column_words(c.stem, c.is_same, c.source_table = c.target_table, c.is_unique,
                                                   c.source_noun, c.target_noun) AS w
            UNION ALL
            SELECT s.id, relate.singular_of(relate.identifier_of(c.relname)), s.to_table, t.to_table,
                   CASE WHEN relate.has_unique_index(j.storage_table, t.ordered) THEN 'one' ELSE 'many' END || '_to_'
                   || CASE WHEN relate.has_unique_index(j.storage_table, s.ordered) THEN 'one' ELSE 'many' END,
                   NULL, w.source_role, w.target_role, w.label, w.inverse_label, 'junction', j.storage_table, s.ordered, t.ordered,
                   j.start_column, j.end_column,
                   CASE WHEN s.on_delete IN ('a', 'r') THEN 'restrict' ELSE 'remove_link' END,
                   CASE WHEN t.on_delete IN ('a', 'r') THEN 'restrict' ELSE 'remove_link' END,
                   format('%%s (%%s)', j.storage_table, (SELECT string_agg(quote_ident(c), ', ' ORDER BY n)
                                         FROM unnest(s.ordered || t.ordered) WITH ORDINALITY AS k (c, n))),
                   coalesce(s.note, t.note, relate.missing_rights(j.storage_table, '{SELECT}')), s.reference, t.reference
            FROM junction j
            JOIN pg_class c ON c.oid = j.storage_table
            JOIN fk s ON s.id = j.source_id
            JOIN fk t ON t.id = j.target_id
            LEFT JOIN module sm ON sm.table_name = s.to_table
            LEFT JOIN module tm ON tm.table_name = t.to_table
            CROSS JOIN LATERAL (
                SELECT CASE WHEN s.is_same THEN sm.singular ELSE relate.label_of(s.stem) END AS source_role,
                       CASE WHEN t.is_same THEN tm.singular ELSE relate.label_of(t.stem) END AS target_role) AS role
            CROSS JOIN LATERAL (
                SELECT role.source_role, role.target_role, 'has ' || role.target_role AS label,
                       'has ' || role.source_role AS inverse_label) AS w
            UNION ALL
            SELECT f.id, NULL, f.from_table, f.to_table, NULL, NULL, NULL, NULL, NULL, NULL, NULL, f.from_table, NULL, NULL, NULL,
                   NULL, NULL, NULL, f.words,
                   format('%%s is a junction table: this column is an attribute of its relationships', f.from_table), NULL, NULL
            FROM fk f JOIN junction j ON j.storage_table = f.from_table
            WHERE f.id NOT IN (j.source_id, j.target_id)
        ), numbered AS (
            SELECT type.*,
                   row_number() OVER (PARTITION BY left(word, 90) ORDER BY note IS NOT NULL, place)
                   + (SELECT count(*) FROM known k WHERE starts_with(k.name, left(word, 90))
                      AND substr(k.name, length(left(word, 90)) + 1) ~ '^(_[0-9]+)?$') AS number,
                   -- Labels tell types between the same two modules apart.
                   count(*) OVER (PARTITION BY source_table, target_table, label) > 1 AS is_told_twice,
                   count(*) OVER (PARTITION BY source_table, target_table, inverse_label) > 1 AS is_told_back_twice
            FROM type
        )
        SELECT CASE WHEN note IS NULL THEN left(word, 90) || CASE WHEN number > 1 THEN '_' || number ELSE '' END END,
               source_table, target_table, cardinality::relate.cardinality, hierarchy_parent, source_role, target_role,
               label || CASE WHEN is_told_twice THEN format(' (%%s)', replace(concat_ws(' ', word, nullif(number, 1)), '_', ' ')) ELSE '' END,
               inverse_label || CASE WHEN is_told_back_twice THEN format(' (%%s)', replace(concat_ws(' ', word, nullif(number, 1)), '_', ' ')) ELSE '' END,
               storage, storage_table, source_columns, target_columns, start_column, end_column, on_source_delete,
               on_target_delete, words, note, source_reference, target_reference
        FROM numbered
        ORDER BY storage_table::text COLLATE "C", note IS NOT NULL, words COLLATE "C"
        $query$, relate.known_sql(workspace, 'relationship_type'), relate.known_sql(workspace, 'module')) USING workspace, schema_name, include, exclude, system_modules;
END;
$body$;
COMMENT ON FUNCTION relate.plan_types(name, text, text[], text[], text[]) IS
'Internal. What becomes of each foreign key of a schema that is not adopted yet.';

CREATE FUNCTION relate.side_noun(module relate.module_entry, role text) RETURNS relate.module_entry
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF role <> module.singular THEN
        module.plural := CASE WHEN right(role, length(module.singular)) = module.singular THEN relate.plural_of(role)
                              ELSE format('%s (%s)', module.plural, role) END;
        module.singular := CASE WHEN right(role, length(module.singular)) = module.singular THEN role
                                ELSE format('%s (%s)', module.singular, role) END;
    END IF;
    RETURN module;
END;
$$;
COMMENT ON FUNCTION relate.side_noun(relate.module_entry, text) IS
'Internal. A module called by the role of its records, where that is another word: Shipping Address, User (Owner).';

CREATE FUNCTION relate.adoption_sentence(plan relate.adoption, source relate.module_entry, target relate.module_entry) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    draft relate.type_draft;
BEGIN
    IF source.table_name <> target.table_name THEN
        source := relate.side_noun(source, plan.source_role);
        target := relate.side_noun(target, plan.target_role);
    END IF;
    draft.source_role := plan.source_role;
    draft.target_role := plan.target_role;
    draft.is_symmetric := false;
    draft.cardinality := plan.cardinality;
    IF plan.storage = 'column' THEN -- told from the side that others refer to
        draft.source_role := plan.target_role;
        draft.target_role := plan.source_role;
        draft.cardinality := CASE plan.cardinality WHEN 'one_to_one' THEN 'one_to_one' ELSE 'one_to_many' END;
        RETURN relate.type_sentence(draft, target, source);
    END IF;
    RETURN relate.type_sentence(draft, source, target);
END;
$$;
COMMENT ON FUNCTION relate.adoption_sentence(relate.adoption, relate.module_entry, relate.module_entry) IS
'Internal. The cardinality in plain English; of a foreign key, from the side that it refers to.';

CREATE FUNCTION relate.check_schema(schema_name text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.not_null('{schema_name}', schema_name);
    IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = schema_name) THEN
        RAISE 'schema "%" does not exist', schema_name
            USING ERRCODE = 'invalid_schema_name',
                  HINT = coalesce(relate.similar_names(schema_name, ARRAY(SELECT nspname::text FROM pg_namespace
                                                                          WHERE nspname !~ '^pg_' AND has_schema_privilege(oid, 'USAGE'))),
                                  format('Make it: CREATE SCHEMA %I;', schema_name));
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_schema(text) IS 'Internal. Refuses null (22004) and unknown schemas (3F000).';

CREATE FUNCTION relate.rules_words(store relate.type_storage, cardinality relate.cardinality, hierarchy_parent text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT relate.may_want_rules(store, hierarchy_parent) THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT string_agg(DISTINCT CASE w.rule WHEN 'no_cycle' THEN 'cycles are refused'
                                                   ELSE 'two rows between the same records on one day are refused' END, '; ')
            FROM relate.wanted_rules(store, cardinality, hierarchy_parent) AS w);
END;
$$;
COMMENT ON FUNCTION relate.rules_words(relate.type_storage, relate.cardinality, text) IS
'Internal. What is enforced on a storage from now on, in words; null for nothing that it does not hold already.';

CREATE FUNCTION relate.describe_plan(workspace name, plan relate.adoption[], system_modules text[], enforce boolean)
RETURNS TABLE (relationship_type text, source_module text, label text, target_module text, inverse_label text,
               cardinality relate.cardinality, storage text, columns text, sentence text, note text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH module AS MATERIALIZED (
            SELECT m FROM relate.plan_modules(workspace, ARRAY(
                SELECT p.source_table FROM unnest(plan) AS p WHERE p.name IS NOT NULL
                UNION SELECT p.target_table FROM unnest(plan) AS p WHERE p.name IS NOT NULL), system_modules) AS m
        )
        SELECT p.name, (source.m).name, p.label, (target.m).name, p.inverse_label, p.cardinality, p.storage, p.columns,
               relate.adoption_sentence(p, source.m, target.m),
               CASE WHEN enforce THEN relate.rules_words(relate.planned_storage(p), p.cardinality, p.hierarchy_parent) END
        FROM unnest(plan) AS p
        JOIN module source ON (source.m).table_name = p.source_table
        JOIN module target ON (target.m).table_name = p.target_table
        WHERE p.name IS NOT NULL
        ORDER BY p.columns;
    RETURN QUERY
        SELECT NULL, NULL, NULL, NULL, NULL, NULL::relate.cardinality, NULL, p.columns, NULL, p.note
        FROM unnest(plan) AS p WHERE p.name IS NULL
        ORDER BY p.note, p.columns;
END;
$$;
COMMENT ON FUNCTION relate.describe_plan(name, relate.adoption[], text[], boolean) IS
'Internal. The rows that adopt_foreign_keys returns for a plan: types first, then what is not adopted and why.';
