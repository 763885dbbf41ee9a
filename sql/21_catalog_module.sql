
-- ---------------------------------------------------------------------------
-- Modules: tables whose records can be related.
--
-- What makes a module row right is said once, by the trigger relate.module_check
-- on the workspace's table "module": plain DML obeys it as the functions do.
-- relate.register_module only finds the defaults.
-- ---------------------------------------------------------------------------

-- A row of a workspace's table "module", passed between the functions here.
CREATE TYPE relate.module_entry AS (
    module_id int,
    name text,
    singular text,
    plural text,
    table_name regclass,
    key_columns name[],
    name_columns name[],
    kind text,
    kind_column name,
    date_column name,
    is_system boolean
);
COMMENT ON TYPE relate.module_entry IS 'Internal. A row of the table "module" of any workspace.';

CREATE FUNCTION relate.find_module(workspace name, module_id int) RETURNS relate.module_entry
LANGUAGE c STABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_find_module';
COMMENT ON FUNCTION relate.find_module(name, int) IS 'Internal. A module of a workspace; nulls for null.';

-- ---- English ------------------------------------------------------------------

-- Each function is a list of rules for the end of the last word: the first that
-- fits is applied. Case-insensitive; what is not replaced keeps its case.

CREATE FUNCTION relate.singular_of(word text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT regexp_replace(word, ending, replacement, 'i')
        FROM (VALUES
            (1, '(^|[ _])(equipment|information|feedback|staff|media|data|news|series|species|sheep|fish|gas|lens|bias|alias|atlas|canvas|means|headquarters)$', '\&'),
            (2, '(^|[ _])(p)eople$', '\1\2erson'),
            (3, '(c)hildren$', '\1hild'),
            (4, '(^|[ _]|wo|sales|chair|crafts|trades|police|fire|business|spokes|fore)(m)en$', '\1\2an'),
            (5, '(^|[ _])(m|l)ice$', '\1\2ouse'),
            (6, '(ind|vert)ices$', '\1ex'),
            (7, '(matr|append)ices$', '\1ix'),
            (8, '(criteri|phenomen)a$', '\1on'),
            (9, '(quiz)zes$', '\1'),
            (10, '(shel|hal|wol|el|loa|thie)ves$', '\1f'),
            (11, '(^|[ _])(kni|wi|li)ves$', '\1\2fe'),
            (12, '(analy|cri|diagno|hypothe|synop|parenthe)ses$', '\1sis'),
            (13, '(^|[ _])(a)xes$', '\1\2xis'),
            (14, '(mov|cook|rook|calor|hood)ies$', '\1ie'),
            (15, '(^|[ _])([dlpt])ies$', '\1\2ie'),
            (16, '([^aeiou]|qu)ies$', '\1y'),
            (17, '(stat|camp|vir|bon|cens|foc|surpl|(^|[ _]|mini|omni)b)uses$', '\1us'),
            (18, '(alias|atlas|canvas|bias|gas|lens)es$', '\1'),
            (19, '(^|[ _])(ca|ni)ches$', '\1\2che'),
            (20, '(ss|sh|ch|x|zz)es$', '\1'),
            (21, '(her|potat|tomat|ech|vet|embarg|carg)oes$', '\1o'),
            (22, '(ss|us|is)$', '\&'),
            (23, 's$', ''),
            (24, '$', '')
        ) AS rule (position, ending, replacement)
        WHERE word ~* ending
        ORDER BY position
        LIMIT 1);
END;
$$;
COMMENT ON FUNCTION relate.singular_of(text) IS
'Internal. English singular of the last word: contacts, loyalty_companies, People become contact, loyalty_company, Person.';

