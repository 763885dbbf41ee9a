
-- ---------------------------------------------------------------------------
-- Connect: the type by its label, role or name.
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.readings(label text, from_module_id int, to_module_id int)
RETURNS TABLE (type text, is_forward boolean, reads text, match int, fits boolean, is_active boolean,
               from_kind text, to_kind text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format($query$
        SELECT name, is_forward, reads,
               CASE WHEN name = $1 THEN 1 WHEN lower(name) = lower($1) THEN 2
                    WHEN lower(reads) = lower($1) THEN 3 WHEN lower(role) = lower($1) THEN 4 END,
               coalesce(from_module_id = $2, true) AND coalesce(to_module_id = $3, true),
               is_active, from_kind, to_kind
        FROM (SELECT name, true, label, source_role, source_module_id, target_module_id,
                     is_active, source_kind, target_kind
              FROM %1$I.relationship_type
              UNION ALL
              SELECT name, false, inverse_label, target_role, target_module_id, source_module_id,
                     is_active, target_kind, source_kind
              FROM %1$I.relationship_type WHERE NOT is_symmetric
             ) AS r (name, is_forward, reads, role, from_module_id, to_module_id, is_active, from_kind, to_kind)
        $query$, relate.current_workspace())
    USING label, from_module_id, to_module_id;
END;
$$;
COMMENT ON FUNCTION relate.readings(text, int, int) IS
'Internal. Every relationship type as it reads from one record to another, forward (the first is the source) and
backward: how well the words match (1 name, 2 name in another case, 3 label, 4 role of the first record; null not
at all), whether the modules fit, and the kinds asked for.';

CREATE FUNCTION relate.no_such_label(from_module text, from_key relate.record_key, label text,
    to_module text, to_key relate.record_key) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    from_id int := relate.module_id(from_module);
    to_id int := relate.module_id(to_module);
    possible text;
    other record;
    reason text;
    advice text;
BEGIN
    SELECT string_agg(DISTINCT format('"%s" (%s)', reads, type), ', '), relate.similar_names(label, array_agg(reads))
    INTO possible, advice
    FROM relate.readings(label, from_id, to_id) WHERE fits AND is_active;

    -- The words exist, but the other way round, not active, or between other modules.
    SELECT * INTO other FROM (
        SELECT r.type, r.match, r.is_active, r.fits, true AS is_turned FROM relate.readings(label, to_id, from_id) AS r
        WHERE r.fits AND r.is_active
        UNION ALL
        SELECT r.type, r.match, r.is_active, r.fits, false FROM relate.readings(label, from_id, to_id) AS r) AS r
    WHERE r.match IS NOT NULL ORDER BY r.is_turned DESC, r.fits DESC, r.match, r.type LIMIT 1;
    IF other.is_turned THEN
        advice := format('It reads the other way round: SELECT relate.connect(%L, %L, %L, %L, %L);',
                         to_module, to_key, label, from_module, from_key);
    ELSIF other.fits THEN
        reason := format('Relationship type "%s" is not active. ', other.type);
        advice := format('Activate it: UPDATE %I.relationship_type SET is_active = true WHERE name = %L;',
                         relate.current_workspace(), other.type);
    ELSIF other.type IS NOT NULL THEN
        reason := format('Relationship type "%s" connects %s. ', other.type, relate.type_structure(other.type));
    END IF;

    RAISE 'there is no relationship "%" from % to %', label, from_module, to_module
        USING ERRCODE = 'undefined_object', CONSTRAINT = 'relationship_type_active',
              SCHEMA = relate.current_workspace(), TABLE = 'relationship',
              DETAIL = coalesce(reason, '')
                       || CASE WHEN possible IS NULL THEN format('No active type connects %s to %s.', from_module, to_module)
                               ELSE format('From %s to %s there are: %s.', from_module, to_module, possible) END,
              HINT = coalesce(advice, 'Declare it with relate.create_relationship_type.');
END;
$$;
COMMENT ON FUNCTION relate.no_such_label(text, relate.record_key, text, text, relate.record_key) IS
'Internal. Raises 42704 for a label that connects no records of these modules, with what would.';

CREATE FUNCTION relate.resolve_type(from_module text, from_key relate.record_key, label text,
    to_module text, to_key relate.record_key, OUT type text, OUT is_forward boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    types text[];
    meanings text;
BEGIN
    -- A kind that does not fit only loses against one that does: the rule itself is the trigger's.
    -- Of one type that reads the same both ways, the first record is the source.
    WITH best AS (
        SELECT r.*, rank() OVER (ORDER BY
                   CASE WHEN r.from_kind IS NULL THEN true
                        ELSE coalesce(r.from_kind = (SELECT relate.record_kind(from_module, from_key)), true) END
                   AND CASE WHEN r.to_kind IS NULL THEN true
                            ELSE coalesce(r.to_kind = (SELECT relate.record_kind(to_module, to_key)), true) END DESC,
                   r.match) AS place
        FROM relate.readings(label, relate.module_id(from_module), relate.module_id(to_module)) AS r
        WHERE r.match IS NOT NULL AND r.fits AND r.is_active)
    SELECT array_agg(DISTINCT b.type), bool_or(b.is_forward),
           string_agg(DISTINCT format('"%s" (%s)', b.type, b.reads), ', ')
    INTO types, is_forward, meanings
    FROM best AS b WHERE b.place = 1;

    IF types IS NULL THEN
        PERFORM relate.no_such_label(from_module, from_key, label, to_module, to_key);
    ELSIF cardinality(types) > 1 THEN
        RAISE 'relationship "%" from % to % is ambiguous', label, from_module, to_module
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('It can be of the types %s.', meanings),
                  HINT = format('Name the type: SELECT relate.connect(%L, %L, %L, %L, %L);',
                                from_module, from_key, types[1], to_module, to_key);
    END IF;
    type := types[1];
END;
$$;
COMMENT ON FUNCTION relate.resolve_type(text, relate.record_key, text, text, relate.record_key) IS
'Internal. The relationship type that a label, role or name means between two records, and whether the first is its source.';

CREATE FUNCTION relate.connect(from_module text, from_key relate.record_key, label text,
    to_module text, to_key relate.record_key,
    start_date date DEFAULT NULL, end_date date DEFAULT NULL, importance int DEFAULT NULL,
    description text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, address text DEFAULT NULL,
    attributes jsonb DEFAULT NULL, on_conflict text DEFAULT 'error', is_primary boolean DEFAULT false,
    address_module text DEFAULT NULL, address_key relate.record_key DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
BEGIN
    PERFORM relate.not_null('{from_module,from_key,label,to_module,to_key}',
                            from_module, from_key::text, label, to_module, to_key::text);
    SELECT * INTO t FROM relate.resolve_type(from_module, from_key, label, to_module, to_key);
    IF t.is_forward THEN
        RETURN relate.create_relationship(t.type, from_key, to_key, start_date, end_date, importance, description,
            email, phone, address, attributes, from_module, to_module, on_conflict, is_primary,
            address_module, address_key);
    ELSE
        RETURN relate.create_relationship(t.type, to_key, from_key, start_date, end_date, importance, description,
            email, phone, address, attributes, to_module, from_module, on_conflict, is_primary,
            address_module, address_key);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.connect(text, relate.record_key, text, text, relate.record_key, date, date, int, text, text, text, text,
    jsonb, text, boolean, text, relate.record_key) IS
'Connects two records and returns the relationship''s id. The label is read from the first record to the second, as in
connect(''contact'', 1, ''is employed by'', ''organization'', 7); it may also be the role of the first record (''Employee'')
or the name of the type, in any case of letters, and is looked for in that order: name, label, role. The relationship is
stored the right way round: connect(''organization'', 7, ''is the employer of'', ''contact'', 1) says the same. Only active
types that fit the modules count; kinds decide where several are left. The rest is as in create_relationship.
Errors: 42704 no such label between these modules (DETAIL lists those there are), 22023 several types fit (DETAIL lists
them), else as in create_relationship.';
