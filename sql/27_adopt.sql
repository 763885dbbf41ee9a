
-- ---------------------------------------------------------------------------
-- Adopting a schema: foreign keys and junction tables as relationship types.
--
-- One plan, made by set-based queries on the catalogs: relate.plan_modules says
-- which tables become modules, relate.plan_types what becomes of each foreign
-- key. The preview shows the plan; adopting writes it into the workspace, where
-- the triggers of "module" and "relationship_type" verify it as any other row.
-- No row of the user's tables moves; they get our triggers, as any module does.
-- ---------------------------------------------------------------------------

-- What becomes of a foreign key, or of the two of a junction table.
CREATE TYPE relate.adoption AS (
    name text,
    source_table regclass,
    target_table regclass,
    cardinality relate.cardinality,
    hierarchy_parent text,
    source_role text,
    target_role text,
    label text,
    inverse_label text,
    storage text,
    storage_table regclass,
    source_columns name[],
    target_columns name[],
    start_column name,
    end_column name,
    on_source_delete text,
    on_target_delete text,
    columns text,
    note text
);
COMMENT ON TYPE relate.adoption IS
'Internal. A relationship type that a foreign key or junction table becomes; where it becomes none, note says why.';

-- ---- names --------------------------------------------------------------------------

CREATE FUNCTION relate.column_stem(column_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    word text := relate.identifier_of(column_name);
BEGIN
    word := regexp_replace(word, '^(fk|id)_', '');
    RETURN coalesce(nullif(regexp_replace(word, '_(id|ids|uid|uuid|guid|key|code|no|nr|num|number|fk|ref|pk)$', ''), ''), word);
END;
$$;
COMMENT ON FUNCTION relate.column_stem(text) IS
'Internal. What a foreign key column is called after: customer for customer_id, reports_to for itself.';

CREATE FUNCTION relate.foreign_key_stem(columns name[], key_columns name[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    prefix text;
    last name := columns[cardinality(columns)];
BEGIN
    -- Columns named as those they refer to (that of a tenant, say) tell nothing; others may share a prefix: line_pos, line_doc.
    FOR i IN 1 .. cardinality(columns) LOOP
        CONTINUE WHEN columns[i] = key_columns[i];
        last := columns[i];
        IF right(columns[i], length(key_columns[i]) + 1) <> '_' || key_columns[i]
           OR prefix <> left(columns[i], -length(key_columns[i]) - 1) THEN
            RETURN relate.column_stem(last);
        END IF;
        prefix := left(columns[i], -length(key_columns[i]) - 1);
    END LOOP;
    RETURN coalesce(nullif(relate.identifier_of(prefix), ''), relate.column_stem(last));
END;
$$;
COMMENT ON FUNCTION relate.foreign_key_stem(name[], name[]) IS
'Internal. What a foreign key is called after: customer for customer_id, line for (line_pos, line_doc), reports_to for itself.';

CREATE FUNCTION relate.column_words(stem text, is_same boolean, is_self boolean, is_unique boolean, source text, target text,
    OUT source_role text, OUT target_role text, OUT label text, OUT inverse_label text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words CONSTANT text := replace(stem, '_', ' ');
BEGIN
    source_role := source;
    target_role := CASE WHEN is_same THEN target ELSE relate.label_of(stem) END;
    IF is_self AND stem ~ '(^|_)(reports?_to|manager|supervisor|boss|superior)$' THEN
        source_role := 'Report';
        target_role := CASE WHEN stem ~ 'report' THEN 'Manager' ELSE target_role END;
        label := 'reports to';
        inverse_label := CASE WHEN stem ~ 'supervisor' THEN 'supervises' ELSE 'manages' END;
    ELSIF is_self AND (is_same OR stem ~ '^parent(_|$)') THEN
        source_role := 'Child';
        target_role := 'Parent';
        label := 'is child of';
        inverse_label := 'is parent of';
    ELSIF is_same THEN
        label := 'belongs to ' || target;
        inverse_label := 'has ' || source;
    ELSIF stem ~ '_by$' THEN
        label := 'is ' || words;
        inverse_label := format('has %s ("%s")', source, words);
    ELSIF stem ~ '_(to|via|from|for|in|at|of|with|on|through|under|as|into|off)$' THEN
        label := words;
        inverse_label := format('has %s ("%s")', source, words);
    ELSE
        label := 'has ' || target_role;
        inverse_label := format('is %s of %s', target_role, source);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.column_words(text, boolean, boolean, boolean, text, text) IS
'Internal. Roles and labels of a foreign key: by its column''s stem, whether that is the target''s own name, and the labels of both modules.';

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

-- ---- the plan -------------------------------------------------------------------------

CREATE FUNCTION relate.plan_modules(workspace name, tables regclass[], system_modules text[])
RETURNS SETOF relate.module_entry
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET jit = off
AS $body$
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH known AS MATERIALIZED (
            SELECT module_id, name, singular, plural, table_name, key_columns, name_columns, kind, kind_column, date_column, is_system
            FROM %1$I.module
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
        SELECT NULL, name, singular, relate.plural_of(singular), table_name, relate.find_key(table_name), NULL, NULL, NULL, NULL,
               coalesce(relname = ANY ($2) OR name = ANY ($2), false)
        FROM labelled
        $query$, workspace) USING tables::oid[], system_modules;
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
            FROM %1$I.relationship_type t
        ), all_fk AS MATERIALIZED (
            SELECT f.* FROM relate.find_foreign_keys($2, $3, $4) AS f
            WHERE f.from_table NOT IN (SELECT storage_table FROM known WHERE storage = 'junction')
              AND NOT EXISTS (SELECT FROM known k WHERE k.storage = 'column' AND k.storage_table = f.from_table
                              AND (k.storage_source_columns @> f.columns AND k.storage_source_columns <@ f.columns
                                   OR k.storage_target_columns @> f.columns AND k.storage_target_columns <@ f.columns))
        ), junction AS MATERIALIZED (
            SELECT * FROM relate.find_junctions(ARRAY(SELECT id FROM all_fk WHERE note IS NULL)) AS j
            WHERE j.storage_table NOT IN (SELECT table_name FROM %1$I.module)
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
                   ARRAY(SELECT pair.near FROM unnest(far.key_columns) WITH ORDINALITY AS key (name, place)
                         JOIN unnest(f.columns, f.key_columns) AS pair (near, far) ON pair.far = key.name
                         ORDER BY key.place) AS ordered,
                   named.singular AS far_word,
                   f.columns = f.key_columns OR stem.word IN (far.name, named.word, named.singular) AS is_same,
                   stem.word AS stem,
                   coalesce(f.note,
                       CASE WHEN far.key_columns IS NULL THEN format('table %%s has no usable key', f.to_table)
                            WHEN NOT (f.key_columns @> far.key_columns AND f.key_columns <@ far.key_columns)
                            THEN format('it refers to (%%s), and the key of %%s is (%%s)', array_to_string(f.key_columns, ', '),
                                        f.to_table, array_to_string(far.key_columns, ', ')) END,
                       relate.missing_rights(f.to_table, '{SELECT,REFERENCES,TRIGGER}'))
                       AS note
            FROM all_fk f
            JOIN named ON named.table_name = f.to_table
            LEFT JOIN module far ON far.table_name = f.to_table
            CROSS JOIN LATERAL (SELECT relate.foreign_key_stem(f.columns, f.key_columns) AS word) AS stem
        ), by_column AS (
            SELECT near.name AS near_name, fk.from_table AS source_table, fk.to_table AS target_table,
                   fk.stem, fk.is_same, fk.far_word, near.singular AS source_noun, far.singular AS target_noun,
                   one.is_unique,
                   near.key_columns AS source_columns, fk.ordered AS target_columns, fk.on_delete, fk.words, fk.id,
                   coalesce(fk.note,
                       CASE WHEN near.key_columns IS NULL THEN format('table %%s has no usable key', fk.from_table) END,
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
                                                             WHEN c.is_same THEN 'parent' ELSE c.stem END AS word,
                   c.source_table, c.target_table,
                   CASE WHEN c.is_unique THEN 'one_to_one' ELSE 'many_to_one' END AS cardinality,
                   CASE WHEN c.source_table = c.target_table AND NOT c.is_unique THEN 'target' END AS hierarchy_parent,
                   w.source_role, w.target_role, w.label, w.inverse_label, 'column' AS storage, c.source_table AS storage_table,
                   c.source_columns, c.target_columns, NULL::name AS start_column, NULL::name AS end_column,
                   'remove_link' AS on_source_delete,
                   CASE WHEN c.on_delete IN ('a', 'r') THEN 'restrict' ELSE 'remove_link' END AS on_target_delete,
                   c.words, c.note
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
                   coalesce(s.note, t.note, relate.missing_rights(j.storage_table, '{SELECT}'))
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
                   format('%%s is a junction table: this column is an attribute of its relationships', f.from_table)
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
               label || CASE WHEN is_told_twice THEN format(' (%%s)', replace(word, '_', ' ')) ELSE '' END,
               inverse_label || CASE WHEN is_told_back_twice THEN format(' (%%s)', replace(word, '_', ' ')) ELSE '' END,
               storage, storage_table, source_columns, target_columns, start_column, end_column, on_source_delete,
               on_target_delete, words, note
        FROM numbered
        ORDER BY storage_table::text COLLATE "C", note IS NOT NULL, words COLLATE "C"
        $query$, workspace) USING workspace, schema_name, include, exclude, system_modules;
END;
$body$;
COMMENT ON FUNCTION relate.plan_types(name, text, text[], text[], text[]) IS
'Internal. What becomes of each foreign key of a schema that is not adopted yet.';

CREATE FUNCTION relate.adoption_sentence(plan relate.adoption, source relate.module_entry, target relate.module_entry) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    draft relate.type_draft;
BEGIN
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

CREATE FUNCTION relate.describe_plan(workspace name, plan relate.adoption[], system_modules text[])
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
               relate.adoption_sentence(p, source.m, target.m), NULL
        FROM unnest(plan) AS p
        JOIN module source ON (source.m).table_name = p.source_table
        JOIN module target ON (target.m).table_name = p.target_table
        WHERE p.name IS NOT NULL
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, p.columns, NULL, p.note
        FROM unnest(plan) AS p WHERE p.name IS NULL
        ORDER BY 10 NULLS FIRST, 8;
END;
$$;
COMMENT ON FUNCTION relate.describe_plan(name, relate.adoption[], text[]) IS
'Internal. The rows that adopt_foreign_keys returns for a plan: types first, then what is not adopted and why.';

-- ---- the verbs ---------------------------------------------------------------------------

CREATE FUNCTION relate.preview_adopt_foreign_keys(schema_name text DEFAULT 'public', include text[] DEFAULT NULL,
    exclude text[] DEFAULT NULL, system_modules text[] DEFAULT NULL)
RETURNS TABLE (relationship_type text, source_module text, label text, target_module text, inverse_label text,
               cardinality relate.cardinality, storage text, columns text, sentence text, note text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    workspace CONSTANT name := relate.current_workspace();
BEGIN
    PERFORM relate.check_schema(schema_name);
    RETURN QUERY SELECT d.* FROM relate.describe_plan(workspace,
        ARRAY(SELECT p FROM relate.plan_types(workspace, schema_name, include, exclude, system_modules) AS p), system_modules) AS d;
END;
$$;
COMMENT ON FUNCTION relate.preview_adopt_foreign_keys(text, text[], text[], text[]) IS
'The rows that adopt_foreign_keys with the same arguments would return; changes nothing.';

CREATE FUNCTION relate.adopt_plan(workspace name, plan relate.adoption[], system_modules text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET jit = off
AS $body$
BEGIN
    EXECUTE format($query$
        WITH fresh AS (
            INSERT INTO %1$I.module (name, singular, plural, table_name, key_columns, name_columns, date_column, is_system)
            SELECT name, singular, plural, table_name, key_columns,
                   relate.find_name_columns(table_name, relate.singular_of(relate.identifier_of((
                       SELECT relname FROM pg_class WHERE oid = table_name)))),
                   relate.find_date_column(table_name), is_system
            FROM relate.plan_modules(%1$L, ARRAY(SELECT source_table FROM unnest($1) WHERE name IS NOT NULL
                                                 UNION SELECT target_table FROM unnest($1) WHERE name IS NOT NULL), $2)
            WHERE module_id IS NULL
            ORDER BY name
            RETURNING module_id, is_system
        )
        INSERT INTO %1$I.status (module_id, name, position)
        SELECT module_id, s.name, s.position FROM fresh, (VALUES ('Customer', 1), ('Prospect', 2)) AS s (name, position)
        WHERE NOT is_system
        $query$, workspace) USING plan, system_modules;
    EXECUTE format($query$
        INSERT INTO %1$I.relationship_type (name, source_module_id, target_module_id, source_role, target_role, label,
            inverse_label, cardinality, hierarchy_parent, is_perpetual, has_contact_details, allow_self, on_source_delete,
            on_target_delete, storage, storage_table, storage_source_columns, storage_target_columns, storage_start_column,
            storage_end_column)
        SELECT p.name, s.module_id, t.module_id, p.source_role, p.target_role, p.label, p.inverse_label, p.cardinality,
               p.hierarchy_parent, p.start_column IS NULL AND p.end_column IS NULL, false,
               p.source_table = p.target_table AND p.hierarchy_parent IS NULL, p.on_source_delete, p.on_target_delete,
               p.storage, p.storage_table, p.source_columns, p.target_columns, p.start_column, p.end_column
        FROM unnest($1) AS p
        JOIN %1$I.module s ON s.table_name = p.source_table
        JOIN %1$I.module t ON t.table_name = p.target_table
        WHERE p.name IS NOT NULL
        ORDER BY p.storage_table::text COLLATE "C", p.columns COLLATE "C"
        $query$, workspace) USING plan;
END;
$body$;
COMMENT ON FUNCTION relate.adopt_plan(name, relate.adoption[], text[]) IS
'Internal. Writes the modules and types of a plan into the workspace.';

CREATE FUNCTION relate.adopt_foreign_keys(schema_name text DEFAULT 'public', include text[] DEFAULT NULL,
    exclude text[] DEFAULT NULL, system_modules text[] DEFAULT NULL)
RETURNS TABLE (relationship_type text, source_module text, label text, target_module text, inverse_label text,
               cardinality relate.cardinality, storage text, columns text, sentence text, note text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    plan relate.adoption[];
BEGIN
    PERFORM relate.check_schema(schema_name);
    plan := ARRAY(SELECT p FROM relate.plan_types(workspace, schema_name, include, exclude, system_modules) AS p);
    PERFORM relate.adopt_plan(workspace, plan, system_modules);
    RETURN QUERY SELECT d.* FROM relate.describe_plan(workspace, plan, system_modules) AS d;
END;
$$;
COMMENT ON FUNCTION relate.adopt_foreign_keys(text, text[], text[], text[]) IS
'Makes relationship types of the foreign keys of a schema''s tables, and modules of the tables that have none yet, in the current workspace. No row moves; the tables get the triggers of modules. A foreign key becomes a many_to_one type stored in its columns, one_to_one where a unique index says so, a hierarchy where it refers to its own table; a table whose key is made of two foreign keys becomes a type stored in that junction table, its further columns the attributes. include and exclude are names of tables, * for any letters; system_modules those of users, groups and the like.
One row for each new type; sentence says in English how many belong together. Then one for each foreign key that is not adopted: note says why. What is adopted already is passed over, so it can be run again. Everything can be changed afterwards with relate.alter_module and relate.alter_relationship_type; relate.drop_relationship_type un-adopts, and changes no table.
Errors: 22004, 3F000 no such schema, 42501 not the owner of the workspace''s tables, those of register_module and create_relationship_type.';

-- ---- one by hand --------------------------------------------------------------------------

CREATE FUNCTION relate.adopt_one(workspace name, plan relate.adoption) RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    new_id int;
BEGIN
    PERFORM relate.check_type_is_new(workspace, 0, plan.name);
    PERFORM relate.adopt_plan(workspace, ARRAY[plan], NULL);
    EXECUTE format('SELECT type_id FROM %I.relationship_type WHERE name = $1', workspace) INTO new_id USING plan.name;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.adopt_one(name, relate.adoption) IS 'Internal. Adopts one planned type, and returns its id.';

CREATE FUNCTION relate.side_of_adoption(workspace name, module text, table_name regclass, columns name[],
    OUT entry relate.module_entry, OUT ordered name[], OUT stem text, OUT on_delete text, OUT has_foreign_key boolean)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fk record;
    module_table regclass;
BEGIN
    PERFORM relate.check_columns(table_name, columns, 'foreign key', '{A,B,C,D,E,G,I,N,R,S,T,U,V,X,Z}');
    IF module IS NOT NULL THEN
        EXECUTE format('SELECT table_name FROM %I.module WHERE module_id = $1', workspace) INTO module_table
            USING relate.find_id(workspace, 'module', module);
    END IF;
    SELECT f.* INTO fk
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL relate.find_foreign_keys(n.nspname, ARRAY[c.relname::text], NULL) AS f
    WHERE c.oid = side_of_adoption.table_name AND f.from_table = c.oid AND f.columns @> side_of_adoption.columns
      AND f.columns <@ side_of_adoption.columns AND (module_table IS NULL OR f.to_table = module_table)
    ORDER BY f.id LIMIT 1;
    has_foreign_key := fk.id IS NOT NULL; -- not fk: a field of it may be null
    IF module_table IS NULL AND fk.to_table IS NULL THEN
        RAISE 'columns (%) of table % are no foreign key', array_to_string(columns, ', '), table_name
            USING ERRCODE = 'invalid_foreign_key', HINT = 'Name the module that they refer to: target_module => ''...''.';
    END IF;
    SELECT m.* INTO entry FROM relate.plan_modules(workspace, ARRAY[coalesce(module_table, fk.to_table)], NULL) AS m;
    ordered := columns;
    stem := relate.foreign_key_stem(columns, entry.key_columns[1:cardinality(columns)]);
    on_delete := 'restrict';
    IF has_foreign_key THEN
        ordered := ARRAY(SELECT pair.near FROM unnest(entry.key_columns) WITH ORDINALITY AS key (name, place)
                         JOIN unnest(fk.columns, fk.key_columns) AS pair (near, far) ON pair.far = key.name ORDER BY key.place);
        stem := relate.foreign_key_stem(fk.columns, fk.key_columns);
        on_delete := CASE WHEN fk.on_delete IN ('a', 'r') THEN 'restrict' ELSE 'remove_link' END;
        IF cardinality(ordered) < cardinality(columns) THEN
            RAISE 'the foreign key (%) of table % refers to (%)', array_to_string(columns, ', '), table_name,
                  array_to_string(fk.key_columns, ', ')
                USING ERRCODE = 'invalid_foreign_key',
                      DETAIL = format('The key of %s is (%s).', fk.to_table, array_to_string(entry.key_columns, ', '));
        END IF;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.side_of_adoption(name, text, regclass, name[]) IS
'Internal. What these columns of a table refer to: by the module named, or by the foreign key on them; the columns in the order of that module''s key.';

CREATE FUNCTION relate.add_foreign_key(table_name regclass, columns name[], target relate.module_entry) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES %s (%s)', table_name,
                   (SELECT string_agg(quote_ident(c), ', ' ORDER BY n) FROM unnest(columns) WITH ORDINALITY AS k (c, n)), target.table_name,
                   (SELECT string_agg(quote_ident(c), ', ' ORDER BY n) FROM unnest(target.key_columns) WITH ORDINALITY AS k (c, n)));
END;
$$;
COMMENT ON FUNCTION relate.add_foreign_key(regclass, name[], relate.module_entry) IS
'Internal. Declares a foreign key on columns that lack it.';

CREATE FUNCTION relate.adopt_column(table_name regclass, columns name[], target_module text DEFAULT NULL, name text DEFAULT NULL,
    source_role text DEFAULT NULL, target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL,
    cardinality text DEFAULT NULL, hierarchy_parent text DEFAULT NULL, add_foreign_key boolean DEFAULT false,
    enforce boolean DEFAULT false)
RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    near relate.module_entry;
    far record;
    words record;
    plan relate.adoption;
    is_same boolean;
    new_id int;
BEGIN
    PERFORM relate.not_null('{table_name, columns}', table_name::text, columns::text);
    SELECT m.* INTO near FROM relate.plan_modules(workspace, ARRAY[table_name], NULL) AS m;
    far := relate.side_of_adoption(workspace, target_module, table_name, columns);
    IF near.key_columns IS NULL THEN
        PERFORM relate.check_module_key(table_name, NULL);
    END IF;
    is_same := far.stem = (far.entry).name OR columns = (far.entry).key_columns
               OR far.stem = (SELECT relate.singular_of(relate.identifier_of(relname)) FROM pg_class WHERE oid = (far.entry).table_name);
    words := relate.column_words(far.stem, is_same, table_name = (far.entry).table_name, false, near.singular, (far.entry).singular);
    plan.cardinality := relate.parse_cardinality(cardinality);
    IF enforce AND plan.cardinality = 'one_to_one' AND NOT relate.has_unique_index(table_name, far.ordered) THEN
        EXECUTE format('CREATE UNIQUE INDEX ON %s (%s)', table_name,
                       (SELECT string_agg(quote_ident(c), ', ' ORDER BY n) FROM unnest(far.ordered) WITH ORDINALITY AS k (c, n)));
    END IF;
    IF add_foreign_key AND NOT far.has_foreign_key THEN
        PERFORM relate.add_foreign_key(table_name, far.ordered, far.entry);
    END IF;
    plan.cardinality := coalesce(plan.cardinality, CASE WHEN relate.has_unique_index(table_name, far.ordered)
                                                        THEN 'one_to_one' ELSE 'many_to_one' END::relate.cardinality);
    plan.name := coalesce(name, near.name || '_' || CASE WHEN is_same AND table_name = (far.entry).table_name THEN 'parent' ELSE far.stem END);
    plan.source_table := table_name;
    plan.target_table := (far.entry).table_name;
    plan.hierarchy_parent := coalesce(nullif(hierarchy_parent, 'none'), CASE WHEN hierarchy_parent IS NULL
        AND table_name = (far.entry).table_name AND plan.cardinality = 'many_to_one' THEN 'target' END);
    plan.source_role := coalesce(source_role, words.source_role);
    plan.target_role := coalesce(target_role, words.target_role);
    plan.label := coalesce(label, words.label);
    plan.inverse_label := coalesce(inverse_label, words.inverse_label);
    plan.storage := 'column';
    plan.storage_table := table_name;
    plan.source_columns := near.key_columns;
    plan.target_columns := far.ordered;
    plan.on_source_delete := 'remove_link';
    plan.on_target_delete := far.on_delete;
    new_id := relate.adopt_one(workspace, plan);
    IF enforce AND plan.hierarchy_parent IS NOT NULL THEN
        PERFORM relate.enforce_no_cycle(plan.name);
    END IF;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.adopt_column(regclass, name[], text, text, text, text, text, text, text, text, boolean, boolean) IS
'Makes a relationship type of columns that refer to another module, and returns its id; the table becomes a module where it is none. Without target_module, their foreign key says which it is; without a foreign key, columns come in the order of that module''s key. What is null has the default that adopt_foreign_keys would give; hierarchy_parent: source, target or none. add_foreign_key declares the foreign key where there is none. enforce makes the unique index of a one_to_one type, and refuses cycles in a hierarchy from now on. Errors: 22004, 42703 unknown columns, 42830 neither foreign key nor module, 42704 unknown module, 42804, 22023, 42710 name exists; 23505, 23503 and 23514 rows that break what is to be enforced.';

CREATE FUNCTION relate.adopt_junction(table_name regclass, source_columns name[], target_columns name[],
    source_module text DEFAULT NULL, target_module text DEFAULT NULL, name text DEFAULT NULL, source_role text DEFAULT NULL,
    target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL, start_column name DEFAULT NULL,
    end_column name DEFAULT NULL, add_foreign_keys boolean DEFAULT false)
RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    source record;
    target record;
    plan relate.adoption;
BEGIN
    PERFORM relate.not_null('{table_name, source_columns, target_columns}', table_name::text, source_columns::text, target_columns::text);
    source := relate.side_of_adoption(workspace, source_module, table_name, source_columns);
    target := relate.side_of_adoption(workspace, target_module, table_name, target_columns);
    IF add_foreign_keys AND NOT source.has_foreign_key THEN
        PERFORM relate.add_foreign_key(table_name, source.ordered, source.entry);
    END IF;
    IF add_foreign_keys AND NOT target.has_foreign_key THEN
        PERFORM relate.add_foreign_key(table_name, target.ordered, target.entry);
    END IF;
    plan.name := coalesce(name, (SELECT relate.singular_of(relate.identifier_of(relname)) FROM pg_class WHERE oid = table_name));
    plan.source_table := (source.entry).table_name;
    plan.target_table := (target.entry).table_name;
    plan.cardinality := CASE WHEN relate.has_unique_index(table_name, target.ordered) THEN 'one' ELSE 'many' END || '_to_'
                     || CASE WHEN relate.has_unique_index(table_name, source.ordered) THEN 'one' ELSE 'many' END;
    plan.source_role := coalesce(source_role, CASE WHEN plan.source_table = plan.target_table THEN relate.label_of(source.stem)
                                                   ELSE (source.entry).singular END);
    plan.target_role := coalesce(target_role, CASE WHEN plan.source_table = plan.target_table THEN relate.label_of(target.stem)
                                                   ELSE (target.entry).singular END);
    plan.label := coalesce(label, 'has ' || plan.target_role);
    plan.inverse_label := coalesce(inverse_label, 'has ' || plan.source_role);
    plan.storage := 'junction';
    plan.storage_table := table_name;
    plan.source_columns := source.ordered;
    plan.target_columns := target.ordered;
    plan.start_column := start_column;
    plan.end_column := end_column;
    plan.on_source_delete := source.on_delete;
    plan.on_target_delete := target.on_delete;
    RETURN relate.adopt_one(workspace, plan);
END;
$$;
COMMENT ON FUNCTION relate.adopt_junction(regclass, name[], name[], text, text, text, text, text, text, text, name, name, boolean) IS
'Makes a relationship type of a junction table, and returns its id. Without modules, the foreign keys on the columns say which they are; without foreign keys, columns come in the order of the modules'' keys. start_column and end_column hold the first and last day; columns of neither kind are attributes. Dates can be set later too: UPDATE relationship_type SET storage_start_column = ..., is_perpetual = false. add_foreign_keys declares those that are missing. Errors: 22004, 42703 unknown columns, 42830 neither foreign key nor module, 42704 unknown module, 42804, 22023, 42710 name exists, 23503 rows without their records.';

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

-- ---- the first five minutes ---------------------------------------------------------------------

CREATE FUNCTION relate.some_key(entry relate.module_entry, plan relate.adoption) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_near CONSTANT boolean := plan.source_table = entry.table_name;
    columns CONSTANT name[] := CASE WHEN is_near AND plan.storage = 'junction' THEN plan.source_columns
                                    WHEN is_near THEN NULL ELSE plan.target_columns END;
    list CONSTANT text := (SELECT string_agg(format('x.%I', c), ', ' ORDER BY n) FROM unnest(coalesce(columns, entry.key_columns)) WITH ORDINALITY AS k (c, n));
    key text;
BEGIN
    -- A record that has many: of the first rows only, so that a large table does not matter.
    EXECUTE format('SELECT %s FROM (SELECT %s FROM %s x WHERE %s LIMIT 10000) AS x GROUP BY %s ORDER BY count(*) DESC, %s LIMIT 1',
                   CASE cardinality(entry.key_columns) WHEN 1 THEN format('(%s)::text', list) ELSE format('ROW(%s)::text', list) END,
                   list, plan.storage_table,
                   (SELECT string_agg(format('x.%I IS NOT NULL', c), ' AND ') FROM unnest(coalesce(columns, entry.key_columns)) AS c), list, list) INTO key;
    RETURN btrim(key);
END;
$$;
COMMENT ON FUNCTION relate.some_key(relate.module_entry, relate.adoption) IS
'Internal. The key of a record of the module that has many relationships of the planned type; null if none has any.';

CREATE FUNCTION relate.quickstart(schema_name text DEFAULT 'public', preview boolean DEFAULT false)
RETURNS TABLE (step text, line text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    workspace name;
    plan relate.adoption[];
    modules relate.module_entry[];
    one record;
    new_name CONSTANT text := coalesce(nullif(current_setting('relate.workspace', true), ''), 'crm');
    central relate.module_entry;
    central_key text;
    biggest relate.adoption;
BEGIN
    PERFORM relate.check_schema(schema_name);
    BEGIN
        workspace := relate.current_workspace();
        RETURN QUERY SELECT 'workspace', format('Workspace "%s" is there already.', workspace);
    EXCEPTION
        WHEN undefined_object THEN
            IF preview THEN
                RETURN QUERY SELECT 'workspace', format('A workspace "%s" would be made, a schema that holds what follows.', new_name);
            ELSE
                workspace := relate.create_workspace(new_name);
                RETURN QUERY SELECT 'workspace', format('Workspace "%s" is made: a schema that holds what follows.', workspace);
            END IF;
    END;
    IF workspace IS NULL THEN
        -- The plan is made in a workspace that goes again at once.
        BEGIN
            workspace := relate.create_workspace('relate quickstart');
            plan := ARRAY(SELECT p FROM relate.plan_types(workspace, schema_name, NULL, NULL, NULL) AS p);
            modules := ARRAY(SELECT m FROM relate.plan_modules(workspace, ARRAY(
                SELECT source_table FROM unnest(plan) WHERE name IS NOT NULL
                UNION SELECT target_table FROM unnest(plan) WHERE name IS NOT NULL), NULL) AS m ORDER BY m.name);
            RAISE EXCEPTION USING ERRCODE = 'RLQ01';
        EXCEPTION
            WHEN SQLSTATE 'RLQ01' THEN
                workspace := NULL;
        END;
    ELSE
        plan := ARRAY(SELECT p FROM relate.plan_types(workspace, schema_name, NULL, NULL, NULL) AS p);
        IF NOT preview THEN
            PERFORM relate.adopt_plan(workspace, plan, NULL);
        END IF;
        modules := ARRAY(SELECT m FROM relate.plan_modules(workspace, ARRAY(
            SELECT source_table FROM unnest(plan) WHERE name IS NOT NULL
            UNION SELECT target_table FROM unnest(plan) WHERE name IS NOT NULL), NULL) AS m ORDER BY m.name);
    END IF;
    RETURN QUERY SELECT 'found', format('%s modules: %s.', cardinality(modules), string_agg(m.plural, ', ' ORDER BY m.plural))
                 FROM unnest(modules) AS m HAVING count(*) > 0;
    RETURN QUERY SELECT 'found', relate.adoption_sentence(p, s, t)
                 FROM generate_subscripts(plan, 1) AS n
                 CROSS JOIN LATERAL (SELECT plan[n] AS p) AS x
                 JOIN unnest(modules) AS s ON s.table_name = (x.p).source_table
                 JOIN unnest(modules) AS t ON t.table_name = (x.p).target_table
                 WHERE (x.p).name IS NOT NULL ORDER BY n;
    RETURN QUERY SELECT 'not adopted', format('%s: %s.', p.columns, p.note) FROM unnest(plan) AS p WHERE p.name IS NULL;
    IF plan = '{}' THEN
        RETURN QUERY SELECT 'found', format('Nothing new: the foreign keys of schema "%s" are adopted already, or there are none.', schema_name);
    END IF;
    -- The module that most types meet in, and the largest of those types.
    SELECT m.* INTO central
    FROM unnest(modules) AS m JOIN unnest(plan) AS p ON p.name IS NOT NULL AND m.table_name IN (p.source_table, p.target_table)
    GROUP BY m.module_id, m.name, m.singular, m.plural, m.table_name, m.key_columns, m.name_columns, m.kind, m.kind_column, m.date_column, m.is_system
    ORDER BY count(*) DESC, m.name LIMIT 1;
    SELECT p.* INTO biggest FROM unnest(plan) AS p
    WHERE p.name IS NOT NULL AND central.table_name IN (p.source_table, p.target_table)
    ORDER BY (SELECT c.reltuples FROM pg_class c WHERE c.oid = p.storage_table) DESC, p.name LIMIT 1;
    IF biggest.name IS NULL THEN
        RETURN;
    END IF;
    central_key := relate.some_key(central, biggest);
    IF central_key IS NULL THEN
        RETURN QUERY SELECT 'try', format('SELECT * FROM relate.relationship_types();');
        RETURN;
    END IF;
    RETURN QUERY VALUES
        ('try', format('SELECT role, label, name, key FROM relate.related_records(%L, %L);', central.name, central_key)),
        ('try', format('SELECT jsonb_pretty(relate.record_overview(%L, %L));', central.name, central_key)),
        ('try', format('SELECT * FROM relate.relationship_report(%L) LIMIT 10;', ARRAY[biggest.name]));
END;
$$;
COMMENT ON FUNCTION relate.quickstart(text, boolean) IS
'The first thing to call in a database that exists: makes a workspace where there is none ("crm", or that of the setting relate.workspace), adopts the foreign keys of the schema (relate.adopt_foreign_keys), says in English what it found and what it did not adopt, and ends with three queries to run, with keys from the data. step is workspace, found, not adopted or try. The user''s tables get our triggers and nothing else; preview => true changes nothing at all. Errors: as of create_workspace and adopt_foreign_keys.';