CREATE FUNCTION relate.plural_of(word text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT regexp_replace(word, ending, replacement, 'i')
        FROM (VALUES
            (1, '(^|[ _])(equipment|information|feedback|staff|media|data|news|series|species|sheep|fish|means|headquarters)$', '\&'),
            (2, '(^|[ _])(p)erson$', '\1\2eople'),
            (3, '(c)hild$', '\1hildren'),
            (4, '(^|[ _]|wo|sales|chair|crafts|trades|police|fire|business|spokes|fore)(m)an$', '\1\2en'),
            (5, '(^|[ _])(m|l)ouse$', '\1\2ice'),
            (6, '(vert)ex$', '\1ices'),
            (7, '(matr|append)ix$', '\1ices'),
            (8, '(criteri|phenomen)on$', '\1a'),
            (9, '(quiz)$', '\1zes'),
            (10, '(shel|hal|wol|el|loa|thie)f$', '\1ves'),
            (11, '(^|[ _])(kni|wi|li)fe$', '\1\2ves'),
            (12, '(analy|cri|diagno|hypothe|synop|parenthe)sis$', '\1ses'),
            (13, '(^|[ _])(a)xis$', '\1\2xes'),
            (14, '([^aeiou]|qu)y$', '\1ies'),
            (15, '(s|sh|ch|x|z)$', '\1es'),
            (16, '(her|potat|tomat|ech|vet|embarg|carg)o$', '\1oes'),
            (17, '$', 's')
        ) AS rule (position, ending, replacement)
        WHERE word ~* ending
        ORDER BY position
        LIMIT 1);
END;
$$;
COMMENT ON FUNCTION relate.plural_of(text) IS
'Internal. English plural of the last word: Contact, Loyalty Company, Person become Contacts, Loyalty Companies, People.';

