
-- ---------------------------------------------------------------------------
-- The verbs that register, alter and list modules.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.register_module(table_name regclass, name text DEFAULT NULL, singular text DEFAULT NULL,
                                       plural text DEFAULT NULL, name_columns name[] DEFAULT NULL,
                                       kind text DEFAULT NULL, kind_column name DEFAULT NULL,
                                       key_columns name[] DEFAULT NULL, date_column name DEFAULT NULL,
                                       is_system boolean DEFAULT false)
RETURNS int
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    module_name text;
    label text;
    new_id int;
BEGIN
    PERFORM relate.not_null('{table_name}', table_name::text);
    module_name := coalesce(name, (SELECT left(relate.singular_of(relate.identifier_of(relname)), 63)
                                   FROM pg_class WHERE oid = table_name));
    label := coalesce(singular, relate.label_of(module_name));
    EXECUTE format('INSERT INTO %I.module (name, singular, plural, table_name, key_columns, name_columns, kind, '
                   'kind_column, date_column, is_system) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) '
                   'RETURNING module_id', workspace)
        INTO new_id
        USING module_name, label, coalesce(plural, relate.plural_of(label)), table_name,
              coalesce(key_columns, relate.find_key(table_name)),
              coalesce(name_columns, relate.find_name_columns(table_name, module_name)), kind, kind_column,
              coalesce(date_column, relate.find_date_column(table_name)), coalesce(is_system, false);
    IF is_system IS NOT TRUE THEN
        EXECUTE format('INSERT INTO %I.status (module_id, name, position) '
                       'VALUES ($1, ''Customer'', 1), ($1, ''Prospect'', 2)', workspace) USING new_id;
    END IF;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.register_module(regclass, text, text, text, name[], text, name, name[], name, boolean) IS
'Registers a table as module of the current workspace and returns its id. Null means the default: key = the primary key or the best unique index; name = the table''s, in the singular; labels from the name; name_columns = name, full_name, first_name and last_name, title, ...; date_column = created_at and the like. Gives it the statuses Customer and Prospect (unless is_system) and puts a trigger on the table. Errors: 22004, 42809 not a table that can be a module, 42830 no usable key, 42710 name or table registered already, 42602 bad name, 42703 and 42804 bad columns, 42501 missing rights.';

CREATE FUNCTION relate.check_reset(reset text[], known text[], given jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    word text;
BEGIN
    FOREACH word IN ARRAY reset LOOP
        IF word IS NULL OR word <> ALL (known) THEN
            RAISE '"%" cannot be reset', word
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = format('What can be reset: %s.', array_to_string(known, ', '));
        ELSIF given ? word THEN
            RAISE '"%" is both given and reset', word USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.check_reset(text[], text[], jsonb) IS
'Internal. Refuses (22023) to reset a property that is unknown, or given at the same time.';

CREATE FUNCTION relate.alter_module(name text, new_name text DEFAULT NULL, singular text DEFAULT NULL,
                                    plural text DEFAULT NULL, name_columns name[] DEFAULT NULL,
                                    kind text DEFAULT NULL, kind_column name DEFAULT NULL,
                                    key_columns name[] DEFAULT NULL, date_column name DEFAULT NULL,
                                    is_system boolean DEFAULT NULL, reset text[] DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    entry relate.module_entry;
BEGIN
    PERFORM relate.not_null('{name}', name);
    reset := coalesce(reset, '{}');
    PERFORM relate.check_reset(reset,
        '{singular,plural,name_columns,kind,kind_column,key_columns,date_column,is_system}',
        jsonb_strip_nulls(jsonb_build_object('singular', singular, 'plural', plural,
        'name_columns', name_columns, 'kind', kind, 'kind_column', kind_column, 'key_columns', key_columns,
        'date_column', date_column, 'is_system', is_system)));
    entry := relate.find_module(workspace, relate.find_id(workspace, 'module', name));
    entry.name := coalesce(new_name, entry.name);
    entry.singular := CASE WHEN 'singular' = ANY (reset) THEN relate.label_of(entry.name)
                           ELSE coalesce(singular, entry.singular) END;
    entry.plural := CASE WHEN 'plural' = ANY (reset) THEN relate.plural_of(entry.singular)
                         ELSE coalesce(plural, entry.plural) END;
    entry.name_columns := CASE WHEN 'name_columns' = ANY (reset) THEN relate.find_name_columns(entry.table_name, entry.name)
                               ELSE coalesce(name_columns, entry.name_columns) END;
    entry.kind := CASE WHEN 'kind' <> ALL (reset) THEN coalesce(kind, entry.kind) END;
    entry.kind_column := CASE WHEN 'kind_column' <> ALL (reset) THEN coalesce(kind_column, entry.kind_column) END;
    entry.key_columns := CASE WHEN 'key_columns' = ANY (reset) THEN relate.find_key(entry.table_name)
                              ELSE coalesce(key_columns, entry.key_columns) END;
    entry.date_column := CASE WHEN 'date_column' = ANY (reset) THEN relate.find_date_column(entry.table_name)
                              ELSE coalesce(date_column, entry.date_column) END;
    entry.is_system := CASE WHEN 'is_system' = ANY (reset) THEN false ELSE coalesce(is_system, entry.is_system) END;
    EXECUTE format('UPDATE %I.module SET (name, singular, plural, name_columns, kind, kind_column, key_columns, '
                   'date_column, is_system) = ROW(($1).name, ($1).singular, ($1).plural, ($1).name_columns, ($1).kind, '
                   '($1).kind_column, ($1).key_columns, ($1).date_column, ($1).is_system) '
                   'WHERE module_id = ($1).module_id', workspace) USING entry;
END;
$$;
COMMENT ON FUNCTION relate.alter_module(text, text, text, text, name[], text, name, name[], name, boolean, text[]) IS
'Changes a module of the current workspace. Null leaves a property as it is; the properties named in reset go back to the default that register_module would find. Errors: those of register_module, 42704 no such module, 22023 a bad reset, 55000 a change that its relationships would not survive.';

CREATE FUNCTION relate.unregister_module(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
BEGIN
    PERFORM relate.not_null('{name}', unregister_module.name);
    EXECUTE format('DELETE FROM %I.module WHERE module_id = $1', workspace)
        USING relate.find_id(workspace, 'module', unregister_module.name);
END;
$$;
COMMENT ON FUNCTION relate.unregister_module(text) IS
'Takes a module out of the current workspace, with its statuses and our trigger on its table (unless another workspace needs it). The table and its rows stay. Errors: 42704 no such module, 2BP01 while relationship types or relationships use it.';

CREATE FUNCTION relate.modules()
RETURNS SETOF relate.module_entry
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT module_id, name, singular, plural, table_name, key_columns, name_columns, '
                                'kind, kind_column, date_column, is_system FROM %I.module ORDER BY name',
                                relate.current_workspace());
END;
$$;
COMMENT ON FUNCTION relate.modules() IS 'Lists the modules of the current workspace, by name.';
