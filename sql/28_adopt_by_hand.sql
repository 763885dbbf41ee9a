
-- ---------------------------------------------------------------------------
-- One column or junction table adopted by hand, also without a declared foreign key.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.check_is_not_adopted(workspace name, plan relate.adoption) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    type_name text;
BEGIN
    EXECUTE format('SELECT name FROM %I.relationship_type WHERE storage = $1 AND storage_table = $2 '
                   'AND ((storage_source_columns, storage_target_columns) = ($3, $4) OR (storage_source_columns, storage_target_columns) = ($4, $3))',
                   workspace) INTO type_name USING plan.storage, plan.storage_table, plan.source_columns, plan.target_columns;
    IF type_name IS NOT NULL THEN
        RAISE '% of table % is adopted already', CASE plan.storage WHEN 'column' THEN format('(%s)', relate.name_list(plan.target_columns))
                                                 ELSE format('(%s)', relate.name_list(plan.source_columns || plan.target_columns)) END, plan.storage_table
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'relationship_type',
                  DETAIL = format('It is relationship type "%s".', type_name),
                  HINT = format('Change that: SELECT relate.alter_relationship_type(%1$L, ...); or drop it first, which changes no table: '
                                'SELECT relate.drop_relationship_type(%1$L);', type_name);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_is_not_adopted(name, relate.adoption) IS
'Internal. Refuses (42710) columns or a junction table that are a relationship type already: each relationship would be told twice.';

CREATE FUNCTION relate.adopt_one(workspace name, plan relate.adoption) RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    new_id int;
BEGIN
    PERFORM relate.check_type_is_new(workspace, 0, plan.name);
    PERFORM relate.check_is_not_adopted(workspace, plan);
    PERFORM relate.adopt_plan(workspace, ARRAY[plan], NULL);
    EXECUTE format('SELECT type_id FROM %I.relationship_type WHERE name = $1', workspace) INTO new_id USING plan.name;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.adopt_one(name, relate.adoption) IS 'Internal. Adopts one planned type, and returns its id.';

CREATE FUNCTION relate.side_of_adoption(workspace name, module text, table_name regclass, columns name[],
    OUT entry relate.module_entry, OUT ordered name[], OUT stem text, OUT on_delete text, OUT has_foreign_key boolean,
    OUT reference name[])
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
        IF NOT (fk.key_columns @> entry.key_columns AND fk.key_columns <@ entry.key_columns) THEN
            ordered := fk.columns;
            reference := fk.key_columns;
        END IF;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.side_of_adoption(name, text, regclass, name[]) IS
'Internal. What these columns of a table refer to: by the module named, or by the foreign key on them; the columns in the order of that module''s key, or with the other unique key that they refer to.';

CREATE FUNCTION relate.planned_storage(plan relate.adoption) RETURNS relate.type_storage
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN ROW(plan.storage, plan.storage_table, plan.source_columns, plan.target_columns, plan.start_column, plan.end_column,
           plan.source_reference, plan.target_reference)::relate.type_storage;
COMMENT ON FUNCTION relate.planned_storage(relate.adoption) IS 'Internal. Where a planned type is stored.';

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
BEGIN
    PERFORM relate.not_null('{table_name, columns}', table_name::text, columns::text);
    SELECT m.* INTO near FROM relate.plan_modules(workspace, ARRAY[table_name], NULL) AS m;
    far := relate.side_of_adoption(workspace, target_module, table_name, columns);
    IF near.key_columns IS NULL THEN
        PERFORM relate.check_module_table(table_name);
        PERFORM relate.check_module_key(table_name, NULL);
    END IF;
    is_same := far.stem = (far.entry).name OR columns = (far.entry).key_columns
               OR far.stem = (SELECT relate.singular_of(relate.identifier_of(relname)) FROM pg_class WHERE oid = (far.entry).table_name);
    words := relate.column_words(far.stem, is_same, table_name = (far.entry).table_name, false, near.singular, (far.entry).singular);
    plan.cardinality := relate.parse_cardinality(cardinality);
    IF enforce AND plan.cardinality = 'one_to_one' THEN
        PERFORM relate.put_unique_index(table_name, far.ordered);
    END IF;
    IF add_foreign_key AND NOT far.has_foreign_key THEN
        PERFORM relate.add_foreign_key(table_name, far.ordered, far.entry);
    END IF;
    plan.cardinality := coalesce(plan.cardinality, CASE WHEN relate.has_unique_index(table_name, far.ordered)
                                                        THEN 'one_to_one' ELSE 'many_to_one' END::relate.cardinality);
    plan.name := coalesce(name, near.name || '_' || CASE WHEN table_name = (far.entry).table_name AND (is_same OR far.stem = 'parent_' || (far.entry).name)
                                                               THEN 'parent' ELSE far.stem END);
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
    plan.target_reference := far.reference;
    plan.on_source_delete := 'remove_link';
    plan.on_target_delete := far.on_delete;
    IF enforce THEN
        PERFORM relate.put_rules(relate.planned_storage(plan), plan.cardinality, plan.hierarchy_parent);
    END IF;
    RETURN relate.adopt_one(workspace, plan);