CREATE FUNCTION relate.identifier_of(words text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN plain = '' THEN 'module' WHEN plain ~ '^[0-9]' THEN '_' || plain ELSE plain END
    FROM (SELECT btrim(regexp_replace(lower(regexp_replace(words, '([a-z0-9])([A-Z])', '\1_\2', 'g')),
                                      '[\x01-\x2f\x3a-\x60\x7b-\x7f]+', '_', 'g'), '_') AS plain) AS words
$$;
COMMENT ON FUNCTION relate.identifier_of(text) IS
'Internal. An identifier out of any words: "Order Line" and OrderLine become order_line.';

CREATE FUNCTION relate.label_of(identifier text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN initcap(btrim(replace(identifier, '_', ' ')));
COMMENT ON FUNCTION relate.label_of(text) IS
'Internal. A label out of an identifier: opportunity_line becomes Opportunity Line.';

-- ---- what a table offers --------------------------------------------------------

CREATE FUNCTION relate.find_keys(table_name regclass) RETURNS SETOF name[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    -- In plpgsql the plan is kept: adopting a schema asks for a thousand tables.
    RETURN QUERY
        SELECT key.columns
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_am am ON am.oid = c.relam
        CROSS JOIN LATERAL (
            SELECT array_agg(a.attname ORDER BY k.position) AS columns,
                   coalesce(bool_and(a.attnotnull), false) AS is_not_null,
                   sum(CASE WHEN a.attlen > 0 THEN a.attlen ELSE 1000 END) AS width
            FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
            LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND a.attnum > 0
            WHERE k.position <= i.indnkeyatts
        ) AS key
        WHERE i.indrelid = table_name AND am.amname = 'btree'
          AND i.indisunique AND i.indisvalid AND i.indisready AND i.indislive AND i.indimmediate
          AND i.indpred IS NULL AND i.indexprs IS NULL
          AND key.is_not_null
        ORDER BY i.indisprimary DESC, i.indisreplident DESC, i.indnkeyatts, key.width, i.indexrelid;
END;
$$;
COMMENT ON FUNCTION relate.find_keys(regclass) IS
'Internal. The columns of each index that can identify a record, the best first: the primary key, the replica identity, the narrowest.';

CREATE FUNCTION relate.find_key(table_name regclass) RETURNS name[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (SELECT columns FROM relate.find_keys(table_name) AS columns LIMIT 1);
COMMENT ON FUNCTION relate.find_key(regclass) IS
'Internal. The best of relate.find_keys; null if there is none.';

CREATE FUNCTION relate.find_columns(table_name regclass, wanted text[], category "char") RETURNS name[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    words text[];
    names name[];
    one text;
BEGIN
    SELECT array_agg(has.word ORDER BY has.word), array_agg(has.attname ORDER BY has.word) INTO words, names
    FROM (SELECT DISTINCT ON (word) regexp_replace(lower(a.attname), '[^a-z0-9]', '', 'g') AS word, a.attname
          FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
          WHERE a.attrelid = table_name AND a.attnum > 0 AND NOT a.attisdropped
            AND t.typcategory = category AND t.typname NOT IN ('time', 'timetz')
          ORDER BY word, a.attnum) AS has;
    FOREACH one IN ARRAY wanted LOOP
        IF string_to_array(one, ' ') <@ words THEN
            RETURN ARRAY(SELECT names[array_position(words, part.word)]
                         FROM string_to_table(one, ' ') WITH ORDINALITY AS part (word, place) ORDER BY part.place);
        END IF;
    END LOOP;
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION relate.find_columns(regclass, text[], "char") IS
'Internal. The first of the wanted sets of columns (words joined by spaces; case, spaces and underscores do not matter) that the table has, with types of this category; null if none.';

CREATE FUNCTION relate.find_name_columns(table_name regclass, module_name text) RETURNS name[]
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN coalesce(relate.find_columns(table_name,
    ARRAY['name', 'fullname', 'displayname', regexp_replace(module_name, '[^a-z0-9]', '', 'g') || 'name',
          'firstname lastname', 'firstname surname', 'givenname familyname', 'forename surname', 'title', 'label',
          'subject', 'lastname', 'surname', 'familyname', 'firstname', 'summary', 'companyname', 'organizationname',
          'reference', 'code', regexp_replace(module_name, '[^a-z0-9]', '', 'g') || 'description', 'username',
          'email'], 'S'), '{}');
COMMENT ON FUNCTION relate.find_name_columns(regclass, text) IS
'Internal. The columns that probably name a record; empty if none looks like it.';

CREATE FUNCTION relate.find_date_column(table_name regclass) RETURNS name
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (relate.find_columns(table_name,
    '{createdat,createdon,created,creationdate,datecreated,createddate,createdtime}', 'D'))[1];
COMMENT ON FUNCTION relate.find_date_column(regclass) IS
'Internal. The column that probably says when a record was made; null if none looks like it.';

-- ---- the triggers on a module's table ---------------------------------------------

CREATE FUNCTION relate.protections(table_name regclass)
RETURNS TABLE (on_table regclass, trigger_name name, is_there boolean, definition text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    -- In plpgsql the plan is kept: adopting a schema asks for a thousand tables.
    RETURN QUERY
        WITH part AS (
            SELECT table_name AS relation, true AS is_root
            UNION
            SELECT tree.relid, false FROM pg_partition_tree(table_name) AS tree WHERE tree.level > 0
        ), wanted AS (
            SELECT part.relation, 'record_deleted' AS function,
                   'CREATE CONSTRAINT TRIGGER %I AFTER DELETE ON %s FOR EACH ROW EXECUTE FUNCTION relate.%I()' AS form
            FROM part WHERE is_root
            UNION ALL
            -- A row that moves to another partition arrives there by INSERT.
            SELECT part.relation, 'record_updated', CASE (SELECT c.relkind FROM pg_class c WHERE c.oid = part.relation) WHEN 'p'
                   THEN 'CREATE CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION relate.%I()'
                   ELSE 'CREATE CONSTRAINT TRIGGER %I AFTER UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION relate.%I()' END
            FROM part WHERE is_root
            UNION ALL
            -- Partitions do not inherit triggers of statements.
            SELECT part.relation, 'table_truncated',
                   'CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION relate.%I()'
            FROM part
        )
        SELECT relation, ('relate_' || function)::name,
               -- Counted by the index of the table's triggers: EXISTS would hash all triggers there are.
               (SELECT count(*) > 0 FROM pg_trigger t
                WHERE t.tgrelid = relation AND t.tgfoid = to_regprocedure(format('relate.%I()', function))),
               format(form, 'relate_' || function, relation, function)
        FROM wanted;
END;
$$;
COMMENT ON FUNCTION relate.protections(regclass) IS
'Internal. The triggers that guard the relationships of a module''s records: on its table, and for TRUNCATE on each of its partitions; whether they are there, and the statement that makes each.';

CREATE FUNCTION relate.is_protected(table_name regclass) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT bool_and(p.is_there) FROM relate.protections(table_name) AS p
$$;
COMMENT ON FUNCTION relate.is_protected(regclass) IS
'Internal. Whether all our triggers are on the table and its partitions.';

CREATE FUNCTION relate.protect_table(table_name regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
BEGIN
    FOR missing IN SELECT p.on_table, p.definition FROM relate.protections(table_name) AS p WHERE NOT p.is_there LOOP
        PERFORM relate.check_trigger_right(missing.on_table, current_user);
        EXECUTE missing.definition;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.protect_table(regclass) IS
'Internal. Puts our triggers on a module''s table and its partitions, where they are not yet. One of each serves every workspace.';

CREATE FUNCTION relate.is_registered_elsewhere(table_name regclass, workspace name) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    other name;
    found boolean;
BEGIN
    FOR other IN SELECT w.name FROM relate.find_workspaces() AS w WHERE w.name <> workspace LOOP
        IF NOT relate.is_safe_to_read(other, 'module') THEN
            RETURN true; -- as far as the caller can know
        END IF;
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.module WHERE table_name = $1)', other)
            INTO found USING table_name;
        IF found THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END;
$$;
COMMENT ON FUNCTION relate.is_registered_elsewhere(regclass, name) IS
'Internal. Whether another workspace than this one registers the table, or may do so where the caller cannot look.';

CREATE FUNCTION relate.unprotect_table(table_name regclass, workspace name) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp SET relate.own_ddl = on
AS $$
DECLARE
    protection record;
BEGIN
    IF relate.is_registered_elsewhere(table_name, workspace) THEN
        RETURN;
    END IF;
    FOR protection IN
        SELECT t.tgname, p.on_table FROM relate.protections(table_name) AS p
        JOIN pg_trigger t ON t.tgrelid = p.on_table AND t.tgparentid = 0
             AND t.tgfoid = to_regprocedure(replace(p.trigger_name, 'relate_', 'relate.') || '()')
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', protection.tgname, protection.on_table);
    END LOOP;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'the triggers of pg_relate stay on table %', table_name
            USING DETAIL = 'Only the owner of the table can drop them. They do nothing any more.';
END;
$$;
COMMENT ON FUNCTION relate.unprotect_table(regclass, name) IS
'Internal. Takes our triggers off a table that this workspace no longer registers, unless another workspace may need them.';

-- ---- what makes a module right ------------------------------------------------------

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

CREATE FUNCTION relate.check_module_is_new(workspace name, module_id int, name text, table_name regclass) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    other text;
BEGIN
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
        was := jsonb_populate_record(NULL::relate.module_entry, to_jsonb(OLD));
    END IF;
    IF TG_OP = 'DELETE' THEN
        PERFORM relate.release_module(workspace, was);
        RETURN OLD;
    END IF;
    becomes := jsonb_populate_record(NULL::relate.module_entry, to_jsonb(NEW));
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
       (becomes.table_name, becomes.key_columns, becomes.name_columns, becomes.kind_column) THEN
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

-- ---- the verbs -------------------------------------------------------------------------

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
