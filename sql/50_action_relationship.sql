
-- ---------------------------------------------------------------------------
-- The verbs that write relationships.
--
-- They find types and modules by name, put the two records the right way round
-- and make room where asked. The rules themselves are enforced by the triggers
-- of the workspace, for these functions as for any other writer. All run with
-- the rights of the caller. Keys are compared with OPERATOR(relate.=), because
-- the search_path of these functions holds nothing but pg_catalog.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.not_null(names text[], VARIADIC given text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing int := array_position(given, NULL);
BEGIN
    IF missing IS NOT NULL THEN
        RAISE 'argument "%" must not be null', names[missing] USING ERRCODE = 'null_value_not_allowed';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.not_null(text[], text[]) IS
'Internal. Raises 22004 for the first null among the values, by its name.';

CREATE FUNCTION relate.module_id(name text) RETURNS int
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_module_id';
COMMENT ON FUNCTION relate.module_id(text) IS
'Internal. The id of a module by name, null for null; 42704 if there is none of that name.';

CREATE FUNCTION relate.canonical_key(module_id int, key relate.record_key) RETURNS relate.record_key
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_canonical_key';
COMMENT ON FUNCTION relate.canonical_key(int, relate.record_key) IS
'Internal. The key as it is stored: 7 for 007 in a module with an integer key. As given where there is no such record.';

CREATE FUNCTION relate.record_kind(module text, key relate.record_key) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'relate_record_kind';
COMMENT ON FUNCTION relate.record_kind(text, relate.record_key) IS
'The kind of a record (individual, organization, ...), by its module or by itself; null where it has none, does not
exist, or the caller may not read it. Error: 42704 unknown module.';

CREATE FUNCTION relate.type_named(type text, OUT type_id int, OUT name text,
    OUT source_module_id int, OUT target_module_id int, OUT is_symmetric boolean, OUT is_perpetual boolean,
    OUT max_targets_per_source int, OUT max_sources_per_target int)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
BEGIN
    EXECUTE format($query$
        SELECT type_id, name, source_module_id, target_module_id, is_symmetric, is_perpetual,
               CASE WHEN cardinality IN ('one_to_one', 'many_to_one') THEN 1 ELSE max_targets_per_source END,
               CASE WHEN cardinality IN ('one_to_one', 'one_to_many') THEN 1 ELSE max_sources_per_target END
        FROM %I.relationship_type WHERE type_id = $1
        $query$, workspace)
    INTO type_id, name, source_module_id, target_module_id, is_symmetric, is_perpetual,
         max_targets_per_source, max_sources_per_target
    USING relate.find_id(workspace, 'relationship_type', type);
END;
$$;
COMMENT ON FUNCTION relate.type_named(text) IS
'Internal. What the verbs need to know of a relationship type; its limits (null: none) with the cardinality worked in.
42704 if there is none of that name.';

CREATE FUNCTION relate.type_structure(type text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    structure text;
BEGIN
    EXECUTE format($query$
        SELECT coalesce(s.name, 'any module') || coalesce(' (' || t.source_kind || ')', '')
               || CASE WHEN t.is_symmetric THEN ' with ' ELSE ' to ' END
               || coalesce(d.name, 'any module') || coalesce(' (' || t.target_kind || ')', '')
        FROM %1$I.relationship_type AS t
        LEFT JOIN %1$I.module AS s ON s.module_id = t.source_module_id
        LEFT JOIN %1$I.module AS d ON d.module_id = t.target_module_id
        WHERE t.name = $1
        $query$, relate.current_workspace())
    INTO structure USING type;
    RETURN structure;
END;
$$;
COMMENT ON FUNCTION relate.type_structure(text) IS
'Internal. What a relationship type connects, in words: contact (individual) to organization. Types whose words are equal
have the same structure.';

CREATE FUNCTION relate.side_module(side text, type text, type_module_id int, module text) RETURNS int
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    module_id int := relate.module_id(module);
BEGIN
    IF coalesce(module_id, type_module_id) IS NULL THEN
        RAISE 'argument "%_module" must not be null', side
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL = format('The %s of relationship type "%s" may be a record of any module.', side, type),
                  HINT = format('Name it: %s_module => ''...''.', side);
    ELSIF module_id <> type_module_id THEN
        RAISE 'the % of relationship type "%" is not in module "%"', side, type, module
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('It is a record of module "%s".', (relate.find_module(relate.current_workspace(), type_module_id)).name),
                  HINT = format('Leave %s_module out.', side);
    END IF;
    RETURN coalesce(module_id, type_module_id);
END;
$$;
COMMENT ON FUNCTION relate.side_module(text, text, int, text) IS
'Internal. The module of the source or target, as the type and the caller say: 22004 if neither does, 22023 if they disagree.';

CREATE FUNCTION relate.no_dates(type text, is_perpetual boolean, VARIADIC written text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF is_perpetual AND array_length(array_remove(written, NULL), 1) > 0 THEN
        RAISE 'relationships of type "%" have no dates', type
            USING ERRCODE = 'invalid_parameter_value', CONSTRAINT = 'relationship_dates',
                  DETAIL = 'The type is perpetual.', HINT = 'Leave start_date and end_date out.';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.no_dates(text, boolean, text[]) IS
'Internal. Raises 22023 if a date is written to a relationship of a perpetual type.';
