
-- ---------------------------------------------------------------------------
-- What makes a module right, for whoever writes the table "module".
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.check_module_words(name text, singular text, plural text, kind text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF name ~ '[\x01-\x2f\x3a-\x5e\x60\x7b-\x7f]' OR name ~ '^[0-9]' OR octet_length(name) NOT BETWEEN 1 AND 63 THEN
        RAISE '"%" cannot be the name of a module', name
            USING ERRCODE = 'invalid_name', COLUMN = 'name',
                  DETAIL = 'It is an identifier: lower-case letters, digits and underscores, not beginning with a digit, at most 63 bytes.',
                  HINT = format('Write %L.', left(relate.identifier_of(name), 40));
    END IF;
    IF btrim(singular) = '' OR btrim(plural) = '' OR btrim(kind) = '' THEN
        RAISE 'the labels and the kind of module "%" must not be blank', name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_module_words(text, text, text, text) IS
'Internal. Refuses names that are no identifiers (42602) and blank labels (22023).';

CREATE FUNCTION relate.check_module_table(table_name regclass) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
    reason text;
    hint text := 'Register a table that holds the records themselves.';
BEGIN
    SELECT c.relname, c.relkind, c.relpersistence, c.relispartition, n.nspname,
           (SELECT i.inhparent::regclass FROM pg_inherits i WHERE i.inhrelid = c.oid AND c.relispartition) AS parent
    INTO found
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = table_name;
    reason := CASE
        WHEN found IS NULL THEN 'does not exist'
        WHEN found.nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'relate') THEN 'belongs to the system'
        WHEN found.relkind IN ('v', 'm') THEN 'is a view'
        WHEN found.relkind = 'f' THEN 'is a foreign table'
        WHEN found.relkind NOT IN ('r', 'p') THEN 'is not a table'
        WHEN found.relpersistence = 't' THEN 'is temporary'
        WHEN found.relispartition THEN 'is a partition'
        WHEN found.relname IN ('workspace', 'module', 'relationship_type', 'relationship', 'status', 'record_status')
             AND EXISTS (SELECT FROM relate.find_workspaces() AS w WHERE w.name = found.nspname)
            THEN 'is a table of a workspace'
    END;
    IF reason IS NULL THEN
        RETURN;
    END IF;
    IF found.relispartition THEN
        hint := format('Register the partitioned table: SELECT relate.register_module(%L).', found.parent);
    END IF;
    RAISE '% cannot be a module', table_name
        USING ERRCODE = 'wrong_object_type', SCHEMA = coalesce(found.nspname, ''), TABLE = coalesce(found.relname, ''),
              DETAIL = format('%s %s.', table_name, reason), HINT = hint;
END;
$$;
COMMENT ON FUNCTION relate.check_module_table(regclass) IS
'Internal. Refuses (42809) all but lasting ordinary and partitioned tables of users.';

CREATE FUNCTION relate.check_columns(table_name regclass, columns name[], purpose text, categories "char"[])
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted name;
    found record;
BEGIN
    -- Mostly all is well, which one look tells.
    IF cardinality(columns) = (SELECT count(*) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                               WHERE a.attrelid = table_name AND a.attname = ANY (columns) AND a.attnum > 0 AND NOT a.attisdropped
                                 AND (t.typcategory = ANY (categories) OR t.typname = 'uuid') AND t.typname NOT IN ('time', 'timetz')) THEN
        RETURN;
    END IF;
    IF array_position(columns, NULL) IS NOT NULL THEN
        RAISE 'the % columns of table % must not be null', purpose, table_name USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF (SELECT count(*) > count(DISTINCT c) FROM unnest(columns) AS c) THEN
        RAISE 'the % columns of table % name a column twice', purpose, table_name USING ERRCODE = 'duplicate_column';
    END IF;
    FOREACH wanted IN ARRAY coalesce(columns, '{}') LOOP
        SELECT t.typcategory, t.typname, format_type(a.atttypid, a.atttypmod) AS type_name INTO found
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = table_name AND a.attname = wanted AND a.attnum > 0 AND NOT a.attisdropped;
        IF found IS NULL THEN
            RAISE 'column "%" of table % does not exist', wanted, table_name
                USING ERRCODE = 'undefined_column', COLUMN = wanted,
                      DETAIL = format('It was given as %s column.', purpose);
        END IF;
        IF found.typcategory <> ALL (categories) AND found.typname <> 'uuid' OR found.typname IN ('time', 'timetz') THEN
            RAISE 'column "%" of table % cannot be a % column', wanted, table_name, purpose
                USING ERRCODE = 'datatype_mismatch', COLUMN = wanted,
                      DETAIL = format('Its type is %s.', found.type_name);
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.check_columns(regclass, name[], text, "char"[]) IS
'Internal. Refuses columns that do not exist (42703), are named twice (42701), or are of no type of these categories (42804).';

