
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

-- ---------------------------------------------------------------------------
-- Create
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.overlapping(type_id int, is_perpetual boolean, as_source boolean, as_target boolean,
    module_id int, key relate.record_key, period_start date, period_end date)
RETURNS TABLE (relationship_id bigint, first_day date, last_day date,
               other_module_id int, other_key relate.record_key)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The branches that cannot match are planned away: one index scan, two for a symmetric type.
    RETURN QUERY EXECUTE format($query$
        SELECT relationship_id, first_day, last_day, other_module_id, other_key
        FROM (SELECT relationship_id, target_module_id, target_key, start_date, end_date
              FROM %1$I.relationship
              WHERE $3 AND type_id = $1 AND source_module_id = $5 AND source_key OPERATOR(relate.=) $6
              UNION ALL
              SELECT relationship_id, source_module_id, source_key, start_date, end_date
              FROM %1$I.relationship
              WHERE $4 AND type_id = $1 AND target_module_id = $5 AND target_key OPERATOR(relate.=) $6
                AND NOT ($3 AND source_module_id = $5 AND source_key OPERATOR(relate.=) $6)
             ) AS r (relationship_id, other_module_id, other_key, start_date, end_date),
             LATERAL (VALUES (CASE WHEN NOT $2 THEN coalesce(start_date, '-infinity') ELSE '-infinity' END,
                              CASE WHEN NOT $2 THEN coalesce(end_date, 'infinity') ELSE 'infinity' END)
                     ) AS p (first_day, last_day)
        WHERE first_day <= coalesce($8, 'infinity') AND last_day >= coalesce($7, '-infinity')
        $query$, relate.current_workspace())
    USING type_id, is_perpetual, as_source, as_target, module_id, key, period_start, period_end;
END;
$$;
COMMENT ON FUNCTION relate.overlapping(int, boolean, boolean, boolean, int, relate.record_key, date, date) IS
'Internal. The relationships of a type at one record (as their source, their target, or either) that overlap a
period, with their days (infinite where open) and the record at their other end.';

CREATE FUNCTION relate.oldest_in_the_way(type_id int, is_perpetual boolean, as_source boolean, as_target boolean,
    module_id int, key relate.record_key, period_start date, period_end date, allowed int, gone bigint[])
RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH running AS (
        SELECT * FROM relate.overlapping(type_id, is_perpetual, as_source, as_target, module_id, key,
                                         period_start, period_end)
        WHERE allowed IS NOT NULL AND relationship_id <> ALL (gone)),
    beginning AS (
        SELECT greatest(first_day, period_start) AS day FROM running),
    first_full AS (
        SELECT min(day) AS day FROM beginning
        WHERE (SELECT count(*) FROM running WHERE beginning.day BETWEEN first_day AND last_day) >= allowed)
    SELECT relationship_id FROM running, first_full
    WHERE first_full.day BETWEEN first_day AND last_day
    ORDER BY first_day, relationship_id LIMIT 1
$$;
COMMENT ON FUNCTION relate.oldest_in_the_way(int, boolean, boolean, boolean, int, relate.record_key, date, date, int, bigint[]) IS
'Internal. On the first day of the period on which a record has no room for another relationship: the oldest of
those that take it, not counting those already gone. Null when there is room throughout.';

CREATE FUNCTION relate.in_the_way(type text, source_module_id int, source_key relate.record_key,
    target_module_id int, target_key relate.record_key, start_date date, end_date date)
RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    gone bigint[];
    next bigint;
BEGIN
    SELECT * INTO t FROM relate.type_named(type);
    -- The same pair cannot be connected twice at a time.
    SELECT coalesce(array_agg(relationship_id ORDER BY relationship_id), '{}') INTO gone
    FROM relate.overlapping(t.type_id, t.is_perpetual, true, t.is_symmetric, source_module_id, source_key,
                            start_date, end_date)
    WHERE other_module_id = target_module_id AND other_key OPERATOR(relate.=) target_key;
    -- Of the others, one more gives way as long as either side is full on some day.
    LOOP
        next := coalesce(
            relate.oldest_in_the_way(t.type_id, t.is_perpetual, true, t.is_symmetric,
                source_module_id, source_key, start_date, end_date, t.max_targets_per_source, gone),
            relate.oldest_in_the_way(t.type_id, t.is_perpetual, t.is_symmetric, true,
                target_module_id, target_key, start_date, end_date, t.max_sources_per_target, gone));
        EXIT WHEN next IS NULL;
        gone := gone || next;
    END LOOP;
    RETURN gone;
