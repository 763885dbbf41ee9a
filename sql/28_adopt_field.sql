
-- ---------------------------------------------------------------------------
-- Relationship fields: a relationship type together with the column or junction
-- table that stores it, made and dropped in one go.
--
-- What is made is an ordinary column with a foreign key and an index, or an ordinary
-- table with keys; it is then adopted like any other. Its comment says that it
-- was made here: only such are dropped with their type. All with the rights of the
-- caller, who must own the tables.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.field_mark() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN 'Made by relate.add_relationship_field.';
COMMENT ON FUNCTION relate.field_mark() IS 'Internal. What the comments of columns and tables say that were made for a relationship type.';

CREATE FUNCTION relate.field_columns(field text, target relate.module_entry) RETURNS name[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN ARRAY(SELECT relate.column_of_role(field, c, target.name)::name FROM unnest(target.key_columns) WITH ORDINALITY AS k (c, n) ORDER BY n);
COMMENT ON FUNCTION relate.field_columns(text, relate.module_entry) IS
'Internal. Names for columns that hold the key of a module: customer_id for the field customer.';

CREATE FUNCTION relate.column_definitions(columns name[], target relate.module_entry, is_not_null boolean) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN ARRAY(
    SELECT format('%I %s%s%s', k.name, format_type(a.atttypid, a.atttypmod),
                  CASE WHEN a.attcollation <> t.typcollation THEN format(' COLLATE %I.%I', n.nspname, l.collname) ELSE '' END,
                  CASE WHEN is_not_null THEN ' NOT NULL' ELSE '' END)
    FROM ROWS FROM (unnest(columns), unnest(target.key_columns)) WITH ORDINALITY AS k (name, key_column, place)
    JOIN pg_attribute a ON a.attrelid = target.table_name AND a.attname = k.key_column
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    LEFT JOIN pg_namespace n ON n.oid = l.collnamespace
    ORDER BY k.place);
COMMENT ON FUNCTION relate.column_definitions(name[], relate.module_entry, boolean) IS
'Internal. Definitions of columns that hold the key of a module.';

CREATE FUNCTION relate.foreign_key_sql(columns name[], target relate.module_entry, action text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format('FOREIGN KEY (%s) REFERENCES %s (%s)%s', relate.name_list(columns), target.table_name, relate.name_list(target.key_columns), action);
COMMENT ON FUNCTION relate.foreign_key_sql(name[], relate.module_entry, text) IS 'Internal. The constraint that columns refer to a module.';

CREATE FUNCTION relate.add_field_columns(holder relate.module_entry, target relate.module_entry, field text, is_unique boolean,
                                         remove_link boolean) RETURNS name[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    columns CONSTANT name[] := relate.field_columns(field, target);
    definition text;
    in_the_way name;
BEGIN
    SELECT c INTO in_the_way FROM unnest(columns) AS c WHERE relate.has_column(holder.table_name, c);
    IF in_the_way IS NOT NULL THEN
        RAISE 'column "%" of table % exists already', in_the_way, holder.table_name
            USING ERRCODE = 'duplicate_column', COLUMN = in_the_way,
                  HINT = format('Make a relationship type of it: SELECT relate.adopt_column(%L, %L, %L); Or name the field otherwise: field => ''...''.',
                                holder.table_name, columns, target.name);
    END IF;
    FOREACH definition IN ARRAY relate.column_definitions(columns, target, false) LOOP
        EXECUTE format('ALTER TABLE %s ADD COLUMN %s', holder.table_name, definition);
    END LOOP;
    EXECUTE format('ALTER TABLE %s ADD %s', holder.table_name,
                   relate.foreign_key_sql(columns, target, CASE WHEN remove_link THEN ' ON DELETE SET NULL' ELSE '' END));
    EXECUTE format('CREATE %s ON %s (%s)', CASE WHEN is_unique THEN 'UNIQUE INDEX' ELSE 'INDEX' END, holder.table_name, relate.name_list(columns));
    RETURN columns;
END;
$$;
COMMENT ON FUNCTION relate.add_field_columns(relate.module_entry, relate.module_entry, text, boolean, boolean) IS
'Internal. Gives a module''s table columns for the key of another module, with foreign key and index. Errors: 42701, 42501.';

CREATE FUNCTION relate.add_field_table(source relate.module_entry, target relate.module_entry, field text, remove_link boolean,
                                       OUT junction regclass, OUT source_columns name[], OUT target_columns name[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    schema_name CONSTANT name := (SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                                  WHERE c.oid = source.table_name);
    table_name CONSTANT name := left(source.name || '_' || field, 63);
    action CONSTANT text := CASE WHEN remove_link THEN ' ON DELETE CASCADE' ELSE '' END;
BEGIN
    source_columns := relate.field_columns(source.name, source);
    target_columns := relate.field_columns(field, target);
    IF source_columns && target_columns THEN
        target_columns := relate.field_columns('other_' || field, target);
    END IF;
    IF to_regclass(format('%I.%I', schema_name, table_name)) IS NOT NULL THEN
        RAISE 'table %.% exists already', quote_ident(schema_name), quote_ident(table_name)
            USING ERRCODE = 'duplicate_table', SCHEMA = schema_name, TABLE = table_name,
                  HINT = 'Make a relationship type of it with relate.adopt_junction, or name the field otherwise: field => ''...''.';
    END IF;
    EXECUTE format('CREATE TABLE %I.%I (%s, PRIMARY KEY (%s), %s, %s)', schema_name, table_name,
        array_to_string(relate.column_definitions(source_columns, source, true) || relate.column_definitions(target_columns, target, true), ', '),
        relate.name_list(source_columns || target_columns), relate.foreign_key_sql(source_columns, source, action),
        relate.foreign_key_sql(target_columns, target, action));
    junction := format('%I.%I', schema_name, table_name);
    EXECUTE format('CREATE INDEX ON %s (%s)', junction, relate.name_list(target_columns));
END;
$$;
COMMENT ON FUNCTION relate.add_field_table(relate.module_entry, relate.module_entry, text, boolean) IS
'Internal. Makes a junction table between two modules, with its keys, in the schema of the first. Errors: 42P07, 42501.';

CREATE FUNCTION relate.field_type(workspace name, type_id int, OUT name text, OUT label text, OUT store relate.type_storage,
                                  OUT source_name text, OUT target_name text, OUT held_columns name[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    source_key name[];
BEGIN
    EXECUTE format('SELECT t.name, t.label, s.singular, d.singular, s.key_columns FROM %1$I.relationship_type t '
                   'LEFT JOIN %1$I.module s ON s.module_id = t.source_module_id '
                   'LEFT JOIN %1$I.module d ON d.module_id = t.target_module_id WHERE t.type_id = $1', workspace)
        INTO name, label, source_name, target_name, source_key USING type_id;
    EXECUTE format('SELECT (jsonb_populate_record(NULL::relate.type_storage, to_jsonb(t))).* FROM %I.relationship_type t WHERE t.type_id = $1', workspace)
        INTO store USING type_id;
    held_columns := CASE WHEN (store).storage_source_columns = source_key THEN (store).storage_target_columns ELSE (store).storage_source_columns END;
END;
$$;
COMMENT ON FUNCTION relate.field_type(name, int) IS
'Internal. A type, and of one stored in columns those that hold the key of the other module.';

CREATE FUNCTION relate.comment_on_field(workspace name, type_id int) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    field record := relate.field_type(workspace, type_id);
    words CONSTANT text := format('%s %s%s: relationship type "%s". %s', field.source_name, field.label,
        CASE WHEN right(field.label, length(field.target_name)) = field.target_name THEN ''
             WHEN field.label ~ ' (of|to|by|for|with|from|in|at|on)$' THEN ' ' || field.target_name
             ELSE format(' (%s)', field.target_name) END,
        field.name, relate.field_mark());
    held name;
BEGIN
    IF (field.store).storage = 'junction' THEN
        EXECUTE format('COMMENT ON TABLE %s IS %L', (field.store).storage_table, words);
        RETURN;
    END IF;
    FOREACH held IN ARRAY field.held_columns LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', (field.store).storage_table, held, words);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.comment_on_field(name, int) IS 'Internal. Says on the column or table what it is for, and that it was made here.';

CREATE FUNCTION relate.add_relationship_field(module text, target_module text, cardinality text DEFAULT 'many_to_one',
    field text DEFAULT NULL, name text DEFAULT NULL, source_role text DEFAULT NULL, target_role text DEFAULT NULL, label text DEFAULT NULL,
    inverse_label text DEFAULT NULL, on_delete text DEFAULT 'restrict')
RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    source relate.module_entry;
    target relate.module_entry;
    many relate.cardinality;
    word text;
    words record;
    type_name text;
    is_self boolean;
    made record;
    held name[];
    new_id int;
BEGIN
    PERFORM relate.not_null('{module, target_module, cardinality, on_delete}', module, target_module, cardinality, on_delete);
    IF on_delete NOT IN ('restrict', 'remove_link') THEN
        RAISE 'on_delete cannot be "%"', on_delete
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is restrict or remove_link.';
    END IF;
    IF field !~ '[[:alnum:]]' THEN
        RAISE 'a field cannot be named "%"', field USING ERRCODE = 'invalid_parameter_value', HINT = 'Name it like a column: field => ''owner''.';
    END IF;
    source := relate.find_module(workspace, relate.find_id(workspace, 'module', module));
    target := relate.find_module(workspace, relate.find_id(workspace, 'module', target_module));
    many := relate.parse_cardinality(cardinality);
    is_self := source.module_id = target.module_id;
    -- The column of a one_to_many field is in the table of the many, and named after the one.
    word := relate.identifier_of(coalesce(field, CASE WHEN is_self AND many = 'many_to_many' THEN 'other_' || target.name WHEN is_self THEN 'parent'
                                                      WHEN many = 'one_to_many' THEN source.name ELSE target.name END));
    type_name := coalesce(name, CASE many WHEN 'one_to_many' THEN target.name ELSE source.name END || '_' || word);
    -- What cannot be is refused in its words.
    PERFORM relate.preview_relationship_type(type_name, module, target_module, cardinality, source_role => source_role,
        target_role => target_role, label => label, inverse_label => inverse_label, is_perpetual => true,
        on_source_delete => on_delete, on_target_delete => on_delete, has_contact_details => false);
    CASE many
    WHEN 'many_to_many' THEN
        made := relate.add_field_table(source, target, word, on_delete = 'remove_link');
        new_id := relate.adopt_junction(made.junction, made.source_columns, made.target_columns, module, target_module, type_name,
            source_role, coalesce(target_role, CASE WHEN field IS NOT NULL THEN relate.label_of(relate.singular_of(word)) END), label, inverse_label);
    WHEN 'one_to_many' THEN
        held := relate.add_field_columns(target, source, word, false, on_delete = 'remove_link');
        words := relate.column_words(word, word = source.name, is_self, false, target.singular, source.singular);
        new_id := relate.adopt_column(target.table_name, held, module, type_name, coalesce(target_role, words.source_role),
            coalesce(source_role, words.target_role), coalesce(inverse_label, words.label), coalesce(label, words.inverse_label),
            'many_to_one', enforce => true);
    ELSE
        held := relate.add_field_columns(source, target, word, many = 'one_to_one', on_delete = 'remove_link');
        words := relate.column_words(word, word = target.name, is_self, many = 'one_to_one', source.singular, target.singular);
        new_id := relate.adopt_column(source.table_name, held, target_module, type_name, coalesce(source_role, words.source_role),
            coalesce(target_role, words.target_role), coalesce(label, words.label), coalesce(inverse_label, words.inverse_label),
            many::text, enforce => true);
    END CASE;
    PERFORM relate.comment_on_field(workspace, new_id);
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.add_relationship_field(text, text, text, text, text, text, text, text, text, text) IS
'Adds a relationship field: a relationship type with what stores it, and returns the type''s id. many_to_one (the default) gives the module''s table a column for the key of the target, with foreign key and index; one_to_one the same with a unique index; one_to_many gives the column to the target''s table (the type then reads from there: many_to_one); many_to_many makes a junction table with its keys. field names the column or table, and the role: billing_address gives billing_address_id; by default the module that it refers to. name is that of the type (order_billing_address), roles and labels have the defaults of relate.adopt_column. A field of a module with itself is a hierarchy without cycles, unless one_to_one or many_to_many. on_delete: restrict, or remove_link (the field becomes null, the row of the junction goes). No relationship has dates. For the owner of the tables; what cannot be is refused as by relate.preview_relationship_type, and nothing is changed.
Errors: 22004, 22023, 42704 unknown module, 42710 the type exists, 42701 the column exists, 42P07 the table exists, 23514 a form that a system module does not take, 42501.';

CREATE FUNCTION relate.drop_relationship_field(name text, behavior text DEFAULT 'restrict') RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    field record;
    store relate.type_storage;
    is_ours boolean;
    used bigint;
    held name;
BEGIN
    PERFORM relate.not_null('{name, behavior}', drop_relationship_field.name, behavior);
    IF behavior NOT IN ('restrict', 'cascade') THEN
        RAISE 'unknown behavior "%"', behavior
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is restrict or cascade.';
    END IF;
    field := relate.field_type(workspace, relate.find_id(workspace, 'relationship_type', drop_relationship_field.name));
    store := field.store;
    is_ours := CASE store.storage
        WHEN 'junction' THEN strpos(obj_description(store.storage_table, 'pg_class'), relate.field_mark()) > 0
        WHEN 'column' THEN (SELECT bool_and(coalesce(strpos(col_description(a.attrelid, a.attnum), relate.field_mark()), 0) > 0)
                            FROM pg_attribute a WHERE a.attrelid = store.storage_table AND a.attname = ANY (field.held_columns)) END;
    IF is_ours IS NOT TRUE THEN
        RAISE 'relationship type "%" is no relationship field', drop_relationship_field.name
            USING ERRCODE = 'wrong_object_type', SCHEMA = workspace, TABLE = 'relationship_type',
                  DETAIL = format('Its relationships are %s, which relate.add_relationship_field did not make.',
                                  relate.storage_places(store)),
                  HINT = format('Drop the type alone: SELECT relate.drop_relationship_type(%L);', drop_relationship_field.name);
    END IF;
    IF behavior = 'restrict' THEN
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', store.storage_table);
        EXECUTE format('SELECT count(*) FROM %s AS x WHERE num_nulls(%s) = 0', store.storage_table,
                       relate.column_list(CASE store.storage WHEN 'column' THEN field.held_columns ELSE store.storage_source_columns END, 'x')) INTO used;
        IF used > 0 THEN
            RAISE 'relationship type "%" still has % relationship%', drop_relationship_field.name, used, CASE WHEN used > 1 THEN 's' ELSE '' END
                USING ERRCODE = 'dependent_objects_still_exist', SCHEMA = workspace, TABLE = 'relationship_type',
                      DETAIL = format('They are %s.', relate.storage_places(store)),
                      HINT = format('Drop it with them: SELECT relate.drop_relationship_field(%L, ''cascade'');', drop_relationship_field.name);
        END IF;
    END IF;
    PERFORM relate.drop_relationship_type(drop_relationship_field.name);
    IF store.storage = 'junction' THEN
        EXECUTE format('DROP TABLE %s', store.storage_table);
        RETURN;
    END IF;
    FOREACH held IN ARRAY field.held_columns LOOP
        EXECUTE format('ALTER TABLE %s DROP COLUMN %I', store.storage_table, held);
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.drop_relationship_field(text, text) IS
'Drops a relationship type together with the column or junction table that relate.add_relationship_field made for it, which its comment tells. behavior: restrict (default) refuses while there are relationships, cascade drops them too. Errors: 22004, 22023, 42704 no such type, 42809 stored elsewhere (drop the type alone), 2BP01 relationships are left or something depends on the column, 42501.';