CREATE FUNCTION relate.check_module_key(table_name regclass, key_columns name[]) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given text := (SELECT string_agg(quote_ident(c), ', ' ORDER BY n)
                   FROM unnest(key_columns) WITH ORDINALITY AS k (c, n));
BEGIN
    IF EXISTS (SELECT FROM relate.find_keys(table_name) AS k
               WHERE k @> key_columns AND k <@ key_columns) THEN
        RETURN;
    END IF;
    RAISE '%', CASE WHEN given IS NULL THEN format('table %s has no usable key', table_name)
                    ELSE format('(%s) is no usable key of table %s', given, table_name) END
        USING ERRCODE = 'invalid_foreign_key',
              DETAIL = 'A key is a unique btree index, valid and not deferrable, without WHERE and expressions, on columns that are all NOT NULL.',
              HINT = format('Make one: ALTER TABLE %s ADD PRIMARY KEY (%s).', table_name, coalesce(given, '...'));
END;
$$;
COMMENT ON FUNCTION relate.check_module_key(regclass, name[]) IS
'Internal. Refuses (42830) columns that are not exactly those of an index that can identify records.';

CREATE FUNCTION relate.is_module_taken(workspace name, module_id int, name text, table_name regclass) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_is_module_taken';
COMMENT ON FUNCTION relate.is_module_taken(name, int, text, regclass) IS
'Internal. Whether another module of the workspace has this name or table.';

CREATE FUNCTION relate.check_module_is_new(workspace name, module_id int, name text, table_name regclass) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    other text;
BEGIN
    IF NOT relate.is_module_taken(workspace, module_id, name, table_name) THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT name FROM %I.module WHERE table_name = $1 AND module_id <> $2', workspace)
        INTO other USING table_name, module_id;
    IF other IS NOT NULL THEN
        RAISE 'table % is registered already', table_name
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'module',
                  DETAIL = format('It is module "%s".', other),
                  HINT = format('Change it with relate.alter_module(%L, ...).', other);
    END IF;
    EXECUTE format('SELECT table_name::text FROM %I.module WHERE name = $1 AND module_id <> $2', workspace)
        INTO other USING name, module_id;
    IF other IS NOT NULL THEN
        RAISE 'module "%" exists already', name
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'module',
                  DETAIL = format('It is table %s.', other),
                  HINT = 'Choose another name.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_module_is_new(name, int, text, regclass) IS
'Internal. Refuses (42710) a name or table that another module of the workspace has.';

CREATE FUNCTION relate.check_module_rights(entry relate.module_entry, role name) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shown name[] := entry.name_columns || CASE WHEN entry.kind_column IS NOT NULL THEN ARRAY[entry.kind_column] END;
    missing text;
BEGIN
    IF has_table_privilege(role, entry.table_name, 'REFERENCES') AND has_table_privilege(role, entry.table_name, 'SELECT') THEN
        RETURN; -- on all columns
    END IF;
    SELECT string_agg(right_on || ' (' || columns || ')', ', ' ORDER BY right_on) INTO missing
    FROM (SELECT right_on, string_agg(quote_ident(c), ', ' ORDER BY n) AS columns
          FROM (SELECT 'REFERENCES' AS right_on, c, n FROM unnest(entry.key_columns) WITH ORDINALITY AS k (c, n)
                UNION ALL
                SELECT 'SELECT', c, n FROM unnest(shown) WITH ORDINALITY AS k (c, n)) AS needed
          WHERE NOT has_column_privilege(role, entry.table_name, c, right_on)
          GROUP BY right_on) AS lacking;
    IF missing IS NULL THEN
        RETURN;
    END IF;
    RAISE 'role "%" lacks rights on table %', role, entry.table_name
        USING ERRCODE = 'insufficient_privilege',
              DETAIL = 'The owner of the workspace and whoever registers a table must hold REFERENCES on its key columns and SELECT on its name and kind columns.',
              HINT = format('Grant them: GRANT %s ON %s TO %I.', missing, entry.table_name, role);
END;
$$;
COMMENT ON FUNCTION relate.check_module_rights(relate.module_entry, name) IS
'Internal. Refuses (42501) a module on whose table this role could not itself reference and read records.';

CREATE FUNCTION relate.count_relationships_of_module(module_table regclass, module_id int, at_most bigint) RETURNS bigint
LANGUAGE c AS 'MODULE_PATHNAME', 'relate_count_relationships_of_module';
COMMENT ON FUNCTION relate.count_relationships_of_module(regclass, int, bigint) IS
'Internal. How many relationships have a record of the module on a side or as address at this moment (counting no further than at_most), whatever the isolation level and the caller''s policies. For who may change the modules of the workspace, by its table "module": 42501 otherwise, 42809 another table.';

