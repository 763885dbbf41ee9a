
-- ---------------------------------------------------------------------------
-- Where the relationships of a type are stored.
--
-- link: rows of the workspace's table "relationship". column: foreign key
-- columns in the table of one of the two modules. junction: rows of a table
-- between them. The last two are hard links: the user's own tables, as they are.
--
-- One description serves both: a storage table, its columns with the key of the
-- source and its columns with the key of the target, each in the order of the
-- module's key columns. Of a column, one of the two is the module's own key. Where
-- columns refer to another unique key of a module than its key, storage_..._reference
-- names that; readers join the module's table, writers look the values up in it.
-- ---------------------------------------------------------------------------

CREATE TYPE relate.type_storage AS (
    storage text,
    storage_table regclass,
    storage_source_columns name[],
    storage_target_columns name[],
    storage_start_column name,
    storage_end_column name,
    storage_source_reference name[],
    storage_target_reference name[]
);
COMMENT ON TYPE relate.type_storage IS
'Internal. The storage of a relationship type of any workspace: columns of its row in "relationship_type".';

CREATE FUNCTION relate.base_type(table_name regclass, column_name name) RETURNS oid
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_base_type';
COMMENT ON FUNCTION relate.base_type(regclass, name) IS 'Internal. The type of a column, that of its domain''s base where it is of one.';

CREATE FUNCTION relate.comparable_sql(value text, table_name regclass, column_name name) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN coalesce((SELECT format('CAST(%s AS %s)', value, format_type(base.oid, -1))
                 FROM pg_attribute a JOIN pg_type base ON base.oid = relate.base_type(table_name, column_name)
                 WHERE a.attrelid = table_name AND a.attname = column_name AND base.typtype = 'e' AND a.atttypid <> base.oid), value);
COMMENT ON FUNCTION relate.comparable_sql(text, regclass, name) IS
'Internal. SQL for a value of a column, as operators want it: those of enumerations do not take a domain over one.';

CREATE FUNCTION relate.has_unique_index(table_name regclass, columns name[]) RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_has_unique_index';
COMMENT ON FUNCTION relate.has_unique_index(regclass, name[]) IS
'Internal. Whether a unique index makes these columns, or some of them, unique in the whole table.';

