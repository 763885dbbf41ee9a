-- ---------------------------------------------------------------------------
-- Following a path: from a record, or many, step by step to others.
--
-- Paths that are used again are kept by name in the settings of the workspace:
-- {"paths": {"name": ["step", ...]}}.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.follow(module text, key relate.record_key, path text[], as_of date DEFAULT current_date)
RETURNS TABLE (module text, key relate.record_key, name text, ways bigint)
LANGUAGE c STABLE PARALLEL SAFE COST 1000 ROWS 100 AS 'MODULE_PATHNAME', 'relate_follow';
COMMENT ON FUNCTION relate.follow(text, relate.record_key, text[], date) IS
'The records that a path leads to from a record. Each step of the path leads from all records reached so far to those related to them, on the day as_of; it is the role of the records to be reached, the label that is read to them, or else the name of a relationship type (in both directions), in any case of letters; or the name of a path of relate.define_path. Each record comes once, ways is the number of ways that lead to it. By module and key.
Errors: 42704 unknown module, or a step that no relationship has (DETAIL says which, HINT what resembles it); 22004 null module, key, path or step; 22023 a path without steps, or into itself; 42501 no SELECT on relationship.';

CREATE FUNCTION relate.follow_all(module text, keys relate.record_key[], path text[], as_of date DEFAULT current_date)
RETURNS TABLE (from_key relate.record_key, module text, key relate.record_key, name text, ways bigint)
LANGUAGE c STABLE PARALLEL SAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'relate_follow_all';
COMMENT ON FUNCTION relate.follow_all(text, relate.record_key[], text[], date) IS
'relate.follow for many records of a module at once: from_key is the record from which the path begins, as its key is stored. Records come in the order of keys, each once; nulls among them are passed over. Every step is read once for all. Errors as of relate.follow.';

-- ---- paths by name -------------------------------------------------------------

CREATE FUNCTION relate.paths() RETURNS TABLE (name text, path text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT p.key, ARRAY(SELECT jsonb_array_elements_text(p.value)) '
        'FROM %I.workspace AS w, jsonb_each(w.settings -> ''paths'') AS p ORDER BY p.key', relate.current_workspace());
END;
$$;
COMMENT ON FUNCTION relate.paths() IS 'Lists the paths of the current workspace that relate.define_path has defined, by name.';

CREATE FUNCTION relate.step_words(workspace name) RETURNS SETOF text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT DISTINCT word FROM %I.relationship_type AS t, '
        'unnest(ARRAY[t.name, t.source_role, t.target_role, t.label, t.inverse_label]) AS word', workspace);
END;
$$;
COMMENT ON FUNCTION relate.step_words(name) IS
'Internal. What a step of a path can be in a workspace, paths apart: names, roles and labels of its types.';

CREATE FUNCTION relate.check_path(workspace name, name text, path text[]) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words CONSTANT text[] := ARRAY(SELECT w FROM relate.step_words(workspace) AS w);
    known CONSTANT text[] := words || ARRAY(SELECT p.name FROM relate.paths() AS p WHERE p.name <> check_path.name);
    step text;
BEGIN
    IF btrim(name) = '' THEN
        RAISE 'the name of a path must not be blank' USING ERRCODE = 'invalid_parameter_value';
    ELSIF lower(name) = ANY (SELECT lower(w) FROM unnest(words) AS w) THEN
        RAISE 'path "%" would never be followed', name
            USING ERRCODE = 'duplicate_object', SCHEMA = workspace, TABLE = 'relationship_type',
                  DETAIL = 'A relationship type has that name, role or label, which goes before a path.',
                  HINT = 'Choose another name.';
    ELSIF cardinality(path) = 0 THEN
        RAISE 'the path has no steps' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOREACH step IN ARRAY path LOOP
        IF step IS NULL THEN
            RAISE 'argument "path" must not hold a null' USING ERRCODE = 'null_value_not_allowed';
        ELSIF step = name THEN
            RAISE 'path "%" leads into itself', name USING ERRCODE = 'invalid_parameter_value';
        ELSIF step <> ALL (known) AND lower(step) <> ALL (SELECT lower(w) FROM unnest(words) AS w) THEN
            RAISE 'no relationship "%" exists', step
                USING ERRCODE = 'undefined_object', SCHEMA = workspace, TABLE = 'relationship_type',
                      CONSTRAINT = 'relationship_type_active', DETAIL = format('It is a step of path "%s".', name),
                      HINT = coalesce(relate.similar_names(step, known),
                                      'A step is the role of the records to be reached, the label that leads to them, or '
                                      'the name of a relationship type.');
        END IF;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.check_path(name, text, text[]) IS
'Internal. Refuses names that a type has (42710) or that are blank, paths without steps or into themselves (22023), and steps that nothing has (42704).';

CREATE FUNCTION relate.define_path(name text, path text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
BEGIN
    PERFORM relate.not_null('{name, path}', define_path.name, define_path.path::text);
    PERFORM relate.check_path(workspace, define_path.name, define_path.path);
    EXECUTE format('UPDATE %I.workspace SET settings = settings || jsonb_build_object(''paths'', '
                   'coalesce(settings -> ''paths'', ''{}'') || jsonb_build_object($1, $2))', workspace)
        USING define_path.name, define_path.path;
END;
$$;
COMMENT ON FUNCTION relate.define_path(text, text[]) IS
'Gives a path a name in the current workspace, by which relate.follow follows it, also as a step of other paths; one of that name is replaced. The steps are those of relate.follow. For administrators of the workspace. Errors: 22004; 42704 a step that no relationship type or path has; 42710 a type has that name, role or label; 22023 no steps, a blank name, or a path into itself; 42501 no UPDATE on workspace.';

CREATE FUNCTION relate.drop_path(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace CONSTANT name := relate.current_workspace();
    known CONSTANT text[] := ARRAY(SELECT p.name FROM relate.paths() AS p);
BEGIN
    PERFORM relate.not_null('{name}', drop_path.name);
    IF drop_path.name <> ALL (known) THEN
        RAISE 'path "%" does not exist', drop_path.name
            USING ERRCODE = 'undefined_object', SCHEMA = workspace, TABLE = 'workspace',
                  HINT = coalesce(relate.similar_names(drop_path.name, known),
                                  'SELECT name FROM relate.paths() lists those of the workspace.');
    END IF;
    EXECUTE format('UPDATE %I.workspace SET settings = settings #- ARRAY[''paths'', $1]', workspace)
        USING drop_path.name;
END;
$$;
COMMENT ON FUNCTION relate.drop_path(text) IS
'Forgets a path of the current workspace. Errors: 22004, 42704 no such path, 42501 no UPDATE on workspace.';