CREATE FUNCTION relate.remove_statuses_of_module(module_table regclass, module_id int) RETURNS void
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'relate_remove_statuses_of_module';
COMMENT ON FUNCTION relate.remove_statuses_of_module(regclass, int) IS
'Internal. Takes the statuses of all records of a module away, whatever the caller''s policies. For who may delete modules of the workspace, by its table "module": 42501 otherwise, 42809 another table.';

-- Triggers that the workspace's owner puts on relationships can run in the name of those
-- who delete records. He must be trusted with that, which is what TRIGGER on the table means.
CREATE FUNCTION relate.check_trigger_right(table_name regclass, role name) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF has_table_privilege(role, table_name, 'TRIGGER') THEN
        RETURN;
    END IF;
    RAISE 'role "%" may not create a trigger on table %', role, table_name
        USING ERRCODE = 'insufficient_privilege',
              DETAIL = 'Relationships of a deleted record are guarded by a trigger on the table of its module.',
              HINT = format('Its owner can grant it: GRANT TRIGGER ON %s TO %I.', table_name, role);
END;
$$;
COMMENT ON FUNCTION relate.check_trigger_right(regclass, name) IS
'Internal. Refuses (42501) a table on which this role may not put triggers.';

CREATE FUNCTION relate.has_column(table_name regclass, column_name name) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = has_column.table_name AND a.attname = column_name
                                                AND a.attnum > 0 AND NOT a.attisdropped)
$$;
COMMENT ON FUNCTION relate.has_column(regclass, name) IS 'Internal. Whether the table is there and has a column of that name.';

CREATE FUNCTION relate.follows_renames(was relate.module_entry, becomes relate.module_entry) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT was IS DISTINCT FROM becomes
       AND (was.module_id, was.name, was.singular, was.plural, was.table_name, was.kind, was.is_system)
           IS NOT DISTINCT FROM (becomes.module_id, becomes.name, becomes.singular, becomes.plural, becomes.table_name,
                                 becomes.kind, becomes.is_system)
       AND NOT EXISTS (
           SELECT FROM (SELECT * FROM unnest(was.key_columns, becomes.key_columns)
                        UNION ALL SELECT * FROM unnest(was.name_columns, becomes.name_columns)
                        UNION ALL VALUES (was.kind_column, becomes.kind_column), (was.date_column, becomes.date_column))
                AS renamed (old, new)
           WHERE old IS DISTINCT FROM new
             AND (old IS NULL OR new IS NULL OR relate.has_column(was.table_name, old)
                  OR NOT relate.has_column(was.table_name, new)))
$$;
COMMENT ON FUNCTION relate.follows_renames(relate.module_entry, relate.module_entry) IS
'Internal. Whether a module changes only so that it names columns which the table has, in place of some that it has no more.';

CREATE FUNCTION relate.check_module_change(workspace name, was relate.module_entry, becomes relate.module_entry)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_used boolean := false;
BEGIN
    -- What is gone in any case may be replaced.
    IF NOT EXISTS (SELECT FROM pg_class WHERE oid = was.table_name) THEN
        was.table_name := becomes.table_name;
    END IF;
    IF NOT relate.has_column(was.table_name, was.kind_column) THEN
        was.kind_column := becomes.kind_column;
    END IF;
    IF (was.table_name, was.key_columns, was.kind, was.kind_column) IS DISTINCT FROM
       (becomes.table_name, becomes.key_columns, becomes.kind, becomes.kind_column) THEN
        is_used := relate.count_relationships_of_module(format('%I.module', workspace), was.module_id, 1) > 0;
    END IF;
    IF is_used OR was.module_id <> becomes.module_id THEN
        RAISE '% of module "%" cannot change', CASE WHEN is_used THEN 'table, key and kind' ELSE 'the id' END, was.name
            USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = workspace, TABLE = 'module',
                  DETAIL = CASE WHEN is_used THEN 'It has relationships.' ELSE 'Relationships and types refer to it.' END;
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_module_change(name, relate.module_entry, relate.module_entry) IS
'Internal. Refuses (55000) changes of a module that has relationships which these would not survive.';

CREATE FUNCTION relate.check_module_columns(entry relate.module_entry) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.check_columns(entry.table_name, entry.key_columns, 'key', '{A,B,C,D,E,G,I,N,R,S,T,U,V,X,Z}');
    PERFORM relate.check_columns(entry.table_name, entry.name_columns, 'name', '{S,N,D,E,B,I,T,V}');
    IF entry.kind_column IS NOT NULL THEN
        PERFORM relate.check_columns(entry.table_name, ARRAY[entry.kind_column], 'kind', '{S,E}');
    END IF;
    IF entry.date_column IS NOT NULL THEN
        PERFORM relate.check_columns(entry.table_name, ARRAY[entry.date_column], 'date', '{D}');
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_module_columns(relate.module_entry) IS
'Internal. Refuses a module whose columns do not exist, are named twice, or are of types that do not serve.';