CREATE FUNCTION relate.has_index(table_name regclass, columns name[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM pg_index i
        CROSS JOIN LATERAL (
            SELECT array_agg(a.attname) AS leading
            FROM unnest((i.indkey::int2[])[0:cardinality(columns) - 1]) AS k (attnum)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) AS index
        WHERE i.indrelid = table_name AND i.indisvalid AND i.indisready AND i.indpred IS NULL
          AND cardinality(columns) <= i.indnkeyatts AND index.leading @> columns);
END;
$$;
COMMENT ON FUNCTION relate.has_index(regclass, name[]) IS
'Internal. Whether an index of the whole table begins with these columns, in any order.';

CREATE FUNCTION relate.column_list(columns name[], row_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT string_agg(format('%s.%I', row_name, c), ', ' ORDER BY n) FROM unnest(columns) WITH ORDINALITY AS k (c, n));
COMMENT ON FUNCTION relate.column_list(name[], text) IS 'Internal. Columns of a row, for SQL.';

CREATE FUNCTION relate.name_list(names name[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT string_agg(quote_ident(c), ', ' ORDER BY n) FROM unnest(names) WITH ORDINALITY AS k (c, n));
COMMENT ON FUNCTION relate.name_list(name[]) IS 'Internal. Names as a list in SQL.';

CREATE FUNCTION relate.column_of_role(role text, column_name text, module_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT CASE WHEN starts_with(word, role || '_') THEN word
                -- product.product_number becomes parent_number
                WHEN starts_with(word, module_name || '_') THEN role || substr(word, length(module_name) + 1)
                ELSE role || '_' || word END
    FROM (SELECT relate.identifier_of(column_name) AS word) AS w);
COMMENT ON FUNCTION relate.column_of_role(text, text, text) IS
'Internal. What to call a column that holds part of the key of a record in a role: customer_id for CustomerID of customer, parent_number for product_number of product.';

CREATE FUNCTION relate.is_source_table(store relate.type_storage, source relate.module_entry) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN store.storage_table = source.table_name AND store.storage_source_columns = source.key_columns;
COMMENT ON FUNCTION relate.is_source_table(relate.type_storage, relate.module_entry) IS
'Internal. Of a type stored in a column: whether it is in the source''s table; else it is in the target''s.';

CREATE FUNCTION relate.storage_places(store relate.type_storage) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN CASE store.storage
    WHEN 'link' THEN 'rows of the table "relationship"'
    WHEN 'junction' THEN format('rows of %s', store.storage_table)
    ELSE format('columns of %s', store.storage_table) END;
COMMENT ON FUNCTION relate.storage_places(relate.type_storage) IS 'Internal. Where a type is stored, in words.';

CREATE FUNCTION relate.source_key(store relate.type_storage, source relate.module_entry) RETURNS name[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(store.storage_source_reference, source.key_columns);
COMMENT ON FUNCTION relate.source_key(relate.type_storage, relate.module_entry) IS
'Internal. The columns of the source module''s table that those of the storage refer to: its key, or another unique key.';

CREATE FUNCTION relate.target_key(store relate.type_storage, target relate.module_entry) RETURNS name[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(store.storage_target_reference, target.key_columns);
COMMENT ON FUNCTION relate.target_key(relate.type_storage, relate.module_entry) IS
'Internal. The columns of the target module''s table that those of the storage refer to: its key, or another unique key.';

-- ---- what makes a storage right ---------------------------------------------------

CREATE FUNCTION relate.check_storage_side(side text, store relate.type_storage, columns name[],
                                          module relate.module_entry) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    pair record;
BEGIN
    -- Mostly the columns are of the key's own types, and what these can be was asked with the module.
    IF cardinality(columns) = 1 AND cardinality(module.key_columns) = 1 THEN
        IF (SELECT c.atttypid FROM pg_attribute c WHERE c.attrelid = store.storage_table AND c.attname = columns[1] AND c.attnum > 0 AND NOT c.attisdropped)
           = (SELECT k.atttypid FROM pg_attribute k WHERE k.attrelid = module.table_name AND k.attname = module.key_columns[1]) THEN
            RETURN;
        END IF;
    ELSIF cardinality(columns) = cardinality(module.key_columns)
       AND (SELECT count(DISTINCT c.attnum) FROM unnest(columns, module.key_columns) AS given (name, key_name)
            JOIN pg_attribute c ON c.attrelid = store.storage_table AND c.attname = given.name AND c.attnum > 0 AND NOT c.attisdropped
            JOIN pg_attribute k ON k.attrelid = module.table_name AND k.attname = given.key_name AND k.atttypid = c.atttypid)
           = cardinality(columns) THEN
        RETURN;
    END IF;
    -- The two sides may share columns: that of a tenant, or a key that is a foreign key.
    PERFORM relate.check_columns(store.storage_table, columns, 'storage', '{A,B,C,D,E,G,I,N,R,S,T,U,V,X,Z}');
    IF cardinality(columns) IS DISTINCT FROM cardinality(module.key_columns) THEN
        RAISE 'the key of module "%" has % column%, and % given', module.name, cardinality(module.key_columns),
              CASE WHEN cardinality(module.key_columns) > 1 THEN 's' ELSE '' END,
              CASE coalesce(cardinality(columns), 0) WHEN 0 THEN 'none is' WHEN 1 THEN 'one is'
                   ELSE cardinality(columns) || ' are' END
            USING ERRCODE = 'invalid_parameter_value', COLUMN = format('storage_%s_columns', side),
                  DETAIL = format('The key is (%s).', array_to_string(module.key_columns, ', ')),
                  HINT = 'Name a column for each, in that order.';
    END IF;
    FOR pair IN
        SELECT c.attname AS name, format_type(c.atttypid, NULL) AS type, k.attname AS key_name,
               format_type(k.atttypid, NULL) AS key_type, c.atttypid = k.atttypid
               OR EXISTS (SELECT FROM pg_operator o WHERE o.oprname = '=' AND o.oprnamespace = 'pg_catalog'::regnamespace
                          AND o.oprleft = c.atttypid AND o.oprright = k.atttypid)
               OR ct.typcategory = 'S' AND kt.typcategory = 'S' AS fits
        FROM unnest(columns, module.key_columns) AS given (name, key_name)
        JOIN pg_attribute c ON c.attrelid = store.storage_table AND c.attname = given.name
        JOIN pg_attribute k ON k.attrelid = module.table_name AND k.attname = given.key_name
        JOIN pg_type ct ON ct.oid = c.atttypid
        JOIN pg_type kt ON kt.oid = k.atttypid
    LOOP
        IF NOT pair.fits THEN
            RAISE 'column "%" of table % cannot hold the key of module "%"', pair.name, store.storage_table, module.name
                USING ERRCODE = 'datatype_mismatch', COLUMN = pair.name,
                      DETAIL = format('Its type is %s, and that of the key column "%s" is %s.', pair.type, pair.key_name,
                                      pair.key_type);
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.check_storage_side(text, relate.type_storage, name[], relate.module_entry) IS
'Internal. Refuses columns that cannot hold the key of the module: unknown ones (42703), named twice (42701), another number (22023), other types (42804).';

CREATE FUNCTION relate.keeps_one(store relate.type_storage, columns name[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN relate.has_unique_index(store.storage_table, columns)
        OR store.storage = 'junction' AND EXISTS (SELECT FROM relate.rules_on(store.storage_table) AS r
            WHERE r.rule = 'no_overlap' AND r.arguments = ARRAY[columns::text, relate.date_columns(store)::text]);
END;
$$;
COMMENT ON FUNCTION relate.keeps_one(relate.type_storage, name[]) IS
'Internal. Whether a table keeps these columns unique: by an index, or on any one day by our trigger.';

CREATE FUNCTION relate.check_storage_cardinality(draft relate.type_draft, store relate.type_storage,
                                                 source relate.module_entry) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    one_target CONSTANT boolean := draft.cardinality IN ('one_to_one', 'many_to_one');
    one_source CONSTANT boolean := draft.cardinality IN ('one_to_one', 'one_to_many');
    -- A row holds one target for each source, or is that of one source by its index.
    has_one_target CONSTANT boolean := relate.is_source_table(store, source)
                                       OR relate.keeps_one(store, store.storage_source_columns);
    has_one_source CONSTANT boolean := relate.keeps_one(store, store.storage_target_columns);
    columns name[];
BEGIN
    IF has_one_target AND NOT one_target OR has_one_source AND NOT one_source THEN
        RAISE 'relationship type "%" cannot be %', draft.name, draft.cardinality
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'cardinality',
                  DETAIL = format('%s has a unique index on (%s).', store.storage_table,
                      array_to_string(CASE WHEN has_one_target AND NOT one_target THEN store.storage_source_columns
                                           ELSE store.storage_target_columns END, ', ')),
                  HINT = format('It is %s_to_%s.', CASE WHEN has_one_source THEN 'one' ELSE 'many' END,
                                CASE WHEN has_one_target THEN 'one' ELSE 'many' END);
    ELSIF one_target AND NOT has_one_target OR one_source AND NOT has_one_source THEN
        columns := CASE WHEN one_target AND NOT has_one_target THEN store.storage_source_columns
                        ELSE store.storage_target_columns END;
        RAISE 'relationship type "%" cannot be %', draft.name, draft.cardinality
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'cardinality',
                  DETAIL = format('No unique index of %s keeps (%s) unique.', store.storage_table,
                                  array_to_string(columns, ', ')),
                  HINT = format('Make one, or pass enforce => true: CREATE UNIQUE INDEX ON %s (%s).', store.storage_table,
                                (SELECT string_agg(quote_ident(c), ', ' ORDER BY n)
                                 FROM unnest(columns) WITH ORDINALITY AS k (c, n)));
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_storage_cardinality(relate.type_draft, relate.type_storage, relate.module_entry) IS
'Internal. Refuses (22023) a cardinality other than what the unique indexes of the storage table say.';

CREATE FUNCTION relate.check_storage_properties(draft relate.type_draft, store relate.type_storage) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    property text := CASE
        WHEN draft.is_symmetric THEN 'symmetry'
        WHEN draft.source_kind IS NOT NULL OR draft.target_kind IS NOT NULL OR draft.on_kind_change <> 'restrict' THEN 'kinds'
        WHEN draft.max_targets_per_source IS NOT NULL AND draft.cardinality IN ('one_to_many', 'many_to_many')
             OR draft.max_sources_per_target IS NOT NULL AND draft.cardinality IN ('many_to_one', 'many_to_many') THEN 'limits'
        WHEN draft.has_contact_details THEN 'contact details'
        WHEN store.storage_start_column IS NULL AND store.storage_end_column IS NULL AND NOT draft.is_perpetual
            THEN 'dates' END;
BEGIN
    IF property IS NOT NULL THEN
        RAISE 'relationship type "%" cannot have %', draft.name, property
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Its relationships are %s.', relate.storage_places(store)),
                  HINT = CASE property
                      WHEN 'dates' THEN 'It is perpetual, unless columns of a junction table are its dates.'
                      WHEN 'limits' THEN 'One or many is said by its cardinality, which follows unique indexes. Other limits are for types stored as links.'
                      ELSE 'That is for types stored as links.' END;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_storage_properties(relate.type_draft, relate.type_storage) IS
'Internal. Refuses (22023) properties that a column or junction table cannot have.';

CREATE FUNCTION relate.referred_module(module relate.module_entry, reference name[]) RETURNS relate.module_entry
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF reference IS NULL THEN
        RETURN module;
    END IF;
    PERFORM relate.check_columns(module.table_name, reference, 'reference', '{A,B,C,D,E,G,I,N,R,S,T,U,V,X,Z}');
    IF NOT relate.has_unique_index(module.table_name, reference) THEN
        RAISE '(%) is no unique key of table %', relate.name_list(reference), module.table_name
            USING ERRCODE = 'invalid_foreign_key',
                  HINT = format('Make one: ALTER TABLE %s ADD UNIQUE (%s).', module.table_name, relate.name_list(reference));
    END IF;
    module.key_columns := reference;
    RETURN module;
END;
$$;
COMMENT ON FUNCTION relate.referred_module(relate.module_entry, name[]) IS
'Internal. The module as if its key were these columns, to which a storage refers; itself for null. Errors: 42703, 42701, 42804, 42830 no unique index.';

CREATE FUNCTION relate.check_storage(workspace name, draft relate.type_draft, store relate.type_storage,
                                     source relate.module_entry, target relate.module_entry) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    dates CONSTANT name[] := array_remove(ARRAY[store.storage_start_column, store.storage_end_column], NULL);
BEGIN
    IF store.storage = 'link' THEN
        IF num_nonnulls(store.storage_table, store.storage_source_columns, store.storage_target_columns, store.storage_source_reference,
                        store.storage_target_reference) > 0 OR dates <> '{}' THEN
            RAISE 'relationship type "%" has a storage table, and storage link', draft.name
                USING ERRCODE = 'invalid_parameter_value', COLUMN = 'storage', HINT = 'The storage is column or junction.';
        END IF;
        RETURN;
    END IF;
    IF source.module_id IS NULL OR target.module_id IS NULL THEN
        RAISE 'relationship type "%" needs both modules', draft.name
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'storage',
                  DETAIL = format('Its storage is %s.', store.storage);
    END IF;
    IF store.storage_table IS NULL THEN
        RAISE 'relationship type "%" needs a storage table', draft.name
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'storage_table',
                  HINT = 'Adopt a table with relate.adopt_column or relate.adopt_junction.';
    END IF;
    -- A module's own key has been verified with the module.
    IF store.storage_table <> ALL (ARRAY[source.table_name, target.table_name]) THEN
        PERFORM relate.check_module_table(store.storage_table);
    END IF;
    IF dates <> '{}' THEN
        PERFORM relate.check_columns(store.storage_table, dates, 'date', '{D}');
    END IF;
    IF (store.storage_table, store.storage_source_columns, store.storage_source_reference) IS DISTINCT FROM (source.table_name, source.key_columns, NULL) THEN
        PERFORM relate.check_storage_side('source', store, store.storage_source_columns, relate.referred_module(source, store.storage_source_reference));
    END IF;
    IF (store.storage_table, store.storage_target_columns, store.storage_target_reference) IS DISTINCT FROM (target.table_name, target.key_columns, NULL) THEN
        PERFORM relate.check_storage_side('target', store, store.storage_target_columns, relate.referred_module(target, store.storage_target_reference));
    END IF;
    IF store.storage = 'column' AND (dates <> '{}' OR NOT coalesce(
           store.storage_table = source.table_name AND store.storage_source_columns = source.key_columns AND store.storage_source_reference IS NULL
           OR store.storage_table = target.table_name AND store.storage_target_columns = target.key_columns AND store.storage_target_reference IS NULL,
           false)) THEN
        RAISE 'relationship type "%" is not stored in a column', draft.name
            USING ERRCODE = 'invalid_parameter_value', COLUMN = 'storage',
                  DETAIL = CASE dates WHEN '{}' THEN
                      'Columns of one module''s table hold the key of the other; those of its own side are its key columns.'
                      ELSE 'A column has no dates.' END,
                  HINT = 'The storage of a table between two modules is junction.';
    END IF;
    PERFORM relate.check_storage_properties(draft, store);
    PERFORM relate.check_storage_cardinality(draft, store, source);
END;
$$;
COMMENT ON FUNCTION relate.check_storage(name, relate.type_draft, relate.type_storage, relate.module_entry, relate.module_entry) IS
'Internal. Everything that must be true of the storage of a relationship type. Errors: 22023, 42703, 42701, 42804, 42809.';

CREATE FUNCTION relate.check_storage_policies(was relate.type_draft, becomes relate.type_draft, store relate.type_storage) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF store.storage <> 'link'
       AND (was.on_source_delete, was.on_target_delete) IS DISTINCT FROM (becomes.on_source_delete, becomes.on_target_delete) THEN
        RAISE 'what a deletion does with relationships of type "%" is said by foreign keys', becomes.name
            USING ERRCODE = 'invalid_parameter_value',
                  COLUMN = CASE WHEN was.on_source_delete <> becomes.on_source_delete THEN 'on_source_delete' ELSE 'on_target_delete' END,
                  DETAIL = format('Its relationships are %s.', relate.storage_places(store)),
                  HINT = format('Give the foreign key of %s another ON DELETE, and adopt it anew.', store.storage_table);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_storage_policies(relate.type_draft, relate.type_draft, relate.type_storage) IS
'Internal. Refuses (22023) other deletion policies for a type whose relationships are in the users'' own tables.';

CREATE FUNCTION relate.is_other_reference(workspace name, module_id int, was name[], becomes name[]) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_table CONSTANT regclass := (relate.find_module(workspace, module_id)).table_name;
BEGIN
    -- What only follows the names of columns is the same.
    RETURN was IS DISTINCT FROM becomes
       AND (cardinality(was) IS DISTINCT FROM cardinality(becomes)
            OR EXISTS (SELECT FROM unnest(was, becomes) AS renamed (old, new)
                       WHERE old <> new AND (relate.has_column(of_table, old) OR NOT relate.has_column(of_table, new))));
END;
$$;
COMMENT ON FUNCTION relate.is_other_reference(name, int, name[], name[]) IS
'Internal. Whether a storage refers to other columns of the module''s table than before, renamed ones apart.';

CREATE FUNCTION relate.check_storage_change(workspace name, draft relate.type_draft, was relate.type_storage,
                                            becomes relate.type_storage) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF relate.is_other_reference(workspace, draft.source_module_id, was.storage_source_reference, becomes.storage_source_reference)
       OR relate.is_other_reference(workspace, draft.target_module_id, was.storage_target_reference, becomes.storage_target_reference)
       OR (was.storage, was.storage_table, was.storage_source_columns, was.storage_target_columns) IS DISTINCT FROM
       (becomes.storage, becomes.storage_table, becomes.storage_source_columns, becomes.storage_target_columns)
       -- A table that was dropped may come back as another.
       AND NOT ((was.storage, was.storage_source_columns, was.storage_target_columns)
                    = (becomes.storage, becomes.storage_source_columns, becomes.storage_target_columns)
                AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = was.storage_table)) THEN
        RAISE 'the storage of relationship type "%" cannot change', draft.name
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace, TABLE = 'relationship_type',
                  COLUMN = 'storage', HINT = 'Drop the type, and declare or adopt it anew.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_storage_change(name, relate.type_draft, relate.type_storage, relate.type_storage) IS
'Internal. Refuses (55000) another storage for a type; the date columns of a junction may change, and a table that is gone.';
