
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
    -- Most words end in no s, or in one that only says many: no need to ask all the rules.
    IF word !~* '(s|people|children|men|mice|lice|criteria|phenomena)$' THEN
        RETURN word;
    ELSIF word !~* '(people|children|men|mice|lice|criteria|phenomena|news|series|species|gas|lens|bias|alias|atlas|canvas|means|headquarters|[csvxhoi]es|zzes|[isu]s|(^|[ _]).?s)$' THEN
        RETURN left(word, -1);
    END IF;
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
            (22, '(ss|us|is|(^|[ _]).?s)$', '\&'), -- a table called s
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
    -- Most words only get an s: no need to ask all the rules.
    IF word !~* '([fhosxyz]|fe|equipment|information|feedback|media|data|sheep|person|child|man|mouse|louse|criterion|phenomenon)$' THEN
        RETURN word || 's';
    END IF;
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
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    plain text;
BEGIN
    IF words ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$' THEN
        RETURN words; -- as most are
    END IF;
    plain := btrim(regexp_replace(lower(regexp_replace(words, '([a-z0-9])([A-Z])', '\1_\2', 'g')),
                                  '[\x01-\x2f\x3a-\x60\x7b-\x7f]+', '_', 'g'), '_');
    RETURN CASE WHEN plain = '' THEN 'module' WHEN plain ~ '^[0-9]' THEN '_' || plain ELSE plain END;
END;
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
LANGUAGE c STABLE PARALLEL SAFE ROWS 3 AS 'MODULE_PATHNAME', 'relate_find_keys';
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
        SELECT part.relation, ('relate_' || ours.function)::name,
               -- Counted by the index of the table's triggers: EXISTS would hash all triggers there are.
               (SELECT count(*) > 0 FROM pg_trigger t WHERE t.tgrelid = part.relation AND t.tgfoid = ours.id),
               format('CREATE ' || CASE WHEN part.is_partitioned THEN ours.partitioned_form ELSE ours.form END || ' EXECUTE FUNCTION relate.%I()',
                      'relate_' || ours.function, part.relation, ours.function)
        FROM (SELECT c.oid::regclass AS relation, c.relkind = 'p' AS is_partitioned, true AS is_root FROM pg_class c WHERE c.oid = table_name
              UNION ALL
              SELECT tree.relid, false, false FROM pg_partition_tree(table_name) AS tree WHERE tree.level > 0) AS part
        JOIN (SELECT f.*, to_regprocedure(format('relate.%I()', f.function))::oid AS id
              FROM (VALUES
                  ('record_deleted', false, 'CONSTRAINT TRIGGER %I AFTER DELETE ON %s FOR EACH ROW',
                   'CONSTRAINT TRIGGER %I AFTER DELETE ON %s FOR EACH ROW'),
                  -- A row that moves to another partition arrives there by INSERT.
                  ('record_updated', false, 'CONSTRAINT TRIGGER %I AFTER UPDATE ON %s FOR EACH ROW',
                   'CONSTRAINT TRIGGER %I AFTER INSERT OR UPDATE ON %s FOR EACH ROW'),
                  -- Partitions do not inherit triggers of statements.
                  ('table_truncated', true, 'TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT',
                   'TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT'))
                  AS f (function, is_on_partitions, form, partitioned_form) OFFSET 0) AS ours
          ON part.is_root OR ours.is_on_partitions;
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