END;
$$;
COMMENT ON FUNCTION relate.in_the_way(text, int, relate.record_key, int, relate.record_key, date, date) IS
'Internal. The relationships that would make a new one a duplicate or break its type''s cardinality: all of the
same pair that overlap it, and of the others only as many as must go, the oldest first.';

CREATE FUNCTION relate.end_before(ids bigint[], day date, type text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    too_late record;
BEGIN
    EXECUTE format($query$
        SELECT relationship_id AS id, start_date AS day FROM %I.relationship
        WHERE relationship_id = ANY ($1) AND start_date >= $2
        ORDER BY start_date, relationship_id LIMIT 1
        $query$, workspace)
    INTO too_late USING ids, day;
    IF too_late.id IS NOT NULL THEN
        RAISE 'relationship % cannot end before %, because it begins on %', too_late.id, day, too_late.day
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = workspace, TABLE = 'relationship',
                  DETAIL = format('It is in the way of a relationship "%s" from %s on.', type, day),
                  HINT = 'Delete what is in the way: on_conflict => ''replace''.';
    END IF;
    -- One that another session has ended meanwhile is not to run longer for that.
    EXECUTE format($query$
        UPDATE %I.relationship SET end_date = $2 - 1
        WHERE relationship_id = ANY ($1) AND (end_date >= $2 OR end_date IS NULL)
        $query$, workspace) USING ids, day;
END;
$$;
COMMENT ON FUNCTION relate.end_before(bigint[], date, text) IS
'Internal. Ends relationships the day before another begins; 22023 if one of them does not begin earlier.';

CREATE FUNCTION relate.make_room(on_conflict text, type text, source_module_id int, source_key relate.record_key,
    target_module_id int, target_key relate.record_key, start_date date, end_date date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids bigint[];
    before bigint[];
BEGIN
    -- Again, because another session may have put its own there while we waited for it. If the same ones are
    -- still there we may not touch them, and the triggers will say so.
    LOOP
        ids := relate.in_the_way(type, source_module_id, source_key, target_module_id, target_key, start_date, end_date);
        EXIT WHEN ids = '{}' OR ids = before;
        IF on_conflict = 'replace' THEN
            EXECUTE format('DELETE FROM %I.relationship WHERE relationship_id = ANY ($1)', relate.current_workspace())
                USING ids;
        ELSE
            PERFORM relate.end_before(ids, start_date, type);
        END IF;
        before := ids;
    END LOOP;
END;
$$;
COMMENT ON FUNCTION relate.make_room(text, text, int, relate.record_key, int, relate.record_key, date, date) IS
'Internal. Ends (end_old) or deletes (replace) the relationships that are in the way of a new one.';

CREATE FUNCTION relate.importance_of(importance int) RETURNS smallint
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF importance NOT BETWEEN 1 AND 5 THEN
        RAISE 'importance must be between 1 and 5, not %', importance
            USING ERRCODE = 'check_violation', DETAIL = '5 is the highest, 1 the lowest; null takes the type''s default.',
                  SCHEMA = relate.current_workspace(), TABLE = 'relationship', COLUMN = 'importance',
                  CONSTRAINT = 'relationship_importance';
    END IF;
    RETURN importance;
END;
$$;
COMMENT ON FUNCTION relate.importance_of(int) IS
'Internal. The importance as the table keeps it; 23514 where it is not 1 to 5, also far outside.';

CREATE FUNCTION relate.create_relationship(type text, source_key relate.record_key, target_key relate.record_key,
    start_date date DEFAULT NULL, end_date date DEFAULT NULL, importance int DEFAULT NULL,
    description text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, address text DEFAULT NULL,
    attributes jsonb DEFAULT NULL, source_module text DEFAULT NULL, target_module text DEFAULT NULL,
    on_conflict text DEFAULT 'error', is_primary boolean DEFAULT false,
    address_module text DEFAULT NULL, address_key relate.record_key DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    t record;
    source_module_id int;
    target_module_id int;
    new_id bigint;
BEGIN
    PERFORM relate.not_null('{type,source_key,target_key,on_conflict}',
                            type, source_key::text, target_key::text, on_conflict);
    IF on_conflict NOT IN ('error', 'end_old', 'replace') THEN
        RAISE 'on_conflict cannot be "%"', on_conflict
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It is error, end_old or replace.';
    END IF;
    SELECT * INTO t FROM relate.type_named(type);
    PERFORM relate.no_dates(t.name, t.is_perpetual, start_date::text, end_date::text);
    source_module_id := relate.side_module('source', t.name, t.source_module_id, source_module);
    target_module_id := relate.side_module('target', t.name, t.target_module_id, target_module);
    IF relate.is_hard_link(t.name) THEN
        PERFORM relate.create_hard_link(t.name, source_key, target_key, start_date, end_date, importance, description, email, phone,
                                        address, attributes, on_conflict, is_primary, address_module, address_key);
        RETURN NULL;
    END IF;

    IF on_conflict = 'end_old' THEN
        IF t.is_perpetual THEN
            RAISE 'relationships of type "%" cannot be ended', type
                USING ERRCODE = 'invalid_parameter_value', DETAIL = 'The type is perpetual.',
                      HINT = 'Delete what is in the way: on_conflict => ''replace''.';
        END IF;
        start_date := coalesce(start_date, current_date);
    END IF;
    IF on_conflict <> 'error' THEN
        PERFORM relate.make_room(on_conflict, t.name,
                                 source_module_id, relate.canonical_key(source_module_id, source_key),
                                 target_module_id, relate.canonical_key(target_module_id, target_key),
                                 start_date, end_date);
    END IF;

    EXECUTE format($query$
        INSERT INTO %I.relationship (type_id, source_module_id, source_key, target_module_id, target_key,
            start_date, end_date, importance, description, email, phone, address, attributes, is_primary,
            address_module_id, address_key)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14, false), $15, $16)
        RETURNING relationship_id
        $query$, relate.current_workspace())
    INTO new_id
    USING t.type_id, source_module_id, source_key, target_module_id, target_key,
          start_date, end_date, relate.importance_of(importance), description, email, phone, address, attributes,
          is_primary, relate.module_id(address_module), address_key;
    RETURN new_id;
END;
$$;
COMMENT ON FUNCTION relate.create_relationship(text, relate.record_key, relate.record_key, date, date, int, text, text, text, text,
    jsonb, text, text, text, boolean, text, relate.record_key) IS
'Stores a relationship of a type from a source to a target record and returns its id; null where the type is stored in foreign key
columns, which are set, or in a junction table, which gets a row (attributes are its further columns). Dates are inclusive, null is open.
source_module and target_module are needed where the type leaves the module open. A null importance is the type''s default.
on_conflict says what becomes of relationships that would make the new one a duplicate or break the cardinality: error,
end_old (they end the day before start_date, which is then today by default) or replace (they are deleted); where the limit
is more than one, only as many as needed, the oldest first. The address is a text or a record (address_module, address_key).
Errors: 42704 unknown type or module; 22023 dates or end_old for a perpetual type, a module the type does not allow, one in
the way that begins too late to be ended; 23505, 23503, 23514 by the rules of the workspace.';

-- ---------------------------------------------------------------------------
-- Connect: the type by its label, role or name
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

-- ---------------------------------------------------------------------------
-- Update, end, delete
-- ---------------------------------------------------------------------------

CREATE FUNCTION relate.no_such_relationship(id bigint) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE 'relationship % does not exist', id
        USING ERRCODE = 'undefined_object', SCHEMA = relate.current_workspace(), TABLE = 'relationship';
END;
$$;
COMMENT ON FUNCTION relate.no_such_relationship(bigint) IS 'Internal. Raises 42704 for a relationship id.';

CREATE FUNCTION relate.type_of(id bigint) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    type text;
BEGIN
    PERFORM relate.not_null('{id}', id::text);
    EXECUTE format('SELECT t.name FROM %1$I.relationship JOIN %1$I.relationship_type AS t USING (type_id)
                    WHERE relationship_id = $1', relate.current_workspace()) INTO type USING id;
    IF type IS NULL THEN
        PERFORM relate.no_such_relationship(id);
    END IF;
    RETURN type;
END;
$$;
COMMENT ON FUNCTION relate.type_of(bigint) IS
'Internal. The name of a relationship''s type; 42704 if there is no such relationship, 22004 for null.';

CREATE FUNCTION relate.update_relationship(id bigint,
    start_date date DEFAULT NULL, end_date date DEFAULT NULL, importance int DEFAULT NULL,
    description text DEFAULT NULL, email text DEFAULT NULL, phone text DEFAULT NULL, address text DEFAULT NULL,
    attributes jsonb DEFAULT NULL, is_primary boolean DEFAULT NULL, type text DEFAULT NULL,
    address_module text DEFAULT NULL, address_key relate.record_key DEFAULT NULL, clear text[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    clearable CONSTANT text[] := '{start_date,end_date,importance,description,email,phone,address,attributes,address_key}';
    old_type record;
    new_type record;
    wrong text;
    updated int;
BEGIN
    SELECT * INTO old_type FROM relate.type_named(relate.type_of(id));
    SELECT * INTO new_type FROM relate.type_named(coalesce(type, old_type.name));
    IF new_type.name <> old_type.name AND relate.type_structure(new_type.name) <> relate.type_structure(old_type.name) THEN
        RAISE 'relationship % cannot become one of type "%"', id, new_type.name
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Type "%s" connects %s, type "%s" %s.', old_type.name,
                                  relate.type_structure(old_type.name), new_type.name,
                                  relate.type_structure(new_type.name));
    END IF;
    clear := coalesce(clear, '{}');
    SELECT c INTO wrong FROM unnest(clear) AS c WHERE (c = ANY (clearable)) IS NOT TRUE LIMIT 1;
    IF FOUND THEN
        RAISE 'column "%" cannot be cleared', wrong
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('These can: %s.', array_to_string(clearable, ', '));
    END IF;
    PERFORM relate.no_dates(new_type.name, new_type.is_perpetual, start_date::text, end_date::text,
        (SELECT c FROM unnest(clear) AS c WHERE c IN ('start_date', 'end_date') LIMIT 1));

    EXECUTE format($query$
        UPDATE %I.relationship SET
            type_id = $3,
            start_date = CASE WHEN 'start_date' <> ALL ($2) THEN coalesce($4, start_date) ELSE $4 END,
            end_date = CASE WHEN 'end_date' <> ALL ($2) THEN coalesce($5, end_date) ELSE $5 END,
            importance = CASE WHEN 'importance' <> ALL ($2) THEN coalesce($6, importance) ELSE $6 END,
            description = CASE WHEN 'description' <> ALL ($2) THEN coalesce($7, description) ELSE $7 END,
            email = CASE WHEN 'email' <> ALL ($2) THEN coalesce($8, email) ELSE $8 END,
            phone = CASE WHEN 'phone' <> ALL ($2) THEN coalesce($9, phone) ELSE $9 END,
            address = CASE WHEN 'address' <> ALL ($2) THEN coalesce($10, address) ELSE $10 END,
            attributes = CASE WHEN 'attributes' <> ALL ($2) THEN coalesce($11, attributes) ELSE $11 END,
            is_primary = coalesce($12, is_primary),
            address_module_id = CASE WHEN 'address_key' <> ALL ($2) THEN coalesce($13, address_module_id) ELSE $13 END,
            address_key = CASE WHEN 'address_key' <> ALL ($2) THEN coalesce($14, address_key) ELSE $14 END
        WHERE relationship_id = $1
        $query$, relate.current_workspace())
    USING id, clear, new_type.type_id, start_date, end_date, relate.importance_of(importance), description, email, phone, address,
          attributes, is_primary,
          relate.module_id(address_module), address_key;
    GET DIAGNOSTICS updated = ROW_COUNT;
    IF updated = 0 THEN
        PERFORM relate.no_such_relationship(id);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.update_relationship(bigint, date, date, int, text, text, text, text, jsonb, boolean, text, text, relate.record_key, text[]) IS
'Changes a relationship; null leaves a value as it is, and clear names the columns to empty first (importance: back to the
type''s default; address_key: with its module), as in update_relationship(991, clear => ''{end_date}''). Another type must
have the same structure: modules, kinds and symmetry. Errors: 42704 unknown relationship or type; 22023 another structure,
dates for a perpetual type, a column that cannot be cleared; 23505, 23503, 23514 by the rules of the workspace.';

CREATE FUNCTION relate.end_relationship(id bigint, end_date date DEFAULT current_date) RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    r record;
BEGIN
    PERFORM relate.not_null('{id,end_date}', id::text, end_date::text);
    EXECUTE format($query$
        SELECT t.name AS type, t.is_perpetual, r.start_date, r.end_date
        FROM %1$I.relationship AS r JOIN %1$I.relationship_type AS t USING (type_id)
        WHERE r.relationship_id = $1 FOR NO KEY UPDATE OF r
        $query$, workspace)
    INTO r USING id;
    IF r.type IS NULL THEN
        PERFORM relate.no_such_relationship(id);
    ELSIF r.is_perpetual THEN
        RAISE 'relationship % cannot be ended', id
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = workspace, TABLE = 'relationship',
                  DETAIL = format('Its type "%s" is perpetual.', r.type),
                  HINT = format('SELECT relate.delete_relationship(%s);', id);
    ELSIF r.start_date > end_date THEN
        RAISE 'relationship % cannot end on %, because it begins on %', id, end_date, r.start_date
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = workspace, TABLE = 'relationship',
                  HINT = format('SELECT relate.delete_relationship(%s);', id);
    ELSIF r.end_date <= end_date THEN
        RETURN r.end_date;
    END IF;
    EXECUTE format('UPDATE %I.relationship SET end_date = $2 WHERE relationship_id = $1', workspace) USING id, end_date;
    RETURN end_date;
END;
$$;
COMMENT ON FUNCTION relate.end_relationship(bigint, date) IS
'Ends a relationship on a day (its last one) and returns that day; one that ended earlier keeps its end, which is returned.
Errors: 42704 unknown relationship; 22023 not begun by then, or of a perpetual type: delete_relationship is for those.
To reopen one: update_relationship(id, clear => ''{end_date}'').';

CREATE FUNCTION relate.delete_relationship(id bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    deleted int;
BEGIN
    PERFORM relate.not_null('{id}', id::text);
    EXECUTE format('DELETE FROM %I.relationship WHERE relationship_id = $1', relate.current_workspace()) USING id;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    IF deleted = 0 THEN
        PERFORM relate.no_such_relationship(id);
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.delete_relationship(bigint) IS
'Deletes a relationship, as if it had never been; end_relationship keeps its history. Error: 42704 unknown relationship.';

CREATE FUNCTION relate.stints(type text, source_key relate.record_key, target_key relate.record_key,
    source_module text, target_module text)
RETURNS TABLE (relationship_id bigint, first_day date, last_day date)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    workspace name := relate.current_workspace();
    t record;
    source_module_id int;
    target_module_id int;
BEGIN
    PERFORM relate.not_null('{type,source_key,target_key}', type, source_key::text, target_key::text);
    SELECT * INTO t FROM relate.type_named(type);
    source_module_id := relate.side_module('source', t.name, t.source_module_id, source_module);
    target_module_id := relate.side_module('target', t.name, t.target_module_id, target_module);
    RETURN QUERY
        SELECT r.relationship_id, r.first_day, r.last_day
        FROM relate.overlapping(t.type_id, t.is_perpetual, true, t.is_symmetric, source_module_id,
                                relate.canonical_key(source_module_id, source_key), NULL, NULL) AS r
        WHERE r.other_module_id = target_module_id
          AND r.other_key OPERATOR(relate.=) relate.canonical_key(target_module_id, target_key);
    IF NOT FOUND THEN
        RAISE 'there is no relationship "%" from % % to % %',
              t.name, (relate.find_module(workspace, source_module_id)).singular, source_key,
              (relate.find_module(workspace, target_module_id)).singular, target_key
            USING ERRCODE = 'undefined_object', SCHEMA = workspace, TABLE = 'relationship';
    END IF;
END;
$$;
COMMENT ON FUNCTION relate.stints(text, relate.record_key, relate.record_key, text, text) IS
'Internal. The relationships of a type between two records (either way round where it is symmetric) and their days,
infinite where open. 42704 if there is none.';

CREATE FUNCTION relate.end_relationship(type text, source_key relate.record_key, target_key relate.record_key,
    end_date date DEFAULT current_date, source_module text DEFAULT NULL, target_module text DEFAULT NULL)
RETURNS date
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF relate.is_hard_link(type) THEN
        RETURN relate.end_hard_link(type, source_key, target_key, end_date);
    END IF;
    -- The last that has begun by then; if none has, the first to come, which is refused.
    RETURN (SELECT relate.end_relationship(stint.relationship_id, end_relationship.end_date)
    FROM (SELECT relationship_id
          FROM relate.stints(type, source_key, target_key, source_module, target_module)
          ORDER BY first_day <= end_date DESC, CASE WHEN first_day <= end_date THEN first_day END DESC, first_day
          LIMIT 1) AS stint);
END;
$$;
COMMENT ON FUNCTION relate.end_relationship(text, relate.record_key, relate.record_key, date, text, text) IS
'The same for the relationship of a type between two records; of several stints, the last that has begun by that day.
Modules are needed where the type leaves them open. Error: 42704 unknown type or no such relationship, else as above.';

CREATE FUNCTION relate.delete_relationship(type text, source_key relate.record_key, target_key relate.record_key,
    as_of date DEFAULT NULL, source_module text DEFAULT NULL, target_module text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids bigint[];
    days text;
BEGIN
    IF relate.is_hard_link(type) THEN
        PERFORM relate.delete_hard_link(type, source_key, target_key, as_of);
        RETURN;
    END IF;
    SELECT array_agg(relationship_id ORDER BY first_day),
           string_agg(format('%s (%s to %s)', relationship_id, coalesce(nullif(first_day, '-infinity')::text, 'open'),
                             coalesce(nullif(last_day, 'infinity')::text, 'open')), ', ' ORDER BY first_day)
    INTO ids, days
    FROM relate.stints(type, source_key, target_key, source_module, target_module)
    WHERE as_of IS NULL OR as_of BETWEEN first_day AND last_day;
    IF ids IS NULL THEN
        RAISE 'there is no relationship "%" from % to % on %', type, source_key, target_key, as_of
            USING ERRCODE = 'undefined_object', SCHEMA = relate.current_workspace(), TABLE = 'relationship';
    ELSIF cardinality(ids) > 1 THEN
        RAISE 'there are % relationships "%" from % to %', cardinality(ids), type, source_key, target_key
            USING ERRCODE = 'invalid_parameter_value', SCHEMA = relate.current_workspace(), TABLE = 'relationship',
                  DETAIL = format('They are %s.', days),
                  HINT = format('Name a day on which it ran (as_of), or its id: SELECT relate.delete_relationship(%s);', ids[1]);
    END IF;
    PERFORM relate.delete_relationship(ids[1]);
END;
$$;
COMMENT ON FUNCTION relate.delete_relationship(text, relate.record_key, relate.record_key, date, text, text) IS
'The same for the relationship of a type between two records; of several stints, the one that runs on the day as_of. Of a type
stored in foreign key columns, they become null (23502 where they must not); of one stored in a junction table, the row goes.
Errors: 42704 unknown type or no such relationship, 22023 several stints and no day (DETAIL lists them).';