END;
$$;
COMMENT ON FUNCTION relate.adopt_column(regclass, name[], text, text, text, text, text, text, text, text, boolean, boolean) IS
'Makes a relationship type of columns that refer to another module, and returns its id; the table becomes a module where it is none. Without target_module, their foreign key says which it is; without a foreign key, columns come in the order of that module''s key. What is null has the default that adopt_foreign_keys would give; hierarchy_parent: source, target or none. add_foreign_key declares the foreign key where there is none. enforce makes the unique index of a one_to_one type, and refuses cycles in a hierarchy from now on. Errors: 22004, 42703 unknown columns, 42830 neither foreign key nor module, 42704 unknown module, 42804, 22023, 42710 name exists; 23505, 23503 and 23514 rows that break what is to be enforced.';

CREATE FUNCTION relate.adopt_junction(table_name regclass, source_columns name[], target_columns name[],
    source_module text DEFAULT NULL, target_module text DEFAULT NULL, name text DEFAULT NULL, source_role text DEFAULT NULL,
    target_role text DEFAULT NULL, label text DEFAULT NULL, inverse_label text DEFAULT NULL, start_column name DEFAULT NULL,
    end_column name DEFAULT NULL, add_foreign_keys boolean DEFAULT false, cardinality text DEFAULT NULL,
    hierarchy_parent text DEFAULT NULL, enforce boolean DEFAULT false)
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
    plan.hierarchy_parent := nullif(hierarchy_parent, 'none');
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
    plan.source_reference := source.reference;
    plan.target_reference := target.reference;
    plan.start_column := start_column;
    plan.end_column := end_column;
    plan.on_source_delete := source.on_delete;
    plan.on_target_delete := target.on_delete;
    plan.cardinality := relate.parse_cardinality(cardinality);
    IF enforce THEN
        PERFORM relate.put_rules(relate.planned_storage(plan), plan.cardinality, plan.hierarchy_parent);
    END IF;
    plan.cardinality := coalesce(plan.cardinality::text, CASE WHEN relate.has_unique_index(table_name, target.ordered) THEN 'one' ELSE 'many' END
        || '_to_' || CASE WHEN relate.has_unique_index(table_name, source.ordered) THEN 'one' ELSE 'many' END)::relate.cardinality;
    RETURN relate.adopt_one(workspace, plan);
END;
$$;
COMMENT ON FUNCTION relate.adopt_junction(regclass, name[], name[], text, text, text, text, text, text, text, name, name, boolean, text, text, boolean) IS
'Makes a relationship type of a junction table, and returns its id. Without modules, the foreign keys on the columns say which they are; without foreign keys, columns come in the order of the modules'' keys. start_column and end_column hold the first and last day; columns of neither kind are attributes. Dates can be set later too: UPDATE relationship_type SET storage_start_column = ..., is_perpetual = false. add_foreign_keys declares those that are missing. The cardinality is what the unique indexes say; hierarchy_parent: source or target, of a table between records of one module. enforce has the table hold to it from now on (relate.enforce_rules): no two rows between the same records, nor more than the cardinality says, nor cycles; on one day, where there are dates. Errors: 22004, 42703 unknown columns, 42830 neither foreign key nor module, 42704 unknown module, 42804, 22023, 42710 name exists, 23503 rows without their records; 23505 and 23514 rows that break what is to be enforced.';