CREATE FUNCTION relate.check_module(workspace name, entry relate.module_entry) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM relate.check_module_words(entry.name, entry.singular, entry.plural, entry.kind);
    PERFORM relate.check_module_table(entry.table_name);
    PERFORM relate.check_module_is_new(workspace, entry.module_id, entry.name, entry.table_name);
    PERFORM relate.check_module_columns(entry);
    PERFORM relate.check_module_key(entry.table_name, entry.key_columns);
    IF entry.kind IS NOT NULL AND entry.kind_column IS NOT NULL THEN
        RAISE 'module "%" has both a kind and a kind column', entry.name
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'kind is the kind of every record; kind_column holds the kind of each.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.check_module(name, relate.module_entry) IS
'Internal. Everything that must be true of a module row, rights apart.';

CREATE FUNCTION relate.module_check() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := TG_TABLE_SCHEMA;
    owner CONSTANT name := (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID);
    was relate.module_entry;
    becomes relate.module_entry;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := relate.with_fields(was, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        PERFORM relate.release_module(workspace, was);
        RETURN OLD;
    END IF;
    becomes := relate.with_fields(becomes, NEW);
    IF TG_OP = 'UPDATE' THEN
        IF relate.follows_renames(was, becomes) THEN
            RETURN NEW;
        END IF;
        PERFORM relate.check_module_change(workspace, was, becomes);
    END IF;
    PERFORM relate.check_module(workspace, becomes);
    PERFORM relate.check_module_rights(becomes, owner);
    -- An administrator must not reach through the owner what is not open to himself.
    IF (was.table_name, was.key_columns, was.name_columns, was.kind_column) IS DISTINCT FROM
       (becomes.table_name, becomes.key_columns, becomes.name_columns, becomes.kind_column) AND owner <> current_user THEN
        PERFORM relate.check_module_rights(becomes, current_user);
    END IF;
    IF was.table_name IS DISTINCT FROM becomes.table_name THEN
        PERFORM relate.check_trigger_right(becomes.table_name, owner);
        PERFORM relate.check_trigger_right(becomes.table_name, current_user);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        PERFORM relate.check_types_of_module(workspace, becomes);
    END IF;
    PERFORM relate.protect_table(becomes.table_name);
    IF was.table_name <> becomes.table_name THEN
        PERFORM relate.unprotect_table(was.table_name, workspace);
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION relate.module_check() IS
'Trigger of the table "module": verifies a row for any writer, and puts our trigger on the module''s table (takes it off when the module goes). Errors: 42602, 22023, 42809, 42710, 42703, 42701, 42804, 42830, 42501, 55000, 2BP01.';

CREATE FUNCTION relate.release_module(workspace name, entry relate.module_entry) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    module_table CONSTANT regclass := format('%I.module', workspace);
    types text;
    used bigint;
BEGIN
    EXECUTE format('SELECT string_agg(quote_ident(name), '', '' ORDER BY name) FROM %I.relationship_type '
                   'WHERE $1 IN (source_module_id, target_module_id)', workspace) INTO types USING entry.module_id;
    IF types IS NOT NULL THEN
        RAISE 'module "%" is used by relationship types', entry.name
            USING ERRCODE = 'dependent_objects_still_exist', SCHEMA = workspace, TABLE = 'relationship_type',
                  DETAIL = format('They are: %s.', types),
                  HINT = 'Drop them first with relate.drop_relationship_type.';
    END IF;
    EXECUTE format('LOCK TABLE %I.relationship IN SHARE MODE', workspace); -- who relates its records now, comes first
    used := relate.count_relationships_of_module(module_table, entry.module_id, NULL);
    IF used > 0 THEN
        RAISE 'module "%" still has % relationship%', entry.name, used, CASE WHEN used > 1 THEN 's' ELSE '' END
            USING ERRCODE = 'dependent_objects_still_exist', SCHEMA = workspace, TABLE = 'relationship',
                  HINT = format('Delete them first: DELETE FROM %I.relationship '
                                'WHERE %s IN (source_module_id, target_module_id, address_module_id).', workspace,
                                entry.module_id);
    END IF;
    PERFORM relate.remove_statuses_of_module(module_table, entry.module_id);
    PERFORM relate.unprotect_table(entry.table_name, workspace);
END;
$$;
COMMENT ON FUNCTION relate.release_module(name, relate.module_entry) IS
'Internal. Refuses (2BP01) while types or relationships use the module; otherwise removes what hangs on it: statuses of its records, our trigger on its table.';
